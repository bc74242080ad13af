"""Visits that were moved: the old one is over («rescheduled»), and the new one begins a life of its own.

A visit is known as moved by the link of the visit that stands in its place, by a flag of its own, or, where its feed
asks for it, because it was cancelled and another visit of the patient was booked at about that time. The same id with a
new time is no second visit, and none of this.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product

from dentsync.model import Entity, MovedRules, Record, Status

Name = tuple[str, str]
"""Feed and key of a row."""

_ALIVE = (Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_PROGRESS, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class Moves:
    """The rows of a patient with moved visits as such, in the same order.

    ``spoken``: rows that another row speaks of; its news may be news of theirs.
    """

    records: tuple[Record, ...]
    spoken: frozenset[Name] = field(default=frozenset())


def moves_among(records: Sequence[Record], rules: Mapping[str, MovedRules]) -> Moves:
    """What became of the visits of a patient. ``records`` are oldest first; ``rules`` are those of feeds that ask."""
    visits = [record for record in records if record.entity is Entity.APPOINTMENT]
    linked = _linked(visits)
    moved = {name: new for name, (old, new) in _unlooped(linked).items() if not _is_back(old, new, visits)}
    moved |= {_name(old): new for old, new in _booked_instead(visits, rules, moved)}
    result = tuple(_as_moved(record, moved.get(_name(record))) for record in records)
    return Moves(result, frozenset(linked) | frozenset(moved))


def _name(record: Record) -> Name:
    return record.feed, record.key


def _as_moved(record: Record, new: Record | None) -> Record:
    """A moved visit because of the visit in its place, or because its own flag says so and it did not take place."""
    flagged = record.values.get("is_rescheduled") is True and record.values.get("status") != Status.COMPLETED
    if new is None and not (flagged and record.entity is Entity.APPOINTMENT):
        return record
    values = {**record.values, "status": Status.RESCHEDULED}
    return replace(record, values=values, origin=new.origin if new else record.origin)


# ── by link ───────────────────────────────────────────────────────────────────────────────────


def _linked(visits: Sequence[Record]) -> dict[Name, tuple[Record, Record]]:
    """Visits that a later one names as the one it was moved from, each with the later one."""
    by_id: dict[tuple[str, str], Record] = {}
    for visit in visits:
        if source := visit.values.get("rescheduled_from"):
            by_id[_branch(visit), str(source)] = visit
    if not by_id:
        return {}
    pairs = ((old, by_id.get((_branch(old), str(old.values.get("appointment_id") or "")))) for old in visits)
    return {_name(old): (old, new) for old, new in pairs if new and not are_one(old, new)}


def _branch(record: Record) -> str:
    """Of the key: numbers of visits are counted in each branch."""
    return record.key.split("/")[1]


def are_one(one: Record, other: Record) -> bool:
    """Whether two rows speak of one visit: two feeds may list it."""
    number = one.values.get("appointment_id")
    same = number is not None and number == other.values.get("appointment_id")
    return one.key == other.key or (same and _branch(one) == _branch(other))


def _unlooped(linked: Mapping[Name, tuple[Record, Record]]) -> dict[Name, tuple[Record, Record]]:
    """Without visits that were moved from each other: there the MIS contradicts itself."""
    return {name: pair for name, pair in linked.items() if name not in _followers(name, linked)}


def _followers(name: Name, linked: Mapping[Name, tuple[Record, Record]]) -> set[Name]:
    found: set[Name] = set()
    while name in linked and (name := _name(linked[name][1])) not in found:
        found.add(name)
    return found


def _is_back(old: Record, new: Record, visits: Sequence[Record]) -> bool:
    """Whether a move was taken back: the new visit is cancelled, and the old one is alive by a word no older than that.

    The last word for a visit that has left the list is as old as the list it stood in.
    """
    recent = old.origin.sha256 == new.origin.sha256 or visits.index(old) > visits.index(new)
    return recent and new.values.get("status") == Status.CANCELLED and old.values.get("status") in _ALIVE


# ── cancelled, and another one booked ─────────────────────────────────────────────────────────


def _booked_instead(
    visits: Sequence[Record], rules: Mapping[str, MovedRules], moved: Mapping[Name, Record]
) -> Iterator[tuple[Record, Record]]:
    """Cancelled visits with the visit that was booked instead, the nearest in time first; each visit stands for one."""
    cancelled = [one for one in visits if one.feed in rules and _name(one) not in moved and _cancelled_at(one)]
    fresh = [one for one in visits if not one.values.get("rescheduled_from") and _moment(one, "booked_at")]
    pairs = ((_gap(old, new), old, new) for old, new in product(cancelled, fresh) if not are_one(old, new))
    fitting = [pair for pair in pairs if _fits(*pair, rules[pair[1].feed])]
    taken: set[Name] = set()
    for _between, old, new in sorted(fitting, key=lambda pair: pair[0]):
        if taken.isdisjoint({("old", old.key), ("new", new.key)}):
            taken |= {("old", old.key), ("new", new.key)}
            yield old, new


def _fits(gap: timedelta, old: Record, new: Record, rules: MovedRules) -> bool:
    before, after = _moment(old, "booked_at"), _moment(new, "booked_at")
    later = before is None or after is None or after > before
    doctors = old.values.get("doctor"), new.values.get("doctor")
    return later and gap <= rules.within and (not rules.same_doctor or doctors[0] == doctors[1])


def _gap(old: Record, new: Record) -> timedelta:
    """Between cancelling and booking: either may be done first."""
    cancelled, booked = _cancelled_at(old), _moment(new, "booked_at")
    return abs(booked - cancelled) if booked and cancelled else timedelta.max


def _cancelled_at(record: Record) -> datetime | None:
    if record.values.get("status") != Status.CANCELLED:
        return None
    return _moment(record, "cancelled_at") or _moment(record, "changed_at")


def _moment(record: Record, name: str) -> datetime | None:
    value = record.values.get(name)
    return value if isinstance(value, datetime) else None
