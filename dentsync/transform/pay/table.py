"""Tables with a header, filled in by people: columns by their names, and every cell that cannot be used, by its place.

What is wrong is said in Russian, because the people of the clinic mend it; nothing is skipped in silence.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeVar

from dentsync.model import NO_VALUE, Grid, cell_name
from dentsync.transform.dates import EXCEL, parse_date
from dentsync.transform.words import fold

HEADER_ROWS = 15
"""The header is looked for among so many first rows."""
SHORT = 3
"""A text of so many letters is nobody's name."""
T = TypeVar("T")
_TOTAL = re.compile(r"(?:итого|всего|итог)\b")
_NOT_SAID = re.compile(r"[^\w%]")

Names = Mapping[str, tuple[str, ...]]
"""Our word for a column, and what it may be called."""

WHO: Names = {
    "employee": ("Сотрудник", "ФИО", "Фамилия Имя Отчество", "Фамилия, имя", "Имя сотрудника"),
    "id": ("Код", "ID", "Код сотрудника", "Табельный номер", "Таб. №", "ID Битрикс24"),
    "position": ("Должность",),
    "branch": ("Филиал", "Клиника", "Отделение"),
}


class Misread(ValueError):
    """What cannot be used, with its place."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header. ``columns``: our word -> index."""

    grid: Grid
    number: int
    columns: Mapping[str, int]

    def text(self, name: str) -> str:
        """The cell, without space around it; empty where there is no such column. Raises Misread."""
        cells, column = self.grid.rows[self.number], self.columns.get(name, -1)
        text = " ".join(cells[column].split()) if 0 <= column < len(cells) else ""
        if text == NO_VALUE:
            raise self.misread(name, "формула сохранена без значения: откройте книгу, пересчитайте и сохраните")
        return text

    def place(self, name: str = "") -> str:
        """Where the cell stands."""
        return self.grid.place(self.number, self.columns.get(name, 0))

    def misread(self, name: str, reason: str) -> Misread:
        """The complaint about a cell."""
        return Misread(self.place(name), reason)

    def value(self, name: str, parse: Callable[[str], T]) -> T:
        """The cell, parsed. Raises Misread with what is written there."""
        text = self.text(name)
        if not text:
            raise self.misread(name, "ячейка пуста")
        try:
            return parse(text)
        except ValueError as error:
            raise self.misread(name, complaint(text, str(error))) from None

    def maybe(self, name: str, parse: Callable[[str], T]) -> T | None:
        """The same; None for an empty cell and for a column that is not there."""
        return self.value(name, parse) if self.text(name) else None

    @property
    def who(self) -> str:
        """The employee, by the code where there is one. Raises Misread for nobody."""
        found = self.text("id") or self.text("employee")
        if not found:
            raise self.misread("employee", "не указан сотрудник")
        return found


@dataclass(frozen=True, slots=True)
class Table:
    """A grid with its header found; ``columns``: our word -> index."""

    grid: Grid
    header: int
    columns: Mapping[str, int]

    def rows(self) -> Iterator[Row]:
        """Rows of data: what is blank, and totals below, are none."""
        for number in range(self.header + 1, len(self.grid.rows)):
            filled = [cell for cell in self.grid.rows[number] if cell.strip()]
            if filled and not _TOTAL.match(fold(filled[0])):
                yield Row(self.grid, number, self.columns)


def names_in(grid: Grid, names: Names) -> set[str]:
    """Our words for the columns that the grid's header has, whatever else is wrong with it."""
    aliases = _aliases(names)
    rows = range(min(len(grid.rows), HEADER_ROWS))
    found = ({aliases[key] for key in map(header_key, grid.rows[row]) if key in aliases} for row in rows)
    return max(found, key=len, default=set())


def _aliases(names: Names) -> dict[str, str]:
    return {header_key(alias): name for name, some in names.items() for alias in some}


def table_of(grid: Grid, names: Names, required: Iterable[str]) -> Table:
    """The grid's table. Raises Misread: a column is missing, or there twice; cells are merged."""
    aliases = _aliases(names)
    header = max(range(min(len(grid.rows), HEADER_ROWS)), key=lambda row: (_hits(grid, row, aliases), -row), default=0)
    found: dict[str, int] = {}
    for column, text in enumerate(grid.rows[header] if grid.rows else ()):
        name = aliases.get(header_key(text))
        if name in found:
            raise Misread(grid.place(header, column), f"второй столбец «{text.strip()}»: оставьте один")
        if name:
            found[name] = column
    check_merged(grid, header)
    missing = [names[name][0] for name in required if name not in found]
    if missing:
        have = (
            ", ".join(f"«{text.strip()}»" for text in grid.rows[header] if text.strip()) if found else "нет заголовка"
        )
        raise Misread(grid.place(), f"нет столбца «{'», «'.join(missing)}» (есть: {have})")
    return Table(grid, header, found)


def parse_day(text: str) -> date:
    """A day, also as the number that a workbook has where the cell is not formatted as a date. ValueError otherwise."""
    return parse_date(text, (EXCEL,))


def complaint(text: str, reason: str) -> str:
    """The reason, with what is written there unless it may be somebody's name."""
    return f"«{text}» {reason}" if len(text) <= SHORT or not any(map(str.isalpha, text)) else reason


def header_key(text: str) -> str:
    """A header as it is compared: letters, digits and % alone."""
    return _NOT_SAID.sub("", fold(text))


def _hits(grid: Grid, row: int, aliases: Mapping[str, str]) -> int:
    return len({aliases[key] for key in map(header_key, grid.rows[row]) if key in aliases})


def check_merged(grid: Grid, header: int) -> None:
    """Raises Misread for merged cells in the header or below it: nobody can tell whose value they hold."""
    for top, left, bottom, right in grid.merged:
        if bottom >= header:
            where = "в заголовке" if top <= header else "в таблице"
            area = f"{cell_name(top, left)}:{cell_name(bottom, right)}"
            raise Misread(grid.place(top, left), f"ячейки {area} {where} объединены: разъедините их")


def gathered(rows: Iterable[Row], fact_of: Callable[[Row], T], faults: list[str]) -> list[T]:
    """A fact for each row; rows that cannot be used go to ``faults``, a line each."""
    facts = []
    for row in rows:
        try:
            facts.append(fact_of(row))
        except Misread as fault:
            faults.append(str(fault))
    return facts


def repeated(rows: Iterable[tuple[T, str]]) -> Iterator[tuple[str, str]]:
    """Places of what says the same as an earlier place, each with that one."""
    ordered = sorted(enumerate(rows), key=lambda pair: (repr(pair[1][0]), pair[0]))
    for _key, some in groupby(ordered, key=lambda pair: pair[1][0]):
        places = [place for _number, (_same, place) in some]
        yield from ((place, places[0]) for place in places[1:])
