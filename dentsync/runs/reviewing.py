"""Names that wait for a person: found in what was read, grouped by what stands in the MIS, written into a workbook."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from uuid import uuid4

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.load.review_book import BookFacts, ReviewLine, write_review
from dentsync.model import Decisions, Origin, RawRecord, Record
from dentsync.runs.main_job import Options
from dentsync.runs.session import Session, looked_into
from dentsync.store import StoredRow
from dentsync.store.decisions import Entry, Journal, LostName
from dentsync.transform.clean import Cleaner
from dentsync.transform.name_decisions import EVERYBODY, Asked
from dentsync.transform.names import Parts
from dentsync.transform.version import RULES_VERSION

MOST = 300
"""So many values are asked about at once: the others come when these are decided."""

RECENT = timedelta(days=30)
"""Nobody is asked about a visit that is longer past: no message goes out for it any more."""

_SHOWN = 2


@dataclass(slots=True)
class Met:
    """One source value, with all who have it. ``rows`` and ``lost`` are loaded and rejected rows."""

    asked: Asked
    origin: Origin
    rows: list[int] = field(default_factory=list)
    lost: list[LostName] = field(default_factory=list)
    cards: dict[str, str] = field(default_factory=dict)  # patient (a hash) -> card number
    carded: set[str] = field(default_factory=set)  # phones of those with a card
    phones: dict[str, str] = field(default_factory=dict)  # patient without a card -> phone
    nobodies: int = 0

    def add(self, asked: Asked) -> None:
        """One more row with this value."""
        if asked.card:
            self.cards[asked.patient] = asked.card
            self.carded.update(asked.phones)
        elif asked.phones:
            self.phones[asked.patient] = asked.phones[0]
        else:
            self.nobodies += 1

    @property
    def patients(self) -> tuple[str, ...]:
        """Hashes of those who have it: a visit under a phone may speak of somebody with a card."""
        return (*self.cards, *self.phones)

    @property
    def count(self) -> int:
        """How many people have this value."""
        return len(self.cards) + len(self._uncarded) + self.nobodies

    @property
    def _uncarded(self) -> list[str]:
        return [phone for phone in self.phones.values() if phone not in self.carded]

    @property
    def where(self) -> str:
        """Cards, or phones, of the first who have it; where there is neither, the place in a file."""
        cards = sorted(set(self.cards.values()), key=lambda card: (len(card), card))
        found = [*cards, *self._uncarded] or [str(self.origin)]
        more = f" и ещё {self.count - _SHOWN}" if self.count > _SHOWN else ""
        return ", ".join(found[:_SHOWN]) + more


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What was written: values in the book, and how many more wait."""

    lines: int
    left: int


def review(options: Options, path: Path, *, every: bool) -> Reviewed:
    """Write a new workbook. ``every``: with what was decided before. Raises DentsyncError."""
    if path.exists():  # somebody's decisions may be in it
        raise ConfigError(_("{file}: is there already and was not touched; name another one").format(file=path))
    with looked_into(options.config, options.now) as job:
        journal = Journal(job.store.db)
        entries = {(one.source, one.patient): one for one in journal.entries()}
        decisions = journal.decisions()
        met = met_in(job, decisions if every else ())
        facts = BookFacts(job.config.clinic, uuid4().hex[:12], journal.newest(), RULES_VERSION)
    asked = sorted(_open(met, decisions), key=_urgency)
    lines = [_line(one) for one in asked[:MOST]]
    if every:
        lines += [line for one in met.values() for line in _settled(one, decisions, entries)]
    write_review(path, lines, facts)
    return Reviewed(len(lines), max(len(asked) - MOST, 0))


# ── what is there ─────────────────────────────────────────────────────────────────────────────


