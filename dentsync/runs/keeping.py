"""Keeping the state: copies made while a run is at work, and proof of what a store holds."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dentsync.config import Config
from dentsync.config_reader import load
from dentsync.errors import ConfigError, StoreError
from dentsync.lang import _
from dentsync.runs.session import STORE
from dentsync.store.copies import Contents, contents_of, copy, opened, problems_of
from dentsync.store.lineage import BACKUPS, check_belongs, gone, traces
from dentsync.store.opening import clear_errors
from dentsync.store.private import make_file, make_folder, sync_file

_NAME = re.compile(r"dentsync-(\d{8}-\d{6})(?:-(\d+))?\.db")
_STALE = 3600
"""Seconds after which a half-made copy is nobody's any more."""


# ── backup ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and read back. ``size`` in bytes; ``dropped``: older ones that went for it."""

    path: Path
    size: int
    contents: Contents
    dropped: int


def backup(config: Path, file: Path | None = None, keep: int | None = None) -> Backup:
    """Copy the store, also while a run is at work. Raises ConfigError, StoreError; then nothing is left of the copy.

    ``file``: where to; nothing is ever overwritten. Without it the copy goes beside the store, under the present time,
    and of those the newest ``keep`` stay (by default as many as ``[retention]`` says).
    """
    os.umask(0o077)
    settings = load(config)
    store = settings.state / STORE
    if not store.exists():
        raise _missing(store)
    target = file or _timed(settings.state / BACKUPS, settings)
    with _appearing(target) as part:
        contents = copy(store, part)
    dropped = 0 if file else _drop_backups(settings.state, keep or settings.retention.backups)
    return Backup(target, target.stat().st_size, contents, dropped)


def _missing(store: Path) -> StoreError:
    for trace in traces(store):
        return gone(store, trace)
    return StoreError(_("{file}: there is no state store yet; the first run makes it").format(file=store))


def _timed(folder: Path, settings: Config) -> Path:
    name = f"dentsync-{stamp(settings)}"
    return free(folder / f"{name}.db", lambda number: folder / f"{name}-{number}.db")


def stamp(settings: Config) -> str:
    """The present time in the clinic's zone, as it stands in names of files; they sort by it."""
    return f"{datetime.now(settings.zone):%Y%m%d-%H%M%S}"


def free(path: Path, other: Callable[[int], Path]) -> Path:
    """A path that is not taken: this one, or the first of the others, numbered from 2."""
    number = 1
    while path.exists():
        number += 1
        path = other(number)
    return path


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A file to write that gets its name only when it is complete. Raises ConfigError, StoreError."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    left = [part.with_name(f"{part.name}{end}") for end in ("", "-journal")]
    try:
        if target.parent.name == BACKUPS:
            make_folder(target.parent)
            _sweep(target.parent)
        if target.exists():
            raise FileExistsError
        make_file(part)
        yield part
        sync_file(part)
        _publish(part, target)
    except FileExistsError:
        raise ConfigError(
            _("{file}: is there already and was not touched; name another one").format(file=target)
        ) from None
    except OSError as error:
        raise StoreError(_("{file}: cannot be written: {reason}").format(file=target, reason=error.strerror)) from None
    finally:
        for path in left:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _publish(part: Path, target: Path) -> None:
    try:
        target.hardlink_to(part)  # unlike renaming, it replaces nothing
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        part.rename(target)
    sync_file(target)


def _sweep(folder: Path) -> None:
    """Half-made copies of killed runs go."""
    for part in folder.glob(".*.db.*.part*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > _STALE:
                part.unlink()


def backups(state: Path) -> list[Path]:
    """Copies beside the store that were given no name of their own, newest first."""
    found = [(match, path) for path in (state / BACKUPS).glob("*.db") if (match := _NAME.fullmatch(path.name))]
    found.sort(key=lambda one: (one[0][1], int(one[0][2] or 1)), reverse=True)
    return [path for _match, path in found]


def _drop_backups(state: Path, keep: int | None) -> int:
    old = backups(state)[keep:] if keep else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


# ── check ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Examined:
    """A store that was looked through. ``contents`` are there when it could be read."""

    path: Path
    problems: list[str]
    contents: Contents | None


def examine(config: Path, file: Path | None = None) -> Examined:
    """Look through a store, the present one by default, also while a run is at work."""
    settings = load(config)
    store = settings.state / STORE
    path = file or store
    if path == store and not store.exists():
        return Examined(path, [str(_missing(store))], None)
    problems = problems_of(path)
    try:
        with clear_errors(path), closing(opened(path)) as db:
            if path == store:
                check_belongs(path, db)
            return Examined(path, problems, contents_of(db))
    except StoreError as error:
        return Examined(path, problems or [str(error)], None)
