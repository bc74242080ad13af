"""The SQLite state store: facts read from files, intentions towards the CRM, and what we last left there.

Derived values are never kept: a fixed cleaning rule heals old rows by itself. Hot paths are plain sqlite3, one
transaction each; the schema is made by ``dentsync.store.schema``. Directory 0700, files 0600: it is medical data.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from dentsync.errors import StoreError
from dentsync.lang import _
from dentsync.store.facts import Facts, FaultLine, FileEntry, FreshRow, Person, StoredRow
from dentsync.store.ledger import Ids, Ledger

__all__ = ["Facts", "FaultLine", "FileEntry", "FreshRow", "Ids", "Ledger", "Person", "Store", "StoredRow", "is_current"]

SCHEMA_VERSION = 1
"""How many migrations ``schema`` has; a test keeps the two together."""


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """sqlite3's errors as one line that says what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreError(_("{file}: another program is using the state store").format(file=path)) from None
        raise StoreError(
            _("{file}: {reason}; nothing more was sent, free space or fix rights and run again").format(
                file=path, reason=error
            )
        ) from None
    except sqlite3.DatabaseError as error:
        raise StoreError(
            _("{file}: the state store is damaged ({reason}); restore it from a backup, never delete it").format(
                file=path, reason=error
            )
        ) from None


def is_current(path: Path) -> bool:
    """Whether a store is there and needs no migration."""
    if not path.exists():
        return False
    with _clear_errors(path), closing(sqlite3.connect(path)) as db:
        return bool(db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION)


class Store:
    """The open state store of one clinic. One writer; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _clear_errors(path):
            self._make_private(path)
            self.db = sqlite3.connect(path, isolation_level=None, timeout=5)
            with ExitStack() as unless_opened:
                unless_opened.callback(self.db.close)
                self.db.execute("PRAGMA journal_mode = WAL")
                self.db.execute("PRAGMA synchronous = NORMAL")
                self._migrate()
                self.facts = Facts(self.db)
                self.ledger = Ledger(self.db)
                unless_opened.pop_all()

    @staticmethod
    def _make_private(path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise StoreError(_("{file}: cannot be made: {reason}").format(file=path, reason=error.strerror)) from None

    def _migrate(self) -> None:
        version: int = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise StoreError(
                _("{file}: made by a newer dentsync; update dentsync on this machine").format(file=self.path)
            )
        if version < SCHEMA_VERSION:
            from dentsync.store.schema import migrate

            migrate(self.db, version)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.db.close()
        # Most writing is in transactions; a single statement meets the full disk as well.
        if error is not None and type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError):
            with _clear_errors(self.path):
                raise error

    # ── transactions ──

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another transaction it is a part of that one, and can still fail alone."""
        if self.db.in_transaction:
            with self._savepoint():
                yield
            return
        with _clear_errors(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        self.db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO part")
            self.db.execute("RELEASE part")
            raise
        self.db.execute("RELEASE part")

    @contextmanager
    def durably(self) -> Iterator[None]:
        """Transactions inside are on the disk when they end: an intention must outlive a power cut."""
        self.db.execute("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            self.db.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Everything inside is forgotten at the end: how a dry run leaves no trace."""
        with _clear_errors(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                self.db.execute("ROLLBACK")

    def mark(self) -> str:
        """Where the state stands: a plan made at one mark may be applied only at the same one."""
        row = self.db.execute(
            "SELECT (SELECT value FROM meta WHERE name = 'lineage'),"
            " (SELECT coalesce(max(id), 0) FROM files), (SELECT coalesce(max(id), 0) FROM journal)"
        ).fetchone()
        return f"{row[0][:8]}-{row[1]}-{row[2]}"
