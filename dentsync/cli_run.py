"""What the commands that run something share: options, progress, the report at the end."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dentsync.runs.telling import Telling

if TYPE_CHECKING:
    from dentsync.load.progress import Tick
    from dentsync.runs.main_job import Options, Report


def options_of(
    config: Path,
    now: str | None = None,
    approved: tuple[str, ...] = (),
    strict: bool = False,
    tick: "Tick | None" = None,
    deadline: float | None = None,
) -> "Options":
    """What the command line says about a run; for commands that only look, most of it stays as it is."""
    from dentsync.runs.main_job import Options

    return Options(config, now, approved, strict, tick, deadline)


def carried_out(
    action: "Callable[[Options], Report]", report: Path | None = None, log: Path | None = None, **given: Any
) -> "Report":
    """Do it, with progress on a terminal; who wants to be told (``--report``, ``--log``, [alerts]) is."""
    from dentsync.load.progress import progress

    telling = _begun(given["config"], report, log)
    with progress() as tick:
        options = replace(options_of(**given, tick=telling.ticking(tick)), watch=telling.watch)
        telling.watch(done := action(options))
    return done


def _begun(config: Path, report: Path | None, log: Path | None) -> Telling:
    context = click.get_current_context()
    telling = context.ensure_object(Telling)
    telling.owes_json = context.params.get("as_json", False)
    feeds = context.params.get("feeds") or [context.params.get("feed")]
    telling.begin(str(context.info_name), [name for name in feeds if name], config, report, log)
    return telling


def shown(report: "Report", as_json: bool, values: bool | None, every: bool) -> int:
    """Show what a run did, for people or as JSON, and return its exit code."""
    if as_json:
        from dentsync.show import report_json

        click.echo(report_json(report))
    else:
        show(report, bool(values) if values is not None else sys.stdout.isatty(), every)
    return int(report.code)


def show(report: "Report", values: bool, every: bool) -> None:
    """Show what a run did, line by line: the first of each group, or every one."""
    from dentsync.load.console import GROUP_LIMIT
    from dentsync.show import show_report

    # Under cron a mail should say what happened, not repeat the plan.
    usual = GROUP_LIMIT if report.command == "diff" or sys.stdout.isatty() else 0
    show_report(report, values=values, limit=None if every else usual)
