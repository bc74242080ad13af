"""What is known about an item after an operation: exactly what was done."""

from dataclasses import replace

from dentsync.model import Operation, Outcome, Synced


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
            base, crm_id=outcome.crm_id, pipeline=operation.pipeline, stage=stage, status=operation.status,
            unsure=unsure,
            fields={**base.fields, **fields}, contact=contact if operation.claims else base.contact,
        )  # fmt: skip
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
