"""Entities as the API shows them (crm_platform/contacts-api, leads-api, companies-api)."""

from collections.abc import Callable
from typing import Any

from dentsync.sandbox.amocrm import tags, values
from dentsync.sandbox.amocrm.call import Call
from dentsync.sandbox.amocrm.storage import Json

FURNISHED = 1_767_225_600
"""When the accounts were set up: 2026-01-01, by their own telling."""

Show = Callable[[Call, Json], Json]


def contact(call: Call, item: Json) -> Json:
    """A contact; in the trash it says ``is_deleted: false`` all the same (measured)."""
    shown = {
        "id": item["id"],
        "name": item["name"],
        "first_name": item["first_name"],
        "last_name": item["last_name"],
        **_common(call, "contacts", item),
        "is_deleted": False,
        "is_unsorted": item["unsorted"],
    }
    embedded: Json = {"tags": tags.shown(call.account.storage, item["tags"]), "companies": _company(call, item)}
    if call.wants("leads"):
        leads = [number for number in call.account.storage.leads_of(item["id"]) if _alive(call, "leads", number)]
        embedded["leads"] = [_ref(call, "leads", number) for number in leads]
    return _linked(call, "contacts", shown, embedded)


def company(call: Call, item: Json) -> Json:
    """A company."""
    shown = {"id": item["id"], "name": item["name"], **_common(call, "companies", item), "is_deleted": False}
    return _linked(call, "companies", shown, {"tags": tags.shown(call.account.storage, item["tags"])})


def lead(call: Call, item: Json) -> Json:
    """A lead; in the trash most of it is null."""
    shown = {
        "id": item["id"],
        "name": item["name"],
        "price": item["price"],
        "status_id": item["status_id"],
        "pipeline_id": item["pipeline_id"],
        "loss_reason_id": item["loss_reason_id"],
        "source_id": None,
        **_common(call, "leads", item),
        "closed_at": item["closed_at"],
        "is_deleted": item["deleted"],
        "score": None,
        "labor_cost": None,
    }
    if item["deleted"]:
        kept = ("id", "is_deleted", "account_id", "updated_at")
        shown = {key: value if key in kept else None for key, value in shown.items()}
        return _linked(call, "leads", shown, {"tags": [], "companies": []})
    embedded: Json = {"tags": tags.shown(call.account.storage, item["tags"]), "companies": _company(call, item)}
    if call.wants("contacts"):
        contacts = [one for one in call.account.storage.contacts_of(item["id"]) if _alive(call, "contacts", one[0])]
        embedded["contacts"] = [_ref(call, "contacts", number) | {"is_main": main} for number, main in contacts]
    if call.wants("loss_reason"):
        embedded["loss_reason"] = _reasons(call, item["loss_reason_id"])
    return _linked(call, "leads", shown, embedded)


SHOW: dict[str, Show] = {"contacts": contact, "companies": company, "leads": lead}


def _common(call: Call, kind: str, item: Json) -> Json:
    return {
        "responsible_user_id": item["responsible_user_id"],
        "group_id": 0,
        "created_by": item["created_by"],
        "updated_by": item["updated_by"],
        "created_at": item["created_at"],
        "updated_at": item["updated_at"],
        "closest_task_at": closest_task(call, kind, item["id"]),
        "custom_fields_values": custom_fields(call, kind, item),
        "account_id": call.account.owner.id,
    }


def custom_fields(call: Call, kind: str, item: Json) -> list[Json] | None:
    """The filled fields in the order of the account; null when there is none."""
    fields = call.account.fields(kind).by_id.values()
    filled = [values.shown(field, item["fields"][str(field.id)]) for field in fields if str(field.id) in item["fields"]]
    return [one for one in filled if one] or None


def closest_task(call: Call, kind: str, number: int) -> int | None:
    """When the next open task of an entity is due."""
    sql = (
        "SELECT min(json_extract(data, '$.complete_till')) FROM tasks WHERE json_extract(data, '$.entity_id') = ? "
        "AND json_extract(data, '$.entity_type') = ? AND NOT json_extract(data, '$.is_completed')"
    )
    found: int | None = call.account.storage.value(sql, (number, kind))
    return found


def _alive(call: Call, kind: str, number: int | None) -> bool:
    item = call.account.storage.item(kind, number)
    return item is not None and not item["deleted"]


def _ref(call: Call, kind: str, number: int) -> Json:
    return {"id": number, "_links": call.href(f"{kind}/{number}")}


def _company(call: Call, item: Json) -> list[Json]:
    return [_ref(call, "companies", item["company"])] if _alive(call, "companies", item["company"]) else []


def _reasons(call: Call, number: Any) -> list[Json]:
    rows = call.account.storage.rows("SELECT id, name, sort FROM loss_reasons WHERE id = ?", (number,))
    return [reason(call, row) for row in rows]


def reason(call: Call, row: tuple[Any, ...]) -> Json:
    """A reason for losing a lead."""
    number, name, sort = row
    return {
        "id": number,
        "name": name,
        "sort": sort,
        "created_at": FURNISHED,
        "updated_at": FURNISHED,
        "_links": call.href(f"leads/loss_reasons/{number}"),
    }


def _linked(call: Call, kind: str, shown: Json, embedded: Json) -> Json:
    """``_links.self`` repeats the query of the request (measured)."""
    links = call.href(f"{kind}/{shown['id']}", call.request.query)
    return shown | {"_links": links, "_embedded": embedded}
