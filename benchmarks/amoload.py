"""Scenario: the first load of a clinic's patients and appointments into amoCRM, then exports with 1 % changed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

from benchmarks import amo_peers, data
from benchmarks.measure import Command, dentsync, once
from benchmarks.portal import Asked, Clinic, Visit
from benchmarks.report import Table, aim, megabytes, seconds, thousands
from dentsync.config import preset_text
from dentsync.sandbox.server import running

ITEMS, RATE = 50, 7.0
"""Items of a request, and requests a second (api/recommendations)."""

TOLERANCE = 1.05

PATIENTS = (
    "Номер медкарты;ФИО;Телефон;Дата рождения;Статус пациента;Филиал;Дата и время последнего приема;"
    "Дата и время будущего ближайшего приема;Завершено;Отказ об смс оповещении;Откуда узнал;Скидки"
)
APPOINTMENTS = "Номер медкарты;Филиал;Дата и время приема;ФИО врача к которому записан пациент;Статус записи;ID Приема"
CHANGES = (
    ("settle_seconds = 10", "settle_seconds = 0"),
    ('archive = "archive"', 'archive = ""'),
    ("creates = 500", "creates = 1000000"),
)
HEAD = (
    "work", "who", "requests", "of these writing", "the fewest", "seconds of sending", "the fewest", "refused", "wall",
    "peak memory",
)  # fmt: skip


def measured(work: Path, count: int) -> Table:
    """The table."""
    with clinic(work / "amoload") as there:
        rows = [first(there, count), second(there, count)]
    rows += [_other(work, name, count) for name in (amo_peers.CLIENT, amo_peers.LOOP)]
    remarks = (
        f"The fewest: {ITEMS} items a request, {RATE:.0f} requests a second, writing alone. Seconds of sending: from"
        " the first request to the last; the clocks run at their real speed.",
        "aioamocrm and the loop made fewer: their requests are those in proportion, their seconds that many at the pace"
        " that was measured. They store nothing, look for nobody and settle no lost answer.",
        "New patients are looked for by phone: five spellings each, or every page of contacts, whichever is less.",
    )
    return Table("First load into amoCRM", f"python -m benchmarks amoload --rows {count}", HEAD, rows, remarks)


@contextmanager
def clinic(folder: Path) -> Iterator[Clinic]:
    """A new clinic with IDENT, and an empty account that has the field of our key."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    with running(crm="amocrm") as box:
        text = preset_text("ident-amocrm").replace("example.amocrm.ru", box.url)
        for old, new in CHANGES:
            assert old in text, old
            text = text.replace(old, new)
        config = folder / "config.toml"
        config.write_text(text, encoding="utf-8")
        once(Command(dentsync("setup", "-c", str(config)), token=box.doors[0].keys["token"]))
        yield Clinic(config, box)


def appointment(number: int, status: str = "Записан") -> str:
    """The appointment of a patient: one each."""
    at = f"{6 + number % 20:02d}.10.2026 {9 + number % 10:02d}:{number % 4 * 15:02d}"
    branch = data.patient(number).split(";")[5]
    return f"{number:06d};{branch};{at};Петров П.П.;{status};{number:06d}"


def first(there: Clinic, count: int) -> list[str]:
    """A row: nobody is there; afterwards everybody is, once, with an appointment."""
    there.drop("patients_1.csv", data.first(count), PATIENTS)
    there.drop("appointments_1.csv", map(appointment, range(1, count + 1)), APPOINTMENTS)
    visit = there.run("sync")
    counters = there.counters()
    assert (counters["created_contacts"], counters["created_leads"]) == (count, count), counters
    assert counters["duplicates"] == {"contacts": 0, "leads": 0}, counters
    assert amo_peers.everybody_has_their_own(there.box) == count
    least, took = fewest([count, count]), span(visit)
    return [
        *_row(f"{thousands(count)} contacts + {thousands(count)} leads", visit),
        aim(len(visit.requests), least * TOLERANCE, thousands(least)),
        seconds(took),
        aim(took, least / RATE * TOLERANCE, seconds(least / RATE)),
        *_end(visit, counters["refused_429"]),
    ]


def second(there: Clinic, count: int) -> list[str]:
    """A row: what changed is updated, who is new is created, and nothing else is touched."""
    changed, new, _gone = data.changes(count)
    before = there.counters()
    there.box.admin("POST", "settings", {"advance": 600})
    there.drop("patients_2.csv", data.second(count), PATIENTS)
    there.drop("appointments_2.csv", _appointments(count), APPOINTMENTS)
    visit = there.run("sync")
    after = there.counters()
    done = {name: after[name] - before[name] for name in ("updated_contacts", "updated_leads", "created_contacts")}
    assert done == {"updated_contacts": changed, "updated_leads": changed, "created_contacts": new}, done
    least = fewest([changed, changed, new, new])
    return [
        *_row(f"{thousands(changed)} + {thousands(changed)} changed, {thousands(new)} + {thousands(new)} new", visit),
        thousands(least),
        seconds(span(visit)),
        seconds(least / RATE),
        *_end(visit, after["refused_429"] - before["refused_429"]),
    ]


def _appointments(count: int) -> Iterator[str]:
    """1 % confirmed, 0.1 % new."""
    for number in range(1, count + 1):
        if number % 1000 == 7:
            yield appointment(number + data.NEW)
        else:
            yield appointment(number, "Подтвержден" if number % 100 == 0 else "Записан")


def writing(visit: Visit) -> list[Asked]:
    """Requests that change something."""
    return [one for one in visit.requests if not any(name.startswith("GET") for name in one.commands)]


def fewest(items: list[int]) -> int:
    """Requests that writing takes at least: so many items of each sort."""
    return sum(ceil(count / ITEMS) for count in items)


def span(visit: Visit) -> float:
    """Seconds from the first request to the last."""
    return (visit.requests[-1].at - visit.requests[0].at).total_seconds()


def _row(work: str, visit: Visit) -> list[str]:
    return [work, "dentsync", thousands(len(visit.requests)), thousands(len(writing(visit)))]


def _end(visit: Visit, refused: int) -> list[str]:
    return [str(refused), seconds(visit.run.wall), megabytes(visit.run.memory)]


def _other(work: Path, name: str, count: int) -> list[str]:
    """Computed from a sample."""
    one, sample = amo_peers.tried(work, name), amo_peers.SAMPLES[name]
    least, requests = fewest([count, count]), round(one.requests * count / sample)
    took = requests * one.pace
    return [
        f"the first, computed from {thousands(sample)} + {thousands(sample)}",
        name,
        thousands(requests),
        thousands(requests),
        thousands(least),
        f"{seconds(took)} ({took / count / 2 * 1000:.1f} ms a record)",
        seconds(least / RATE),
        *[""] * 3,
    ]
