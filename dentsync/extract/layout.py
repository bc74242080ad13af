"""What an export file turns out to be, and what its rows can be besides data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from dentsync.extract.footers import is_footer

Format = Literal["csv", "xml", "xlsx"]
Noise = Literal["blank", "header", "footer", "group"]

MAX_LINES = 50
"""A quoted cell may make a record span so many physical lines."""
MAX_RECORD = 64 * 1024
"""A record may take so many bytes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Format, encoding and header of one file. ``header_line`` is physical (a workbook: its row), 0 when there is none.

    ``hits`` is the number of known names in the header; of a header of two rows ``header_line`` is the lower one. An
    empty file has an empty header. ``delimiter`` is empty where cells are not delimited. The header is not shown by
    ``repr``: where it was not recognised it may be a patient.
    """

    format: Format
    encoding: str
    delimiter: str
    header: tuple[str, ...] = field(repr=False)
    header_line: int
    hits: int = 0
    sheet: str = ""

    @property
    def signature(self) -> str:
        """All that gives raw bytes their meaning: fingerprints of files that differ in it cannot be compared."""
        return "\x1f".join((self.format, self.encoding, self.delimiter, *self.header))


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file. ``words`` are folded header names; the rest pins what would be found out."""

    words: frozenset[str] = frozenset()
    sheet: str | None = None
    encoding: str | None = None
    pad: bool = False
    rejoin: bool = False


class RowFault(Exception):
    """One row cannot be read. ``reason`` is Russian, for clinic people, and shows nothing of the row."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def noise_of(cells: Sequence[str]) -> Noise | None:
    """Whether a row is blank, or one of the lines below the rows."""
    filled = [cell for cell in cells if cell.strip(" \t\r\n\xa0-")]
    if not filled:
        return "blank"
    return "footer" if is_footer(filled, len(cells)) else None


def pack(cells: Sequence[str]) -> bytes:
    """Cells that never stood in a line of text, as the raw bytes of a record."""
    return msgspec.json.encode(cells)


def unpack(raw: bytes) -> list[str]:
    """The cells of ``pack``. Raises ``RowFault`` for a record that is too long."""
    if len(raw) > MAX_RECORD:
        raise RowFault(f"строка длиннее {MAX_RECORD // 1024} КиБ")
    return msgspec.json.decode(raw, type=list[str])
