"""crm.deal.userfield.* and crm.contact.userfield.* (crm/deals/user-defined-fields/ of b24restdocs)."""

import re
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json, required
from dentsync.sandbox.bitrix24.call import Call
from dentsync.sandbox.bitrix24.naming import PREFIX
from dentsync.sandbox.bitrix24.schema import Field
from dentsync.sandbox.bitrix24.schema import read as read_schema

TYPES = frozenset(
    {
        "string", "integer", "double", "boolean", "datetime", "date", "money", "url", "address", "enumeration",
        "file", "employee", "crm_status", "iblock_section", "iblock_element", "crm",
    }
)  # fmt: skip
LONGEST = 50


def list_deal(call: Call) -> Answer:
    """crm.deal.userfield.list."""
    return _list(call, "deal")


def list_contact(call: Call) -> Answer:
    """crm.contact.userfield.list."""
    return _list(call, "contact")


def add_deal(call: Call) -> Answer:
    """crm.deal.userfield.add: the answer is the new id."""
    return _add(call, "deal")


def add_contact(call: Call) -> Answer:
    """crm.contact.userfield.add: the answer is the new id."""
    return _add(call, "contact")


def _list(call: Call, kind: str) -> Answer:
    wanted = php.as_map(call.params.get("filter", call.params.get("FILTER")))
    rows = [_row(kind, field) for field in call.world.schema(kind).fields.values() if field.custom]
    rows = [row for row in rows if all(_matches(row, key, value) for key, value in wanted.items())]
    return Answer(rows, len(rows))


def _matches(row: Json, key: str, value: Any) -> bool:
    choices = php.as_list(value) or [value]
    return key not in row or row[key] in [php.as_text(choice) for choice in choices]


def _row(kind: str, field: Field) -> Json:
    row: Json = {
        "ID": str(field.number),
        "ENTITY_ID": f"CRM_{kind.upper()}",
        "FIELD_NAME": field.name,
        "USER_TYPE_ID": field.type,
        "XML_ID": None,
        "SORT": "100",
        "MULTIPLE": "Y" if field.multiple else "N",
        "MANDATORY": "Y" if field.mandatory else "N",
        "SHOW_FILTER": "N",
        "EDIT_FORM_LABEL": field.title,
        "SETTINGS": {"PRECISION": field.precision} if field.type == "double" else {},
    }
    if field.type == "enumeration":
        row["LIST"] = [
            {"ID": str(number), "VALUE": value, "SORT": str(position * 100), "DEF": "N"}
            for position, (number, value) in enumerate(field.options.items(), 1)
        ]
    return row


def _add(call: Call, kind: str) -> Answer:
    if not call.webhook.admin:
        raise ApiError("", "Access denied.", 403)
    fields = php.as_map(required(call.params, "fields"))
    name = _name(php.as_text(fields.get("FIELD_NAME")))
    type_ = php.as_text(fields.get("USER_TYPE_ID"))
    multiple = php.as_text(fields.get("MULTIPLE")).upper() == "Y"
    if type_ not in TYPES or (type_ == "boolean" and multiple):
        raise ApiError("ERROR_CORE", "The field type is not valid.")
    if name in read_schema(call.world.storage, kind).fields:
        raise ApiError("ERROR_CORE", f"Field {name} already exists.")
    number = call.world.storage.run(
        "INSERT INTO user_fields (kind, name, type, multiple, mandatory, label, precision) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind, name, type_, multiple, fields.get("MANDATORY") == "Y", _label(fields, name), _precision(fields)),
    )
    _add_options(call, number, php.as_list(fields.get("LIST")) or [])
    call.world.structure_changed()
    return Answer(number)


def _name(text: str) -> str:
    name = text.strip().upper()
    name = name if name.startswith(PREFIX) else PREFIX + name
    if not re.fullmatch(r"UF_CRM_[A-Z0-9_]+", name) or len(name) > LONGEST:
        raise ApiError("ERROR_CORE", "The field name is not valid.")
    return name


def _label(fields: Json, name: str) -> str:
    labels = php.as_map(fields.get("EDIT_FORM_LABEL"))
    return php.as_text(labels.get("ru") or fields.get("EDIT_FORM_LABEL") or fields.get("LABEL") or name)


def _precision(fields: Json) -> int:
    return php.as_int(php.as_map(fields.get("SETTINGS")).get("PRECISION", 2))


def _add_options(call: Call, number: int, options: list[Any]) -> None:
    for position, option in enumerate(options, 1):
        found = php.as_map(option)
        sort = php.as_int(found.get("SORT", position * 100))
        call.world.storage.run(
            "INSERT INTO options (field, value, sort, xml_id) VALUES (?, ?, ?, ?)",
            (number, php.as_text(found.get("VALUE")), sort, php.as_text(found.get("XML_ID"))),
        )
