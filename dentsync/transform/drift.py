"""What people did to our items in the CRM: items as we last left them × items as they are there now.

Nothing here is put right: what people chose stays. Fields, stage and contact whose end is not sure are not judged.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dentsync.model import FIELDS, CrmField, Drift, DriftKind, FieldType, Kind, Operation, Plain, Present, Synced
from dentsync.transform.names import name_key, names_agree
from dentsync.transform.plain import same
from dentsync.transform.stages import stands_at
from dentsync.transform.words import fold

AsRead = Callable[[Kind, Mapping[str, Plain]], Mapping[str, Plain]]
"""``Target.as_read``: how values of ours look in a ``Present``."""

NAMES = ("last_name", "first_name", "patronymic")


# ── where it is ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Traces:
    """What of an item can be found in the CRM: under its id, with our key, and a contact's namesakes on its phones."""

    by_id: Present | None = None
    by_key: tuple[Present, ...] = ()
    alike: tuple[Present, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """``present``: the item as it is now, as far as that is certain. ``drift``: what became of its id and key.

    ``successors``: CRM ids under which it may live on where its own has died.
    """

    present: Present | None = None
    drift: Drift | None = None
    successors: tuple[int, ...] = ()


def place_of(item: Synced, traces: Traces) -> Place:
    """Where an item is now. An id that died is replaced only by the one living item that carries our key."""
    ours = traces.by_id or next((one for one in traces.by_key if one.crm_id == item.crm_id), None)
    others = tuple(one.crm_id for one in traces.by_key if one.crm_id != item.crm_id)
    if ours:
        drift = _claimed_twice(item, others) if others else _without_key(item, ours)
        return Place(ours, drift)
    if len(others) > 1:
        return Place(None, _claimed_twice(item, others), others)
    if others:
        return Place(traces.by_key[0], _drift(item, "merged", "id", item.crm_id, others[0], now=others[0]), others)
    if len(traces.alike) == 1:
        other = traces.alike[0].crm_id
        return Place(None, _drift(item, "merged", "id", item.crm_id, other), (other,))
    return Place(None, _drift(item, "deleted", "id", item.crm_id, None))


def namesakes(item: Synced, holders: Iterable[Present]) -> tuple[Present, ...]:
    """Contacts that a dead one may live on as, among those that hold one of its phones."""
    return tuple(one for one in holders if names_agree(_name(one), _name(item)))


def _name(item: Synced | Present) -> str:
    return name_key(*(str(item.fields.get(part) or "") for part in NAMES))


def _claimed_twice(item: Synced, others: tuple[int, ...]) -> Drift:
    return _drift(item, "duplicate", "key", item.crm_id, tuple(map(str, others)))


def _without_key(item: Synced, present: Present) -> Drift | None:
    keyed = present.key == item.key or item.kind == "task"  # whose task it is only has to be told while it is new
    return None if keyed else _drift(item, "unkeyed", "key", item.key, present.key)


def _drift(item: Synced, what: DriftKind, name: str, ours: Plain, theirs: Plain, *, now: int | None = None) -> Drift:
    return Drift(item.kind, item.key, now or item.crm_id, name, ours, theirs, what)


# ── what it holds ─────────────────────────────────────────────────────────────────────────────


def drift_of(item: Synced, present: Present, as_read: AsRead, fields: Mapping[str, CrmField]) -> Iterator[Drift]:
    """Stage and fields that are not as we left them. What the CRM has the say in, or has no place for, is not ours."""
    there = replace(item, crm_id=present.crm_id)
    where = item.pipeline or present.pipeline
    if item.stage and "stage" not in item.unsure and not stands_at(present, where, item.stage):
        yield _drift(there, "moved", "stage", _where(item, present), _where(present, item))
    for name, ours in sorted(_differing(item, present, as_read, fields).items()):
        theirs = present.fields[name]
        yield _drift(there, "added" if _only_added(name, ours, theirs) else "edited", name, ours, theirs)


def _where(one: Synced | Present, other: Synced | Present) -> str:
    """A stage by its name; with its pipeline where that is another one."""
    stage, pipeline = one.stage or "?", one.pipeline or "?"
    return stage if fold(pipeline) == fold(other.pipeline or "?") else f"{pipeline}: {stage}"


def _differing(
    item: Synced, present: Present, as_read: AsRead, fields: Mapping[str, CrmField]
) -> Mapping[str, Plain]:  # fmt: skip
    """Our values, as the CRM would show them, that it shows otherwise."""
    doubtful = {
        name: value
        for name, value in item.fields.items()
        if name in present.fields
        and name not in item.unsure
        and not (name in fields and fields[name].policy == "crm_wins")
        and not alike(value, present.fields[name])
    }
    # Most values look the same without the journey there and back, which costs more than comparing.
    shown = as_read(item.kind, doubtful) if doubtful else {}
    return {name: value for name, value in shown.items() if not alike(value, present.fields[name])}


def alike(ours: Plain, theirs: Plain) -> bool:
    """Whether two values mean the same; the order of phones does not matter."""
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        return set(ours) == set(theirs)
    return same(ours, theirs)


def _only_added(name: str, ours: Plain, theirs: Plain) -> bool:
    return FIELDS.get(name) is FieldType.PHONES and _values(ours) < _values(theirs)


def _values(value: Plain) -> set[str]:
    return set(value) if isinstance(value, tuple) else {str(value)} if value else set()


# ── whose it is ───────────────────────────────────────────────────────────────────────────────


def has_left(deal: Synced, present: Present, contact: int | None) -> bool:
    """Whether a deal is no more among the deals of the contact it had, whose CRM id is given where it is known."""
    known = contact is not None and present.contacts is not None and "contact" not in deal.unsure
    return known and contact not in (present.contacts or ())


def relinked(deal: Synced, present: Present, contact: int, successors: Collection[int] | None) -> Drift | None:
    """A deal that was given another contact. What follows from its contact's end is no news of the deal.

    ``successors``: where that contact may live on, none where it was deleted; None where it is alive.
    """
    now = present.contacts or ()
    if successors is not None and (not now or set(successors) & set(now)):
        return None
    there = replace(deal, crm_id=present.crm_id)
    return _drift(there, "relinked", "contact", contact, tuple(map(str, now)))


def doubted_by(item: Synced, operations: Iterable[Operation]) -> Synced:
    """An item on which operations may still be on their way: what they touch is not judged."""
    touched = {change.field for one in operations for change in one.changes}
    stages = {"stage" for one in operations if one.stage}
    return replace(item, unsure=tuple(sorted({*item.unsure, *touched, *stages})))
