"""Stored rows as reports read them: a year of a large clinic at once, without a look at what no report needs."""

import sqlite3
from collections.abc import Iterator
from typing import Any

SayingRow = tuple[int, str | None, int, int, bytes]
"""Number of the row, whom it speaks of, number of its file, line, and the cells as JSON."""


_MAPPED = 1 << 30
"""Bytes of the store that are read in place; a pass over all rows asks the system 17,000 times otherwise."""


class Sayings:
    """What the rows of feeds say. Reads only."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        db.execute(f"PRAGMA mmap_size = {_MAPPED}")

    def rows(self, feed: str) -> Iterator[SayingRow]:
        """All rows of a feed, in no order."""
        # A pass over the whole table takes a third of the time that jumps by the index do; bytes are not decoded twice.
        sql = "SELECT id, person, file, line, CAST(cells AS BLOB) FROM rows NOT INDEXED"
        number = self.db.execute("SELECT id FROM feeds WHERE name = ?", (feed,)).fetchone()
        return iter(self.db.execute(f"{sql} WHERE feed = ?", number) if number else ())

    def doctors(self, feed: str) -> list[tuple[str, str]]:
        """Every text that rows of a feed have for a doctor or a specialty, with the name of its field."""
        sql = (
            "SELECT DISTINCT one.key, one.value FROM rows JOIN feeds ON feeds.id = feed, json_each(cells) AS one"
            " WHERE name = ? AND one.key IN ('doctor', 'specialty')"
        )
        return self.db.execute(sql, (feed,)).fetchall()

    def cells_of(self, person: str) -> Iterator[tuple[str, bytes]]:
        """Feed and cells (JSON) of every row that speaks of a person."""
        sql = "SELECT feeds.name, CAST(cells AS BLOB) FROM rows JOIN feeds ON feeds.id = feed WHERE person = ?"
        return iter(self.db.execute(sql, (person,)))

    def files(self) -> dict[int, tuple[str, str]]:
        """Name and time stamp (ISO 8601 with offset) of every file that was read, by number."""
        found: list[Any] = self.db.execute("SELECT id, name, modified_at FROM files").fetchall()
        return {number: (name, modified_at) for number, name, modified_at in found}

    def card_numbers(self) -> dict[str, str]:
        """Card numbers of everybody who has one."""
        return dict(self.db.execute("SELECT key, card FROM people WHERE card IS NOT NULL"))
