"""Planned shifts as HR draws them: names down, days across, «8-20» in the cells. Or a list, a row for each shift."""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dentsync.model import Grid
from dentsync.transform.dates import parse_date
from dentsync.transform.pay.facts import Absence, Job, Shift
from dentsync.transform.pay.table import (
    HEADER_ROWS,
    WHO,
    Misread,
    Row,
    Table,
    check_merged,
    complaint,
    header_key,
    repeated,
)
from dentsync.transform.pay.time_sheet import Read, Zones, kind_of, listed_shifts, parse_spells
from dentsync.transform.words import fold

FREE = frozenset({"", "в", "вых", "выходной", "-", "–", "—", "х", "x", "0"})
"""What stands in the cell of a day off, folded."""
LEAST_DAYS = 7
"""So many days stand in the header of a schedule."""
_WEEKDAYS = frozenset(["пн", "вт", "ср", "чт", "пт", "сб", "вс"])
_STEMS = ["январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"]
_MONTHS = {stem: number for number, stem in enumerate(_STEMS, 1)}
_NAMED = re.compile(rf"\b({'|'.join(sorted(_MONTHS, key=len, reverse=True))})[а-я]{{0,2}}\s+(20\d\d)\b")
_NUMBERED = re.compile(r"\b(20\d\d)[-._](0[1-9]|1[0-2])\b|\b(0[1-9]|1[0-2])[-._](20\d\d)\b")
_DAY = re.compile(r"([1-9]|[12]\d|3[01])(?: (?:пн|вт|ср|чт|пт|сб|вс))?")
_EXCEL_DATE = re.compile(r"\d\d\.\d\d\.\d{4}(?: 00:00:00)?")

Codes = Mapping[str, str]
"""What HR writes for a usual shift: «Д» for «08:00-20:00»."""


@dataclass(frozen=True, slots=True)
class _Days:
    """The columns of the days of a schedule."""

    table: Table
    columns: Mapping[int, date]


def plan_of(grids: Iterable[Grid], zone_of: Zones, codes: Codes) -> Read:
    """Shifts and absences of all sheets. A sheet is of the month that its name, its first rows or its file say."""
    shifts: list[Shift] = []
    absences: list[Absence] = []
    faults: list[str] = []
    for grid in grids:
        if not any(cell.strip() for row in grid.rows for cell in row):
            continue
        try:
            days = _days_of(grid)
            if days is None:
                shifts += listed_shifts(grid, zone_of, faults)
            else:
                _read_days(days, zone_of, codes, shifts, absences, faults)
        except Misread as fault:
            faults.append(str(fault))
    return Read(shifts=(*shifts,), absences=(*absences,), faults=(*faults,))


# ── the header ────────────────────────────────────────────────────────────────────────────────


def _days_of(grid: Grid) -> _Days | None:
    """The columns of days; None where the sheet has none and is a list."""
    for header, row in enumerate(grid.rows[:HEADER_ROWS]):
        days = {column: day for column, text in enumerate(row) if (day := _day_of(text))}
        if len(days) >= LEAST_DAYS:
            check_merged(grid, header)
            return _Days(Table(grid, header, _who(grid, header, min(days))), _dated(grid, header, days))
    return None


def _day_of(text: str) -> date | int | None:
    plain = fold(text)
    if found := _DAY.fullmatch(plain):
        return int(found[1])
    try:
        return parse_date(plain)
    except ValueError:
        return None


def _dated(grid: Grid, header: int, days: Mapping[int, date | int]) -> dict[int, date]:
    """The days of the columns. Raises Misread: a day that the month has not, a day twice, no month anywhere."""
    found: dict[int, date] = {}
    month = None
    for column, day in days.items():
        if isinstance(day, int):
            month = month or _month_of(grid, header)
            if day > calendar.monthrange(month.year, month.month)[1]:
                if any(column < len(row) and row[column].strip() for row in grid.rows[header + 1 :]):
                    raise Misread(grid.place(header, column), f"дня {day} в этом месяце нет ({month:%m.%Y})")
                continue
            day = month.replace(day=day)
        if day in found.values():
            raise Misread(grid.place(header, column), f"день {day:%d.%m} стоит в заголовке дважды")
        found[column] = day
    return found


