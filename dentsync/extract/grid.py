"""Sheets that people of the clinic fill in by hand: rates, schedules, worked time. Small, and read whole."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from dentsync.errors import SourceError
from dentsync.extract.columns import fold_header
from dentsync.extract.csv_export import open_csv
from dentsync.extract.export import format_of
from dentsync.extract.files import readable
from dentsync.extract.layout import Reading, RowFault
from dentsync.extract.workbook_scan import SheetScan, check_area, scan_workbook
from dentsync.extract.xlsx_export import calm, marked, texts_of
from dentsync.lang import _
from dentsync.model import Grid


def read_grids(path: Path, names: Collection[str]) -> tuple[Grid, ...]:
    """The visible sheets of a workbook, or the one table of a CSV file, whose columns may have these ``names``.

    Raises ``SourceError``: neither of both, damaged, cut off, in an encoding that cannot be read.
    """
    match format_of(path):
        case "xlsx":
            return tuple(_sheets(path))
        case "csv":
            return (_table(path, names),)
    text = _("{file}: is neither a workbook (XLSX) nor CSV; save it as one of them")
    raise SourceError(text.format(file=path.name))


def _sheets(path: Path) -> Iterator[Grid]:
    scans = scan_workbook(path)
    with calm(path), readable(path):
        book = CalamineWorkbook.from_path(path)
        for meta in book.sheets_metadata:
            if meta.visible is SheetVisibleEnum.Visible:
                scan = scans.get(meta.name, SheetScan())
                check_area(path, meta.name, scan)
                yield _grid(path, book.get_sheet_by_name(meta.name), scan.unsolved)


def _grid(path: Path, sheet: CalamineSheet, unsolved: Mapping[int, list[int]]) -> Grid:
    rows = [texts_of(cells) for cells in sheet.iter_rows()]
    for number, columns in unsolved.items():
        if number < len(rows):
            rows[number] = marked(rows[number], columns)
    merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    return Grid(path.name, sheet.name, tuple(map(tuple, rows)), merged)


def _table(path: Path, names: Collection[str]) -> Grid:
    """A CSV file; its rows stand at the index of their line."""
    export = open_csv(path, Reading(words=frozenset(map(fold_header, names)), pad=True))
    head = export.layout.header_line
    rows: list[tuple[str, ...]] = [(line,) for line in export.preamble]
    rows += [()] * (head - 1 - len(rows)) + [export.layout.header] * bool(head)
    for line, raw in export.rows():
        rows += [()] * (line - 1 - len(rows))
        try:
            rows.append(tuple(export.cells(raw)) if export.noise(raw) is None else ())
        except RowFault as fault:
            text = _("{file}: line {line}: {reason}")
            raise SourceError(text.format(file=path.name, line=line, reason=fault.reason)) from None
    return Grid(path.name, "", tuple(rows))
