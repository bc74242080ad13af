"""The SQLite state store: facts read from files, intentions towards the CRM, and what we last left there.

Derived values are never kept: a fixed cleaning rule heals old rows by itself. Hot paths are plain sqlite3, one
transaction each; the schema is made by ``dentsync.store.schema``. Directory 0700, files 0600: it is medical data.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from dentsync.errors import StoreError
from dentsync.lang import _
from dentsync.store.facts import Facts, FaultLine, FileEntry, FreshRow, Person, StoredRow
from dentsync.store.ledger import Ids, Ledger
from dentsync.store.lineage import check_belongs, check_blank, check_first
from dentsync.store.opening import clear_errors, make_ready

__all__ = [
    "Facts", "FaultLine", "FileEntry", "FreshRow", "Ids", "Ledger", "Person", "Store", "StoredRow", "is_current",
]  # fmt: skip

SCHEMA_VERSION = 6
"""How many migrations ``schema`` has; a test keeps the two together."""


def is_current(path: Path) -> bool:
    """Whether a store is there and needs no migration."""
    if not path.exists():
        return False
    with clear_errors(path), closing(sqlite3.connect(path)) as db:
        return bool(db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION)


class Store:
    """The open state store of one clinic. One writer; use it as a context manager.

    Where one vanished, or another one lies, it is refused; ``anew`` is a person's word that there is none to miss.
    """

    def __init__(self, path: Path, *, anew: bool = False) -> None:
        self.path = path
        with clear_errors(path):
            make_ready(path, anew=anew)
            self.db = sqlite3.connect(path, isolation_level=None, timeout=5)
            with ExitStack() as unless_opened:
                unless_opened.callback(self.db.close)
                self._migrate(anew)
                if not anew:
                    check_belongs(path, self.db)
                self.facts = Facts(self.db)
                self.ledger = Ledger(self.db)
                unless_opened.pop_all()

    def _migrate(self, anew: bool) -> None:
        version: int = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise StoreError(
                _("{file}: made by a newer dentsync; update dentsync on this machine").format(file=self.path)
            )
        if version == 0:
            check_blank(self.path, self.db)
            if not anew:  # a run was killed while it made the store, or what was in it is lost
                check_first(self.path)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("PRAGMA secure_delete = ON")  # what is deleted or replaced is zeros in the file
        if version < SCHEMA_VERSION:
            from dentsync.store.schema import migrate

            migrate(self.db, version)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.db.close()
        # Most writing is in transactions; a single statement meets the full disk as well.
        if error is not None and type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError):
            with clear_errors(self.path):
                raise error

    # ── transactions ──

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another transaction it is a part of that one, and can still fail alone."""
        if self.db.in_transaction:
            with self._savepoint():
                yield
            return
        with clear_errors(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                self._roll_back("ROLLBACK")
                raise

    def _roll_back(self, *steps: str) -> None:
        """A commit that fails may leave the transaction open; a full disk may have ended it before we do."""
        for step in steps if self.db.in_transaction else ():
            self.db.execute(step)

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        self.db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._roll_back("ROLLBACK TO part", "RELEASE part")
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
        with clear_errors(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                self._roll_back("ROLLBACK")

    def mark(self, target: str) -> str:
        """Where the state stands: a plan for a CRM made at one mark may be applied only at the same one."""
        row = self.db.execute(
            "SELECT (SELECT value FROM meta WHERE name = 'lineage'), (SELECT coalesce(max(id), 0) FROM files),"
            " (SELECT coalesce(max(id), 0) FROM journal WHERE target = ?),"
            " (SELECT coalesce(max(id), 0) FROM decisions)",
            (target,),
        ).fetchone()
        return f"{row[0][:8]}-{row[1]}-{row[2]}-{row[3]}"
