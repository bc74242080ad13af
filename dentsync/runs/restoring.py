"""The way back on a bad morning: a copy takes the store's place, and by it nothing is created twice."""

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dentsync.config import Config
from dentsync.config_reader import load
from dentsync.errors import StoreError
from dentsync.lang import _
from dentsync.load.targets import SEARCH_LAG
from dentsync.model import Kind
from dentsync.runs.keeping import backups, free, stamp
from dentsync.runs.lock import locked
from dentsync.runs.rereading import Reread, put_back
from dentsync.runs.session import STORE, moment, wall_time
from dentsync.store import Store
from dentsync.store.copies import Contents, contents_of, copy, opened, problems_of
from dentsync.store.lineage import ASIDE, NOTE, Lineage, lineage_of, read_note, sign, write_note
from dentsync.store.pay import PayJournal
from dentsync.store.private import make_file, sync_file
from dentsync.store.restoring import continues, doubt, keep_ledger, mark_restored, renew

_ALWAYS: Mapping[Kind, tuple[str, ...]] = {
    "contact": ("last_name", "first_name", "patronymic", "phones"),
    "deal": ("title",),
}
"""Fields that are written without being configured."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. ``aside``: the store that was there.
    ``closed``: months whose pay is closed in the copy. ``doubted``: items whose contents are not known any more;
    None where the ledger of the store that was there is kept.
    """

    source: Path
    contents: Contents
    aside: Path | None
    doubted: int | None
    reread: Reread
    closed: tuple[str, ...] = ()


def restore(
    config: Path, file: Path | None, *, now: str | None = None, lineage: str = "", as_was: bool = False,
    wait: Callable[[int], None],
) -> Restored:  # fmt: skip
    """Put a copy in the store's place. Raises ConfigError, Locked, StoreError; then the store is as it was.

    ``file``: the newest backup by default. ``lineage``: a person's word that a copy of another lineage is this
    clinic's. ``as_was``: the ledger goes back, too. ``wait`` is told the seconds until the CRM shows all it was sent.
    """
    os.umask(0o077)
    settings = load(config)
    store, at = settings.state / STORE, moment(now, settings)
    with locked(settings.state), _writing(store):
        source = file or _newest(settings.state)
        contents = _proven(source)
        family = _family(settings.state, source, contents, lineage)
        patience = _patience(settings, source)
        keep = not as_was and not (store.exists() and source.samefile(store))
        with _made(store) as part:
            copy(source, part)
            doubted = _brought_up(settings, part, store, keep=keep)
            sync_file(part)
            aside = set_aside(store, settings)
            part.rename(store)
        sync_file(store)
        _sign(store, (contents.lineage.id, *family))
        reread, closed = put_back(settings, store, contents.last_at, at), _closed(store)
        if doubted is not None and patience > 0:
            wait(math.ceil(patience))
            time.sleep(patience)
    return Restored(source, contents, aside, doubted, reread, closed)


def begin_anew(config: Path) -> Path | None:
    """An empty store in the place of the present one, which is set aside. Raises ConfigError, Locked, StoreError."""
    os.umask(0o077)
    settings = load(config)
    store = settings.state / STORE
    with locked(settings.state), _writing(store):
        aside = set_aside(store, settings)
        with Store(store, anew=True) as new:
            mark_restored(new.db, wall_time())
            sign(settings.state, lineage_of(new.db))
    return aside


@contextmanager
def _writing(store: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        line = _("{file}: cannot be written: {reason}")
        raise StoreError(line.format(file=store.parent, reason=error.strerror)) from None


def _newest(state: Path) -> Path:
    for path in backups(state):
        return path
    raise StoreError(_("{folder}: there is no backup; name one: dentsync state restore FILE").format(folder=state))


def _proven(source: Path) -> Contents:
    for problem in problems_of(source):
        raise StoreError(problem)
    with closing(opened(source)) as db:
        return contents_of(db)


def _family(state: Path, source: Path, contents: Contents, word: str) -> tuple[str, ...]:
    """Lineages of this clinic's history. Another clinic's store must not get in by mistake."""
    family = (read_note(state) or Lineage()).family
    name = contents.lineage.id[:8]
    if family and contents.lineage.id not in family and word != name:
        line = _(
            "{file}: is a copy of another store, perhaps another clinic's; if it is this one's: "
            "dentsync state restore {file} --lineage {name}"
        )
        raise StoreError(line.format(file=source, name=name))
    return family


def _patience(settings: Config, source: Path) -> float:
    """Seconds until every CRM of this store shows the last thing that may have been created in it.

    Later than any file here, nothing was.
    """
    with closing(opened(source)) as db:
        served = {target for (target,) in db.execute("SELECT DISTINCT target FROM items")}
    lags = [lag for target, lag in SEARCH_LAG.items() if target in {settings.target, *served}]
    lag = max(lags).total_seconds() / settings.speed
    signs = [settings.state / name for name in (STORE, f"{STORE}-wal", NOTE)]
    seen = [path.stat().st_mtime for path in signs if path.exists()]
    return lag - (time.time() - max(seen)) if seen else lag


@contextmanager
def _made(store: Path) -> Iterator[Path]:
    """A file beside the store to be made into one; nothing of it is left behind."""
    part = store.with_name(f".{store.name}.part")
    left = [part.with_name(f"{part.name}{end}") for end in ("", "-journal", "-wal", "-shm")]
    for path in left:
        path.unlink(missing_ok=True)
    make_file(part)
    try:
        yield part
    finally:
        for path in left:
            path.unlink(missing_ok=True)


def _brought_up(settings: Config, part: Path, store: Path, *, keep: bool) -> int | None:
    """Make the copy fit for today; how many items it has to doubt, or None where it knows all that was done."""
    doubted = None
    if keep and continues(store, part):
        keep_ledger(part, store)
    else:
        fields = {kind: {*names, *settings.fields[kind]} for kind, names in _ALWAYS.items()}
        doubted = doubt(part, fields, wall_time())
    renew(part)
    return doubted


def set_aside(store: Path, settings: Config) -> Path | None:
    """Give the present store another name, with all that belongs to it; nothing if there is none."""
    name = f"{store.name}{ASIDE}{stamp(settings)}"
    aside = free(store.with_name(name), lambda number: store.with_name(f"{name}-{number}"))
    moved = None
    # The store goes first: without its -wal it would be an older one, while a store that is missing is missed.
    for end in ("", "-wal", "-shm"):
        path = store.with_name(f"{store.name}{end}")
        if path.exists():
            path.rename(aside.with_name(f"{aside.name}{end}"))
            moved = aside
    return moved


def _closed(store: Path) -> tuple[str, ...]:
    with closing(opened(store)) as db:
        is_there = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'pay_versions'").fetchone()  # in no older copy
        return PayJournal(db).closed() if is_there else ()


def _sign(store: Path, family: tuple[str, ...]) -> None:
    with closing(opened(store)) as db:
        it = lineage_of(db)
    write_note(store.parent, Lineage(it.id, it.run, tuple(dict.fromkeys(family))))
