"""The log of events (crm_platform/events-and-notes)."""

import json
from typing import Any

from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.fields import Field
from dentsync.sandbox.amocrm.storage import Json

SINGULAR = {"contacts": "contact", "leads": "lead", "companies": "company", "tasks": "task"}
"""Kind of entity -> its name in events."""

FIELD_TYPES = {
    "text": 1, "numeric": 2, "checkbox": 3, "select": 4, "multiselect": 5, "date": 6, "url": 7, "multitext": 8,
    "textarea": 9, "radiobutton": 10, "streetaddress": 11, "smart_address": 13, "birthday": 14, "legal_entity": 15,
    "date_time": 19,
}  # fmt: skip
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def record(account: Account, kind: str, number: int, what: str, by: int, after: Any = (), before: Any = ()) -> None:
    """Remember an event; it is listed after ``events_lag`` seconds."""
    now = account.clock.now()
    account.storage.run(
        "INSERT INTO events (id, type, entity, entity_id, created_by, created_at, after, before, since) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _ulid(account, now), what, SINGULAR[kind], number, by, int(now),
            json.dumps(list(after), ensure_ascii=False), json.dumps(list(before), ensure_ascii=False),
            now + account.settings.events_lag,
        ),
    )  # fmt: skip


def _ulid(account: Account, now: float) -> str:
    """26 characters that sort by time."""
    number = (int(now * 1000) << 80) | account.random.getrandbits(80)
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def status(status_id: int, pipeline_id: int) -> list[Json]:
    """The value of ``lead_status_changed``."""
    return [{"lead_status": {"id": status_id, "pipeline_id": pipeline_id}}]


def field_values(field: Field, shown: Json | None) -> list[Json]:
    """The value of ``custom_field_…_value_changed``."""
    return [
        {
            "custom_field_value": {
                "field_id": field.id,
                "field_type": FIELD_TYPES.get(field.type, 0),
                "enum_id": value.get("enum_id"),
                "text": str(value.get("value", "")),
            }
        }
        for value in (shown["values"] if shown else ())
    ]


def linked(kind: str, number: int) -> list[Json]:
    """The value of ``entity_linked`` and its kin."""
    return [{"link": {"entity": {"type": SINGULAR[kind], "id": number}}}]
