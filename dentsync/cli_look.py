"""Commands that look and change nothing in the CRM: what could not be used, feeds and runs, who calls."""

import sys
from pathlib import Path
from typing import Any

import click

from dentsync.cli_help import Command
from dentsync.cli_options import CONFIG, JSON, NOW, STRICT, VALUES
from dentsync.cli_run import options_of
from dentsync.errors import ConfigError, ExitCode
from dentsync.lang import _
from dentsync.redact import redact


@click.command(cls=Command)
@CONFIG
@NOW
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False), help="Write them to a workbook.")
@click.option(
    "--review", type=click.Path(path_type=Path, dir_okay=False), help="Write doubtful names to a workbook to decide."
)
@click.option("--all", "every", is_flag=True, help="With --review: also what was decided before.")
@click.option(
    "--apply", "decided", type=click.Path(path_type=Path, dir_okay=False), help="Take the decisions of that workbook."
)
@STRICT
@VALUES
def clean(
    rejects: Path | None, review: Path | None, every: bool, decided: Path | None, values: bool | None, **given: Any
) -> int:
    """List the rows and fields that could not be used, with reasons in Russian.

    Names that are in doubt go to the clinic as a workbook (--review) and come back with decisions (--apply); these
    hold in every later run.

    \b
    Example:  dentsync clean --rejects rejects.xlsx
              dentsync clean --review names.xlsx
              dentsync clean --apply names.xlsx
    """
    from dentsync.runs import looking

    options = options_of(**given)
    if sum(map(bool, (rejects, review, decided))) > 1:
        raise ConfigError(_("one of --rejects, --review and --apply at a time"))
    if review or decided:
        from dentsync.cli_review import apply_review, write_review

        return write_review(options, review, every=every) if review else apply_review(options, Path(decided or ""))
    faults = looking.status(options).faults
    shown = sys.stdout.isatty() if values is None else values
    for line in faults:
        mark = "×" if line.lost else "·"
        for fault in line.faults:
            raw = f" «{fault.raw}»" if shown and fault.raw else ""
            text = f"{mark} {line.feed}  {line.origin}  {fault.field}: {fault.reason}{raw}"
            click.echo(text if shown else redact(text))
    lost = sum(line.lost for line in faults)
    click.echo(
        _("{lost} rows rejected, {fields} rows with unusable fields").format(lost=lost, fields=len(faults) - lost)
    )
    if rejects:
        looking.write_rejects(faults, rejects)
        click.echo(_("written: {file}").format(file=rejects))
    return ExitCode.PARTIAL if lost and options.strict else ExitCode.DONE


@click.command(cls=Command)
@CONFIG
@NOW
@JSON
def status(as_json: bool, **given: Any) -> int:
    """Feeds and their last files, runs, what waits for a person, rejects.

    \b
    Example:  dentsync status
    """
    from dentsync.runs import looking
    from dentsync.show import overview_json, show_overview

    overview = looking.status(options_of(**given))
    if as_json:
        click.echo(overview_json(overview))
    else:
        show_overview(overview)
    return ExitCode.DONE


@click.command(cls=Command)
@click.argument("phone")
@CONFIG
@NOW
@JSON
def whois(phone: str, as_json: bool, **given: Any) -> int:
    """Who calls: name, card number, status, nearest visit.

    \b
    Example:  dentsync whois +79161234567
    """
    from dentsync.runs import looking
    from dentsync.show import callers_json, show_callers

    callers = looking.whois(options_of(**given), phone)
    if as_json:
        click.echo(callers_json(callers))
    else:
        show_callers(callers)
    return ExitCode.DONE if callers else ExitCode.FAILED
