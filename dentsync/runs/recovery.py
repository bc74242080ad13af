"""After a run that did not end well, or a reply that was lost: what became of operations whose end is not known."""

from dataclasses import replace
from datetime import timedelta

from dentsync.lang import _
from dentsync.load.targets import SEARCH_LAG
from dentsync.model import Operation, Synced
from dentsync.runs.session import Session, wall_time


def recover(job: Session) -> frozenset[str]:
    """Before planning: settle open intentions; the items ("kind:key") that still have to wait.

    Nothing is believed before the CRM's search lag is over: a creation may not be shown yet, and a change that is
    still on its way would overtake a later one. Then creations are looked up by key before they are repeated (every
    creation is), and changes of existing items are wanted again, exactly what was sent: the rest of the item may be a
    person's by now.
    """
    ledger, crm = job.store.ledger, job.config.target
    waiting: set[str] = set()
    for number, operation, at in ledger.open_intentions(crm):
        name = operation.item
        if at > wall_time():
            at = wall_time()
            ledger.redate(number, at)
        if name in waiting or _left(job, wall_time() - at) > 0:
            waiting.add(name)
            continue
        item = ledger.synced(crm, operation.kind, operation.key)
        if item and operation.action != "create":
            ledger.put_item(crm, doubted(item, operation))
        ledger.close_intention(number, "looked up", _("its end was not known; looked up again"), wall_time())
    return frozenset(waiting)


def seconds_left(job: Session) -> float | None:
    """How long until every open intention may be looked up, by the CRM's clock; None where there is none."""
    now = wall_time()
    return max(
        (_left(job, now - at) for _n, _op, at in job.store.ledger.open_intentions(job.config.target)), default=None
    )


def _left(job: Session, passed: timedelta) -> float:
    lag = SEARCH_LAG[job.config.target].total_seconds()
    # A clock that was set back tells nothing of what has passed: then the whole lag is waited for.
    return max(0.0, lag - max(0.0, passed.total_seconds()) * job.config.speed)


def doubted(item: Synced, operation: Operation) -> Synced:
    """An item after a change that may have happened: its fields are not known, numbers may be the old or the new."""
    stage = {"stage"} if operation.action == "move" else set()
    fields = dict(item.fields)
    for change in operation.changes:
        if isinstance(change.new, tuple):
            old = fields.get(change.field)
            fields[change.field] = tuple(dict.fromkeys((*(old if isinstance(old, tuple) else ()), *change.new)))
    unsure = {*item.unsure, *stage, *(change.field for change in operation.changes)}
    return replace(item, fields=fields, unsure=tuple(sorted(unsure)))
