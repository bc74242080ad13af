"""Telling about a run: its log, its report, its alerts and its sign of life. None of it changes how the run ends.

Nothing is imported where nobody is to be told: a quiet run pays for a look at the text of its configuration.
"""

import os
import re
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dentsync.errors import DentsyncError
from dentsync.lang import _
from dentsync.redact import redact

if TYPE_CHECKING:
    from dentsync.load.log import JsonLines
    from dentsync.runs.main_job import Report
    from dentsync.runs.run_report import RunReport

Tick = Callable[[str, int, int], None]
ALERTED = ("sync", "import", "push", "extract")
"""Commands whose failures are told: who asks for a plan looks at the terminal."""
BEATING = ("sync",)
"""The line of cron gives the sign of life."""
EVERY = 10.0
"""Seconds between two lines of progress in the log."""
USUAL = "config.toml"
_ALERTS = re.compile(r"^\s*\[?\s*\"?alerts\b", re.MULTILINE)


class Telling:
    """What there is to tell about one run, gathered while it goes on. ``line``: what cron repeats.

    ``owes_json``: ``--json`` was asked for, and nothing was printed yet.
    """

    def __init__(self) -> None:
        self.id = os.urandom(4).hex()
        self.started_at = datetime.now(UTC)
        self.command = self.line = self.error = ""
        self.owes_json = False
        self.done: Report | None = None
        self._config: Path | None = None
        self._file: Path | None = None
        self._report: RunReport | None = None
        self._log: JsonLines | None = None

    # ── while it goes on ──

    def begin(self, command: str, feeds: Collection[str], config: Path, report: Path | None, log: Path | None) -> None:
        """A command has been understood. Raises ConfigError where its report or log cannot be written."""
        self.command, self._config = command, config
        # Two configurations of one folder are two lines of cron: one for each CRM.
        other = ("-c", config.name) if config.name != USUAL else ()
        self.line = redact(" ".join((command, *sorted(feeds), *other)))
        if not (report or log):
            return
        from dentsync.runs.run_report import begun, write

        self._report = begun(self.id, command, feeds, self.started_at)
        if log:
            from dentsync.load.log import start

            self._log = start(log, self.id)
            self._say("info", "begin", command=command, feeds=sorted(feeds), pid=os.getpid())
        if report:
            write(report, self._report)
            self._file = report

    def watch(self, report: "Report") -> None:
        """The run has something to show, which is still being filled in."""
        self.done = report

    def ticking(self, tick: Tick | None) -> Tick | None:
        """The run's progress, for its log too."""
        if not self._log:
            return tick
        told: dict[str, float] = {}

        def both(what: str, done: int, total: int) -> None:
            if tick:
                tick(what, done, total)
            if what == "wait":
                self._say("info", "wait", seconds=done)
            elif time.monotonic() - told.get(what, -EVERY) >= EVERY:
                told[what] = time.monotonic()
                self._say("info", "progress", what=what, done=done, total=total)

        return both

    def _say(self, level: str, event: str, **given: Any) -> None:
        if self._log:
            import logging

            from dentsync.load.log import facts

            logging.getLogger("dentsync").log(getattr(logging, level.upper()), event, extra=facts(**given))

    # ── at its end ──

    def end(self, code: int) -> None:
        """Tell everybody how it ended."""
        if self._config is None:
            return
        at = datetime.now(UTC)
        error = redact(self.error or self._error_line())
        if self._report:
            self._keep(self._report, code, error, at)
        if self.command in ALERTED and _mentions_alerts(self._config):
            from dentsync.runs.alerting import Run, tell
            from dentsync.transform.alerts import Ending

            run = Run(self.id, self.line, Ending(code, at, error), beats=self.command in BEATING)
            for problem in tell(self._config, run):
                self._complain(problem)
        if self._log:
            from dentsync.load.log import stop

            stop(self._log)

    def _error_line(self) -> str:
        if self.done is None:
            return ""
        from dentsync.runs.run_report import error_line

        return error_line(self.done)

    def _keep(self, report: "RunReport", code: int, error: str, at: datetime) -> None:
        from dentsync.runs.run_report import ended, events_of, write

        report = ended(report, code, error, at, self.done)
        for level, event, facts in events_of(report):
            self._say(level, event, **facts)
        try:
            if self._file:
                write(self._file, report)
        except DentsyncError as problem:
            self._complain(str(problem))

    def _complain(self, problem: str) -> None:
        """A line on the terminal, whatever becomes of it elsewhere."""
        text = redact(problem)
        click.echo(_("dentsync: not told: {problem}").format(problem=text), err=True)
        self._say("warning", "not told", problem=text)


def _mentions_alerts(config: Path) -> bool:
    """Whether there is anything to read, before anything is imported to read it. Unreadable: there may be."""
    try:
        return _ALERTS.search(config.read_text(encoding="utf-8")) is not None
    except (OSError, UnicodeDecodeError):
        return True
