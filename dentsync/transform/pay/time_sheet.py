"""Worked time, shifts and absences as lists: a row for each. Also times of day as people write them into a schedule."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from dentsync.model import Grid
from dentsync.transform.dates import parse_datetime, parse_time
from dentsync.transform.money import parse_number
from dentsync.transform.pay.facts import Absence, Clock, Job, Shift
from dentsync.transform.pay.table import (
    HEADER_ROWS,
    WHO,
    Misread,
    Names,
    Row,
    gathered,
    header_key,
    parse_day,
    repeated,
    table_of,
)
from dentsync.transform.words import fold

TIMES: Names = {
    **WHO,
    "date": ("Дата", "День"),
    "start": ("Начало", "Приход", "Пришёл", "Вход", "Начало смены", "Начало рабочего дня", "Начало дня"),
    "end": ("Окончание", "Конец", "Уход", "Ушёл", "Выход", "Конец смены", "Завершение рабочего дня", "Конец дня"),
    "pause": ("Перерыв, мин", "Паузы, мин", "Перерывы", "Перерыв", "Паузы"),
}
ABSENCES: Names = {
    **WHO,
    "first": ("С", "С даты", "Начало", "Дата начала", "Первый день"),
    "last": ("По", "По дату", "Окончание", "Дата окончания", "Последний день"),
    "kind": ("Вид", "Причина", "Вид отсутствия"),
}
LONGEST = timedelta(hours=24)
KINDS = {
    "sick": ("б", "б/л", "бл", "бол", "больничный", "больничный лист", "болезнь"),
    "vacation": ("о", "от", "отп", "отпуск"),
    "leave": ("а", "за свой счет", "б/с", "отпуск без содержания", "отгул", "у", "учебный отпуск"),
    "trip": ("к", "ком", "командировка"),
}
"""Kinds of absence, and how they are written in a list or in the cell of a schedule."""
_KIND = {word: kind for kind, words in KINDS.items() for word in words}

Zones = Callable[[str], ZoneInfo]
"""The time zone of a branch. ValueError where it cannot be told."""
F = TypeVar("F", Shift, Clock, Absence)


@dataclass(frozen=True, slots=True)
class Read:
    """What sheets say; each fault is one line: file, sheet, cell, what and the way out."""

    shifts: tuple[Shift, ...] = ()
    clocks: tuple[Clock, ...] = ()
    absences: tuple[Absence, ...] = ()
    faults: tuple[str, ...] = ()


def clocks_of(grids: Iterable[Grid], zone_of: Zones) -> Read:
    """Worked time. An empty end is a day that was not closed; an end before its start is of the next day."""
    clocks, faults = _listed(grids, TIMES, ("date", "start", "end"), lambda row: _clock(row, zone_of))
    twice = repeated(((clock.job, clock.start, clock.end), clock.place) for clock in clocks)
    faults += [f"{place}: то же время того же сотрудника, что и {first}" for place, first in twice]
    return Read(clocks=(*clocks,), faults=(*faults,))


def absences_of(grids: Iterable[Grid]) -> Read:
    """Absences: first and last day, both included."""
    absences, faults = _listed(grids, ABSENCES, ("first", "last"), _absence)
    return Read(absences=(*absences,), faults=(*faults,))


def listed_shifts(grid: Grid, zone_of: Zones, faults: list[str]) -> list[Shift]:
    """Planned shifts of one list. Raises Misread where it has not the columns of one."""
    table = table_of(grid, TIMES, needed(grid, "date", "start", "end"))
    return gathered(table.rows(), lambda row: _shift(row, zone_of), faults)


def _listed(
    grids: Iterable[Grid], names: Names, required: tuple[str, ...], fact_of: Callable[[Row], F]
) -> tuple[list[F], list[str]]:
    facts: list[F] = []
    faults: list[str] = []
    for grid in grids:
        if not any(cell.strip() for row in grid.rows for cell in row):
            continue
        try:
            facts += gathered(table_of(grid, names, needed(grid, *required)).rows(), fact_of, faults)
        except Misread as fault:
            faults.append(str(fault))
    return facts, faults


def needed(grid: Grid, *names: str) -> tuple[str, ...]:
    """The columns that a list cannot do without: these, and the employee's name unless there are codes."""
    codes = {header_key(alias) for alias in WHO["id"]}
    named = any(header_key(text) in codes for row in grid.rows[:HEADER_ROWS] for text in row)
    return names if named else ("employee", *names)


def _job(row: Row) -> Job:
    return Job(row.who, row.text("position"), row.text("branch"))


def zone_for(row: Row, job: Job, zone_of: Zones) -> ZoneInfo:
    """The zone that the row's times are in. Raises Misread where the branch does not tell."""
    try:
        return zone_of(job.branch)
    except ValueError as error:
        raise row.misread("branch", str(error)) from None