def met_in(job: Session, also: Collection[str] = ()) -> dict[tuple[str, str], Met]:
    """Values that wait for a person, and those whose hashes are ``also`` wanted, by hash and patient.

    The patient is "" unless the row's name was decided for this one patient alone.
    """
    decisions = Journal(job.store.db).decisions()
    cleaners = {name: Cleaner(feed.rules) for name, feed in job.config.feeds.items()}
    met: dict[tuple[str, str], Met] = {}
    rows: Iterator[StoredRow | LostName] = chain(job.store.facts.rows_in(cleaners), Journal(job.store.db).lost())
    for row in rows:
        asked = cleaners[row.feed].asked_of(row.cells) if row.feed in cleaners else None
        if asked is None or not (asked.doubtful or (also and asked.source in also)):
            continue
        if isinstance(row, StoredRow) and _is_past(cleaners[row.feed], row, job.now):
            continue
        key = (asked.source, _decided_for(asked, decisions))
        one = met.setdefault(key, Met(asked, row.origin))
        one.add(asked)
        if isinstance(row, StoredRow):
            one.rows.append(row.id)
        else:
            one.lost.append(row)
    return met


def _decided_for(asked: Asked, decisions: Decisions) -> str:
    return asked.patient if asked.patient in decisions.get(asked.source, {}) else EVERYBODY


def _is_past(cleaner: Cleaner, row: StoredRow, now: datetime) -> bool:
    """Whether the row is of a visit that nobody will be written to about."""
    if "start_at" not in row.cells and "start_on" not in row.cells:
        return False
    record = cleaner.clean(RawRecord(row.feed, row.origin, row.cells))
    start = record.values.get("start_at") if isinstance(record, Record) else None
    return isinstance(start, datetime) and start < now - RECENT


def _open(met: Mapping[tuple[str, str], Met], decisions: Decisions) -> Iterator[Met]:
    for (source, patient), one in met.items():
        if one.asked.doubtful and not patient and EVERYBODY not in decisions.get(source, {}):
            yield one


def _urgency(one: Met) -> tuple[bool, int, bool, str]:
    """What many are written as comes first, then what is likely; last, for they may be thousands, names whose order
    is the usual one and is confirmed by nothing.
    """
    name = one.asked.name
    return ("order_assumed" in name.codes, -one.count, name.action == "quarantine", one.asked.shown)


# ── lines of the book ─────────────────────────────────────────────────────────────────────────


def _line(one: Met) -> ReviewLine:
    name = one.asked.name
    return ReviewLine(
        key=one.asked.source,
        source=one.asked.shown,
        sex=one.asked.sex,
        parts=name.parts,
        reason="; ".join((*name.reasons, *_otherwise(one.asked))),
        confidence="средняя" if name.confidence == "medium" else "низкая",
        patients=one.count,
        where=one.where,
    )


def _otherwise(asked: Asked) -> tuple[str, ...]:
    """Another order of the same words, where the order is the question."""
    if asked.name.codes.isdisjoint({"ambiguous", "asian_order"}):
        return ()
    return tuple(f"или: {other.full}" for other in asked.name.others[:1])


def _settled(one: Met, decisions: Decisions, entries: Mapping[tuple[str, str], Entry]) -> Iterator[ReviewLine]:
    """What was decided before, to be looked at and changed."""
    patient = _decided_for(one.asked, decisions)
    decision = decisions.get(one.asked.source, {}).get(patient)
    if decision is None:
        return
    entry, name = entries[one.asked.source, patient], one.asked.name
    parts = Parts(decision.last, decision.first, decision.patronymic)
    proposal = parts if decision.verdict == "accept" else name.parts
    other = decision.verdict == "accept" and name.full and name.parts != parts
    news = [f"теперь правила предложили бы: {name.full}"] if other else []
    yield ReviewLine(
        key=f"{one.asked.source}:{patient}" if patient else one.asked.source,
        source=one.asked.shown,
        sex=one.asked.sex,
        parts=proposal,
        reason="; ".join([f"решено {datetime.fromisoformat(entry.made_at):%d.%m.%Y}, {entry.made_by}", *news]),
        confidence="решено",
        patients=one.count,
        where=one.where,
        decision=decision.verdict,
        corrected=parts if decision.verdict == "correct" else ("", "", ""),
    )
