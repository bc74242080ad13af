"""Rows and fields that could not be used, for the day when the configuration or the rules change."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from dentsync.model import Fault, Origin
from dentsync.store.facts import StoredRow

_faults = msgspec.json.Decoder(tuple[Fault, ...])
_cells = msgspec.json.Decoder(dict[str, str])

JUDGED = "judged"
"""In ``meta``: the rules that rejected rows were last judged with."""


@dataclass(frozen=True, slots=True)
class LostRows:
    """The rejected rows of one file that was read, by their physical lines."""

    file: int
    feed: str
    sha256: str
    name: str
    lines: frozenset[int]


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A stored row of which some fields could not be read, and why."""

    fingerprint: int
    row: StoredRow
    faults: tuple[Fault, ...]


class Rejected:
    """What could not be used. Every method is one statement or runs inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def judged_with(self) -> str:
        """The rules that rejected rows were last judged with; empty before they ever were."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (JUDGED,)).fetchone()
        return row[0] if row else ""

    def put_judged_with(self, rules: str) -> None:
        """Rejected rows are judged with these rules now."""
        self.db.execute("INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)", (JUDGED, rules))

    def lost(self) -> list[LostRows]:
        """All files with rejected rows, oldest first."""
        sql = (
            "SELECT files.id, feeds.name, files.sha256, files.name, line FROM faults"
            " JOIN feeds ON feeds.id = faults.feed JOIN files ON files.id = faults.file"
            " WHERE lost > 0 ORDER BY files.id"
        )
        lines: dict[tuple[int, str, str, str], set[int]] = defaultdict(set)
        for *file, line in self.db.execute(sql):
            lines[tuple(file)].add(line)
        return [LostRows(*file, frozenset(found)) for file, found in lines.items()]

    def was_read(self, feed: str, sha256: str) -> bool:
        """Whether this very file was read. Writes nothing, also where the feed is new to the store."""
        sql = "SELECT 1 FROM files JOIN feeds ON feeds.id = files.feed WHERE feeds.name = ? AND sha256 = ?"
        return self.db.execute(sql, (feed, sha256)).fetchone() is not None

    def drop_lost(self, file: int) -> None:
        """Forget why rows of this file were rejected: they are about to be judged again."""
        self.db.execute("DELETE FROM faults WHERE file = ? AND lost > 0", (file,))

    def loaded_lines(self, file: int) -> set[int]:
        """Lines of this file whose rows are stored."""
        return {line for (line,) in self.db.execute("SELECT line FROM rows WHERE file = ?", (file,))}

    def faulty(self) -> Iterator[FaultyRow]:
        """Stored rows of which some fields could not be read."""
        sql = (
            "SELECT faults.fingerprint, faults.faults, rows.id, feeds.name, rows.key, files.name, files.sha256,"
            " rows.line, cells FROM faults"
            " JOIN rows ON rows.feed = faults.feed AND rows.fingerprint = faults.fingerprint"
            " JOIN feeds ON feeds.id = rows.feed JOIN files ON files.id = rows.file WHERE lost = 0"
        )
        for fingerprint, faults, number, feed, key, name, sha256, line, cells in self.db.execute(sql).fetchall():
            row = StoredRow(number, feed, key, Origin(name, sha256[:12], line), _cells.decode(cells))
            yield FaultyRow(fingerprint, row, _faults.decode(faults))

    def put_faults(self, faulty: FaultyRow, faults: Sequence[Fault]) -> None:
        """Of this row these fields cannot be read, now."""
        key = (faulty.row.feed, faulty.fingerprint)
        if faults:
            sql = (
                "UPDATE faults SET faults = ?3"
                " WHERE feed = (SELECT id FROM feeds WHERE name = ?1) AND fingerprint = ?2 AND lost = 0"
            )
            self.db.execute(sql, (*key, msgspec.json.encode(faults).decode()))
        else:
            sql = (
                "DELETE FROM faults WHERE feed = (SELECT id FROM feeds WHERE name = ?) AND fingerprint = ? AND lost = 0"
            )
            self.db.execute(sql, key)
