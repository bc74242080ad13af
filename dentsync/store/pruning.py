"""What has served is forgotten: patients' data in the journal, runs, rejects. What is open is never touched."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """Before which moment each has served; None keeps it."""

    journal: datetime | None = None
    runs: datetime | None = None
    rejects: datetime | None = None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many lines of the journal lost their data, and how many runs, rejects and sightings went."""

    journal: int = 0
    runs: int = 0
    rejects: int = 0
    drift: int = 0


def forget_old(db: sqlite3.Connection, limits: Limits, passing: Collection[str]) -> Forgotten:
    """Forget what is older than its limit, inside the caller's transaction.

    ``passing``: feeds whose rows are about one day; the others list everybody, and what cannot be read in a row of
    theirs stays known as long as the row does.
    """
    return Forgotten(
        journal=_journal(db, limits.journal),
        runs=_runs(db, limits.runs),
        rejects=_rejects(db, limits.rejects, passing),
        drift=_drift(db, limits.journal),
    )


def _journal(db: sqlite3.Connection, before: datetime | None) -> int:
    """What was done to which item, when and with which end stays; names, phones and values go."""
    sql = (
        "UPDATE journal SET operation = NULL WHERE operation IS NOT NULL AND datetime(settled_at) < datetime(?)"
        " AND result IS NOT NULL AND result <> 'unknown'"
    )
    return _changed(db, sql, before)


def _runs(db: sqlite3.Connection, before: datetime | None) -> int:
    # The last one tells whether a store is an older copy; one with open intentions is not over.
    sql = (
        "DELETE FROM runs WHERE id < (SELECT max(id) FROM runs) AND datetime(started_at) < datetime(?)"
        " AND id NOT IN (SELECT run FROM journal WHERE run IS NOT NULL AND (result IS NULL OR result = 'unknown'))"
    )
    return _changed(db, sql, before)


def _rejects(db: sqlite3.Connection, before: datetime | None, passing: Collection[str]) -> int:
    sql = (
        "DELETE FROM faults WHERE file IN (SELECT id FROM files WHERE datetime(read_at) < datetime(?))"
        " AND (lost > 0 OR feed IN (SELECT id FROM feeds WHERE name IN (SELECT value FROM json_each(?))))"
    )
    return _changed(db, sql, before, json.dumps(list(passing)))


def _drift(db: sqlite3.Connection, before: datetime | None) -> int:
    return _changed(db, "DELETE FROM drift WHERE datetime(at) < datetime(?)", before)


def _changed(db: sqlite3.Connection, sql: str, before: datetime | None, *more: str) -> int:
    return db.execute(sql, (before.isoformat(), *more)).rowcount if before else 0


def squeeze(db: sqlite3.Connection, folder: Path) -> None:
    """Write the store anew, so that nothing deleted is left in its file. Outside of a transaction.

    What SQLite writes meanwhile goes into ``folder``, not into the machine's own one for temporary files.
    """
    db.execute(f"PRAGMA temp_store_directory = {_quoted(folder)}")
    db.execute("VACUUM")
    db.execute("PRAGMA temp_store_directory = ''")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
