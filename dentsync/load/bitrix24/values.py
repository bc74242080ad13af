"""One value on its way to a field of the portal, and back.

Source: section "types" of api-reference/data-types.md of bitrix24/b24restdocs. Dates come back as midnight of the
server, datetimes in the server's zone, labels of a list as ids.
"""

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.lang import _
from dentsync.load.bitrix24.directory import FieldInfo, fold
from dentsync.model import FieldType, Plain

_YES = ("да", "yes", "y", "1", "true")
_NO = ("нет", "no", "n", "0", "false")
_DAY = "%d.%m.%Y"
_MINUTE = "%d.%m.%Y %H:%M"

Scalar = str | int | bool


class Unwritable(ValueError):
    """A value the portal's field cannot take. The text names the field and never the value."""


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
            return _moment(str(value), zone).isoformat()
        case "money":
            return f"{amount(value)}|RUB"
        case "double":
            return f"{Decimal(value):f}"
        case "integer":
            return int(value)
        case _:
            return _for_people(kind, value, zone)


def _item_of(info: FieldInfo, value: Scalar) -> str | int:
    wanted = (_YES if value else _NO) if isinstance(value, bool) else (fold(str(value)),)
    for number, label in info.items:
        if fold(label) in wanted:
            return int(number) if info.type == "enumeration" and number.isdigit() else number
    raise Unwritable(_("the list in Bitrix24 has no such item; add it there or correct it in the MIS"))


def _yes_or_no(value: Scalar) -> str:
    flag = _flag(value)
    if flag is None:
        raise ValueError("neither yes nor no")
    return "Y" if flag else "N"


def _for_people(kind: FieldType, value: Scalar, zone: ZoneInfo) -> str:
    """In a text field a date stands as people write it."""
    match kind:
        case FieldType.FLAG:
            return _YES[0] if _flag(value) else _NO[0]
        case FieldType.DATE:
            return date.fromisoformat(str(value)[:10]).strftime(_DAY)
        case FieldType.DATETIME:
            return _moment(str(value), zone).strftime(_MINUTE)
        case _:
            return str(value)


# ── back ──────────────────────────────────────────────────────────────────────────────────────


def read(info: FieldInfo, kind: FieldType, wire: Any, zone: ZoneInfo) -> Plain:
    """What one value of an answer is in our words. What people typed instead of a number or a date stays as it is."""
    value = _neutral(info, wire)
    if value is None:
        return None
    try:
        return _cast(kind, value, zone, moment=info.type == "datetime")
    except (ValueError, InvalidOperation):
        return str(value)


def _neutral(info: FieldInfo, wire: Any) -> Scalar | None:
    match info.type:
        case "enumeration" | "crm_status":
            return dict(info.items).get(str(wire), str(wire))
        case "boolean":
            return _flag(wire) is True
        case "date":
            return str(wire)[:10]
        case "money":
            return str(wire).split("|")[0] or None
        case _:
            return wire if isinstance(wire, str | int | bool) else str(wire)


def _cast(kind: FieldType, value: Scalar, zone: ZoneInfo, *, moment: bool) -> Plain:
    text = _moment(str(value), zone).isoformat() if moment else str(value)
    match kind:
        case FieldType.FLAG:
            flag = _flag(value)
            return text if flag is None else flag
        case FieldType.NUMBER:
            number = Decimal(text)
            return int(number) if number % 1 == 0 else text
        case FieldType.MONEY:
            return amount(text)
        case FieldType.DATE:
            return _iso(text, zone)[:10]
        case FieldType.DATETIME:
            return _iso(text, zone)
        case _:
            return value if isinstance(value, bool) else text


def _iso(text: str, zone: ZoneInfo) -> str:
    """ISO as it is; a date as people write it turned back into ISO."""
    if "." not in text[:10]:
        return text
    if len(text) == len("01.01.2026"):
        return datetime.strptime(text, _DAY).date().isoformat()  # noqa: DTZ007
    return datetime.strptime(text, _MINUTE).replace(tzinfo=zone).isoformat()


# ── both ways ─────────────────────────────────────────────────────────────────────────────────


def amount(value: Scalar) -> str:
    """Money without trailing zeros, as it is compared everywhere else."""
    return f"{Decimal(str(value)).normalize():f}"


def _flag(value: object) -> bool | None:
    word = fold(str(value))
    return True if word in _YES else False if word in _NO else None


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """An instant in the clinic's zone; a text without offset is the clinic's own time."""
    if len(text) == len("2026-01-01"):
        return datetime.combine(date.fromisoformat(text), time(), zone)
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
