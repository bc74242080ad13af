"""Appointments, each once: several files may tell of one. The same patient at the same moment is one appointment.

Of two rows the stronger status counts, then the later row; what a row leaves open, another one may say.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from dentsync.model import STRENGTH, Status

LATE = timedelta(hours=24)
"""Who cancels later than this before the visit has as good as not come (names_payroll D: Dental Intelligence)."""

CLINICS_OWN = ("отменен клиникой", "отменена клиникой", "отменено клиникой", "отмена клиникой", "отмена клиники")
"""Folded status words and reasons by which the clinic itself cancelled."""

Place = tuple[int, int]
"""Number of the file in the store, and line: the later one was read later."""


class Visit(msgspec.Struct, frozen=True, gc=False):
    """An appointment, or a request that has no time yet (``start`` is None). Words as they were written; "" is empty.

    ``paid``: whether money was received; None where no row has a column for it. ``own``: cancelled by the clinic.
    """

    person: str
    place: Place
    start: datetime | None
    status: Status
    id: str = ""
    doctor: str = ""
    specialty: str = ""
    operator: str = ""
    booked_on: date | None = None
    branch: str = ""
    source: str = ""
    reason: str = ""
    cancelled_at: datetime | None = None
    paid: bool | None = None
    waitlist: bool = False
    own: bool = False


Outcome = Literal["came", "no_show", "late", "cancelled", "clinic", "moved", "open", "ahead", "waiting"]
LOST: tuple[Outcome, ...] = ("no_show", "late", "cancelled", "clinic")
SCHEDULED: tuple[Outcome, ...] = ("came", "no_show", "late", "cancelled", "open")
"""What was to take place, the clinic's own cancellations and what is still ahead apart."""
SETTLED: tuple[Outcome, ...] = ("came", "no_show", "late", "cancelled")

WORDS: Mapping[Outcome, str] = {
    "came": "пришёл",
    "no_show": "не пришёл",
    "late": "отменил меньше чем за сутки",
    "cancelled": "отменил",
    "clinic": "отменила клиника",
    "moved": "перенесён",
    "open": "без итога",
    "ahead": "ещё впереди",
    "waiting": "ждёт записи",
}


_COMPLETED = Status.COMPLETED


def outcome_of(visit: Visit, now: datetime) -> Outcome:
    """How an appointment ended. The moment of cancelling is mostly not exported: then no cancellation is late."""
    status = visit.status
    if status is _COMPLETED:  # most are
        return "came"
    match status:
        case Status.NO_SHOW:
            return "no_show"
        case Status.RESCHEDULED:
            return "moved"
        case Status.CANCELLED if visit.own:
            return "clinic"
        case Status.CANCELLED:
            late = visit.start and visit.cancelled_at and visit.start - visit.cancelled_at < LATE
            return "late" if late else "cancelled"
    if visit.start is None or visit.status is Status.WAITING:
        return "waiting"
    return "ahead" if visit.start > now else "open"


class Every(NamedTuple):
    """All appointments by the moment at which they begin, in its order, and the requests that have no time yet."""

    moments: dict[datetime, list[Visit]]
    requests: Sequence[Visit]

    @property
    def branches(self) -> set[str]:
        """Where they are."""
        return {visit.branch for visits in (*self.moments.values(), self.requests) for visit in visits}


def appointments(rows: Iterable[Visit]) -> Every:
    """Each appointment once, whatever the number of rows that speak of it."""
    found: defaultdict[datetime, dict[str, Visit]] = defaultdict(dict)
    others: list[Visit] = []
    requests: list[Visit] = []
    for row in rows:
        if row.start is None:
            requests.append(row)
            continue
        here = found[row.start]
        first = here.setdefault(row.person, row)
        if first is row:
            continue
        if row.id and first.id and row.id != first.id:
            _join(others, row)
        else:
            here[row.person] = merged(first, row)
    moments = {start: list(found[start].values()) for start in sorted(found)}
    for other in others:
        moments[other.start].append(other)  # type: ignore[index]
    return Every(moments, requests)


def _join(others: list[Visit], row: Visit) -> None:
    """A second appointment at the same moment: the ids say that it is another one."""
    for index, other in enumerate(others):
        if (other.person, other.start, other.id) == (row.person, row.start, row.id):
            others[index] = merged(other, row)
            return
    others.append(row)


def merged(one: Visit, other: Visit) -> Visit:
    """Two rows about one appointment."""
    first, last = sorted((one, other), key=lambda row: (STRENGTH[row.status], row.place))
    filled = {
        name: value for name, value in msgspec.structs.asdict(first).items() if getattr(last, name) in ("", None, False)
    }
    return msgspec.structs.replace(last, **filled)
