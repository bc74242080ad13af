"""The sheet behind a report: every visit that a figure counts, with a one in the columns in which it counts.

A figure leads to the ones of its row and column, and they add up to it. A patient in two rows is one patient in their
total: where that makes a difference, the total has a column of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from dentsync.load.report_page import LIST_HEAD, Page, PageTable
from dentsync.load.sheets import height_of, set_widths, style_header, writable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_WIDEST, _ONES, _MOMENT = 24, 5, 18
"""Widths in characters: of words, of a column of ones, of a moment."""
_LETTER = 7.5
"""Points of a letter of a title that stands upright."""
_BOUNDS = tuple[int, int]


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


def write_list(book: "Workbook", page: Page, name: str) -> ReportList:
    """Add the sheet; its print settings are the caller's."""
    sheet, places = book.create_sheet(name), ReportList(name)
    words = ("Таблица", "Строка", *LIST_HEAD) if len(page.tables) > 1 else ("Строка", *LIST_HEAD)
    titles = _titles(page)
    sheet.append([*words, *titles])
    lines = [list(words)]
    for table in page.tables:
        for index, title in enumerate(table.titles):
            places.columns[table.title, index] = _letter(len(words) + 1 + titles.index(title))
            if _differs(table, index):
                places.totals[table.title, index] = _letter(len(words) + 1 + titles.index(_total(title)))
        for entry in table.entries:
            ones = dict(zip(table.titles, entry.counts, strict=True))
            ones |= {_total(title): first for title, first in zip(table.titles, entry.firsts, strict=True)}
            cells = [_safe(cell) for cell in (table.title, entry.label, *entry.cells)][-len(words) :]
            sheet.append([*cells, *(1 if ones.get(title) else None for title in titles)])
            lines.append(["" if isinstance(cell, datetime) else str(cell) for cell in cells])
            here = places.rows.get((table.title, entry.label), (len(lines), 0))[0]
            places.rows[table.title, entry.label] = (here, len(lines))
            places.tables[table.title] = (places.tables.get(table.title, (len(lines), 0))[0], len(lines))
    _shape(sheet, lines, titles)
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


def _shape(sheet: "Worksheet", lines: Sequence[Sequence[str]], titles: Sequence[str]) -> None:
    """Columns as wide as their words, so that a page of paper has room for letters that can be read."""
    from openpyxl.styles import Alignment

    longest = [max(map(len, column)) for column in zip(*lines, strict=True)]
    moment = lines[0].index(LIST_HEAD[1])
    widths = [_MOMENT if index == moment else min(length, _WIDEST) + 2 for index, length in enumerate(longest)]
    set_widths(sheet, [*widths, *[_ONES] * len(titles)])
    style_header(sheet[1])
    for cell in sheet[1][len(widths) :]:
        cell.alignment = Alignment(vertical="bottom", horizontal="center", text_rotation=90)
    sheet.row_dimensions[1].height = 12 + _LETTER * max(map(len, titles))
    left = Alignment(horizontal="left")
    for number, row in enumerate(sheet.iter_rows(min_row=2, max_col=len(widths)), start=2):
        row[moment].number_format, row[moment].alignment = "dd.mm.yyyy hh:mm", left
        long = any(len(text) > _WIDEST for text in lines[number - 1])
        for cell in row:
            if cell.data_type == "f":  # words that begin with «=» are words
                cell.data_type = "s"
            if long:
                cell.alignment = Alignment(vertical="top", wrap_text=True)
        if long:
            sheet.row_dimensions[number].height = height_of(lines[number - 1], widths)
    sheet.auto_filter.ref = f"A1:{_letter(len(widths) + len(titles))}{max(len(lines), 2)}"
    sheet.freeze_panes = f"{_letter(moment + 1)}2"
    sheet.print_title_rows = "1:1"


def _safe(value: str | datetime | None) -> str | datetime | None:
    return str(writable(value)) if isinstance(value, str) else value


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)
