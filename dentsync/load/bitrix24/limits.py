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
        self._told: dict[str, tuple[float, float]] = {}  # the latest reset and work that the portal told
        self._heard: dict[str, float] = {}  # when that was
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
        """Take up ``operating`` and ``operating_reset_at`` of an answer; both may be absent.

        Answers of requests side by side come in any order. Work only grows until its oldest minute falls out, and then
        the reset moves on: an answer that tells of less is older, and only says when its own work was done.
        """
        operating, reset_at, finish = (time.get(name) for name in ("operating", "operating_reset_at", "finish"))
        if not isinstance(operating, int | float) or not isinstance(reset_at, int | float):
            return
        minute = _minute_of(finish if isinstance(finish, int | float) else self.portal_time)
        told = min(reset_at, self.portal_time + WINDOW + BASKET), operating
        if told < self._told.get(method, told):
            self._baskets[method] = self._put_right(self._baskets.get(method, []), time.get("duration"), minute)
            return
        self._told[method], self._heard[method] = told, self._clock.time()
        self.limit = min(LIMIT, max(self.limit, operating))
        self._baskets[method] = self._falling(self._brought_to(operating, self._alive(method), minute), told[0])

    def _brought_to(self, operating: float, baskets: list[Basket], minute: int) -> list[Basket]:
        """Baskets that hold as much as the portal counted in that minute of its clock."""
        fresh = operating - sum(seconds for _, seconds, _minute in baskets)
        return self._with(baskets, fresh, minute) if fresh > 0 else _drained(baskets, -fresh)

    def _falling(self, baskets: list[Basket], reset_at: float) -> list[Basket]:
        """When the oldest falls out was told. What we count to a later minute does not fall out with it."""
        oldest = _minute_of(reset_at - WINDOW)
        falling = sum(seconds for _, seconds, minute in baskets if minute <= oldest)
        return [
            (reset_at + ROUNDED + self._ahead, falling, oldest),
            *(basket for basket in baskets if basket[2] > oldest),
        ]

    def _put_right(self, baskets: list[Basket], duration: Any, minute: int) -> list[Basket]:
        """Work that was counted to a later minute, because an answer from then came first."""
        later = next((index for index, basket in enumerate(baskets) if basket[2] > minute), None)
        if later is None or not isinstance(duration, int | float):
            return baskets
        expires_at, seconds, after = baskets[later]
        moved = min(seconds, duration)
        rest = [*baskets[:later], (expires_at, seconds - moved, after), *baskets[later + 1 :]]
        return self._with(rest, moved, minute)

    def _with(self, baskets: list[Basket], seconds: float, minute: int) -> list[Basket]:
        """One basket with so much more in it; its minute begins to fall out ten minutes after it at the latest."""
        expires_at = min(self._clock.time(), (minute + 1) * BASKET + ROUNDED + self._ahead) + WINDOW
        found = next((basket for basket in baskets if basket[2] == minute), (expires_at, 0.0, minute))
        others = [basket for basket in baskets if basket[2] != minute]
        return sorted([*others, (found[0], found[1] + seconds, minute)], key=lambda basket: basket[2])

    def refused(self, method: str) -> None:
        """The method is over its limit, which may be lower than the documented one."""
        used = sum(seconds for _, seconds, _minute in self._alive(method))
        if used > RESERVE and not self._has_turned(method):
            self.limit = min(self.limit, used + self._reserved.get(method, 0.0) + RESERVE)
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
        """Seconds of work that fit now. A window that is empty takes whatever has to be done.

        When a basket has fallen out, one request may ask how much that was: which minute the portal counts a request
        to, the one in which it came or the one in which it ended, is not documented.
        """
        if self._blocked.get(method, 0.0) > self._clock.time():
            return 0.0
        used = sum(seconds for _, seconds, _minute in self._alive(method)) + self._reserved.get(method, 0.0)
        if used <= NOTHING:
            return math.inf
        return max(self.limit - RESERVE - used, REQUEST_SECONDS if self._may_ask(method) else -math.inf)

    def free_at(self, method: str, cost: float) -> float:
        """When this work fits, or may be tried (0: now). What fits never goes when the window is empty."""
        blocked = self._blocked.get(method, 0.0)
        if blocked > self._clock.time():
            return blocked
        if cost <= self.room(method):
            return 0.0
        latest = self._clock.time() + WINDOW
        return min((at for at, _seconds, _minute in self._alive(method) if at < latest), default=latest)

    def _may_ask(self, method: str) -> bool:
        return self._has_turned(method) and self._reserved.get(method, 0.0) <= NOTHING

    def _has_turned(self, method: str) -> bool:
        """Whether a basket has fallen out since the portal last told what was used."""
        now, heard = self._clock.time(), self._heard.get(method, math.inf)
        return any(heard < at <= now for at, _seconds, _minute in self._baskets.get(method, ()))

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

    def restore(self, state: Mapping[str, tuple[Basket, ...]]) -> None:
        """Take up what another run left; a basket cannot lie further ahead than the window."""
        latest = self._clock.time() + WINDOW + BASKET
        self._baskets = {
            method: sorted(basket for basket in baskets if basket[0] < latest) for method, baskets in state.items()
        }

    def _alive(self, method: str) -> list[Basket]:
        now = self._clock.time()
        return [basket for basket in self._baskets.get(method, []) if basket[0] > now]


def _minute_of(moment: float) -> int:
    return int(moment // BASKET)


def _drained(baskets: list[Basket], surplus: float) -> list[Basket]:
    """The portal counts less than we do: the oldest has fallen out already."""
    left: list[Basket] = []
    for expires_at, seconds, minute in baskets:
        taken = min(seconds, surplus)
        surplus -= taken
        if seconds - taken > NOTHING:
            left.append((expires_at, seconds - taken, minute))
    return left
