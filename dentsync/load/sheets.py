"""What all our workbooks have in common: cells that are text, sheets that fit on paper, files that are private."""

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dentsync.errors import DentsyncError
from dentsync.lang import _

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

LINE, MOST_LINES = 15, 8  # points; a longer text is read in the cell itself
_LONGEST = 32_767  # characters that a cell of a workbook can hold
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def writable(value: str | int) -> str | int:
    """Without control characters, which a workbook cannot hold."""
    return value if isinstance(value, int) else _ILLEGAL.sub(" ", value)[:_LONGEST]


def as_text(cell: "Cell | MergedCell") -> None:
    """What stands in the cell, or will be typed there, is text: «=1+1» is no formula, «007» no number."""
    cell.number_format = "@"
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.quotePrefix = cell.value.startswith(("=", "+", "-", "@"))


def style_header(cells: "Sequence[Cell | MergedCell]", colour: str = "1F5C7A") -> None:
    """White on the colour of the house, or on another one."""
    from openpyxl.styles import Alignment, Font, PatternFill

    for cell in cells:
        cell.font = Font(name="Calibri", bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=colour)
        cell.alignment = Alignment(vertical="center", horizontal="center", wrap_text=True)


def set_widths(sheet: "Worksheet", widths: Sequence[int]) -> None:
    """Widths of columns, in characters."""
    from openpyxl.utils import get_column_letter

    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width


def height_of(row: Sequence[str | int], widths: Sequence[int]) -> int:
    """The height, in points, that wrapped texts need: not every program fits a row to them by itself."""
    pairs = zip(row, widths, strict=False)
    lines = max(sum(-(-max(len(part), 1) // (width - 3)) for part in str(value).split("\n")) for value, width in pairs)
    return LINE * min(max(lines, 1), MOST_LINES)


def for_paper(sheet: "Worksheet") -> None:
    """A4 across, as wide as the paper."""
    from openpyxl.worksheet.page import PageMargins
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def save_book(book: "Workbook", path: Path) -> None:
    """As ``save_file``."""
    save_file(path, book.save)


def save_file(path: Path, write: Callable[[str], object]) -> None:
    """Under its name only when complete, and for its owner only (``mkstemp`` makes 0600). Raises DentsyncError."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        try:
            write(name)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DentsyncError(
            _("{file}: cannot be written: {reason}; choose another file").format(file=path, reason=reason)
        ) from None
