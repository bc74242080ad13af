"""From a request to a paid visit, and whose work it was. Every share names what it is a share of."""

from collections.abc import Callable, Iterable
from functools import cache

from dentsync.transform.reports.clinic import Known, Spellings, is_primary, is_unmapped
from dentsync.transform.reports.tables import Case, Column, Line, Report, Table
from dentsync.transform.reports.visits import SCHEDULED, SETTLED, Outcome

_BASE = Column("base", "всего", "patient")
_REACHED = Column("reached", "дошли", "patient", share="base", note="доля — от «всего» той же строки")
_BOTH, _ONE = frozenset({"base", "reached"}), frozenset({"base"})

REQUEST, VISIT, MONEY = "заявки → записи", "записи → визиты (доведение)", "визиты → оплаты"


def conversion(known: Known) -> Report:
    """Request → booked → came → paid, each with its own denominator (names_payroll D); unique patients.

    Requests are of the period by the day they were made, bookings and visits by the day of the visit. Доведение =
    primary patients who came / primary patients booked with visit date in the period.
    """
    first, rest = _chain(known, is_primary), _chain(known, lambda _case: True)
    tables = (
        Table("Первичные пациенты", "Шаг", (_BASE, _REACHED), first, bar="reached", totals=False),
        Table("Все пациенты", "Шаг", (_BASE, _REACHED), rest, bar="reached", totals=False),
    )
    notes = [
        "Пациенты, а не записи. Заявки — по дню заявки, записи и визиты — по дню визита.",
        "В доведение не входят переносы, отмены клиникой, визиты впереди и прошедшие без итога.",
    ]
    if left := _without_result(known):
        notes.append(f"Без итога прошедших визитов: {left}; отметьте в МИС, пришёл ли пациент.")
    if not any(case.visit.paid is not None for case in known.came):
        notes.append("Оплат в выгрузках нет: нужна колонка «Фактически полученная сумма» (amount_received).")
    return Report("conversion", "Конверсия", tables, tuple(notes))


def _without_result(known: Known) -> int:
    return sum(case.outcome == "open" for case in known.cases)


def _chain(known: Known, wanted: Callable[[Case], bool]) -> dict[str, list[Line]]:
    asked = [case for case in known.requests if wanted(case)]
    booked = [case for case in known.cases if wanted(case) and case.outcome in SETTLED]
    paid = [case for case in booked if case.outcome == "came" and case.visit.paid is not None]
    return {
        REQUEST: _lines(asked, lambda case: case.outcome != "waiting"),
        VISIT: _lines(booked, lambda case: case.outcome == "came"),
        MONEY: _lines(paid, lambda case: bool(case.visit.paid)),
    }


def _lines(cases: Iterable[Case], reached: Callable[[Case], bool]) -> list[Line]:
    return [Line(case, _BOTH if reached(case) else _ONE) for case in cases]


_STAFF = (
    Column("first", "первичных записано", "patient"),
    Column("first_came", "первичных пришло", "patient", share="first", note="доведение: доля от записанных первичных"),
    Column("bookings", "записей всего"),
    Column("came", "пришли", share="bookings"),
    Column("no_show", "не пришли", share="bookings"),
    Column("cancelled", "отменены"),
    Column("list", "из листа", "patient", note="кого записали из листа ожидания"),
    Column("list_came", "пришло из листа", "patient", share="list"),
)


def staff(known: Known) -> Report:
    """Administrators' results (document 000: конверсия оценивает их работу), by who made the booking.

    A primary patient counts for one author: of the booking that was fulfilled, else of the last one (C.3, step 4).
    """
    credited = _credited(case for case in known.cases if case.outcome in SETTLED and is_primary(case))
    waited = _credited(case for case in known.cases if case.outcome in SETTLED and case.visit.waitlist)
    label = Spellings()
    lines: dict[str, list[Line]] = {}
    for case in known.cases:
        person = case.visit.person
        counts = _counts(case.outcome, credited.get(person) is case, waited.get(person) is case)
        if counts:
            lines.setdefault(label(case.visit.operator), []).append(Line(case, counts))
    order = sorted(lines, key=lambda name: (is_unmapped(name), -len(lines[name]), name))
    table = Table("Кто записал", "Автор", _STAFF, {name: lines[name] for name in order}, bar="first_came")
    notes = [
        "Записи — по дню визита, без переносов, отмен клиникой и визитов впереди; в «всего» входят и записи без итога."
    ]
    notes.append("Первичный пациент засчитан одному: автору состоявшейся записи, а если её нет — последней.")
    return Report("staff", "Администраторы", (table,), tuple(notes))


@cache
def _counts(outcome: Outcome, is_first: bool, is_listed: bool) -> frozenset[str]:
    """In which columns a booking counts; ``is_first``, ``is_listed``: its author is credited with the patient."""
    ends = {"came": "came", "no_show": "no_show", "open": ""}
    found = {"bookings", ends.get(outcome, "cancelled")} if outcome in SCHEDULED else set()
    for column, credited in (("first", is_first), ("list", is_listed)):
        found |= {column, f"{column}_came" if outcome == "came" else ""} if credited else set()
    return frozenset(found - {""})


def _credited(cases: Iterable[Case]) -> dict[str, Case]:
    """The case whose author is credited, by patient; cases are in the order of their visits."""
    found: dict[str, Case] = {}
    for case in cases:
        before = found.get(case.visit.person)
        if before is None or before.outcome != "came":
            found[case.visit.person] = case
    return found
