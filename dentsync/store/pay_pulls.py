"""What portals said of months of work: versions side by side, the newest of which counts."""

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from dentsync.model import PortalAnswer

_answers = msgspec.json.Decoder(list[PortalAnswer])


@dataclass(frozen=True, slots=True)
class Pulled:
    """One version of a month. ``month``: YYYY-MM. ``at``: aware, when the portal was asked last and said this."""

    month: str
    version: int
    at: datetime
    answers: tuple[PortalAnswer, ...]


class PayPulls:
    """Pulled months. Every method is one statement or runs inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def newest(self, month: str) -> Pulled | None:
        """The last version of a month."""
        row = self.db.execute(
            "SELECT version, pulled_at, answers FROM pay_pulls WHERE month = ? ORDER BY version DESC LIMIT 1", (month,)
        ).fetchone()
        return Pulled(month, row[0], datetime.fromisoformat(row[1]), (*_answers.decode(row[2]),)) if row else None

    def put(self, month: str, answers: Sequence[PortalAnswer], at: datetime) -> Pulled:
        """Keep what was said: as a new version, unless it is word for word the last one, which then is of ``at``."""
        text = msgspec.json.encode(answers, order="deterministic")
        digest = hashlib.sha256(text).hexdigest()
        last = self.db.execute(
            "SELECT version, sha256 FROM pay_pulls WHERE month = ? ORDER BY version DESC LIMIT 1", (month,)
        ).fetchone()
        version, moment = (last[0] if last else 0), at.isoformat(timespec="seconds")
        if last and last[1] == digest:
            self.db.execute(
                "UPDATE pay_pulls SET pulled_at = ? WHERE month = ? AND version = ?", (moment, month, version)
            )
        else:
            version += 1
            self.db.execute(
                "INSERT INTO pay_pulls(month, version, pulled_at, sha256, answers) VALUES (?, ?, ?, ?, ?)",
                (month, version, moment, digest, text.decode()),
            )
        return Pulled(month, version, at, (*answers,))
