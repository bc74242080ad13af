"""What the workbook of pay is written from: plain rows in the clinic's words. Money is ``Decimal``, time minutes.

``employee`` is a key that a formula may look for («p1»): codes such as 007 and 7 would be equal to it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Code = Literal["hours", "overtime", "night_extra", "holiday_extra", "primary", "waitlist", "correction"]


@dataclass(frozen=True, slots=True)
class RateRow:
    """A row of the rate directory that something was paid by."""

    name: str
    position: str
    branch: str
    since: date
    hour: Decimal
    overtime: Decimal | None
    place: str


@dataclass(frozen=True, slots=True)
class PieceRow:
    """Minutes of one price. ``job`` and ``rate`` are numbers: jobs from 1, rates by their place in the list, from 0."""

    employee: str
    name: str
    position: str
    branch: str
    start: datetime
    minutes: int
    overtime: bool
    night: bool
    holiday: bool
    shift_on: date
    job: int
    rate: int | None
    place: str


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A counted patient, by card number."""

    journal: Code
    employee: str
    name: str
    card: str
    on: date | None
    came: bool
    place: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of pay; ``rates`` are those of its minutes, of ``job``. ``amount`` is None while a price is missing."""

    employee: str
    name: str
    code: Code
    position: str
    branch: str
    quantity: int
    booked: int
    price: Decimal | None
    factor: Decimal
    amount: Decimal | None
    rule: str
    job: int = 0
    rates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TotalRow:
    """An employee's month. ``minutes``: normal, overtime, at night, on holidays; ``primary``: booked and came."""

    employee: str
    name: str
    minutes: tuple[int, int, int, int]
    primary: tuple[int, int]
    waitlist: int
    amounts: dict[Code, Decimal | None]
    total: Decimal | None
    before: Decimal | None


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question. ``answers``: words to choose from; ``answer``: what was chosen before, with its cells."""

    id: str
    evidence: str
    what: str
    who: str
    on: date | None
    proof: str
    meanwhile: str
    answers: tuple[str, ...]
    answer: str = ""
    start: str = ""
    end: str = ""
    same: str = ""


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """What is worth a look and changes no amount."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class LeastRow:
    """The Labour Code's least for one job under one reading."""

    name: str
    position: str
    reading: str
    bonuses: str
    norm: int
    worked: int
    least: Decimal
    paid: Decimal
    short: Decimal


@dataclass(frozen=True, slots=True)
class PayRules:
    """The rules' numbers, and their facts in words."""

    night: Decimal
    holiday: Decimal
    small_booked: int
    small_per_visit: Decimal
    waitlist: Decimal
    tiers: tuple[tuple[Decimal, Decimal], ...]
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PayBook:
    """The whole book. ``before``: what the month before it is called, «сентябрь 2026, версия 1»."""

    clinic: str
    title: str
    state: str
    made_at: datetime
    total: Decimal | None
    before: str
    totals: tuple[TotalRow, ...] = field(repr=False)
    lines: tuple[LineRow, ...] = field(repr=False)
    pieces: tuple[PieceRow, ...] = field(repr=False)
    patients: tuple[PatientRow, ...] = field(repr=False)
    questions: tuple[QuestionRow, ...] = field(repr=False)
    staff: tuple[str, ...] = field(repr=False)
    rates: tuple[RateRow, ...] = field(repr=False)
    rules: PayRules
    leasts: tuple[LeastRow, ...] = field(repr=False)
    remarks: tuple[RemarkRow, ...] = field(repr=False)
    sign: dict[str, str]
