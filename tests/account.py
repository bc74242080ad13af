"""A clinic whose CRM is an amoCRM account of the rehearsal server."""

from dataclasses import dataclass
from typing import Any

from tests.clinic import Clinic

SPEED = 250.0
"""Of the clocks: the search lag of two minutes is half a second."""


@dataclass
class AmoClinic(Clinic):
    """A clinic whose CRM is the first account of the rehearsal server."""

    def act(self, do: str, **given: Any) -> None:
        self.box.admin("POST", "act?account=smile", {"do": do, **given})

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.box.admin("GET", "state?account=smile")
        return found | {"deals": found["leads"]}

    def counters(self) -> dict[str, Any]:
        found: dict[str, Any] = self.box.admin("GET", "counters?account=smile")
        return found

    @property
    def writes(self) -> int:
        """How often the account was asked to change something."""
        return sum(n for what, n in self.counters()["commands"].items() if not what.startswith("GET"))
