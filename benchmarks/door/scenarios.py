"""The scenarios, and each of them with every client."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.door import ours, peer
from benchmarks.door.finding import Finding, found
from benchmarks.door.ours import Clinic
from benchmarks.door.site import Portal, Site

CAP = 120.0
"""Seconds after which a client is stopped."""

LAG = 76.0
"""Seconds after which dentsync believes that a creation is not there."""

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
    title: str
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
        Scenario("S1", "changes", count, creating=False),
        Scenario("S3", "one invalid row", count, creating=True, settings=mandatory, invalid=count // 2),
        Scenario("S4", "one reply in ten lost", count, creating=True, lost=10),
        Scenario(
            "S5", "half the working time", count, creating=False, speed=20.0,
            costs={"crm.item.update": 2 * LIMIT / (2 * count)},
        ),
        Scenario("S6", "more than the burst", most, creating=False),
    )  # fmt: skip
    return {one.name: one for one in found}


def undisturbed(scenario: Scenario) -> Scenario:
    """The same with every reply."""
    return replace(scenario, lost=0)


def prepared(site: Site, scenario: Scenario) -> Clinic:
    """A clinic with the work of a scenario."""
    folder = site.folder / scenario.name
    if scenario.creating:
        return ours.new_patients(site, folder, scenario.count, scenario.speed, scenario.invalid)
    return ours.changed_patients(site, folder, scenario.count, scenario.speed, {"costs": scenario.served()["costs"]})


def as_run(scenario: Scenario, name: str) -> Scenario:
    """The loop takes a thousand seconds, except on a fast clock. S1 is left to its wall time."""
    return replace(scenario, speed=LOOP_SPEED) if name == LOOP and scenario.name != "S1" else scenario


def with_peer(site: Site, scenario: Scenario, clinic: Clinic, name: str, cap: float = CAP) -> Finding:
    """One of the others."""
    scenario = as_run(scenario, name)
    with site.open(scenario.served(), data=clinic.portal, speed=scenario.speed, faults=scenario.faults()) as portal:
        attempt, known = peer.run(site, name, clinic.work, scenario.speed, cap)
        return found(portal, attempt, site.secret, known.updated, known.ids, creating=scenario.creating)


def with_ours(site: Site, scenario: Scenario, clinic: Clinic, argv: Sequence[str], cap: float = CAP) -> list[Finding]:
    """dentsync. After creations a second `sync`, and where the ends of some are not known, a third after the lag."""
    copy = clinic.copied(site.folder / "ours")
    findings = []
    with site.open(scenario.served(), data=clinic.portal, speed=scenario.speed, faults=scenario.faults()) as portal:
        for command in (argv, ("sync",)) if scenario.creating else (argv,):
            findings.append(_one_of_ours(site, scenario, copy, portal, command, cap))
        if scenario.lost and findings[-1].known < findings[-1].done:
            time.sleep(LAG)
            findings.append(_one_of_ours(site, scenario, copy, portal, ("sync",), cap))
    return findings


def _one_of_ours(
    site: Site, scenario: Scenario, clinic: Clinic, portal: Portal, argv: Sequence[str], cap: float
) -> Finding:
    portal.start_counting()
    attempt = ours.run(site, clinic, argv, cap, warm=scenario.speed != 1)
    ids, applied = ours.ids(clinic), ours.applied(attempt)
    return found(portal, attempt, site.secret, applied, ids, creating=scenario.creating)
