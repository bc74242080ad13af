"""What people decided about names: a journal that only grows. The last word about a value or a patient counts."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from dentsync.model import Decision, Decisions, Origin, Verdict
from dentsync.store.facts import APART
from dentsync.store.rejected import JUDGED

_cells = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision as it was made. ``source`` and ``patient`` are hashes, "" is everybody with this value.

    ``book``: the workbook that it was typed into; ``made_at``: ISO 8601 with offset.
    """

    number: int
    source: str
    patient: str
    decision: Decision
    book: str
    made_by: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """Where decisions come from: the book's own name, the SHA-256 of the file, who applied it, and when."""

    book: str
    sha256: str
    user: str
    at: datetime
    rules: int


@dataclass(frozen=True, slots=True)
class LostName:
    """A rejected row whose name a person may have to judge."""

    feed: str
    fingerprint: int
    origin: Origin
    cells: Mapping[str, str] = field(repr=False)


class Journal:
    """Decisions about names. Every method is one statement or runs inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def decisions(self) -> Decisions:
        """What counts now: the last word about each value, and about each single patient who has it."""
        found: dict[str, dict[str, Decision]] = {}
        for entry in self.entries():
            about = found.setdefault(entry.source, {})
            about[entry.patient] = entry.decision
            if entry.decision.verdict == "reopen":
                del about[entry.patient]
        return found

    def entries(self) -> Iterator[Entry]:
        """All decisions, oldest first."""
        sql = "SELECT id, source, patient, verdict, last, first, patronymic, book, made_by, made_at FROM decisions"
        for number, source, patient, verdict, *parts, book, user, at in self.db.execute(f"{sql} ORDER BY id"):
            yield Entry(number, source, patient, Decision(verdict, *parts), book, user, at)

    def newest(self) -> int:
        """The number of the last decision; 0 before there was one."""
        return int(self.db.execute("SELECT coalesce(max(id), 0) FROM decisions").fetchone()[0])

    def put(self, source: str, patient: str, decision: Decision, workbook: Workbook) -> None:
        """Enter a decision."""
        verdict: Verdict = decision.verdict
        self.db.execute(
            "INSERT INTO decisions(source, patient, verdict, last, first, patronymic, book, sha256, made_by, made_at,"
            " rules) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                source, patient, verdict, decision.last, decision.first, decision.patronymic, workbook.book,
                workbook.sha256, workbook.user, workbook.at.isoformat(timespec="seconds"), workbook.rules,
            ),
        )  # fmt: skip

    # ── the rows that decisions are about ──

    def lost(self) -> Iterator[LostName]:
        """Rejected rows with a name that can be judged."""
        sql = (
            "SELECT feeds.name, fingerprint, files.name, sha256, line, name_cells FROM faults"
            " JOIN feeds ON feeds.id = faults.feed JOIN files ON files.id = faults.file"
            " WHERE lost > 0 AND name_cells IS NOT NULL ORDER BY files.id, line"
        )
        for feed, fingerprint, name, sha256, line, cells in self.db.execute(sql).fetchall():
            yield LostName(feed, fingerprint, Origin(name, sha256[:12], line), _cells.decode(cells))

    def wake(self, rows: Iterable[int], lost: Collection[LostName]) -> None:
        """These rows have news: they are planned again, and judged again if they were rejected."""
        self.db.executemany("UPDATE rows SET settled = 0 WHERE id = ?", ((row,) for row in rows))
        # Where the archive is gone, the next file that has the row brings it.
        self.db.executemany(
            "UPDATE faults SET lost = ? WHERE lost = 1 AND fingerprint = ?"
            " AND feed = (SELECT id FROM feeds WHERE name = ?)",
            ((APART, one.fingerprint, one.feed) for one in lost),
        )
        self.db.execute("DELETE FROM meta WHERE name = ?", (JUDGED,))
