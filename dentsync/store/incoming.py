"""Rows of one file on their way into the store: what stood there before, and how to give it back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from dentsync.store.facts import APART, Facts, FreshRow

_json = msgspec.json.Encoder()
_cells = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class Earlier:
    """The stored row of a key: of the file numbered ``file``, from its physical ``line``."""

    id: int
    fingerprint: int
    file: int
    line: int
    json: str = field(repr=False)

    @property
    def cells(self) -> Mapping[str, str]:
        """Its cells, verbatim."""
        return _cells.decode(self.json)


class Incoming:
    """The rows of a feed while one file is read. To be used inside the caller's transaction."""

    def __init__(self, facts: Facts, feed: str, file: int) -> None:
        self._facts, self._feed, self._file, self._db = facts, feed, file, facts.db
        self._number = facts.feed_id(feed)
        doubted = self._db.execute("SELECT fingerprint FROM faults WHERE feed = ? AND lost = ?", (self._number, APART))
        self._doubted = {fingerprint for (fingerprint,) in doubted}
        self._last = int(self._db.execute("SELECT coalesce(max(id), 0) FROM rows").fetchone()[0])
        self._keeps = False

    def earlier(self, key: str) -> Earlier | None:
        """What is stored under a key."""
        sql = "SELECT id, fingerprint, file, line, cells FROM rows WHERE feed = ? AND key = ?"
        row = self._db.execute(sql, (self._number, key)).fetchone()
        return Earlier(*row) if row else None

    def put(self, row: FreshRow, before: Earlier | None, *, silent: bool) -> None:
        """Store a row, in the place of what is stored under its key."""
        cells = _json.encode(row.cells).decode()
        if before:
            if before.json != cells and before.file != self._file:
                self._keep(before)
            self._db.execute(
                "UPDATE rows SET fingerprint = ?, cells = ?, file = ?, line = ?, settled = 0, silent = ? WHERE id = ?",
                (row.fingerprint, cells, self._file, row.line, silent, before.id),
            )
            self._facts.drop_faults(self._feed, (before.fingerprint,))
        else:
            self._db.execute(
                "INSERT INTO rows(feed, key, fingerprint, cells, file, line, silent) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (self._number, row.key, row.fingerprint, cells, self._file, row.line, silent),
            )
        if row.fingerprint in self._doubted:
            self._facts.drop_faults(self._feed, (row.fingerprint,))
        if row.faults:
            self._facts.put_faults(self._feed, self._file, row.fingerprint, row.line, row.faults, lost=False)

    def _keep(self, row: Earlier) -> None:
        """Remember a row as it is, until the file was read: not in memory, for every row of a large file may change."""
        if not self._keeps:
            self._db.execute("CREATE TEMP TABLE IF NOT EXISTS replaced AS SELECT * FROM main.rows WHERE 0")
            self._db.execute("DELETE FROM temp.replaced")
            self._keeps = True
        self._db.execute("INSERT INTO temp.replaced SELECT * FROM main.rows WHERE id = ?", (row.id,))

    def take_back(self, row: Earlier) -> bool:
        """Undo what this file made of a row; whether there was anything to undo."""
        if row.id > self._last:
            self._db.execute("DELETE FROM rows WHERE id = ?", (row.id,))
            self._facts.drop_faults(self._feed, (row.fingerprint,))
            return True
        if not self._keeps:
            return False
        sql = "INSERT OR REPLACE INTO rows SELECT * FROM temp.replaced WHERE id = ?"
        return self._db.execute(sql, (row.id,)).rowcount > 0

    def forget_contradictions(self) -> None:
        """Rows that contradicted each other in an earlier file, and are not in this one."""
        sql = "DELETE FROM faults WHERE feed = ? AND lost = ? AND file <> ?"
        self._db.execute(sql, (self._number, APART, self._file))

    def zeros_lost(self) -> Iterator[tuple[int, int]]:
        """New keys of this file that differ from an older one in nothing but zeros at its beginning.

        The line of the new row and the fingerprint of the older one, which may be in the file as well.
        """
        if not self._last:
            return
        new = self._db.execute("SELECT key, line FROM rows WHERE feed = ? AND id > ?", (self._number, self._last))
        sql = "SELECT fingerprint FROM rows WHERE feed = ? AND key IN (?, ?, ?, ?, ?, ?) AND id <= ?"
        for key, line in new.fetchall():
            head, _slash, number = key.rpartition("/")
            if number.isdecimal() and not number.startswith("0"):
                padded = (f"{head}/{'0' * zeros}{number}" for zeros in range(1, 7))
                for (fingerprint,) in self._db.execute(sql, (self._number, *padded, self._last)):
                    yield line, fingerprint
