"""Scenario 7: what people did in the CRM, looked up with `diff --online`."""

from collections import Counter
from math import ceil
from pathlib import Path

from benchmarks import data
from benchmarks.portal import Clinic, Visit, clinic
from benchmarks.report import Table, megabytes, seconds, thousands

SPEED = 60.0
ROWS, COMMANDS, BURST = 50, 50, 50
"""Of a list, in a batch, and requests at once, by the documentation of bitrix24/b24restdocs."""

HEAD = ("in the CRM", "changed by people", "found", "requests", "the fewest possible", "wall", "CPU", "peak memory")


def measured(work: Path, count: int) -> Table:
    """The table."""
    with clinic(work / "online", SPEED) as there:
        loaded(there, count)
        rows = [_row(there, count, Counter()), _row(there, count, touched(there, count))]
    remark = (
        f"The fewest possible is ⌈items ÷ {ROWS * COMMANDS}⌉ for reading all of them, and one more for those that are"
        f" not where we left them. {BURST} requests may be made at once. The sandbox answers from the same two cores."
    )
    return Table("What people did in the CRM", f"python -m benchmarks online --each {count}", HEAD, rows, (remark,))


def loaded(there: Clinic, count: int) -> None:
    """So many patients and as many deals, imported; the portal's budget of work is not what is measured."""
    there.box.admin("POST", "settings", {"operating_limit": 0})
    numbers = range(1, count + 1)
    patients = data.write(there.config.with_name("patients_1.csv"), map(data.patient, numbers))
    there.run("import", str(patients), "--feed", "patients")
    primary = data.write(there.config.with_name("primary_1.csv"), map(data.request, numbers), data.REQUESTS)
    there.run("import", str(primary), "--feed", "primary")
    counters = there.counters()
    assert (counters["imported_contact"], counters["imported_deal"]) == (count, count), counters


def touched(there: Clinic, count: int) -> Counter[str]:
    """People change one item in a hundred; how many of each kind."""
    done: Counter[str] = Counter()
    for number in range(100, count + 1, 100):
        what, act = _acts(number)[number // 100 % 4]
        there.box.admin("POST", "act", act)
        done[what] += 1
    return done


def _acts(number: int) -> list[tuple[str, dict[str, object]]]:
    return [
        ("edited", {"do": "edit", "contact": number, "fields": {"name": "Яночка"}}),
        ("added", {"do": "add_phone", "contact": number, "phone": "8 900 555-01-99"}),
        ("moved", {"do": "move", "deal": number, "stage": "Дожать на запись"}),
        ("deleted", {"do": "delete", "deal": number}),
    ]


def look(there: Clinic, expected: Counter[str]) -> Visit:
    """Look, and find exactly what people did."""
    visit = there.run("diff", "--online")
    found = Counter(one["what"] for one in visit.summary["drift"])
    assert found == expected, (found, expected)
    return visit


def _row(there: Clinic, count: int, acts: Counter[str]) -> list[str]:
    visit = look(there, acts)
    there.box.admin("POST", "settings", {"advance": 60})
    return [
        f"{thousands(count)} contacts + {thousands(count)} deals",
        thousands(acts.total()),
        thousands(len(visit.summary["drift"])),
        str(len(visit.requests)),
        str(ceil(2 * count / ROWS / COMMANDS) + bool(acts)),
        seconds(visit.run.wall),
        seconds(visit.run.cpu),
        megabytes(visit.run.memory),
    ]
