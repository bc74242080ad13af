"""Tasks (crm_platform/tasks-api)."""

from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import events, reading
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.entities import Actor, Refused
from dentsync.sandbox.amocrm.problems import MISSING, NOT_A_CHOICE, UNEXPECTED, Faulty, PartlyDone, Problem
from dentsync.sandbox.amocrm.reading import Clause, column
from dentsync.sandbox.amocrm.shape import is_int, of_type
from dentsync.sandbox.amocrm.storage import KINDS, Json

_TYPES: dict[str, type] = {
    "text": str, "complete_till": int, "task_type_id": int, "entity_id": int, "entity_type": str, "duration": int,
    "responsible_user_id": int, "is_completed": bool, "created_by": int, "updated_by": int, "created_at": int,
    "updated_at": int, "result": dict,
}  # fmt: skip
_NAMES = {str: "string", int: "int", bool: "bool", dict: "array"}


def shown(call: Call, item: Json) -> Json:
    """A task; ``result`` is an empty array until there is one."""
    keys = (
        "id", "created_by", "updated_by", "created_at", "updated_at", "responsible_user_id", "entity_id",
        "entity_type", "duration", "is_completed", "task_type_id", "text", "complete_till",
    )  # fmt: skip
    return {key: item[key] for key in keys} | {
        "group_id": 0,
        "result": {"text": item["result"]} if item["result"] else [],
        "account_id": call.account.owner.id,
        "_links": call.href(f"tasks/{item['id']}", call.request.query),
    }


def listed(call: Call) -> Answer:
    """``GET /tasks``."""
    clauses = reading.filters(call, "tasks")
    if call.filter("is_completed") is not None:
        flags = [int(php.as_text(item) in ("1", "true")) for item in reading.listed(call.filter("is_completed"))]
        clauses.append(Clause(f"{column('is_completed')} IN ({','.join('?' * len(flags))})", tuple(flags)))
    wanted = call.filter("task_type_id")
    if wanted is not None and call.filter("task_type") is None:
        ids = reading.numbers(wanted)
        clauses.append(Clause(f"{column('task_type_id')} IN ({','.join('?' * len(ids))})", tuple(ids)))
    if call.filter("entity_id") is not None and call.filter("entity_type") is not None:
        ids = reading.numbers(call.filter("entity_id"))
        clauses.append(Clause(f"{column('entity_id')} IN ({','.join('?' * len(ids))})", tuple(ids)))
    if not call.admin:
        clauses.append(Clause(f"{column('responsible_user_id')} = ?", (call.user,)))
    items, more = reading.documents(call, "tasks", clauses)
    return reading.collection(call, "tasks", "tasks", [shown(call, item) for item in items], more)


def one(call: Call, number: int) -> Answer:
    """``GET /tasks/{id}``."""
    item = call.account.storage.item("tasks", number)
    return Answer(shown(call, item)) if item and reading.sees(call, item) else NOTHING


def add(call: Call) -> Answer:
    """``POST /tasks`` with an array."""
    sent, faulty = call.batch(), Faulty()
    items = [_checked(call, item, place, faulty, new=True) for place, item in enumerate(sent)]
    faulty.check()
    done = [_made(call, given, plain) for given, plain in call.stored(items)]
    return Answer({"_links": call.href("tasks"), "_embedded": {"tasks": call.shuffled(done)}})


def _made(call: Call, given: str, plain: Json) -> Json:
    number = create(call, plain, call.actor)
    return {"id": number, "request_id": given, "_links": call.href(f"tasks/{number}")}


def create(call: Call, plain: Json, actor: Actor) -> int:
    """Store a task; its id. The user of the token is responsible if nobody else is."""
    now = call.account.now
    item = {
        "created_by": actor.user, "updated_by": actor.user, "created_at": now, "updated_at": now,
        "responsible_user_id": actor.user, "entity_id": None, "entity_type": None, "duration": 0,
        "is_completed": False, "task_type_id": 1,
    } | {key: value for key, value in plain.items() if key != "result"}  # fmt: skip
    item["result"] = str((plain.get("result") or {}).get("text") or "")
    number = call.account.storage.insert("tasks", item)
    events.record(call.account, "tasks", number, "task_added", item["created_by"])
    _count(call, "created_tasks", actor)
    return number


def change(call: Call) -> Answer:
    """``PATCH /tasks`` with an array."""
    sent, faulty = call.batch(), Faulty()
    items = [(_id(item), *_checked(call, item, place, faulty, new=False)) for place, item in enumerate(sent)]
    faulty.check()
    done, errors = [], {}
    for number, given, plain in call.stored(items):
        try:
            done.append(_changed(call, number, plain) | {"request_id": given})
        except Refused as error:
            errors[number] = str(error)
    if errors:
        raise PartlyDone(errors)
    return Answer({"_links": call.href("tasks"), "_embedded": {"tasks": call.shuffled(done)}})


