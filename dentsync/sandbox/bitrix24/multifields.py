"""Phones and e-mail addresses of a contact, with every silent failure (crm/data-types.md#crm_multifield)."""

import re
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24.storage import Storage

DEFAULT_KIND = "WORK"


def normal(type_id: str, value: str) -> str:
    """A phone as the core of the product is seen to compare it; an address without regard to case.

    Sources for the algorithm: crm-duplicate-find-by-comm.md is silent; read from the public core (observed).
    """
    if type_id != "PHONE":
        return value.strip().casefold()
    number = re.split(r"[;#,]", value, maxsplit=1)[0].strip()
    plus, digits = number.startswith("+"), re.sub(r"\D", "", number)
    if plus or len(digits) < 10:
        return digits
    for prefix in ("00", "011"):
        if digits.startswith(prefix):
            return digits.removeprefix(prefix)
    if re.match(r"8(?![012])", digits):
        return "7" + digits[1:]
    return digits.removeprefix("0")


def add(storage: Storage, contact: int, sent: Any) -> dict[str, str]:
    """``fm`` of a new contact; the flags it sets. A text instead of an array leaves the contact without phones."""
    entries = php.as_list(sent) or []
    changed = [_insert(storage, contact, php.as_map(entry)) for entry in entries]
    return flags(storage, contact) if any(changed) else {}


def change(storage: Storage, contact: int, sent: Any) -> dict[str, str] | None:
    """``fm`` of an update; the flags if anything changed.

    A list appends, so that the same phone comes twice; a map is keyed by record id: change, delete with an empty
    value, or add under an unknown key.
    """
    if isinstance(sent, list):
        changed = [_insert(storage, contact, php.as_map(entry)) for entry in sent]
    else:
        changed = [_apply(storage, contact, key, php.as_map(entry)) for key, entry in php.as_map(sent).items()]
    return flags(storage, contact) if any(changed) else None


def flags(storage: Storage, contact: int) -> dict[str, str]:
    """``hasPhone`` and ``hasEmail`` as the records are now."""
    types = {row[0] for row in storage.rows("SELECT DISTINCT type FROM multifields WHERE contact = ?", (contact,))}
    return {"hasPhone": "Y" if "PHONE" in types else "N", "hasEmail": "Y" if "EMAIL" in types else "N"}


def of_classic(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """``PHONE: [{VALUE, VALUE_TYPE}]`` of the classic methods and of imports as ``fm`` entries."""
    entries: list[dict[str, Any]] = []
    for type_id in ("PHONE", "EMAIL", "WEB", "IM", "LINK"):
        for entry in php.as_list(fields.get(type_id)) or []:
            found = php.as_map(entry)
            entries.append(
                {
                    "id": found.get("ID"),
                    "typeId": type_id,
                    "value": found.get("VALUE", ""),
                    "valueType": found.get("VALUE_TYPE", DEFAULT_KIND),
                }
            )
    return entries


def _insert(storage: Storage, contact: int, entry: dict[str, Any]) -> bool:
    type_id, value = php.as_text(entry.get("typeId")), php.as_text(entry.get("value"))
    if not type_id or not value.strip():
        return False
    kind = php.as_text(entry.get("valueType")) or DEFAULT_KIND
    storage.run(
        "INSERT INTO multifields (contact, type, value_type, value, normal) VALUES (?, ?, ?, ?, ?)",
        (contact, type_id, kind, value, normal(type_id, value)),
    )
    return True


def _apply(storage: Storage, contact: int, key: str, entry: dict[str, Any]) -> bool:
    type_id = php.as_text(entry.get("typeId"))
    if not type_id:
        return False
    sql = "SELECT id, value, value_type FROM multifields WHERE id = ? AND contact = ?"
    row = storage.row(sql, (int(key), contact)) if key.isdigit() else None
    if row is None:
        return _insert(storage, contact, entry)
    value = php.as_text(entry.get("value", row[1]))
    if not value.strip():
        storage.run("DELETE FROM multifields WHERE id = ?", (row[0],))
        return True
    kind = php.as_text(entry.get("valueType")) or row[2]
    if (value, kind) == (row[1], row[2]):
        return False
    storage.run(
        "UPDATE multifields SET type = ?, value_type = ?, value = ?, normal = ? WHERE id = ?",
        (type_id, kind, value, normal(type_id, value), row[0]),
    )
    return True
