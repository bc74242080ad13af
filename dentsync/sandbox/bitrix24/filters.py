"""Filters and orders of the list methods as SQL (crm-item-list.md: prefixes, arrays, nested OR)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import values
from dentsync.sandbox.bitrix24.answers import ApiError
from dentsync.sandbox.bitrix24.schema import Field

Resolve = Callable[[str], Field | None]
"""A name of a request -> its field; None ignores the condition; ApiError refuses it."""

_KEY = re.compile(r"(!=%|!%=|!%|!@|!=|!|>=|<=|>|<|@|=%|%=|%|=)?(.*)", re.DOTALL)
_COMPARE = {"": "=", "=": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of SQL and its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


NOTHING = Clause("0")
EVERYTHING = Clause("1")


def invalid(what: str, name: str) -> ApiError:
    """The refusal of a name in ``filter`` or ``order``."""
    return ApiError("INVALID_ARG_VALUE", f"Invalid {what}: field '{name}' is not allowed in {what}")


def column(field: Field) -> str:
    """The SQL expression that holds the field; the same text as in the indexes."""
    return "id" if field.name == "id" else f"json_extract(data, '$.{field.name}')"


def where(conditions: Any, resolve: Resolve, zone: tzinfo) -> Clause:
    """A filter as one SQL condition."""
    found = php.as_map(conditions)
    either = php.as_text(found.get("logic", found.get("LOGIC"))).upper() == "OR"
    clauses = [
        where(value, resolve, zone) if key.isdigit() else _condition(key, value, resolve, zone)
        for key, value in found.items()
        if key.lower() != "logic"
    ]
    if not clauses:
        return EVERYTHING
    joined = (" OR " if either else " AND ").join(f"({clause.sql})" for clause in clauses)
    return Clause(joined, tuple(value for clause in clauses for value in clause.parameters))


def both(one: Clause, other: Clause) -> Clause:
    """One and the other."""
    return Clause(f"({one.sql}) AND ({other.sql})", one.parameters + other.parameters)


def _condition(key: str, value: Any, resolve: Resolve, zone: tzinfo) -> Clause:
    found = _KEY.fullmatch(key)
    prefix, name = (found[1] or "", found[2]) if found else ("", key)
    field = resolve(name)
    if field is None:
        return EVERYTHING
    many = php.as_list(value)
    if "%" in prefix:
        return _like(field, prefix, php.as_text(value))
    if many is not None or "@" in prefix:
        return _among(field, many if many is not None else [value], prefix.startswith("!"), zone)
    return _compared(field, prefix, value, zone)


def _like(field: Field, prefix: str, text: str) -> Clause:
    negative, free = prefix.startswith("!"), "=" in prefix
    pattern = text.casefold() if free else "%" + re.sub(r"([\\%_])", r"\\\1", text.casefold()) + "%"
    return _linked(field, Clause(f"fold({column(field)}) {'NOT ' if negative else ''}LIKE ? ESCAPE '\\'", (pattern,)))


def _among(field: Field, items: list[Any], negative: bool, zone: tzinfo) -> Clause:
    wanted = [values.sought(field, item, zone) for item in items]
    known = [item for item in wanted if item is not values.DROPPED and item is not None]
    if not known:
        return EVERYTHING if negative else NOTHING
    places = ",".join("?" * len(known))
    if negative:
        return Clause(f"{column(field)} IS NULL OR {column(field)} NOT IN ({places})", tuple(known))
    return _linked(field, Clause(f"{column(field)} IN ({places})", tuple(known)))


def _compared(field: Field, prefix: str, value: Any, zone: tzinfo) -> Clause:
    wanted = values.sought(field, value, zone)
    if wanted is values.DROPPED:
        return NOTHING
    if wanted is None and field.type == "crm_category":
        wanted = 0  # how-to-get-contractors.md: null is the general pipeline, not "any"
    if prefix in ("!", "!="):
        return _unequal(field, wanted)
    if wanted is None:
        return Clause(f"{column(field)} IS NULL") if prefix in ("", "=") else NOTHING
    if field.custom and field.type == "boolean" and wanted == "N":
        return Clause(f"ifnull({column(field)}, 'N') = 'N'")
    return _linked(field, Clause(f"{column(field)} {_COMPARE[prefix]} ?", (wanted,)))


def _unequal(field: Field, wanted: Any) -> Clause:
    if wanted is None:
        return Clause(f"{column(field)} IS NOT NULL")
    return Clause(f"{column(field)} IS NULL OR {column(field)} <> ?", (wanted,))


def _linked(field: Field, clause: Clause) -> Clause:
    if field.name != "contactIds":
        return clause
    condition = clause.sql.replace(column(field), "contact")
    return Clause(f"id IN (SELECT deal FROM links WHERE {condition})", clause.parameters)  # noqa: S608


def order(wanted: Any, resolve: Resolve) -> str:
    """``ORDER BY`` of a list; by id when nothing is asked."""
    parts: list[str] = []
    for name, direction in php.as_map(wanted).items():
        field = resolve(name)
        if field is None:
            continue
        word = php.as_text(direction).upper()
        if word not in ("ASC", "DESC"):
            raise ApiError("INVALID_ARG_VALUE", f"Invalid order: allowed values are ASC, DESC; got '{word}'")
        parts.append(f"{column(field)} {word}")
    return ", ".join(parts) or "id ASC"
