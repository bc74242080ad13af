"""How values are taken in, kept and given back (api-reference/data-types.md; section "field types" of crm docs).

Datetimes are kept as ISO text with the server's offset, dates as midnight UTC seen from the server, which is how they
are read back; text order is then time order.
"""

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24.answers import ApiError
from dentsync.sandbox.bitrix24.schema import Field

DROPPED = object()
"""The value was not understood and the field stays as it is, without an error."""

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_PORTAL = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})(?: (\d\d:\d\d(?::\d\d)?))?")
_AMOUNT = re.compile(r"[+-]?\d+(?:\.\d+)?")


def not_valid(field: Field) -> ApiError:
    """The refusal of a value."""
    return ApiError("CRM_FIELD_ERROR_VALUE_NOT_VALID", f'Field "{field.upper}" has an invalid value')


def stored(field: Field, raw: Any, zone: tzinfo, strict_lists: bool = False) -> Any:
    """The value as it is kept: None clears, DROPPED changes nothing. Raises ApiError for what is refused."""
    if field.multiple:
        return _stored_many(field, raw, zone, strict_lists)
    if isinstance(raw, list | dict):
        return DROPPED
    return _stored_one(field, raw, zone, strict_lists)


def _stored_many(field: Field, raw: Any, zone: tzinfo, strict: bool) -> Any:
    if raw in ("", None):
        return None
    items = php.as_list(raw)
    if items is None:
        raise ApiError(100, f"Expected iterable value for multiple field, but got {type(raw).__name__}")
    values = [_stored_one(field, item, zone, strict) for item in items]
    kept = [value for value in values if value is not None and value is not DROPPED]
    if field.type == "enumeration" and (not kept or DROPPED in values):
        # Issue bitrix-tools/b24-rest-docs#269: [] is answered with success and changes nothing.
        return DROPPED
    return kept or None


def _stored_one(field: Field, raw: Any, zone: tzinfo, strict: bool) -> Any:
    text = php.as_text(raw).strip() if field.type not in ("string", "text", "url", "address") else php.as_text(raw)
    if text == "" and raw is not False:
        return None
    match field.type:
        case "integer" | "user" | "employee" | "crm_category":
            return php.as_int(text)
        case "double":
            return _rounded(text, field.precision)
        case "boolean":
            return "Y" if raw is True or text.upper() in ("Y", "1", "TRUE") else "N"
        case "date":
            return date_of(text, zone)
        case "datetime":
            return datetime_of(text, zone)
        case "enumeration":
            return _option(field, text, strict)
        case "money":
            return _money(text)
        case _:
            return text


def _rounded(text: str, precision: int) -> float:
    amount = Decimal(str(php.as_float(text.replace(",", "."))))
    return float(amount.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP))


def _option(field: Field, text: str, strict: bool) -> Any:
    if text.isdigit() and int(text) in field.options:
        return int(text)
    if strict:
        raise not_valid(field)
    return DROPPED


def _money(text: str, currency: str = "RUB") -> str | None:
    amount, _, code = text.partition("|")
    if not amount.strip():
        return None
    # PHP reads the leading number: "12 500,50" is kept as 12.
    found = _AMOUNT.match(amount.strip())
    return f"{found[0] if found else '0'}|{code.strip() or currency}"


def datetime_of(text: str, zone: tzinfo) -> Any:
    """ISO with the server's offset, or DROPPED. Without an offset the value is in the server's zone."""
    moment = _moment(text)
    if moment is None:
        return DROPPED
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(zone).isoformat(timespec="seconds")


def date_of(text: str, zone: tzinfo) -> Any:
    """Midnight UTC of the day as the server sees it, or DROPPED."""
    moment = _moment(text)
    if moment is None:
        return DROPPED
    day = moment.astimezone(zone).date() if moment.tzinfo else moment.date()
    return day_text(day, zone)


def day_text(day: date, zone: tzinfo) -> str:
    """A date as it is kept and read back."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).astimezone(zone).isoformat(timespec="seconds")


def _moment(text: str) -> datetime | None:
    if found := _PORTAL.fullmatch(text):
        text = f"{found[3]}-{found[2]}-{found[1]}" + (f"T{found[4]}" if found[4] else "")
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def sought(field: Field, raw: Any, zone: tzinfo) -> Any:
    """A value of a filter as the stored value it is compared with; DROPPED matches nothing."""
    if field.custom and field.type == "boolean":
        # crm-item-list.md: filters by a user field of type boolean take 1 and 0 only.
        return {"1": "Y", "0": "N", "": None}.get(php.as_text(raw), DROPPED)
    return _stored_one(field, raw, zone, strict=False)


def classic(field: Field, value: Any) -> Any:
    """The value as the classic methods give it: everything is text (crm/deals/, crm/contacts/)."""
    if isinstance(value, list):
        return [classic(field, item) for item in value]
    if value is None:
        return False if field.multiple and field.custom else None
    if field.custom and field.type == "boolean":
        return "1" if value == "Y" else "0"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
