"""The ledger: what we last left in the CRM, intentions and how they ended, and the history of runs."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from dentsync.model import (
    FOLLOWED,
    NAME_WAITS,
    STRENGTH,
    Drift,
    Held,
    Kind,
    Operation,
    Origin,
    Outcome,
    Plain,
    Result,
    Status,
    Synced,
)

_ENDED = tuple(str(status) for status, strength in STRENGTH.items() if strength == STRENGTH[Status.COMPLETED])
_json = msgspec.json.Encoder()
_fields = msgspec.json.Decoder(dict[str, str | int | bool | tuple[str, ...] | None])


class Ledger:
    """Items, journal and runs. Every method is one statement or runs inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    # ── what we last left in the CRM ──

    _ITEM = (
        "SELECT kind, key, crm_id, fields, contact, pipeline, stage, status, unsure, theirs FROM items"
        " WHERE target = ? "
    )

    @staticmethod
    def _item(row: tuple[Any, ...]) -> Synced:
        kind, key, crm_id, fields, contact, pipeline, stage, status, unsure, theirs = row
        return Synced(
            kind, key, crm_id, _fields.decode(fields), contact, pipeline, stage, Status(status) if status else None,
            tuple(unsure.split()), tuple(theirs.split()),
        )  # fmt: skip

    def synced(self, target: str, kind: Kind, key: str) -> Synced | None:
        """What we last left there, or None if we never made or found it."""
        row = self.db.execute(self._ITEM + "AND kind = ? AND key = ?", (target, kind, key)).fetchone()
        return self._item(row) if row else None

    def items(self, target: str) -> Iterator[Synced]:
        """All that is ours there, contacts first, read as it is asked for."""
        return map(self._item, self.db.execute(self._ITEM + "ORDER BY kind, key", (target,)))

    def ids(self, target: str) -> "Ids":
        """CRM ids by ``"contact:<key>"`` / ``"deal:<key>"``, read when asked for."""
        return Ids(self.db, target)

    def put_item(self, target: str, item: Synced) -> None:
        """Replace what we know about an item."""
        self.db.execute(
            "INSERT OR REPLACE INTO items"
            "(target, kind, key, crm_id, contact, pipeline, stage, status, fields, unsure, theirs)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                target, item.kind, item.key, item.crm_id, item.contact, item.pipeline, item.stage,
                item.status, _json.encode(item.fields).decode(), " ".join(item.unsure), " ".join(item.theirs),
            ),
        )  # fmt: skip

    def link(self, target: str, item: Synced, crm_id: int, at: datetime) -> None:
        """An item whose CRM id died lives on under another one; the journal tells, and older plans no longer hold."""
        sql = "UPDATE items SET crm_id = ? WHERE target = ? AND kind = ? AND key = ?"
        self.db.execute(sql, (crm_id, target, item.kind, item.key))
        operation = Operation("update", item.kind, item.key, Origin("", "", 0), "linked", crm_id=crm_id)
        sql = (
            "INSERT INTO journal(target, action, kind, key, operation, intended_at, result, crm_id, settled_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 'linked', ?, ?)"
        )
        text, when = _json.encode(operation).decode(), at.isoformat()
        self.db.execute(sql, (target, operation.action, item.kind, item.key, text, when, crm_id, when))

    def drop_item(self, target: str, kind: Kind, key: str) -> None:
        """The CRM does not have it any more."""
        self.db.execute("DELETE FROM items WHERE target = ? AND kind = ? AND key = ?", (target, kind, key))

    def pass_on(self, target: str, item: Synced) -> None:
        """A deal that followed another one is now the deal of a visit: it is one item, under its new key."""
        sql = "DELETE FROM items WHERE target = ? AND kind = ? AND crm_id = ? AND key <> ? AND instr(key, ?)"
        self.db.execute(sql, (target, item.kind, item.crm_id, item.key, FOLLOWED))

    def was_left(self, target: str, kind: Kind, key: str) -> bool:
        """Whether we ever left an item with this key there, whatever became of it."""
        sql = "SELECT 1 FROM journal WHERE target = ? AND kind = ? AND key = ? AND result = 'applied' LIMIT 1"
        return bool(self.synced(target, kind, key) or self.db.execute(sql, (target, kind, key)).fetchone())

    def key_of(self, target: str, kind: Kind, crm_id: int) -> str | None:
        """Which of our items is linked to this record of the CRM."""
        sql = "SELECT key FROM items WHERE target = ? AND kind = ? AND crm_id = ?"
        row = self.db.execute(sql, (target, kind, crm_id)).fetchone()
        return row[0] if row else None

    def item_counts(self, target: str) -> dict[Kind, int]:
        """How many contacts and deals are ours."""
        sql = "SELECT kind, count(*) FROM items WHERE target = ? GROUP BY kind"
        return dict(self.db.execute(sql, (target,)).fetchall())

    def holding_count(self, target: str, kind: Kind, field: str, most: int | None) -> int:
        """Items that have not ended and hold a value in a field (or ``contact``), counted no further than ``most``."""
        holds = "contact IS NOT NULL"
        texts: tuple[str, ...] = ()
        if field != "contact":  # looking for the text of the key takes a tenth of the time of reading the JSON
            holds = "instr(fields, ?) AND NOT (instr(fields, ?) OR instr(fields, ?) OR instr(fields, ?))"
            texts = tuple(f'"{field}":{nothing}' for nothing in ("", "null", '""', "[]"))
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM items WHERE target = ? AND kind = ? AND {holds}"  # noqa: S608
            f" AND (status IS NULL OR status NOT IN ({', '.join('?' * len(_ENDED))})) LIMIT ?)"
        )
        limit = -1 if most is None else most
        return int(self.db.execute(sql, (target, kind, *texts, *_ENDED, limit)).fetchone()[0])

    def stage_counts(self, target: str, pipeline: str) -> dict[str, int]:
        """How many of our deals stand at each stage of a pipeline, where we left them."""
        sql = (
            "SELECT stage, count(*) FROM items"
            " WHERE target = ? AND kind = 'deal' AND pipeline = ? AND stage IS NOT NULL GROUP BY stage"
        )
        return dict(self.db.execute(sql, (target, pipeline)).fetchall())

    def approved(self, target: str) -> frozenset[str]:
        """Marks of operations that a person let through and that are not done yet."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (f"approved {target}",)).fetchone()
        return frozenset(row[0].split()) if row else frozenset()

    def approve(self, target: str, marks: Collection[str]) -> None:
        """These are now the operations that a person let through; none, and nothing is kept."""
        name = f"approved {target}"
        self.db.execute("DELETE FROM meta WHERE name = ?", (name,))
        if marks:
            self.db.execute("INSERT INTO meta(name, value) VALUES (?, ?)", (name, " ".join(sorted(marks))))

    # ── journal ──

    def intend(self, run: int, target: str, operations: Sequence[Operation], at: datetime) -> dict[str, int]:
        """Write down what is about to be sent. Returns journal numbers by operation id."""
        numbers = {}
        sql = "INSERT INTO journal(run, target, action, kind, key, operation, intended_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        for op in operations:
            text = _json.encode(op).decode()
            cursor = self.db.execute(sql, (run, target, op.action, op.kind, op.key, text, at.isoformat()))
            numbers[op.id] = int(cursor.lastrowid or 0)
        return numbers

    def record(self, number: int, outcome: Outcome, at: datetime) -> None:
        """Write down how an intention ended."""
        self.db.execute(
            "UPDATE journal SET result = ?, crm_id = ?, reason = ?, settled_at = ? WHERE id = ?",
            (outcome.result, outcome.crm_id, outcome.reason, at.isoformat(), number),
        )

    def open_intentions(self, target: str) -> list[tuple[int, Operation, datetime]]:
        """Operations that were sent, or may have been, with no known end: number, operation, when."""
        sql = (
            "SELECT id, operation, coalesce(settled_at, intended_at) FROM journal"
            " WHERE target = ? AND (result IS NULL OR result = 'unknown') ORDER BY id"
        )
        decode = msgspec.json.Decoder(Operation).decode
        return [(n, decode(text), datetime.fromisoformat(at)) for n, text, at in self.db.execute(sql, (target,))]

    def doubted(self, target: str, kind: Kind, key: str) -> list[Operation]:
        """Operations of an item of which the end never became known, oldest first, since one of which it did.

        Updates do not count: what they left is seen by reading. A task's do: whose deadline it is, has to be known.
        """
        known = "(action <> 'update' OR kind = 'task') AND target = ?1 AND kind = ?2 AND key = ?3 AND result ="
        sql = (
            f"SELECT operation FROM journal WHERE {known} 'looked up' AND operation IS NOT NULL"  # noqa: S608
            f" AND id > coalesce((SELECT max(id) FROM journal WHERE {known} 'applied'), 0) ORDER BY id"
        )
        decode = msgspec.json.Decoder(Operation).decode
        return [decode(text) for (text,) in self.db.execute(sql, (target, kind, key))]

    def redate(self, number: int, at: datetime) -> None:
        """An open intention of a later time than now: the clock was set back, and counting starts anew."""
        self.db.execute("UPDATE journal SET settled_at = ? WHERE id = ?", (at.isoformat(), number))

    def uncertain(self, target: str) -> set[tuple[str, str]]:
        """Items (kind, key) of open intentions."""
        sql = "SELECT kind, key FROM journal WHERE target = ? AND (result IS NULL OR result = 'unknown')"
        return set(self.db.execute(sql, (target,)))

    def close_intention(self, number: int, result: Result | str, reason: str, at: datetime) -> None:
        """An open intention whose end is now known."""
        sql = "UPDATE journal SET result = ?, reason = ?, settled_at = ? WHERE id = ?"
        self.db.execute(sql, (result, reason, at.isoformat(), number))

    # ── held, drift, runs, cache ──

    def replace_held(
        self, target: str, held: Iterable[Held], at: datetime, among: Collection[str] | None, judged: Collection[str]
    ) -> int:
        """The present list of what waits; how many of it did not wait before.

        ``among``: the items ("kind:key") that were looked at; the others wait as they did. None: all but the deals that
        follow others, of which the rows know nothing. A record that
        waits for its name does so until it is itself ``judged`` anew.
        """
        before = {(kind, key): reason == NAME_WAITS for kind, key, _origin, reason in self.held(target)}
        now = {(one.kind, one.key): one for one in held}
        looked_at = {True: judged, False: _rows_of(before) if among is None else among}
        seen = [(target, *item) for item, for_name in before.items() if ":".join(item) in looked_at[for_name]]
        self.db.executemany("DELETE FROM held WHERE target = ? AND kind = ? AND key = ?", seen)
        rows = ((target, h.kind, h.key, str(h.origin), h.reason, at.isoformat()) for h in now.values())
        self.db.executemany("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?)", rows)
        return len(now.keys() - before.keys())

    def held_for_names(self, target: str) -> int:
        """How many records wait for their names."""
        sql = "SELECT count(*) FROM held WHERE target = ? AND reason = ?"
        return int(self.db.execute(sql, (target, NAME_WAITS)).fetchone()[0])

    def held(self, target: str) -> list[tuple[str, str, str, str]]:
        """Kind, key, origin and reason of what waits."""
        sql = "SELECT kind, key, origin, reason FROM held WHERE target = ? ORDER BY kind, key"
        return self.db.execute(sql, (target,)).fetchall()

    def replace_drift(
        self, target: str, seen: Iterable[tuple[Kind, str]] | None, drift: Iterable[Drift], at: datetime
    ) -> None:
        """What people changed in the CRM, as last seen; an item that was ``seen`` (None: all) has no other drift."""
        if seen is None:
            self.db.execute("DELETE FROM drift WHERE target = ?", (target,))
        self.db.executemany(
            "DELETE FROM drift WHERE target = ? AND kind = ? AND key = ?", ((target, *item) for item in seen or ())
        )
        rows = (
            (target, d.kind, d.key, d.field, d.crm_id, _text(d.ours), _text(d.theirs), at.isoformat()) for d in drift
        )
        self.db.executemany("INSERT OR REPLACE INTO drift VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def drift_count(self, target: str) -> int:
        """How many fields and stages people keep different."""
        sql = "SELECT count(*) FROM drift WHERE target = ? AND (field <> 'id' OR theirs <> '')"
        return int(self.db.execute(sql, (target,)).fetchone()[0])

    def deleted_count(self, target: str) -> int:
        """How many of our items people deleted, as far as was seen and nothing took their place."""
        sql = (
            "SELECT count(*) FROM drift JOIN items USING (target, kind, key, crm_id)"
            " WHERE target = ? AND field = 'id' AND drift.theirs = ''"
        )
        return int(self.db.execute(sql, (target,)).fetchone()[0])

    def last_origin(self, target: str, kind: Kind, key: str) -> str:
        """File and line behind what was last written to an item; empty where that is not known."""
        sql = (
            "SELECT json_extract(operation, '$.origin.file'), json_extract(operation, '$.origin.line') FROM journal"
            " WHERE target = ? AND kind = ? AND key = ? AND json_valid(operation) AND result <> 'linked'"
            " ORDER BY id DESC LIMIT 1"
        )
        row = self.db.execute(sql, (target, kind, key)).fetchone()
        return f"{row[0]}:{row[1]}" if row and row[0] else ""

    def start_run(self, command: str, started_at: datetime, now: datetime) -> int:
        """Enter a run; ``now`` is the clock it plans by."""
        sql = "INSERT INTO runs(command, started_at, now) VALUES (?, ?, ?)"
        return int(self.db.execute(sql, (command, started_at.isoformat(), now.isoformat())).lastrowid or 0)

    def finish_run(self, run: int, finished_at: datetime, exit_code: int, summary: Mapping[str, Any]) -> None:
        """How a run ended."""
        self.db.execute(
            "UPDATE runs SET finished_at = ?, exit_code = ?, summary = ? WHERE id = ?",
            (finished_at.isoformat(), exit_code, _json.encode(summary).decode(), run),
        )

    def runs(self, last: int = 10) -> list[tuple[int, str, str, str | None, int | None, str | None]]:
        """The last runs, newest first: id, command, now, finished_at, exit code, summary as JSON."""
        sql = "SELECT id, command, now, finished_at, exit_code, summary FROM runs ORDER BY id DESC LIMIT ?"
        return self.db.execute(sql, (last,)).fetchall()

    def cached(self, target: str, name: str) -> tuple[Any, datetime] | None:
        """A cached JSON value and when it was stored."""
        row = self.db.execute("SELECT value, at FROM cache WHERE target = ? AND name = ?", (target, name)).fetchone()
        return (msgspec.json.decode(row[0]), datetime.fromisoformat(row[1])) if row else None

    def forget(self, target: str, name: str) -> None:
        """Drop a cached value: it may be what went wrong."""
        self.db.execute("DELETE FROM cache WHERE target = ? AND name = ?", (target, name))

    def cache(self, target: str, name: str, value: Any, at: datetime) -> None:
        """Store a JSON-able value."""
        text = _json.encode(value).decode()
        self.db.execute("INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?)", (target, name, text, at.isoformat()))


def _rows_of(items: Iterable[tuple[str, str]]) -> list[str]:
    """Of what waits, the items that rows want."""
    return [f"{kind}:{key}" for kind, key in items if FOLLOWED not in key]


class Ids(Mapping[str, int]):
    """CRM ids of our items by ``kind:key``, always what the store holds at the moment of asking."""

    def __init__(self, db: sqlite3.Connection, target: str) -> None:
        self._db = db
        self._target = target

    def __getitem__(self, name: str) -> int:
        kind, _sep, key = name.partition(":")
        sql = "SELECT crm_id FROM items WHERE target = ? AND kind = ? AND key = ?"
        row = self._db.execute(sql, (self._target, kind, key)).fetchone()
        if row is None:
            raise KeyError(name)
        return int(row[0])

    def __iter__(self) -> Iterator[str]:
        sql = "SELECT kind || ':' || key FROM items WHERE target = ?"
        return (row[0] for row in self._db.execute(sql, (self._target,)))

    def __len__(self) -> int:
        sql = "SELECT count(*) FROM items WHERE target = ?"
        return int(self._db.execute(sql, (self._target,)).fetchone()[0])


def _text(value: Plain) -> str:
    return ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
