"""The frozen families crm.contact.* and crm.deal.* (crm/contacts/, crm/deals/): UPPER_CASE names, everything text.

Unknown names in a filter are ignored, so a cursor with a wrong key gives the first page for ever.
"""

from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import filters, item_methods, items, multifields, values
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json
from dentsync.sandbox.bitrix24.call import Call, understood
from dentsync.sandbox.bitrix24.filters import Clause
from dentsync.sandbox.bitrix24.items import Change
from dentsync.sandbox.bitrix24.schema import Field


def add(call: Call) -> Answer:
    """crm.contact.add, crm.deal.add: the answer is the new id."""
    kind = _kind(call)
    fields = php.as_map(call.params.get("fields"))
    if not fields:
        raise ApiError("", "Parameter 'fields' must be array.")
    return Answer(items.add(call.world, kind, _change(call, kind, fields), call.actor))


def update(call: Call) -> Answer:
    """crm.contact.update, crm.deal.update: ``true``. A stage of another pipeline changes nothing, without an error."""
    kind = _kind(call)
    item = _item(call, kind)
    change = _change(call, kind, php.as_map(call.params.get("fields")), _known_phones(call, kind, item))
    if kind == "deal":
        change.fields.pop("categoryId", None)
        stage = call.world.stages().get(change.fields.get("stageId", ""))
        if stage is None or stage.category != item["categoryId"]:
            change.fields.pop("stageId", None)
    items.change(call.world, kind, item, change, call.actor)
    return Answer(True)


def get(call: Call) -> Answer:
    """crm.contact.get, crm.deal.get."""
    kind = _kind(call)
    return Answer(_shown(call, kind, [_item(call, kind)], ["*", "UF_*", "PHONE", "EMAIL"])[0])


def delete(call: Call) -> Answer:
    """crm.contact.delete, crm.deal.delete: ``true``."""
    kind = _kind(call)
    items.delete(call.world, kind, _item(call, kind)["id"])
    return Answer(True)


def list_(call: Call) -> Answer:
    """crm.contact.list, crm.deal.list; PHONE and EMAIL filter by the exact stored value."""
    kind = _kind(call)
    sent = php.as_map(call.params.get("filter", call.params.get("FILTER")))
    wanted = filters.where(
        {key: value for key, value in sent.items() if key != "logic"}, _Resolve(call, kind), _zone(call)
    )
    for type_id in ("PHONE", "EMAIL"):
        if kind == "contact" and type_id in sent:
            wanted = filters.both(wanted, _by_phone(type_id, sent[type_id]))
    order = filters.order(call.params.get("order", call.params.get("ORDER")), _Resolve(call, kind))
    found, total, following = item_methods.page(call, kind, wanted, order)
    asked = php.as_list(call.params.get("select", call.params.get("SELECT"))) or ["*"]
    return Answer(_shown(call, kind, found, [php.as_text(name) for name in asked]), total, following)


def _kind(call: Call) -> str:
    return call.method.split(".")[1]


def _zone(call: Call) -> Any:
    return call.world.zone


class _Resolve:
    """UPPER_CASE name -> field; None for an unknown one."""

    def __init__(self, call: Call, kind: str) -> None:
        self._fields = {field.upper: field for field in call.world.schema(kind).fields.values()}

    def __call__(self, name: str) -> Field | None:
        return self._fields.get(name)


def _item(call: Call, kind: str) -> Json:
    number = php.as_int(call.params.get("id", call.params.get("ID", 0)))
    item = call.world.storage.item(kind, number)
    if item is None:
        raise ApiError("", "Not found")
    call.check_access(item)
    return item


def _change(call: Call, kind: str, fields: Json, known: frozenset[int] = frozenset()) -> Change:
    resolve = _Resolve(call, kind)
    found = [(resolve(name), value) for name, value in fields.items()]
    renamed = {call.world.schema(kind).shown(field.name, call.originals): value for field, value in found if field}
    change = understood(call, kind, renamed)
    return Change(change.fields, _phones(fields, known) if kind == "contact" else None, change.contacts)


def _phones(fields: Json, known: frozenset[int]) -> Any:
    """Records with a known ID change, the others are added."""
    entries = multifields.of_classic(fields)
    keyed = {}
    for position, entry in enumerate(entries):
        number = php.as_int(entry["id"])
        keyed[str(number) if number in known else f"n{position}"] = entry
    return keyed


def _known_phones(call: Call, kind: str, item: Json) -> frozenset[int]:
    if kind != "contact":
        return frozenset()
    return frozenset(entry[0] for entry in call.world.storage.multifields([item["id"]])[item["id"]])


def _by_phone(type_id: str, value: Any) -> Clause:
    choices = [php.as_text(item) for item in php.as_list(value) or [value]]
    places = ",".join("?" * len(choices))
    sql = f"id IN (SELECT contact FROM multifields WHERE type = ? AND value IN ({places}))"  # noqa: S608
    return Clause(sql, (type_id, *choices))


def _shown(call: Call, kind: str, found: list[Json], asked: list[str]) -> list[Json]:
    known = call.world.schema(kind).fields.values()
    fields = [field for field in known if _asked(field, asked)]
    full = item_methods.full_items(call.world, kind, found, with_fm=kind == "contact")
    rows = [{field.upper: values.classic(field, item.get(field.name)) for field in fields} for item in full]
    for row, item in zip(rows, full, strict=True):
        row |= _classic_phones(item, asked)
    return rows


def _asked(field: Field, asked: list[str]) -> bool:
    if field.name == "contactIds":
        return False
    return field.upper in asked or field.name == "id" or ("UF_*" if field.custom else "*") in asked


def _classic_phones(item: Json, asked: list[str]) -> Json:
    found: Json = {}
    for entry in item.get("fm", []):
        if entry["typeId"] in asked:
            row = {
                "ID": str(entry["id"]),
                "VALUE_TYPE": entry["valueType"],
                "VALUE": entry["value"],
                "TYPE_ID": entry["typeId"],
            }
            found.setdefault(entry["typeId"], []).append(row)
    return found
