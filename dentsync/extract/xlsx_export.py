"""Workbooks (XLSX), read by calamine: every cell as the text that a person would have typed."""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from dentsync.errors import SourceError
from dentsync.extract.files import readable
from dentsync.extract.layout import (
    HEADER_ROWS,
    MAX_RECORD,
    Layout,
    Noise,
    Reading,
    RowFault,
    header_score,
    noise_of,
    pack,
    unpack,
)
from dentsync.lang import _

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
LARGE = 1024 * 1024
"""A member of the archive smaller than this may be packed as tightly as it likes."""

Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True, slots=True)
class XlsxExport:
    """One sheet of a workbook. Raw bytes of a row are its texts, without the empty cells at its end."""

    path: Path
    layout: Layout
    set_aside: Mapping[str, int]
    sheet: CalamineSheet = field(repr=False)

    def rows(self) -> Iterator[tuple[int, bytes]]:
        for number, cells in islice(enumerate(self.sheet.iter_rows(), 1), self.layout.header_line, None):
            yield number, pack(texts_of(cells))

    def noise(self, raw: bytes) -> Noise | None:
        if len(raw) > MAX_RECORD:
            return None
        cells = unpack(raw)
        return "header" if tuple(map(str.strip, cells)) == self.layout.header else noise_of(cells)

    def cells(self, raw: bytes) -> list[str]:
        cells = unpack(raw)
        wanted = len(self.layout.header)
        if len(cells) > wanted:
            raise RowFault(f"в строке есть ячейки правее последнего столбца ({len(cells)} вместо {wanted})")
        return cells + [""] * (wanted - len(cells))


def open_xlsx(path: Path, reading: Reading) -> XlsxExport:
    """Open the named sheet, or the first one that is visible. Raises ``SourceError``."""
    _check_archive(path)
    sheet = _sheet(path, reading.sheet)
    rows = [texts_of(cells) for cells in islice(sheet.iter_rows(), HEADER_ROWS)]
    hits, width, index = header_score(rows, reading.words)
    if not width:
        return XlsxExport(path, Layout("xlsx", "", "", (), 0), {}, sheet)
    layout = Layout("xlsx", "", "", tuple(map(str.strip, rows[index])), index + 1, hits)
    return XlsxExport(path, layout, {"preamble": index} if index else {}, sheet)


def _check_archive(path: Path) -> None:
    """Refuse what is cut off, what is no workbook, and what would unpack without end."""
    try:
        with readable(path), zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        text = _("{file}: the workbook is damaged or cut off; export it again")
        raise SourceError(text.format(file=path.name)) from None
    if not any(member.filename.lower().startswith("xl/workbook.") for member in members):
        text = _("{file}: is a ZIP archive without a workbook in it; save the table as XLSX or CSV")
        raise SourceError(text.format(file=path.name))
    if sum(member.file_size for member in members) > MAX_UNPACKED or any(map(_is_bomb, members)):
        text = _("{file}: the workbook unpacks to more than {limit} MB or is packed suspiciously tight; use CSV")
        raise SourceError(text.format(file=path.name, limit=MAX_UNPACKED // LARGE))


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > LARGE and member.file_size > MAX_RATIO * member.compress_size


def _sheet(path: Path, name: str | None) -> CalamineSheet:
    try:
        with readable(path):
            book = CalamineWorkbook.from_path(path)
            visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
            if name is None:
                return book.get_sheet_by_name(next(iter(visible or book.sheet_names), ""))
            if name in book.sheet_names:
                return book.get_sheet_by_name(name)
    except CalamineError:
        text = _("{file}: the workbook is damaged or cut off; export it again")
        raise SourceError(text.format(file=path.name)) from None
    text = _("{file}: has no sheet {sheet!r} (it has: {sheets}); change the feed's sheet")
    raise SourceError(text.format(file=path.name, sheet=name, sheets=", ".join(book.sheet_names)))


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
