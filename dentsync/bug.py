"""A bug: a traceback without data. Exception texts may hold patients or secrets, so only their types are shown."""

import sys
import traceback
from pathlib import Path

import click

from dentsync import __version__
from dentsync.lang import _
from dentsync.redact import redact


def report_bug() -> str:
    """Print where the exception being handled came from: files, lines and types, no values. Returns it in a line."""
    kind, error, trace = sys.exc_info()
    click.echo(_("dentsync {version}: this is a bug; please report these lines:").format(version=__version__), err=True)
    for frame in traceback.extract_tb(trace):
        click.echo(redact(f"  {frame.filename}:{frame.lineno} {frame.name}"), err=True)
    names = [kind.__name__ if kind else "?"]
    while error is not None and (error := error.__cause__ or error.__context__) is not None:
        names.append(type(error).__name__)
    click.echo("  " + " ← ".join(names), err=True)
    last = traceback.extract_tb(trace)[-1]
    line = _("a bug: {names} at {file}:{line}")
    return line.format(names=" ← ".join(names), file=Path(last.filename).name, line=last.lineno)
