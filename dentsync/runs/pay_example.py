"""The files of pay of an invented clinic for May 2026: to try the commands on, and to be filled in with one's own.

An administrator two days on and two off, an operator of five days whose rate changes in the middle and who is ill, a
night operator over both ends of the month: 105,422.33 roubles and one open question.
"""

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path

from dentsync.errors import DentsyncError
from dentsync.lang import _
from dentsync.load.sheets import save_file

Cells = Sequence[str | int | date | None]
BRANCH = "Центральный"
"""As the presets call the clinic's only one."""
SETTLED = 3600
"""Seconds: a file that was written just now is left to the next run."""
SECTION = """[payroll]
rates    = "{folder}/rates.xlsx"
plan     = "{folder}/plan_*.xlsx"
time     = "{folder}/time_*.csv"
absences = "{folder}/absences.xlsx"
"""


@dataclass(frozen=True, slots=True)
class Somebody:
    """``days`` of May and their hours; ``otherwise``: what the clock says instead; ``rates``: since, hour, overtime.

    ``primary`` and ``waiting``: how many were booked, and how many of them came.
    """

    name: str
    position: str
    rates: tuple[tuple[date, int, int], ...]
    break_minutes: int | None
    days: dict[int, str]
    otherwise: dict[int, tuple[str, str]]
    primary: tuple[int, int]
    waiting: tuple[int, int]


YEAR = date(2026, 1, 1)
STAFF = (
    Somebody(
        "Котова Анна Ильинична", "администратор", ((YEAR, 250, 350),), None,
        dict.fromkeys((2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30), "8-20"),
        {7: ("8:00", "21:30"), 15: ("8:40", "20:00"), 22: ("8:00", ""), 26: ("8:00", "20:10"), 30: ("7:35", "20:00")},
        (20, 16), (5, 4),
    ),
    Somebody(
        "Мельникова Ольга Сергеевна", "оператор колл-центра", ((YEAR, 220, 300), (date(2026, 5, 16), 240, 330)), None,
        dict.fromkeys((4, 5, 6, 7, *range(12, 16), *range(18, 23), *range(25, 30)), "9-18") | {8: "9-17"},
        {28: ("9:00", "19:00")},
        (33, 22), (15, 12),
    ),
    Somebody(
        "Соболев Игорь Павлович", "ночной оператор", ((YEAR, 230, 320),), 0,
        dict.fromkeys((0, 4, 8, 12, 16, 20, 24, 28, 31), "20-8"),
        {12: ("20:00", "9:00")},
        (3, 3), (0, 0),
    ),
)  # fmt: skip
"""Day 0 is the last one of April."""
ILL = date(2026, 5, 20), date(2026, 5, 22)


def write_example(folder: Path) -> list[Path]:
    """Write every file of it. Raises DentsyncError rather than write over one."""
    files = {folder / name: content for name, content in _files().items()}
    for path in files:
        if path.exists():
            raise DentsyncError(_("{file}: is there already; name another folder").format(file=path))
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        save_file(path, partial(_write, content))
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - SETTLED))
    return list(files)


def _write(content: bytes, name: str) -> None:
    Path(name).write_bytes(content)


def _files() -> dict[str, bytes]:
    absent: list[Cells] = [("Сотрудник", "С", "По", "Вид"), (STAFF[1].name, *ILL, "больничный")]
    return {
        "rates.xlsx": _book({"Ставки": _rates(), "Доведение": _tiers()}),
        "plan_2026.xlsx": _book({"Апрель 2026": _plan(4), "Май 2026": _plan(5)}),
        "time_2026-05.csv": _csv(_time()),
        "absences.xlsx": _book({"Отсутствия": absent}),
        "primary_2026-05.csv": _csv(_journal("Дата записи", 100, [one.primary for one in STAFF])),
        "waiting_2026-05.csv": _csv(_journal("Дата создания", 160, [one.waiting for one in STAFF])),
    }


def _book(sheets: dict[str, list[Cells]]) -> bytes:
    from openpyxl import Workbook

    book, target = Workbook(), BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.column_dimensions["A"].width = 30
        for letter in "BCDEFG" if name == "Ставки" else "":
            sheet.column_dimensions[letter].width = 22
    book.save(target)
    return target.getvalue()


def _csv(rows: Iterator[Cells]) -> bytes:
    target = StringIO()
    csv.writer(target, delimiter=";").writerows(rows)
    return target.getvalue().encode("utf-8-sig")


def _rates() -> list[Cells]:
    header = "Сотрудник", "Должность", "Филиал", "С даты", "Ставка часа", "Стоимость переработки", "Перерыв, мин"
    return [
        header,
        *((one.name, one.position, BRANCH, *rate, one.break_minutes) for one in STAFF for rate in one.rates),
    ]


def _tiers() -> list[Cells]:
    return [("От, %", "За визит"), (0, 0), (60, 50), (70, 100), (80, 150), (90, 200)]


def _plan(month: int) -> list[Cells]:
    """Names down, days across; of April only its last night reaches into May."""
    days = range(1, 31 if month == 4 else 32)
    rows: list[Cells] = [("Сотрудник", "Должность", *days)]
    for one in STAFF:
        hours = [one.days.get(day if month == 5 else day - 30, "") for day in days]
        rows.append((one.name, one.position, *hours))
    return rows


def _time() -> Iterator[Cells]:
    yield "Сотрудник", "Дата", "Начало", "Окончание"
    for one in STAFF:
        for day, planned in sorted(one.days.items()):
            on = date(2026, 4, 30) + timedelta(days=day)
            usual = tuple(f"{hour}:00" for hour in planned.split("-"))
            if one is not STAFF[1] or not ILL[0] <= on <= ILL[1]:
                yield one.name, f"{on:%d.%m.%Y}", *one.otherwise.get(day, usual)


def _journal(booked_at: str, first: int, shares: Sequence[tuple[int, int]]) -> Iterator[Cells]:
    """Patients by whom they were booked: the first of each came. ``first``: the end of a card and a phone number."""
    yield "Номер карты", "Ф.И.О.", "Телефон", booked_at, "Дата и время приёма", "Результат", "Администратор"
    number = 0
    for one, (booked, came) in zip(STAFF, shares, strict=True):
        for place in range(booked):
            on = date(2026, 5, 4) + timedelta(days=number % 26)
            person = f"{_SURNAMES[number % 20]} {_GIVEN[number // 20]}"
            result = "Визит состоялся" if place < came else "Записался, но не пришел"
            card, phone = 1000 + first + number, f"8916555{first + number:04}"
            yield (
                card, person, phone, f"{on - timedelta(days=3):%d.%m.%Y} 12:00", f"{on:%d.%m.%Y} 10:00",
                result, one.name,
            )  # fmt: skip
            number += 1


_SURNAMES = (
    "Агафонова", "Белова", "Власова", "Громова", "Дёмина", "Ермакова", "Жданова", "Зимина", "Ильина", "Карпова",
    "Лебедева", "Маслова", "Никитина", "Орлова", "Павлова", "Романова", "Седова", "Титова", "Ушакова", "Фомина",
)  # fmt: skip
_GIVEN = ("Вера Павловна", "Нина Олеговна", "Раиса Ильинична")
