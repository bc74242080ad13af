"""Desired × synced → operations, field by field, each with old → new, origin and rule."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from dentsync.model import Action, Change, CrmField, Desired, Held, Operation, Plain, Synced
from dentsync.transform.plain import is_nothing, same
from dentsync.transform.stages import approval_of, setback, way_out


def operations_of(
    desired: Desired,
    synced: Synced | None,
    fields: Mapping[str, CrmField],
    doubted: Sequence[Operation] = (),
    approved: Collection[str] = (),
) -> tuple[list[Operation], list[Held]]:
    """What has to be done so that the CRM has what is desired, and what of it has to wait for a person.

    ``doubted``: earlier creations of an item that was never heard of. ``approved``: what a person has let through.
    """
    if synced is None:
        return ([_create(desired, _told(doubted))] if desired.creates else []), []
    found = [_update(desired, synced, changes)] if (changes := changes_of(desired, synced, fields)) else []
    if not _has_news(desired, synced):
        return found, []
    reason = setback(synced.status, desired.status, desired.lies)
    approval = approval_of(desired.kind, desired.key, desired.status)
    if reason and approval not in approved:
        return found, [Held(desired.kind, desired.key, desired.origin, way_out(reason, approval))]
    return [*found, _move(desired, synced)], []


def changes_of(desired: Desired, synced: Synced, fields: Mapping[str, CrmField]) -> tuple[Change, ...]:
    """Fields that differ from what we last left, as far as their policy lets the MIS speak.

    Where nothing but quiet fields drifted there is nothing to do.
    """
    changes = []
    for name, new in desired.fields.items():
        old = synced.fields.get(name)
        if _allowed(name, new, fields) and (name in synced.unsure or not same(new, old)):
            changes.append(Change(name, old, new, known=name in synced.fields))
    if desired.contact != synced.contact or (desired.contact and "contact" in synced.unsure):
        changes.append(Change("contact", synced.contact, desired.contact))
    return () if all(_drifted(change, synced, fields) for change in changes) else tuple(changes)


def _drifted(change: Change, synced: Synced, fields: Mapping[str, CrmField]) -> bool:
    """Whether a change is no reason to write: a quiet field that we know to hold an older value."""
    quiet = change.field in fields and fields[change.field].quiet
    return quiet and change.known and change.field not in synced.unsure


def _allowed(name: str, new: Plain, fields: Mapping[str, CrmField]) -> bool:
    policy = fields[name].policy if name in fields else "mis_wins"
    return policy != "crm_wins" and not (policy == "never_clear" and is_nothing(new))


def _has_news(desired: Desired, synced: Synced) -> bool:
    """A move needs news: the MIS says another status than when we last left the deal, or means another pipeline."""
    if desired.stage is None or desired.status is None:
        return False
    if "stage" in synced.unsure:
        return True
    if desired.follows and synced.pipeline and desired.pipeline != synced.pipeline:
        return True
    moved = (desired.pipeline, desired.stage.name) != (synced.pipeline, synced.stage)
    return moved and desired.status != synced.status


def _told(doubted: Sequence[Operation]) -> dict[str, Plain]:
    """What the CRM may hold of creations of which the end is not known: the last value, or all of several numbers."""
    told: dict[str, Plain] = {}
    for change in (change for operation in doubted for change in operation.changes):
        before, new = told.get(change.field), change.new
        if isinstance(before, tuple) and isinstance(new, tuple):
            new = tuple(dict.fromkeys((*before, *new)))
        told[change.field] = new
    return told


def _create(desired: Desired, told: Mapping[str, Plain]) -> Operation:
    changes = tuple(
        Change(name, told.get(name), new, known=name in told)
        for name, new in desired.fields.items()
        if name in told or not is_nothing(new)
    )
    bare = _operation("create", desired)
    return replace(
        bare, changes=changes, contact=desired.contact, pipeline=desired.pipeline, stage=desired.stage,
        status=desired.status, silent=desired.silent,
    )  # fmt: skip


def _update(desired: Desired, synced: Synced, changes: tuple[Change, ...]) -> Operation:
    bare = _operation("update", desired)
    return replace(
        bare, changes=changes, crm_id=synced.crm_id, contact=desired.contact, pipeline=synced.pipeline
    )  # fmt: skip


def _move(desired: Desired, synced: Synced) -> Operation:
    bare = _operation("move", desired)
    other = synced.pipeline if synced.pipeline != desired.pipeline else None
    return replace(
        bare, crm_id=synced.crm_id, pipeline=desired.pipeline, stage=desired.stage, from_stage=synced.stage,
        from_pipeline=other, status=desired.status,
    )  # fmt: skip


def _operation(action: Action, desired: Desired) -> Operation:
    label = label_of(desired.fields)
    return Operation(action, desired.kind, desired.key, desired.origin, desired.rule, label=label)


def label_of(fields: Mapping[str, Plain]) -> str:
    """How a person knows an item: the title of a deal, the name of a contact, the type of a task."""
    names = (fields.get(part) for part in ("last_name", "first_name", "patronymic"))
    return str(fields.get("title") or fields.get("type") or " ".join(str(name) for name in names if name))
