"""Bookings from the state store: its rows are facts, judged by the cleaning rules of now."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from dentsync.config_payroll import PaySettings
from dentsync.model import CleanRules, Entity, RawRecord, Record
from dentsync.runs.session import Session
from dentsync.store import StoredRow
from dentsync.transform.clean import Cleaner
from dentsync.transform.link import patient_key
from dentsync.transform.pay.journals import Entry, Journals, entry_of

_CELLS = (
    "start_at",
    "start_on",
    "start_time",
    "booked_at",
    "status",
    "operator",
    "is_deleted",
    "card_number",
    "branch",
)
_PAST = ("first_visit_at", "last_visit_at", "card_number", "branch")


def journals_of(job: Session, settings: PaySettings) -> Journals:
    """All bookings that the store knows of."""
    feeds = settings.feeds

    def entries(names: tuple[str, ...]) -> tuple[Entry, ...]:
        return tuple(entry for row, record in _read(job, names, _CELLS) if (entry := _entry(row, record, settings)))

    return Journals(
        primary=entries(feeds.primary) if feeds.primary else None,
        waitlist=entries(feeds.waitlist),
        visits=entries(feeds.visits),
        past={} if feeds.primary else _past(job),
    )


def _entry(row: StoredRow, record: Record, settings: PaySettings) -> Entry | None:
    words = f"{row.cells.get('status', '')} {row.cells.get('cancel_reason', '')}"
    rules = settings.config.feeds[row.feed].rules
    return entry_of(record, _patient(row, record, rules), words, settings.not_counted)


def _read(job: Session, names: tuple[str, ...], cells: tuple[str, ...]) -> Iterator[tuple[StoredRow, Record]]:
    """Rows of the feeds, of which only these cells are judged: names and phones would take most of the time."""
    cleaners = {name: _cleaner(job.config.feeds[name].rules) for name in names}
    taken = {name: {*cells, *_saying(job.config.feeds[name].rules)} for name in names}
    for row in job.store.facts.rows_in(names):
        some = {name: text for name, text in row.cells.items() if name in taken[row.feed]}
        record = cleaners[row.feed].clean(RawRecord(row.feed, row.origin, some))
        if isinstance(record, Record):
            yield row, record


def _saying(rules: CleanRules) -> Iterator[str]:
    return (name for names in rules.status_from.values() for name in names)


def _cleaner(rules: CleanRules) -> Cleaner:
    return Cleaner(replace(rules, required=(), key=()))


def _patient(row: StoredRow, record: Record, rules: CleanRules) -> str:
    """Whom the row speaks of: as the last sync decided, else by the card, else nobody else's."""
    if row.person:
        return row.person
    branch, card = str(record.values.get("branch") or rules.branch), record.values.get("card_number")
    return patient_key(branch, str(card) if card else f"~{row.key.rpartition('~')[2]}")


def _past(job: Session) -> Mapping[str, frozenset[date]]:
    """When patients came, as far as their cards say so."""
    names = tuple(feed.name for feed in job.config.feeds.values() if feed.rules.entity is Entity.PATIENT)
    found: dict[str, frozenset[date]] = {}
    for row, record in _read(job, names, _PAST):
        moments = (record.values.get(name) for name in _PAST[:2])
        days = frozenset(one.date() for one in moments if isinstance(one, datetime))
        patient = _patient(row, record, job.config.feeds[row.feed].rules)
        found[patient] = found.get(patient, frozenset()) | days
    return found
