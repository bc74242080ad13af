"""Options that several commands share."""

import re
from pathlib import Path
from typing import Any

import click

from dentsync.lang import _


class Span(click.ParamType[float]):
    """A span of time such as 90s, 25m or 2h, as seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d+)\s*([smh])", str(value))
        if not found:
            self.fail(_("{text!r} is not a time span; for example 25m").format(text=value), param, ctx)
        return float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]


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
    help="Let exactly this refused plan or file through, or this correction that waits.",
)
DEADLINE = click.option("--deadline", type=Span(), help="Stop cleanly after so long: 25m. The next run continues.")
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
