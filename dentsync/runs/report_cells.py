"""Cells of stored rows as reports judge them: by the rules of now, and each spelling once."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, cast

import msgspec

from dentsync.model import Value

_CELLS: Mapping[str, str] = {
    "doctor": "doctor",
    "specialty": "specialty",
    "operator": "operator",
    "lead_source": "source",
    "amount_received": "paid",
    "booked_at": "booked_on",
}
"""Cells that only some reports look at, and the field of a visit that they become."""


class Cells(msgspec.Struct, gc=False):
    """The cells that reports need; None where the file has no such column."""

    appointment_id: str | None = None
    start_at: str | None = None
    start_on: str | None = None
    start_time: str | None = None
    doctor: str | None = None
    specialty: str | None = None
    status: str | None = None
    operator: str | None = None
    booked_at: str | None = None
    branch: str | None = None
    lead_source: str | None = None
    cancel_reason: str | None = None
    cancelled_at: str | None = None
    amount_received: str | None = None


def decoder(wanted: Collection[str]) -> Callable[[bytes], Cells]:
    """Reads cells; those that nobody wants are not even taken out of their row."""
    fields = [(name, str | None, None) for name in Cells.__struct_fields__]
    hidden = {cell: f"-{cell}" for cell, name in _CELLS.items() if name not in wanted}
    read = msgspec.json.Decoder(msgspec.defstruct("_Wanted", fields, rename=hidden, gc=False)).decode
    return cast("Callable[[bytes], Cells]", read)


class PatientCells(msgspec.Struct, gc=False):
    """The same of a patient's card."""

    first_visit_at: str | None = None
    last_visit_at: str | None = None
    completed_visits: str | None = None
    patient_created_at: str | None = None
    lead_source: str | None = None


_DAY = re.compile(r"[0-3]\d\.[01]\d\.20\d\d", re.ASCII)
_CLOCK = re.compile(r" ([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_PLAIN = re.compile(f"({_DAY.pattern}){_CLOCK.pattern}", re.ASCII)
"""The usual spelling of a moment: its day says all but the hour, and a year has few days."""


class Words(dict[Any, Any]):
    """What texts of one field mean, each judged once."""

    def __init__(self, judge: Callable[[Any], Any]) -> None:
        super().__init__()
        self._judge = judge

    def __missing__(self, text: Any) -> Any:
        meaning = self[text] = self._judge(text)
        return meaning


class Moments(dict["str | None", "datetime | None"]):
    """Moments that cells of one field name: days are judged once each, in the usual spelling of what is not one."""

    def __init__(self, judge: Callable[[str | None], Value]) -> None:
        super().__init__()
        self._judge = judge
        self._is_clock = Words(lambda text: _CLOCK.fullmatch(text))
        self._days = Words(self._day)

    def __missing__(self, text: str | None) -> datetime | None:
        if plain := text and _PLAIN.fullmatch(text):
            _whole, day, *clock = plain.group(0, 1, 2, 3, 4)
            hour, minute, second = (int(digits or 0) for digits in clock)
            midnight = self[day]
            moment = midnight and midnight.replace(hour=hour, minute=minute, second=second)
        else:
            value = self._judge(text)
            moment = value if isinstance(value, datetime) else None
        self[text] = moment
        return moment

    def day(self, text: str | None) -> date | None:
        """The day alone: every request has a minute of its own, and is remembered by its day."""
        if text and self._is_clock[text[10:]]:
            plain: date | None = self._days[text[:10]]
            if plain:
                return plain
        moment = self[text]
        return moment.date() if moment else None

    def _day(self, text: str) -> date | None:
        moment = self[text] if _DAY.fullmatch(text) else None
        return moment.date() if moment else None
