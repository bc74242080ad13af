"""Values as they are compared, stored and written to a plan."""

from datetime import date, datetime
from decimal import Decimal

from dentsync.model import Plain, Value


def plain(value: Value) -> Plain:
    """A value without types of its own: datetimes in ISO 8601 with offset, money without trailing zeros."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return value


def same(ours: Plain, theirs: Plain) -> bool:
    """Whether two plain values mean the same: nothing is nothing, and moments compare as moments."""
    if is_nothing(ours) or is_nothing(theirs):
        return is_nothing(ours) and is_nothing(theirs)
    if isinstance(ours, str) and isinstance(theirs, str) and ours != theirs:
        moment = _moment(ours)
        return moment is not None and moment == _moment(theirs)
    return ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool)


def is_nothing(value: Plain) -> bool:
    """An empty cell, text or list. ``False`` and ``0`` are values."""
    return value is None or value in ("", ())


def _moment(text: str) -> datetime | None:
    if len(text) < 16 or text[10] != "T":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
