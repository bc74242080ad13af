"""Progress on a terminal: rows read, operations pushed. Under cron there is none."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dentsync.lang import _

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Tick = Callable[[str, int, int], None]


@contextmanager
def progress() -> Iterator[Tick | None]:
    """A function to call with what is done, how much, and out of how much (0: not known); None without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        yield _Bars(stack).tick


class _Bars:
    """rich's bars, started by the first tick: a quiet run does not pay for them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def tick(self, what: str, done: int, total: int) -> None:
        if self._bars is None:
            self._bars = self._stack.enter_context(_bars())
        if what not in self._tasks:
            words = {
                "read": _("reading rows"),
                "look": _("looking at the CRM"),
                "plan": _("planning people"),
                "push": _("pushing operations"),
            }
            self._tasks[what] = self._bars.add_task(words[what], total=total or None)
        if done % 50 == 0 or done == total or what == "push":
            self._bars.update(self._tasks[what], completed=done, total=total or None)


def _bars() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
