"""What is known about an item after an operation: exactly what was done, and what people have changed beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dentsync.model import Change, Drift, Operation, Outcome, Plain, Present, Synced
from dentsync.transform.plain import same


def after_of(operation: Operation, outcome: Outcome, before: Synced | None, wanted: Operation | None) -> Synced:
    """What is known about the item after an applied operation. ``wanted``: the creation an adoption stands for."""
    assert outcome.crm_id is not None
    changes = wanted.changes if wanted else operation.changes
    fields = {change.field: change.new for change in changes if change.field != "contact"}
    contact = operation.contact if outcome.linked else None
    if operation.action == "move":
        base = before or Synced(operation.kind, operation.key, outcome.crm_id, {})
        stage = operation.stage.name if operation.stage else base.stage
        unsure = tuple(name for name in base.unsure if name != "stage")
        return replace(
            base,
            crm_id=outcome.crm_id,
            pipeline=operation.pipeline,
            stage=stage,
            status=operation.status,
            unsure=unsure,
        )
    if before is None or operation.action == "create":
        created = operation.action == "create"
        return Synced(
            kind=operation.kind,
            key=operation.key,
            crm_id=outcome.crm_id,
            fields=fields,
            contact=contact,
            pipeline=operation.pipeline,
            stage=operation.stage.name if created and operation.stage else None,
            status=operation.status if created else None,
        )
    sent = {change.field for change in operation.changes}
    return replace(
        before, crm_id=outcome.crm_id, fields={**before.fields, **fields}, contact=contact,
        unsure=tuple(name for name in before.unsure if name not in sent),
    )  # fmt: skip


def drift_of(after: Synced, ours: Mapping[str, Plain], present: Present, sent: Iterable[Change]) -> list[Drift]:
    """Fields that we did not send and that the CRM has otherwise: somebody changed them, and they stay.

    ``ours``: what we last left there, as the CRM would show it.
    """
    names = set(ours) - {change.field for change in sent}
    return [
        Drift(after.kind, after.key, after.crm_id, name, ours[name], present.fields.get(name))
        for name in sorted(names)
        if name in present.fields and not _same_here(ours[name], present.fields[name])
    ]


def _same_here(ours: Plain, theirs: Plain) -> bool:
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        return set(ours) == set(theirs)
    return same(ours, theirs)
