"""How many came, how many for the first time or after half a year; which specialisations and sources brought them.

Three counters (БИТ.Стоматология: several documents of one day are one visit): appointments, client-days, patients. A
patient may be primary and repeat in one period, so kinds are counted by client-days; the first appointment of the day
stands for it, and so the sums over months, specialisations and sources are the same.
"""

from datetime import date

from dentsync.transform.reports.clinic import Known, Spellings, is_unmapped, specialisation_of
from dentsync.transform.reports.history import KINDS
from dentsync.transform.reports.period import steps_of
from dentsync.transform.reports.tables import TOTAL, Case, Column, Report, Table, by_label
from dentsync.transform.reports.visits import Visit

_COUNTERS = (
    Column("visits", "приёмы"),
    Column("days", "дни", "day", note="приёмы одного пациента в один день — один визит"),
    Column("patients", "пациенты", "patient"),
)
_PRIMARY = Column("primary", "первичные", share="days", note="новые + вернувшиеся, доля — от дней визитов")
_SHARE = Column("primary", "первичные", share=TOTAL, note="новые + вернувшиеся, доля — от всех первичных периода")
_KINDS = tuple(Column(kind, title) for kind, title in KINDS.items())


def _sets() -> dict[tuple[bool, str], frozenset[str]]:
    """In which columns a completed appointment counts, by whether it opens the day, and by its kind."""
    always = frozenset(column.key for column in _COUNTERS)
    opening = {kind: {kind, "primary"} if kind in ("new", "returned") else {kind} for kind in KINDS}
    return {(opens, kind): always | (opening[kind] if opens else set()) for opens in (True, False) for kind in KINDS}


_COUNTS = _sets()


def _counts(case: Case) -> frozenset[str]:
    return _COUNTS[case.opens, case.kind]


def _notes(known: Known) -> tuple[str, ...]:
    gap = known.terms.gap_months
    notes = ["Новые — ни одного состоявшегося визита раньше (определение IDENT–amoCRM: 0 завершённых визитов)."]
    if gap:
        notes.append(
            f"Вернулись — прошлый визит {gap} календарных мес. назад или раньше. Первичные по определению «впервые "
            "или спустя полгода» — новые и вернувшиеся вместе."
        )
    if known.since:
        notes.append(f"Состоявшиеся визиты известны с {known.since:%d.%m.%Y}; что было раньше — по карте пациента.")
    if any(case.opens and case.kind == "unknown" for case in known.cases):
        notes.append("«Неясно» — ни визиты, ни карта не говорят, бывал ли пациент раньше и когда.")
    return tuple(notes)


def primary(known: Known) -> Report:
    """Document 002: «количество пациентов, пришедших впервые или спустя полгода», beside document 001's definition."""
    steps = steps_of(known.period)
    names = [name for name, days in steps for _day in range((days.last - days.first).days + 1)]

    def step_of(case: Case) -> str:
        return names[(case.day - known.period.first).days]

    lines = by_label(known.came, step_of, _counts, order=[name for name, _days in steps])
    new, returned, repeat, unknown = _KINDS
    columns = (*_COUNTERS, new, returned, _PRIMARY, repeat, unknown)
    return Report(
        "primary", "Первичные пациенты", (Table("Пришли", "Когда", columns, lines, bar="primary"),), _notes(known)
    )


def specialisations(known: Known) -> Report:
    """Document 002: «разбивку в количественном и процентном соотношении по специализациям», by the doctor."""
    share = Column("visits", "приёмы", share=TOTAL)
    columns = (share, *_COUNTERS[1:], *_KINDS[:2], _SHARE, *_KINDS[2:])
    label = Spellings()
    lines = by_label(
        known.came, lambda case: label(specialisation_of(case.visit, known.terms)), _counts, last=is_unmapped
    )
    notes = ["Один день визита может входить в две специализации; первичным он считается по первому приёму дня."]
    if any(is_unmapped(name) for name in lines):
        notes.append("Строки «нет в таблице» и «не указана»: впишите врача или слово МИС в [reports.specialisations].")
    table = Table("Пришли по специализациям", "Специализация", columns, lines, bar="visits")
    return Report("specialisations", "Специализации", (table,), (*notes, *_notes(known)))


def sources(known: Known) -> Report:
    """Document 002: «процентную и количественную разбивку по источникам», by the patient's first source."""
    columns = (_SHARE, *_KINDS[:2], *_COUNTERS, *_KINDS[2:])
    label, first = Spellings(), _first_sources(known)
    lines = by_label(known.came, lambda case: label(first[case.visit.person]), _counts, last=is_unmapped)
    table = Table("Первичные по источникам", "Источник", columns, lines, bar="primary")
    note = "Источник — первый у пациента: с его карты, а если там пусто — из самой ранней записи, где он есть."
    return Report("sources", "Источники", (table,), (note, *_notes(known)))


def _first_sources(known: Known) -> dict[str, str]:
    people = {case.visit.person for case in known.came}
    found = {}
    for person in people:
        card = known.cards.get(person)
        found[person] = (card.source if card else "") or _earliest(known, person)
    return found


def _earliest(known: Known, person: str) -> str:
    named = [visit for visit in known.people[person] if visit.source]
    return min(named, key=_told).source if named else ""


def _told(visit: Visit) -> tuple[date, tuple[int, int]]:
    """When the source was named: with the request, or at the visit."""
    return visit.booked_on or (visit.start.date() if visit.start else date.max), visit.place
