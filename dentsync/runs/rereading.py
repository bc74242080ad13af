"""After the store went back in time: files that it does not know are laid into the inbox again."""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dentsync.config import Config, Feed
from dentsync.store.copies import opened

_ARCHIVED = re.compile(r"(?:\d+_)?([0-9a-f]{8})_(.+)")
_MARGIN = timedelta(days=1)
"""Folders of the archive are named by the clinic's day, runs by the moment they began."""


@dataclass(frozen=True, slots=True)
class Archived:
    """A file of the archive that the store does not know: of which feed, and what the MIS called it."""

    path: Path
    feed: str
    name: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Reread:
    """``back``: names of files that are in the inbox again. ``late``: files of appended feeds that are too old for it;
    a person decides about them. Lists that newer ones replaced are of no use and in neither.
    """

    back: tuple[str, ...] = ()
    late: tuple[Archived, ...] = ()


def put_back(config: Config, store: Path, since: str, now: datetime) -> Reread:
    """Lay files that were read after ``since`` (ISO 8601, or empty: whenever) into the inbox again, as they were."""
    back: list[str] = []
    late: list[Archived] = []
    for feed, files in _unknown(config, store, since).items():
        settings = config.feeds[feed]
        for file in files if settings.kind == "append" else files[-1:]:
            if _is_late(file, settings, now):
                late += [file] if settings.kind == "append" else []
            elif _moved(file, config.inbox / Path(settings.files).parent / file.name):
                back.append(file.name)
    return Reread(tuple(back), tuple(late))


def _unknown(config: Config, store: Path, since: str) -> dict[str, list[Archived]]:
    """By feed, oldest first."""
    with closing(opened(store)) as db:
        known = set(db.execute("SELECT feeds.name, substr(sha256, 1, 8) FROM files JOIN feeds ON feeds.id = feed"))
    first = f"{datetime.fromisoformat(since).astimezone(config.zone) - _MARGIN:%Y-%m-%d}" if since else ""
    found: dict[str, list[Archived]] = defaultdict(list)
    for path, sha8, name in _archived(config, first):
        feed = path.parent.name
        if feed in config.feeds and (feed, sha8) not in known:
            modified_at = datetime.fromtimestamp(path.stat().st_mtime, config.zone)
            found[feed].append(Archived(path, feed, name, modified_at))
    return {feed: sorted(files, key=lambda file: file.modified_at) for feed, files in found.items()}


def _archived(config: Config, first: str) -> Iterator[tuple[Path, str, str]]:
    for path in config.archive.glob("????-??-??/*/*") if config.archive else ():
        match = _ARCHIVED.fullmatch(path.name)
        if match and path.parts[-3] >= first and not path.is_symlink():
            yield path, match[1], match[2]


def _is_late(file: Archived, feed: Feed, now: datetime) -> bool:
    limit = feed.expect.max_age_hours
    return limit is not None and now - file.modified_at > timedelta(hours=limit)


def _moved(file: Archived, target: Path) -> bool:
    """Whether it lies there now; what the MIS has dropped meanwhile under this name stays."""
    if target.exists():
        return False
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file.path, target)
        return True
    return False
