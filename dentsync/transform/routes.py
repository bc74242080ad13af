"""Which rows want a deal, in which pipeline, at which stage, and when the clock will make them want one."""

import string
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from dentsync.model import Condition, Desired, Entity, Lies, Plain, Record, Route, Status, Value
from dentsync.transform.plain import plain
from dentsync.transform.stages import RUSSIAN
from dentsync.transform.words import fold

TITLE_LENGTH = 255
"""Longest title a CRM keeps."""


def deal_of(
    route: Route,
    record: Record,
    contact: str,
    now: datetime,
    *,
    known: Mapping[str, Value] | None = None,
    silent: bool = False,
    corrections: timedelta | None = None,
) -> Desired | None:
    """The deal this row asks for, or None where the route has no stage for its status.

    Conditions decide only whether a *new* deal is wanted: an existing one follows its row whatever the clock says.
    ``known`` is what all rows of the patient say of the patient: a refusal on the card counts in the list of tomorrow.
    ``corrections``: how long after the visit its end may be corrected; None: always.
    """
    status = record.values.get("status")
    stage = route.stages.get(str(status)) if status else route.stages.get("default")
    if stage is None:
        return None
    fields = {name: _shown(record.values[name]) for name in route.fields if name in record.values}
    return Desired(
        kind="deal",
        key=deal_key(route, record),
        origin=record.origin,
        rule=f"routes.{route.name}",
        fields={"title": title_of(route.title, record.values)} | fields,
        contact=contact,
        pipeline=route.pipeline,
        stage=stage,
        status=Status(str(status)) if status else None,
        creates=wanted_by(route, record, known or {}, now),
        silent=silent,
        follows=bool(route.group),
        lies=_lies(record.values.get("start_at"), now, corrections),
    )


def _shown(value: Value) -> Plain:
    """A status stands in a field of the CRM as people call it."""
    return RUSSIAN[value] if isinstance(value, Status) else plain(value)


def _lies(start: Value, now: datetime, corrections: timedelta | None) -> Lies:
    if not isinstance(start, datetime):
        return "recent"
    if start > now:
        return "ahead"
    return "past" if corrections is not None and now - start > corrections else "recent"


def wanted_by(route: Route, record: Record, known: Mapping[str, Value], now: datetime) -> bool:
    """Whether a new deal is wanted. What the row does not say of its patient, ``known`` does.

    An empty cell in the row of a visit says nothing of the patient.
    """
    is_card = record.entity is Entity.PATIENT
    values = {**known, **{name: value for name, value in record.values.items() if is_card or value is not None}}
    return all(holds(condition, values, now) for condition in route.when) and not any(
        holds(one, said, now) for one in route.unless for said in (record.values, known)
    )


def deal_key(route: Route, record: Record) -> str:
    """Route (or its group) and subject; where a route has ``per``, each of its values has a deal of its own."""
    key = f"{route.group or route.name}:{record.key}"
    return f"{key}@{str(plain(record.values.get(route.per)))[:10]}" if route.per else key


def holds(condition: Condition, values: Mapping[str, Value], now: datetime) -> bool:
    """Whether a condition is true now. An absent or empty value fulfils only ``present = false``."""
    value = values.get(condition.field)
    if condition.present is not None:
        return (value is not None) == condition.present
    if value is None:
        return False
    if condition.one_of is not None:
        return any(_equal(value, wanted) for wanted in condition.one_of)
    low, high = condition.low or 0, condition.high or 0
    match condition.unit:
        case "number":
            return isinstance(value, int) and low <= value <= high
        case "days_ahead":
            return low <= (_day(value, now) - now.date()).days <= high
        case "days_ago":
            return low <= (now.date() - _day(value, now)).days <= high
        case "months_ago":
            day = _day(value, now)
            return _months_after(day, low) <= now.date() <= _months_after(day, high)


def wakes_at(route: Route, record: Record, now: datetime) -> datetime | None:
    """The next moment at which the clock alone lets a condition of this row come true (midnight, clinic's zone)."""
    openings = [_opens_on(condition, record.values, now) for condition in route.when]
    later = [datetime.combine(day, time(), now.tzinfo) for day in openings if day and day > now.date()]
    return min(later, default=None)


def _opens_on(condition: Condition, values: Mapping[str, Value], now: datetime) -> date | None:
    value = values.get(condition.field)
    if not isinstance(value, date):
        return None
    low, high = condition.low or 0, condition.high or 0
    match condition.unit:
        case "months_ago":
            return _months_after(_day(value, now), low)
        case "days_ago":
            return _day(value, now) + timedelta(days=low)
        case "days_ahead":
            return _day(value, now) - timedelta(days=high)
        case _:
            return None


def _months_after(day: date, months: int) -> date:
    """Calendar months later; the 31st counts to the last day of a shorter month."""
    # Few routes count months, and the library takes as long to load as a hundred rows to plan.
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)


def _day(value: Value, now: datetime) -> date:
    if isinstance(value, datetime):
        return value.astimezone(now.tzinfo).date()
    return value if isinstance(value, date) else date.min


def _equal(value: Value, wanted: str | int | bool) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return fold(value) == fold(wanted)
    return type(value) is type(wanted) and value == wanted


class _Nothing:
    """An empty value in a title: prints as nothing, whatever its format."""

    def __format__(self, spec: str) -> str:
        return ""


class _Title(string.Formatter):
    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002
        value = kwargs.get(str(key))
        return _Nothing() if value is None else value


def text_of(template: str, values: Mapping[str, Value]) -> str:
    """A text of any length; what is missing is left out."""
    return _Title().vformat(template, (), values).strip()


def title_of(template: str, values: Mapping[str, Value]) -> str:
    """The title, with the commas around missing parts tidied away, at most 255 characters."""
    parts = [part.strip(" :") for part in _Title().vformat(template, (), values).split(", ")]
    return ", ".join(part for part in parts if part)[:TITLE_LENGTH]
