"""The types of what is sent, for the methods that need no more of a schema than that."""

from typing import Any

from dentsync.sandbox.amocrm.problems import Faulty, Json

LARGEST = 253_402_300_799
"""The last second of the year 9999; no id and no sum is larger either."""

TYPES: dict[str, type] = {
    "id": int, "sort": int, "pipeline_id": int, "status_id": int, "user_id": int, "entity_id": int,
    "to_entity_id": int, "created_at": int,
    "name": str, "code": str, "type": str, "value": str, "color": str, "note_type": str, "to_entity_type": str,
    "source_uid": str, "source_name": str,
    "is_api_only": bool, "is_main": bool, "is_unsorted_on": bool,
    "enums": list, "statuses": list,
    "_embedded": dict, "metadata": dict, "params": dict,
}  # fmt: skip
_NAMES = {int: "int", str: "string", bool: "bool", list: "array", dict: "array"}


def is_int(value: Any) -> bool:
    """Whether it is a whole number that amoCRM could mean."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def of_type(name: str) -> str:
    """The detail of InvalidType."""
    return f"This value should be of type {name}."


def typed(item: Any, given: str, faulty: Faulty, path: str = "") -> Json:
    """The item without its nulls; what has a wrong type is reported and left out."""
    if not isinstance(item, dict):
        faulty.add(given, "InvalidType", path, of_type("array"))
        return {}
    found = {}
    for key, value in item.items():
        kind = TYPES.get(key)
        if kind is None or (is_int(value) if kind is int else isinstance(value, kind)):
            found[key] = value
        elif value is not None:
            faulty.add(given, "InvalidType", ".".join(part for part in (path, key) if part), of_type(_NAMES[kind]))
    return found


def listed(items: Any, given: str, faulty: Faulty, path: str) -> list[Json]:
    """The objects of a list, each of the right types."""
    return [typed(item, given, faulty, f"{path}.{place}") for place, item in enumerate(items or ())]


def batch(sent: list[Any], faulty: Faulty) -> list[tuple[str, Json]]:
    """The items of a request with their request ids, each of the right types."""
    found = []
    for place, item in enumerate(sent):
        wanted = item.get("request_id") if isinstance(item, dict) else None
        given = str(place if wanted is None else wanted)
        found.append((given, typed(item, given, faulty)))
    return found
