"""Several rows for one record: a visit with one row for each of its services becomes one row with all of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dentsync.extract.columns import Columns
from dentsync.extract.export import Export
from dentsync.extract.layout import RowFault
from dentsync.extract.reshaped import Reshaped, shaped

_PARTS = {"start_at": ("start_on", "start_time"), "full_name": ("last_name", "first_name", "patronymic")}


class _Line(NamedTuple):
    number: int
    cells: list[str]


def merged(export: Export, columns: Columns, key: Collection[str], several: Collection[str]) -> Export:
    """The export with its rows of one key put together: cells of the fields ``several`` become the lines of one cell.

    All other cells that are used have to say the same, or nothing; rows that contradict each other stay apart. Reads
    the whole file. Raises ``SourceError`` when it cannot be read on.
    """
    places = [_places(columns, name) for name in key]
    joined = frozenset(index for name in several for index in columns.indexes.get(name, ()))
    if not joined or not all(places):
        return export
    used = frozenset(index for where in columns.indexes.values() for index in where) - joined
    indexes = tuple(dict.fromkeys(index for where in places for index in where))
    return Merged(export, export.layout, *_read(export, indexes, used, joined))


def _places(columns: Columns, name: str) -> tuple[int, ...]:
    parts = (name, *_PARTS.get(name, ()))
    return tuple(index for part in parts for index in columns.indexes.get(part, ()))


@dataclass(frozen=True, slots=True)
class Merged(Reshaped):
    """An export in memory. ``joined``: rows that became part of another one."""

    records: list[tuple[int, bytes]] = field(repr=False)
    joined: int = 0

    def rows(self) -> Iterator[tuple[int, bytes]]:
        return iter(self.records)

    @property
    def set_aside(self) -> dict[str, int]:
        return dict(self.base.set_aside) | ({"joined": self.joined} if self.joined else {})


def _read(
    export: Export, key: tuple[int, ...], used: frozenset[int], joined: frozenset[int]
) -> tuple[list[tuple[int, bytes]], int]:
    others: list[tuple[int, bytes]] = []
    lines: dict[tuple[str, ...], list[_Line]] = {}
    for number, raw in export.rows():
        cells = _cells(export, raw)
        name = tuple(cells[index].strip() for index in key) if cells else ()
        if cells and any(name):
            lines.setdefault(name, []).append(_Line(number, cells))
        else:
            others.append((number, raw))
    records = [*others]
    count = 0
    for group in lines.values():
        made = list(_together(group, used, joined))
        count += len(group) - len(made)
        records += made
    return sorted(records), count


def _cells(export: Export, raw: bytes) -> list[str]:
    if export.noise(raw):
        return []
    try:
        return export.cells(raw)
    except RowFault:
        return []


def _together(group: list[_Line], used: frozenset[int], joined: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    whole = list(group[0].cells)
    for index in range(len(whole)):
        texts = [line.cells[index] for line in group]
        if index in joined:
            whole[index] = "\n".join(text.strip() for text in texts if text.strip())
        elif index in used:
            said = {text.strip(): text for text in texts if text.strip()}
            if len(said) > 1:
                yield from ((line.number, shaped(line.cells)) for line in group)
                return
            whole[index] = next(iter(said.values()), whole[index])
    yield group[0].number, shaped(whole)
