"""Facts: files read, their rows verbatim, faults, and who is who."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from dentsync.model import Fault, Origin, RawRecord

_json = msgspec.json.Encoder()
_cells = msgspec.json.Decoder(dict[str, str])

APART = 2
"""``lost`` of a row that contradicts another one: in a file without that other it is judged again. Otherwise 0 or 1."""
RESTORED = "restored"
"""In ``meta``: since when the store knows only a part of what was left in the CRM (ISO 8601 with offset)."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of a feed as it was read: mapped cells, verbatim."""

    id: int
    feed: str
    key: str
    origin: Origin
    cells: Mapping[str, str] = field(repr=False)
    person: str | None = None
    silent: bool = False
    left: str | None = None  # whose it was, where a CRM may still show it there

    @property
    def raw(self) -> RawRecord:
        """As the reader gave it."""
        return RawRecord(self.feed, self.origin, self.cells)


@dataclass(frozen=True, slots=True)
class FreshRow:
    """A row that is new or changed, about to be stored."""

    key: str
    fingerprint: int
    line: int
    cells: Mapping[str, str] = field(repr=False)
    faults: tuple[Fault, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One line of the ledger of files read. Counts are rows; times are ISO 8601 with offset."""

    feed: str
    sha256: str
    name: str
    size: int
    modified_at: str
    read_at: str
    read: int = 0
    loaded: int = 0
    rejected: int = 0
    ignored: int = 0
    fresh: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A stored fault list: of a rejected row (``lost``) or of single fields of a loaded one."""

    feed: str
    origin: Origin
    lost: bool
    faults: tuple[Fault, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the store knows: the key of the contact, the folded name, the card if there is one."""

    key: str
    name_key: str = field(repr=False)
    card: str | None = None


class Facts:
    """What the files said. Every method is one statement or runs inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self._feeds: dict[str, int] = dict(db.execute("SELECT name, id FROM feeds"))

    # ── files ──

    def feed_id(self, name: str) -> int:
        """The number of a feed, given on first use."""
        if name not in self._feeds:
            cursor = self.db.execute("INSERT INTO feeds(name) VALUES (?)", (name,))
            self._feeds[name] = int(cursor.lastrowid or 0)
        return self._feeds[name]

    def seen(self, feed: str, sha256: str, *, last: bool) -> bool:
        """Whether this very file was read before, or (``last``) is the one that was read last."""
        newest = " AND id = (SELECT max(id) FROM files WHERE feed = ?1)" if last else ""
        sql = f"SELECT 1 FROM files WHERE feed = ?1 AND sha256 = ?2{newest}"  # noqa: S608
        return self.db.execute(sql, (self.feed_id(feed), sha256)).fetchone() is not None

    def last_counts(self, feed: str, last: int = 5) -> list[tuple[int | None, int | None]]:
        """Rows of data and rejected rows of the feed's last good files, newest first."""
        sql = "SELECT loaded + rejected, rejected FROM files WHERE feed = ? ORDER BY id DESC LIMIT ?"
        return self.db.execute(sql, (self.feed_id(feed), last)).fetchall()

    def columns(self, feed: str) -> tuple[str, ...]:
        """Fields whose columns the feed's last good file had; nothing before there was one."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (f"columns {feed}",)).fetchone()
        return tuple(row[0].split()) if row else ()

    def put_columns(self, feed: str, fields: Iterable[str]) -> None:
        """The fields whose columns the feed's last good file had."""
        row = (f"columns {feed}", " ".join(sorted(fields)))
        self.db.execute("INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)", row)

    def layout(self, feed: str) -> dict[str, str]:
        """What the feed's last good file was like, and before that; nothing before there was one."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (f"layout {feed}",)).fetchone()
        return _cells.decode(row[0]) if row else {}

    def put_layout(self, feed: str, layout: Mapping[str, str]) -> None:
        """What the feed's last good file was like."""
        row = (f"layout {feed}", _json.encode(layout).decode())
        self.db.execute("INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)", row)

    def newest(self, feed: str) -> datetime | None:
        """When the newest file that was read of a feed was written."""
        row = self.db.execute("SELECT max(modified_at) FROM files WHERE feed = ?", (self._feeds.get(feed),)).fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def open_file(self, entry: FileEntry) -> int:
        """Enter a file into the ledger; its counts are filled in by ``close_file``."""
        sql = "INSERT INTO files(feed, sha256, name, size, modified_at, read_at) VALUES (?, ?, ?, ?, ?, ?)"
        values = (self.feed_id(entry.feed), entry.sha256, entry.name, entry.size, entry.modified_at, entry.read_at)
        return int(self.db.execute(sql, values).lastrowid or 0)

    def close_file(self, file: int, entry: FileEntry) -> None:
        """Write the counts of a file that was read to its end."""
        self.db.execute(
            "UPDATE files SET read = ?, loaded = ?, rejected = ?, ignored = ?, fresh = ?, missing = ? WHERE id = ?",
            (entry.read, entry.loaded, entry.rejected, entry.ignored, entry.fresh, entry.missing, file),
        )

    def last_files(self) -> list[FileEntry]:
        """The newest ledger line of every feed."""
        sql = (
            "SELECT feeds.name, sha256, files.name, size, modified_at, read_at, read, loaded, rejected, ignored, fresh,"
            " missing FROM files JOIN feeds ON feeds.id = files.feed"
            " WHERE files.id IN (SELECT max(id) FROM files GROUP BY feed) ORDER BY feeds.id"
        )
        return [FileEntry(*row) for row in self.db.execute(sql)]

    # ── rows ──

    def known(self, feed: str) -> Iterator[int]:
        """Fingerprints of all rows of the feed, rejected ones too, unless that was for the sake of other rows."""
        sql = "SELECT fingerprint FROM rows WHERE feed = ?1 UNION ALL SELECT fingerprint FROM faults"
        rows = self.db.execute(sql + " WHERE feed = ?1 AND lost = 1", (self.feed_id(feed),))
        return (fingerprint for (fingerprint,) in rows)

    def put_faults(
        self,
        feed: str,
        file: int,
        fingerprint: int,
        line: int,
        faults: Sequence[Fault],
        *,
        lost: bool | int,
        cells: Mapping[str, str] | None = None,
    ) -> None:
        """Store why a row, or some of its fields, could not be used. ``lost``: see ``APART``.

        ``cells``: of a rejected row whose name a person may judge, those of the name and those that say whose it is.
        """
        self.db.execute(
            "INSERT OR REPLACE INTO faults(feed, fingerprint, file, line, lost, faults, name_cells)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                self.feed_id(feed), fingerprint, file, line, lost, _json.encode(faults).decode(),
                _json.encode(cells).decode() if cells else None,
            ),
        )  # fmt: skip

    def lost_among(self, feed: str) -> set[int]:
        """Fingerprints of rejected rows."""
        sql = "SELECT fingerprint FROM faults WHERE feed = ? AND lost = 1"
        return {row[0] for row in self.db.execute(sql, (self.feed_id(feed),))}

    def fault_counts(self, feed: str) -> dict[str, int]:
        """In how many loaded rows each field had a fault."""
        sql = (
            "SELECT json_extract(one.value, '$.field') AS field, count(DISTINCT fingerprint)"
            " FROM faults, json_each(faults.faults) AS one WHERE feed = ? AND lost = 0 GROUP BY field"
        )
        return dict(self.db.execute(sql, (self.feed_id(feed),)).fetchall())

    def row_count(self, feed: str) -> int:
        """How many rows of the feed are stored."""
        sql = "SELECT count(*) FROM rows WHERE feed = ?"
        return int(self.db.execute(sql, (self.feed_id(feed),)).fetchone()[0])

    def filled_count(self, feed: str, field: str) -> int:
        """How many stored rows of the feed have a text in this column."""
        sql = "SELECT count(*) FROM rows WHERE feed = ? AND json_extract(cells, '$.' || ?) > ''"
        return int(self.db.execute(sql, (self.feed_id(feed), field)).fetchone()[0])

    def drop_faults(self, feed: str, fingerprints: Iterable[int]) -> None:
        """Forget the faults of rows that are gone from their snapshot or were replaced."""
        sql = "DELETE FROM faults WHERE feed = ? AND fingerprint = ?"
        self.db.executemany(sql, ((self.feed_id(feed), fingerprint) for fingerprint in fingerprints))

    def unfingerprinted(self, feed: str, fingerprints: Collection[int]) -> set[int]:
        """Those of the fingerprints that no stored row of the feed has any more (its row was changed)."""
        sql = "SELECT 1 FROM rows WHERE feed = ? AND fingerprint = ?"
        number = self.feed_id(feed)
        return {f for f in fingerprints if self.db.execute(sql, (number, f)).fetchone() is None}

    def faults(self) -> list[FaultLine]:
        """All stored faults, in the order of feeds, files and lines."""
        sql = (
            "SELECT feeds.name, files.name, files.sha256, line, lost, faults FROM faults"
            " JOIN feeds ON feeds.id = faults.feed JOIN files ON files.id = faults.file"
            " ORDER BY feeds.id, files.id, line"
        )
        decode = msgspec.json.Decoder(tuple[Fault, ...]).decode
        return [
            FaultLine(feed, Origin(name, sha[:12], line), bool(lost), decode(faults))
            for feed, name, sha, line, lost, faults in self.db.execute(sql)
        ]

    ROW = (
        "SELECT rows.id, feeds.name, rows.key, files.name, files.sha256, line, cells, person, silent, left FROM rows"
        " JOIN feeds ON feeds.id = rows.feed JOIN files ON files.id = rows.file "
    )

    @staticmethod
    def row_of(row: tuple[Any, ...]) -> StoredRow:
        number, feed, key, name, sha, line, cells, person, silent, left = row
        return StoredRow(
            number, feed, key, Origin(name, sha[:12], line), _cells.decode(cells), person, bool(silent), left
        )  # fmt: skip

    def rows_of(self, person: str) -> list[StoredRow]:
        """All rows that speak of a person, in the order they were read."""
        return [self.row_of(r) for r in self.db.execute(self.ROW + "WHERE person = ? ORDER BY file, line", (person,))]

    def rows_in(self, feeds: Iterable[str]) -> Iterator[StoredRow]:
        """All rows of the feeds, in the order they were read."""
        numbers = ", ".join(str(self._feeds[feed]) for feed in feeds if feed in self._feeds)
        sql = f"{self.ROW} WHERE rows.feed IN ({numbers}) ORDER BY file, line"
        return map(self.row_of, self.db.execute(sql))

    def pruned_on(self) -> str:
        """The day (ISO 8601) on which what has served was last forgotten, or empty."""
        row = self.db.execute("SELECT value FROM meta WHERE name = 'pruned_on'").fetchone()
        return row[0] if row else ""

    def restored_at(self) -> str:
        """Since when (ISO 8601 with offset) the store knows only a part of what was done; empty: it knows all."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (RESTORED,)).fetchone()
        return row[0] if row else ""

    def put_pruned_on(self, day: date) -> None:
        """What has served was forgotten today."""
        self.db.execute("INSERT OR REPLACE INTO meta(name, value) VALUES ('pruned_on', ?)", (day.isoformat(),))

    # ── people ──

    def person_of(self, key: str) -> Person | None:
        """Who is meant by a patient key, if that was ever decided."""
        sql = "SELECT people.key, name_key, card FROM people JOIN aliases ON person = people.key WHERE aliases.key = ?"
        row = self.db.execute(sql, (key,)).fetchone()
        return Person(*row) if row else None

    def is_orphan(self, key: str, person: str) -> bool:
        """Whether a contact under this key may be this person's, under a name that a restored store has forgotten."""
        sql = "SELECT 1 FROM meta WHERE name = ? AND NOT EXISTS (SELECT 1 FROM aliases WHERE key = ? AND person <> ?)"
        return self.db.execute(sql, (RESTORED, key, person)).fetchone() is not None

    def people_with_card(self, card: str) -> list[Person]:
        """Everybody whose card has this number, in whatever branch."""
        sql = "SELECT key, name_key, card FROM people WHERE card = ?"
        return [Person(*row) for row in self.db.execute(sql, (card,))]

    def people_with(self, phones: Iterable[str]) -> list[Person]:
        """Everybody who has one of the phones."""
        found = {}
        sql = "SELECT people.key, name_key, card FROM phones JOIN people ON person = people.key WHERE phone = ?"
        for phone in phones:
            for row in self.db.execute(sql, (phone,)):
                found[row[0]] = Person(*row)
        return list(found.values())

    def is_crowded(self, phone: str, least: int) -> bool:
        """Whether so many people, or more, have this number."""
        sql = "SELECT count(*) FROM (SELECT 1 FROM phones WHERE phone = ? LIMIT ?)"
        return int(self.db.execute(sql, (phone, least)).fetchone()[0]) >= least

    def crowds(self, least: int) -> list[tuple[str, int]]:
        """Numbers that so many people have, or more, with how many; the most common first."""
        sql = "SELECT phone, count(*) FROM phones GROUP BY phone HAVING count(*) >= ? ORDER BY 2 DESC, phone"
        return [(str(phone), int(count)) for phone, count in self.db.execute(sql, (least,))]

    def put_person(self, person: Person, alias: str, phones: Iterable[str], *, names: bool) -> None:
        """Store a decision: this key means this person, who has these phones. ``names``: the row may rename them."""
        self.db.execute(
            "INSERT INTO people(key, name_key, card) VALUES (?1, ?2, ?3) ON CONFLICT(key) DO UPDATE"
            " SET name_key = iif(?4, excluded.name_key, name_key), card = coalesce(card, excluded.card)",
            (person.key, person.name_key, person.card, names),
        )
        self.db.execute("INSERT OR IGNORE INTO aliases(key, person) VALUES (?, ?)", (alias, person.key))
        self.put_phones(person.key, phones)

    def put_phones(self, person: str, phones: Iterable[str]) -> None:
        """This person has these phones, too."""
        rows = ((phone, person) for phone in phones)
        self.db.executemany("INSERT OR IGNORE INTO phones(phone, person) VALUES (?, ?)", rows)

    def set_person(self, row: int, person: str) -> None:
        """This row speaks of that person."""
        self.db.execute("UPDATE rows SET person = ? WHERE id = ?", (person, row))
