"""After a run that did not end well: what became of operations whose end is not known."""

from dataclasses import replace

from dentsync.lang import _
from dentsync.load.targets import SEARCH_LAG
from dentsync.model import Operation, Synced
from dentsync.runs.session import Session, wall_time


def recover(job: Session) -> frozenset[str]:
    """Before planning: settle open intentions; the items ("kind:key") that still have to wait.

    Changes of existing items are simply wanted again, exactly what was sent: the rest of the item may be a person's by
    now. Creations are looked up by key before
    they are repeated (every creation is), but not before the CRM had time to show them: until then they wait.
    """
    ledger, crm = job.store.ledger, job.config.target
    waiting: set[str] = set()
    for number, operation, at in ledger.open_intentions(crm):
        if operation.action == "create" and wall_time() - at < SEARCH_LAG[crm]:
            waiting.add(f"{operation.kind}:{operation.key}")
            continue
        item = ledger.synced(crm, operation.kind, operation.key)
        if item and operation.action != "create":
            ledger.put_item(crm, doubted(item, operation))
        ledger.close_intention(number, "looked up", _("its end was not known; looked up again"), wall_time())
    return frozenset(waiting)


def doubted(item: Synced, operation: Operation) -> Synced:
    """An item after a change that may have happened: its fields are not known, numbers may be the old or the new."""
    if operation.action == "move":
        return replace(item, unsure=tuple({*item.unsure, "stage"}))
    fields = dict(item.fields)
    for change in operation.changes:
        if isinstance(change.new, tuple):
            old = fields.get(change.field)
            fields[change.field] = tuple(dict.fromkeys((*(old if isinstance(old, tuple) else ()), *change.new)))
    unsure = {*item.unsure, *(change.field for change in operation.changes)}
    return replace(item, fields=fields, unsure=tuple(sorted(unsure)))
