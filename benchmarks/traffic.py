"""Scenario 4: how many requests a day's changes take."""

from collections.abc import Iterator
from math import ceil
from pathlib import Path

from benchmarks import data
from benchmarks.portal import Clinic, Visit, clinic
from benchmarks.report import Table, seconds, thousands

SPEED = 60.0
COMMANDS = 50
"""In one batch, by the documentation (settings/how-to-call-rest-api/batch.md of bitrix24/b24restdocs)."""

HEAD = ("changes", "requests", "the fewest possible", "of these reading", "updates done", "wall")


def measured(work: Path, counts: tuple[int, ...]) -> Table:
    """The table."""
    rows = [row for count in counts for row in _rows(work, count)]
    remark = (
        f"The fewest possible is ⌈changes ÷ {COMMANDS}⌉ for writing, and one more where the CRM has to be read first,"
        " because what people did there decides. The sandbox answers at once, so wall time is dentsync's own."
    )
    command = f"python -m benchmarks requests {' '.join(f'--each {count}' for count in counts)}"
    return Table("Requests for a day's changes", command, HEAD, rows, (remark,))


def _rows(work: Path, count: int) -> Iterator[list[str]]:
    with clinic(work / "traffic", SPEED) as there:
        known(there, count)
        yield _row(f"{thousands(count)} contacts + {thousands(count)} deals, fields", count, plain(there, count), 0)
        yield _row(f"{thousands(count)} phones + {thousands(count)} moves", count, with_reading(there, count), 1)


def known(there: Clinic, count: int) -> None:
    """Bring patients and their deals into the CRM."""
    numbers = range(1, count + 1)
    there.drop("patients_1.csv", map(data.patient, numbers))
    there.drop("primary_1.csv", map(data.request, numbers), data.REQUESTS)
    there.run("sync")
    _wait_for_rate(there)


def plain(there: Clinic, count: int) -> Visit:
    """Another status and visit of each patient, another operator of each deal: nothing has to be read."""
    numbers = range(1, count + 1)
    there.drop("patients_1.csv", (data.patient(number, 1) for number in numbers))
    there.drop("primary_1.csv", (data.request(number, operator="Орлова") for number in numbers), data.REQUESTS)
    return _visit(there, count, {"updated_contact": count, "updated_deal": count})


def with_reading(there: Clinic, count: int) -> Visit:
    """Another phone of each patient, and each deal is won: people may have touched both."""
    numbers = range(1, count + 1)
    there.drop("patients_1.csv", (data.patient(n, 1, data.phone_of(n + data.NEW // 2)) for n in numbers))
    rows = (data.request(number, operator="Орлова", result="Визит состоялся") for number in numbers)
    there.drop("primary_1.csv", rows, data.REQUESTS)
    return _visit(there, count, {"updated_contact": count, "moved": count})


def _visit(there: Clinic, count: int, expected: dict[str, int]) -> Visit:
    before = there.counters()
    visit = there.run("sync")
    after = there.counters()
    done = {name: after[name] - before[name] for name in expected}
    assert done == expected, done
    assert visit.summary["outcomes"]["applied"] == visit.summary["operations"] == 2 * count, visit.summary
    _wait_for_rate(there)
    return visit


def _wait_for_rate(there: Clinic) -> None:
    """Let a minute pass at the portal, so that no run pays for the requests of the one before."""
    there.box.admin("POST", "settings", {"advance": 60})


def reading(visit: Visit) -> int:
    """Requests that only read."""
    return sum("crm.item.update" not in asked.commands for asked in visit.requests)


def fewest(count: int, reads: int) -> int:
    """The fewest requests for ``count`` changes of contacts and as many of deals."""
    return ceil(2 * count / COMMANDS) + (ceil(ceil(2 * count / 50) / COMMANDS) if reads else 0)


def _row(name: str, count: int, visit: Visit, reads: int) -> list[str]:
    wanted, sent = fewest(count, reads), len(visit.requests)
    return [
        name,
        str(sent) + ("" if sent <= wanted else " — more than possible"),
        str(wanted),
        str(reading(visit)),
        thousands(2 * count),
        seconds(visit.run.wall),
    ]
