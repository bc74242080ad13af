"""Ctrl-C and SIGTERM: at once while nothing is on its way, after the requests in flight while something is."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from dentsync.errors import Terminated
from dentsync.lang import _
from dentsync.load.target import Patience


@contextmanager
def gently(patience: Patience) -> Iterator[None]:
    """The first signal asks the push to end: what is in flight is waited for and recorded. The second ends at once.

    Raises KeyboardInterrupt or Terminated at the end where it was asked to. Signals reach the main thread alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        if asked:
            _interrupt(number)
        asked.append(number)
        patience.asked = True
        os.write(2, (_("finishing the requests in flight; once more to stop at once") + "\n").encode())

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        _interrupt(asked[0])


def _interrupt(number: int) -> NoReturn:
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
