"""One value on its way to a field of the portal, and back.

Source: section "types" of api-reference/data-types.md of bitrix24/b24restdocs. Dates come back as midnight of the
server, datetimes in the server's zone, labels of a list as ids.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.lang import _
from dentsync.load.bitrix24.directory import FieldInfo
from dentsync.load.labels import label_meant
from dentsync.load.places import Unwritable
from dentsync.load.values import Scalar, amount, cast, flag, for_people, moment_of
from dentsync.model import FieldType, Plain

# ── out ───────────────────────────────────────────────────────────────────────────────────────


def written(info: FieldInfo, kind: FieldType, value: Scalar, zone: ZoneInfo) -> str | int:
    """What is sent for one value of ours. Raises Unwritable."""
    try:
        return _written(info, kind, value, zone)
    except Unwritable:
        raise
    except (ValueError, InvalidOperation):
        raise Unwritable(_("the value does not fit a field of type {type!r}").format(type=info.type)) from None


def _written(info: FieldInfo, kind: FieldType, value: Scalar, zone: ZoneInfo) -> str | int:
    match info.type:
        case "enumeration" | "crm_status":
            return _item_of(info, value)
        case "boolean":
            return _yes_or_no(value)
        case "date":
            return date.fromisoformat(str(value)[:10]).isoformat()
        case "datetime":
            return moment_of(str(value), zone).isoformat()
        case "money":
            return f"{amount(value)}|RUB"
        case "double":
            return f"{Decimal(value):f}"
        case "integer":
            return int(value)
        case _:
            return for_people(kind, value, zone)


def _item_of(info: FieldInfo, value: Scalar) -> str | int:
    meant = label_meant(value, (label for _number, label in info.items))
    for number, label in info.items:
        if label == meant:
            return int(number) if info.type == "enumeration" and number.isdigit() else number
    raise Unwritable(_("the list in Bitrix24 has no such item; add it there or correct it in the MIS"))


def _yes_or_no(value: Scalar) -> str:
    answer = flag(value)
    if answer is None:
        raise ValueError("neither yes nor no")
    return "Y" if answer else "N"


# ── back ──────────────────────────────────────────────────────────────────────────────────────


def read(info: FieldInfo, kind: FieldType, wire: Any, zone: ZoneInfo) -> Plain:
    """What one value of an answer is in our words. What people typed instead of a number or a date stays as it is."""
    value = _neutral(info, wire)
    if value is None:
        return None
    try:
        return cast(kind, value, zone, moment=info.type == "datetime")
    except (ValueError, InvalidOperation):
        return str(value)


def _neutral(info: FieldInfo, wire: Any) -> Scalar | None:
    match info.type:
        case "enumeration" | "crm_status":
            return dict(info.items).get(str(wire), str(wire))
        case "boolean":
            return flag(wire) is True
        case "date":
            return str(wire)[:10]
        case "money":
            return str(wire).split("|")[0] or None
        case _:
            return wire if isinstance(wire, str | int | bool) else str(wire)
