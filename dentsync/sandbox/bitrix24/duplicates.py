"""crm.duplicate.findbycomm (api-reference/crm/duplicates/crm-duplicate-find-by-comm.md)."""

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import multifields
from dentsync.sandbox.bitrix24.answers import Answer, ApiError
from dentsync.sandbox.bitrix24.call import Call

MOST_VALUES = 20
ENOUGH = 20
"""As soon as one type has this many matches, the types after it are left out."""

SEARCH_ORDER = ("LEAD", "CONTACT", "COMPANY")


def find(call: Call) -> Answer:
    """Ids by type, not mapped to the values that were asked for; nothing found is ``[]``."""
    type_id = php.as_text(call.params.get("type")).upper()
    if type_id not in ("PHONE", "EMAIL"):
        raise ApiError("", "Communication type is not defined.")
    wanted = [php.as_text(value) for value in php.as_list(call.params.get("values")) or []]
    if not wanted:
        raise ApiError("Values are not defined.", "Values are not defined.")
    if len(wanted) > MOST_VALUES and call.world.settings.findbycomm_excess == "refused":
        raise ApiError("Too many values.", f"At most {MOST_VALUES} values are allowed.")
    return Answer(_found(call, type_id, wanted[:MOST_VALUES]))


def _found(call: Call, type_id: str, wanted: list[str]) -> dict[str, list[int]]:
    only = php.as_text(call.params.get("entity_type")).upper()
    found: dict[str, list[int]] = {}
    for entity in SEARCH_ORDER:
        if only and entity != only:
            continue
        ids = _contacts(call, type_id, wanted) if entity == "CONTACT" else []
        if ids:
            found[entity] = ids
        if len(ids) >= ENOUGH:
            break
    return found


def _contacts(call: Call, type_id: str, wanted: list[str]) -> list[int]:
    strict = call.world.settings.findbycomm == "strict"
    keys = [key for key in (_key(type_id, text, strict) for text in wanted) if key]
    column = "value" if strict else "normal"
    visible = call.visible()
    seen = "1" if visible.sql == "1" else f"contact IN (SELECT id FROM contacts WHERE {visible.sql})"  # noqa: S608
    rows = call.world.storage.rows(
        f"SELECT DISTINCT contact FROM multifields WHERE type = ? AND {column} IN ({','.join('?' * len(keys))}) "  # noqa: S608
        f"AND {seen} ORDER BY contact",
        (type_id, *keys, *visible.parameters),
    )
    return [row[0] for row in rows]


def _key(type_id: str, text: str, strict: bool) -> str:
    return text.strip() if strict else multifields.normal(type_id, text)
