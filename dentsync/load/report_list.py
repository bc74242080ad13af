"""The sheet behind a report: every visit that a figure counts, with a one in the columns in which it counts.

A figure leads to the ones of its row and column, and they add up to it. A patient in two rows is one patient in their
total: where that makes a difference, the total has a column of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dentsync.load.pay_sheets import Pages
from dentsync.load.report_page import LIST_HEAD, Page, PageTable
from dentsync.load.sheets import height_of, writable

_WIDEST, _ONES, _MOMENT = 24, 5, 18
"""Widths in characters: of words, of a column of ones, of a moment."""
_LETTER = 7.5
"""Points of a letter of a title that stands upright."""
_COLOUR = "#1F5C7A"
_UPRIGHT = {
    "bold": True, "font_color": "#FFFFFF", "bg_color": _COLOUR, "valign": "bottom", "align": "center", "rotation": 90,
}  # fmt: skip
_BOUNDS = tuple[int, int]
_Cell = str | datetime | None


@dataclass(slots=True)
class ReportList:
    """Where what stands on the sheet: lines by table and row, columns by table and figure."""

    sheet: str
    rows: dict[tuple[str, str], _BOUNDS] = field(default_factory=dict)
    tables: dict[str, _BOUNDS] = field(default_factory=dict)
    columns: dict[tuple[str, int], str] = field(default_factory=dict)
    totals: dict[tuple[str, int], str] = field(default_factory=dict)

    def place_of(self, table: PageTable, row: str | None, column: int) -> str:
        """The ones behind a figure; of all rows together where ``row`` is None. Empty where there is no line."""
        bounds = self.tables.get(table.title) if row is None else self.rows.get((table.title, row))
        letters = self.totals if row is None else self.columns
        letter = letters.get((table.title, column)) or self.columns[table.title, column]
        return f"'{self.sheet}'!{letter}{bounds[0]}:{letter}{bounds[1]}" if bounds else ""


def write_list(book: Pages, page: Page, name: str) -> ReportList:
    """Add the sheet; its paper is the caller's."""
    sheet = book.made.add_worksheet(name)
    words = ("Таблица", "Строка", *LIST_HEAD) if len(page.tables) > 1 else ("Строка", *LIST_HEAD)
    titles = _titles(page)
    lines = [
        [_safe(cell) for cell in (table.title, entry.label, *entry.cells)[-len(words) :]]
        for table in page.tables
        for entry in table.entries
    ]
    widths = _widths(words, lines)
    _head(book, sheet, words, titles, widths)
    _write_words(book, sheet, lines, widths)
    _write_ones(book, sheet, page, len(words), titles)
    sheet.autofilter(0, 0, max(len(lines), 1), len(words) + len(titles) - 1)
    sheet.freeze_panes(1, words.index(LIST_HEAD[1]))
    sheet.repeat_rows(0)
    return _places(page, name, len(words), titles)


def _places(page: Page, name: str, first: int, titles: Sequence[str]) -> ReportList:
    """``first``: the column of the first ones."""
    places, line = ReportList(name), 1
    for table in page.tables:
        for index, title in enumerate(table.titles):
            places.columns[table.title, index] = _letter(first + titles.index(title))
            if _differs(table, index):
                places.totals[table.title, index] = _letter(first + titles.index(_total(title)))
        for entry in table.entries:
            line += 1
            row = table.title, entry.label
            places.rows[row] = (places.rows.get(row, (line, 0))[0], line)
            places.tables[table.title] = (places.tables.get(table.title, (line, 0))[0], line)
    return places


def _titles(page: Page) -> list[str]:
    """Of the columns of ones, each once, totals at the end."""
    titles = [title for table in page.tables for title in table.titles]
    totals = [_total(one) for table in page.tables for index, one in enumerate(table.titles) if _differs(table, index)]
    return list(dict.fromkeys(titles + totals))


def _total(title: str) -> str:
    return f"{title}, всего"


def _differs(table: PageTable, index: int) -> bool:
    """Whether the total of a column is less than the sum of its rows."""
    return bool(table.total) and sum(row.numbers[index].n for row in table.rows) != table.total[index].n  # type: ignore[index]


def _widths(words: Sequence[str], lines: Sequence[Sequence[_Cell]]) -> list[int]:
    """Columns as wide as their words, so that a page of paper has room for letters that can be read."""
    longest = [max(len(cell) for cell in column if isinstance(cell, str)) for column in zip(words, *lines, strict=True)]
    return [_MOMENT if word == LIST_HEAD[1] else min(n, _WIDEST) + 2 for word, n in zip(words, longest, strict=True)]


def _head(book: Pages, sheet: Any, words: Sequence[str], titles: Sequence[str], widths: Sequence[int]) -> None:
    across, upright = book.header(_COLOUR), book.look(**_UPRIGHT)
    for column, (word, width) in enumerate(zip(words, widths, strict=True)):
        sheet.write_string(0, column, word, across)
        sheet.set_column(column, column, width)
    for column, title in enumerate(titles, start=len(words)):
        sheet.write_string(0, column, title, upright)
        sheet.set_column(column, column, _ONES)
    sheet.set_row(0, 12 + _LETTER * max(map(len, titles)))


def _write_words(book: Pages, sheet: Any, lines: Sequence[Sequence[_Cell]], widths: Sequence[int]) -> None:
    wrapped, moment = {"valign": "top", "text_wrap": True}, {"num_format": "dd.mm.yyyy hh:mm"}
    looks = {
        False: (None, book.look(**moment, align="left")),
        True: (book.look(**wrapped), book.look(**wrapped, **moment, align="left")),
    }
    for number, cells in enumerate(lines, start=1):
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        long = max(map(len, texts)) > _WIDEST
        if long:
            sheet.set_row(number, height_of(texts, widths))
        text, time = looks[long]
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell, text)
            elif cell:
                sheet.write_datetime(number, column, cell, time)


def _write_ones(book: Pages, sheet: Any, page: Page, first: int, titles: Sequence[str]) -> None:
    number, top = 0, book.look(valign="top")
    for table in page.tables:
        places = [first + titles.index(title) for title in table.titles]
        wholes = [_total(title) for title in table.titles]
        totals = [first + titles.index(whole) if whole in titles else None for whole in wholes]
        for entry in table.entries:
            number += 1
            marked = (*zip(places, entry.counts, strict=True), *zip(totals, entry.firsts, strict=True))
            for column, counts in marked:
                if counts and column is not None:
                    sheet.write_number(number, column, 1, top)


def _safe(value: _Cell) -> _Cell:
    return str(writable(value)) if isinstance(value, str) else value


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))
