"""The dictionaries of tags (crm_platform/tags-api)."""

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import reading, shape, tags
from dentsync.sandbox.amocrm.call import Answer, Call
from dentsync.sandbox.amocrm.problems import MISSING, Faulty


def listed(call: Call, kind: str) -> Answer:
    """``GET /{kind}/tags``."""
    rows = call.account.storage.rows("SELECT id, name FROM tags WHERE kind = ? ORDER BY id", (kind,))
    name, query = call.filter("name"), php.as_text(call.params.get("query")).casefold()
    ids = reading.numbers(call.filter("id")) if call.filter("id") else []
    rows = [row for row in rows if name in (None, row[1]) and query in row[1].casefold() and (not ids or row[0] in ids)]
    page, limit = reading.page_of(call)
    shown = [{"id": number, "name": text, "color": None} for number, text in rows]
    here = shown[(page - 1) * limit : page * limit]
    return reading.collection(call, f"{kind}/tags", "tags", here, page * limit < len(shown))


def add(call: Call, kind: str) -> Answer:
    """``POST /{kind}/tags``: a name that is there comes back with its id."""
    faulty = Faulty()
    sent = shape.batch(call.batch(), faulty)
    for given, item in sent:
        if not item.get("name"):
            faulty.add(given, "FieldMissing", "name", MISSING)
    faulty.check()
    storage = call.account.storage
    shown = [
        {"id": tags.resolved(storage, kind, [{"name": item["name"]}])[0], "name": item["name"], "color": None}
        | {"request_id": given}
        for given, item in sent
    ]
    return Answer({"_total_items": len(shown), "_embedded": {"tags": shown}})
