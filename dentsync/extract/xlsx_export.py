"""Workbooks (XLSX), read by calamine: every cell as the text that a person would have typed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from dentsync.errors import SourceError
from dentsync.extract.files import readable
from dentsync.extract.header import HEADER_ROWS, Header, header_of
from dentsync.extract.layout import MAX_RECORD, Layout, Noise, Reading, RowFault, noise_of, pack, unpack
from dentsync.extract.workbook_scan import SheetScan, check_area, damaged, scan_workbook
from dentsync.lang import _
from dentsync.model import NO_VALUE

EXACT = 10**15
"""From here on a number of Excel has lost its last digits."""

Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True, slots=True)
class XlsxExport:
    """One sheet of a workbook. Raw bytes of a row are its texts, without the empty cells at its end.

    A formula that was saved without its value is ``NO_VALUE``: it is not known to be empty.
    """

    path: Path
    layout: Layout
    set_aside: Mapping[str, int]
    preamble: tuple[str, ...] = field(repr=False)
    headers: frozenset[tuple[str, ...]] = field(repr=False)
    bent: Counter[str] = field(compare=False)
    sheet: CalamineSheet = field(repr=False)
    unsolved: Mapping[int, list[int]] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[int, bytes]]:
        for number, cells in islice(enumerate(self.sheet.iter_rows(), 1), self.layout.header_line, None):
            texts = texts_of(cells)
            yield number, pack(marked(texts, self.unsolved[number - 1]) if number - 1 in self.unsolved else texts)

    def noise(self, raw: bytes) -> Noise | None:
        if len(raw) > MAX_RECORD:
            return None
        cells = unpack(raw)
        return "header" if _bare(cells) in self.headers else noise_of(cells)

    def cells(self, raw: bytes) -> list[str]:
        cells = unpack(raw)
        wanted = len(self.layout.header)
        if len(cells) > wanted:
            raise RowFault(f"в строке есть ячейки правее последнего столбца ({len(cells)} вместо {wanted})")
        return cells + [""] * (wanted - len(cells))

    def loose(self, raw: bytes) -> list[str]:
        return unpack(raw) if len(raw) <= MAX_RECORD else []


def open_xlsx(path: Path, reading: Reading) -> XlsxExport:
    """Open the named sheet, or the first one that is visible. Raises ``SourceError``."""
    scans = scan_workbook(path)
    with calm(path):
        sheet, others = _sheet(path, reading.sheet, scans)
        rows = [texts_of(cells) for cells in islice(sheet.iter_rows(), HEADER_ROWS)]
    header = header_of(rows, reading.words)
    scan = scans.get(sheet.name, SheetScan())
    bent = Counter(hidden=scan.hidden, sheets=0 if reading.sheet else others)
    return XlsxExport(
        path=path,
        layout=_layout(header, sheet.name),
        set_aside=header.set_aside,
        preamble=tuple(" ".join(filter(None, row)) for row in rows[: header.first]),
        headers=frozenset(_bare(rows[index]) for index in range(header.first, header.last + 1) if header.names),
        bent=+bent,
        sheet=sheet,
        unsolved=scan.unsolved,
    )


@contextmanager
def calm(path: Path) -> Iterator[None]:
    """What the reader of workbooks says about a file, raised as ``SourceError``."""
    try:
        yield
    except CalamineError:
        raise damaged(path) from None
    except BaseException as error:
        # A Rust library tells of its own bugs in this way.
        if type(error).__name__ == "PanicException":
            raise damaged(path) from None
        raise


def _layout(header: Header, sheet: str) -> Layout:
    names = tuple(map(str.strip, header.names))
    return Layout("xlsx", "", "", names, header.last + 1 if names else 0, header.hits, sheet)


def _sheet(path: Path, name: str | None, scans: Mapping[str, SheetScan]) -> tuple[CalamineSheet, int]:
    """The sheet, and how many others are to be seen beside it."""
    with readable(path):
        book = CalamineWorkbook.from_path(path)
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        wanted = next(iter(visible or book.sheet_names), "") if name is None else name
        if wanted in book.sheet_names or name is None:
            check_area(path, wanted, scans.get(wanted, SheetScan()))
            return book.get_sheet_by_name(wanted), len(set(visible) - {wanted})
    text = _("{file}: has no sheet {sheet!r} (it has: {sheets}); change the feed's sheet")
    raise SourceError(text.format(file=path.name, sheet=name, sheets=", ".join(book.sheet_names)))


def _bare(cells: list[str]) -> tuple[str, ...]:
    return tuple(map(str.strip, cells))


def marked(texts: list[str], columns: list[int]) -> list[str]:
    """The texts of a row in which formulas have no value."""
    cells = texts + [""] * (max(columns) + 1 - len(texts))
    for column in columns:
        cells[column] = NO_VALUE
    return cells


def texts_of(cells: list[Cell]) -> list[str]:
    """The texts of a row without the empty ones at its end."""
    texts = list(map(text_of, cells))
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def text_of(value: Cell) -> str:
    """A cell as text: numbers exact to Excel's 15 digits, dates ``dd.mm.yyyy HH:MM:SS``, flags «Да» and «Нет»."""
    match value:
        case str():
            return value
        case bool():
            return "Да" if value else "Нет"
        case int():
            return str(value)
        case float() if abs(value) >= EXACT:
            return format(value, ".15g")
        case float():
            return str(int(value)) if value.is_integer() else format(Decimal(format(value, ".15g")), "f")
        case datetime():
            return f"{value:%d.%m.%Y %H:%M:%S}"
        case date():
            return f"{value:%d.%m.%Y}"
        case time():
            return f"{value:%H:%M:%S}"
        case timedelta():
            return _duration(value)


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
