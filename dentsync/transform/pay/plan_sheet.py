"""Planned shifts as HR draws them: names down, days across, «8-20» in the cells. Or a list, a row for each shift."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dentsync.model import Grid
from dentsync.transform.pay.facts import Absence, Job, Shift
from dentsync.transform.pay.plan_header import Schedule, schedule_of
from dentsync.transform.pay.table import WHO, Misread, Row, complaint, header_key, repeated
from dentsync.transform.pay.time_sheet import Read, Zones, kind_of, listed_shifts, parse_spells, zone_for
from dentsync.transform.words import fold

FREE = frozenset({"", "в", "вых", "выходной", "-", "–", "—", "х", "x", "0"})
"""What stands in the cell of a day off, folded."""
WEEKDAYS = frozenset(["пн", "вт", "ср", "чт", "пт", "сб", "вс"])
_ANY = ZoneInfo("UTC")
_EXCEL_DATE = re.compile(r"\d\d\.\d\d\.\d{4}(?: 00:00:00)?")


@dataclass(slots=True)
class _Plan:
    """What the sheets say up to now. ``codes``: what HR writes for a usual shift, folded -> its hours.

    ``people``: who has a row of which month, and where.
    """

    zone_of: Zones
    codes: Mapping[str, str]
    shifts: list[Shift] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    people: list[tuple[tuple[Job, date], str]] = field(default_factory=list)


def plan_of(grids: Iterable[Grid], zone_of: Zones, codes: Mapping[str, str]) -> Read:
    """Shifts and absences of all sheets; ``codes``: «Д» for «08:00-20:00»."""
    plan = _Plan(zone_of, {fold(code): hours for code, hours in codes.items()})
    for grid in grids:
        if any(cell.strip() for row in grid.rows for cell in row):
            try:
                _read(grid, plan)
            except Misread as fault:
                plan.faults.append(str(fault))
    reason = "вторая строка того же сотрудника: оставьте одну, или различите их должностью или филиалом"
    plan.faults += [f"{place}: {reason} (первая: {first})" for place, first in repeated(plan.people)]
    return Read(shifts=(*plan.shifts,), absences=(*plan.absences,), faults=(*plan.faults,))


def _read(grid: Grid, plan: _Plan) -> None:
    schedule = schedule_of(grid)
    if schedule is None:
        plan.shifts += listed_shifts(grid, plan.zone_of, plan.faults)
        return
    for row in schedule.table.rows():
        try:
            _read_row(row, schedule, plan)
        except Misread as fault:
            plan.faults.append(str(fault))


def _read_row(row: Row, schedule: Schedule, plan: _Plan) -> None:
    cells = {column: _text(row, column) for column in schedule.days}
    _check_beyond(row, schedule, plan)
    if _is_caption(row, cells):
        return
    job = Job(row.who, row.text("position"), row.text("branch"))
    known = replace(job, employee=fold(job.employee)), min(schedule.days.values())
    plan.people.append((known, row.place("employee")))
    zone = zone_for(row, job, plan.zone_of)
    for column, day in schedule.days.items():
        try:
            plan.shifts += _shifts(row, column, day, job, zone, plan)
        except Misread as fault:
            plan.faults.append(str(fault))
    plan.absences += _absences(row, schedule.days, job, plan)


def _text(row: Row, column: int) -> str:
    cells = row.grid.rows[row.number]
    return " ".join(cells[column].split()) if column < len(cells) else ""


def _is_caption(row: Row, cells: Mapping[int, str]) -> bool:
    """Whether a row has no shifts because it is none: names of weekdays, a heading above some people."""
    if not (row.text("employee") or row.text("id")):
        return all(fold(text) in WEEKDAYS or not text for text in cells.values())
    known = header_key(row.text("employee")) in {header_key(alias) for alias in WHO["employee"]}
    return known or not any(cells.values())


def _check_beyond(row: Row, schedule: Schedule, plan: _Plan) -> None:
    """Hours of a shift to the right of the days would be lost: sums and notes stand there, not these."""
    day = max(schedule.days.values())
    for column in range(max(schedule.days) + 1, len(row.grid.rows[row.number])):
        text = _text(row, column)
        try:
            parse_spells(plan.codes.get(fold(text), text), day, _ANY)
        except ValueError:
            continue
        plan.faults.append(str(Misread(row.grid.place(row.number, column), "над часами смены не написан день")))


def _shifts(row: Row, column: int, day: date, job: Job, zone: ZoneInfo, plan: _Plan) -> Iterator[Shift]:
    text = _text(row, column)
    if fold(text) not in plan.codes and (fold(text) in FREE or kind_of(text)):
        return
    place = row.grid.place(row.number, column)
    if _EXCEL_DATE.fullmatch(text):
        reason = "Excel принял часы за дату: задайте ячейке текстовый формат и введите 8:00-20:00"
        raise Misread(place, reason)
    try:
        spells = parse_spells(plan.codes.get(fold(text), text), day, zone)
    except ValueError as error:
        known = ", ".join(f"«{code}»" for code in plan.codes)
        or_code = f" или {known}" if known else " или код, чьи часы названы в payroll.codes"
        raise Misread(place, complaint(text, str(error)) + or_code) from None
    yield from (Shift(job, start, end, place) for start, end in spells)


def _absences(row: Row, days: Mapping[int, date], job: Job, plan: _Plan) -> list[Absence]:
    """Absences of one person; days on end of one kind are one absence."""
    found: list[Absence] = []
    for column, day in sorted(days.items(), key=lambda pair: pair[1]):
        text = _text(row, column)
        kind = None if fold(text) in plan.codes else kind_of(text)
        if kind is None:
            continue
        last = found[-1] if found else None
        if last and last.kind == kind and last.last + timedelta(days=1) == day:
            found[-1] = replace(last, last=day)
        else:
            found.append(Absence(job.employee, day, day, kind, row.grid.place(row.number, column)))
    return found
