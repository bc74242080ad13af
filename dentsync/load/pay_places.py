"""Where everything stands in the workbook of pay: names of its sheets, rows and ranges that formulas look at."""

from decimal import Decimal

from dentsync.load.pay_rows import Code, PayBook

TOTALS, REMARKS, LINES, PIECES, PATIENTS = "Итоги", "Замечания", "Расчёт", "Смены", "Пациенты"
RATES, RULES, LABOUR, OURS = "Ставки", "Правила", "ТК РФ", "dentsync"
FORMAT = "1"
YES, NO = "да", "—"
UNKNOWN = "?"
"""An amount whose price is missing."""

LABELS: dict[Code, str] = {
    "hours": "Часы",
    "holiday_extra": "За праздник",
    "night_extra": "За ночь",
    "overtime": "Переработка",
    "primary": "Первичные",
    "waitlist": "Лист ожидания",
    "correction": "Корректировка",
}
FIRST = 3
"""The first row of data, as Excel counts, of every sheet but the first, which has a heading."""
TOP = 6
"""The first row of data of the first sheet."""
SMALL, WAITLIST, TIERS = FIRST + 2, FIRST + 4, FIRST + 7
"""Rows of the sheet of rules."""


def known(amount: Decimal | None) -> float | str:
    """An amount as a cell."""
    return UNKNOWN if amount is None else float(amount)


def span_of(sheet: str, column: str, rows: int, first: int = FIRST) -> str:
    """A column of a sheet, as a formula names it."""
    return f"'{sheet}'!${column}${first}:${column}${max(first, first + rows - 1)}"


def counted(book: PayBook, employee: str, journal: str, *, came: bool = True) -> str:
    """The formula for patients of a journal: all, or those who came. ``employee`` is a cell."""
    ids, journals, marks = (span_of(PATIENTS, column, len(book.patients)) for column in "GHE")
    only = f',{marks},"{YES}"' if came else ""
    return f'=COUNTIFS({ids},{employee},{journals},"{journal}"{only})'
