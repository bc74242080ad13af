"""Reports as a workbook for the director: tables with charts that print on A4, and behind every figure its list.

A figure leads to a column of ones in the list, which adds up to it. XlsxWriter writes it: a month of a large clinic has
a million cells.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from dentsync.load.pay_sheets import Pages, fit_paper
from dentsync.load.report_chart import chart_of, height_in_rows
from dentsync.load.report_list import ReportList, write_list
from dentsync.load.report_page import Cover, Number, Page, PageTable
from dentsync.load.sheets import LINE, save_file, writable

_LABEL, _NUMBER, _COLUMNS = 36, 13, 10
"""Widths in characters, and the least number of columns."""
_LETTER, _EDGE = 7, 5
"""Pixels of a character, and of what a column has beside them."""
_LONG = 15
"""Rows of a table that share no page with its chart."""
_ACCENT, _SOFT, _LINE = "#1F5C7A", "#EAF1F5", "#C9CED3"
_DIM = {"font_color": "#555555"}
_SMALL = _DIM | {"font_size": 9}


def write_reports(path: Path, cover: Cover, pages: Sequence[Page]) -> None:
    """Write the book. Raises DentsyncError; a file that was there is then untouched."""
    save_file(path, lambda name: _write(name, cover, pages))


def report_book(cover: Cover, pages: Sequence[Page]) -> bytes:
    """The book, to be sent."""
    content = BytesIO()
    _write(content, cover, pages)
    return content.getvalue()


def _write(target: str | BytesIO, cover: Cover, pages: Sequence[Page]) -> None:
    from xlsxwriter import Workbook

    texts = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = Pages(Workbook(target, {"in_memory": isinstance(target, BytesIO), **texts}))
    book.made.set_properties({"company": cover.clinic, "created": cover.made_at.replace(tzinfo=None)})
    clinic = f"{cover.clinic}, {cover.made_at:%d.%m.%Y %H:%M}".replace("&", "&&")
    footer = f"&L{clinic}&Cстр. &P из &N"
    sheets = [book.made.add_worksheet(_name(page.title)) for page in pages]
    for sheet, page in zip(sheets, pages, strict=True):
        places = write_list(book, page, _list_name(page))
        fit_paper(book.made.get_worksheet_by_name(places.sheet), footer)
        _Sheet(book, sheet, cover).write(page, places)
        fit_paper(sheet, footer)
    book.made.close()


def _name(title: str) -> str:
    """Sheets have at most 31 characters, and some signs are not allowed."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31]


def _list_name(page: Page) -> str:
    return _name(f"{page.title[:21]} — список")


class _Sheet:
    """One report: its tables from top to bottom, each with a chart below. Rows and columns are counted from 0."""

    def __init__(self, book: Pages, sheet: Any, cover: Cover) -> None:
        self.book, self.sheet, self.cover = book, sheet, cover
        self.row, self.columns, self.breaks = 0, _COLUMNS, list[int]()

    def write(self, page: Page, places: ReportList) -> None:
        """``places``: of the lines behind the figures."""
        self.columns = max(_COLUMNS, *(len(_head(table)) for table in page.tables))
        self.sheet.set_column(0, 0, _LABEL)
        self.sheet.set_column(1, self.columns - 1, _NUMBER)
        self._text(page.title, {"font_size": 16, "bold": True, "font_color": _ACCENT}, 24)
        self._text(self.cover.line, _DIM)
        for table in page.tables:
            self._break(table)
            self.row += 1
            self._text(table.title, {"font_size": 13, "bold": True}, 20)
            self._table(table, places)
        self.row += 1
        for note in (*dict.fromkeys(note for table in page.tables for note in table.notes), *page.notes):
            self._text(note, _SMALL)
        self._text("Каждое число — ссылка на его строки в списке: там столько же единиц.", _SMALL)
        self.sheet.set_h_pagebreaks(self.breaks)
        self.sheet.print_area(0, 0, self.row, self.columns - 1)

    def _break(self, table: PageTable) -> None:
        """A long table begins on a page of its own, and so does its chart: neither is cut."""
        if len(table.rows) > _LONG:
            self.breaks.append(self.row + 1)

    def _text(self, text: str, look: dict[str, Any], height: int = LINE) -> None:
        self.sheet.set_row(self.row, height * -(-len(text) // 150))
        look = {**look, "valign": "vcenter", "text_wrap": True}
        self.sheet.merge_range(self.row, 0, self.row, self.columns - 1, writable(text), self.book.look(**look))
        self.row += 1

    def _table(self, table: PageTable, places: ReportList) -> None:
        self.sheet.set_row(self.row, 2.2 * LINE)
        for column, title in enumerate(_head(table)):
            self.sheet.write_string(self.row, column, title, self.book.header(_ACCENT))
        self.row += 1
        first = self.row
        for row in table.rows:
            self._figures(row.label, table, row.numbers, row.label, places)
        if table.total:
            self._figures("Всего", table, table.total, None, places, bold=True, bg_color=_SOFT)
        if not table.rows:
            self._figures("Нет строк", table, (), "", places)
            return
        self._break(table)
        self.row += 1
        width = _LETTER * (_LABEL + _NUMBER * (self.columns - 1)) + _EDGE * (self.columns - 1)
        self.sheet.insert_chart(self.row, 0, chart_of(self.book.made, self.sheet.name, table, first, width))
        self.row += height_in_rows(table)

    def _figures(
        self, label: str, table: PageTable, numbers: Sequence[Number], row: str | None, places: ReportList, **look: Any
    ) -> None:
        """A row of the table: every figure leads to its list, and so does its share."""
        look |= {"valign": "vcenter", "bottom": 1, "bottom_color": _LINE}
        text = self.book.look(**look, num_format="@", align="left", text_wrap=True)
        number, percent = (self.book.look(**look, num_format=shape, align="right") for shape in ("#,##0", "0.0%"))
        self.sheet.write_string(self.row, 0, writable(label), text)
        column = 1
        for index, figure in enumerate(numbers):
            cells: list[tuple[float | str, Any]] = [(figure.n, number)]
            if table.is_share(index):
                cells.append((figure.n / figure.of if figure.of else "—", percent))
            for value, shape in cells:
                if place := places.place_of(table, row, index):
                    self.sheet.write_url(self.row, column, f"internal:{place}", shape)
                self.sheet.write(self.row, column, value, shape)  # the link stays with the cell
                column += 1
        self.row += 1


def _head(table: PageTable) -> list[str]:
    """Titles of the columns; a share has one of its own."""
    pairs = enumerate(table.titles)
    return [table.head, *(word for index, title in pairs for word in (title, "доля")[: 1 + table.is_share(index)])]
