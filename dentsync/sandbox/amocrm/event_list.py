"""``GET /events``: how changes by people are read back (crm_platform/events-and-notes)."""

import json
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import reading
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.problems import Problem
from dentsync.sandbox.amocrm.reading import Clause
from dentsync.sandbox.amocrm.storage import Json

LARGEST_PAGE = 100
MOST_IDS = 10
_PLURAL = {"contact": "contacts", "lead": "leads", "company": "companies", "task": "tasks"}
_COLUMNS = "id, type, entity, entity_id, created_by, created_at, after, before"


def listed(call: Call) -> Answer:
    """The events that have arrived, newest first, at most 100 a page."""
    page, limit = reading.page_of(call, LARGEST_PAGE)
    clauses = [Clause("since <= ?", (call.account.clock.now(),)), *_filters(call)]
    where = " AND ".join(clause.sql for clause in clauses)
    parameters = [item for clause in clauses for item in clause.parameters]
    rows = call.account.storage.rows(
        f"SELECT {_COLUMNS} FROM events WHERE {where} ORDER BY created_at DESC, number DESC LIMIT ? OFFSET ?",  # noqa: S608
        (*parameters, limit + 1, (page - 1) * limit),
    )
    return reading.collection(call, "events", "events", [_shown(call, row) for row in rows[:limit]], len(rows) > limit)


def one(call: Call, number: str) -> Answer:
    """``GET /events/{id}``."""
    row = call.account.storage.row(f"SELECT {_COLUMNS} FROM events WHERE id = ?", (number,))  # noqa: S608
    return Answer(_shown(call, row)) if row else NOTHING


def _filters(call: Call) -> list[Clause]:
    found = [
        _among("id", [php.as_text(item) for item in reading.listed(call.filter("id"))] if call.filter("id") else []),
        reading.between("created_at", call.filter("created_at")),
        _among("created_by", _at_most(call, "created_by")),
        _among("entity", [php.as_text(item) for item in _list(call, "entity")]),
        _among("entity_id", _of_one_kind(call)),
        _types([php.as_text(item) for part in _list(call, "type") for item in php.as_text(part).split(",")]),
        _values(call, "after"),
        _values(call, "before"),
    ]
    if not call.admin:
        # Events of cards that the token does not see are missing without a word.
        sql = "json_extract(data, '$.responsible_user_id') = ?"
        kinds = [f"(entity = '{e}' AND entity_id IN (SELECT id FROM {k} WHERE {sql}))" for e, k in _PLURAL.items()]  # noqa: S608
        found.append(Clause(f"({' OR '.join(kinds)})", (call.user,) * len(kinds)))
    return [clause for clause in found if clause]


def _list(call: Call, name: str) -> list[Any]:
    value = call.filter(name)
    return [] if value in (None, "") else reading.listed(value)


def _among(column: str, wanted: list[Any]) -> Clause | None:
    return Clause(f"{column} IN ({','.join('?' * len(wanted))})", tuple(wanted)) if wanted else None


def _at_most(call: Call, name: str) -> list[int]:
    wanted = [php.as_int(item) for item in _list(call, name)]
    if len(wanted) > MOST_IDS:
        raise Problem(400, f"filter[{name}]: at most {MOST_IDS} values")
    return wanted


def _of_one_kind(call: Call) -> list[int]:
    wanted = _at_most(call, "entity_id")
    if wanted and len(_list(call, "entity")) != 1:
        raise Problem(400, "filter[entity_id] needs exactly one filter[entity]")
    return wanted


def _types(wanted: list[str]) -> Clause | None:
    if not wanted:
        return None
    fields = [name for name in wanted if name.startswith("custom_field_") and name != "custom_field_value_changed"]
    if fields and len(wanted) > 1:
        raise Problem(400, "custom_field_{id}_value_changed cannot be mixed with other types")
    if "custom_field_value_changed" in wanted:
        plain = _among("type", wanted)
        return Clause(f"({plain.sql if plain else '0'} OR type GLOB 'custom_field_*')", tuple(wanted))
    return _among("type", wanted)


def _values(call: Call, side: str) -> Clause | None:
    pairs = php.as_map(call.filter(f"value_{side}")).get("leads_statuses")
    wanted = [php.as_map(item) for item in reading.listed(pairs)] if pairs else []
    if not wanted:
        return None
    status, pipeline = (f"json_extract({side}, '$[0].lead_status.{key}')" for key in ("id", "pipeline_id"))
    one_of = " OR ".join([f"({pipeline} = ? AND {status} = ?)"] * len(wanted))
    values = [php.as_int(item.get(key)) for item in wanted for key in ("pipeline_id", "status_id")]
    return Clause(f"type = 'lead_status_changed' AND ({one_of})", tuple(values))


def _shown(call: Call, row: tuple[Any, ...]) -> Json:
    number, kind, entity, entity_id, by, at, after, before = row
    return {
        "id": number,
        "type": kind,
        "entity_id": entity_id,
        "entity_type": entity,
        "created_by": by,
        "created_at": at,
        "value_after": json.loads(after),
        "value_before": json.loads(before),
        "account_id": call.account.owner.id,
        "_links": call.href(f"events/{number}"),
        "_embedded": {"entity": {"id": entity_id, "_links": call.href(f"{_PLURAL[entity]}/{entity_id}")}},
    }
