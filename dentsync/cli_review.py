"""``dentsync clean --review`` and ``--apply``: names go to the clinic in a workbook, decisions come back in it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dentsync.errors import ExitCode
from dentsync.lang import _
from dentsync.runs.main_job import Options

if TYPE_CHECKING:
    from dentsync.runs.deciding import Applied


def write_review(options: Options, path: Path, *, every: bool) -> int:
    """Write the workbook of names that wait for a person, and say how many they are."""
    from dentsync.runs.reviewing import review

    found = review(options, path, every=every)
    click.echo(_("written: {file}; names {lines}").format(file=path, lines=found.lines))
    if found.left:
        line = _("{count} more wait; they come into the next workbook when these are decided")
        click.echo(line.format(count=found.left))
    return ExitCode.DONE


def apply_review(options: Options, path: Path) -> int:
    """Take the decisions of a workbook; what is refused is listed with its cell."""
    from dentsync.runs.deciding import apply

    done = apply(options, path)
    show_applied(done)
    if done.taken:
        click.echo(_("the next dentsync sync carries it out; look before: dentsync diff"))
    return ExitCode.PARTIAL if done.refused else ExitCode.DONE


def show_applied(done: "Applied") -> None:
    """What became of a workbook's decisions, and each that was refused, with its cell."""
    for refusal in done.refused:
        click.echo(f"  ! {refusal.cell}: {refusal.reason}")
    line = _("taken {taken}, known before {unchanged}, refused {refused}, still open {left}")
    counts = {name: getattr(done, name) for name in ("taken", "unchanged", "left")}
    click.echo(line.format(**counts, refused=len(done.refused)))
