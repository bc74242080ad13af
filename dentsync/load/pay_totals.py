"""The first sheet of the workbook of pay: one page for the director, with a chart."""

from collections.abc import Sequence
from decimal import Decimal

from dentsync.load.pay_places import (
    LABELS,
    LINES,
    NO,
    PIECES,
    TOP,
    TOTALS,
    UNKNOWN,
    YES,
    counted,
    known,
    span_of,
)
from dentsync.load.pay_rows import Code, PayBook, TotalRow
from dentsync.load.pay_sheets import Cell, Column, Live, Page

_HOURS = ("Часы", "Перера-\nботка, ч", "Ночь, ч", "Празд-\nник, ч")
_AMOUNTS = (
    "Часы", "За\nпраздник", "За\nночь", "Перера-\nботка", "Первич-\nные", "Лист\nожидания", "Коррек-\nтировка"
)  # fmt: skip
_TOTAL_COLUMNS = (
    Column("Сотрудник", 27),
    *(Column(title, 8, "hours") for title in _HOURS),
    Column("Первичных\nзаписано", 10.5, "count"),
    Column("пришли", 8, "count"),
    Column("%", 7, "percent"),
    Column("Из листа\nожидания", 9.5, "count"),
    *(Column(f"{title}, ₽", 12.5, "money") for title in _AMOUNTS),
    Column("Итого, ₽", 13, "total"),
    Column("Прошлый\nмесяц, ₽", 12.5, "money"),
    Column("Изменение,\n₽", 12.5, "change"),
    Column("Код", 8, hidden=True),
)


def write_totals(page: Page, book: PayBook) -> None:
    """Write the sheet."""
    page.heading(0, f"{book.clinic}: {book.title}", "title")
    page.heading(1, book.state, "lead")
    page.heading(2, f"Прошлый месяц: {book.before}", "lead")
    page.heading(3, "Суммы — формулы: измените ставку на листе «Ставки» или правило на листе «Правила».", "dim")
    rows = [_total(row, number, book) for number, row in enumerate(book.totals, start=TOP)]
    page.table(TOP - 2, _TOTAL_COLUMNS, rows, filters=False)
    last = TOP + len(rows)
    if rows:
        page.row(last - 1, _TOTAL_COLUMNS, _whole(book, last), bold=True)
        _chart(page, book, last)
    page.arrange(TOP - 1, "", one_page=True)


def _total(row: TotalRow, number: int, book: PayBook) -> list[Cell]:
    def minutes(more: str) -> str:
        pieces = len(book.pieces)
        ids = span_of(PIECES, "M", pieces)
        return f"=SUMIFS({span_of(PIECES, 'F', pieces)},{ids},$T{number},{more})/1440"

    flags = (("H", NO), ("H", YES), ("I", YES), ("J", YES))
    times = [
        Live(minutes(f'{span_of(PIECES, column, len(book.pieces))},"{word}"'), value / 1440)
        for (column, word), value in zip(flags, row.minutes, strict=True)
    ]
    booked, came = row.primary
    share = Live(f'=IF(F{number}=0,"—",G{number}/F{number})', came / booked if booked else "—")
    counts = [
        Live(counted(book, f"$T{number}", "primary", came=False), booked),
        Live(counted(book, f"$T{number}", "primary"), came),
        share,
        Live(counted(book, f"$T{number}", "waitlist"), row.waitlist),
    ]
    amounts = [_amount(row, code, number, book) for code in LABELS]
    total = Live(f"=SUM(J{number}:P{number})", float(row.total)) if row.total is not None else UNKNOWN
    if row.before is None or row.total is None:
        change: list[Cell] = ["—" if row.before is None else float(row.before), "—"]
    else:
        change = [float(row.before), Live(f"=ROUND(Q{number}-R{number},2)", float(row.total - row.before))]
    return [row.name, *times, *counts, *amounts, total, *change, row.employee]


def _amount(row: TotalRow, code: Code, number: int, book: PayBook) -> Cell:
    amount = row.amounts.get(code, Decimal(0))
    if amount is None:
        return UNKNOWN
    sums, ids, codes = (span_of(LINES, column, len(book.lines)) for column in "IKL")
    return Live(f'=SUMIFS({sums},{ids},$T{number},{codes},"{code}")', float(amount))


def _whole(book: PayBook, last: int) -> list[Cell]:
    """The row of everybody: sums of the columns above."""

    def summed(column: str, value: float | str) -> Cell:
        return Live(f"=SUM({column}{TOP}:{column}{last - 1})", value) if value != UNKNOWN else UNKNOWN

    rows = book.totals
    times = [summed("BCDE"[n], sum(row.minutes[n] for row in rows) / 1440) for n in range(4)]
    booked, came = (sum(row.primary[n] for row in rows) for n in range(2))
    share = Live(f'=IF(F{last}=0,"—",G{last}/F{last})', came / booked if booked else "—")
    counts: list[Cell] = [summed("F", booked), summed("G", came), share, summed("I", sum(row.waitlist for row in rows))]
    amounts = [
        summed(column, known(_sum([row.amounts.get(code, Decimal(0)) for row in rows])))
        for column, code in zip("JKLMNOP", LABELS, strict=True)
    ]
    paid = [row.before for row in rows if row.before is not None]
    before = sum(paid, Decimal(0)) if paid else None
    change: list[Cell] = ["—", "—"]
    if before is not None and book.total is not None:
        change = [summed("R", float(before)), Live(f"=ROUND(Q{last}-R{last},2)", float(book.total - before))]
    return ["Всего", *times, *counts, *amounts, summed("Q", known(book.total)), *change, ""]


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    priced = [amount for amount in amounts if amount is not None]
    return sum(priced, Decimal(0)) if len(priced) == len(amounts) else None


def _chart(page: Page, book: PayBook, last: int) -> None:
    chart = page.pages.made.add_chart({"type": "column"})
    for column, name, colour in (("R", "прошлый месяц", "#C3CBD3"), ("Q", "этот месяц", "#1F5C7A")):
        if column == "R" and all(row.before is None for row in book.totals):
            continue
        chart.add_series(
            {
                "name": name,
                "categories": f"='{TOTALS}'!$A${TOP}:$A${last - 1}",
                "values": f"='{TOTALS}'!${column}${TOP}:${column}${last - 1}",
                "fill": {"color": colour},
                "gap": 60,
                "data_labels": {"value": True, "num_format": "#,##0", "font": {"size": 14}},
            }
        )
    text = {"size": 14}  # on paper the page is little more than half as large
    chart.set_title({"name": "Начислено, ₽", "name_font": {"size": 18}})
    lines = {"visible": True, "line": {"color": "#E3E7EA"}}
    chart.set_x_axis({"num_font": text})
    chart.set_y_axis({"num_format": "#,##0", "num_font": text, "major_gridlines": lines, "min": 0})
    chart.set_legend({"position": "bottom", "font": text})
    chart.set_size({"width": 1570, "height": 560})
    page.sheet.insert_chart(last + 1, 0, chart, {"object_position": 3})
