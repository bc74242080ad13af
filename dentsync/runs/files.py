"""What reading is asked for, and what became of each file."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

State = Literal["read", "seen", "writing", "refused", "failed", "unknown"]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. ``read = loaded + rejected + ignored``; ``fresh`` of the loaded are new or changed."""

    feed: str
    name: str
    state: State
    message: str = ""
    read: int = 0
    loaded: int = 0
    rejected: int = 0
    ignored: int = 0
    fresh: int = 0
    missing: int = 0
    unknown: tuple[str, ...] = ()  # columns that no field took
    vanished: tuple[str, ...] = ()  # fields whose column earlier files had, and that nothing needs
    remarks: tuple[str, ...] = ()  # what people should know of it, a line each

    @property
    def shown(self) -> str:
        """The name, where it may be kept: a file of no feed is named by a person, and may be named after a patient."""
        suffix = PurePath(self.name).suffix
        return self.name if self.feed else "*" + (suffix if suffix.isascii() and len(suffix) <= 5 else "")

    @property
    def said(self) -> str:
        """Name and message, the name once."""
        return self.message if self.message.startswith(self.name) else f"{self.shown} {self.message}"


@dataclass(frozen=True, slots=True)
class Request:
    """What to read: files found in the inbox for these feeds, or given ones; and how."""

    feeds: Collection[str] = ()
    approved: Collection[str] = ()
    rehearse: bool = False
    progress: Progress | None = None
