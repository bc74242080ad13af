"""Commands of the first evening: a configuration, the fields in the CRM, the proof that all is in place."""

from pathlib import Path
from typing import Any

import click

from dentsync.cli_help import Command
from dentsync.cli_options import CONFIG, NOW
from dentsync.cli_run import options_of
from dentsync.errors import ExitCode
from dentsync.lang import _
from dentsync.redact import redact


@click.command(cls=Command)
@click.option(
    "--preset",
    default="helix-bitrix24",
    show_default=True,
    help="helix-bitrix24, helix-amocrm, ident-bitrix24, ident-amocrm.",
)
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), default=Path("config.toml"), show_default=True)
def init(preset: str, to: Path) -> int:
    """Write a commented config.toml from a preset.

    \b
    Example:  dentsync init --preset helix-bitrix24
    """
    from dentsync.config import next_step, write_preset

    write_preset(preset, to)
    click.echo(_("written: {file}; {next}").format(file=to, next=next_step(preset)))
    return ExitCode.DONE


@click.command(cls=Command)
@CONFIG
@NOW
def setup(**given: Any) -> int:
    """Make the fields that dentsync itself needs in the CRM. What is there already is left alone.

    \b
    Example:  dentsync setup && dentsync check
    """
    from dentsync.runs.looking import setup as set_up

    for line in set_up(options_of(**given)) or (_("nothing to set up"),):
        click.echo(redact(line))
    return ExitCode.DONE


@click.command(cls=Command)
@CONFIG
@NOW
@click.option("--tell", is_flag=True, help="Also send a trial message to every place of [alerts].")
def check(tell: bool, **given: Any) -> int:
    """Prove that files, configuration and CRM are in place before the first night.

    \b
    Example:  dentsync check
    """
    from dentsync.runs import alerting, looking

    options = options_of(**given)
    found, soon = looking.check(options)
    problems = [*found, *(alerting.try_out(options.config) if tell else alerting.lacking(options.config))]
    for problem in problems:
        click.echo(redact(problem), err=True)
    if soon:
        click.echo(soon, err=True)
    if not problems:
        click.echo(_("all in place"))
    return ExitCode.USAGE if problems else ExitCode.DONE
