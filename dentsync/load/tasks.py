"""What tasks need in every CRM: the mark by which one is found again, and when a day is due."""

import base64
import hashlib
import re
from datetime import datetime, time
from zoneinfo import ZoneInfo

from dentsync.load.values import moment_of

_MARK = re.compile(r"\s*\[ds:[a-z2-7]{6}\]")

DAY_ENDS = time(23, 59)
"""When a task is due that has a day and no hour: so the CRMs' own are."""


def mark_of(originator: str, key: str) -> str:
    """What stands at the end of a task's text: short, the same for ever, and saying nothing of whom the key names.

    ``originator``: whose tasks they are, where several dentsync write to one CRM.
    """
    digest = hashlib.blake2b(f"{originator}:{key}".encode(), digest_size=5).digest()
    return f"[ds:{base64.b32encode(digest).decode().lower()[:6]}]"


def marks_in(text: str) -> list[str]:
    """All marks of a text."""
    return [mark.strip() for mark in _MARK.findall(text)]


def without_marks(text: str) -> str:
    """The text that people wrote, or the MIS."""
    return _MARK.sub("", text).strip()


def due_at(deadline: str, clinic: ZoneInfo, days: ZoneInfo) -> datetime:
    """When a task is due: a moment, or the end of a day in the zone ``days``. A text without offset is the clinic's."""
    at = moment_of(deadline, clinic)
    return datetime.combine(at.date(), DAY_ENDS, days) if at.time() == time() else at


def deadline_of(due: datetime, clinic: ZoneInfo, days: ZoneInfo) -> str:
    """The way back: ISO in the clinic's zone; what is due at the end of a day is due on that day."""
    at = due.astimezone(days)
    if (at.hour, at.minute) == (DAY_ENDS.hour, DAY_ENDS.minute):
        return datetime.combine(at.date(), time(), clinic).isoformat()
    return at.astimezone(clinic).isoformat()
