"""Lists: pages, filters, orders (crm_platform/filters-api; what sorts and filters was measured by users)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import search
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.problems import Problem
from dentsync.sandbox.amocrm.storage import Json

PAGE, LARGEST_PAGE = 50, 250

ORDERS = {
    "leads": ("id", "updated_at", "created_at"),
    "contacts": ("id", "updated_at", "name"),
    "companies": ("id", "updated_at", "name"),
    "tasks": ("id", "created_at", "complete_till"),
    "notes": ("id", "updated_at"),
}
"""What a list can be ordered by; anything else leaves the default order."""

_EQUAL = {
    "leads": ("id", "name", "pipeline_id", "responsible_user_id", "created_by", "updated_by"),
    "contacts": ("id", "name", "responsible_user_id", "created_by", "updated_by"),
    "companies": ("id", "name", "responsible_user_id", "created_by", "updated_by"),
    "tasks": ("id", "responsible_user_id", "entity_type", "task_type"),
    "notes": ("id", "note_type"),
}
_RANGES = {
    "leads": ("created_at", "updated_at", "closed_at", "price"),
    "contacts": ("created_at", "updated_at"),
    "companies": ("created_at", "updated_at"),
    "tasks": ("updated_at",),
    "notes": ("updated_at",),
}


@dataclass(frozen=True)
class Clause:
    """A condition of SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


def column(name: str) -> str:
    """The SQL of a key of a document."""
    return "id" if name == "id" else f"json_extract(data, '$.{name}')"


def listed(value: Any) -> list[Any]:
    """A filter's value, given once or many times."""
    found = php.as_list(value)
    return [value] if found is None else found


def numbers(value: Any) -> list[int]:
    """A filter's value as whole numbers."""
    return [php.as_int(item) for item in listed(value)]


def filters(call: Call, kind: str) -> list[Clause]:
    """The conditions that a list's ``filter`` means. What is not known is ignored without a word."""
    found = [clause for name in _EQUAL[kind] if (clause := _equal(name, call.filter(name)))]
    return found + [clause for name in _RANGES[kind] if (clause := between(column(name), call.filter(name)))]


def _equal(name: str, value: Any) -> Clause | None:
    if value in (None, ""):
        return None
    name = {"task_type": "task_type_id"}.get(name, name)
    texts = name in ("name", "entity_type", "note_type")
    wanted = [php.as_text(item) for item in listed(value)] if texts else numbers(value)
    return Clause(f"{column(name)} IN ({','.join('?' * len(wanted))})", tuple(wanted))


def between(sql: str, value: Any) -> Clause | None:
    """``[from]`` and ``[to]``; a bare number is the beginning."""
    if value in (None, ""):
        return None
    ends = value if isinstance(value, dict) else {"from": value}
    parts = [(f"{sql} {sign} ?", php.as_int(ends[end])) for end, sign in (("from", ">="), ("to", "<=")) if end in ends]
    return Clause(" AND ".join(part for part, _ in parts), tuple(number for _, number in parts)) if parts else None


def of_entities(call: Call, kind: str) -> list[Clause]:
    """Conditions of a list of contacts, leads or companies."""
    deleted = call.wants("only_deleted")
    found = [*filters(call, kind), Clause(f"{column('deleted')} = {int(deleted)}"), *_seen(call)]
    if kind != "leads" and not deleted:
        found.append(Clause(f"{column('unsorted')} = 0"))
    if kind == "leads":
        found += _statuses(call.filter("statuses"))
    if call.params.get("query"):
        sql, parameters = search.by_query(call.account, kind, php.as_text(call.params["query"]))
        found.append(Clause(sql, tuple(parameters)))
    return found + _custom(call, kind)


def _seen(call: Call) -> list[Clause]:
    """A token without an administrator's rights sees what its user is responsible for."""
    return [] if call.admin else [Clause(f"{column('responsible_user_id')} = ?", (call.user,))]


def sees(call: Call, item: Json) -> bool:
    """Whether the token sees the entity."""
    return call.admin or item["responsible_user_id"] == call.user


def _statuses(value: Any) -> list[Clause]:
    pairs = [php.as_map(item) for item in listed(value)] if value else []
    wanted = [(php.as_int(p["pipeline_id"]), php.as_int(p["status_id"])) for p in pairs if len(p) == 2]
    if not wanted:
        return []
    one = f"({column('pipeline_id')} = ? AND {column('status_id')} = ?)"
    return [Clause(f"({' OR '.join([one] * len(wanted))})", tuple(part for pair in wanted for part in pair))]


