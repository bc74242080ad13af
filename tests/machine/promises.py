"""What is demanded, and how sure anybody outside of the program can be of what the CRM was told."""

from dataclasses import dataclass, field
from typing import Any

NOTHING = "(never told)"


class Wrong(AssertionError):
    """The CRM is not what was promised."""


def demand(holds: object, promise: str, *shown: object) -> None:
    """Raise Wrong with the promise and what is there."""
    if not holds:
        raise Wrong(" | ".join([promise, *map(str, shown)]))


@dataclass
class Belief:
    """One value of one item. ``told``: what the CRM may have been told last. ``theirs``: people changed it since."""

    told: set[Any] = field(default_factory=lambda: {NOTHING})
    theirs: bool = False

    def tell(self, new: Any, *, certain: bool) -> None:
        """A run was about this value; ``certain``: it said that all is done."""
        self.told = {new} if certain else self.told | {new}

    def may_be_news(self, new: Any) -> bool:
        """Whether the MIS may be saying something that the CRM was not told last."""
        return self.told != {new} and not self._is_silence(new)

    def is_news(self, new: Any) -> bool:
        """Whether it certainly is."""
        return new not in self.told and not self._is_silence(new)

    def _is_silence(self, new: Any) -> bool:
        """An empty cell is no news to a field of which the MIS never spoke."""
        return new == "" and self.told == {NOTHING}
