"""Retention: what speaks of patients goes when it has served: in the store, in the archive, among the copies."""

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from dentsync.config import Config
from dentsync.errors import StoreError
from dentsync.extract.archived import archived, days
from dentsync.lang import _
from dentsync.runs.keeping import backups
from dentsync.runs.session import STORE, Session, opened, wall_time
from dentsync.store.lineage import ASIDE, BACKUPS
from dentsync.store.pruning import Forgotten, Limits, forget_old, squeeze

_ASIDE = re.compile(rf"{re.escape(STORE + ASIDE)}(\d{{8}})-\d{{6}}(-\d+)?(-wal|-shm)?")
_HALF_MADE = timedelta(days=1)
"""After so long a file that was never finished is nobody's any more."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went, or would go: lines of the store and files. ``before`` and ``after``: the store's size in bytes."""

    store: Forgotten
    archived: int
    backups: int
    aside: int
    before: int
    after: int


def prune(config: Path, *, rehearse: bool = False) -> Pruned:
    """Forget what is older than ``[retention]`` says, and write the store anew. ``rehearse`` only counts.

    Raises ConfigError, Locked, StoreError.
    """
    with opened(config, None) as job:
        path = job.store.path
        before = path.stat().st_size
        if rehearse:
            with job.store.rehearsal():
                forgotten = _forgotten(job)
        else:
            forgotten = _forget(job)
            squeeze(job.store.db, job.config.state)
        files = _Files(job.config, wall_time(), remove=not rehearse)
        return Pruned(forgotten, files.archived(), files.backups(), files.aside(), before, path.stat().st_size)


def prune_daily(job: Session) -> None:
    """The same once a day at the end of ``sync``, without writing the store anew: what is deleted there is zeros."""
    try:
        _forget(job)
        files = _Files(job.config, wall_time(), remove=True)
        for remove in (files.archived, files.backups, files.aside):
            remove()
    except StoreError as error:  # the run itself went well
        click.echo(f"dentsync: {error}", err=True)


def _forget(job: Session) -> Forgotten:
    with job.store.transaction():
        job.store.facts.put_pruned_on(wall_time().date())
        return _forgotten(job)


def _forgotten(job: Session) -> Forgotten:
    keep, now = job.config.retention, wall_time()
    limits = Limits(**{name: _before(now, getattr(keep, name)) for name in ("journal", "runs", "rejects")})
    passing = [feed.name for feed in job.config.feeds.values() if feed.kind != "snapshot"]
    return forget_old(job.store.db, limits, passing)


def _before(now: datetime, span: timedelta | None) -> datetime | None:
    return now - span if span else None


class _Files:
    """Files that have served. Each method says how many there are, and removes them if it is to."""

    def __init__(self, config: Config, now: datetime, *, remove: bool) -> None:
        self.config, self.remove = config, remove
        self.now = now.astimezone(config.zone)

    def archived(self) -> int:
        """Exports that were read; days of the archive that are empty then go, too."""
        folder, span = self.config.archive, self.config.retention.archive
        if not (folder and span):
            return 0
        first = (self.now - span).date()
        count = self._removed(file.path for file in archived(folder) if file.day < first)
        for day in days(folder) if self.remove else ():
            if date.fromisoformat(day.name) < first:
                _remove_if_empty(day)
        return count

    def backups(self) -> int:
        """Copies beyond the number to keep, and what was never finished."""
        folder, keep = self.config.state, self.config.retention.backups
        before = self.now.timestamp() - _HALF_MADE.total_seconds()
        self._removed(path for path in _parts(folder) if _written_at(path) < before)
        return self._removed(backups(folder)[keep:] if keep else ())

    def aside(self) -> int:
        """Stores that were set aside: kept as long as the files that were read into them."""
        span = self.config.retention.archive
        return self._removed(path for path in self.config.state.iterdir() if span and self._is_old(path, span))

    def _is_old(self, path: Path, span: timedelta) -> bool:
        match = _ASIDE.fullmatch(path.name)
        return match is not None and match[1] < f"{self.now - span:%Y%m%d}"

    def _removed(self, paths: Iterable[Path]) -> int:
        found = list(paths)
        for path in found if self.remove else ():
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                line = _("{file}: cannot be deleted: {reason}; correct the rights of its folder")
                raise StoreError(line.format(file=path, reason=error.strerror)) from None
        return len(found)


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # a copy that was just finished
        return math.inf


def _parts(folder: Path) -> Iterator[Path]:
    for pattern in ("*.part", ".*.part*", f"{BACKUPS}/.*.part*"):
        yield from folder.glob(pattern)


def _remove_if_empty(day: Path) -> None:
    """Whatever else somebody keeps there stays."""
    for folder in (*day.iterdir(), day):
        with suppress(OSError):
            folder.rmdir()
