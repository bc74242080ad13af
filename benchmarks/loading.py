"""Scenario 5: the first load of a clinic's patients, then an export with 1 % changed."""

from math import ceil
from pathlib import Path

from benchmarks import data
from benchmarks.portal import Asked, Clinic, Visit, clinic
from benchmarks.report import Table, megabytes, seconds, thousands

SPEED = 60.0
IMPORT = "crm.item.batchImport"
COST = 0.1
"""Seconds that an item of an import takes on the sandbox, by its clock."""

REQUEST_SECONDS = 20.0
MOST_ITEMS = 1000
"""What dentsync lets a request take by forecast, and what the documentation allows: 50 imports of 20 in a batch."""

TOLERANCE = 1.05
LIMIT, WINDOW = 480.0, 600.0
"""Seconds of work that a method has in any ten minutes (limits.md of bitrix24/b24restdocs)."""

HEAD = (
    "step", "requests", "importing", "allowed", "in the CRM", "automations", "refused", "portal's clock",
    "least by the budget", "wall", "peak memory",
)  # fmt: skip


def measured(work: Path, count: int) -> Table:
    """The table."""
    with clinic(work / "loading", SPEED) as there:
        rows = [_first(there, count), _second(there, count)]
    remarks = (
        f"Allowed is {thousands(count)} ÷ the items that the sandbox carries out in {REQUEST_SECONDS:.0f} s, + 5 %: an"
        f" item takes {COST} s by its clock. That clock and dentsync's run {SPEED:.0f} times faster than the wall's.",
        "A method may work 480 s in any ten minutes, which is the least time there; nearly all of it is waiting."
        f" dentsync leaves 30 of the 480 s unused, and its own real time counts {SPEED:.0f}-fold here.",
    )
    return Table("First load", f"python -m benchmarks load --rows {count}", HEAD, rows, remarks)


def _first(there: Clinic, count: int) -> list[str]:
    """Nothing is in the CRM; afterwards everybody is, once."""
    file = data.write(there.config.with_name("patients_1.csv"), data.first(count))
    visit = there.run("import", str(file), "--feed", "patients")
    counters = there.counters()
    assert (counters["imported_contact"], counters["duplicates"]["contact"]) == (count, 0), counters
    allowed = int(count / min(MOST_ITEMS, REQUEST_SECONDS / COST) * TOLERANCE)
    least = (ceil(count * COST / LIMIT) - 1) * WINDOW
    return _row(f"{thousands(count)} patients", there, visit, str(allowed), f"{least / 60:.0f} min")


def _second(there: Clinic, count: int) -> list[str]:
    """Exactly what changed is updated, who is new is created, and nothing else is touched."""
    changed, new, _gone = data.changes(count)
    there.box.admin("POST", "settings", {"advance": 600})
    before = there.counters()
    there.drop("patients_2.csv", data.second(count))
    visit = there.run("sync")
    after = there.counters()
    names = ("updated_contact", "imported_contact", "created_contact", "created_deal", "updated_deal", "moved")
    done = {name: after[name] - before[name] for name in names if after[name] != before[name]}
    assert done == {"updated_contact": changed, "imported_contact": new}, done
    return _row(f"{thousands(changed)} changed, {thousands(new)} new", there, visit, "", "")


def importing(visit: Visit) -> list[Asked]:
    """Requests that brought items into the CRM."""
    return [one for one in visit.requests if one.commands[IMPORT]]


def _row(step: str, there: Clinic, visit: Visit, allowed: str, least: str) -> list[str]:
    counters = there.counters()
    took = (visit.requests[-1].at - visit.requests[0].at).total_seconds()
    return [
        step,
        str(len(visit.requests)),
        str(len(importing(visit))),
        allowed,
        thousands(counters["imported_contact"]),
        str(counters["automations"]),
        str(counters["refused_503"] + counters["refused_429"] + counters["cut"]),
        f"{took / 60:.0f} min",
        least,
        seconds(visit.run.wall),
        megabytes(visit.run.memory),
    ]
