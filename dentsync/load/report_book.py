"""Reports as a workbook for the director: tables with charts that print on A4, and behind every figure its list.

A figure leads to a column of ones in the list, which adds up to it.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from dentsync.load.report_chart import chart_of, height_in_rows
from dentsync.load.report_list import ReportList, write_list
from dentsync.load.report_page import Cover, Number, Page, PageTable
from dentsync.load.sheets import LINE, for_paper, save_book, set_widths, style_header, writable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

_LABEL, _NUMBER, _COLUMNS = 36, 13, 10
"""Widths in characters, and the least number of columns."""
_CENTIMETRES = 0.243
"""Of a character."""
_LONG = 15
"""Rows of a table that share no page with its chart."""
_ACCENT, _SOFT, _LINE = "1F5C7A", "EAF1F5", "C9CED3"


def write_reports(path: Path, cover: Cover, pages: Sequence[Page]) -> None:
    """Write the book. Raises DentsyncError; a file that was there is then untouched."""
    save_book(_book(cover, pages), path)


def report_book(cover: Cover, pages: Sequence[Page]) -> bytes:
    """The book, to be sent."""
    content = BytesIO()
    _book(cover, pages).save(content)
    return content.getvalue()


def _book(cover: Cover, pages: Sequence[Page]) -> "Workbook":
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    sheets = [(_Sheet(book.create_sheet(_name(page.title)), cover), page) for page in pages]
    for sheet, page in sheets:
        places = write_list(book, page, _list_name(page))
        _arrange(book[places.sheet], cover)
        sheet.write(page, places)
    return book


def _name(title: str) -> str:
    """Sheets have at most 31 characters, and some signs are not allowed."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31]


def _list_name(page: Page) -> str:
    return _name(f"{page.title[:21]} — список")


class _Sheet:
    """One report: its tables from top to bottom, each with a chart below."""

    def __init__(self, sheet: "Worksheet", cover: Cover) -> None:
        self.sheet, self.cover, self.row, self.columns = sheet, cover, 1, _COLUMNS

    def write(self, page: Page, places: ReportList) -> None:
        """``places``: of the lines behind the figures."""
        from openpyxl.styles import Font

        self.columns = max(_COLUMNS, *(len(_head(table)) for table in page.tables))
        self._text(page.title, Font(name="Calibri", size=16, bold=True, color=_ACCENT), 24)
        self._text(self.cover.line, Font(name="Calibri", size=11, color="555555"))
        for table in page.tables:
            self._break(table)
            self.row += 1
            self._text(table.title, Font(name="Calibri", size=13, bold=True), 20)
            self._table(table, places)
        self.row += 1
        for note in (*dict.fromkeys(note for table in page.tables for note in table.notes), *page.notes):
            self._text(note, Font(name="Calibri", size=9, color="555555"))
        self._text(
            "Каждое число — ссылка на его строки в списке: там столько же единиц.",
            Font(name="Calibri", size=9, color="555555"),
        )
        set_widths(self.sheet, [_LABEL, *[_NUMBER] * (self.columns - 1)])
        _arrange(self.sheet, self.cover)
        self.sheet.print_area = f"A1:{_letter(self.columns)}{self.row}"

    def _break(self, table: PageTable) -> None:
        """A long table begins on a page of its own, and so does its chart: neither is cut."""
        from openpyxl.worksheet.pagebreak import Break

        if len(table.rows) > _LONG:
            self.sheet.row_breaks.append(Break(id=self.row))

    def _text(self, text: str, font: object, height: int = LINE) -> None:
        from openpyxl.styles import Alignment

        cell = self.sheet.cell(self.row, 1, writable(text))
        cell.font = font  # type: ignore[assignment]
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        self.sheet.merge_cells(start_row=self.row, start_column=1, end_row=self.row, end_column=self.columns)
        lines = -(-len(text) // 150)
        self.sheet.row_dimensions[self.row].height = height * lines
        self.row += 1

    def _table(self, table: PageTable, places: ReportList) -> None:
        head = _head(table)
        self._header(head)
        first = self.row
        for row in table.rows:
            self._cells(row.label, table, row.numbers)
            self._link(table, row.label, places)
            self.row += 1
        if table.total:
            self._cells("Всего", table, table.total)
            _embolden(self.sheet[self.row][: len(head)])
            self._link(table, None, places)
            self.row += 1
        if not table.rows:
            self._cells("Нет строк", table, ())
            self.row += 1
            return
        self._break(table)
        self.row += 1
        width = (_LABEL + _NUMBER * (self.columns - 1)) * _CENTIMETRES
        self.sheet.add_chart(chart_of(self.sheet, table, first, width), f"A{self.row}")
        self.row += height_in_rows(table)

    def _header(self, head: Sequence[str]) -> None:
        for column, title in enumerate(head, start=1):
            self.sheet.cell(self.row, column, title)
        style_header(self.sheet[self.row][: len(head)])
        self.sheet.row_dimensions[self.row].height = 2.2 * LINE
        self.row += 1

    def _cells(self, label: str, table: PageTable, numbers: Sequence[Number]) -> None:
        cells: list[tuple[object, str]] = [(writable(label), "@")]
        for index, number in enumerate(numbers):
            cells.append((number.n, "#,##0"))
            if table.is_share(index):
                cells.append((number.n / number.of if number.of else "—", "0.0%"))
        for column, (value, shape) in enumerate(cells, start=1):
            _put(self.sheet.cell(self.row, column), value, shape)

    def _link(self, table: PageTable, row: str | None, places: ReportList) -> None:
        """Every figure of a row leads to its list, and so does its share."""
        from openpyxl.worksheet.hyperlink import Hyperlink

        figures = [index for index in range(len(table.titles)) for _cell in range(1 + table.is_share(index))]
        for cell, index in zip(self.sheet[self.row][1:], figures, strict=False):
            if place := places.place_of(table, row, index):
                cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place)


def _head(table: PageTable) -> list[str]:
    """Titles of the columns; a share has one of its own."""
    pairs = enumerate(table.titles)
    return [table.head, *(word for index, title in pairs for word in (title, "доля")[: 1 + table.is_share(index)])]


def _put(cell: "Cell | MergedCell", value: object, shape: str) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side

    cell.value = value  # type: ignore[assignment]
    if isinstance(value, str):
        cell.data_type = "s"
    cell.number_format = shape
    cell.font = Font(name="Calibri", size=11)
    left = shape == "@"
    cell.alignment = Alignment(vertical="center", horizontal="left" if left else "right", wrap_text=left)
    cell.border = Border(bottom=Side(style="thin", color=_LINE))


def _embolden(cells: "Sequence[Cell | MergedCell]") -> None:
    from openpyxl.styles import Font, PatternFill

    for cell in cells:
        cell.font = Font(name="Calibri", size=11, bold=True)
        cell.fill = PatternFill("solid", fgColor=_SOFT)


def _arrange(sheet: "Worksheet", cover: Cover) -> None:
    for_paper(sheet)
    sheet.sheet_view.showGridLines = False
    if (footer := sheet.oddFooter) and footer.center and footer.left:
        footer.left.text = f"{cover.clinic}, {cover.made_at:%d.%m.%Y %H:%M}".replace("&", "&&")
        footer.center.text = "стр. &P из &N"


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)
