"""Values of custom fields: as they are sent, kept and shown (crm_platform/custom-fields#cf-fill-examples)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.sandbox.amocrm.fields import CHOICES, Field
from dentsync.sandbox.amocrm.problems import MISSING, NOT_A_CHOICE, UNEXPECTED
from dentsync.sandbox.amocrm.settings import Settings
from dentsync.sandbox.amocrm.shape import is_int, of_type
from dentsync.sandbox.amocrm.storage import Json

Wrong = Callable[[str, str, str], None]
"""Report a code, a path and a detail."""

TEXTS = frozenset({"text", "textarea", "url", "streetaddress", "tracking_data"})
NUMBERS = frozenset({"numeric", "price", "monetary"})
DAYS = frozenset({"date", "birthday"})
URL_LIMIT = 2000
MOST_DIGITS = 30
EARLIEST = -59_000_000_000
"""Seconds of the year 100: before that a day has no midnight in every zone."""

Values = list[Json]


class Ignored:
    """What was sent changes nothing."""


IGNORED = Ignored()


class _Refused(Exception):
    """A value that does not fit: code, path inside the value, detail."""


@dataclass(frozen=True)
class Reader:
    """Understands what is sent for one field; ``wrong`` gets paths below ``values``."""

    field: Field
    zone: ZoneInfo
    settings: Settings

    def read(self, sent: Any, wrong: Wrong) -> Values | Ignored | None:
        """The values to keep; None clears the field."""
        if sent is None:
            return None
        if not isinstance(sent, list):
            wrong("InvalidType", "values", of_type("array"))
            return IGNORED
        if not sent:
            return self._empty(wrong)
        kept = []
        for number, item in enumerate(sent):
            try:
                value = self._one(item)
            except _Refused as error:
                code, path, detail = error.args
                wrong(code, f"values.{number}{path}", detail)
            else:
                kept += [value] if value else []
        # A value of "" or null was reported to change nothing (amocrm-api-php issue 352).
        return kept or IGNORED

    def _empty(self, wrong: Wrong) -> Ignored | None:
        if self.settings.empty_values == "refused":
            wrong("NotBlank", "values", "This value should not be blank.")
        return None if self.settings.empty_values == "clears" else IGNORED

    def _one(self, item: Any) -> Json | None:
        if not isinstance(item, dict):
            raise _Refused("InvalidType", "", of_type("array"))
        known = {"value", "enum_id", "enum_code"} if self.field.has_enums else {"value"}
        strange = [key for key in item if key not in known or (key == "enum_code" and item[key] is None)]
        if strange:
            raise _Refused("FieldNotExpected", f".{strange[0]}", UNEXPECTED)
        if self.field.type in CHOICES:
            return self._choice(item)
        if "value" not in item:
            raise _Refused("FieldMissing", ".value", MISSING)
        if item["value"] in (None, ""):
            return None
        return self._multitext(item) if self.field.type == "multitext" else {"value": self._plain(item["value"])}

    def _choice(self, item: Json) -> Json | None:
        if not item:
            raise _Refused("FieldMissing", ".value", MISSING)
        if set(item) == {"value"} and item["value"] in (None, ""):
            return None
        return {"enum_id": self._enum(item)}

    def _enum(self, item: Json) -> int:
        key = next(key for key in ("enum_id", "enum_code", "value") if key in item)
        wanted = item[key]
        keys = {"enum_id": "id", "enum_code": "code", "value": "value"}
        found = [enum for enum in self.field.enums if getattr(enum, keys[key]) == wanted]
        if not found:
            raise _Refused("NotSupportedChoice", f".{key}", NOT_A_CHOICE)
        return found[0].id

    def _multitext(self, item: Json) -> Json:
        if not isinstance(item["value"], str):
            raise _Refused("InvalidType", ".value", of_type("string"))
        sort: Json = {key: item[key] for key in ("enum_id", "enum_code") if key in item} or {"enum_code": "WORK"}
        return {"value": item["value"], "enum_id": self._enum(sort)}

    def _plain(self, value: Any) -> Any:
        kind = self.field.type
        if kind in TEXTS:
            return self._text(value)
        if kind in NUMBERS:
            return _number(value)
        if kind == "checkbox":
            return _flag(value)
        if kind in DAYS:
            return self._midnight(_moment(value))
        return _moment(value) if kind == "date_time" else value

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise _Refused("InvalidType", ".value", of_type("string"))
        limit = {"text": self.settings.text_limit, "url": URL_LIMIT}.get(self.field.type, 0)
        if limit and len(value) > limit:
            raise _Refused("TooLong", ".value", f"This value is too long. It should have {limit} characters or less.")
        return value

    def _midnight(self, moment: int) -> int:
        """The beginning of that day where the account is (amocrm-api-php issue 402)."""
        day = datetime.fromtimestamp(moment, self.zone).date()
        return int(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp())


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Refused("InvalidType", ".value", of_type("numeric"))
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise _Refused("InvalidType", ".value", of_type("numeric")) from None
    if not found.is_finite() or abs(found.adjusted()) > MOST_DIGITS:
        raise _Refused("InvalidType", ".value", of_type("numeric"))
    text = f"{found:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _flag(value: Any) -> bool:
    if value not in (True, False, "0", "1"):
        raise _Refused("InvalidType", ".value", of_type("bool"))
    return value in (True, "1")


def _moment(value: Any) -> int:
    if is_int(value) and value > EARLIEST:
        return int(value)
    if isinstance(value, str) and "T" in value:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is not None and found.tzinfo is not None:
            return int(found.timestamp())
    raise _Refused("InvalidType", ".value", of_type("int"))


def shown(field: Field, values: Values) -> Json | None:
    """A filled field as the API shows it; None when nothing of it is left."""
    found = [one for one in (_shown(field, value) for value in values) if one]
    if not found:
        return None
    about = {"field_id": field.id, "field_name": field.name, "field_code": field.code, "field_type": field.type}
    return about | ({"is_computed": True} if field.computed else {}) | {"values": found}


def _shown(field: Field, value: Json) -> Json | None:
    if not field.has_enums:
        return value
    enum = field.enum(value["enum_id"])
    if enum is None:  # the clinic's administrator deleted it, and with it the values of all cards
        return None
    return {"value": value.get("value", enum.value), "enum_id": enum.id, "enum_code": enum.code}


def texts(field: Field, values: Values) -> list[str]:
    """What ``query`` finds the values by."""
    return [str(one["value"]) for one in (_shown(field, value) for value in values) if one]


def filterable(field: Field, values: Values) -> list[str]:
    """What the field filter compares with: enum ids of choices, 1 and 0 of flags (crm_platform/filters-api)."""
    if field.type in CHOICES:
        return [str(value["enum_id"]) for value in values]
    return [str(int(v["value"])) if isinstance(v["value"], bool) else str(v["value"]) for v in values]
