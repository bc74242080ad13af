"""The door through which every export file comes: what it really is, and its rows."""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from dentsync.errors import ConfigError, SourceError
from dentsync.extract.charset import KNOWN, known_encoding
from dentsync.extract.csv_export import open_csv
from dentsync.extract.files import opened
from dentsync.extract.layout import Format, Layout, Noise, Reading
from dentsync.lang import _


class Export(Protocol):
    """One export file, read row by row; it may be read several times."""

    @property
    def path(self) -> Path: ...
    @property
    def layout(self) -> Layout: ...
    @property
    def set_aside(self) -> Mapping[str, int]:
        """Rows that are not handed out: ``preamble`` before the header, ``other`` elements of an XML file."""
        ...

    @property
    def preamble(self) -> tuple[str, ...]:
        """The lines above the header, as text."""
        ...

    @property
    def bent(self) -> Mapping[str, int]:
        """What had to be bent to be read, counted up to now: ``quotes``, ``rejoined`` and so on (``BENT``)."""
        ...

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Physical line (from 1; of a workbook, the sheet's row) and raw bytes of each record after the header.

        Nothing is decoded or parsed here. Raises ``SourceError`` when the file cannot be read on.
        """
        ...

    def noise(self, raw: bytes) -> Noise | None:
        """Whether the record is no data: blank, the header once more, a total at the end. Raises nothing."""
        ...

    def cells(self, raw: bytes) -> list[str]:
        """Verbatim text of the record's cells, as many as the header has. Raises ``RowFault``."""
        ...

    def loose(self, raw: bytes) -> list[str]:
        """The cells as far as they can be told apart, however many. Raises nothing."""
        ...


_SUSPECT = b"<[{7@R%SMm\x03\x1f\x30\x31\x83\x89\x8b\xd0\xf5\xff"
"""First bytes of other formats, and of some that are read."""


def _open_xml(path: Path, reading: Reading) -> Export:
    from dentsync.extract.xml_export import open_xml

    return open_xml(path, reading)


def _open_xlsx(path: Path, reading: Reading) -> Export:
    from dentsync.extract.xlsx_export import open_xlsx

    return open_xlsx(path, reading)


# Libraries of formats that are not met are not imported: they would take longer than reading most files.
OPENERS: Mapping[Format, Callable[[Path, Reading], Export]] = {"csv": open_csv, "xml": _open_xml, "xlsx": _open_xlsx}


def open_export(
    path: Path,
    words: Collection[str],
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    pad: bool = False,
    rejoin: bool = False,
) -> Export:
    """Open an export file by what its bytes are, whatever its name says.

    ``words`` are the known header names, folded (``columns.words_of``). ``sheet`` and ``encoding`` pin what would be
    found out; ``pad`` allows rows that lack cells at their end, ``rejoin`` puts the lines of comments together whose
    line breaks were not quoted. A file without rows is opened; a file of zero bytes, of another format, damaged or cut
    off raises ``SourceError``, an unknown encoding ``ConfigError``.
    """
    known = known_encoding(encoding) if encoding else None
    if encoding and not known:
        text = _("unknown encoding {encoding!r}; use one of {known}")
        raise ConfigError(text.format(encoding=encoding, known=", ".join(sorted(KNOWN))))
    return OPENERS[format_of(path)](path, Reading(frozenset(words), sheet, known, pad, rejoin))


def format_of(path: Path) -> Format:
    """What the bytes are. Raises ``SourceError`` for zero bytes and for formats that are not export files."""
    with opened(path) as file:
        head = file.read(4096)
    if not head:
        raise SourceError(_("{file}: is empty (zero bytes); export it again").format(file=path.name))
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    # wide encodings: the NULs between ASCII characters
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"").lstrip()
    if head[0] in _SUSPECT or start[:1] in (b"<", b"[", b"{", b"M", b"m"):
        _check_foreign(path, head, start)
    return "xml" if start.startswith(b"<") else "csv"


def _check_foreign(path: Path, head: bytes, start: bytes) -> None:
    from dentsync.extract.foreign import foreign_format

    if foreign := foreign_format(head, start):
        text = _("{file}: is {format}, whatever its name says; {way_out}")
        raise SourceError(text.format(file=path.name, format=_(foreign.name), way_out=_(foreign.way_out)))
