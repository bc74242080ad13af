"""What a portal lets through: seconds of work per method in ten minutes, and seconds of one request.

Source: limits.md of bitrix24/b24restdocs: ``time.operating`` is what a method has used, ``operating_reset_at`` when the
oldest of its minutes falls out; a call over the limit is refused before it runs. Any request is cut after 60 s.
"""

from collections.abc import Mapping
from typing import Any

from dentsync.load.target import Clock

LIMIT = 480.0
RESERVE = 30.0
WINDOW = 600.0
BLIND_WAIT = 60.0
"""How long to wait for a budget whose reset was never told: a basket is one minute."""

REQUEST_SECONDS = 20.0
"""How long a request may take by forecast. A third of the cut, so that a portal three times slower still answers."""

GUESSES: Mapping[str, float] = {"crm.item.update": 0.4, "crm.item.add": 0.8, "crm.item.batchImport": 1 / 3}
GUESS = 0.3
"""Seconds per item before anything was measured: robots make a creation slow, 1.2-1.8 s by the docs."""


class Budgets:
    """Work used per method. ``batch`` is a method too: one measurement found the work billed to it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used: dict[str, tuple[float, float]] = {}

    def saw(self, method: str, time: Mapping[str, Any]) -> None:
        """Take up ``operating`` and ``operating_reset_at`` of an answer; both may be absent."""
        operating, reset_at = time.get("operating"), time.get("operating_reset_at")
        if isinstance(operating, int | float) and isinstance(reset_at, int | float):
            self._used[method] = (float(operating), float(reset_at))

    def wait(self, costs: Mapping[str, float]) -> None:
        """Wait until these seconds of work, per method, are likely to fit."""
        now = self._clock.time()
        full = [
            self._used[method][1]
            for method, cost in costs.items()
            if method in self._used and self._used[method][0] + cost > LIMIT - RESERVE
        ]
        until = max(full, default=now)
        if until > now:
            self._clock.sleep(min(until - now, WINDOW))
        for method in costs:
            self._forget_if_past(method)

    def until_reset(self, method: str) -> float:
        """The method was refused: seconds until the reset it last told of."""
        left = self._used.get(method, (0.0, 0.0))[1] - self._clock.time()
        return min(left, WINDOW) if left > 0 else BLIND_WAIT

    def state(self) -> dict[str, list[float]]:
        """JSON-able ``method -> [operating, reset_at]`` for the next run."""
        return {method: list(used) for method, used in self._used.items()}

    def restore(self, state: Mapping[str, tuple[float, float]]) -> None:
        """Take up what another run left."""
        self._used = dict(state)

    def _forget_if_past(self, method: str) -> None:
        # How much the reset gave back is told only by the next answer.
        if method in self._used and self._used[method][1] <= self._clock.time():
            del self._used[method]


class Speeds:
    """Seconds per item of each method: follows a slowdown at once, a speed-up slowly."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def of(self, method: str) -> float:
        """Seconds one item is expected to take."""
        return self._seconds.get(method, GUESSES.get(method, GUESS))

    def saw(self, method: str, seconds: float, items: int = 1) -> None:
        """Take up one measurement."""
        fresh = max(0.0, seconds) / max(1, items)
        if method not in self._seconds:
            self._seconds[method] = fresh
            return
        weight = 0.7 if fresh > self._seconds[method] else 0.3
        self._seconds[method] += weight * (fresh - self._seconds[method])

    def slower(self, method: str) -> None:
        """A request was cut: whatever was measured is not true any more."""
        self._seconds[method] = 2 * max(self.of(method), GUESSES.get(method, GUESS))

    def state(self) -> dict[str, float]:
        """JSON-able ``method -> seconds`` for the next run."""
        return {method: round(seconds, 4) for method, seconds in self._seconds.items()}

    def restore(self, state: Mapping[str, float]) -> None:
        """Take up what another run left."""
        self._seconds = dict(state)
