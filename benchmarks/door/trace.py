"""What came to a portal, by its own clock."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

PAUSE = 5.0
"""Seconds of silence, by the portal's clock, from which on a client is said to wait."""


@dataclass(frozen=True)
class Asked:
    """One request: epoch seconds when it came and was answered; ``resets`` is what its answer said, by method."""

    came: float
    left: float
    status: int
    methods: Mapping[str, int]
    resets: Mapping[str, float]


@dataclass(frozen=True)
class Trace:
    """Requests in the order they came, and connections."""

    requests: tuple[Asked, ...]
    connections: int

    def statuses(self) -> Counter[int]:
        return Counter(one.status for one in self.requests)

    @property
    def seconds(self) -> float:
        """From the first request to the last answer, by the portal's clock."""
        return max((one.left for one in self.requests), default=0.0) - self._began

    @property
    def sending(self) -> float:
        """From the first request to the last."""
        return max((one.came for one in self.requests), default=0.0) - self._began

    @property
    def _began(self) -> float:
        return self.requests[0].came if self.requests else 0.0

    @property
    def silence(self) -> float:
        """The longest time between two requests."""
        return max((after.came - before.came for before, after in pairwise(self.requests)), default=0.0)

    def waits(self, method: str) -> list[float]:
        """Seconds between the reset that was announced and the request that had waited for it, for each pause."""
        return [after.came - before.resets[method] for before, after in self._pauses(method)]

    def _pauses(self, method: str) -> Iterator[tuple[Asked, Asked]]:
        asked = [one for one in self.requests if method in one.methods]
        busy = 0.0
        for before, after in pairwise(asked):
            busy = max(busy, before.left)
            if after.came - busy > PAUSE:
                yield before, after


def read(lines: Iterable[str]) -> Trace:
    """The trace that ``benchmarks.door.served`` has written."""
    values = [json.loads(line) for line in lines]
    requests = tuple(Asked(v["came"], v["left"], v["status"], v["methods"], v["resets"]) for v in values if "came" in v)
    return Trace(requests, sum("connection" in value for value in values))
