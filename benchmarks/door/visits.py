"""Each scenario with every client: a portal that starts anew, the client, a look at the portal."""

import time
from collections.abc import Sequence

from benchmarks.door import ours, peer
from benchmarks.door.finding import Finding, found
from benchmarks.door.ours import Clinic
from benchmarks.door.scenario import Scenario, as_run
from benchmarks.door.site import Portal, Site

CAP = 180.0
"""Seconds after which a client is stopped."""

LAG = 76.0
"""Seconds after which dentsync believes that a creation is not there."""


def prepared(site: Site, scenario: Scenario) -> Clinic:
    """A clinic with the work of a scenario."""
    folder = site.folder / scenario.name
    if scenario.creating:
        return ours.new_patients(site, folder, scenario.count, scenario.speed, scenario.invalid)
    return ours.changed_patients(site, folder, scenario.count, scenario.speed, {"costs": scenario.served()["costs"]})


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
