"""One value on its way to a custom field, and back.

A date comes back as midnight of the account's zone, in seconds: noon is sent, so that no offset makes it another day.
Labels of a list go by their text: ids die when an administrator makes the list anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.lang import _
from dentsync.load.amocrm.directory import FieldInfo
from dentsync.load.labels import label_meant
from dentsync.load.named_fields import LISTS
from dentsync.load.places import Unwritable
from dentsync.load.values import Scalar, cast, flag, for_people, moment_of
from dentsync.model import FieldType, Plain

DATES = frozenset({"date", "birthday"})
NUMBERS = frozenset({"numeric", "monetary", "price"})
TEXT = 255
"""Letters of a field of one line; a field of several has no such limit."""

NOON = time(12)
MORNING = timedelta(hours=6)
"""Added to a midnight before its day is read: the account's offset of that year may have been another one."""


@dataclass(frozen=True, slots=True)
class Zones:
    """The account's zone, in which its dates are days, and the clinic's, in which we speak."""

    account: ZoneInfo
    clinic: ZoneInfo


# ── out ───────────────────────────────────────────────────────────────────────────────────────


def written(info: FieldInfo, kind: FieldType, value: Scalar, zones: Zones) -> dict[str, Any]:
    """One entry of ``values``. Raises Unwritable."""
    try:
        return {"value": _written(info, kind, value, zones)}
    except Unwritable:
        raise
    except (ValueError, InvalidOperation):
        raise Unwritable(_("the value does not fit a field of type {type!r}").format(type=info.type)) from None


def _written(info: FieldInfo, kind: FieldType, value: Scalar, zones: Zones) -> str | int | bool:
    match info.type:
        case one if one in LISTS:
            return label_of(info, value)
        case "checkbox":
            answer = flag(value)
            if answer is None:
                raise ValueError("neither yes nor no")
            return answer
        case one if one in DATES:
            return datetime.combine(date.fromisoformat(str(value)[:10]), NOON, zones.account).isoformat()
        case "date_time":
            return int(moment_of(str(value), zones.clinic).timestamp())
        case one if one in NUMBERS:
            return f"{Decimal(value):f}"
        case "text":
            return for_people(kind, value, zones.clinic)[:TEXT]
        case _:
            return for_people(kind, value, zones.clinic)


def label_of(info: FieldInfo, value: Scalar) -> str:
    """The label of a list as the account spells it. Raises Unwritable."""
    label = label_meant(value, info.items)
    if label is None:
        raise Unwritable(_("the list in amoCRM has no such item; add it there or correct it in the MIS"))
    return label


def whole(value: Scalar) -> int:
    """Roubles of a deal's price: amoCRM has no kopecks there; half a rouble counts up."""
    return int(Decimal(str(value)).quantize(Decimal(1), ROUND_HALF_UP))


# ── back ──────────────────────────────────────────────────────────────────────────────────────


def read(info: FieldInfo, kind: FieldType, entry: Mapping[str, Any], zones: Zones) -> Plain:
    """What one entry of ``values`` is in our words. What people typed instead of a number or a date stays as it is."""
    wire = entry.get("value")
    try:
        value = _neutral(info, wire, zones)
        return None if value is None else cast(kind, value, zones.clinic, moment=info.type == "date_time")
    except (ValueError, InvalidOperation, OverflowError):
        return str(wire)


def _neutral(info: FieldInfo, wire: Any, zones: Zones) -> Scalar | None:
    if wire is None or wire == "":
        return None
    if info.type == "checkbox":
        return flag(wire) is True
    if info.type in DATES:
        at = _instant(wire)
        return str(wire)[:10] if at is None else (at + MORNING).astimezone(zones.account).date().isoformat()
    if info.type == "date_time":
        at = _instant(wire)
        return str(wire) if at is None else at.astimezone(zones.clinic).isoformat()
    return wire if isinstance(wire, str | int | bool) else str(wire)


def _instant(wire: Any) -> datetime | None:
    """Seconds since 1970; also before."""
    text = str(wire)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text)) if text.lstrip("-").isdigit() else None
