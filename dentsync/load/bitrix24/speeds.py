"""How long an item of each sort of work takes on a portal, as measured."""

from collections.abc import Mapping

GUESSES: Mapping[str, float] = {"crm.item.update": 0.38, "crm.item.add": 0.75, "crm.item.batchImport": 0.33}
GUESS = 0.3
"""Seconds per item before anything was measured: robots make a creation slow, 1.2-1.8 s by the docs."""


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
