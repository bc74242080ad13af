"""The sheets that totals are made of: lines of pay, worked time, counted patients."""

from collections.abc import Sequence

from dentsync.load.pay_places import (
    FIRST,
    LABELS,
    NO,
    PIECES,
    RATES,
    RULES,
    SMALL,
    TIERS,
    UNKNOWN,
    WAITLIST,
    YES,
    counted,
    known,
    span_of,
)
from dentsync.load.pay_rows import LineRow, PatientRow, PayBook, PieceRow
from dentsync.load.pay_sheets import Cell, Column, Live, Page

_LINE_COLUMNS = (
    Column("Сотрудник", 30), Column("За что", 16), Column("Должность", 22), Column("Филиал", 14),
    Column("Минут или\nпациентов", 11, "count"), Column("Записано", 10, "count"), Column("Цена, ₽", 11, "money"),
    Column("Коэф-\nфициент", 10, "factor"), Column("Сумма, ₽", 13, "total"), Column("Правило", 44, "wrap"),
    Column("Код", 8, hidden=True), Column("Вид", 8, hidden=True),
)  # fmt: skip


def write_lines(page: Page, book: PayBook) -> None:
    """Write the sheet."""
    rows = [_line(row, number, book) for number, row in enumerate(book.lines, start=FIRST)]
    page.heading(
        0, "Из чего сложилась каждая сумма: цена × минуты / 60 или цена × пришедшие, одно округление в строке", "lead"
    )
    page.table(1, _LINE_COLUMNS, rows)
    page.arrange(2, "A3")


def _line(row: LineRow, number: int, book: PayBook) -> list[Cell]:
    head: list[Cell] = [row.name, LABELS[row.code], row.position, row.branch]
    if row.code in ("primary", "waitlist"):
        middle = _visits(row, number, book)
    elif row.code == "correction":
        middle = ["", "", known(row.price), "", known(row.amount)]
    else:
        middle = _time(row, number, book)
    return [*head, *middle, row.rule, row.employee, row.code]


def _time(row: LineRow, number: int, book: PayBook) -> list[Cell]:
    if row.price is None or row.amount is None:
        return [row.quantity, "", "нет ставки", float(row.factor), UNKNOWN]
    column, word = {"hours": ("H", NO), "overtime": ("H", YES), "night_extra": ("I", YES)}.get(row.code, ("J", YES))
    minutes, jobs, rates, flags = (span_of(PIECES, name, len(book.pieces)) for name in ("F", "N", "O", column))
    parts = {rate: f'SUMIFS({minutes},{jobs},{row.job},{rates},{rate + 1},{flags},"{word}")' for rate in row.rates}
    prices = {rate: f"'{RATES}'!${'G' if row.code == 'overtime' else 'F'}${FIRST + rate}" for rate in row.rates}
    factor: Cell = float(row.factor)
    if row.code in ("night_extra", "holiday_extra"):
        factor = Live(f"='{RULES}'!$B${FIRST + (row.code == 'holiday_extra')}", float(row.factor))
    whole = "+".join(f"ROUND({prices[rate]}*100,0)*{parts[rate]}" for rate in row.rates)
    return [
        Live(f"={'+'.join(parts.values())}", row.quantity),
        "",
        Live(f"={prices[row.rates[0]]}", float(row.price)),
        factor,
        Live(f"=ROUND(({whole})*ROUND(H{number}*10000,0)/600000,0)/100", float(row.amount)),
    ]


def _visits(row: LineRow, number: int, book: PayBook) -> list[Cell]:
    assert row.price is not None
    assert row.amount is not None
    price = f"='{RULES}'!$B${WAITLIST}"
    if row.code == "primary":
        low, each = (span_of(RULES, column, len(book.rules.tiers), TIERS) for column in "AB")
        reached = f"SUMPRODUCT(--(E{number}*100>={low}*F{number}))"
        small, small_price = (f"'{RULES}'!$B${n}" for n in (SMALL, SMALL + 1))
        price = f"=IF(F{number}<{small},{small_price},IF({reached}=0,0,INDEX({each},{reached})))"
    return [
        Live(counted(book, f"$K{number}", row.code), row.quantity),
        Live(counted(book, f"$K{number}", row.code, came=False), row.booked),
        Live(price, float(row.price)),
        "",
        Live(f"=ROUND(G{number}*100,0)*E{number}/100", float(row.amount)),
    ]


_PIECE_COLUMNS = (
    Column("Сотрудник", 27), Column("Должность", 21), Column("Филиал", 12), Column("День", 11, "date"),
    Column("Начало", 8, "time"), Column("Минут", 8, "count"), Column("Часы", 8, "hours"),
    Column("Перера-\nботка", 9, "mark"), Column("Ночь", 7, "mark"), Column("Празд-\nник", 7, "mark"),
    Column("Смена от", 11, "date"), Column("Основание", 60, "wrap"),
    Column("Код", 8, hidden=True), Column("Работа", 8, "count", hidden=True), Column("Ставка", 8, "count", hidden=True),
)  # fmt: skip


def write_pieces(page: Page, pieces: Sequence[PieceRow]) -> None:
    """Write the sheet."""
    page.heading(0, "Оплаченное время: каждая строка — время одной цены", "lead")
    rows: list[list[Cell]] = [
        [
            one.name, one.position, one.branch, one.start.date(), one.start.time(), one.minutes,
            Live(f"=F{number}/1440", one.minutes / 1440), YES if one.overtime else NO, YES if one.night else NO,
            YES if one.holiday else NO, one.shift_on, one.place, one.employee, one.job,
            "" if one.rate is None else one.rate + 1,
        ]
        for number, one in enumerate(pieces, start=FIRST)
    ]  # fmt: skip
    page.table(1, _PIECE_COLUMNS, rows)
    page.arrange(2, "A3")


_PATIENT_COLUMNS = (
    Column("Журнал", 18), Column("Сотрудник", 30), Column("Карта", 20), Column("День визита", 13, "date"),
    Column("Пришёл", 10, "mark"), Column("Основание", 46, "wrap"), Column("Код", 8, hidden=True),
    Column("Вид", 8, hidden=True),
)  # fmt: skip


def write_patients(page: Page, patients: Sequence[PatientRow]) -> None:
    """Write the sheet."""
    page.heading(0, "Пациенты, вошедшие в расчёт, по номерам карт", "lead")
    rows: list[list[Cell]] = [
        [
            LABELS[one.journal],
            one.name,
            one.card,
            one.on or "",
            YES if one.came else "нет",
            one.place,
            one.employee,
            one.journal,
        ]
        for one in patients
    ]
    page.table(1, _PATIENT_COLUMNS, rows)
    page.arrange(2, "A3")
