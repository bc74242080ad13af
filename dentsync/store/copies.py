"""Copies of the store: made while a run writes, proven before they are trusted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import get_args
from urllib.parse import quote

from dentsync.errors import StoreError
from dentsync.lang import _
from dentsync.model import Kind
from dentsync.store import SCHEMA_VERSION
from dentsync.store.lineage import Lineage, lineage_of
from dentsync.store.opening import check_head, clear_errors

_FINDINGS = 5
"""So many findings of SQLite's own check are shown: a torn file has thousands."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds: counts. ``last_at`` is the moment its last run planned by (ISO 8601 with offset), or empty;
    ``open`` are intentions whose end is not known.
    """

    lineage: Lineage
    last_at: str
    files: int
    rows: int
    contacts: int
    deals: int
    journal: int
    open: int


_COUNTS = """
SELECT coalesce((SELECT now FROM runs ORDER BY id DESC LIMIT 1), ''),
    (SELECT count(*) FROM files), (SELECT count(*) FROM rows),
    (SELECT count(*) FROM items WHERE kind = 'contact'), (SELECT count(*) FROM items WHERE kind = 'deal'),
    (SELECT count(*) FROM journal), (SELECT count(*) FROM journal WHERE result IS NULL OR result = 'unknown')
"""


def opened(path: Path) -> sqlite3.Connection:
    """A store to read, exactly as it lies there: neither made nor migrated. Raises sqlite3.Error."""
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None, timeout=5)


def contents_of(db: sqlite3.Connection) -> Contents:
    """What an open store holds."""
    return Contents(lineage_of(db), *db.execute(_COUNTS).fetchone())


def copy(source: Path, target: Path) -> Contents:
    """Copy a store as it is at one moment, also while a run writes to it; what was deleted is not carried along.

    ``target`` is there and empty. Returns what the copy holds, read back from it. Raises StoreError.
    """
    with clear_errors(source), closing(opened(source)) as db:
        before = contents_of(db)
        with clear_errors(target):
            db.execute("VACUUM INTO ?", (str(target),))
        after = contents_of(db)
    for problem in problems_of(target, called=source):
        raise StoreError(problem)
    with closing(opened(target)) as db:
        found = contents_of(db)
    if not (before.journal <= found.journal <= after.journal and before.files <= found.files <= after.files):
        raise StoreError(_("{file}: the copy does not hold what the store held; make it again").format(file=target))
    return found


# ── proving ───────────────────────────────────────────────────────────────────────────────────


def problems_of(path: Path, *, called: Path | None = None) -> list[str]:
    """What is wrong with a store, a line each; nothing for a good one. An older version of it is not wrong.

    ``called``: the name to use for it, where it is somebody's copy.
    """
    name = called or path
    try:
        check_head(path)
        with clear_errors(path), closing(opened(path)) as db:
            db.execute("BEGIN")  # one moment, whatever a run does meanwhile
            return [*_damage(name, db)] or [*_nonsense(name, db)]
    except StoreError as error:
        return [str(error)]
    except OSError as error:
        return [_("{file}: cannot be read: {reason}").format(file=name, reason=error.strerror)]


def _damage(path: Path, db: sqlite3.Connection) -> Iterator[str]:
    line = _("{file}: the state store is damaged ({reason}); bring it back: dentsync state restore")
    for (finding,) in db.execute(f"PRAGMA integrity_check({_FINDINGS})"):
        if finding != "ok":
            yield line.format(file=path, reason=" ".join(finding.split()))
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        yield _("{file}: made by a newer dentsync; update dentsync on this machine").format(file=path)
    elif version == 0 or not lineage_of(db).id:
        yield _("{file}: is no state store; take another copy").format(file=path)


def _nonsense(path: Path, db: sqlite3.Connection) -> Iterator[str]:
    """What SQLite finds whole and is not: rows that point to nothing, texts that are torn."""
    for what, line in _complaints().items():
        count = db.execute(f"SELECT count(*) FROM {what}").fetchone()[0]  # noqa: S608
        if count:
            yield line.format(file=path, count=count)


def _complaints() -> dict[str, str]:
    lost = _("{file}: {count} entries point to something that is not there; bring it back: dentsync state restore")
    torn = _("{file}: {count} entries cannot be read; bring it back: dentsync state restore")
    shared = _("{file}: {count} contacts of the CRM belong to two patients; see them: dentsync diff --online")
    return {
        "rows WHERE file NOT IN (SELECT id FROM files) OR feed NOT IN (SELECT id FROM feeds)": lost,
        "faults WHERE file NOT IN (SELECT id FROM files) OR feed NOT IN (SELECT id FROM feeds)": lost,
        "files WHERE feed NOT IN (SELECT id FROM feeds)": lost,
        "rows WHERE person IS NOT NULL AND person NOT IN (SELECT key FROM people)": lost,
        "aliases WHERE person NOT IN (SELECT key FROM people)": lost,
        "phones WHERE person NOT IN (SELECT key FROM people)": lost,
        "rows WHERE NOT json_valid(cells)": torn,
        "faults WHERE NOT json_valid(faults)": torn,
        f"items WHERE {TORN_ITEM}": torn,
        f"journal WHERE {TORN_INTENTION}": torn,
        "(SELECT 1 FROM items WHERE kind = 'contact' GROUP BY target, crm_id HAVING count(*) > 1)": shared,
    }


TORN_ITEM = f"crm_id IS NULL OR kind NOT IN {get_args(Kind)} OR NOT json_valid(fields)"
TORN_INTENTION = "(result IS NULL OR result = 'unknown') AND coalesce(json_valid(operation), 0) = 0"
