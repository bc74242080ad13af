"""A run's surroundings: configuration, clock, lock and state store, opened together and closed together."""

import os
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dentsync.config import Config, Retention, digest_of, exposures
from dentsync.config_reader import load
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import Decisions, Record, Reject
from dentsync.runs.lock import locked
from dentsync.store import Store, StoredRow, is_current
from dentsync.store.lineage import Lineage, gone, lineage_of, read_note, sign
from dentsync.store.news import News
from dentsync.transform.version import RULES_VERSION

if TYPE_CHECKING:
    from dentsync.transform.clean import Cleaner

STORE = "dentsync.db"
REMEMBERED = 2_000
"""Records of one run that are kept in memory: what changes in a clinic's day."""


class Cleaners(dict[str, "Cleaner"]):
    """A cleaner for each feed, made when a row of it has to be judged: quiet runs judge none."""

    def __init__(self, config: Config, store: Store) -> None:
        super().__init__()
        self._config, self._store = config, store
        self._decisions: Decisions | None = None  # what people said of names, once it was asked for

    def __missing__(self, feed: str) -> "Cleaner":
        from dentsync.store.decisions import Journal
        from dentsync.transform.clean import Cleaner

        if self._decisions is None:
            self._decisions = Journal(self._store.db).decisions()
        self[feed] = Cleaner(self._config.feeds[feed].rules, self._decisions)
        return self[feed]


@dataclass(frozen=True, slots=True)
class Session:
    """One run: its configuration, its store, and the moment it plans by (aware, in the clinic's zone)."""

    config: Config
    store: Store
    now: datetime
    cleaners: "Cleaners"
    judged: dict[tuple[str, str], Record]  # rows cleaned in this run, by feed and key: not to be cleaned twice
    approved: frozenset[str] = frozenset()  # what a person lets through in this run

    @property
    def rules(self) -> str:
        """What stored rows were last looked at with: configuration and cleaning rules."""
        return digest_of(self.config.digest, RULES_VERSION)

    @property
    def reading(self) -> str:
        """What rows of files are judged with; the same for every CRM whose configuration has the same feeds."""
        return digest_of(dict(self.config.reading), RULES_VERSION)

    @property
    def news(self) -> News:
        """What the CRM of this configuration has yet to hear of."""
        return News(self.store.db, self.config.target)

    @property
    def approvals(self) -> frozenset[str]:
        """What a person has let through, now or before, and is not done yet."""
        return self.approved | self.store.ledger.approved(self.config.target)

    @property
    def masters(self) -> frozenset[str]:
        """Feeds whose word about a patient outweighs the others': those that list everybody."""
        return frozenset(feed.name for feed in self.config.feeds.values() if feed.kind == "snapshot")

    @property
    def is_pruning_due(self) -> bool:
        """Whether something has a time limit and was not asked for it today."""
        limited = self.config.retention != Retention()
        return limited and self.store.facts.pruned_on() != wall_time().date().isoformat()

    def remember(self, record: Record) -> None:
        """Keep a record that was just cleaned, as far as there is room."""
        if len(self.judged) < REMEMBERED:
            self.judged[record.feed, record.key] = record

    def clean(self, row: StoredRow) -> Record | Reject:
        """A stored row as a clean record."""
        record = self.judged.get((row.feed, row.key))
        return record if record and record.origin == row.origin else self.cleaners[row.feed].clean(row.raw)


def wall_time() -> datetime:
    """Real time, whatever ``--now`` says: for journals and the CRM's search lag."""
    return datetime.now(UTC)


def moment(text: str | None, config: Config) -> datetime:
    """``--now`` in the clinic's zone, or the present. Raises ConfigError."""
    if not text:
        return datetime.now(config.zone)
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            _("--now: {text!r} is not a moment; for example 2026-10-05T14:00").format(text=text)
        ) from None
    return given.astimezone(config.zone) if given.tzinfo else given.replace(tzinfo=config.zone)


def _configured(path: Path) -> Config:
    # Whatever is written from here on (store, archive, workbooks, reports) speaks of patients.
    os.umask(0o077)
    return load(path)


@contextmanager
def opened(path: Path, now: str | None, *, warn: bool = True, approved: Collection[str] = ()) -> Iterator[Session]:
    """Load, lock and open, to write; ``warn`` of secrets that lie open. Raises ConfigError, Locked, StoreError."""
    config = _configured(path)
    for exposure in exposures(config) if warn else ():
        click.echo(f"dentsync: {exposure}", err=True)
    with locked(config.state):
        with _session(config, now, approved) as job:
            _sign_first(job)
            yield job
            known = lineage_of(job.store.db)
        _sign(config, known)  # it is on the disk now: the note must not know of more


@contextmanager
def looked_into(path: Path, now: str | None) -> Iterator[Session]:
    """Load and open to read, also while a run is at work: without the lock, once the store has been made."""
    config = _configured(path)
    with ExitStack() as stack:
        current = is_current(config.state / STORE)
        if not current:
            stack.enter_context(locked(config.state))
        job = stack.enter_context(_session(config, now))
        if not current:
            _sign_first(job)
        yield job


@contextmanager
def _session(config: Config, now: str | None, approved: Collection[str] = ()) -> Iterator[Session]:
    at = moment(now, config)
    _check_first(config)
    with Store(config.state / STORE) as store:
        yield Session(config, store, at, Cleaners(config, store), {}, frozenset(approved))


def _check_first(config: Config) -> None:
    """Files were read here before, and there is no store: it is lost, also where nothing beside it says so."""
    path = config.state / STORE
    if config.archive and not path.exists():
        from dentsync.extract.archived import archived

        for trace in archived(config.archive):
            raise gone(path, trace.path)


def _sign_first(job: Session) -> None:
    note = read_note(job.config.state)
    if note is None or not note.id:
        _sign(job.config, lineage_of(job.store.db))


def _sign(config: Config, known: Lineage) -> None:
    with suppress(OSError):  # a full disk must not stop the run that frees it
        sign(config.state, known)
