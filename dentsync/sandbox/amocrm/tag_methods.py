"""The dictionaries of tags (crm_platform/tags-api)."""

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import reading, tags
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
    sent, faulty = [php.as_map(item) for item in call.batch()], Faulty()
    for place, item in enumerate(sent):
        if not isinstance(item.get("name"), str) or not item["name"]:
            faulty.add(str(item.get("request_id", place)), "FieldMissing", "name", MISSING)
    faulty.check()
    shown = [
        {"id": tags.resolved(call.account.storage, kind, [item])[0], "name": item["name"], "color": None}
        | {"request_id": str(item.get("request_id", place))}
        for place, item in enumerate(sent)
    ]
    return Answer({"_total_items": len(shown), "_embedded": {"tags": shown}})
