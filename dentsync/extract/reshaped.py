"""Exports whose rows are not yet records: they are put into shape on the way, and look like any other export.

A row that was put into shape is its cells, packed, behind a sign that no export begins a row with; a line end says that
it is whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dentsync.extract.export import Export
from dentsync.extract.layout import Layout, Noise, RowFault, pack, unpack

_SHAPED = b"\x1d"


def shaped(cells: list[str]) -> bytes:
    """Raw bytes of a row that was put into shape."""
    return _SHAPED + pack(cells) + b"\n"


def refused(reason: str) -> bytes:
    """Raw bytes of a row that cannot be put into shape."""
    return _SHAPED + msgspec.json.encode(reason) + b"\n"


@dataclass(frozen=True, slots=True)
class Reshaped:
    """What an export that changes the rows of another one has in common with it. ``layout`` may have more columns."""

    base: Export
    layout: Layout

    @property
    def path(self) -> Path:
        return self.base.path

    @property
    def set_aside(self) -> Mapping[str, int]:
        return self.base.set_aside

    @property
    def preamble(self) -> tuple[str, ...]:
        return self.base.preamble

    @property
    def bent(self) -> Mapping[str, int]:
        return self.base.bent

    def noise(self, raw: bytes) -> Noise | None:
        return None if raw.startswith(_SHAPED) else self.base.noise(raw)

    def loose(self, raw: bytes) -> list[str]:
        try:
            return self.cells(raw)
        except RowFault:
            return [] if raw.startswith(_SHAPED) else self.base.loose(raw)

    def cells(self, raw: bytes) -> list[str]:
        if not raw.startswith(_SHAPED):
            return self.base.cells(raw)
        try:
            return unpack(raw[1:])
        except msgspec.DecodeError:
            raise RowFault(_reason_of(raw)) from None


def _reason_of(raw: bytes) -> str:
    try:
        return msgspec.json.decode(raw[1:], type=str)
    except msgspec.DecodeError:
        return "строка начинается с непечатаемого знака"
