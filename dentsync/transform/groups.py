"""Routes of one group: a visit has one deal, in the pipeline that fits its patient now.

A patient without a visit that took place is primary, everybody else comes again. What decides is how it was *before*
the visit: the deal of a first visit that took place stays where it was won.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from dentsync.model import STRENGTH, Entity, Record, Route, Status, Synced, Value
from dentsync.transform.routes import wanted_by

_ENDED = STRENGTH[Status.COMPLETED]


def grouped(routes: Iterable[Route]) -> list[tuple[Route, ...]]:
    """Routes that share deals, together, in their order; a route without a group is alone."""
    groups: dict[str, list[Route]] = {}
    for route in routes:
        groups.setdefault(route.group or f" {route.name}", []).append(route)
    return [tuple(group) for group in groups.values()]


def route_of(
    group: Sequence[Route], record: Record, known: Mapping[str, Value], now: datetime, synced: Synced | None
) -> Route:
    """The route of the group that the record's deal follows; ``synced`` is that deal as we last left it.

    The first whose conditions hold. Where the visit has ended, or none does, the deal stays in its pipeline.
    """
    if len(group) == 1:
        return group[0]
    present = next((route for route in group if synced and route.pipeline == synced.pipeline), None)
    if present and has_ended(record):
        return present
    fitting = next((route for route in group if wanted_by(route, record, known, now)), None)
    return fitting or present or group[0]


def has_ended(record: Record) -> bool:
    """Whether a visit took place, or will not."""
    status = record.values.get("status")
    return status is not None and STRENGTH[Status(str(status))] >= _ENDED


def completed_before(record: Record, records: Iterable[Record], stated: Value) -> int:
    """How many visits of the patient took place before this one.

    ``stated`` is the number on the patient's card, which also knows what was before any file; ``records`` are all rows
    of the patient.
    """
    visits = [
        one for one in records if one.entity is Entity.APPOINTMENT and one.values.get("status") == Status.COMPLETED
    ]
    earlier = sum(_starts_before(one, record) for one in visits if one.key != record.key)
    if not isinstance(stated, int):
        return earlier
    return max(earlier, stated - (len(visits) - earlier))


def _starts_before(one: Record, other: Record) -> bool:
    first, second = one.values.get("start_at"), other.values.get("start_at")
    return isinstance(first, datetime) and isinstance(second, datetime) and first < second
