"""The header of a schedule: which column is which day, which month it is, and where the names stand."""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dentsync.model import Grid
from dentsync.transform.dates import parse_date
from dentsync.transform.pay.table import HEADER_ROWS, WHO, Misread, Table, check_merged, header_key
from dentsync.transform.words import fold

LEAST_DAYS = 7
"""So many days stand in the header of a schedule."""
_STEMS = ["январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"]
_MONTHS = {stem: number for number, stem in enumerate(_STEMS, 1)}
# A day before or behind it makes a month the date of something else.
_NAMED = re.compile(rf"(?<!\d )\b({'|'.join(sorted(_MONTHS, key=len, reverse=True))})[а-я]{{0,2}}\s+(20\d\d)\b")
_NUMBERED = re.compile(r"(?<!\d)(20\d\d)[-._](0[1-9]|1[0-2])(?![-.\d])|(?<![\d.])(0[1-9]|1[0-2])[-._](20\d\d)(?!\d)")
_DAY = re.compile(r"([1-9]|[12]\d|3[01])(?: (?:пн|вт|ср|чт|пт|сб|вс))?")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A sheet of names down and days across. ``days``: column -> day; ``table`` has the columns of the names."""

    table: Table
    days: Mapping[int, date]


def schedule_of(grid: Grid) -> Schedule | None:
    """The schedule, or None where a sheet is none. Raises Misread for a header that leaves a day open."""
    for header, row in enumerate(grid.rows[:HEADER_ROWS]):
        days = {column: day for column, text in enumerate(row) if (day := _day_of(text))}
        if len(days) >= LEAST_DAYS:
            check_merged(grid, header)
            return Schedule(Table(grid, header, _who(grid, header, min(days))), _dated(grid, header, days))
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
    month = _month_of(grid, header) if any(isinstance(day, int) for day in days.values()) else None
    for column, day in days.items():
        if isinstance(day, int):
            assert month is not None
            if day > calendar.monthrange(month.year, month.month)[1]:
                _check_empty(grid, header, column, f"дня {day} в этом месяце нет ({month:%m.%Y})")
                continue
            day = month.replace(day=day)
        if day in found.values():
            raise Misread(grid.place(header, column), f"день {day:%d.%m} стоит в заголовке дважды")
        found[column] = day
    for column in range(min(days), max(days)):
        if column not in days:
            _check_empty(grid, header, column, "в заголовке не написан день")
    return found


def _check_empty(grid: Grid, header: int, column: int, reason: str) -> None:
    if any(column < len(row) and row[column].strip() for row in grid.rows[header + 1 :]):
        raise Misread(grid.place(header, column), reason)


def _month_of(grid: Grid, header: int) -> date:
    """The month by the sheet's name and the cells above the names, which have to agree; else by the file's name."""
    texts = (grid.sheet, *(cell for row in grid.rows[: header + 1] for cell in row))
    found = {month for text in texts if (month := _month_in(text))}
    if len(found) > 1:
        months = ", ".join(f"{month:%m.%Y}" for month in sorted(found))
        raise Misread(grid.place(header), f"имя листа и заголовок называют разные месяцы: {months}")
    month = next(iter(found), None) or _month_in(grid.file)
    if month is None:
        raise Misread(grid.place(header), "не видно, какой это месяц: назовите лист, например, «Октябрь 2026»")
    return month


def _month_in(text: str) -> date | None:
    plain = fold(text)
    if found := _NAMED.search(plain):
        return date(int(found[2]), _MONTHS[found[1]], 1)
    if found := _NUMBERED.search(plain):
        return date(int(found[1] or found[4]), int(found[2] or found[3]), 1)
    return None


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
