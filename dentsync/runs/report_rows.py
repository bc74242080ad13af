"""Stored rows as appointments and cards: every cell judged by the rules of now, each spelling once.

A year of a large clinic has 110,000 rows, and few words. So nothing is cached between runs, and nothing can go stale.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from dentsync.config import Config
from dentsync.model import Entity, Origin, RawRecord, Record, Status
from dentsync.runs.session import Session
from dentsync.store.sayings import SayingRow, Sayings
from dentsync.transform.clean import Cleaner
from dentsync.transform.link import mention_of
from dentsync.transform.reports.history import Card
from dentsync.transform.reports.visits import CLINICS_OWN, Visit
from dentsync.transform.words import fold


class _Cells(msgspec.Struct):
    """The cells that reports need; None where the file has no such column."""

    appointment_id: str | None = None
    start_at: str | None = None
    start_on: str | None = None
    start_time: str | None = None
    doctor: str | None = None
    specialty: str | None = None
    status: str | None = None
    operator: str | None = None
    booked_at: str | None = None
    branch: str | None = None
    lead_source: str | None = None
    cancel_reason: str | None = None
    cancelled_at: str | None = None
    amount_received: str | None = None


class _PatientCells(msgspec.Struct):
    """The same of a patient's card."""

    first_visit_at: str | None = None
    last_visit_at: str | None = None
    completed_visits: str | None = None
    patient_created_at: str | None = None
    lead_source: str | None = None


_PLAIN = re.compile(r"(\d\d\.\d\d\.\d{4}) (?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?")


class _Words(dict[Any, Any]):
    """What texts of one field mean, each judged once."""

    def __init__(self, judge: Callable[[Any], Any]) -> None:
        super().__init__()
        self._judge = judge

    def __missing__(self, text: Any) -> Any:
        meaning = self[text] = self._judge(text)
        return meaning


_STARTS = ("start_at", "start_on", "start_time")


class RowReader:
    """Reads the rows of one feed about appointments."""

    def __init__(self, config: Config, feed: str, cleaner: Cleaner) -> None:
        self.rules, self.cleaner = config.feeds[feed].rules, cleaner
        self.told_apart = bool(self.rules.status_from)
        self.waitlist = feed in config.reports.waitlist
        self.own = frozenset((*CLINICS_OWN, *map(fold, config.reports.clinic_reasons)))
        self.decode = msgspec.json.Decoder(_Cells).decode
        self.whole = msgspec.json.Decoder(dict[str, str]).decode
        words = (self._words(name) for name in ("doctor", "specialty", "operator", "lead_source", "cancel_reason"))
        self.doctor, self.specialty, self.operator, self.source, self.reason = words
        self.branch = _Words(lambda text: str(cleaner.value_of("branch", text) or self.rules.branch))
        self.day = _Words(lambda text: _date_of(cleaner.value_of("booked_at", text)))
        self.start = _Words(lambda texts: self._start(dict(zip(_STARTS, texts, strict=True))))
        self.status = _Words(lambda text: self._status({"status": text}))
        self.is_own = _Words(lambda text: fold(text or "") in self.own)

    def _words(self, name: str) -> _Words:
        return _Words(lambda text: str(self.cleaner.value_of(name, text) or ""))

    def visit(self, row: SayingRow) -> Visit | None:
        """The appointment or request that a row speaks of; None where it has no status or neither time nor day."""
        number, person, file, line, text = row
        cells = self.decode(text)
        status: Status | None = self._status(self.whole(text)) if self.told_apart else self.status[cells.status]
        start: datetime | None = self.start[cells.start_at, cells.start_on, cells.start_time]
        # Every request has a minute of its own, and reports want its day: the usual spelling needs no more than that.
        booked = cells.booked_at and _PLAIN.fullmatch(cells.booked_at)
        booked_on: date | None = self.day[booked[1] if booked else cells.booked_at]
        if status is None or (start is None and booked_on is None):
            return None
        reason = self.reason[cells.cancel_reason]
        return Visit(
            person or f"?{number}", (file, line), start, status, cells.appointment_id or "", self.doctor[cells.doctor],
            self.specialty[cells.specialty], self.operator[cells.operator], booked_on, self.branch[cells.branch],
            self.source[cells.lead_source], reason, self._cancelled_at(cells.cancelled_at),
            self._paid(cells.amount_received), self.waitlist,
            status is Status.CANCELLED and (self.is_own[cells.status] or self.is_own[reason]),
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

    def _paid(self, text: str | None) -> bool | None:
        return None if text is None else bool(self.cleaner.value_of("amount_received", text))


def _present(cells: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if text is not None}


def _date_of(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else None


class Whose:
    """Whom rows speak of. What no run has linked yet is known by its own card, or by name and phone.

    ``cards``: card numbers by person; ``refusing``: of those not linked yet, who wants no calls.
    """

    def __init__(self, job: Session, source: Sayings) -> None:
        self.job, self.cards = job, source.card_numbers()
        self.refusing: set[str] = set()

    def person_of(self, feed: str, row: SayingRow) -> str:
        """The person that a run has linked, or would link by the row's own key."""
        number, person, file, line, text = row
        if person:
            return person
        cells = msgspec.json.decode(text, type=dict[str, str])
        record = self.job.cleaners[feed].clean(RawRecord(feed, Origin(str(file), "", line), cells))
        if not isinstance(record, Record):
            return f"?{number}"
        mention = mention_of(record, self.job.config.feeds[feed].rules.branch)
        somebody = self.job.store.facts.person_of(mention.key)
        key = somebody.key if somebody else mention.key
        if mention.card:
            self.cards.setdefault(key, mention.card)
        if record.values.get("do_not_contact"):
            self.refusing.add(key)
        return key


def visits(job: Session, source: Sayings, whose: Whose) -> Iterator[Visit]:
    """Rows about appointments, of all feeds."""
    for name, feed in job.config.feeds.items():
        if feed.rules.entity is Entity.APPOINTMENT:
            read = RowReader(job.config, name, job.cleaners[name]).visit
            for row in source.rows(name):
                visit = read(row)
                if visit is not None:
                    yield visit if row[1] else visit._replace(person=whose.person_of(name, row))


class _CardReader:
    """Reads the rows of one feed about patients."""

    def __init__(self, cleaner: Cleaner) -> None:
        def words(name: str) -> _Words:
            return _Words(lambda text: cleaner.value_of(name, text))

        self.decode = msgspec.json.Decoder(_PatientCells).decode
        self.first, self.last, self.created = map(words, ("first_visit_at", "last_visit_at", "patient_created_at"))
        self.completed, self.source = words("completed_visits"), words("lead_source")

    def card(self, text: bytes, told_at: datetime) -> Card:
        """What the card says of the past; ``told_at``: when the file was written."""
        cells = self.decode(text)
        first, last = _date_of(self.first[cells.first_visit_at]), _date_of(self.last[cells.last_visit_at])
        completed, created = self.completed[cells.completed_visits], _date_of(self.created[cells.patient_created_at])
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
