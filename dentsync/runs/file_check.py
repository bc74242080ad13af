"""What a file is compared with before it is believed: the clock, the files before it, the columns that are needed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

from dentsync.config import Config, Feed
from dentsync.errors import Refused, SourceError
from dentsync.extract.columns import Columns
from dentsync.extract.export import Export
from dentsync.extract.inbox import Found
from dentsync.lang import _
from dentsync.model import PATIENT_FIELDS, Entity, Route
from dentsync.runs.session import Session, wall_time
from dentsync.transform.contacts import IDENTITY
from dentsync.transform.file_guards import (
    FEW,
    Past,
    age_refusal,
    column_refusal,
    future_refusal,
    vanished,
)

_ISO_DAY = re.compile(r"(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)")


def refuse(found: Found, sha256: str, reasons: Iterable[str], *, given: bool = False) -> None:
    """Raise Refused if there is a reason: one line with all of them, and with what to type."""
    reason = "; ".join(filter(None, reasons))
    if not reason:
        return
    if given:
        line = _("{file} {reason}; nothing of it was used; if it is right, the same command with: --approve {digest}")
    else:
        line = _(
            "{file} {reason}; nothing of it was used; if it is right: dentsync sync --approve {digest}, if not: take it"
            " out of the inbox"
        )
    raise Refused(line.format(file=found.path.name, reason=reason, digest=sha256[:8]))


def past_of(job: Session, feed: Feed) -> Past:
    """What the feed was until now."""
    facts = job.store.facts
    return Past(facts.last_counts(feed.name), facts.row_count(feed.name), facts.fault_counts(feed.name))


# ── its dates ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Dates:
    """When a file was written: by its time stamp, and by the day in its name if that is earlier.

    ``latest``: the latest that it can be now. ``overtaken``: a newer list was read, and what this one says is of no
    use; ``superseded``: it looks so by the day in its name, which a file of the night before has, too. Appended files
    are always of use.
    """

    modified_at: datetime
    written_at: datetime
    latest: datetime
    overtaken: bool
    superseded: bool

    @property
    def believed_at(self) -> datetime:
        """The time stamp to remember: one from the future would make all that follows look old."""
        return min(self.modified_at, self.latest)

    def refusals(self, now: datetime, feed: Feed) -> tuple[str, str]:
        """Why the file is too old, or its age cannot be told."""
        age = age_refusal(self.written_at, now, feed.expect)
        return age, future_refusal(self.modified_at, self.latest, feed.expect)


def made_by(dates: Dates, export: Export, zone: ZoneInfo) -> Dates:
    """The dates of a file that was opened: its first lines may say when it was made."""
    if not export.preamble:
        return dates
    from dentsync.transform.preamble import made_at

    made = made_at(export.preamble, zone)
    return replace(dates, written_at=min(dates.written_at, made)) if made else dates


def dates_of(job: Session, found: Found) -> Dates:
    """A file's dates, beside those of the files that were read."""
    modified_at = datetime.fromtimestamp(found.mtime_ns / 1e9, job.now.tzinfo)
    written_at = min(modified_at, _named_day(found.path, job))
    newest = job.store.facts.newest(found.feed) if job.config.feeds[found.feed].kind != "append" else None
    latest = max(job.now, wall_time())  # a day that is rehearsed has files that were copied today
    overtaken, superseded = (newest is not None and at < newest for at in (modified_at, written_at))
    return Dates(modified_at, written_at, latest, overtaken, superseded)


def _named_day(path: Path, job: Session) -> datetime:
    """The day in a file's name, at its end: a copy of yesterday's file has a new time stamp but an old name."""
    match = _ISO_DAY.search(path.name)
    try:
        day = date(*map(int, match.groups())) if match else date.max
    except ValueError:
        day = date.max
    return datetime.combine(day, time.max, job.now.tzinfo) if day < date.max else job.now


# ── what its columns mean ─────────────────────────────────────────────────────────────────────

