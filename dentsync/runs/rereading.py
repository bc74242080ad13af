"""After the store went back in time: files that it does not know are laid into the inbox again."""

import shutil
from collections import defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dentsync.config import Config, Feed
from dentsync.extract.archived import Archived, archived
from dentsync.store.copies import opened

_MARGIN = timedelta(days=1)
"""Folders of the archive are named by the clinic's day, runs by the moment they began."""


@dataclass(frozen=True, slots=True)
class Reread:
    """``back``: files that are in the inbox again. ``late``: files of appended feeds that are too old for it; a person
    decides about them. Lists that newer ones replaced are of no use and in neither.
    """

    back: tuple[Archived, ...] = ()
    late: tuple[Archived, ...] = ()


def put_back(config: Config, store: Path, since: str, now: datetime) -> Reread:
    """Lay files that were read after ``since`` (ISO 8601, or empty: whenever) into the inbox again, as they were."""
    back: list[Archived] = []
    late: list[Archived] = []
    for name, files in _unknown(config, store, since).items():
        feed = config.feeds[name]
        for file in files if feed.kind == "append" else files[-1:]:
            if _is_late(file, feed, now):
                late += [file] if feed.kind == "append" else []
            elif _moved(file, config.inbox / Path(feed.files).parent / file.name):
                back.append(file)
    return Reread(tuple(back), tuple(late))


def _unknown(config: Config, store: Path, since: str) -> dict[str, list[Archived]]:
    """By feed, oldest first."""
    with closing(opened(store)) as db:
        known = set(db.execute("SELECT feeds.name, substr(sha256, 1, 8) FROM files JOIN feeds ON feeds.id = feed"))
    first = (datetime.fromisoformat(since).astimezone(config.zone) - _MARGIN).date() if since else None
    found: dict[str, list[Archived]] = defaultdict(list)
    for file in archived(config.archive) if config.archive else ():
        if file.feed in config.feeds and (file.feed, file.sha8) not in known and (not first or file.day >= first):
            found[file.feed] += [file] if _is_whole(file) else []
    return {feed: sorted(files, key=_age) for feed, files in found.items() if files}


def _is_whole(file: Archived) -> bool:
    """A run that was killed while it moved a file leaves an empty one, or a part."""
    return file.path.stat().st_size > 0 and file.path.suffix != ".part"


def _age(file: Archived) -> tuple[float, float]:
    """When the MIS wrote it, and of files of one moment when it was put into the archive (epoch seconds)."""
    stat = file.path.stat()
    return stat.st_mtime, stat.st_ctime


def _is_late(file: Archived, feed: Feed, now: datetime) -> bool:
    limit = feed.expect.max_age_hours
    return limit is not None and now.timestamp() - _age(file)[0] > limit * 3600


def _moved(file: Archived, target: Path) -> bool:
    """Whether it lies there now; what the MIS has dropped meanwhile under this name stays."""
    if target.exists():
        return False
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file.path, target)
        return True
    return False
