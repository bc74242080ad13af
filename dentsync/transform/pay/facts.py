"""What pay is computed from. Facts name an employee as their source does; ``staff`` finds out who that is.

``place`` says where a fact stands (file, sheet and cell; a record of a portal), so that every amount can be traced.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from dentsync.model import Status


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """Somebody working as something somewhere. An empty position or branch of a rate means any."""

    employee: str
    position: str = ""
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A row of the rate directory, in force from ``since`` until the job's next row, or ``until`` a day, included.

    Roubles an hour. ``break_minutes``: the automatic break, where it is not the rules' one. ``week_hours``: 40 for a
    five-day week, whose day before a public holiday is an hour shorter; None for shifts.
    """

    job: Job
    since: date
    hour: Decimal
    overtime_hour: Decimal | None = None
    break_minutes: int | None = None
    week_hours: int | None = None
    name: str = field(default="", repr=False)
    place: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A planned shift. ``start`` and ``end`` are aware."""

    job: Job
    start: datetime
    end: datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time between two presses of the button; ``end`` is None for a day that was not closed.

    ``pause_minutes`` are pauses inside whose place is not known (``breakLength`` of a portal, in minutes).
    """

    job: Job
    start: datetime
    end: datetime | None
    pause_minutes: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days, both included, on which planned shifts are neither worked nor missed. Their pay is not counted here."""

    employee: str
    first: date
    last: date
    kind: str = ""
    place: str = ""


Journal = Literal["primary", "waitlist"]


@dataclass(frozen=True, slots=True)
class Booking:
    """A visit that ``author`` booked. ``card`` is the patient's in that branch; duplicates carry the same one.

    ``excluded`` takes it out of every count: cancelled by the clinic, a test, a duplicate.
    """

    journal: Journal
    card: str
    author: str
    booked_at: datetime | None
    visit_on: date
    status: Status
    branch: str = ""
    excluded: str = ""
    place: str = ""

    @property
    def patient(self) -> str:
        """Who it was: the card, with its branch where there are several."""
        return f"{self.branch}/{self.card}" if self.branch else self.card


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a source does not say, or says in two ways, of an employee's days, both included.

    ``not_known``: whether somebody worked is not known; it never means "did not". ``detail`` is why.
    """

    what: Literal["not_known", "plan_not_known", "odd_record", "unapproved"]
    employee: str
    first: date
    last: date
    detail: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """Money that an earlier month still owes, or took too much of."""

    employee: str
    amount: Decimal
    reason: str
    place: str = ""


Answer = Literal["as_planned", "nothing", "times", "as_shift", "as_overtime", "accept", "same", "ignore"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person answered to the question with this id. ``times`` needs start and end, ``same`` the employee.

    ``evidence``: the fingerprint of the question that was answered; empty fits whatever hangs on it.
    """

    question: str
    answer: Answer
    start: datetime | None = None
    end: datetime | None = None
    employee: str = ""
    by: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a month, and of the shifts that reach into it. The order of anything means nothing."""

    rates: tuple[Rate, ...] = ()
    shifts: tuple[Shift, ...] = ()
    clocks: tuple[Clock, ...] = ()
    absences: tuple[Absence, ...] = ()
    bookings: tuple[Booking, ...] = ()
    corrections: tuple[Correction, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    decisions: tuple[Decision, ...] = ()
