"""Filters, order, pages and columns of REST v3 lists (api-reference/rest-v3.md)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24.answers import Json, V3Error

Condition = tuple[str, str, Any]
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda have, want: have == want,
    "!=": lambda have, want: have != want,
    ">": lambda have, want: have > want,
    ">=": lambda have, want: have >= want,
    "<": lambda have, want: have < want,
    "<=": lambda have, want: have <= want,
    "in": lambda have, want: have in want,
    "between": lambda have, want: want[0] <= have <= want[1],
}


def conditions(sent: Any) -> list[Condition]:
    """``["field", "op", value]`` or ``["field", value]`` each."""
    if not isinstance(sent, list) or not all(isinstance(one, list) and len(one) in (2, 3) for one in sent):
        raise V3Error("INVALIDFILTER", "Filter is not an array of conditions")
    found = [(str(one[0]), str(one[1]) if len(one) == 3 else "=", one[-1]) for one in sent]
    for _name, operator, value in found:
        if operator not in _OPERATORS:
            raise V3Error("UNKNOWNFILTEROPERATOR", f"Unknown operator `{operator}`")
        if operator == "between" and not (isinstance(value, list) and len(value) == 2):
            raise V3Error("INVALIDFILTER", "`between` needs two values")
    return found


def holds(operator: str, have: Any, want: Any) -> bool:
    """Whether a value meets a condition."""
    return _OPERATORS[operator](have, want)


def ordered(rows: Iterable[Json], sent: Any, sortable: Iterable[str]) -> list[Json]:
    """Rows in the order asked for; what is empty comes first."""
    found, known = list(rows), set(sortable)
    for name, way in reversed(list(php.as_map(sent).items())):
        if name not in known or str(way).upper() not in ("ASC", "DESC"):
            raise V3Error("INVALIDORDER", f"Cannot sort by `{name}`")
        found.sort(key=lambda row: (row[name] is not None, row[name] or 0), reverse=str(way).upper() == "DESC")
    return found


def page(rows: list[Json], sent: Any, most: int) -> list[Json]:
    """``pagination`` of {page, limit, offset}; ``most`` is the longest page."""
    asked = php.as_map(sent)
    numbers = {"page": 1, "limit": 50, "offset": 0} | asked
    if not all(isinstance(one, int) and one >= 0 for one in numbers.values()) or not numbers["limit"]:
        raise V3Error("INVALIDPAGINATION", "Unable to recognize pagination parameter")
    limit = min(numbers["limit"], most)
    start = (numbers["page"] - 1) * limit if "page" in asked else numbers["offset"]
    return rows[start : start + limit]


def selected(row: Json, sent: Any) -> Json:
    """The columns asked for; of those that are not known nothing is said."""
    if sent is None:
        return row
    if not isinstance(sent, list):
        raise V3Error("INVALIDSELECT", "Select is not an array")
    return {name: row[name] for name in sent if isinstance(name, str) and name in row}
