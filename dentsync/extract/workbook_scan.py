"""A workbook before it is opened: unpacked once, piece by piece, to see how large it really is and what it hides.

Sizes that an archive declares are not believed. What is measured here bounds what the reader of workbooks will need:
it lays a sheet out in full, from the first cell to the farthest one that has a value.
"""

import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from string import ascii_letters
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from dentsync.errors import SourceError
from dentsync.extract.files import opened
from dentsync.lang import _

MAX_UNPACKED = 200 * 1024 * 1024
MAX_AREA = 10_000_000
"""So many cells may a sheet have, empty ones between the others included."""
MEGABYTE = 1024 * 1024

_CHUNK = 256 * 1024
_OVERLAP = 1024
_STRAYS = 1000
_LOCAL = 30  # bytes of a local header before its name
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")

_TAG = rb"<(?:\w+:)?"
_END = rb"</(?:\w+:)?"
_ATTRIBUTES = rb"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*"
_EMPTY_CELL = re.compile(_TAG + rb"c" + _ATTRIBUTES + rb"(?:/>|>\s*" + _END + rb"c\s*>)")
_CELL = re.compile(_TAG + rb"c[\s>]")
_PLACE = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]{1,3})(\d{1,7})")
_ANY_PLACE = re.compile(rb"r\s*=\s*[\"']\s*([A-Za-z]{1,3}\d{1,7})")
_LETTERS = (ascii_letters + " ").encode()
_DIGITS = b"0123456789"
_ROW = re.compile(_TAG + rb"row\b")
_ROW_NUMBER = re.compile(rb"[^>]*?\br\s*=\s*[\"']\s*(\d{1,7})")
_HIDDEN = re.compile(_TAG + rb"row\b[^>]*?\bhidden\s*=\s*[\"'](?:1|true)")
# A formula without a value; one whose value is the empty text is of the type «str».
_UNSOLVED = re.compile(
    _TAG + rb"c\b([^<>]*)>\s*" + _TAG + rb"f\b(?:[^<>]*/>|[^<>]*>[^<]*" + _END + rb"f\s*>)\s*"
    rb"(?:" + _TAG + rb"v\s*/>|" + _TAG + rb"v\s*>\s*" + _END + rb"v\s*>)?\s*" + _END + rb"c\s*>"
)
_STR = re.compile(rb"\bt\s*=\s*[\"']str")


@dataclass(slots=True)
class SheetScan:
    """What one sheet is. Rows and columns count from 0; ``unsolved``: row -> columns of formulas without a value.

    A quick look counts cells without a value, too, and takes it that cells say where they stand; where that would make
    a sheet too large, or is not so, it is ``doubtful`` and looked at with care, which takes ten times as long.
    """

    careful: bool = False
    rows: int = 0
    width: int = 0
    farthest: str = ""
    hidden: int = 0
    unsolved: dict[int, list[int]] = field(default_factory=dict)
    _strays: int = 0
    _row: int = 0  # the row that the last piece ended in, and how many cells of it were there
    _cells: int = 0

    @property
    def area(self) -> int:
        """So many cells does the reader of workbooks lay out."""
        return self.rows * self.width

    @property
    def doubtful(self) -> bool:
        """Whether a closer look may find something else."""
        return not self.careful and (self.area > MAX_AREA or self._strays > _STRAYS)

    def add(self, xml: bytes) -> None:
        """Look at the next piece of the sheet."""
        if b"hidden" in xml:
            self.hidden += len(_HIDDEN.findall(xml))
        if b"<f" in xml or b":f" in xml:
            self._add_unsolved(xml)
        if self.careful:
            self._add_carefully(_EMPTY_CELL.sub(b"", xml))
            return
        places = _ANY_PLACE.findall(xml)
        self._strays += max(0, xml.count(b"<c") + xml.count(b":c") - len(places))
        if places:
            column = max({place.rstrip(_DIGITS) for place in places}, key=column_number)
            row = max(map(int, {place.lstrip(_LETTERS) for place in places}))
            self._add_place(column, row)

    def _add_carefully(self, filled: bytes) -> None:
        places = set(_PLACE.findall(filled))
        for column, row in places:
            self._add_place(column, int(row))
        if len(_CELL.findall(filled)) > len(places):
            self._add_unplaced(filled)

    def _add_unplaced(self, xml: bytes) -> None:
        """Cells that do not say where they stand follow each other, and so do rows."""
        self._row = max(self._row, self.rows)
        first, *others = _ROW.split(xml)
        for piece in (first, *others):
            if piece is not first:
                number = _ROW_NUMBER.match(piece)
                self._row, self._cells = int(number[1]) if number else self._row + 1, 0
            self._cells += len(_CELL.findall(piece))
            if self._cells:
                self.rows, self.width = max(self.rows, self._row), max(self.width, self._cells)

    def _add_place(self, column: bytes, row: int) -> None:
        number = column_number(column)
        if number > self.width or row > self.rows:
            self.width, self.rows = max(self.width, number), max(self.rows, row)
            self.farthest = f"{column.decode().upper()}{row}"

    def _add_unsolved(self, xml: bytes) -> None:
        for attributes in _UNSOLVED.findall(xml):
            place = _PLACE.search(attributes)
            if place and not _STR.search(attributes):
                row, column = int(place[2]) - 1, column_number(place[1]) - 1
                self.unsolved.setdefault(row, []).append(column)


