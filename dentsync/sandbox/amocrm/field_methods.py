"""Custom fields: listing, adding, changing, deleting (crm_platform/custom-fields)."""

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import reading, shape
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.fields import CHOICES, TYPES, Field
from dentsync.sandbox.amocrm.problems import MISSING, NOT_A_CHOICE, Faulty, Problem
from dentsync.sandbox.amocrm.storage import Json


def listed(call: Call, kind: str) -> Answer:
    """``GET /{kind}/custom_fields``."""
    types = [php.as_text(item) for item in reading.listed(call.filter("type"))] if call.filter("type") else []
    found = [field for field in call.account.fields(kind).by_id.values() if not types or field.type in types]
    wish = php.as_map(call.params.get("order"))
    if "id" in wish:
        found.sort(key=lambda field: field.id, reverse=php.as_text(wish["id"]).lower() == "desc")
    return reading.paged(call, f"{kind}/custom_fields", "custom_fields", [_shown(call, field) for field in found])


def one(call: Call, kind: str, number: int) -> Answer:
    """``GET /{kind}/custom_fields/{id}``."""
    return Answer(_shown(call, _known(call, kind, number)))


def _shown(call: Call, field: Field) -> Json:
    return field.shown(call.account.owner.id, call.base)


def _known(call: Call, kind: str, number: int) -> Field:
    field = call.account.fields(kind).by_id.get(number)
    if field is None:
        raise Problem(404, "Custom field not found")
    return field


def add(call: Call, kind: str) -> Answer:
    """``POST /{kind}/custom_fields`` with an array: 201."""
    call.only_admin()
    faulty = Faulty()
    sent = shape.batch(call.batch(), faulty)
    codes = {field.code for field in call.account.fields(kind).by_id.values()} - {None}
    for given, item in sent:
        _check(item, given, codes, faulty)
    faulty.check()
    numbers = [(given, _insert(call, kind, item)) for given, item in call.stored(sent)]
    call.account.structure_changed()
    known = call.account.fields(kind).by_id
    shown = [_shown(call, known[number]) | {"request_id": given} for given, number in numbers]
    links = call.href(f"{kind}/custom_fields")
    return Answer({"_total_items": len(shown), "_links": links, "_embedded": {"custom_fields": shown}}, 201)


def _check(sent: Json, given: str, codes: set[str | None], faulty: Faulty) -> None:
    for key in ("name", "type"):
        if key not in sent:
            faulty.add(given, "FieldMissing", key, MISSING)
    if "type" in sent and sent["type"] not in TYPES:
        faulty.add(given, "NotSupportedChoice", "type", NOT_A_CHOICE)
    if sent.get("type") in CHOICES and not sent.get("enums"):
        faulty.add(given, "FieldMissing", "enums", MISSING)
    sent["enums"] = shape.listed(sent.get("enums"), given, faulty, "enums")
    if "code" in sent:
        if sent["code"] in codes:
            faulty.add(given, "NotSupportedChoice", "code", NOT_A_CHOICE)
        codes.add(sent["code"])


def _insert(call: Call, kind: str, item: Json) -> int:
    columns = "kind, name, code, type, sort, predefined, api_only"
    values = (kind, item["name"], item.get("code"), item["type"], item.get("sort", 500))
    number = call.account.storage.run(
        f"INSERT INTO fields ({columns}) VALUES (?, ?, ?, ?, ?, 0, ?)",  # noqa: S608
        (*values, int(bool(item.get("is_api_only")))),
    )
    for place, enum in enumerate(item["enums"], 1):
        _add_enum(call, number, enum, place)
    return number


def _add_enum(call: Call, field: int, enum: Json, place: int) -> None:
    row = (field, enum.get("value", ""), enum.get("sort", place), enum.get("code"))
    call.account.storage.run("INSERT INTO enums (field, value, sort, code) VALUES (?, ?, ?, ?)", row)


def change(call: Call, kind: str) -> Answer:
    """``PATCH /{kind}/custom_fields`` with an array."""
    faulty = Faulty()
    sent = shape.batch(call.batch(), faulty)
    numbers = [_change(call, kind, item.get("id", 0), item, given, faulty) for given, item in sent]
    faulty.check()
    call.account.structure_changed()
    shown = [_shown(call, _known(call, kind, number)) for number in numbers]
    links = call.href(f"{kind}/custom_fields")
    return Answer({"_total_items": len(shown), "_links": links, "_embedded": {"custom_fields": shown}})


def change_one(call: Call, kind: str, number: int) -> Answer:
    """``PATCH /{kind}/custom_fields/{id}`` with an object."""
    faulty = Faulty()
    _change(call, kind, number, shape.typed(call.object(), "0", faulty), "0", faulty)
    faulty.check()
    call.account.structure_changed()
    return Answer(_shown(call, _known(call, kind, number)))


def _change(call: Call, kind: str, number: int, item: Json, given: str, faulty: Faulty) -> int:
    call.only_admin()
    field = _known(call, kind, number)
    row = (item.get("name", field.name), item.get("sort", field.sort), field.id)
    call.account.storage.run("UPDATE fields SET name = ?, sort = ? WHERE id = ?", row)
    if "enums" in item:
        set_enums(call, field, shape.listed(item["enums"], given, faulty, "enums"))
    return number


def set_enums(call: Call, field: Field, wanted: list[Json]) -> None:
    """What is not named by its id is deleted, and cards lose the value; what has no id is new."""
    storage = call.account.storage
    kept = {enum["id"] for enum in wanted if enum.get("id") is not None}
    for enum in field.enums:
        if enum.id not in kept:
            storage.run("DELETE FROM enums WHERE id = ?", (enum.id,))
    for place, item in enumerate(wanted, 1):
        known = field.enum(item.get("id"))
        if known is None:
            _add_enum(call, field.id, item, place)
        else:
            row = (item.get("value", known.value), item.get("sort", place), known.id)
            storage.run("UPDATE enums SET value = ?, sort = ? WHERE id = ?", row)


def delete(call: Call, kind: str, number: int) -> Answer:
    """``DELETE /{kind}/custom_fields/{id}``: with all its values."""
    call.only_admin()
    field = _known(call, kind, number)
    if field.predefined:
        raise Problem(400, "Field can not be deleted")
    remove(call, field)
    return NOTHING


def remove(call: Call, field: Field) -> None:
    """Delete a field and its values everywhere."""
    storage = call.account.storage
    storage.run("DELETE FROM fields WHERE id = ?", (field.id,))
    storage.run("DELETE FROM enums WHERE field = ?", (field.id,))
    storage.run("DELETE FROM search_values WHERE field = ?", (field.id,))
    path = f'$.fields."{field.id}"'
    storage.run(f"UPDATE {field.kind} SET data = json_remove(data, ?)", (path,))  # noqa: S608
    call.account.structure_changed()
