"""Which store belongs in a state directory: a note beside it, so that one that vanished is never made anew.

An empty store looks like a clinic's first evening. Where ``lineage.json``, a backup or a store that was set aside says
that there was one, only a person decides: ``dentsync state restore`` or ``dentsync state new``.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from dentsync.errors import StoreError
from dentsync.lang import _
from dentsync.store.private import write_file

NOTE = "lineage.json"
BACKUPS = "backups"
ASIDE = ".before-"
"""In the names of stores that were set aside."""


class Lineage(msgspec.Struct, frozen=True):
    """``id`` of the store that belongs here, the last ``run`` that it knew when it was closed, and the ids of stores
    that were here before it, newest first. A note that cannot be read has no id.
    """

    id: str = ""
    run: int = 0
    before: tuple[str, ...] = ()

    @property
    def family(self) -> tuple[str, ...]:
        """Stores of this clinic's history."""
        return tuple(one for one in (self.id, *self.before) if one)


def read_note(folder: Path) -> Lineage | None:
    """What the note says; None where there is none."""
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=Lineage)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        return Lineage()


def write_note(folder: Path, note: Lineage) -> None:
    """Raises OSError."""
    write_file(folder / NOTE, msgspec.json.encode(note))


def lineage_of(db: sqlite3.Connection) -> Lineage:
    """What a store says of itself, without its history."""
    row = db.execute("SELECT value, (SELECT max(id) FROM runs) FROM meta WHERE name = 'lineage'").fetchone()
    return Lineage(row[0], row[1] or 0) if row else Lineage()


def sign(folder: Path, it: Lineage) -> None:
    """This store is the one that belongs here; said by who writes. Raises OSError."""
    note = read_note(folder) or Lineage()
    now = Lineage(it.id, it.run, note.before if it.id == note.id else note.family)
    if now != note:
        write_note(folder, now)


def check_belongs(path: Path, db: sqlite3.Connection) -> None:
    """Refuse a store that is not the one that was used here last, or an older copy of it. Raises StoreError."""
    note, it = read_note(path.parent), lineage_of(db)
    if not it.id:
        raise no_store(path)
    if note is None or not note.id:
        return
    if it.id != note.id:
        line = _("{file}: is not the state store that belongs here; if it should be: dentsync state restore {file}")
        raise StoreError(line.format(file=path))
    if it.run < note.run:
        line = _(
            "{file}: is older than the last run here (a copy, or its -wal file is missing); to go on with it: "
            "dentsync state restore {file}"
        )
        raise StoreError(line.format(file=path))


def check_blank(path: Path, db: sqlite3.Connection) -> None:
    """Refuse to make a store in somebody else's database. Raises StoreError."""
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise no_store(path)


def no_store(path: Path) -> StoreError:
    """A database, but not ours."""
    return StoreError(_("{file}: is no state store; bring it back: dentsync state restore").format(file=path))


def traces(path: Path) -> Iterator[Path]:
    """What says that there was a store in this place."""
    folder = path.parent
    if (folder / NOTE).exists():
        yield folder / NOTE
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size:
        yield wal
    yield from folder.glob(f"{path.name}{ASIDE}*")
    yield from (folder / BACKUPS).glob("*.db")


def check_first(path: Path) -> None:
    """Refuse to make a store where one vanished. Raises StoreError."""
    for trace in traces(path):
        raise gone(path, trace)


def gone(path: Path, trace: Path) -> StoreError:
    """There was a store, and now there is none."""
    line = _(
        "{file}: the state store is gone or empty, but there was one (see {trace}); bring it back: dentsync state "
        "restore, or begin anew: dentsync state new"
    )
    return StoreError(line.format(file=path, trace=trace))
