"""Where a portal or an account keeps its data: one SQLite file."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FILE = "sandbox.sqlite3"


class Storage:
    """An open SQLite file. Used by one thread at a time; writes become durable at ``commit``."""

    def __init__(self, folder: Path, schema: str) -> None:
        self._schema = schema
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.create_function("fold", 1, lambda text: str(text or "").casefold(), deterministic=True)

    @property
    def is_new(self) -> bool:
        """Nothing was ever stored here."""
        return not self.rows("SELECT 1 FROM sqlite_master LIMIT 1")

    def recreate(self) -> None:
        """Drop everything and make empty tables."""
        names = [name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        gone = [f'DROP TABLE "{name}";' for name in names if not name.startswith("sqlite_")]
        if "sqlite_sequence" in names:
            gone.append("DELETE FROM sqlite_sequence;")
        # In one transaction: sixty tables and indexes are one wait for the disk.
        self._db.executescript(f"BEGIN;{''.join(gone)}{self._schema}COMMIT;")

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._db.execute(sql, tuple(parameters)).fetchall()

    def row(self, sql: str, parameters: Iterable[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, if any."""
        found: tuple[Any, ...] | None = self._db.execute(sql, tuple(parameters)).fetchone()
        return found

    def value(self, sql: str, parameters: Iterable[Any] = ()) -> Any:
        """The first column of the first row, if any."""
        row = self.row(sql, parameters)
        return row[0] if row else None

    def run(self, sql: str, parameters: Iterable[Any] = ()) -> int:
        """Run a write; the id of the row it inserted. Opens the transaction that ``commit`` closes."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        return self._db.execute(sql, tuple(parameters)).lastrowid or 0

    def commit(self) -> None:
        """Make what was written durable."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def rollback(self) -> None:
        """Forget what was written since the last commit."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def close(self) -> None:
        """Commit and let the file go."""
        self.commit()
        self._db.close()