def change_one(call: Call, number: int) -> Answer:
    """``PATCH /tasks/{id}`` with an object."""
    sent, faulty = call.object(), Faulty()
    _, plain = _checked(call, sent, 0, faulty, new=False)
    faulty.check()
    try:
        done = _changed(call, number, plain)
    except Refused as error:
        # Code 231: the task to update was not found (crm_platform/error-codes).
        raise Problem(404 if call.account.settings.missing == "404" else 400, str(error), code=231) from None
    if call.account.settings.single_reply == "wrapped":
        return Answer({"_links": call.href("tasks"), "_embedded": {"tasks": [done]}})
    return Answer(done)


def _id(item: Any) -> int:
    number = item.get("id") if isinstance(item, dict) else None
    return int(number or 0) if is_int(number) else 0


def _changed(call: Call, number: int, plain: Json) -> Json:
    item = call.account.storage.item("tasks", number)
    if item is None or not reading.sees(call, item):
        raise Refused("Task not found")
    after = update(call, item, plain, call.actor)
    return {"id": number, "updated_at": after["updated_at"], "_links": call.href(f"tasks/{number}")}


def update(call: Call, item: Json, plain: Json, actor: Actor) -> Json:
    """Change what was sent of a task."""
    by = plain.get("updated_by", actor.user)
    after = item | {"updated_at": call.account.now, "updated_by": by} | {k: plain[k] for k in plain if k != "result"}
    if "result" in plain:
        after["result"] = str(plain["result"].get("text") or "")
    call.account.storage.replace("tasks", after)
    _tell(call, item, after, by)
    _count(call, "updated_tasks", actor)
    return after


def delete(call: Call, item: Json, by: int) -> None:
    """Only a person can: the API has no way."""
    call.account.storage.run("DELETE FROM tasks WHERE id = ?", (item["id"],))
    events.record(call.account, "tasks", item["id"], "task_deleted", by)


def _tell(call: Call, before: Json, after: Json, by: int) -> None:
    def told(what: str, after_value: Any = (), before_value: Any = ()) -> None:
        events.record(call.account, "tasks", after["id"], what, by, after_value, before_value)

    if after["is_completed"] and not before["is_completed"]:
        told("task_completed")
    if after["result"] and after["result"] != before["result"]:
        told("task_result_added", [{"note": {"id": after["id"]}}])
    if after["text"] != before["text"]:
        told("task_text_changed", *([{"task": {"text": side["text"]}}] for side in (after, before)))
    if after["complete_till"] != before["complete_till"]:
        sides = [[{"task_deadline": {"timestamp": side["complete_till"]}}] for side in (after, before)]
        told("task_deadline_changed", *sides)
    if after["task_type_id"] != before["task_type_id"]:
        told("task_type_changed", *([{"task_type": {"id": side["task_type_id"]}}] for side in (after, before)))


def _count(call: Call, name: str, actor: Actor) -> None:
    call.account.changed += 1
    if not actor.person:
        call.account.journal.counts[name] += 1


def _checked(call: Call, item: Any, place: int, faulty: Faulty, *, new: bool) -> tuple[str, Json]:
    sent = php.as_map(item)
    given = str(place if sent.get("request_id") is None else sent["request_id"])
    for key in ("text", "complete_till"):
        if new and key not in sent:
            faulty.add(given, "FieldMissing", key, MISSING)
    plain: Json = {}
    for key, raw in sent.items():
        value = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
        if key in ("id", "request_id"):
            continue
        if key not in _TYPES:
            faulty.add(given, "FieldNotExpected", key, UNEXPECTED)
        elif (wrong := _wrong(call, key, value)) is None:
            plain[key] = value
        else:
            faulty.add(given, wrong[0], key, wrong[1])
    _check_entity(call, plain, given, faulty)
    return given, plain


def _wrong(call: Call, key: str, value: Any) -> tuple[str, str] | None:
    kind = _TYPES[key]
    if value is None:
        return "NotNullable", "This value should not be null."
    if not (is_int(value) if kind is int else isinstance(value, kind)):
        return "InvalidType", of_type(_NAMES[kind])
    if key == "text" and not str(value).strip():
        return "NotBlank", "This value should not be blank."
    return None if _is_choice(call, key, value) else ("NotSupportedChoice", NOT_A_CHOICE)


def _is_choice(call: Call, key: str, value: Any) -> bool:
    if key == "responsible_user_id" or (key in ("created_by", "updated_by") and value):
        return call.account.is_active_user(value)
    if key == "task_type_id":
        return call.account.storage.row("SELECT 1 FROM task_types WHERE id = ?", (value,)) is not None
    return key != "entity_type" or value in (*KINDS, "customers")


def _check_entity(call: Call, plain: Json, given: str, faulty: Faulty) -> None:
    number, kind = plain.get("entity_id"), plain.get("entity_type")
    if number and kind is None:
        faulty.add(given, "FieldMissing", "entity_type", MISSING)
    if number and kind in KINDS:
        item = call.account.storage.item(kind, number)
        if item is None or item["deleted"]:
            faulty.add(given, "NotSupportedChoice", "entity_id", NOT_A_CHOICE)
