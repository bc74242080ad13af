"""Bookings out of what the MIS exported: the journal of primary patients, the waiting list, finished visits.

A clinic without a journal of primary patients has visits alone: then a visit is primary by the patient's history.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from dentsync.model import Record, Status
from dentsync.transform.pay.facts import Booking, Journal
from dentsync.transform.pay.visits import CAME, OPEN, is_primary
from dentsync.transform.words import fold


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a journal or of the visits. ``patient``: the person's key, ``patient/<branch>/<card or ~hash>``."""

    patient: str
    status: Status
    author: str
    visit_on: date | None
    booked_at: datetime | None
    excluded: str = ""
    place: str = ""

    @property
    def has_come(self) -> bool:
        return self.status in CAME


@dataclass(frozen=True, slots=True)
class Journals:
    """What the store has. ``past``: days on which patients came, as their cards say: often the only older history."""

    primary: tuple[Entry, ...] | None  # None: the clinic keeps no such journal
    waitlist: tuple[Entry, ...] = ()
    visits: tuple[Entry, ...] = ()
    past: Mapping[str, frozenset[date]] = field(default_factory=dict)


def entry_of(record: Record, patient: str, words: str, not_counted: Iterable[str]) -> Entry | None:
    """The row as a booking; None while it has no status, or waits without having been booked.

    ``words`` are its status and reason of cancelling as typed; a word of theirs that begins with one of ``not_counted``
    takes a cancelled booking out of every count.
    """
    values = record.values
    status, start, booked = values.get("status"), values.get("start_at"), values.get("booked_at")
    if not isinstance(status, Status) or status is Status.WAITING:
        return None
    return Entry(
        patient=patient,
        status=status,
        author=str(values.get("operator") or ""),
        visit_on=start.date() if isinstance(start, datetime) else None,
        booked_at=booked if isinstance(booked, datetime) else None,
        excluded=_excluded(status, words, not_counted, deleted=values.get("is_deleted") is True),
        place=str(record.origin),
    )


def _excluded(status: Status, words: str, not_counted: Iterable[str], *, deleted: bool) -> str:
    if deleted:
        return "is_deleted"
    if status is not Status.CANCELLED:
        return ""  # «Пациент в клинике» was cancelled by nobody
    begun = [
        beginning for beginning in map(fold, not_counted) for word in fold(words).split() if word.startswith(beginning)
    ]
    return begun[0] if begun else ""


def bookings_of(known: Journals, gap_months: int | None) -> list[Booking]:
    """Every booking that has a day, of whatever month."""
    days = {entry.patient.rpartition("/")[0] for entry in (*(known.primary or ()), *known.waitlist, *known.visits)}
    shown = partial(_booking, several=len(days) > 1)
    visits: dict[str, list[Entry]] = {}
    for entry in known.visits:
        visits.setdefault(entry.patient, []).append(entry)
    found = [shown("waitlist", _fulfilled(entry, visits)) for entry in known.waitlist]
    if known.primary is not None:
        found += [shown("primary", _fulfilled(entry, visits)) for entry in known.primary]
    else:
        found += _first_visits(visits, known.past, gap_months, partial(shown, "primary"))
    return [one for one in found if one is not None]


def _fulfilled(entry: Entry, visits: Mapping[str, list[Entry]]) -> Entry:
    """The entry with the day of its visit, and with the result that the visit had.

    A journal without a column for the day speaks of the patient's next visit after the booking.
    """
    booked_on = entry.booked_at.date() if entry.booked_at else date.min
    own = [one for one in visits.get(entry.patient, ()) if one.visit_on is not None]
    if entry.visit_on is None:
        later = sorted((one.visit_on, not one.has_come) for one in own if one.visit_on and one.visit_on >= booked_on)
        day = later[0][0] if later else entry.booked_at and booked_on
    else:
        day = entry.visit_on
    came = any(one.has_come and one.visit_on == day for one in own)
    status = Status.COMPLETED if came and entry.status in OPEN else entry.status
    return Entry(entry.patient, status, entry.author, day, entry.booked_at, entry.excluded, entry.place)


def _first_visits(
    visits: Mapping[str, list[Entry]],
    past: Mapping[str, frozenset[date]],
    gap_months: int | None,
    shown: Callable[[Entry], Booking | None],
) -> Iterable[Booking | None]:
    for patient, own in visits.items():
        came = {one.visit_on for one in own if one.has_come and one.visit_on} | past.get(patient, frozenset())
        for entry in own:
            if entry.visit_on is None:
                continue
            before = max((day for day in came if day < entry.visit_on), default=None)
            if is_primary(entry.visit_on, before, gap_months):
                yield shown(entry)


def _booking(journal: Journal, entry: Entry, *, several: bool) -> Booking | None:
    """With its branch where there are several; a patient without a card is known by the end of the key."""
    if entry.visit_on is None:
        return None
    _entity, branch, card = entry.patient.split("/", 2)
    return Booking(
        journal, card, entry.author, entry.booked_at, entry.visit_on, entry.status, branch if several else "",
        entry.excluded, entry.place,
    )  # fmt: skip
