"""Pages of a workbook that XlsxWriter writes: formulas with their values, formats by kind, A4 across."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from dentsync.load.sheets import writable


@dataclass(frozen=True, slots=True)
class Live:
    """A formula, and its value as we computed it."""

    formula: str
    value: float | int | str


Cell = str | int | float | date | time | Live


@dataclass(frozen=True, slots=True)
class Column:
    """Title, width in characters, kind of its cells."""

    title: str
    width: float
    kind: str = "text"
    hidden: bool = False


_KINDS: dict[str, dict[str, Any]] = {
    "text": {"num_format": "@", "shrink": True},
    "wrap": {"num_format": "@", "text_wrap": True, "font_size": 10},
    "count": {"num_format": "#,##0;-#,##0;—", "align": "right"},
    "money": {"num_format": "#,##0.00;-#,##0.00;—", "align": "right"},
    "change": {"num_format": "+#,##0.00;-#,##0.00;—", "align": "right"},
    "total": {"num_format": "#,##0.00;-#,##0.00;—", "align": "right", "bold": True},
    "input": {"num_format": "#,##0.00##", "align": "right", "bg_color": "#FFF8DC"},
    "factor": {"num_format": "0.00##", "align": "right"},
    "hours": {"num_format": "[h]:mm;;—", "align": "right"},
    "percent": {"num_format": "0.0%", "align": "right"},
    "date": {"num_format": "dd.mm.yyyy", "align": "center"},
    "time": {"num_format": "hh:mm", "align": "center"},
    "mark": {"num_format": "@", "align": "center"},
    "fill": {"num_format": "@", "align": "center", "text_wrap": True, "bg_color": "#FDFDF5"},
}
_HEADINGS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": "#1F5C7A"},
    "lead": {"font_color": "#1F5C7A", "bold": True},
    "dim": {"font_color": "#7A848C", "italic": True},
}
_EDGE = {"border": 1, "border_color": "#C9CED3", "valign": "top"}
_HEADER = {
    "bold": True, "font_color": "#FFFFFF", "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1,
    "border_color": "#C9CED3",
}  # fmt: skip


class Pages:
    """A workbook with the formats of its cells, each made once."""

    def __init__(self, made: Any) -> None:
        self.made = made
        self._formats: dict[tuple[str, str], Any] = {}

    def cell(self, kind: str, *, bold: bool = False) -> Any:
        extra = {"bold": True, "bg_color": "#EAF1F5"} if bold else {}
        return self._format(f"cell {bold}", kind, {**_EDGE, **_KINDS[kind], **extra})

    def header(self, colour: str) -> Any:
        return self._format("header", colour, {**_HEADER, "bg_color": colour})

    def heading(self, kind: str) -> Any:
        return self._format("heading", kind, _HEADINGS[kind])

    def look(self, **properties: Any) -> Any:
        """A format of one's own."""
        return self._format("own", repr(sorted(properties.items())), properties)

    def _format(self, group: str, kind: str, properties: dict[str, Any]) -> Any:
        if (group, kind) not in self._formats:
            self._formats[group, kind] = self.made.add_format(properties)
        return self._formats[group, kind]


class Page:
    """One sheet. Rows and columns are counted from 0."""

    def __init__(self, pages: Pages, name: str) -> None:
        self.pages = pages
        self.sheet = pages.made.add_worksheet(name)

    def heading(self, row: int, text: str, kind: str) -> None:
        """A line above the table."""
        self.sheet.write_string(row, 0, str(writable(text)), self.pages.heading(kind))

    def table(
        self,
        top: int,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        *,
        filters: bool = True,
        fill_in: range = range(0),
    ) -> None:
        """A header and its rows. ``fill_in``: columns that people write into."""
        for number, column in enumerate(columns):
            colour = "#2E6B3A" if number in fill_in else "#1F5C7A"
            self.sheet.write_string(top, number, column.title, self.pages.header(colour))
            self.sheet.set_column(number, number, column.width, None, {"hidden": column.hidden})
        self.sheet.set_row(top, 15 * (1 + max(column.title.count("\n") for column in columns)) + 3)
        for number, row in enumerate(rows, start=top + 1):
            self.row(number, columns, row)
        if filters:
            self.sheet.autofilter(top, 0, top + max(len(rows), 1), len(columns) - 1)

    def row(self, number: int, columns: Sequence[Column], cells: Sequence[Cell], *, bold: bool = False) -> None:
        """One row of a table."""
        for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            self._put(number, place, cell, self.pages.cell(column.kind, bold=bold))

    def _put(self, row: int, column: int, cell: Cell, look: Any) -> None:
        match cell:
            case Live():
                self.sheet.write_formula(row, column, cell.formula, look, cell.value)
            case str():
                self.sheet.write_string(row, column, str(writable(cell)), look)
            case date() | time():
                self.sheet.write_datetime(row, column, cell, look)
            case _:
                self.sheet.write_number(row, column, cell, look)

    def arrange(self, header: int, frozen: str, *, one_page: bool = False) -> None:
        """A4 across, as wide as the paper; ``header``: how many rows stand on every page."""
        sheet = self.sheet
        fit_paper(sheet, "&C&A, стр. &P из &N", pages=1 if one_page else 0)
        if not one_page:
            sheet.repeat_rows(0, header - 1)
        if frozen:
            sheet.freeze_panes(frozen)


def fit_paper(sheet: Any, footer: str, *, pages: int = 0) -> None:
    """A4 across, as wide as the paper, and as many ``pages`` long; 0: as it needs."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, pages)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(footer)
    sheet.hide_gridlines(2)
