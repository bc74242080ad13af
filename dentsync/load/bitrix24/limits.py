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
BASKET = 60.0
ROUNDED = 1.0
"""``operating_reset_at`` is given in whole seconds, rounded down."""

BLIND_WAIT = 60.0
"""How long to wait for a budget whose reset was never told: a basket is one minute."""

REQUEST_SECONDS = 20.0
"""How long a request may take by forecast. A third of the cut, so that a portal three times slower still answers."""

GUESSES: Mapping[str, float] = {"crm.item.update": 0.38, "crm.item.add": 0.75, "crm.item.batchImport": 0.33}
GUESS = 0.3
"""Seconds per item before anything was measured: robots make a creation slow, 1.2-1.8 s by the docs."""


Basket = tuple[float, float]
"""When seconds of work fall out of the window (epoch), and how many."""


class Budgets:
    """Work used per method, in baskets that fall out of the window one by one.

    ``batch`` is a method too: one measurement found the work of a batch billed to it (bitrix24/b24jssdk#459).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._baskets: dict[str, list[Basket]] = {}

    def saw(self, method: str, time: Mapping[str, Any]) -> None:
        """Take up ``operating`` and ``operating_reset_at`` of an answer; both may be absent."""
        operating, reset_at = time.get("operating"), time.get("operating_reset_at")
        if not isinstance(operating, int | float) or not isinstance(reset_at, int | float):
            return
        baskets = self._alive(method)
        fresh = operating - sum(seconds for _, seconds in baskets)
        if fresh > 0 and not baskets:
            baskets = [(reset_at + ROUNDED, fresh)]
        elif fresh > 0:
            baskets = _filled(baskets, self._clock.time() + WINDOW, fresh)
        else:
            baskets = _drained(baskets, -fresh)
        self._baskets[method] = baskets

    def wait(self, costs: Mapping[str, float]) -> None:
        """Wait until these seconds of work, per method, fit."""
        now = self._clock.time()
        until = max((self._free_at(method, cost) for method, cost in costs.items()), default=now)
        if until > now:
            self._clock.sleep(min(until - now, WINDOW))

    def until_reset(self, method: str) -> float:
        """The method was refused: seconds until the next basket falls out, as far as it was told."""
        baskets = self._alive(method)
        return min(baskets[0][0] - self._clock.time(), WINDOW) if baskets else BLIND_WAIT

    def state(self) -> dict[str, tuple[Basket, ...]]:
        """Baskets per method for the next run."""
        return {method: tuple(baskets) for method in self._baskets if (baskets := self._alive(method))}

    def restore(self, state: Mapping[str, tuple[Basket, ...]]) -> None:
        """Take up what another run left; a basket cannot lie further ahead than the window."""
        latest = self._clock.time() + WINDOW + BASKET
        self._baskets = {
            method: sorted(basket for basket in baskets if basket[0] < latest) for method, baskets in state.items()
        }

    def _free_at(self, method: str, cost: float) -> float:
        """When the work fits (0: now). What fits never goes when the window is empty."""
        baskets = self._alive(method)
        used, free_at = sum(seconds for _, seconds in baskets), 0.0
        for expires_at, seconds in baskets:
            if used + cost <= LIMIT - RESERVE:
                break
            used, free_at = used - seconds, expires_at
        return free_at

    def _alive(self, method: str) -> list[Basket]:
        now = self._clock.time()
        return [basket for basket in self._baskets.get(method, []) if basket[0] > now]


def _filled(baskets: list[Basket], expires_at: float, fresh: float) -> list[Basket]:
    """Work of one minute falls out together with the first of it."""
    *before, (last_at, seconds) = baskets
    if expires_at - last_at < BASKET:
        return [*before, (last_at, seconds + fresh)]
    return [*baskets, (expires_at, fresh)]


def _drained(baskets: list[Basket], surplus: float) -> list[Basket]:
    """The portal counts less than we do: its oldest baskets have fallen out already."""
    left: list[Basket] = []
    for expires_at, seconds in baskets:
        taken = min(seconds, surplus)
        surplus -= taken
        if seconds - taken > 0:
            left.append((expires_at, seconds - taken))
    return left


class Speeds:
    """Seconds per item of each sort of work: follows a slowdown at once, a speed-up slowly.

    A sort is a method, or ``method entityTypeId`` and more: a deal that is moved starts robots, a contact does not.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def of(self, sort: str) -> float:
        """Seconds one item is expected to take."""
        return self._seconds.get(sort, _guess(sort))

    def saw(self, sort: str, seconds: float, items: int = 1) -> None:
        """Take up one measurement."""
        fresh = max(0.0, seconds) / max(1, items)
        if sort not in self._seconds:
            self._seconds[sort] = fresh
            return
        weight = 0.7 if fresh > self._seconds[sort] else 0.3
        self._seconds[sort] += weight * (fresh - self._seconds[sort])

    def slower(self, sort: str) -> None:
        """A request was cut: whatever was measured is not true any more."""
        self._seconds[sort] = 2 * max(self.of(sort), _guess(sort))

    def state(self) -> dict[str, float]:
        """JSON-able ``sort -> seconds`` for the next run."""
        return {sort: round(seconds, 4) for sort, seconds in self._seconds.items()}

    def restore(self, state: Mapping[str, float]) -> None:
        """Take up what another run left."""
        self._seconds = dict(state)


def _guess(sort: str) -> float:
    return GUESSES.get(sort.split(" ")[0], GUESS)
