"""A clinic whose first export was carried out: by dentsync itself, against a CRM that says yes to everything.

The rows go through reading, planning and pushing as they do in a real run, but in slices, so that a million of them fit
into memory. ``tests/test_benchmarks.py`` compares what is left in the store with what a run against the sandbox leaves.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count as count_from
from pathlib import Path
from typing import Any

from benchmarks import data
from benchmarks.measure import WEBHOOK
from dentsync.config import preset_text
from dentsync.load.target import Checked, Clock, Ended, Needs, Patience, Reading, Sending, Step, TargetSettings
from dentsync.load.targets import TARGETS
from dentsync.model import Kind, Operation, Outcome, Plain, Result
from dentsync.runs.crm import clock_of
from dentsync.runs.files import Request
from dentsync.runs.intake import read_inbox
from dentsync.runs.planning import make_plan
from dentsync.runs.pushing import Pusher
from dentsync.runs.session import Session, opened, wall_time

SLICE = 20_000
CHUNK = 1_000
_SHARES = (("stage  ", "50%"), ("field  ", "30%"), ("cleared", "10%"))
NOWHERE = "http://127.0.0.1:9/rest/1/none/"


def configuration(*changes: tuple[str, str]) -> str:
    """The preset's configuration; read files stay in the inbox, and no limit of a plan is in the way."""
    text = preset_text("helix-bitrix24")
    for old, new in (
        ('archive = "archive"', 'archive = ""'),
        ("settle_seconds = 10", "settle_seconds = 0"),
        ('updates = "30%"', 'updates = "100%"'),
        ('moves   = "30%"', 'moves   = "100%"'),
        ("creates = 500", "creates = 1000000"),
        *((f'{name} = "{share}"', f'{name} = "100%"') for name, share in _SHARES),
        *changes,
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text


def founded(folder: Path, *changes: tuple[str, str]) -> Path:
    """A new clinic with an empty inbox; its configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    config = folder / "config.toml"
    config.write_text(configuration(*changes), encoding="utf-8")
    return config


def after_first(folder: Path, count: int, rows: Callable[[int], Iterable[str]] = data.first) -> Path:
    """A clinic that has carried out its first export of ``count`` patients; its configuration. The inbox is empty.

    What an earlier call left in the folder is used again if the rows are the same and would be judged the same way.
    """
    config, ready = folder / "config.toml", folder / "ready"
    if not ready.exists() or ready.read_text() != _made_of(count) or not _is_current(config):
        founded(folder)
        export = data.write(folder / "inbox" / "patients_1.csv", rows(count))
        _carry_out(config)
        export.rename(folder / "patients_1.csv")
        ready.write_text(_made_of(count))
    return config


def copied(source: Path, folder: Path) -> Path:
    """Another clinic in the same state; its configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    return folder / "config.toml"


def _made_of(count: int) -> str:
    return f"{count} rows of {hashlib.sha256(Path(data.__file__).read_bytes()).hexdigest()}"


def _is_current(config: Path) -> bool:
    if config.read_text("utf-8") != configuration():
        return False
    with opened(config, data.NOW) as job:
        return not job.news.is_any(job.now, job.rules)


def _carry_out(config: Path) -> None:
    with _obliging(), opened(config, data.NOW) as job:
        run = job.store.ledger.start_run("sync", wall_time(), job.now)
        read_inbox(job, Request())
        for _slice in _slices(job):
            _push(job, run)
        job.store.ledger.finish_run(run, wall_time(), 0, {})
        assert not job.news.is_any(job.now, job.rules)


def _slices(job: Session) -> Iterator[None]:
    """Let a part of the rows have news at a time: planning holds what it plans in memory."""
    db = job.store.db
    job.news.heal(job.rules, job.now)
    last = db.execute("SELECT coalesce(max(id), 0) FROM rows").fetchone()[0]
    db.execute("UPDATE rows SET settled = 1")
    for start in range(0, last, SLICE):
        db.execute("UPDATE rows SET settled = 0 WHERE id > ? AND id <= ?", (start, start + SLICE))
        yield


def _push(job: Session, run: int) -> None:
    with job.store.transaction():
        work = make_plan(job, mark=job.store.mark(job.config.target))
    pushed = Pusher(job, Patience(clock_of(job.config))).push(run, work.plan)
    assert not pushed.error
    assert not pushed.undone
    with job.store.transaction():
        job.news.settle((row, work.wakes.get(row)) for row in work.rows)


# ── the CRM ──


@contextmanager
def _obliging() -> Iterator[None]:
    """Put the obliging CRM in the place of Bitrix24."""
    before, secret = TARGETS["bitrix24"], os.environ.get(WEBHOOK, "")
    numbers = count_from(1)
    TARGETS["bitrix24"] = lambda settings, clock: Obliging(settings, clock, numbers)
    os.environ[WEBHOOK] = NOWHERE
    try:
        yield
    finally:
        TARGETS["bitrix24"], os.environ[WEBHOOK] = before, secret


class Obliging:
    """A CRM that is empty, never refuses, and gives out ids in order."""

    search_lag = timedelta()
    requests = 0

    def __init__(self, _settings: TargetSettings, _clock: Clock, numbers: Iterator[int]) -> None:
        self._numbers = numbers

    def check(self) -> Checked:
        return Checked({})

    def read(self, _needs: Needs) -> Reading:
        return Reading()

    def carry_out(
        self, operations: Sequence[Operation], _ids: Mapping[str, int], _patience: Patience
    ) -> Iterator[Step]:
        for start in range(0, len(operations), CHUNK):
            sent = tuple(operations[start : start + CHUNK])
            yield Sending(sent)
            yield Ended(tuple(Outcome(one, Result.APPLIED, one.crm_id or next(self._numbers)) for one in sent))

    def as_read(self, _kind: Kind, fields: Mapping[str, Plain]) -> Mapping[str, Plain]:
        return fields

    def pace(self) -> Mapping[str, Any]:
        return {}
