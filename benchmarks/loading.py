"""Scenario 5: the first load of a clinic's patients, then an export with 1 % changed."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path

from benchmarks import data
from benchmarks.portal import Clinic, Visit, clinic
from benchmarks.report import Table, megabytes, seconds, thousands

SPEED = 60.0
IMPORT = "crm.item.batchImport"
COST = 0.1
"""Seconds an item of an import takes on the sandbox, by its clock."""

REQUEST_SECONDS = 20.0
MOST_ITEMS = 1000
"""What dentsync lets a request take by forecast, and what the documentation allows: 50 imports of 20 in a batch."""

TOLERANCE = 1.05
HEAD = (
    "step",
    "requests",
    "of these importing",
    "allowed",
    "in the CRM",
    "automations",
    "refused",
    "wall",
    "peak memory",
)


@dataclass(frozen=True)
class Portal:
    """How the sandbox is set up: clock, and whether a method has a budget of working time."""

    speed: float
    budget: bool


PORTALS = (Portal(SPEED, budget=True), Portal(5.0, budget=False))


def measured(work: Path, count: int) -> Table:
    """The table."""
    rows = [row for portal in PORTALS for row in _rows(work, count, portal)]
    remarks = (
        f"Allowed is {thousands(count)} ÷ the items that the sandbox carries out in {REQUEST_SECONDS:.0f} s, + 5 %. An"
        f" item takes {COST} s by its clock, and the time it really takes, times the speed of the clock.",
    )
    return Table("First load", f"python -m benchmarks load --rows {count}", HEAD, rows, remarks)


def _rows(work: Path, count: int, portal: Portal) -> list[list[str]]:
    with clinic(work / "loading", portal.speed) as there:
        if not portal.budget:
            there.box.admin("POST", "settings", {"operating_limit": 0, "operating_shown": False})
        return [_first(there, count, portal), _second(there, count)]


def _first(there: Clinic, count: int, portal: Portal) -> list[str]:
    file = data.write(there.config.with_name("patients_1.csv"), data.first(count))
    visit = there.run("import", str(file), "--feed", "patients")
    counters = there.counters()
    assert (counters["imported_contact"], counters["duplicates"]["contact"]) == (count, 0), counters
    shown = f"first load, clock ×{portal.speed:.0f}" + ("" if portal.budget else ", no budget")
    most = ceil(count / _items_that_fit(visit, portal) * TOLERANCE)
    return _row(shown, there, visit, str(most))


def _second(there: Clinic, count: int) -> list[str]:
    changed, new, _gone = data.changes(count)
    before = there.counters()
    there.drop("patients_2.csv", data.second(count))
    there.box.admin("POST", "settings", {"advance": 600})
    visit = there.run("sync")
    after = there.counters()
    done = {name: after[name] - before[name] for name in ("updated_contact", "imported_contact", "created_contact")}
    assert done == {"updated_contact": changed, "imported_contact": new, "created_contact": 0}, done
    return _row(f"{thousands(changed)} changed, {thousands(new)} new", there, visit, "")


def _items_that_fit(visit: Visit, portal: Portal) -> int:
    """Items that a request may carry, by the time the sandbox took for one."""
    real = sum(entry.real_seconds for entry in visit.requests if entry.commands[IMPORT])
    item = COST + portal.speed * real / visit.summary["operations"]
    return min(MOST_ITEMS, int(REQUEST_SECONDS / item))


def _row(step: str, there: Clinic, visit: Visit, allowed: str) -> list[str]:
    counters = there.counters()
    importing = sum(entry.commands[IMPORT] > 0 for entry in visit.requests)
    return [
        step,
        str(len(visit.requests)),
        str(importing),
        allowed + (" — more" if allowed and importing > int(allowed) else ""),
        thousands(counters["imported_contact"]),
        str(counters["automations"]),
        str(counters["refused_503"] + counters["refused_429"] + counters["cut"]),
        seconds(visit.run.wall),
        megabytes(visit.run.memory),
    ]
