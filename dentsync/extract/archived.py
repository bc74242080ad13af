"""The archive as ``inbox.archive`` fills it: ``YYYY-MM-DD/feed/<sha8>_name``. What else lies there is not ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_NAME = re.compile(r"(?:\d+_)?([0-9a-f]{8})_(.+)")


@dataclass(frozen=True, slots=True)
class Archived:
    """A file that was read. ``sha8``: the beginning of its SHA-256; ``name``: what it was called in the inbox."""

    path: Path
    day: date
    feed: str
    sha8: str
    name: str


def archived(folder: Path) -> Iterator[Archived]:
    """All files of the archive, by day. Links are not followed."""
    for day in days(folder):
        for path in sorted(day.glob("*/*")):
            match = _NAME.fullmatch(path.name)
            if match and path.is_file() and not (path.is_symlink() or path.parent.is_symlink()):
                yield Archived(path, date.fromisoformat(day.name), path.parent.name, match[1], match[2])


def days(folder: Path) -> list[Path]:
    """The folders of the archive, oldest first."""
    found = folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]")
    return sorted(path for path in found if _is_day(path.name) and path.is_dir() and not path.is_symlink())


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False
