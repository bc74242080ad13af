"""Which of the files of pay a workbook or CSV is, by its header alone: what is wrong in it is the readers' to say."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from dentsync.model import Grid
from dentsync.transform.pay.plan_header import schedule_of
from dentsync.transform.pay.plan_sheet import FREE, WEEKDAYS
from dentsync.transform.pay.rate_sheet import RATES, TIERS
from dentsync.transform.pay.table import HEADER_ROWS, SHORT, Misread, Names, header_key, names_in
from dentsync.transform.pay.time_sheet import ABSENCES, TIMES, kind_of, parse_spells
from dentsync.transform.words import fold

Role = Literal["rates", "plan", "time", "absences"]

_OF_PATIENTS = ("телефон", "карт", "пациент", "клиент", "врач", "доктор", "услуг", "диагноз")
_OF_PLANS = ("план", "график", "расписан", "смен", "plan", "sched", "shift")
_ANY, _DAY = ZoneInfo("UTC"), date(2020, 1, 1)


def role_of(grids: Iterable[Grid]) -> Role | None:
    """What the first sheet that is anything is; None for an export of a MIS, and for whatever else."""
    return next((role for grid in grids if (role := _role(grid))), None)


def _role(grid: Grid) -> Role | None:
    if not _lists_patients(grid) and _is_schedule(grid):
        return "plan"
    if _has(grid, RATES, "since", "hour") or _has(grid, TIERS, "from", "per_visit"):
        return "rates"
    if any(_of_patients(row) for row in grid.rows[:HEADER_ROWS]):
        return None
    if _has(grid, TIMES, "date", "start", "end"):
        named = fold(f"{grid.file} {grid.sheet}")
        return "plan" if any(part in named for part in _OF_PLANS) else "time"
    return "absences" if _has(grid, ABSENCES, "first", "last") else None


def _lists_patients(grid: Grid) -> bool:
    """Rows of cards hold as many dates as the header of a schedule. That may have columns for a doctor and a phone."""
    return any(_of_patients(row) > 2 for row in grid.rows[:HEADER_ROWS])


def _of_patients(row: Sequence[str]) -> int:
    return sum(any(part in header_key(text) for part in _OF_PATIENTS) for text in row)


def _has(grid: Grid, names: Names, *needed: str) -> bool:
    found = names_in(grid, names)
    return found.issuperset(needed) and ("from" in found or not found.isdisjoint(("employee", "id")))


def _is_schedule(grid: Grid) -> bool:
    try:
        return schedule_of(grid) is not None
    except Misread:  # a header that leaves a day open is one
        return True


def unknown_codes(grids: Iterable[Grid]) -> Sequence[str]:
    """Short words in the cells of schedules that are neither hours nor a day off: whoever wrote them knows."""
    found: Counter[str] = Counter()
    for grid in grids:
        try:
            schedule = schedule_of(grid)
        except Misread:
            continue
        for row in grid.rows[schedule.table.header + 1 :] if schedule else ():
            cells = (row[column].strip() for column in (schedule.days if schedule else ()) if column < len(row))
            found.update(fold(text) for text in cells if _is_code(text))
    return sorted(found)


def _is_code(text: str) -> bool:
    if not text or len(text) > SHORT or fold(text) in FREE or kind_of(text) or fold(text) in WEEKDAYS:
        return False
    try:
        parse_spells(text, _DAY, _ANY)
    except ValueError:
        return not text.isdecimal()
    return False
