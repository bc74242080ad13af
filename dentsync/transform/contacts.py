"""The contact a person should be in the CRM, from every row that speaks of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dentsync.model import PATIENT_FIELDS, Desired, Entity, Record, Status, Value
from dentsync.transform.family import numbers_of
from dentsync.transform.plain import plain

IDENTITY = ("last_name", "first_name", "patronymic", "phones", "card_number", "branch", "email", "sms_name")
"""What rows about visits may say about the person. The rest comes from rows about patients only."""

_EXPECTED = (Status.BOOKED, Status.CONFIRMED, Status.WAITING)


def contact_of(
    person: str,
    records: Sequence[Record],
    masters: frozenset[str],
    wanted: Sequence[str],
    now: datetime,
    *,
    silent: bool = False,
    lost_a_visit: bool = False,
) -> Desired:
    """Merge the rows of a person, given oldest first. Rows of ``masters`` (snapshot feeds) outweigh the others.

    ``wanted`` are the fields the CRM is to have. The nearest visit comes from the patient's own row where the MIS
    exports it, otherwise from the visits known; one that has passed is none, and so is one that turned out to be
    somebody else's (``lost_a_visit``).
    """
    ordered = sorted(records, key=lambda record: _rank(record, masters))
    values = _merged(ordered)
    visits = [record for record in records if record.entity is Entity.APPOINTMENT]
    stated = values.get("next_visit_at")
    passed = isinstance(stated, datetime) and stated < now
    if passed or ("next_visit_at" not in values and (visits or lost_a_visit)):
        values["next_visit_at"] = next_visit(visits, now)
    numbers = numbers_of(values, now)
    if numbers is not None:
        values["phones"] = numbers
    source = ordered[-1]
    fields = {name: plain(values[name]) for name in (*IDENTITY[:4], *wanted) if name in values}
    return Desired("contact", person, source.origin, f"contact from {source.feed}", fields, silent=silent)


def known_of(records: Sequence[Record], masters: frozenset[str]) -> dict[str, Value]:
    """What all rows of a person say of the person; rows of ``masters`` outweigh the others."""
    return _merged(sorted(records, key=lambda record: _rank(record, masters)))


def _merged(ordered: Sequence[Record]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for record in ordered:
        values |= {name: value for name, value in record.values.items() if _speaks(record, name)}
    return values


def _rank(record: Record, masters: frozenset[str]) -> int:
    return 2 if record.feed in masters else 1 if record.entity is Entity.PATIENT else 0


def _speaks(record: Record, field: str) -> bool:
    if field in IDENTITY and record.values[field] in (None, ()):
        return record.entity is Entity.PATIENT  # a visit without a phone does not erase the patient's
    return field in IDENTITY or (record.entity is Entity.PATIENT and field in PATIENT_FIELDS)


def next_visit(visits: Sequence[Record], now: datetime) -> datetime | None:
    """The nearest visit that is still expected."""
    return min((start for visit in visits if (start := expected_at(visit.values)) and start >= now), default=None)


def expected_at(values: Mapping[str, Value]) -> datetime | None:
    """When this visit is expected, if it is."""
    start = values.get("start_at")
    return start if isinstance(start, datetime) and values.get("status") in _EXPECTED else None


def passes_at(record: Record) -> datetime | None:
    """When the visit that this row speaks of stops being the nearest one of its patient."""
    stated = record.values.get("next_visit_at")
    return stated if isinstance(stated, datetime) else expected_at(record.values)
