"""The scenarios as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

LOOP = "one call per record"
LOOP_SPEED = 50.0
METHODS = (
    "crm.item.add", "crm.item.update", "crm.item.list", "crm.item.get", "crm.item.batchImport", "crm.item.fields",
    "crm.duplicate.findbycomm", "crm.category.list", "crm.status.list", "profile", "scope",
)  # fmt: skip
COST, RTT = 0.01, 30.0
"""Seconds of work that a command takes, and milliseconds that an answer is on its way."""

LIMIT = 480.0
"""Seconds of work that a method has in ten minutes (limits.md of bitrix24/b24restdocs)."""


@dataclass(frozen=True)
class Scenario:
    """``count`` contacts and as many deals, created or changed. ``speed``: of the portal's clock."""

    name: str
    count: int
    creating: bool
    speed: float = 1.0
    costs: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    lost: int = 0  # of so many creating requests one reply is lost
    invalid: int = 0  # the row that the portal refuses

    def served(self) -> dict[str, Any]:
        """Switches of the sandbox."""
        costs = dict.fromkeys(METHODS, COST) | dict(self.costs)
        return {"delay": True, "rtt_ms": RTT / self.speed, "costs": costs, **self.settings}

    def faults(self) -> list[dict[str, Any]]:
        """Every n-th reply to a creating request is lost after the work was done."""
        if not self.lost:
            return []
        most = 3 * self.count
        return [{"what": "drop_after", "match": "crm.item.add", "nth": at} for at in range(self.lost, most, self.lost)]


def usual(count: int = 1000, most: int = 4000) -> dict[str, Scenario]:
    """S1 to S6 at their sizes."""
    mandatory = {"required": {"contact": {"*": ["secondName"]}}}
    found = (
        Scenario("S1", count, creating=False),
        Scenario("S3", count, creating=True, settings=mandatory, invalid=count // 2),
        Scenario("S4", count, creating=True, lost=10),
        Scenario(
            "S5", count, creating=False, speed=10.0,
            costs={"crm.item.update": 2 * LIMIT / (2 * count)},
        ),
        Scenario("S6", most, creating=False),
    )  # fmt: skip
    return {one.name: one for one in found}


def undisturbed(scenario: Scenario) -> Scenario:
    """The same with every reply."""
    return replace(scenario, lost=0)


def as_run(scenario: Scenario, name: str) -> Scenario:
    """The loop takes a thousand seconds, except on a fast clock. S1 is left to its wall time."""
    return replace(scenario, speed=LOOP_SPEED) if name == LOOP and scenario.name != "S1" else scenario
