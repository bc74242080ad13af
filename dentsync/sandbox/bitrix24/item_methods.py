"""crm.item.add, get, update, delete, list, fields (api-reference/crm/universal/ of b24restdocs)."""

import json
from collections.abc import Iterable
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import filters, items
from dentsync.sandbox.bitrix24.answers import Answer, Json, required
from dentsync.sandbox.bitrix24.call import PAGE, Call, ResolveItem, understood
from dentsync.sandbox.bitrix24.filters import Clause
from dentsync.sandbox.bitrix24.schema import TYPE_IDS, Field, Schema
from dentsync.sandbox.bitrix24.storage import TABLES
from dentsync.sandbox.bitrix24.world import World


def add(call: Call) -> Answer:
    """crm.item.add: the full item is echoed."""
    kind = call.kind()
    change = understood(call, kind, required(call.params, "fields"))
    item_id = items.add(call.world, kind, change, call.actor)
    return Answer({"item": _echo(call, kind, item_id)})


def get(call: Call) -> Answer:
    """crm.item.get."""
    kind = call.kind()
    return Answer({"item": _echo(call, kind, call.item(kind)["id"])})


def update(call: Call) -> Answer:
    """crm.item.update: only the keys that are sent change."""
    kind = call.kind()
    item = call.item(kind)
    items.change(call.world, kind, item, understood(call, kind, required(call.params, "fields")), call.actor)
    return Answer({"item": _echo(call, kind, item["id"])})


def delete(call: Call) -> Answer:
    """crm.item.delete: ``{"result": []}``."""
    kind = call.kind()
    items.delete(call.world, kind, call.item(kind)["id"])
    return Answer([])


def list_(call: Call) -> Answer:
    """crm.item.list: pages of 50; ``start: -1`` does not count and says total 0."""
    kind = call.kind()
    known = call.world.schema(kind)
    condition = filters.where(call.params.get("filter"), ResolveItem(call, known, "filter"), call.world.zone)
    order = filters.order(call.params.get("order"), ResolveItem(call, known, "order"))
    found, total, following = page(call, kind, condition, order)
    selected = [php.as_text(name) for name in php.as_list(call.params.get("select")) or []]
    return Answer({"items": shown(call, kind, found, selected)}, total, following)


def fields(call: Call) -> Answer:
    """crm.item.fields: what every field is, and the ids of enumeration items."""
    known = call.world.schema(call.kind())
    shown_fields = {known.shown(name, call.originals): _described(field) for name, field in known.fields.items()}
    return Answer({"fields": shown_fields})


def page(call: Call, kind: str, condition: Clause, order: str) -> tuple[list[Json], int, int | None]:
    """One page of items, the total, and where the next page starts."""
    where = filters.both(condition, call.visible())
    start = call.start()
    rows = call.world.storage.rows(
        f"SELECT id, data FROM {TABLES[kind]} WHERE {where.sql} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
        (*where.parameters, PAGE, max(start, 0)),
    )
    found = [{"id": number, **json.loads(text)} for number, text in rows]
    if start < 0:
        return found, 0, None
    total = len(found) + start
    if len(found) == PAGE or (start and not found):
        sql = f"SELECT count(*) FROM {TABLES[kind]} WHERE {where.sql}"  # noqa: S608
        total = call.world.storage.value(sql, where.parameters)
    return found, total, start + PAGE if start + PAGE < total else None


def shown(call: Call, kind: str, found: list[Json], selected: list[str]) -> list[Json]:
    """Items as they are answered: what was selected; ``fm`` only with ``*``."""
    known = call.world.schema(kind)
    everything = not selected or "*" in selected
    names = list(known.fields) if everything else _selected(call, known, selected)
    full = full_items(call.world, kind, found, with_fm="*" in selected)
    answered = [{known.shown(name, call.originals): item.get(name) for name in names} for item in full]
    if everything:
        for answer, item in zip(answered, full, strict=True):
            answer["entityTypeId"] = TYPE_IDS[kind]
            answer |= {"fm": item["fm"]} if "fm" in item else {}
    return answered


def _selected(call: Call, known: Schema, selected: list[str]) -> list[str]:
    upper = call.world.settings.upper_case_id
    names = ["id" if name == "ID" and upper else known.stored(name, call.originals) for name in selected]
    return list(dict.fromkeys(name for name in names if name))


def full_items(world: World, kind: str, found: Iterable[Json], with_fm: bool) -> list[Json]:
    """Items with what is kept beside them: the contacts of deals, the phones of contacts."""
    listed = [dict(item) for item in found]
    ids = [item["id"] for item in listed]
    if kind == "deal":
        links = world.storage.links(ids)
        return [item | {"contactIds": links[item["id"]]} for item in listed]
    if not with_fm:
        return listed
    phones = world.storage.multifields(ids)
    return [item | {"fm": [_fm_entry(*entry) for entry in phones[item["id"]]]} for item in listed]


def _fm_entry(number: int, type_id: str, value_type: str, value: str) -> Json:
    return {"id": number, "typeId": type_id, "valueType": value_type, "value": value}


def _echo(call: Call, kind: str, item_id: int) -> Json:
    item = call.world.storage.item(kind, item_id) or {}
    return shown(call, kind, [item], ["*"])[0]


def _described(field: Field) -> Json:
    described: dict[str, Any] = {
        "type": field.type,
        "isRequired": field.mandatory,
        "isReadOnly": field.readonly,
        "isImmutable": False,
        "isMultiple": field.multiple,
        "isDynamic": field.custom,
        "title": field.title,
        "upperName": field.upper,
    }
    if field.dictionary:
        described["statusType"] = field.dictionary
    if field.custom:
        described["settings"] = {"PRECISION": field.precision} if field.type == "double" else {}
    if field.type == "enumeration":
        described["items"] = [{"ID": str(number), "VALUE": value} for number, value in field.options.items()]
    return described
