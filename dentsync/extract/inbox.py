"""The folder that the MIS drops its files into: what is there, what is whole, and where it goes afterwards."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from dentsync.errors import ConfigError, SourceError
from dentsync.extract.files import readable
from dentsync.lang import _

_UNFINISHED = (".tmp", ".part", ".crdownload")
_HIDDEN = (".", "~$")


@dataclass(frozen=True, slots=True)
class Found:
    """An export file in the inbox, as it was when the inbox was read. ``mtime_ns`` is since the epoch."""

    path: Path
    feed: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """``found``: export files, oldest first. ``skipped``: hidden and unfinished ones. ``unknown``: of no feed."""

    found: tuple[Found, ...]
    skipped: tuple[Path, ...]
    unknown: tuple[Path, ...]


def scan(inbox: Path, patterns: Mapping[str, str]) -> Inbox:
    """Which file belongs to which feed. ``patterns``: feed -> ``reminders_*.csv``, or ``north/reminders_*.csv``.

    Letter case does not matter, and ``*`` does not cross folders; only folders that a pattern names are looked into.
    Raises ``ConfigError`` for a file that two feeds claim, and when there is no inbox.
    """
    if not inbox.is_dir():
        raise ConfigError(_("{inbox}: no such folder; create it, or correct the inbox").format(inbox=inbox))
    found: list[Found] = []
    skipped: list[Path] = []
    unknown: list[Path] = []
    for path in _files(inbox, {pattern.count("/") for pattern in patterns.values()}):
        name = path.name.casefold()
        feed = None if name.startswith(_HIDDEN) or name.endswith(_UNFINISHED) else _feed_of(path, inbox, patterns)
        if feed:
            found.extend(_seen(path, feed))
        else:
            (unknown if feed == "" else skipped).append(path)
    found.sort(key=lambda file: (file.mtime_ns, file.path))
    return Inbox(tuple(found), tuple(skipped), tuple(unknown))


def _files(inbox: Path, depths: set[int]) -> Iterator[Path]:
    with readable(inbox):
        for depth in sorted(depths):
            yield from sorted(path for path in inbox.glob("*/" * depth + "*") if path.is_file())


def _feed_of(path: Path, inbox: Path, patterns: Mapping[str, str]) -> str:
    """The feed that claims a file, or an empty string."""
    parts = path.relative_to(inbox).parts
    feeds = [feed for feed, pattern in patterns.items() if _matches(parts, pattern)]
    if len(feeds) > 1:
        text = _("{file}: matches the files of two feeds, {first} and {second}; make feeds.{second}.files narrower")
        raise ConfigError(text.format(file=path.name, first=feeds[0], second=feeds[1]))
    return next(iter(feeds), "")


def _matches(parts: tuple[str, ...], pattern: str) -> bool:
    wanted = pattern.casefold().split("/")
    return len(parts) == len(wanted) and all(
        fnmatchcase(part.casefold(), piece) for part, piece in zip(parts, wanted, strict=True)
    )


def _seen(path: Path, feed: str) -> Iterator[Found]:
    """The file with its size and time; nothing if it went away meanwhile."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return
    yield Found(path, feed, stat.st_size, stat.st_mtime_ns)


def is_settled(found: Found, settle_seconds: float, now: float) -> bool:
    """Whether nobody seems to be writing the file any more: unchanged since the scan, and not touched lately.

    ``now`` is in epoch seconds. A time in the future (the MIS has another clock) counts by its distance.
    """
    aged = abs(now - found.mtime_ns / 1e9) >= settle_seconds
    return aged and _same(found)


def _same(found: Found) -> bool:
    return any(found == seen for seen in _seen(found.path, found.feed))


def sha256_of(found: Found) -> str:
    """SHA-256 of the file, in hex. Raises ``SourceError`` if it is not, or does not stay, what was scanned."""
    with readable(found.path), found.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not _same(found):
        text = _("{file}: is still being written; the next run takes it")
        raise SourceError(text.format(file=found.path.name))
    return digest


def archive(found: Found, archive_dir: Path, sha256: str, now: datetime) -> Path:
    """Move a file that was read to ``archive_dir/YYYY-MM-DD/feed/<sha8>_name`` (the day of ``now``); its new path.

    Overwrites nothing: a name that is taken gets a number. On another file system the copy is compared and made
    durable before the original goes. Raises ``SourceError`` for a file that is not the one that was scanned (it was
    written anew: the next run takes it), and when it cannot be moved.
    """
    if not _same(found):
        text = _("{file}: was written anew while it was processed; it stays, and the next run takes it")
        raise SourceError(text.format(file=found.path.name))
    folder = archive_dir / f"{now:%Y-%m-%d}" / found.feed
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = _reserve(folder, f"{sha256[:8]}_{found.path.name}")
        _move(found.path, target, sha256)
        with suppress(OSError):  # the MIS's own file: the folder keeps others out
            target.chmod(0o600)
    except OSError as error:
        text = _("{file}: cannot be moved to the archive {folder}: {reason}; check the rights and the free space")
        raise SourceError(text.format(file=found.path.name, folder=folder, reason=error.strerror or error)) from None
    return target


def _reserve(folder: Path, name: str) -> Path:
    """An empty file of its own, which nobody else can take: renaming onto it overwrites nothing."""
    number = 1
    while True:
        target = folder / (name if number == 1 else f"{number}_{name}")
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            return target


def _move(source: Path, target: Path, sha256: str) -> None:
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            # A network drive may have moved the file and lost the answer: then the only copy is at the target.
            if source.exists():
                target.unlink()
            raise
        _copy(source, target, sha256)
        source.unlink()


def _copy(source: Path, target: Path, sha256: str) -> None:
    """Copy to another file system, durably, and believe only what can be read back."""
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copy2(source, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise OSError(errno.EIO, "the copy differs")
        part.replace(target)
        _sync_folder(target.parent)
    except OSError:
        part.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
