"""What the portal holds, with names instead of codes, in a stable order: plain enough for golden files."""

import json
from typing import Any

import msgspec

from dentsync.sandbox.bitrix24.schema import TYPE_IDS
from dentsync.sandbox.bitrix24.storage import TABLES
from dentsync.sandbox.bitrix24.world import World

VOLATILE = frozenset(
    {
        "createdTime", "updatedTime", "movedTime", "lastActivityTime", "lastActivityBy", "updatedBy",
        "createdBy", "movedBy", "begindate", "closedate", "stageId", "categoryId", "stageSemanticId",
        "previousStageId", "isNew", "closed", "contactId", "hasPhone", "hasEmail", "hasImol", "_products",
        "opened", "export", "isRecurring", "isReturnCustomer", "isRepeatedApproach", "taxValue", "currencyId",
        "typeId",
    }
)  # fmt: skip
"""System fields that say nothing about the clinic's data; user, times and ids are left out of ``fields``."""


def everything(world: World) -> dict[str, Any]:
    """All contacts, deals and tasks by id."""
    return {"contacts": contacts(world), "deals": deals(world), "tasks": tasks(world)}


def tasks(world: World) -> list[dict[str, Any]]:
    """Universal activities with the kind and the id of what they are on."""
    kinds = {number: kind for kind, number in TYPE_IDS.items()}
    found = [{"id": n, **json.loads(text)} for n, text in world.storage.rows("SELECT id, data FROM activities")]
    return [
        {
            "id": item["id"],
            "text": item["DESCRIPTION"],
            "type": item["SUBJECT"],
            "due": item["DEADLINE"],
            "completed": item["COMPLETED"] == "Y",
            "on": [kinds[item["OWNER_TYPE_ID"]], item["OWNER_ID"]],
        }
        for item in found
    ]


def contacts(world: World) -> list[dict[str, Any]]:
    """Contacts with their phones, addresses and deals."""
    found = _items(world, "contact")
    phones = _phones(world)
    linked: dict[int, list[int]] = {}
    for contact, deal in world.storage.rows("SELECT contact, deal FROM links ORDER BY contact, deal"):
        linked.setdefault(contact, []).append(deal)
    return [_contact(world, item, phones.get(item["id"], []), linked.get(item["id"], [])) for item in found]


def deals(world: World) -> list[dict[str, Any]]:
    """Deals with the names of their pipeline and stage."""
    names = dict(world.storage.rows("SELECT id, name FROM categories"))
    linked: dict[int, list[int]] = {}
    for deal, contact in world.storage.rows("SELECT deal, contact FROM links ORDER BY deal, position"):
        linked.setdefault(deal, []).append(contact)
    return [
        {
            "id": item["id"],
            "title": item.get("title"),
            "pipeline": names.get(item["categoryId"]),
            "stage": world.stages()[item["stageId"]].name if item["stageId"] in world.stages() else item["stageId"],
            "contacts": linked.get(item["id"], []),
            "fields": _fields(world, "deal", item),
        }
        for item in _items(world, "deal")
    ]


def automations(world: World) -> list[dict[str, Any]]:
    """Every automation that fired, oldest first; ``message`` is what a patient was sent."""
    columns = ("created", "kind", "item", "event", "stage", "message", "person")
    rows = world.storage.rows(f"SELECT {', '.join(columns)} FROM automations ORDER BY id")  # noqa: S608
    return [dict(zip(columns, row, strict=True)) for row in rows]


def settings(world: World) -> dict[str, Any]:
    """The switches as they stand, without the secrets of webhooks."""
    found: dict[str, Any] = msgspec.to_builtins(world.settings)
    del found["webhooks"]
    return found | {"speed": world.clock.speed, "now": world.clock.now()}


def shown(world: World, kind: str, name: str, value: Any) -> Any:
    """A value as a person sees it: the label of an enumeration, not its id."""
    options = world.schema(kind).fields[name].options if name in world.schema(kind).fields else {}
    if isinstance(value, list):
        return [options.get(item, item) for item in value]
    return options.get(value, value) if options else value


def _items(world: World, kind: str) -> list[dict[str, Any]]:
    rows = world.storage.rows(f"SELECT id, data FROM {TABLES[kind]} ORDER BY id")  # noqa: S608
    return [{"id": number, **json.loads(text)} for number, text in rows]


def _phones(world: World) -> dict[int, list[tuple[int, str, str, str]]]:
    found: dict[int, list[tuple[int, str, str, str]]] = {}
    sql = "SELECT contact, id, type, value_type, value FROM multifields ORDER BY id"
    for contact, *entry in world.storage.rows(sql):
        found.setdefault(contact, []).append((entry[0], entry[1], entry[2], entry[3]))
    return found


def _contact(world: World, item: dict[str, Any], entries: list[Any], linked: list[int]) -> dict[str, Any]:
    return {
        "id": item["id"],
        "phones": [value for _, type_id, _, value in entries if type_id == "PHONE"],
        "emails": [value for _, type_id, _, value in entries if type_id == "EMAIL"],
        "deals": linked,
        "fields": _fields(world, "contact", item),
    }


def _fields(world: World, kind: str, item: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if name not in VOLATILE and name not in ("id", "title")}
    return {name: shown(world, kind, name, value) for name, value in sorted(kept.items())}
