"""Commands that look at the patients as the MIS keeps them."""

from pathlib import Path

import click

from dentsync.cli_help import Command
from dentsync.cli_options import CONFIG, JSON, NOW
from dentsync.errors import ExitCode
from dentsync.lang import _


@click.command(cls=Command)
@CONFIG
@NOW
@JSON
def duplicates(config: Path, now: str | None, as_json: bool) -> int:
    """List cards that may be one person's, with reasons in Russian. Merges nothing: that is done in the MIS.

    \b
    Example:  dentsync duplicates
    """
    from dentsync.runs.duplicates import find
    from dentsync.runs.main_job import Options

    found = find(Options(config, now))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
        return ExitCode.DONE
    for one in found:
        click.echo(f"{'=' if one.confidence == 'same' else '?'} {one.a}  {one.b}  {one.reason}")
    same = sum(one.confidence == "same" for one in found)
    line = _("one person {same}, to be asked about {ask}; nothing was merged: merge cards in the MIS")
    click.echo(line.format(same=same, ask=len(found) - same))
    return ExitCode.DONE
