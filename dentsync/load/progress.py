"""Progress: rows read, operations pushed, what is waited for. Under cron only long waits, a line each."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from dentsync.lang import _

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Tick = Callable[[str, int, int], None]

LONG = 30
"""Seconds of waiting that are worth a line in cron's mail."""


@contextmanager
def progress() -> Iterator[Tick]:
    """A function to call with what is done, how much, and out of how much (0: not known); or "wait" and seconds."""
    if not sys.stderr.isatty():
        yield _plain
        return
    with ExitStack() as stack:
        yield _Bars(stack).tick


def _plain(what: str, done: int, _total: int) -> None:
    if what == "wait" and done >= LONG:
        click.echo(_waiting(done), err=True)


def _waiting(seconds: int) -> str:
    """Limits of the CRM, or a creation whose answer was lost: nothing to do but wait."""
    until = datetime.now().astimezone() + timedelta(seconds=seconds)
    return _("waiting for the CRM until {until:%H:%M:%S}").format(until=until)


class _Bars:
    """rich's bars, started by the first tick: a quiet run does not pay for them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def tick(self, what: str, done: int, total: int) -> None:
        if self._bars is None:
            self._bars = self._stack.enter_context(_bars())
        if "wait" in self._tasks:
            self._bars.update(self._tasks["wait"], visible=what == "wait")
        if what == "wait":
            return self._wait(done)
        if what not in self._tasks:
            words = {
                "read": _("reading rows"),
                "look": _("looking at the CRM"),
                "plan": _("planning people"),
                "push": _("pushing operations"),
            }
            self._tasks[what] = self._bars.add_task(words[what], total=total or None, count="")
        if done % 50 == 0 or done == total or what == "push":
            count = f"{done:,}/{total:,}" if total else f"{done:,}"
            self._bars.update(self._tasks[what], completed=done, total=total or None, count=count.replace(",", " "))
        return None

    def _wait(self, seconds: int) -> None:
        assert self._bars is not None
        if "wait" not in self._tasks:
            self._tasks["wait"] = self._bars.add_task("", total=None, count="")
        self._bars.update(self._tasks["wait"], description=_waiting(seconds), visible=True)


def _bars() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