_CONSENT = ("соглас", "разреш", "conform", "consent")
_REFUSAL = ("отказ", "не отправл", "не присыл", "запрет", "запрещ", "reject", "refus", "opt-out", "optout")


def polarity_refusal(feed: Feed, columns: Columns, file: str) -> SourceError | None:
    """The refusal of a file whose column says the opposite of what the configuration takes it for."""
    for index in columns.indexes.get("sms_opt_out", ()):
        header, inverted = columns.header[index], "sms_opt_out" in feed.rules.inverted
        asks_refusal = any(word in header.casefold() for word in _REFUSAL)
        asks_consent = not asks_refusal and any(word in header.casefold() for word in _CONSENT)
        if asks_consent != inverted and (asks_consent or asks_refusal):
            told = _("{file}: column «{column}» asks for consent: add sms_opt_out to feeds.{feed}.inverted")
            if not asks_consent:
                told = _("{file}: column «{column}» asks for refusal: take sms_opt_out out of feeds.{feed}.inverted")
            return SourceError(told.format(file=file, column=" ".join(header.split()), feed=feed.name))
    return None


# ── its columns ───────────────────────────────────────────────────────────────────────────────


class Headers:
    """The columns of a file beside those of the feed's last good one. To be made before the file is loaded."""

    def __init__(self, job: Session, feed: Feed, export: Export, columns: Columns) -> None:
        self._facts, self._feed, self._columns = job.store.facts, feed, columns
        self._before = self._facts.columns(feed.name) if columns.indexes else ()
        gone = vanished(self._before, columns.indexes)
        self._gone = [name for name in gone if name in feed.aliases and name not in feed.expect.optional]
        self._loose = export.layout.format == "xml"  # a tag that no record of a small file has is not gone
        self._filled = {name: self._facts.filled_count(feed.name, name) for name in self._gone if self._loose}
        self._stored = self._facts.row_count(feed.name) if self._filled else 0
        self._used = used_fields(job.config, feed) if self._gone else frozenset()

    def refusal(self, rows: int) -> str:
        """Why a file of so many rows cannot do without the columns it lacks, or nothing."""
        missed = [name for name in self._gone if name in self._used and self._is_missed(name, rows)]
        return column_refusal(missed, self._feed.aliases)

    def _is_missed(self, name: str, rows: int) -> bool:
        return not self._loose or self._filled[name] * rows >= FEW * self._stored

    @cached_property
    def unneeded(self) -> tuple[str, ...]:
        """Columns that are gone and that nothing needs."""
        return () if self._loose else tuple(name for name in self._gone if name not in self._used)

    def remember(self, *, certain: bool) -> None:
        """The columns are now the feed's. ``certain``: somebody said that this is all of them."""
        before = self._before if self._loose and not certain else ()
        if self._columns.indexes and set(self._before) != {*before, *self._columns.indexes}:
            self._facts.put_columns(self._feed.name, {*before, *self._columns.indexes})


def used_fields(config: Config, feed: Feed) -> frozenset[str]:
    """Fields of a feed on which the CRM depends: what contacts and deals carry, and what routes ask about."""
    about_people = PATIENT_FIELDS if feed.rules.entity is Entity.PATIENT else IDENTITY
    wanted = {*config.fields["contact"], *IDENTITY[:4]}
    routes = [_asked_by(route) for route in config.routes.values() if feed.name in route.feeds]
    used = frozenset(wanted & set(about_people)).union(*routes)
    return used | _parts_of(used)


def _asked_by(route: Route) -> frozenset[str]:
    titled = {name for _text, name, _spec, _conversion in Formatter().parse(route.title) if name}
    asked = {condition.field for condition in route.when}
    return frozenset({*titled, *asked, *route.fields, "status", *filter(None, [route.per])})


def _parts_of(fields: frozenset[str]) -> frozenset[str]:
    parts = {"start_at": ("start_on", "start_time"), "last_name": ("full_name",), "full_name": ("last_name",)}
    parts["sms_name"] = ("full_name", "last_name", "first_name", "patronymic")
    return frozenset(part for field in fields for part in parts.get(field, ()))
