"""What an account holds, with names instead of ids, in a stable order: plain enough for golden files."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from dentsync.sandbox.amocrm import tags, values
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.fields import Field
from dentsync.sandbox.amocrm.storage import KINDS, Json

_SURPLUS = (
    "SELECT v.value, count(DISTINCT s.item) FROM search_values v JOIN search s ON s.version = v.version "
    "JOIN fields f ON f.id = v.field WHERE f.api_only AND s.kind = ? AND s.version = "
    "(SELECT max(version) FROM search WHERE kind = s.kind AND item = s.item) GROUP BY v.field, v.value"
)


def everything(account: Account) -> Json:
    """Contacts, leads and tasks by id; what lies in the trash is left out."""
    return {"contacts": contacts(account), "leads": leads(account), "tasks": tasks(account)}


def contacts(account: Account) -> list[Json]:
    """Contacts with their phones, addresses and leads."""
    return [
        {
            "id": item["id"],
            "name": item["name"],
            "phones": multitext(account, item, "PHONE"),
            "emails": multitext(account, item, "EMAIL"),
            "tags": sorted(tags.names(account.storage, item["tags"]).values()),
            "leads": account.storage.leads_of(item["id"]),
            "fields": fields(account, "contacts", item),
        }
        for item in _items(account, "contacts")
    ]


def leads(account: Account) -> list[Json]:
    """Leads with the names of their pipeline and status."""
    reasons = dict(account.storage.rows("SELECT id, name FROM loss_reasons"))
    return [
        {
            "id": item["id"],
            "name": item["name"],
            **place(account, item),
            "loss_reason": reasons.get(item["loss_reason_id"]),
            "price": item["price"],
            "tags": sorted(tags.names(account.storage, item["tags"]).values()),
            "contacts": [number for number, _ in account.storage.contacts_of(item["id"])],
            "fields": fields(account, "leads", item),
        }
        for item in _items(account, "leads")
    ]


def tasks(account: Account, lead: int | None = None) -> list[Json]:
    """Tasks, all or of one lead, with the names of their types and the time they are due."""
    only = "1" if lead is None else "json_extract(data, '$.entity_id') = ?"
    types = dict(account.storage.rows("SELECT id, name FROM task_types"))
    return [
        {
            "id": item["id"],
            "text": item["text"],
            "type": types.get(item["task_type_id"]),
            "due": moment(account, item["complete_till"]),
            "completed": item["is_completed"],
            "result": item["result"],
            "on": [item["entity_type"], item["entity_id"]],
        }
        for item in _items(account, "tasks", only, [] if lead is None else [lead])
    ]


def place(account: Account, lead: Json) -> Json:
    """Where a lead is, in words."""
    pipeline = account.pipelines.by_id.get(lead["pipeline_id"])
    status = pipeline.status(lead["status_id"]) if pipeline else None
    return {"pipeline": pipeline.name if pipeline else None, "status": status.name if status else None}


def fields(account: Account, kind: str, item: Json) -> Json:
    """Filled custom fields by name; phones and addresses are left out."""
    known = [field for field in account.fields(kind).by_id.values() if field.type != "multitext"]
    found = {field.name: shown(account, field, item["fields"].get(str(field.id))) for field in known}
    return {name: value for name, value in sorted(found.items()) if value is not None}


def shown(account: Account, field: Field, kept: values.Values | None) -> Any:
    """A field's value as a person sees it: a day or a time in the account's zone, the text of an enum."""
    one = values.shown(field, kept) if kept else None
    if one is None:
        return None
    found = [value["value"] for value in one["values"]]
    if field.type in values.DAYS:
        return moment(account, found[0])[:10]
    if field.type == "date_time":
        return moment(account, found[0])
    return found if field.type == "multiselect" else found[0]


def moment(account: Account, seconds: int) -> str:
    """ISO, where the account is."""
    return datetime.fromtimestamp(seconds, account.zone).isoformat(timespec="seconds")


def multitext(account: Account, item: Json, code: str) -> list[str]:
    """The phones or the addresses of a contact."""
    field = account.fields("contacts").coded(code)
    return [value["value"] for value in item["fields"].get(str(field.id), [])] if field else []


def trash(account: Account) -> Json:
    """Ids of what was thrown away, by kind."""
    sql = "SELECT id FROM {} WHERE json_extract(data, '$.deleted') ORDER BY id"
    return {kind: [number for (number,) in account.storage.rows(sql.format(kind))] for kind in KINDS}


def unsorted(account: Account) -> list[Json]:
    """What waits in «Неразобранное»."""
    rows = account.storage.rows("SELECT uid, lead, data FROM unsorted WHERE state = 'waiting' ORDER BY lead")
    return [{"uid": uid, "lead": lead, "category": json.loads(data)["category"]} for uid, lead, data in rows]


def automations(account: Account) -> list[Json]:
    """Every automation that fired, oldest first; ``message`` is what a patient was sent."""
    columns = ("created", "lead", "event", "status", "message", "person")
    rows = account.storage.rows(f"SELECT {', '.join(columns)} FROM automations ORDER BY id")  # noqa: S608
    return [dict(zip(columns, row, strict=True)) for row in rows]


def settings(account: Account) -> Json:
    """The switches as they stand."""
    found: Json = msgspec.to_builtins(account.settings)
    return found | {"speed": account.clock.speed, "now": account.clock.now()}


def counters(account: Account) -> Json:
    """What was counted since the start or the last reset."""
    names = (
        "requests", "created_contacts", "created_leads", "created_companies", "created_tasks", "created_notes",
        "updated_contacts", "updated_leads", "updated_companies", "updated_tasks", "moved", "automations", "messages",
        "acts", "refused_429", "faults",
    )  # fmt: skip
    counts = account.journal.counts
    found: Json = {name: counts[name] for name in names}
    return found | {"commands": dict(sorted(account.journal.commands.items())), "duplicates": duplicates(account)}


def duplicates(account: Account) -> dict[str, int]:
    """Surplus entities that share a value of a field which only the API can write: our key."""
    return {
        kind: sum(count - 1 for _, count in account.storage.rows(_SURPLUS, (kind,))) for kind in ("contacts", "leads")
    }


def _items(account: Account, kind: str, only: str = "1", parameters: Iterable[int] = ()) -> list[Json]:
    rows = account.storage.rows(f"SELECT id, data FROM {kind} WHERE {only} ORDER BY id", parameters)  # noqa: S608
    found = [{"id": number, **json.loads(text)} for number, text in rows]
    return [item for item in found if not item.get("deleted")]
