"""Tasks before they are sent: one that is there already is ours, and what people did to it stays.

A task that is done is left alone, whoever completed it. A deadline or a text that is not as we left it is a person's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dentsync.lang import _
from dentsync.load.target import Needs, Target, needs_of
from dentsync.model import Change, Drift, Operation, Outcome, Plain, Present, Result
from dentsync.runs.pushed import Settled
from dentsync.runs.session import Session, wall_time
from dentsync.transform.plain import same


class TasksFirst:
    """Settles the tasks of a plan. ``deals``: those of people, or of ours, that its deals are taken for, by key."""

    def __init__(self, job: Session, target: Target, settled: Settled, deals: Mapping[str, Present]) -> None:
        self.job, self.target, self.settled = job, target, settled
        self.ledger, self.crm = job.store.ledger, job.config.target
        self.deals = dict(deals)
        self.ids = self.ledger.ids(self.crm)

    def settle(self, operations: Sequence[Operation]) -> None:
        """Put each task among what is ready, or what has ended. Raises TargetError."""
        if not self.target.carries_tasks:
            reason = _("dentsync makes no tasks in this CRM yet; its deadline can stand in a field of the deal")
            self.settled.outcomes += [Outcome(one, Result.HELD, one.crm_id, reason) for one in operations]
            return
        new = [one for one in operations if one.action == "create"]
        self._look_at_deals(new)
        deals = frozenset((one.key, self.deals[one.key].crm_id) for one in new if one.key in self.deals)
        needs = replace(needs_of(operations, self.job.config.fields), tasks_of=deals)
        tasks = self.target.read(needs).tasks if needs != Needs() else {}
        ours = {one.key: one for one in sorted(tasks.values(), key=lambda one: -one.crm_id)}  # of two the older one
        for operation in operations:
            if operation.action == "create":
                self._create(operation, ours.get(operation.key))
            else:
                self._change(operation, tasks.get(operation.crm_id or 0))

    # ── where it belongs ──

    def _look_at_deals(self, new: Iterable[Operation]) -> None:
        """The deals that are there before this plan, as they are now: where one was merged, the one that lives on."""
        keys = {one.key for one in new} - self.deals.keys()
        known = {key: self.ids[f"deal:{key}"] for key in keys if f"deal:{key}" in self.ids}
        alive = self._read(Needs(deal_ids=frozenset(known.values())))
        self.deals |= {key: alive[crm_id] for key, crm_id in known.items() if crm_id in alive}
        dead = frozenset(known.keys() - self.deals.keys())
        for deal in sorted(self._read(Needs(deal_keys=dead)).values(), key=lambda one: -one.crm_id):
            if deal.key in dead:
                self.deals[deal.key] = deal
        with self.job.store.transaction():
            for key in dead & self.deals.keys():
                if item := self.ledger.synced(self.crm, "deal", key):
                    self.ledger.link(self.crm, item, self.deals[key].crm_id, wall_time())

    def _read(self, needs: Needs) -> Mapping[int, Present]:
        return self.target.read(needs).deals if needs != Needs() else {}

    def _create(self, operation: Operation, found: Present | None) -> None:
        deal = self.deals.get(operation.key)
        if found:
            self._adopt(operation, found)
        elif deal is None and operation.waits_for in self.ids:
            self._end(operation, Result.KEPT, _("its deal was deleted in the CRM"))
        elif deal is not None and deal.ends:
            self._end(operation, Result.KEPT, _("its deal has ended in the CRM"))
        elif deal is not None and deal.unsorted:
            reason = _("its deal waits in «{stage}»; take it up there").format(stage=deal.stage)
            self._end(operation, Result.HELD, reason)
        else:
            self.settled.ready.append(operation)

    # ── what people did ──

    def _adopt(self, operation: Operation, found: Present) -> None:
        """It is there already: its creation was lost, or a restored store does not know of it."""
        self.settled.creations[operation.item] = operation
        self.settled.replaced.add(operation.id)
        update = replace(operation, action="update", crm_id=found.crm_id)
        changes = self._wanted(update, found)
        if changes:
            self.settled.ready.append(replace(update, changes=changes))
        else:
            self._end(replace(update, changes=()), Result.APPLIED)

    def _change(self, operation: Operation, present: Present | None) -> None:
        if present is None:
            return self._end(operation, Result.KEPT, _("deleted in the CRM"))
        # What was not written when the task was made, is empty there.
        operation = replace(operation, changes=tuple(replace(one, known=True) for one in operation.changes))
        there = [change for change in operation.changes if self._stands(change, present)]
        wanted = self._wanted(operation, present)
        if wanted:
            self.settled.ready.append(replace(operation, changes=(*there, *wanted)))
        elif there:
            self._end(replace(operation, changes=tuple(there)), Result.APPLIED)
        elif present.fields["done"]:
            self._end(operation, Result.KEPT, _("completed in the CRM; it stays so"))
        else:
            self._end(operation, Result.KEPT, _("changed by a person"))
        return None

    def _stands(self, change: Change, present: Present) -> bool:
        """Whether it is so already."""
        return same(self._shown(change.field, change.new), present.fields.get(change.field))

    def _wanted(self, operation: Operation, present: Present) -> tuple[Change, ...]:
        """What is to be sent: nothing to a task that is done, and nothing over a person's choice, which is drift."""
        open_ones = [one for one in operation.changes if not self._stands(one, present)]
        if present.fields["done"]:
            return ()
        ours = [one for one in open_ones if self._is_ours(operation, one, present)]
        for change in open_ones:
            if change not in ours:
                left, theirs = (change.old if change.known else change.new), present.fields.get(change.field)
                self.settled.drift.append(Drift("task", operation.key, present.crm_id, change.field, left, theirs))
        return tuple(ours)

    def _is_ours(self, operation: Operation, change: Change, present: Present) -> bool:
        """Whether what stands there is what we left, or may have left in an operation of which the end is not known."""
        left = [change.old] if change.known else []
        for earlier in self.ledger.doubted(self.crm, "task", operation.key):
            sent = {one.field: one.new for one in earlier.changes}
            if earlier.action == "create" or change.field in sent:
                left.append(sent.get(change.field))
        theirs = present.fields.get(change.field)
        return change.field == "done" or any(same(self._shown(change.field, one), theirs) for one in left)

    def _shown(self, name: str, value: Plain) -> Plain:
        return self.target.as_read("task", {name: value})[name]

    def _end(self, operation: Operation, result: Result, reason: str = "") -> None:
        self.settled.outcomes.append(Outcome(operation, result, operation.crm_id, reason))
