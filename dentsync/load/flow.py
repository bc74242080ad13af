"""Requests in flight side by side: who may go next, what has landed, when to stop.

Only the HTTP call itself happens in other threads. Packing, limits, understanding answers and the caller's records
happen in one thread, between two steps of ``Flow.steps``.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

from dentsync.errors import TargetError, Unavailable
from dentsync.lang import _
from dentsync.load.target import GLANCE, Chunk, Clock, Ended, Patience, Sending, Step, Waiting
from dentsync.model import Operation, Outcome, Result

FIRST_WINDOW, FIRST_OF_CHANGES, WIDEST_WINDOW = 8, 16, 32
"""Requests in flight at the start, and at most: half of the burst that Bitrix24 allows is left to others.

A portal that has become too slow cuts those that set off first. Then changes are only sent again; creations have to be
looked up."""

TOGETHER = 4
"""Requests that set off together."""

SHORTEST = 0.005
"""Real seconds of the shortest wait."""

UNANSWERED = 3
"""After so many requests in a row without an answer the CRM is left alone; those in flight together are one."""


@dataclass(frozen=True, slots=True)
class Landing:
    """What an answer says: operations that have ended, and those that were refused unrun and go again."""

    outcomes: Sequence[Outcome]
    again: tuple[Operation, ...] = ()


class Line(Protocol):
    """A CRM's side of the flow."""

    def pack(self, pending: Mapping[str, Operation], flying: frozenset[str]) -> Chunk | None:
        """The next request out of ``pending`` (by operation id, in order), or None while nothing may go.

        ``flying`` are the items ("kind:key") of requests in flight.
        """
        ...

    def free_at(self) -> float | None:
        """When something of the last packing may go (epoch seconds); None where nothing waits for a limit."""
        ...

    def transmit(self, chunk: Chunk) -> Any:
        """Make the HTTP call. Runs in another thread, touches nothing but the connection, raises nothing."""
        ...

    def landed(self, chunk: Chunk, answer: Any) -> Landing:
        """Understand an answer. Raises TargetError where nothing of the chunk was done and nothing else will be."""
        ...


class Flow:
    """One push through a line."""

    def __init__(self, line: Line, operations: Sequence[Operation], patience: Patience) -> None:
        self._line = line
        self._pending = {operation.id: operation for operation in operations}
        self._patience = patience
        self._flying: dict[Future[Any], tuple[int, Chunk]] = {}
        self._launched = 0
        self._intended: set[str] = set()
        creates = any(operation.action == "create" for operation in operations)
        self._window = FIRST_WINDOW if creates else FIRST_OF_CHANGES
        self._unanswered = 0
        self._warned = 0  # the last request that set off before an answer was missed
        self._error: TargetError | None = None

    def steps(self) -> Iterator[Step]:
        """See ``Target.carry_out``."""
        with closing(_Pool()) as pool:
            while self._pending or self._flying:
                yield from self._launch(pool)
                if self._flying:
                    yield from self._land()
                elif self._is_over() or not (yield from self._waited()):
                    break
        if self._error:
            raise self._error

    def _is_over(self) -> bool:
        return self._error is not None or self._patience.over()

    def _launch(self, pool: "_Pool") -> Iterator[Step]:
        """Send what may go now, some requests at a time: their intentions cost one wait for the disk."""
        while chunks := self._packed():
            # What goes again is intended already.
            fresh = [one for chunk in chunks for one in chunk.operations if one.id not in self._intended]
            self._intended.update(one.id for one in fresh)
            if fresh:
                yield Sending(tuple(fresh))
            for chunk in chunks:
                self._launched += 1
                self._flying[pool.submit(self._line.transmit, chunk)] = self._launched, chunk

    def _packed(self) -> list[Chunk]:
        chunks: list[Chunk] = []
        items = set(self._items())
        while self._pending and len(chunks) < TOGETHER and len(self._flying) + len(chunks) < self._window:
            chunk = None if self._is_over() else self._line.pack(self._pending, frozenset(items))
            if chunk is None:
                break
            for operation in chunk.operations:
                del self._pending[operation.id]
                items.add(operation.item)
            chunks.append(chunk)
        return chunks

    def _items(self) -> frozenset[str]:
        return frozenset(operation.item for _, chunk in self._flying.values() for operation in chunk.operations)

    def _land(self) -> Iterator[Step]:
        landed, _flying = wait(self._flying, timeout=self._glance(), return_when=FIRST_COMPLETED)
        for future in landed:
            number, chunk = self._flying.pop(future)
            yield Ended(tuple(self._understand(number, chunk, future.result())))

    def _glance(self) -> float:
        """Real seconds to wait for a landing: no longer than until the next request may set off."""
        return glance(self._patience.clock, self._line.free_at() if self._pending else None)

    def _understand(self, number: int, chunk: Chunk, answer: Any) -> Sequence[Outcome]:
        try:
            landing = self._line.landed(chunk, answer)
        except TargetError as error:
            self._error = self._error or error
            return [Outcome(one, Result.HELD, reason=_("not sent")) for one in chunk.operations]
        self._pending = {one.id: one for one in landing.again} | self._pending
        if landing.outcomes:
            self._judge(number, landing.outcomes)
        return landing.outcomes

    def _judge(self, number: int, outcomes: Sequence[Outcome]) -> None:
        """Go gently while answers are missing, and stop where none comes."""
        if any(one.result is not Result.UNKNOWN for one in outcomes):
            self._unanswered = 0
            self._window = min(4 * self._window, WIDEST_WINDOW)
            return
        self._window = 1
        if number <= self._warned:
            return
        self._warned = self._launched
        self._unanswered += 1
        if self._unanswered >= UNANSWERED:
            self._error = self._error or Unavailable(_("the CRM does not answer; what is left waits for the next run"))

    def _waited(self) -> Generator[Step, None, bool]:
        """Wait for the limits. False where there is nothing to wait for, or no time for it."""
        until = self._line.free_at()
        if until is None:
            return False
        if until > self._patience.clock.time():
            yield Waiting(until)
        return self._patience.wait(until)


def glance(clock: Clock, free_at: float | None) -> float:
    """Real seconds to wait for what is in flight, where something may set off at ``free_at`` (epoch of the clock)."""
    seconds = clock.real(free_at - clock.time()) if free_at is not None else 0.0
    return min(GLANCE, max(seconds, SHORTEST)) if seconds > 0 else GLANCE


class _Pool:
    """Threads for the calls; those still at work when the flow is abandoned are left behind."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(WIDEST_WINDOW, thread_name_prefix="dentsync-call")
        self.submit = self._executor.submit

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
