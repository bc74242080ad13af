"""Notes on cards (crm_platform/events-and-notes)."""

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import reading, shape
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.problems import MISSING, NOT_A_CHOICE, Faulty, PartlyDone
from dentsync.sandbox.amocrm.reading import Clause, column
from dentsync.sandbox.amocrm.storage import Json

TYPES = frozenset(
    {
        "common", "call_in", "call_out", "service_message", "extended_service_message", "message_cashier",
        "geolocation", "sms_in", "sms_out", "attachment",
    }
)  # fmt: skip
_WITH_TEXT = frozenset(
    {"common", "service_message", "extended_service_message", "message_cashier", "sms_in", "sms_out"}
)


def shown(call: Call, item: Json) -> Json:
    """A note."""
    kept = {key: value for key, value in item.items() if key != "kind"}
    links = call.href(f"{item['kind']}/{item['entity_id']}/notes/{item['id']}")
    return kept | {"group_id": 0, "account_id": call.account.owner.id, "_links": links}


def listed(call: Call, kind: str, entity: int | None = None) -> Answer:
    """``GET /{kind}/notes`` and ``GET /{kind}/{id}/notes``."""
    clauses = [Clause(f"{column('kind')} = ?", (kind,)), *reading.filters(call, "notes")]
    wanted = [entity] if entity is not None else reading.numbers(call.filter("entity_id") or [])
    if wanted:
        clauses.append(Clause(f"{column('entity_id')} IN ({','.join('?' * len(wanted))})", tuple(wanted)))
    items, more = reading.documents(call, "notes", clauses)
    path = f"{kind}/notes" if entity is None else f"{kind}/{entity}/notes"
    return reading.collection(call, path, "notes", [shown(call, item) for item in items], more)


def one(call: Call, kind: str, number: int) -> Answer:
    """``GET /{kind}/notes/{id}``; 204 for an unknown one."""
    item = call.account.storage.item("notes", number)
    return Answer(shown(call, item)) if item and item["kind"] == kind else NOTHING


def add(call: Call, kind: str, entity: int | None = None) -> Answer:
    """``POST /{kind}/notes`` and ``POST /{kind}/{id}/notes``."""
    sent, faulty = call.batch(), Faulty()
    items = [_checked(call, kind, entity, item, given, faulty) for given, item in shape.batch(sent, faulty)]
    faulty.check()
    done = [_made(call, kind, given, item) for given, item in call.stored(items)]
    return Answer({"_links": call.href(f"{kind}/notes"), "_embedded": {"notes": call.shuffled(done)}})


def _checked(call: Call, kind: str, entity: int | None, sent: Json, given: str, faulty: Faulty) -> tuple[str, Json]:
    number = entity if entity is not None else sent.get("entity_id")
    for key, value in (("entity_id", number), ("note_type", sent.get("note_type"))):
        if value is None:
            faulty.add(given, "FieldMissing", key, MISSING)
    if number is not None and call.account.storage.item(kind, number) is None:
        faulty.add(given, "NotSupportedChoice", "entity_id", NOT_A_CHOICE)
    if sent.get("note_type") is not None and sent["note_type"] not in TYPES:
        faulty.add(given, "NotSupportedChoice", "note_type", NOT_A_CHOICE)
    params = php.as_map(sent.get("params"))
    if sent.get("note_type") in _WITH_TEXT and not isinstance(params.get("text"), str):
        faulty.add(given, "FieldMissing", "params.text", MISSING)
    return given, {"entity_id": number, "note_type": sent.get("note_type"), "params": _trimmed(params)}


def _trimmed(params: Json) -> Json:
    """A text loses the blanks around it (measured)."""
    return {key: value.strip() if key == "text" and isinstance(value, str) else value for key, value in params.items()}


def _made(call: Call, kind: str, given: str, item: Json) -> Json:
    now, by = call.account.now, call.user
    stamps = {"created_by": by, "updated_by": by, "created_at": now, "updated_at": now, "responsible_user_id": by}
    number = call.account.storage.insert("notes", item | stamps | {"kind": kind})
    call.account.journal.counts["created_notes"] += 1
    links = call.href(f"{kind}/{item['entity_id']}/notes/{number}")
    return {"id": number, "entity_id": item["entity_id"], "request_id": given, "_links": links}


def change(call: Call, kind: str) -> Answer:
    """``PATCH /{kind}/notes`` with an array."""
    sent, faulty = call.batch(), Faulty()
    items = shape.batch(sent, faulty)
    faulty.check()
    done, errors = [], {}
    for given, item in call.stored(items):
        note = call.account.storage.item("notes", item.get("id"))
        if note is None:
            errors[item.get("id", 0)] = "Note not found"
        else:
            done.append(_changed(call, note, item) | {"request_id": given})
    if errors:
        raise PartlyDone(errors)
    return Answer({"_links": call.href(f"{kind}/notes"), "_embedded": {"notes": call.shuffled(done)}})


def change_one(call: Call, kind: str, number: int) -> Answer:
    """``PATCH /{kind}/notes/{id}`` with an object."""
    note = call.account.storage.item("notes", number)
    if note is None or note["kind"] != kind:
        return NOTHING
    return Answer(_changed(call, note, call.object()))


def _changed(call: Call, note: Json, sent: Json) -> Json:
    params = note["params"] | _trimmed(php.as_map(sent.get("params")))
    after = note | {"params": params, "updated_at": call.account.now, "updated_by": call.user}
    call.account.storage.replace("notes", after)
    links = call.href(f"{note['kind']}/{note['entity_id']}/notes/{note['id']}")
    return {"id": note["id"], "entity_id": note["entity_id"], "updated_at": after["updated_at"], "_links": links}
