"""In which order the names of a file are typed, learned from the rows that leave no doubt.

A value, counted up row by row and kept for each feed. What it says is coarse on purpose: a row must not be read in
one way today and in another tomorrow because a hundred rows were added.
"""

from dataclasses import dataclass

from dentsync.transform.name_order import Lean
from dentsync.transform.names import PersonName

ENOUGH = 30
"""So many names have to tell the order before the others follow them."""

EXCEPTIONS = 100
"""One name in so many may be typed the other way; one more, and the file leans nowhere."""


@dataclass(frozen=True, slots=True)
class OrderPrior:
    """How many names of a feed show which order."""

    last_first: int = 0
    first_last: int = 0

    def seen(self, name: PersonName) -> "OrderPrior":
        """With one more name. Names that tell nothing count for nothing."""
        match name.order:
            case "last_first":
                return OrderPrior(self.last_first + 1, self.first_last)
            case "first_last":
                return OrderPrior(self.last_first, self.first_last + 1)
        return self

    def __add__(self, other: "OrderPrior") -> "OrderPrior":
        return OrderPrior(self.last_first + other.last_first, self.first_last + other.first_last)

    @property
    def lean(self) -> Lean:
        """The order that names in doubt may be believed to have; "" where the file does not say."""
        most, fewest = max(self.last_first, self.first_last), min(self.last_first, self.first_last)
        if most < ENOUGH or fewest * EXCEPTIONS > most:
            return ""
        return "last_first" if self.last_first == most else "first_last"
