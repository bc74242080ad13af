"""The pace of calls: a leaky bucket, shared by every process of this machine that calls the same portal."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from dentsync.load.target import Clock

INSTANT = 0.001
"""Seconds that are not worth waiting for: a sum of fractions never comes out even."""

LENGTH = 80
"""Bytes of the file, with blanks at its end."""

PATIENCE = 2.0
"""Seconds to wait for another process that is counting its call; a stuck one must not stop the clinic."""


class Bucket:
    """Each call adds one, ``leak`` run out a second, ``capacity`` is where the other side refuses.

    ``spare`` calls are left to others on the same address and to differences of the two clocks. The level stands in
    ``file``, so that runs at the same time and one after another share it; without a file it is this object's own.
    """

    def __init__(self, capacity: float, leak: float, *, spare: float = 1.5, file: Path | None = None) -> None:
        self._room = capacity - spare
        self._capacity = capacity
        self._leak = leak
        self._file = file
        self._guard = threading.Lock()
        self._level, self._at = 0.0, 0.0
        self._seen = (0.0, 0.0)  # what stood in the file last

    def delay(self, clock: Clock) -> float:
        """Seconds until one more call fits; 0 when it does."""
        with self._guard:
            if self._file:
                self._read()
            return self._delay(clock.time())

    def take(self, clock: Clock) -> None:
        """Count a call that is made now."""
        with self._guard, self._shared():
            now = clock.time()
            self._level, self._at = self._now(now) + 1, now

    def wait(self, clock: Clock) -> None:
        """Wait until one more call fits, and count it."""
        while delay := self.delay(clock):
            clock.sleep(delay)
        self.take(clock)

    def overflowed(self, clock: Clock) -> None:
        """The other side refused: its bucket is full, whatever ours says."""
        with self._guard, self._shared():
            self._level, self._at = self._capacity, clock.time()

    def _delay(self, now: float) -> float:
        seconds = (self._now(now) + 1 - self._room) / self._leak
        return seconds if seconds > INSTANT else 0.0

    def _now(self, now: float) -> float:
        # A clock that was set back must not freeze the bucket.
        elapsed = max(0.0, now - self._at)
        if now < self._at:
            self._at = now
        return max(0.0, self._level - elapsed * self._leak)

    # ── the file ──

    @contextmanager
    def _shared(self) -> Iterator[None]:
        """Read the level others left, and leave ours. Without the file the level is our own: calls go on."""
        if self._file is None:
            yield
            return
        lock = FileLock(self._file.with_suffix(".lock"), timeout=PATIENCE, thread_local=False)
        with suppress(OSError, Timeout):
            lock.acquire()
        try:
            self._read()
            yield
            self._write()
        finally:
            lock.release()

    def _read(self) -> None:
        assert self._file is not None
        with suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads(self._file.read_bytes())
            seen = float(found["level"]), float(found["at"])
            # Read twice it says nothing new: a moment that our clock has yet to reach would freeze the bucket again.
            if seen != self._seen:
                self._seen, (level, self._at) = seen, seen
                self._level = min(max(level, 0.0), self._capacity)

    def _write(self) -> None:
        assert self._file is not None
        text = json.dumps({"level": round(self._level, 3), "at": round(self._at, 3)})
        with suppress(OSError):
            self._file.touch()
            with self._file.open("r+b", buffering=0) as file:
                file.write(text.ljust(LENGTH).encode())  # in place: to empty a file first takes longer than all else


def bucket_file(folder: Path | None, portal: str) -> Path | None:
    """Where the level of a portal stands."""
    return folder / f"pace-{hashlib.sha256(portal.encode()).hexdigest()[:8]}.json" if folder else None
