"""Reports whose rows do not repeat what they share: it stands in a row of its own above them, or only in the first.

«Петров П. П.» alone in a row, then his patients; a day, then its visits; a cell merged over several rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dentsync.extract.columns import fold_header, match_columns
from dentsync.extract.export import Export
from dentsync.extract.layout import Noise, RowFault
from dentsync.extract.reshaped import Reshaped, refused, shaped
from dentsync.model import FIELDS, FieldType

_MONTHS = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
_DAY = re.compile(rf"\d{{1,2}}\.\d{{1,2}}\.\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}\s(?:{_MONTHS})\s\d{{4}}", re.IGNORECASE)
_LABEL = re.compile(r"([^:]{2,40}):\s*(.+)", re.DOTALL)
_BLANK = " \t\r\n\xa0-"
_DATED = (FieldType.DATE, FieldType.DATETIME)
_NUMERIC = (FieldType.MONEY, FieldType.NUMBER)

_NO_GROUP = "над строкой нет заголовка группы"
_TOO_MANY = "над строкой больше заголовков групп, чем полей в groups"


def carried(
    export: Export, groups: Sequence[str], fill_down: Sequence[str], aliases: Mapping[str, Sequence[str]], feed: str
) -> Export:
    """The export with what stands above its rows in each of them. ``groups``: the fields that stand in rows of their
    own, outermost first; ``fill_down``: the fields whose empty cells mean what the cell above says.

    A column that the file has needs no group. What the lines above the header say counts from the first row on.
    """
    columns = match_columns(export.layout.header, aliases, feed=feed, file=export.path.name)
    names = tuple(name for name in groups if name not in columns.indexes and aliases.get(name))
    filled = tuple(index for name in fill_down for index in columns.indexes.get(name, ()))
    if not export.layout.header or not (names or filled):
        return export
    labels = {fold_header(alias): name for name in names for alias in aliases[name]}
    header = (*export.layout.header, *(aliases[name][0] for name in names))
    numeric = {index for name, where in columns.indexes.items() if FIELDS[name] in _NUMERIC for index in where}
    return Carried(export, replace(export.layout, header=header), names, filled, frozenset(numeric), labels)


@dataclass(frozen=True, slots=True)
class Carried(Reshaped):
    """An export whose rows are given what they share. Rows that hold it are noise of the kind ``group``."""

    groups: tuple[str, ...]
    filled: tuple[int, ...]
    numeric: frozenset[int]
    labels: Mapping[str, str] = field(repr=False)

    def rows(self) -> Iterator[tuple[int, bytes]]:
        shared = _Shared(self.groups, self.labels)
        for text_above in self.base.preamble:
            shared.add_line(text_above)
        above: dict[int, str] = {}
        for line, raw in self.base.rows():
            text = self._group_of(raw)
            if text is not None:
                shared.add(text)
                above.clear()
            yield line, raw if text is not None or self.base.noise(raw) else self._row(raw, shared, above)

    def _row(self, raw: bytes, shared: "_Shared", above: dict[int, str]) -> bytes:
        values = shared.values()
        try:
            cells = self.base.cells(raw)
        except RowFault:
            return raw
        if values is None:
            return refused(shared.fault)
        for index in self.filled:
            cells[index] = above[index] = cells[index] if cells[index].strip(_BLANK) else above.get(index, "")
        return shaped([*cells, *values])

    def noise(self, raw: bytes) -> Noise | None:
        # not zero-argument super(): a dataclass with slots is another class than the one that was written
        return Reshaped.noise(self, raw) or ("group" if self._group_of(raw) is not None else None)

    def _group_of(self, raw: bytes) -> str | None:
        """The text of a row that holds what the rows below share: it alone, with its name, or with sums beside it."""
        if not self.groups or raw.startswith(b"\x1d") or self.base.noise(raw):
            return None
        cells = self.base.loose(raw)
        filled = [(index, cell.strip()) for index, cell in enumerate(cells) if cell.strip(_BLANK)]
        if len(filled) == 2 and fold_header(filled[0][1]) in self.labels:
            return f"{filled[0][1].rstrip(':')}: {filled[1][1]}"
        sums = all(index in self.numeric and not any(map(str.isalpha, text)) for index, text in filled[1:])
        return filled[0][1] if filled and sums and len(self.base.layout.header) > 2 else None


class _Shared:
    """What the rows below share, as it is read."""

    def __init__(self, groups: Sequence[str], labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._dated = [name for name in groups if FIELDS[name] in _DATED]
        self._worded = [name for name in groups if name not in self._dated]
        self._values: dict[str, str] = {}
        self._run: list[str] = []
        self._groups = groups
        self.fault = ""

    def add(self, text: str) -> None:
        """A row of its own: by its name, by being a day, or by the order of such rows."""
        label = _LABEL.fullmatch(text)
        name = self._labels.get(fold_header(label[1])) if label else None
        day = _DAY.search(text)
        if label and name:
            self._values[name] = label[2].strip()
        elif day and self._dated:
            self._values[self._dated[0]] = " ".join(day[0].split())
        else:
            self._run.append(text)

    def add_line(self, line: str) -> None:
        """A line above the header: what has a name, or the one day that it speaks of."""
        text = line.strip(f'{_BLANK};,|"')
        label = _LABEL.fullmatch(text)
        days = set(_DAY.findall(text))
        if label and fold_header(label[1]) in self._labels:
            self.add(text)
        elif len(days) == 1 and self._dated and self._dated[0] not in self._values:
            self._values[self._dated[0]] = " ".join(days.pop().split())

    def values(self) -> list[str] | None:
        """The texts for the columns of the groups, or None where it is not known what belongs to the row."""
        if self._run:
            self.fault = _TOO_MANY if len(self._run) > len(self._worded) else ""
            levels = self._worded[len(self._worded) - len(self._run) :] if not self.fault else []
            for name in levels or self._worded:
                self._values.pop(name, None)
            self._values.update(zip(levels, self._run, strict=False))
            self._run = []
        if all(name in self._values for name in self._groups):
            return [self._values[name] for name in self._groups]
        self.fault = self.fault or _NO_GROUP
        return None
