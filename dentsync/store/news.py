"""What a CRM has yet to hear of: rows that were read, changed or woken by the clock and are not carried out there.

One store may serve several CRMs. Each has a bit in ``rows.settled``: a row that is stored anew has none of them, and
is news for all.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from dentsync.store.facts import Facts, StoredRow

_TARGETS = "targets"
"""In ``meta``: the CRMs this store has served, in the order of their bits."""


class News:
    """Rows with news for one CRM. Every method is one statement or runs inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection, target: str) -> None:
        self._db, self._target = db, target

    def rows(self, now: datetime) -> Iterator[StoredRow]:
        """Rows with news, in the order they were read."""
        sql = f"{Facts.ROW}WHERE {self._unsettled} ORDER BY rows.file, rows.line"
        return map(Facts.row_of, self._db.execute(sql, (_text(now),)).fetchall())

    def count(self, now: datetime) -> int:
        """How many rows have news."""
        sql = f"SELECT count(*) FROM rows WHERE {self._unsettled}"  # noqa: S608
        return int(self._db.execute(sql, (_text(now),)).fetchone()[0])

    def is_any(self, now: datetime, rules: str) -> bool:
        """Whether there is anything to plan: rows with news, or rules that no row was looked at with for this CRM."""
        return self.count(now) > 0 or self._meta(self._rules) != rules

    def heal(self, rules: str, now: datetime) -> None:
        """If the rules have changed since the last look, every row is looked at again; what wakes is news for all."""
        if self._target not in self._targets:
            self._put_meta(_TARGETS, " ".join((*self._targets, self._target)))
        if self._meta(self._rules) != rules:
            self._put_meta(self._rules, rules)
            self._db.execute("UPDATE rows SET settled = settled & ~?1 WHERE settled & ?1", (self._bit,))
        self._db.execute("UPDATE rows SET settled = 0, wake_at = NULL WHERE wake_at <= ?", (_text(now),))

    def settle(self, rows: Iterable[tuple[int, str | None]]) -> None:
        """These rows are carried out; each with the moment (ISO 8601, UTC) the clock will give it news again.

        The earliest moment of all CRMs counts: whoever has nothing to do then looks for nothing.
        """
        sql = (
            "UPDATE rows SET settled = settled | ?1, left = iif(settled | ?1 = ?2, NULL, left), wake_at ="
            " iif(settled & ~?1, min(coalesce(wake_at, ?3), coalesce(?3, wake_at)), ?3) WHERE id = ?4"
        )
        self._db.executemany(sql, ((self._bit, self._all, wake_at, number) for number, wake_at in rows))

    def move(self, row: int, person: str) -> None:
        """A settled row turned out to be somebody else's; another CRM has yet to take it from whose it was."""
        sql = "UPDATE rows SET left = iif(settled = ?, NULL, coalesce(left, person)), person = ? WHERE id = ?"
        self._db.execute(sql, (self._all, person, row))

    # ── bits ──

    @property
    def _targets(self) -> list[str]:
        return self._meta(_TARGETS).split()

    @property
    def _bit(self) -> int:
        """Of a CRM that was never served no row has the bit that it would get."""
        targets = self._targets
        return 1 << (targets.index(self._target) if self._target in targets else len(targets))

    @property
    def _all(self) -> int:
        return (1 << len(self._targets)) - 1

    @property
    def _unsettled(self) -> str:
        # By value, not by bit: then it is found in the index.
        values = (str(value) for value in range(self._all + 1) if not value & self._bit)
        return f"(settled IN ({', '.join(values)}) OR wake_at <= ?)"

    # ── meta ──

    @property
    def _rules(self) -> str:
        return f"rules {self._target}"

    def _meta(self, name: str) -> str:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def _put_meta(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)", (name, value))


def _text(now: datetime) -> str:
    return now.astimezone(UTC).isoformat()