def _month_of(grid: Grid, header: int) -> date:
    texts = (grid.sheet, *(cell for row in grid.rows[: header + 1] for cell in row), grid.file)
    for text in map(fold, texts):
        if found := _NAMED.search(text):
            return date(int(found[2]), _MONTHS[found[1]], 1)
        if found := _NUMBERED.search(text):
            return date(int(found[1] or found[4]), int(found[2] or found[3]), 1)
    reason = "не видно, какой это месяц: назовите лист, например, «Октябрь 2026»"
    raise Misread(grid.place(header), reason)


def _who(grid: Grid, header: int, first: int) -> dict[str, int]:
    """Columns before the first day; where none of them is named, the first one has the names."""
    aliases = {header_key(alias): name for name, some in WHO.items() for alias in some}
    above = [grid.rows[row][:first] for row in range(max(header - 1, 0), min(header + 2, len(grid.rows)))]
    found = {
        aliases[header_key(text)]: column
        for row in above
        for column, text in enumerate(row)
        if header_key(text) in aliases
    }
    return found if "employee" in found or "id" in found else found | {"employee": 0}


# ── the cells ─────────────────────────────────────────────────────────────────────────────────


def _read_days(
    days: _Days, zone_of: Zones, codes: Codes, shifts: list[Shift], absences: list[Absence], faults: list[str]
) -> None:
    folded = {fold(code): times for code, times in codes.items()}
    people: list[tuple[Job, str]] = []
    for row in days.table.rows():
        cells = {column: _text(row, column) for column in days.columns}
        if _is_caption(row, cells):
            continue
        try:
            job = Job(row.who, row.text("position"), row.text("branch"))
        except Misread as fault:
            faults.append(str(fault))
            continue
        people.append((replace(job, employee=fold(job.employee)), row.place("employee")))
        for column, text in cells.items():
            try:
                shifts += _shifts(row, column, days.columns[column], text, job, zone_of, folded)
            except Misread as fault:
                faults.append(str(fault))
        plain = {column: "" if fold(text) in folded else text for column, text in cells.items()}
        absences += _absences(row, days.columns, plain, job)
    faults += [f"{place}: вторая строка того же сотрудника (первая: {first})" for place, first in repeated(people)]


def _text(row: Row, column: int) -> str:
    cells = row.grid.rows[row.number]
    return " ".join(cells[column].split()) if column < len(cells) else ""


def _is_caption(row: Row, cells: Mapping[int, str]) -> bool:
    """Whether a row has no shifts because it is none: names of weekdays, a heading above some people."""
    if not (row.text("employee") or row.text("id")):
        return all(fold(text) in _WEEKDAYS or not text for text in cells.values())
    known = header_key(row.text("employee")) in {header_key(alias) for alias in WHO["employee"]}
    return known or not any(cells.values())


def _shifts(row: Row, column: int, day: date, text: str, job: Job, zone_of: Zones, codes: Codes) -> Iterator[Shift]:
    if fold(text) not in codes and (fold(text) in FREE or kind_of(text)):
        return
    place = row.grid.place(row.number, column)
    if _EXCEL_DATE.fullmatch(text):
        reason = "Excel принял часы за дату: задайте ячейке текстовый формат и введите 8:00-20:00"
        raise Misread(place, reason)
    try:
        spells = parse_spells(codes.get(fold(text), text), day, zone_of(job.branch))
    except ValueError as error:
        known = ", ".join(f"«{code}»" for code in codes)
        raise Misread(place, complaint(text, str(error)) + (f" или {known}" if known else "")) from None
    yield from (Shift(job, start, end, place) for start, end in spells)


def _absences(row: Row, days: Mapping[int, date], cells: Mapping[int, str], job: Job) -> list[Absence]:
    """Absences of one person; days on end of one kind are one absence."""
    found: list[Absence] = []
    for column, day in sorted(days.items(), key=lambda pair: pair[1]):
        kind = kind_of(cells[column])
        if kind is None:
            continue
        last = found[-1] if found else None
        if last and last.kind == kind and last.last + timedelta(days=1) == day:
            found[-1] = Absence(job.employee, last.first, day, kind, last.place)
        else:
            found.append(Absence(job.employee, day, day, kind, row.grid.place(row.number, column)))
    return found