def _clock(row: Row, zone_of: Zones) -> Clock:
    job = _job(row)
    zone = zone_for(row, job, zone_of)
    start = row.value("start", lambda text: _moment(row, text, zone))
    end = row.maybe("end", lambda text: _end(text, start))
    return Clock(job, start, end, row.maybe("pause", parse_minutes) or 0, row.place("start"))


def _shift(row: Row, zone_of: Zones) -> Shift:
    job = _job(row)
    zone = zone_for(row, job, zone_of)
    start = row.value("start", lambda text: _moment(row, text, zone))
    return Shift(job, start, row.value("end", lambda text: _end(text, start)), row.place("start"))


def _absence(row: Row) -> Absence:
    first, last = row.value("first", parse_day), row.value("last", parse_day)
    if last < first:
        raise row.misread("last", f"последний день {last:%d.%m.%Y} раньше первого, {first:%d.%m.%Y}")
    kind = fold(row.text("kind"))
    return Absence(row.who, first, last, _KIND.get(kind, kind), row.place("first"))


def kind_of(text: str) -> str | None:
    """The kind of absence that a cell of a schedule stands for; None where it is none."""
    return _KIND.get(fold(text))


# ── times ─────────────────────────────────────────────────────────────────────────────────────

_WITH_DATE = re.compile(r"\d{4}|\d\.\d\d?\.")
_PLANNED = re.compile(r"(?:с )?(\d{1,2})(?:[:.](\d{2}))? ?(?:[-–—−]|до) ?(\d{1,2})(?:[:.](\d{2}))?(?: ?\+ ?([1-9]))?")


def _moment(row: Row, text: str, zone: ZoneInfo) -> datetime:
    """A time of the row's date, or a moment with a date of its own."""
    if _WITH_DATE.search(text):
        return parse_datetime(text, zone)
    return datetime.combine(row.value("date", parse_day), parse_time(text), zone)


def _end(text: str, start: datetime) -> datetime:
    plain, _plus, days = text.partition("+")
    if len(days) > 1:
        raise ValueError("не похоже на время: ожидается чч:мм")
    if _WITH_DATE.search(text):
        assert isinstance(start.tzinfo, ZoneInfo)
        end = parse_datetime(text, start.tzinfo)
    else:
        clock = parse_time(plain)
        later = int(days) if days.strip().isdecimal() else int(clock <= start.time())
        end = datetime.combine(start.date() + timedelta(days=later), clock, start.tzinfo)
    return check_length(start, end)


def check_length(start: datetime, end: datetime) -> datetime:
    """The end, if the time between is one that somebody can work. ValueError otherwise."""
    if end <= start:
        raise ValueError(f"не позже начала, {start:%d.%m.%Y %H:%M}")
    if end - start > LONGEST:
        hours = (end - start) / timedelta(hours=1)
        raise ValueError(f"— это {hours:.4g} ч подряд: больше 24 не бывает, проверьте день и часы")
    return end


def parse_minutes(text: str) -> int:
    """Minutes: «30», or «0:30» and «0:30:00». ValueError otherwise."""
    if ":" in text:
        clock = parse_time(text)
        return clock.hour * 60 + clock.minute
    minutes = parse_number(text)
    if not 0 <= minutes < 24 * 60:
        raise ValueError("не может быть перерывом: ожидаются минуты")
    return minutes


def parse_spells(text: str, day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Shifts in one cell of a schedule: «8-20», «08:00–20:00», «с 20 до 8», «9-13, 14-18», «20-8+1».

    An end that is not after its start is of the next day, so that «8-8» is a day and a night. ValueError otherwise.
    """
    return [_spell(part.strip(), day, zone) for part in re.split(r"[,;/\n]| и ", text)]


def _spell(text: str, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    found = _PLANNED.fullmatch(text.lower())
    if not found:
        raise ValueError("не похоже на часы смены: ожидается вид 8:00-20:00")
    first, last = (_clock_time(found[group], found[group + 1]) for group in (1, 3))
    start = datetime.combine(day, time(), zone) + first
    end = datetime.combine(day, time(), zone) + last
    if found[5]:
        end += timedelta(days=int(found[5]))
    elif end <= start:
        end += timedelta(days=1)
    return start, check_length(start, end)


def _clock_time(hour: str, minute: str | None) -> timedelta:
    if int(hour) > 24 or int(minute or 0) > 59 or (int(hour) == 24 and int(minute or 0)):
        raise ValueError("не похоже на часы смены: такого времени не бывает")
    return timedelta(hours=int(hour), minutes=int(minute or 0))
