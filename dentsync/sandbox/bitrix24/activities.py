"""Universal activities: crm.activity.todo.add and .update, crm.activity.list and .update (crm/timeline/activities/).

Calls, letters and meetings are not played. What is documented of ``crm.activity.update`` and is done here: a field
that is sent changes, and ``COMPLETED`` ends an activity.
"""

import json
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import filters, schema, values
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json, iso, required
from dentsync.sandbox.bitrix24.call import PAGE, Call
from dentsync.sandbox.bitrix24.schema import Field
from dentsync.sandbox.bitrix24.world import World

_TYPES = {
    "ID": "integer", "OWNER_ID": "integer", "OWNER_TYPE_ID": "integer", "TYPE_ID": "integer", "PROVIDER_ID": "string",
    "PROVIDER_TYPE_ID": "string", "SUBJECT": "string", "DESCRIPTION": "string", "DEADLINE": "datetime",
    "COMPLETED": "string", "RESPONSIBLE_ID": "integer", "AUTHOR_ID": "integer", "CREATED": "datetime",
    "LAST_UPDATED": "datetime",
}  # fmt: skip
_FIELDS = {name: Field("id" if name == "ID" else name, name, kind) for name, kind in _TYPES.items()}
_WRITABLE = ("SUBJECT", "DESCRIPTION", "COMPLETED", "RESPONSIBLE_ID")
_OWNERS = {number: kind for kind, number in schema.TYPE_IDS.items()}


def add(call: Call) -> Answer:
    """crm.activity.todo.add: its id. Nothing keeps a second one away."""
    owner_type, owner, deadline = _owner(call)
    sent = {"SUBJECT": call.params.get("title"), "DESCRIPTION": call.params.get("description")}
    texts = {name: php.as_text(value) for name, value in sent.items()}
    responsible = php.as_int(call.params.get("responsibleId", call.webhook.user))
    fixed = {"OWNER_TYPE_ID": owner_type, "OWNER_ID": owner, "DEADLINE": deadline, "RESPONSIBLE_ID": responsible}
    return Answer({"id": create(call.world, {**fixed, **texts}, call.webhook.user)})


def create(world: World, fields: Json, user: int) -> int:
    """Store an activity; its id."""
    now = iso(world.clock.now(), world.zone)
    data = {
        "TYPE_ID": 6, "PROVIDER_ID": "CRM_TODO", "PROVIDER_TYPE_ID": "TODO", "COMPLETED": "N", "AUTHOR_ID": user,
        "CREATED": now, "LAST_UPDATED": now, **fields,
    }  # fmt: skip
    world.changed += 1
    world.journal.counts["created_tasks"] += 1
    return world.storage.run("INSERT INTO activities (data) VALUES (?)", (json.dumps(data, ensure_ascii=False),))


def update(call: Call) -> Answer:
    """crm.activity.todo.update: one that is completed cannot be changed."""
    number = php.as_int(required(call.params, "id"))
    owner_type, owner, deadline = _owner(call)
    item = one(call.world, number)
    if item is None or (item["OWNER_TYPE_ID"], item["OWNER_ID"]) != (owner_type, owner):
        raise ApiError("NOT_FOUND", "Not found.")
    if item["COMPLETED"] == "Y":
        raise ApiError("CAN_NOT_UPDATE_COMPLETED_TODO", "Completed activity cannot be modified")
    names = {"title": "SUBJECT", "description": "DESCRIPTION"}
    sent = {upper: php.as_text(call.params[name]) for name, upper in names.items() if name in call.params}
    change(call.world, item, {"DEADLINE": deadline, **sent})
    return Answer({"id": number})


def complete(call: Call) -> Answer:
    """crm.activity.update: ``true``."""
    item = one(call.world, php.as_int(required(call.params, "id")))
    if item is None:
        raise ApiError("", "Activity is not found")
    fields = php.as_map(required(call.params, "fields"))
    change(call.world, item, {name: php.as_text(fields[name]) for name in _WRITABLE if name in fields})
    return Answer(True)


def list_(call: Call) -> Answer:
    """crm.activity.list: a plain list in UPPER_CASE, every value text; unknown names in a filter are ignored."""
    where = filters.where(call.params.get("filter"), _FIELDS.get, call.world.zone)
    order = filters.order(call.params.get("order"), _FIELDS.get)
    start = call.start()
    rows = call.world.storage.rows(
        f"SELECT id, data FROM activities WHERE {where.sql} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
        (*where.parameters, PAGE, max(start, 0)),
    )
    selected = [php.as_text(name) for name in php.as_list(call.params.get("select")) or ["*"]]
    names = list(_TYPES) if "*" in selected else [name for name in _TYPES if name in {"ID", *selected}]
    found = [{"ID": number, **json.loads(text)} for number, text in rows]
    shown = [{name: str(item[name]) for name in names if name in item} for item in found]
    if start < 0:
        return Answer(shown, 0)
    total: int = call.world.storage.value(f"SELECT count(*) FROM activities WHERE {where.sql}", where.parameters)  # noqa: S608
    return Answer(shown, total, start + PAGE if start + PAGE < total else None)


def one(world: World, number: Any) -> Json | None:
    """The activity with its ``ID``, or None."""
    text = world.storage.value("SELECT data FROM activities WHERE id = ?", (number,))
    return {"ID": number, **json.loads(text)} if text is not None else None


def change(world: World, item: Json, fields: Json) -> None:
    """Store what is sent over an activity."""
    data = {**item, **fields, "LAST_UPDATED": iso(world.clock.now(), world.zone)}
    del data["ID"]
    sql = "UPDATE activities SET data = ? WHERE id = ?"
    world.storage.run(sql, (json.dumps(data, ensure_ascii=False), item["ID"]))
    world.changed += 1


def _owner(call: Call) -> tuple[int, int, str]:
    """The owner's type and id, and the deadline: all are compulsory."""
    owner_type, owner = (php.as_int(required(call.params, name)) for name in ("ownerTypeId", "ownerId"))
    deadline = values.datetime_of(php.as_text(required(call.params, "deadline")), call.world.zone)
    kind = _OWNERS.get(owner_type)
    item = call.world.storage.item(kind, owner) if kind else None
    if kind is None:
        raise ApiError("OWNER_NOT_FOUND", "Owner not found.")
    if item is None:
        raise ApiError("NOT_FOUND", "Not found.")
    call.check_access(item)
    if deadline is values.DROPPED:
        raise ApiError("WRONG_DATETIME_FORMAT", "Incorrect date format")
    return owner_type, owner, deadline
