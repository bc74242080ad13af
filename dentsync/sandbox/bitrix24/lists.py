"""lists.element.get (api-reference/lists/elements/lists-element-get.md): every value is text under an id of its own."""

import json
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json
from dentsync.sandbox.bitrix24.call import PAGE, Call


def elements(call: Call) -> Answer:
    """Rows of a list, 50 a page; without ``SELECT`` only their ids. A property that is empty is not in its row."""
    number = _list(call)
    rows = call.world.storage.rows("SELECT id, name, data FROM elements WHERE list = ? ORDER BY id", (number,))
    found = [_row(*row) for row in rows]
    wanted = php.as_map(call.params.get("FILTER"))
    found = [row for row in found if all(_meets(row, key, value) for key, value in wanted.items())]
    if php.as_text(php.as_map(call.params.get("ELEMENT_ORDER")).get("ID")).upper() == "DESC":
        found.reverse()
    start, total = max(call.start(), 0), len(found)
    names = {"ID", *map(php.as_text, php.as_list(call.params.get("SELECT")) or ())}
    shown = [{name: value for name, value in row.items() if name in names} for row in found[start : start + PAGE]]
    return Answer(shown, total, start + PAGE if start + PAGE < total else None)


def _list(call: Call) -> int:
    kind, sent = (php.as_text(call.params.get(name)) for name in ("IBLOCK_TYPE_ID", "IBLOCK_ID"))
    if not kind or not sent:
        name = "IBLOCK_ID" if kind else "IBLOCK_TYPE_ID"
        raise ApiError("ERROR_REQUIRED_PARAMETERS_MISSING", f"Required parameter `{name}` is missing")
    number = php.as_int(sent)
    if call.world.storage.row("SELECT 1 FROM lists WHERE id = ? AND type = ?", (number, kind)) is None:
        raise ApiError("ERROR_IBLOCK_NOT_FOUND", "Iblock not found")
    if not call.webhook.admin:
        raise ApiError("ACCESS_DENIED", "Access denied")
    return number


def _row(number: int, name: str, data: str) -> Json:
    values = json.loads(data)
    properties = {f"PROPERTY_{key}": {f"{number}{key}": text} for key, text in values.items()}
    return {"ID": str(number), "NAME": name, **properties}


def _meets(row: Json, key: str, wanted: Any) -> bool:
    name = key.lstrip("=<>!")
    if name == "ID" and key.startswith(">"):
        return php.as_int(row["ID"]) > php.as_int(wanted)
    have = php.as_map(row.get(name)).values() if name.startswith("PROPERTY_") else [row.get(name)]
    return php.as_text(next(iter(have), "")) in {php.as_text(one) for one in php.as_list(wanted) or [wanted]}
