"""From file to record: where a row comes from, what it says, what is wrong with it, what people decided."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dentsync.model.fields import Entity, Value


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact comes from: file name, first 12 hex digits of its SHA-256, physical line (from 1)."""

    file: str
    sha256: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


NO_VALUE = "#ФОРМУЛА БЕЗ ЗНАЧЕНИЯ#"
"""Text of a workbook's cell whose formula was saved without its value: nobody knows what stands there."""


@dataclass(frozen=True, slots=True)
class PortalAnswer:
    """What a portal said of somebody's month, as it said it. ``about``: the user's id there; empty: of everybody.

    ``month``: YYYY-MM where the method answers by the calendar month. ``error`` is the code of its refusal; then there
    is no ``body``, and nothing is known.
    """

    method: str
    about: str
    body: object = dataclasses.field(default=None, repr=False)
    error: str = ""
    month: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet that people fill in by hand, as it stands: ``rows`` of texts, rows and columns counted from 0.

    A CSV file is one grid without a ``sheet``. ``merged``: first row and column, last row and column of each range.
    """

    file: str
    sheet: str
    rows: tuple[tuple[str, ...], ...] = dataclasses.field(repr=False)
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def place(self, row: int | None = None, column: int = 0) -> str:
        """Where a cell stands, in Russian: it is the people of the clinic who look for it."""
        sheet = f", лист «{self.sheet}»" if self.sheet else ""
        if row is None:
            return f"{self.file}{sheet}"
        return f"{self.file}{sheet}, ячейка {cell_name(row, column)}"


def cell_name(row: int, column: int) -> str:
    """«A1» for 0, 0."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One row as it stands in the file. ``cells`` maps our field names to verbatim text of the mapped columns."""

    feed: str
    origin: Origin
    cells: Mapping[str, str] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason against one field. ``reason`` is Russian: clinic people read it. ``raw`` is the cell's text."""

    field: str
    reason: str
    raw: str = dataclasses.field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be used, with all its faults at once."""

    feed: str
    origin: Origin
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A clean row. ``values`` has only the fields whose columns are in the file (three kinds of empty).

    ``faults`` are those that did not cost the row: an optional field that could not be read is left absent.
    """

    entity: Entity
    feed: str
    key: str
    origin: Origin
    values: Mapping[str, Value] = dataclasses.field(repr=False)
    faults: tuple[Fault, ...] = ()
    doubtful: bool = False  # the name waits for a person: it stands as it was typed, and in no message
    typed: tuple[str, str, str] | None = dataclasses.field(default=None, repr=False)  # the name before it was decided


Verdict = Literal["accept", "correct", "keep", "dismiss", "reopen"]
"""What a person says of a doubtful name: the proposal is right, other parts are, it is right as typed, it is no
patient's name, or (of an earlier decision) it is to be asked again."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one source value: the parts that the name has from now on, "" for a missing one."""

    verdict: Verdict
    last: str = dataclasses.field(default="", repr=False)
    first: str = dataclasses.field(default="", repr=False)
    patronymic: str = dataclasses.field(default="", repr=False)


Decisions = Mapping[str, Mapping[str, Decision]]
"""By the hash of the source value, then by the patient it is about; "" is everybody with this value."""
