"""Options that several commands share."""

from pathlib import Path

import click

CONFIG = click.option(
    "--config", "-c", type=click.Path(path_type=Path), default=Path("config.toml"), envvar="DENTSYNC_CONFIG",
    show_default=True, help="The clinic's configuration.",
)  # fmt: skip
NOW = click.option("--now", envvar="DENTSYNC_NOW", metavar="MOMENT", help="Rehearse a moment: 2026-10-05T14:00.")
APPROVE = click.option(
    "--approve",
    "approved",
    multiple=True,
    metavar="DIGEST",
    help="Let exactly this refused plan or file through.",
)
STRICT = click.option("--strict", is_flag=True, help="Exit 4 if any row was rejected.")
JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")
VALUES = click.option("--values/--no-values", default=None, help="Show patients' data. Default: on a terminal only.")
ALL = click.option("--all", "every", is_flag=True, help="Show every operation, not the first of each group.")
REPORT = click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what the run did as JSON, also if it failed.",
)
LOG = click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    envvar="DENTSYNC_LOG",
    help="Append JSON lines about the run; - is standard error.",
)
FEEDS = click.argument("feeds", nargs=-1)
DATA = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("sandbox"), show_default=True,
    help="Where the sandbox keeps its portal.",
)  # fmt: skip
