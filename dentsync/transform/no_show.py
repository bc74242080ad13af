"""Visits whose time has passed without any sign: no-shows, but only where the clinic asks for it.

Nothing follows from time alone: the visit's list has to be younger than that, so an export that stopped makes nobody a
no-show. What any list says of the visit is more than what none of them says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dentsync.model import Entity, Record, Status
from dentsync.transform.reschedule import are_one

EXPECTED = (Status.BOOKED, Status.CONFIRMED)
"""What becomes of these may become known by the clock."""


def due_at(record: Record, after: timedelta | None) -> datetime | None:
    """When a visit that is still expected becomes a no-show; None where it never does."""
    start = record.values.get("start_at")
    expected = record.entity is Entity.APPOINTMENT and record.values.get("status") in EXPECTED
    return start + after if after is not None and expected and isinstance(start, datetime) else None


def with_no_shows(
    records: Sequence[Record], after: Mapping[str, timedelta], told: Mapping[str, datetime | None], now: datetime
) -> tuple[Record, ...]:
    """The rows of a patient, with no-shows as such. ``after`` and ``told`` by feed: how long after its time, and when
    the newest file was written."""
    if not after:
        return tuple(records)
    return tuple(
        replace(one, values={**one.values, "status": Status.NO_SHOW})
        if _is_over(one, after.get(one.feed), told.get(one.feed), now) and _is_silent(one, records)
        else one
        for one in records
    )


def _is_over(record: Record, after: timedelta | None, told: datetime | None, now: datetime) -> bool:
    due = due_at(record, after)
    return due is not None and told is not None and due <= min(told, now)


def _is_silent(record: Record, records: Sequence[Record]) -> bool:
    """Whether no other list says what became of the visit."""
    return all(one.values.get("status") in EXPECTED for one in records if are_one(one, record))