def column_number(letters: bytes) -> int:
    """«A» is 1, «Z» 26, «AA» 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def scan_workbook(path: Path) -> Mapping[str, SheetScan]:
    """What the sheets are, by name. Raises ``SourceError``: no workbook, cut off, damaged, too large to be one."""
    try:
        members = _members(path)
        scans, parts = _scanned(path, members, careful=False)
        if any(scan.doubtful for scan in scans.values()):
            scans, parts = _scanned(path, members, careful=True)
        return _by_name(parts, scans)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, zlib.error, EOFError, ValueError):
        raise damaged(path) from None
    except (ParseError, DefusedXmlException, LookupError):
        raise damaged(path) from None


def _scanned(
    path: Path, members: list[zipfile.ZipInfo], *, careful: bool
) -> tuple[dict[str, SheetScan], dict[str, bytes]]:
    """Scans of the sheets, and the parts that name them, by part."""
    parts: dict[str, bytes] = {}
    scans: dict[str, SheetScan] = {}
    with opened(path) as file:
        budget = _Budget(path)
        for member in members:
            name, pieces = member.filename.lower(), budget.spent(_pieces(file, member))
            if _SHEET.fullmatch(name):
                scan = scans.setdefault(name, SheetScan(careful))
                for piece in _whole_rows(pieces):
                    if not (careful and scan.area > MAX_AREA):
                        scan.add(piece)
            elif name in _WANTED:
                parts[name] = b"".join(pieces)
            else:
                deque(pieces, maxlen=0)
    return scans, parts


class _Budget:
    """How much all members together may unpack to."""

    def __init__(self, path: Path) -> None:
        self._path, self._left = path, MAX_UNPACKED

    def spent(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._left -= len(piece)
            if self._left < 0:
                text = _("{file}: the workbook unpacks to more than {limit} MB; use CSV")
                raise SourceError(text.format(file=self._path.name, limit=MAX_UNPACKED // MEGABYTE))
            yield piece


def damaged(path: Path) -> SourceError:
    """The refusal of a workbook that cannot be read to its end."""
    text = _("{file}: the workbook is damaged or cut off; export it again")
    return SourceError(text.format(file=path.name))


def check_area(path: Path, sheet: str, scan: SheetScan) -> None:
    """Refuse a sheet that would take too much memory: mostly a lost cell, far away from the table."""
    if scan.area > MAX_AREA:
        text = _(
            "{file}: sheet {sheet!r} reaches to cell {cell}, {rows} rows by {columns} columns; clear what stands far"
            " from the table, or use CSV"
        )
        size = {"rows": scan.rows, "columns": scan.width}
        raise SourceError(text.format(file=path.name, sheet=sheet, cell=scan.farthest or "?", **size))


# ── the archive ───────────────────────────────────────────────────────────────────────────────

_WANTED = frozenset({"xl/workbook.xml", "xl/_rels/workbook.xml.rels"})
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _members(path: Path) -> list[zipfile.ZipInfo]:
    with opened(path) as file, zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    if not any(member.filename.lower() == "xl/workbook.xml" for member in members):
        text = _("{file}: is a ZIP archive without a workbook in it; save the table as XLSX or CSV")
        raise SourceError(text.format(file=path.name))
    if any(member.compress_type not in _WAYS or member.flag_bits & 1 for member in members):
        raise damaged(path)
    return members


def _pieces(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member as it unpacks, whatever size it is said to have."""
    file.seek(member.header_offset)
    local = file.read(_LOCAL)
    if len(local) < _LOCAL or not local.startswith(b"PK\x03\x04"):
        raise EOFError
    file.seek(int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little"), 1)
    packed = _limited(file, member.compress_size)
    return packed if member.compress_type == zipfile.ZIP_STORED else _inflated(packed)


def _limited(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0:
        piece = file.read(min(size, _CHUNK))
        if not piece:
            raise EOFError
        size -= len(piece)
        yield piece


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in packed:
        while piece and not unpacker.eof:
            yield unpacker.decompress(piece, _CHUNK)
            piece = unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        raise EOFError


def _whole_rows(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that begin where a row does; in a row too long for that, with some bytes twice."""
    rest = b""
    for piece in pieces:
        rest += piece
        cut = max(rest.rfind(b"<row"), rest.rfind(b":row"))
        if cut > 0:
            cut = rest.rfind(b"<", 0, cut + 1)
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > MEGABYTE:
            yield rest
            rest = rest[-_OVERLAP:]
    yield rest


# ── which sheet is which part ─────────────────────────────────────────────────────────────────


def _by_name(parts: Mapping[str, bytes], scans: Mapping[str, SheetScan]) -> dict[str, SheetScan]:
    """Scans by the names of the sheets; one that cannot be told from the archive counts for every name."""
    targets = {
        _attribute(one, "Id"): _part(_attribute(one, "Target"))
        for one in _elements(parts, "xl/_rels/workbook.xml.rels")
    }
    found = {}
    for sheet in _elements(parts, "xl/workbook.xml"):
        if _local(sheet.tag) == "sheet":
            part = targets.get(_attribute(sheet, "id"), "")
            found[_attribute(sheet, "name")] = scans.get(part) or _together(scans)
    return found


def _together(scans: Mapping[str, SheetScan]) -> SheetScan:
    every = SheetScan()
    for scan in scans.values():
        every.rows, every.width = max(every.rows, scan.rows), max(every.width, scan.width)
        every.farthest = every.farthest or scan.farthest
        every.unsolved |= scan.unsolved
    return every


def _elements(parts: Mapping[str, bytes], name: str) -> Iterator[Element]:
    if name in parts:
        yield from fromstring(parts[name]).iter()


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.items() if _local(key) == name), "")


def _part(target: str) -> str:
    """A target of the workbook's relations as a name in the archive."""
    path = PurePosixPath("/xl") / target
    return str(path).lstrip("/").lower()
