"""The portal's data. Items are JSON documents with indexes on what clients filter by."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dentsync.sandbox import storage

TABLES = {"contact": "contacts", "deal": "deals"}
"""Kind of item -> table."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE contacts (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL);
CREATE TABLE deals (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL);
CREATE INDEX contact_origin ON contacts (json_extract(data, '$.originId'));
CREATE INDEX contact_updated ON contacts (json_extract(data, '$.updatedTime'));
CREATE INDEX deal_origin ON deals (json_extract(data, '$.originId'));
CREATE INDEX deal_updated ON deals (json_extract(data, '$.updatedTime'));
CREATE INDEX deal_stage ON deals (json_extract(data, '$.stageId'));
CREATE INDEX deal_category ON deals (json_extract(data, '$.categoryId'));
CREATE TABLE multifields (
  id INTEGER PRIMARY KEY AUTOINCREMENT, contact INTEGER NOT NULL, type TEXT NOT NULL, value_type TEXT NOT NULL,
  value TEXT NOT NULL, normal TEXT NOT NULL);
CREATE INDEX multifield_contact ON multifields (contact);
CREATE INDEX multifield_value ON multifields (type, value);
CREATE INDEX multifield_normal ON multifields (type, normal);
CREATE TABLE links (
  deal INTEGER NOT NULL, contact INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (deal, contact))
  WITHOUT ROWID;
CREATE INDEX link_contact ON links (contact);
CREATE TABLE categories (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, sort INTEGER NOT NULL);
CREATE TABLE statuses (
  id INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
  sort INTEGER NOT NULL, color TEXT NOT NULL, semantics TEXT NOT NULL, category INTEGER, system INTEGER NOT NULL,
  message TEXT NOT NULL DEFAULT '', UNIQUE (entity, code));
CREATE TABLE user_fields (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
  multiple INTEGER NOT NULL, mandatory INTEGER NOT NULL, label TEXT NOT NULL, precision INTEGER NOT NULL,
  xml_id TEXT NOT NULL DEFAULT '', UNIQUE (kind, name));
CREATE TABLE options (
  id INTEGER PRIMARY KEY AUTOINCREMENT, field INTEGER NOT NULL, value TEXT NOT NULL, sort INTEGER NOT NULL,
  xml_id TEXT NOT NULL DEFAULT '');
CREATE TABLE stage_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER NOT NULL, deal INTEGER NOT NULL, created TEXT NOT NULL,
  category INTEGER NOT NULL, stage TEXT NOT NULL, semantics TEXT NOT NULL);
CREATE INDEX history_deal ON stage_history (deal);
CREATE TABLE automations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, created TEXT NOT NULL, kind TEXT NOT NULL, item INTEGER NOT NULL,
  event TEXT NOT NULL, stage TEXT NOT NULL, message TEXT NOT NULL, person INTEGER NOT NULL);
CREATE TABLE comments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, item INTEGER NOT NULL, comment TEXT NOT NULL,
  author INTEGER NOT NULL, created TEXT NOT NULL);
CREATE TABLE activities (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL);
CREATE INDEX activity_owner ON activities (json_extract(data, '$.OWNER_ID'));
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL);
CREATE TABLE time_records (
  id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, began INTEGER NOT NULL, ended INTEGER,
  offset INTEGER NOT NULL, breaks INTEGER NOT NULL, approved INTEGER NOT NULL);
CREATE INDEX time_record_user ON time_records (user, began);
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, owner INTEGER NOT NULL, section INTEGER NOT NULL,
  name TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL, zone TEXT NOT NULL, private INTEGER NOT NULL,
  whole_day INTEGER NOT NULL, rule TEXT NOT NULL);
CREATE TABLE lists (id INTEGER PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE list_fields (id INTEGER PRIMARY KEY, list INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE elements (
  id INTEGER PRIMARY KEY AUTOINCREMENT, list INTEGER NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL);
"""


class Storage(storage.Storage):
    """An open portal."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SCHEMA)
        if not self.is_new:  # kept by an earlier version, which had fewer tables
            self._db.executescript(re.sub(r"CREATE (TABLE|INDEX) ", r"CREATE \1 IF NOT EXISTS ", SCHEMA))

    def item(self, kind: str, item_id: int) -> dict[str, Any] | None:
        """The item with its ``id``, or None."""
        text = self.value(f"SELECT data FROM {TABLES[kind]} WHERE id = ?", (item_id,))  # noqa: S608
        return {"id": item_id, **json.loads(text)} if text is not None else None

    def insert(self, kind: str, data: dict[str, Any]) -> int:
        """Store a new item; its id. Ids only ever grow."""
        return self.run(f"INSERT INTO {TABLES[kind]} (data) VALUES (?)", (_dump(data),))  # noqa: S608

    def replace(self, kind: str, item_id: int, data: dict[str, Any]) -> None:
        """Store an item over itself."""
        self.run(f"UPDATE {TABLES[kind]} SET data = ? WHERE id = ?", (_dump(data), item_id))  # noqa: S608

    def delete(self, kind: str, item_id: int) -> None:
        """Remove an item and what hangs on it."""
        self.run(f"DELETE FROM {TABLES[kind]} WHERE id = ?", (item_id,))  # noqa: S608
        self.run(f"DELETE FROM links WHERE {kind} = ?", (item_id,))  # noqa: S608
        if kind == "contact":
            self.run("DELETE FROM multifields WHERE contact = ?", (item_id,))
        else:
            self.run("DELETE FROM stage_history WHERE deal = ?", (item_id,))

    def links(self, deals: Iterable[int]) -> dict[int, list[int]]:
        """Deal -> its contacts, the primary one first."""
        return self._grouped("SELECT deal, contact FROM links WHERE deal IN ({}) ORDER BY deal, position", deals)

    def multifields(self, contacts: Iterable[int]) -> dict[int, list[tuple[int, str, str, str]]]:
        """Contact -> its phones and addresses: (id, type, value type, value)."""
        sql = "SELECT contact, id, type, value_type, value FROM multifields WHERE contact IN ({}) ORDER BY id"
        return self._grouped(sql, contacts, lambda row: row)

    def _grouped(
        self, sql: str, ids: Iterable[int], make: Callable[[Any], Any] = lambda row: row[0]
    ) -> dict[int, list[Any]]:
        wanted = list(ids)
        found: dict[int, list[Any]] = {item_id: [] for item_id in wanted}
        for owner, *rest in self.rows(sql.format(",".join("?" * len(wanted))), wanted):
            found[owner].append(make(tuple(rest)))
        return found


def _dump(data: dict[str, Any]) -> str:
    kept = {name: value for name, value in data.items() if value is not None and name != "id"}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
