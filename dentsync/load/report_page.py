"""A report as it is shown, by terminal and workbook: numbers with their shares, and the lines behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

LIST_HEAD = ("Карта", "Дата и время", "Кто это", "Чем кончилось", "Врач", "Специализация", "Источник", "Администратор")


class Number(NamedTuple):
    """A figure; ``of``: the number it is a share of, None where it is no share."""

    n: int
    of: int | None = None

    @property
    def percent(self) -> float | None:
        """To one decimal; None of nothing."""
        return round(self.n * 100 / self.of, 1) if self.of else None


class Entry(NamedTuple):
    """A line of a list. ``cells`` stand under ``LIST_HEAD``.

    ``counts``: whether it counts in each column of its row; ``firsts``: the same of all rows together.
    """

    label: str
    cells: tuple[str | datetime | None, ...]
    counts: tuple[bool, ...]
    firsts: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of figures."""

    label: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table. ``keys`` name its columns for programs; ``bar``: the column that is drawn; ``entries`` by row."""

    title: str
    head: str
    keys: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[PageRow, ...]
    total: tuple[Number, ...] | None
    bar: int
    entries: Sequence[Entry] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()

    def is_share(self, column: int) -> bool:
        """Whether the figures of a column are shares of something."""
        return any(row.numbers[column].of is not None for row in self.rows)

    @property
    def heights(self) -> list[float]:
        """What is drawn for each row: the part of a whole that its own row states, otherwise the number."""
        numbers = [row.numbers[self.bar] for row in self.rows]
        wholes = {number.of for number in numbers}
        if len(wholes) > 1:
            return [number.percent or 0.0 for number in numbers]
        return [float(number.n) for number in numbers]

    @property
    def draws_percent(self) -> bool:
        """Whether ``heights`` are percents."""
        return len({row.numbers[self.bar].of for row in self.rows}) > 1


@dataclass(frozen=True, slots=True)
class Page:
    """One report."""

    name: str
    title: str
    tables: tuple[PageTable, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """What all pages of a book or a screen have in common."""

    clinic: str
    period: str
    branch: str
    made_at: datetime

    @property
    def line(self) -> str:
        """«Ваша улыбка · октябрь 2026 · все филиалы»."""
        return f"{self.clinic} · {self.period} · {self.branch or 'все филиалы'}"


def percent(value: float | None) -> str:
    """«35,2%», or a dash where there is nothing to have a share of."""
    return "—" if value is None else f"{value:.1f}%".replace(".", ",")


def chosen(page: Page, row: str | None, column: str | None) -> Iterator[tuple[PageTable, Entry]]:
    """The lines behind some figures: of one row, of one column (its key), or all."""
    for table in page.tables:
        index = table.keys.index(column) if column in table.keys else None
        for entry in table.entries:
            here = row is None or entry.label.casefold() == row.casefold()
            if here and (column is None or (index is not None and entry.counts[index])):
                yield table, entry
