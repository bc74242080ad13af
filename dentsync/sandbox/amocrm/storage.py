"""The data of an account. Entities are JSON documents with indexes on what clients filter and sort by."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dentsync.sandbox import storage

Json = dict[str, Any]

SEPARATORS = str.maketrans("", "", " ()-+\u00a0")
"""What people put between the digits of a phone."""

KINDS = ("contacts", "leads", "companies")
"""Entities that have custom fields, tags and a search index."""

_DOCUMENTS = "".join(
    f"CREATE TABLE {kind} (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL);"
    f"CREATE INDEX {kind}_updated ON {kind} (json_extract(data, '$.updated_at'), id);"
    f"CREATE INDEX {kind}_created ON {kind} (json_extract(data, '$.created_at'), id);"
    for kind in (*KINDS, "tasks", "notes")
)

SCHEMA = (
    _DOCUMENTS
    + """
CREATE INDEX lead_status ON leads (json_extract(data, '$.pipeline_id'), json_extract(data, '$.status_id'));
CREATE INDEX task_entity ON tasks (json_extract(data, '$.entity_id'));
CREATE INDEX note_entity ON notes (json_extract(data, '$.entity_id'));
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE users (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, admin INTEGER NOT NULL, active INTEGER NOT NULL);
CREATE TABLE task_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT);
CREATE TABLE pipelines (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, sort INTEGER NOT NULL, main INTEGER NOT NULL,
  unsorted INTEGER NOT NULL, archive INTEGER NOT NULL DEFAULT 0);
CREATE TABLE statuses (
  id INTEGER NOT NULL, pipeline INTEGER NOT NULL, name TEXT NOT NULL, sort INTEGER NOT NULL, color TEXT NOT NULL,
  type INTEGER NOT NULL, editable INTEGER NOT NULL, message TEXT NOT NULL DEFAULT '', PRIMARY KEY (pipeline, id));
CREATE TABLE loss_reasons (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, sort INTEGER NOT NULL);
CREATE TABLE fields (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, code TEXT, type TEXT NOT NULL,
  sort INTEGER NOT NULL, predefined INTEGER NOT NULL, api_only INTEGER NOT NULL, computed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE enums (
  id INTEGER PRIMARY KEY AUTOINCREMENT, field INTEGER NOT NULL, value TEXT NOT NULL, sort INTEGER NOT NULL, code TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name));
CREATE TABLE links (
  lead INTEGER NOT NULL, contact INTEGER NOT NULL, main INTEGER NOT NULL, PRIMARY KEY (lead, contact)) WITHOUT ROWID;
CREATE INDEX link_contact ON links (contact);
CREATE TABLE unsorted (
  uid TEXT PRIMARY KEY, lead INTEGER NOT NULL, data TEXT NOT NULL, created INTEGER NOT NULL, state TEXT NOT NULL);
CREATE TABLE events (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, type TEXT NOT NULL, entity TEXT NOT NULL,
  entity_id INTEGER NOT NULL, created_by INTEGER NOT NULL, created_at INTEGER NOT NULL, after TEXT NOT NULL,
  before TEXT NOT NULL, since REAL NOT NULL);
CREATE INDEX event_time ON events (created_at);
CREATE INDEX event_entity ON events (entity_id);
CREATE TABLE search (
  version INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, item INTEGER NOT NULL, since REAL NOT NULL,
  text TEXT NOT NULL);
CREATE INDEX search_item ON search (kind, item, version);
CREATE TABLE search_values (version INTEGER NOT NULL, field INTEGER NOT NULL, value TEXT NOT NULL);
CREATE INDEX search_value ON search_values (field, value);
CREATE INDEX search_value_version ON search_values (version);
CREATE TABLE tokens (
  token TEXT PRIMARY KEY, sort TEXT NOT NULL, user INTEGER NOT NULL, expires REAL NOT NULL, state TEXT NOT NULL);
CREATE TABLE automations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, created INTEGER NOT NULL, lead INTEGER NOT NULL, event TEXT NOT NULL,
  status INTEGER NOT NULL, message TEXT NOT NULL, person INTEGER NOT NULL);
CREATE INDEX automation_lead ON automations (lead);
"""
)


class Storage(storage.Storage):
    """An open account."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SCHEMA)
        self._db.create_function("plain", 1, lambda text: text.translate(SEPARATORS), deterministic=True)

    def meta(self, key: str) -> str:
        """What was noted of the account."""
        return str(self.value("SELECT value FROM meta WHERE key = ?", (key,)))

    def count_from(self, table: str, first: int) -> None:
        """Let ids of a table begin with ``first``."""
        self.run("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        self.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, first - 1))

    def item(self, kind: str, item_id: object) -> Json | None:
        """The document with its ``id``, or None; also for what can be no id."""
        if not isinstance(item_id, int) or isinstance(item_id, bool) or item_id.bit_length() > 63:
            return None
        text = self.value(f"SELECT data FROM {kind} WHERE id = ?", (item_id,))  # noqa: S608
        return {"id": item_id, **json.loads(text)} if text is not None else None

    def items(self, kind: str, ids: Iterable[int]) -> list[Json]:
        """The documents of these ids that are there, by id."""
        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        rows = self.rows(f"SELECT id, data FROM {kind} WHERE id IN ({marks}) ORDER BY id", wanted)  # noqa: S608
        return [{"id": number, **json.loads(text)} for number, text in rows]

    def insert(self, kind: str, data: Json) -> int:
        """Store a new document; its id. Ids only ever grow."""
        return self.run(f"INSERT INTO {kind} (data) VALUES (?)", (_dump(data),))  # noqa: S608

    def replace(self, kind: str, data: Json) -> None:
        """Store a document over itself."""
        self.run(f"UPDATE {kind} SET data = ? WHERE id = ?", (_dump(data), data["id"]))  # noqa: S608

    def contacts_of(self, lead: int) -> list[tuple[int, bool]]:
        """Contacts of a lead, the main one first."""
        rows = self.rows("SELECT contact, main FROM links WHERE lead = ? ORDER BY main DESC, contact", (lead,))
        return [(contact, bool(main)) for contact, main in rows]

    def leads_of(self, contact: int) -> list[int]:
        """Leads of a contact, by id."""
        return [lead for (lead,) in self.rows("SELECT lead FROM links WHERE contact = ? ORDER BY lead", (contact,))]


def _dump(data: Json) -> str:
    kept = {name: value for name, value in data.items() if name != "id"}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
