"""Stored rows as appointments and cards: every cell judged by the rules of now, each spelling once.

A year of a large clinic has 110,000 rows, and few words. So nothing is cached between runs, and nothing can go stale.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from itertools import chain

import msgspec

from dentsync.config import Config
from dentsync.model import Entity, Status
from dentsync.runs.report_cells import Moments, PatientCells, Words, decoder
from dentsync.runs.report_ends import Ends
from dentsync.runs.report_people import Whose
from dentsync.runs.session import Session
from dentsync.store.sayings import SayingRow, Sayings
from dentsync.transform.clean import Cleaner
from dentsync.transform.no_show import EXPECTED
from dentsync.transform.reports.history import Card
from dentsync.transform.reports.visits import CLINICS_OWN, Visit
from dentsync.transform.words import fold

_STARTS = ("start_at", "start_on", "start_time")


class RowReader:
    """Reads the rows of one feed about appointments. ``wanted``: what reports look at beside what they all need.

    ``person_of``: whom a row speaks of that no run has linked yet; ``ends``: what the clock makes of a booked visit.
    """

    def __init__(
        self, config: Config, feed: str, cleaner: Cleaner, wanted: Collection[str],
        person_of: Callable[[str, SayingRow], str], ends: Ends,
    ) -> None:  # fmt: skip
        self.person_of, self.end_of = partial(person_of, feed), partial(ends.status_of, feed)
        self.rules, self.cleaner = config.feeds[feed].rules, cleaner
        self.told_apart = bool(self.rules.status_from)
        self.waitlist = feed in config.reports.waitlist
        self.own = frozenset((*CLINICS_OWN, *map(fold, config.reports.clinic_reasons)))
        self.dated = "booked_on" in wanted
        self.decode = decoder(wanted)
        self.whole = msgspec.json.Decoder(dict[str, str]).decode
        words = (self._words(name) for name in ("doctor", "specialty", "operator", "lead_source", "cancel_reason"))
        self.doctor, self.specialty, self.operator, self.source, self.reason = words
        self.branch = Words(lambda text: str(cleaner.value_of("branch", text) or self.rules.branch))
        self.booked_on = Moments(lambda text: cleaner.value_of("booked_at", text)).day
        self.start = Moments(lambda text: self._start({"start_at": text}))
        self.halves = Words(lambda texts: self._start(dict(zip(_STARTS, texts, strict=True))))
        self.status = Words(lambda text: self._status({"status": text}))
        self.cancelled_at = Words(self._cancelled_at)
        self.is_own = Words(lambda text: fold(text or "") in self.own)

    def _words(self, name: str) -> Words:
        return Words(lambda text: str(self.cleaner.value_of(name, text) or ""))

    def visits(self, rows: Iterable[SayingRow]) -> Iterator[Visit]:
        """The appointments and requests that rows speak of: those with a status and a time, or at least a day."""
        decode, starts, statuses, cancelled = self.decode, self.start, self.status, Status.CANCELLED
        doctors, specialties, operators, sources = self.doctor, self.specialty, self.operator, self.source
        branches, reasons, ends = self.branch, self.reason, self.cancelled_at
        told_apart, dated, waitlist = self.told_apart, self.dated, self.waitlist
        people: dict[str, str] = {}  # one text for each: what is the same text is found without being read
        for row in rows:
            _number, person, file, line, text = row
            cells = decode(text)
            status: Status | None = self._status(self.whole(text)) if told_apart else statuses[cells.status]
            if cells.start_on is None and cells.start_time is None:
                start = starts[cells.start_at]
            else:
                start = self.halves[cells.start_at, cells.start_on, cells.start_time]
            if dated:
                booked_on = self.booked_on(cells.booked_at)
            else:  # a request without a time is known by the day it was made
                booked_on = None if start else self.booked_on(self.whole(text).get("booked_at"))
            if status is None or (start is None and booked_on is None):
                continue
            if start and status in EXPECTED:
                status = self.end_of(row, status, start)
            reason, paid = reasons[cells.cancel_reason], cells.amount_received
            person = people.setdefault(person, person) if person else self.person_of(row)
            yield Visit(
                person, (file, line), start, status, cells.appointment_id or "", doctors[cells.doctor],
                specialties[cells.specialty], operators[cells.operator], booked_on, branches[cells.branch],
                sources[cells.lead_source], reason, ends[cells.cancelled_at],
                None if paid is None else self._paid(paid), waitlist,
                status is cancelled and (self.is_own[cells.status] or self.is_own[reason]),
            )  # fmt: skip

    def _start(self, cells: Mapping[str, str | None]) -> datetime | None:
        start = self.cleaner.start_of(_present(cells))
        return start if isinstance(start, datetime) else None

    def _status(self, cells: Mapping[str, str | None]) -> Status | None:
        status = self.cleaner.status_of(_present(cells))
        return Status(str(status)) if status else None

    def _cancelled_at(self, text: str | None) -> datetime | None:
        value = self.cleaner.value_of("cancelled_at", text) if text else None
        return value if isinstance(value, datetime) else None

    def _paid(self, text: str) -> bool:
        return bool(self.cleaner.value_of("amount_received", text))


def _present(cells: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if text is not None}


def visits(job: Session, source: Sayings, whose: Whose, wanted: Collection[str]) -> Iterator[Visit]:
    """Rows about appointments, of all feeds. ``wanted``: as in ``RowReader``."""
    names = [name for name, feed in job.config.feeds.items() if feed.rules.entity is Entity.APPOINTMENT]
    ends = Ends(job)
    readers = (RowReader(job.config, name, job.cleaners[name], wanted, whose.person_of, ends) for name in names)
    return chain.from_iterable(reader.visits(source.rows(name)) for name, reader in zip(names, readers, strict=True))


class _CardReader:
    """Reads the rows of one feed about patients."""

    def __init__(self, cleaner: Cleaner) -> None:
        def words(name: str) -> Words:
            return Words(lambda text: cleaner.value_of(name, text))

        def days(name: str) -> Callable[[str | None], date | None]:
            return Moments(lambda text: cleaner.value_of(name, text)).day

        self.decode = msgspec.json.Decoder(PatientCells).decode
        self.first, self.last, self.created = map(days, ("first_visit_at", "last_visit_at", "patient_created_at"))
        self.completed, self.source = words("completed_visits"), words("lead_source")

    def card(self, text: bytes, told_at: datetime) -> Card:
        """What the card says of the past; ``told_at``: when the file was written."""
        cells = self.decode(text)
        first, last = self.first(cells.first_visit_at), self.last(cells.last_visit_at)
        completed, created = self.completed[cells.completed_visits], self.created(cells.patient_created_at)
        return Card(first, last, completed, created, told_at, self.source[cells.lead_source] or "")


def cards_of(job: Session, source: Sayings, whose: Whose) -> dict[str, Card]:
    """What patients' rows say of the past, those of whole lists last: they outweigh the others."""
    cards: dict[str, Card] = {}
    told = {number: datetime.fromisoformat(at) for number, (_name, at) in source.files().items()}
    feeds = [name for name, feed in job.config.feeds.items() if feed.rules.entity is Entity.PATIENT]
    for name in sorted(feeds, key=lambda name: name in job.masters):
        read = _CardReader(job.cleaners[name]).card
        for row in source.rows(name):
            person = row[1] or whose.person_of(name, row)
            card, before = read(row[4], told[row[2]]), cards.get(person)
            cards[person] = _joined(before, card) if before else card
    return cards


def _joined(before: Card, card: Card) -> Card:
    """What the later one leaves open stays."""
    return card._replace(**{name: old for name, old in before._asdict().items() if getattr(card, name) in (None, "")})
