"""Tables whose every figure is a set of lines: what is counted can always be listed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Literal, NamedTuple

import msgspec

from dentsync.transform.reports.history import Kind
from dentsync.transform.reports.visits import Outcome, Visit

Unit = Literal["visit", "day", "patient"]
"""What a figure counts: appointments, client-days (several appointments of one day are one), or patients."""


class Case(msgspec.Struct, frozen=True, gc=False):
    """An appointment as reports see it. ``opens``: the first one that took place on this day of its patient.

    ``day``: of the visit; of a request without one the day it was made.
    """

    visit: Visit
    outcome: Outcome
    kind: Kind
    day: date
    opens: bool = False


class Column(NamedTuple):
    """One figure of every row. ``share``: shown as percent of another column of the row, or of this column's total."""

    key: str
    title: str
    unit: Unit = "visit"
    share: str = ""
    note: str = ""


TOTAL = "total"


class Line(msgspec.Struct, frozen=True, gc=False):
    """One case, and in which columns of its row it counts."""

    case: Case
    counts: frozenset[str]


class Figure(NamedTuple):
    """A number, and what it is a share of: None where it is no share."""

    n: int
    of: int | None = None

    @property
    def percent(self) -> float | None:
        """To one decimal; None of nothing."""
        return round(self.n * 100 / self.of, 1) if self.of else None


@dataclass(frozen=True)
class Table:
    """Rows of figures. ``lines`` are by the row's label; ``bar``: the column that is drawn; ``totals``: add them up."""

    title: str
    head: str
    columns: tuple[Column, ...]
    lines: Mapping[str, Sequence[Line]] = field(repr=False)
    bar: str = ""
    totals: bool = True

    @cached_property
    def total(self) -> dict[str, Figure]:
        """Of all rows. A patient who is in two rows is one patient."""
        return self._figures(self._units.values(), None)

    @cached_property
    def rows(self) -> dict[str, dict[str, Figure]]:
        """By label and column."""
        return {label: self._figures([units], self.total) for label, units in self._units.items()}

    @cached_property
    def _units(self) -> dict[str, dict[str, "int | set[object]"]]:
        """By label and column what is counted: a number of appointments, or a set of what counts once."""
        return {label: self._units_of(lines) for label, lines in self.lines.items()}

    def _units_of(self, lines: Sequence[Line]) -> dict[str, "int | set[object]"]:
        alike: dict[frozenset[str], list[Case]] = {}
        for line in lines:
            alike.setdefault(line.counts, []).append(line.case)
        found: dict[str, int | set[object]] = {}
        for key, _title, unit, *_more in self.columns:
            cases = [cases for counts, cases in alike.items() if key in counts]
            found[key] = sum(map(len, cases)) if unit == "visit" else _once(unit, cases)
        return found

    def _figures(
        self, rows: Iterable[Mapping[str, "int | set[object]"]], total: Mapping[str, Figure] | None
    ) -> dict[str, Figure]:
        rows = list(rows)
        counts = {column.key: _together([row[column.key] for row in rows]) for column in self.columns}
        return {one.key: Figure(counts[one.key], _base(one, counts, total)) for one in self.columns}

    def lines_of(self, label: str | None, column: str) -> list[Line]:
        """The lines behind a figure, each unit once; ``label`` None: behind the total."""
        (unit,) = (one.unit for one in self.columns if one.key == column)
        found: dict[object, Line] = {}
        for line in chain.from_iterable(self.lines.values()) if label is None else self.lines[label]:
            if column in line.counts:
                found.setdefault(_unit(unit, line.case), line)
        return list(found.values())


def _base(column: Column, counts: Mapping[str, int], total: Mapping[str, Figure] | None) -> int | None:
    if column.share == TOTAL:
        return total[column.key].n if total else counts[column.key]
    return counts[column.share] if column.share else None


def _together(units: Sequence["int | set[object]"]) -> int:
    """Of several rows: what counts once counts once in all of them."""
    sets = [one for one in units if isinstance(one, set)]
    return len(sets[0].union(*sets[1:])) if sets else sum(one for one in units if isinstance(one, int))


def _once(unit: Unit, cases: Iterable[Sequence[Case]]) -> set[object]:
    """What ``_unit`` says of each, for many."""
    if unit == "patient":
        return {case.visit.person for some in cases for case in some}
    return {(case.visit.person, case.day) for some in cases for case in some}


def _unit(unit: Unit, case: Case) -> object:
    match unit:
        case "patient":
            return case.visit.person
        case "day":
            return case.visit.person, case.day
    return id(case)


@dataclass(frozen=True, slots=True)
class Report:
    """A report of one period. ``notes`` are what has to be known to read it."""

    name: str
    title: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()


def by_label(
    cases: Iterable[Case],
    label_of: Callable[[Case], str],
    counts_of: Callable[[Case], frozenset[str]],
    *,
    last: Callable[[str], bool] = lambda _label: False,
    order: Sequence[str] = (),
) -> dict[str, list[Line]]:
    """Lines by label: in the given order, or the longest first; what is not known or not mapped comes ``last``."""
    found: dict[str, list[Line]] = {label: [] for label in order}
    for case in cases:
        counts = counts_of(case)
        if counts:
            found.setdefault(label_of(case), []).append(Line(case, counts))
    if order:
        return found
    names = sorted(found, key=lambda label: (last(label), -len(found[label]), label))
    return {label: found[label] for label in names}
