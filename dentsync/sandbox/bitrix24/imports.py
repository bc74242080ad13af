"""crm.item.import and crm.item.batchImport (api-reference/crm/universal/import/ of b24restdocs): no robots start."""

from dataclasses import replace
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import items, multifields, values
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json, iso, required
from dentsync.sandbox.bitrix24.call import Call, understood
from dentsync.sandbox.bitrix24.items import Actor, Change

MOST = 20


def import_(call: Call) -> Answer:
    """crm.item.import: one item; the answer has only its id."""
    kind = _allowed_kind(call)
    call.spend()
    return Answer({"item": {"id": _imported(call, kind, required(call.params, "fields"))}})


def batch_import(call: Call) -> Answer:
    """crm.item.batchImport: at most 20 items; the answers stand in the order of ``data``, refusals among them."""
    kind = _allowed_kind(call)
    data = php.as_list(required(call.params, "data")) or []
    if len(data) > MOST:
        raise ApiError("MAX_IMPORT_BATCH_SIZE_EXCEEDED", f"You cannot import more than {MOST} items")
    return Answer({"items": [_one(call, kind, fields) for fields in data]})


def _one(call: Call, kind: str, fields: Any) -> Json:
    call.spend()
    try:
        return {"item": {"id": _imported(call, kind, fields)}}
    except ApiError as error:
        return error.body()


def _allowed_kind(call: Call) -> str:
    kind = call.kind()
    if not call.webhook.imports:
        raise ApiError("ACCESS_DENIED", "Access denied")
    return kind


def _imported(call: Call, kind: str, fields: Any) -> int:
    change = _with_phones(call, understood(call, kind, fields, importing=True), fields)
    known = call.world.schema(kind).fields
    history = {name: value for name, value in change.fields.items() if known[name].import_only}
    if history and not call.webhook.admin:
        raise values.not_valid(known[next(iter(history))])
    _check_order(call, kind, history)
    actor = Actor(call.webhook.user, call.webhook.admin, importing=True)
    return items.add(call.world, kind, change, actor)


def _check_order(call: Call, kind: str, history: Json) -> None:
    known = call.world.schema(kind).fields
    now = iso(call.world.clock.now(), call.world.zone)
    created = history.get("createdTime", now)
    updated = history.get("updatedTime", now)
    moved = history.get("movedTime", updated)
    for name, wrong in {
        "createdTime": created > now,
        "updatedTime": updated < created,
        "movedTime": not created <= moved <= updated,
    }.items():
        if wrong:
            raise values.not_valid(known[name])


def _with_phones(call: Call, change: Change, fields: Any) -> Change:
    # The documentation shows PHONE and does not list fm here: which of them works is a switch.
    accepted = call.world.settings.import_multifields
    fm = (php.as_list(change.fm) or []) if accepted in ("fm", "both") else []
    if accepted in ("PHONE", "both"):
        fm = [*fm, *multifields.of_classic(php.as_map(fields))]
    return replace(change, fm=fm)