def _custom(call: Call, kind: str) -> list[Clause]:
    wanted = php.as_map(call.filter("custom_fields_values"))
    paid = "works" if call.account.owner.api_filter else "refused"
    mode = call.account.settings.field_filter or paid
    if not wanted or mode == "ignored":
        return []
    if mode == "refused":
        raise Problem(400, "Invalid filter for current account")
    return [_field(call, kind, php.as_int(field), value) for field, value in wanted.items()]


def _field(call: Call, kind: str, field: int, value: Any) -> Clause:
    if isinstance(value, dict) and value.keys() & {"from", "to"}:
        ends = [float(php.as_text(value.get(end, rest)) or 0) for end, rest in (("from", "-1e18"), ("to", "1e18"))]
        sql, parameters = search.by_range(call.account, kind, field, *ends)
    else:
        sql, parameters = search.by_field(call.account, kind, field, [php.as_text(item) for item in listed(value)])
    return Clause(sql, tuple(parameters))


def order(call: Call, kind: str) -> str:
    """The SQL of the order that was asked for, if it is one; else oldest change first."""
    for name, direction in php.as_map(call.params.get("order")).items():
        if name in ORDERS[kind] and php.as_text(direction).lower() in ("asc", "desc"):
            return f"{column(name)} {direction}, id {direction}"
    return f"{column('updated_at')}, id"


def page_of(call: Call, largest: int = LARGEST_PAGE) -> tuple[int, int]:
    """Page and limit; a limit that is too large is cut without a word."""
    limit = php.as_int(call.params.get("limit", PAGE)) or PAGE
    return max(1, php.as_int(call.params.get("page", 1))), max(1, min(limit, largest))


def documents(call: Call, kind: str, clauses: Iterable[Clause]) -> tuple[list[Json], bool]:
    """One page of documents, and whether there are more."""
    page, limit = page_of(call)
    chosen = list(clauses)
    where = " AND ".join(clause.sql for clause in chosen) or "1"
    parameters = [item for clause in chosen for item in clause.parameters]
    sql = f"SELECT id FROM {kind} WHERE {where} ORDER BY {order(call, kind)} LIMIT ? OFFSET ?"  # noqa: S608
    ids = [n for (n,) in call.account.storage.rows(sql, (*parameters, limit + 1, (page - 1) * limit))]
    found = {item["id"]: item for item in call.account.storage.items(kind, ids[:limit])}
    return [found[number] for number in ids[:limit]], len(ids) > limit


def collection(call: Call, path: str, name: str, shown: list[Json], more: bool) -> Answer:
    """A page as HAL; an empty one is 204."""
    if not shown:
        return NOTHING
    page, _limit = page_of(call)
    query = call.request.query
    links = call.href(path, query)
    if page > 1:
        links |= {
            "first": call.href(path, _at(query, 1))["self"],
            "prev": call.href(path, _at(query, page - 1))["self"],
        }
    if more:
        links["next"] = call.href(path, _at(query, page + 1))["self"]
    return Answer({"_page": page, "_links": links, "_embedded": {name: shown}})


def _at(query: str, page: int) -> str:
    changed, count = re.subn(r"(^|&)page=\d*", rf"\g<1>page={page}", query)
    return changed if count else "&".join(part for part in (query, f"page={page}") if part)


def whole(
    call: Call, path: str, name: str, shown: list[Json], show_empty: Callable[[], Answer] = lambda: NOTHING
) -> Answer:
    """A list that comes in one piece, with its total."""
    if not shown:
        return show_empty()
    links = call.href(path, call.request.query)
    return Answer({"_total_items": len(shown), "_links": links, "_embedded": {name: shown}})


def paged(call: Call, path: str, name: str, shown: list[Json]) -> Answer:
    """A list with totals and pages: ``_total_items``, ``_page_count``, ``last``."""
    page, limit = page_of(call)
    here = shown[(page - 1) * limit : page * limit]
    answer = collection(call, path, name, here, more=page * limit < len(shown))
    if answer.body:
        count = -(-len(shown) // limit)
        answer.body["_links"]["last"] = call.href(path, _at(call.request.query, count))["self"]
        answer.body.update({"_total_items": len(shown), "_page_count": count})
    return answer
