"""Before a store is opened: what lies there is looked at, and SQLite's errors become one line each."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dentsync.errors import StoreError
from dentsync.lang import _
from dentsync.store.lineage import check_first
from dentsync.store.private import close_file, make_file, make_folder

_MAGIC = b"SQLite format 3\x00"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_MACHINE = {
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """sqlite3's errors as one line that says what to do; what only a bug can cause is left as it is."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise (_clear(path, error) or error) from None


def _clear(path: Path, error: sqlite3.DatabaseError) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # text that is no UTF-8 has no code
    if code in _BUSY:
        return StoreError(_("{file}: another program is using the state store").format(file=path))
    if code in _MACHINE:
        line = _("{file}: {reason}; nothing more was sent, free space or fix rights and run again")
    elif code in _DAMAGED or str(error).startswith("no such table"):
        line = _("{file}: the state store is damaged ({reason}); bring it back: dentsync state restore")
    else:
        return None
    return StoreError(line.format(file=path, reason=error))


def make_ready(path: Path, *, anew: bool) -> None:
    """The file is there, private, and no ruin; a new one is made only where there was none. Raises StoreError."""
    try:
        if path.exists() and path.stat().st_size:
            check_head(path)
        elif not anew:
            check_first(path)
        make_folder(path.parent)
        try:
            make_file(path)
        except FileExistsError:
            close_file(path)
    except OSError as error:
        raise StoreError(_("{file}: cannot be made: {reason}").format(file=path, reason=error.strerror)) from None


def check_head(path: Path) -> None:
    """Refuse what is no database at all, or one that was cut off inside a page. Raises StoreError, OSError."""
    with path.open("rb") as file:
        head = file.read(18)
    if not head.startswith(_MAGIC):
        raise StoreError(_("{file}: is no state store; bring it back: dentsync state restore").format(file=path))
    # A power cut may leave a torn page; then the -wal file still has the whole one.
    wal = path.with_name(f"{path.name}-wal")
    page = max(int.from_bytes(head[16:18], "big"), 2)
    if path.stat().st_size % page and not (wal.exists() and wal.stat().st_size):
        line = _("{file}: the state store is damaged ({reason}); bring it back: dentsync state restore")
        raise StoreError(line.format(file=path, reason=_("its end is missing")))
