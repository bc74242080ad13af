"""What a portal lets through: seconds of work per method in ten minutes, and seconds of one request.

Source: limits.md of bitrix24/b24restdocs: ``time.operating`` is what a method has used, ``operating_reset_at`` when the
oldest of its minutes falls out; a call over the limit is refused before it runs. Any request is cut after 60 s.
"""

import math
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

NOTHING = 1e-6

REQUEST_SECONDS = 20.0
"""How long a request may take by forecast. A third of the cut, so that a portal three times slower still answers."""

GUESSES: Mapping[str, float] = {"crm.item.update": 0.38, "crm.item.add": 0.75, "crm.item.batchImport": 0.33}
GUESS = 0.3
"""Seconds per item before anything was measured: robots make a creation slow, 1.2-1.8 s by the docs."""


Basket = tuple[float, float, int]
"""When seconds of work fall out of the window (epoch, our clock), how many, and the portal's minute they belong to."""


class Budgets:
    """Work used per method, in baskets that fall out of the window one by one.

    ``batch`` is a method too: one measurement found the work of a batch billed to it (bitrix24/b24jssdk#459). Times of
    the portal are told by its own clock; ``ahead`` is how far ours is ahead of it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._baskets: dict[str, list[Basket]] = {}
        self._reserved: dict[str, float] = {}  # work of requests in flight
        self._blocked: dict[str, float] = {}  # refused until
        self._ahead, self._least, self._most = 0.0, -math.inf, math.inf
        self.limit = LIMIT

    @property
    def portal_time(self) -> float:
        """The portal's clock now, epoch seconds."""
        return self._clock.time() - self._ahead

    # ── what answers tell ──

    def synchronise(self, time: Mapping[str, Any], sent_at: float, heard_at: float) -> None:
        """Take up the portal's clock from the ``time`` of an answer, and when by ours it was asked for and came.

        The quickest way there and back bounds how far ours is ahead. A budget believed free too early costs a refusal:
        the later bound counts.
        """
        start, finish = time.get("start"), time.get("finish")
        if isinstance(start, int | float) and isinstance(finish, int | float):
            self._least = max(self._least, sent_at - start)
            self._most = min(self._most, heard_at - finish)
            self._ahead = max(self._least, self._most)

    def saw(self, method: str, time: Mapping[str, Any]) -> None:
        """Take up ``operating`` and ``operating_reset_at`` of an answer; both may be absent."""
        operating, reset_at, finish = (time.get(name) for name in ("operating", "operating_reset_at", "finish"))
        if not isinstance(operating, int | float) or not isinstance(reset_at, int | float):
            return
        at = float(finish) if isinstance(finish, int | float) else self._clock.time() - self._ahead
        baskets = self._brought_to(operating, self._alive(method), at)
        if baskets:
            baskets[0] = (reset_at + ROUNDED + self._ahead, *baskets[0][1:])
        self._baskets[method] = baskets

    def _brought_to(self, operating: float, baskets: list[Basket], at: float) -> list[Basket]:
        """Baskets that hold as much as the portal counted ``at`` that moment of its clock."""
        fresh = operating - sum(seconds for _, seconds, _minute in baskets)
        minute, expires_at = int(at // BASKET), self._clock.time() + WINDOW
        if fresh <= 0:
            return _drained(baskets, -fresh, self._clock.time() + BASKET)
        same = next((index for index, basket in enumerate(baskets) if basket[2] == minute), None)
        if same is None:
            return [*baskets, (expires_at, fresh, minute)]
        first_at, seconds, _minute = baskets[same]
        return [*baskets[:same], (first_at, seconds + fresh, minute), *baskets[same + 1 :]]

    def refused(self, method: str) -> None:
        """The method is over its limit, which may be lower than the documented one."""
        used = sum(seconds for _, seconds, _minute in self._alive(method))
        if used > RESERVE:
            self.limit = min(self.limit, used)
        self._blocked[method] = self._clock.time() + self.until_reset(method)

    def until_reset(self, method: str) -> float:
        """The method was refused: seconds until the next basket falls out, as far as it was told."""
        baskets = self._alive(method)
        return min(baskets[0][0] - self._clock.time(), WINDOW) if baskets else BLIND_WAIT

    # ── what fits ──

    def reserve(self, costs: Mapping[str, float]) -> None:
        """A request with this work sets off."""
        for method, cost in costs.items():
            self._reserved[method] = self._reserved.get(method, 0.0) + cost

    def release(self, costs: Mapping[str, float]) -> None:
        """It has landed: its answer says what it used."""
        for method, cost in costs.items():
            self._reserved[method] = max(0.0, self._reserved.get(method, 0.0) - cost)

    def room(self, method: str) -> float:
        """Seconds of work that fit now. A window that is empty takes whatever has to be done."""
        if self._blocked.get(method, 0.0) > self._clock.time():
            return 0.0
        used = sum(seconds for _, seconds, _minute in self._alive(method)) + self._reserved.get(method, 0.0)
        return self.limit - RESERVE - used if used > NOTHING else math.inf

    def free_at(self, method: str, cost: float) -> float:
        """When this work fits (0: now). What fits never goes when the window is empty."""
        blocked = self._blocked.get(method, 0.0)
        if blocked > self._clock.time():
            return blocked
        baskets = self._alive(method)
        used, free_at = sum(seconds for _, seconds, _minute in baskets), 0.0
        for expires_at, seconds, _minute in baskets:
            if used + cost <= self.limit - RESERVE:
                break
            used, free_at = used - seconds, expires_at
        return min(free_at, self._clock.time() + WINDOW)

    def wait(self, costs: Mapping[str, float]) -> None:
        """Wait until these seconds of work, per method, fit."""
        now = self._clock.time()
        until = max((self.free_at(method, cost) for method, cost in costs.items()), default=now)
        if until > now:
            self._clock.sleep(until - now)

    # ── between runs ──

    def state(self) -> dict[str, tuple[Basket, ...]]:
        """Baskets per method for the next run."""
        return {method: tuple(baskets) for method in self._baskets if (baskets := self._alive(method))}

    def restore(self, state: Mapping[str, tuple[Basket, ...]], limit: float) -> None:
        """Take up what another run left; a basket cannot lie further ahead than the window."""
        latest = self._clock.time() + WINDOW + BASKET
        self.limit = min(LIMIT, limit)
        self._baskets = {
            method: sorted(basket for basket in baskets if basket[0] < latest) for method, baskets in state.items()
        }

    def _alive(self, method: str) -> list[Basket]:
        now = self._clock.time()
        return [basket for basket in self._baskets.get(method, []) if basket[0] > now]


def _drained(baskets: list[Basket], surplus: float, soon: float) -> list[Basket]:
    """The portal counts less than we do: what was to fall out ``soon`` has done so already.

    No more than that: answers of requests in flight side by side come in any order, and an old one counts less too.
    """
    left: list[Basket] = []
    for expires_at, seconds, minute in baskets:
        taken = min(seconds, surplus) if expires_at <= soon else 0.0
        surplus -= taken
        if seconds - taken > 0:
            left.append((expires_at, seconds - taken, minute))
    return left


class Speeds:
    """Seconds per item of each sort of work: follows a slowdown at once, a speed-up slowly.

    A sort is a method, or ``method entityTypeId`` and more: a deal that is moved starts robots, a contact does not.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def knows(self, sort: str) -> bool:
        """Whether this sort was ever measured."""
        return sort in self._seconds

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
