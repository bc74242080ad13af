"""An older store made fit for today: what was left in the CRM since it was copied is kept, or doubted.

Facts may go back in time: the next files bring them forward again. The ledger may not, the CRM has not gone back.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from dentsync.errors import StoreError
from dentsync.model import Kind
from dentsync.store.copies import TORN_INTENTION, TORN_ITEM, opened
from dentsync.store.facts import RESTORED
from dentsync.store.lineage import check_belongs, lineage_of, read_note

_LEDGER = (
    "people", "aliases", "phones", "items", "journal", "runs", "held", "drift", "decisions",
    "pay_pulls", "pay_decisions", "pay_versions", "pay_letters",
)  # fmt: skip
"""Who is who belongs to it: the keys that our items carry in the CRM are decided there. So do people's
decisions, and pulled months: a portal tells what was so only once. Pay that was closed and letters do not go back."""


def continues(present: Path, copy: Path) -> bool:
    """Whether the present store goes on from where the copy was made, and its ledger can be read to the end."""
    if not present.exists() or read_note(present.parent) is None:
        return False
    try:
        with closing(opened(present)) as db, closing(opened(copy)) as old:
            check_belongs(present, db)
            return _goes_on(db, old) and _is_whole(db)
    except (sqlite3.Error, StoreError):
        return False


def _goes_on(db: sqlite3.Connection, old: sqlite3.Connection) -> bool:
    same = all(of(db) == of(old) for of in (_lineage, _version))
    return same and _last_entry(db) >= _last_entry(old)


def _lineage(db: sqlite3.Connection) -> str:
    return lineage_of(db).id


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _last_entry(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0])


def _is_whole(db: sqlite3.Connection) -> bool:
    found = [db.execute(f"PRAGMA integrity_check({table})").fetchall() for table in _LEDGER]
    torn = f"SELECT 1 FROM items WHERE {TORN_ITEM} UNION ALL SELECT 1 FROM journal WHERE {TORN_INTENTION}"  # noqa: S608
    return all(rows == [("ok",)] for rows in found) and db.execute(torn).fetchone() is None


# ── changing the copy ─────────────────────────────────────────────────────────────────────────


def keep_ledger(copy: Path, present: Path) -> None:
    """Put the present store's ledger into the copy.

    A row about a patient whose items were changed since may say again what it said then: whatever the next file says
    about them is news.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        last, decided = _last_entry(db), _last_decision(db)
        db.execute("ATTACH ? AS present", (str(present),))
        db.execute("BEGIN")
        for table in _LEDGER:
            db.execute(f"DELETE FROM main.{table}")  # noqa: S608
            db.execute(f"INSERT INTO main.{table} SELECT * FROM present.{table}")  # noqa: S608
        db.execute(
            "UPDATE rows SET fingerprint = -id WHERE person IN (SELECT coalesce(contact, key) FROM items"
            " JOIN (SELECT DISTINCT target, kind, key FROM journal WHERE id > ?) USING (target, kind, key))",
            (last,),
        )
        # Decisions that the copy did not know may not have been carried out: every row is looked at again.
        db.execute(
            "DELETE FROM meta WHERE (name LIKE 'rules %' OR name = 'judged') AND ?", (_last_decision(db) > decided,)
        )
        db.execute("COMMIT")


def _last_decision(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) FROM main.decisions").fetchone()[0])


def doubt(copy: Path, fields: Mapping[Kind, Iterable[str]], at: datetime) -> int:
    """Nobody knows what was left in the CRM since the copy was made: of no item the contents are known. How many.

    ``fields``: what may have been written, beside what is known to have been, for another configuration's CRM may
    have other ones. Stages are not among them: they are read before each move anyway, and a move needs news.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("BEGIN")
        for kind, names in fields.items():
            db.execute(
                "UPDATE items SET unsure = (SELECT group_concat(name, ' ') FROM (SELECT value AS name"
                " FROM json_each(?) UNION SELECT key FROM json_each(items.fields) ORDER BY name)) WHERE kind = ?",
                (json.dumps(list(names)), kind),
            )
        mark_restored(db, at)
        count: int = db.execute("SELECT count(*) FROM items").fetchone()[0]
        db.execute("COMMIT")
    return count


def mark_restored(db: sqlite3.Connection, at: datetime) -> None:
    """This store knows only a part of what was left in the CRM."""
    db.execute("INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)", (RESTORED, at.isoformat()))


def renew(copy: Path) -> None:
    """Another store from now on: plans made for the old one are refused, and the CRM is asked again for its names."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("BEGIN")
        db.execute("UPDATE meta SET value = ? WHERE name = 'lineage'", (uuid4().hex,))
        db.execute("DELETE FROM cache")
        db.execute("COMMIT")
