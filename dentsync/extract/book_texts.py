"""A workbook that comes back from people: every sheet as texts, after the same look at it that any export gets."""

from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from dentsync.extract.files import readable
from dentsync.extract.workbook_scan import check_area, damaged, scan_workbook
from dentsync.extract.xlsx_export import texts_of


def book_texts(path: Path) -> dict[str, list[list[str]]]:
    """Rows of texts by sheet, hidden ones too; a row ends with its last text. Raises ``SourceError``."""
    for name, scan in scan_workbook(path).items():
        check_area(path, name, scan)
    try:
        with readable(path):
            book = CalamineWorkbook.from_path(path)
            return {
                name: [texts_of(row) for row in book.get_sheet_by_name(name).iter_rows()] for name in book.sheet_names
            }
    except CalamineError:
        raise damaged(path) from None
    except BaseException as error:
        # The reader of workbooks, a Rust library, tells of its own bugs in this way.
        if type(error).__name__ == "PanicException":
            raise damaged(path) from None
        raise
