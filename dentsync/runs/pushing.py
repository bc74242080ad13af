"""From a plan to the CRM: read what is there, let people's choices stand, write intentions down, send, record.

The order is the promise: an intention is stored before its request, an outcome before the next request.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from dentsync.errors import ConfigError, TargetError
from dentsync.lang import _
from dentsync.load.target import GONE, Ended, Needs, Patience, Sending, Step, Target, Waiting
from dentsync.model import Kind, Operation, Outcome, Plan, Result, Status
from dentsync.runs.crm import check_target, target_of
from dentsync.runs.interrupts import gently
from dentsync.runs.people_first import PeopleFirst, newest_first
from dentsync.runs.pushed import Pushed, Settled
from dentsync.runs.session import Session, wall_time
from dentsync.transform.afterwards import after_of
from dentsync.transform.drift import drift_of

Tick = Callable[[str, int, int], None]
"""Progress: "push" with operations done and in all, or "wait" with real seconds."""


class Pusher:
    """Applies plans of one run, while ``patience`` lasts."""

    def __init__(self, job: Session, patience: Patience, tick: Tick | None = None) -> None:
        self._job, self._patience, self._tick = job, patience, tick
        self._waited = 0.0
        self.total: Pushed | None = None

    def push(self, run: int, plan: Plan, *, doubted: bool = False) -> Pushed:
        """Apply a plan; every operation of it has an outcome afterwards. ``error`` has what the CRM as a whole said.

        ``doubted``: its creations are likely there already. ``total`` has this and the plans before it. Raises
        KeyboardInterrupt or Terminated where it was asked to end, once all is recorded.
        """
        if not plan.operations:
            return self._add(Pushed())
        target, checked = target_of(self._job.config, self._job.store, self._patience.clock)
        push = _Push(self._job, run, target, self._patience, self._tick)
        push.doubted = doubted
        try:
            if not checked and (problems := check_target(self._job, target)):
                raise ConfigError("\n".join(problems))
            push.push(plan.operations)
        except TargetError as error:
            push.pushed.error = error
            self._job.store.ledger.forget(self._job.config.target, "directory")
        finally:
            push.close(plan.operations)
            self._add(push.pushed)
        return push.pushed

    def _add(self, pushed: Pushed) -> Pushed:
        pushed.waited += self._waited
        self._waited = 0.0
        self.total = self.total.then(pushed) if self.total else pushed
        return pushed

    def wait(self, seconds: float) -> bool:
        """Wait for the CRM's search lag; False where there is no time for it."""
        clock, self._waited = self._patience.clock, seconds
        if seconds and self._tick and not self._patience.over(clock.time() + seconds):
            self._tick("wait", int(clock.real(seconds)) + 1, 0)
        with gently(self._patience):
            return self._patience.wait(clock.time() + seconds)


class _Push:
    """One plan on its way."""

    def __init__(self, job: Session, run: int, target: Target, patience: Patience, tick: Tick | None) -> None:
        self.job, self.run, self.target, self.patience, self.tick = job, run, target, patience, tick
        self.ledger = job.store.ledger
        self.crm = job.config.target
        self.pushed = Pushed()
        self.numbers: dict[str, int] = {}  # of intentions in the journal, by operation id
        self.gone: list[Outcome] = []  # of items that are not there any more
        self.doubted = False
        self.seen: set[tuple[Kind, str]] = set()  # items whose present state was looked at
        self.settled = Settled()
        self.heard: dict[str, Status | None] = {}  # what the MIS said of deals that are being adopted

    def push(self, operations: tuple[Operation, ...]) -> None:
        self.settled = PeopleFirst(self.job, self.target).settle(operations, doubted=self.doubted)
        self.pushed.drift += self.settled.drift
        with self.job.store.transaction():
            for outcome in self.settled.outcomes:
                self._keep(outcome)
            for operation in self.settled.ready:
                self._keep_theirs(operation)
        with gently(self.patience):
            for step in self.target.carry_out(self.settled.ready, self.ledger.ids(self.crm), self.patience):
                self._take(step)
                self._show(len(operations))
        self._find_gone()
        self.pushed.again |= {one.operation.item for one in self.pushed.outcomes if self._waits_for_contact(one)}

    def _waits_for_contact(self, outcome: Outcome) -> bool:
        """A deal that is without its contact, and need not be once the contact is known."""
        contact = f"contact:{outcome.operation.contact}"
        without = outcome.result is Result.HELD or not outcome.linked
        return without and (contact in self.pushed.again or contact in self.ledger.ids(self.crm))

    def _take(self, step: Step) -> None:
        match step:
            case Sending(fresh):
                with self.job.store.durably(), self.job.store.transaction():
                    self.numbers |= self.ledger.intend(self.run, self.crm, fresh, wall_time())
            case Ended(outcomes):
                with self.job.store.transaction():
                    for outcome in outcomes:
                        self.ledger.record(self.numbers[outcome.operation.id], outcome, wall_time())
                        self._keep(outcome)
            case Waiting(until):
                seconds = max(0.0, until - self.patience.clock.time())
                self.pushed.waited += seconds
                if self.tick:
                    self.tick("wait", int(self.patience.clock.real(seconds)) + 1, 0)

    def close(self, operations: tuple[Operation, ...]) -> None:
        """Account for what was not sent, and remember the CRM's limits and what people changed there."""
        ended = {outcome.operation.id for outcome in self.pushed.outcomes} | self.settled.replaced
        # An operation that was replaced is done when those that stand for it are.
        meant = {op.id: op for op in (*operations, *self.settled.ready) if op.id not in ended}
        self.pushed.outcomes += [Outcome(op, Result.HELD, reason=_("not sent")) for op in meant.values()]
        self.pushed.requests = self.target.requests
        with self.job.store.transaction():
            self.ledger.replace_drift(self.crm, self.seen, self.pushed.drift, wall_time())
            self.ledger.cache(self.crm, "pace", self.target.pace(), wall_time())

    def _show(self, total: int) -> None:
        if self.tick:
            self.tick("push", len(self.pushed.outcomes), total)

    # ── what was done ──

    def _keep(self, outcome: Outcome) -> None:
        """Record exactly what this operation did, nothing more."""
        operation = outcome.operation
        if outcome.reason == GONE:
            self.gone.append(outcome)
            return
        self.pushed.outcomes.append(outcome)
        if outcome.result is Result.UNKNOWN:
            self.pushed.again.add(operation.item)
        if outcome.result is Result.KEPT and operation.action == "move":
            self._hear(operation)
        if outcome.result is not Result.APPLIED or outcome.crm_id is None:
            return
        before = self.ledger.synced(self.crm, operation.kind, operation.key)
        adopts = operation.action == "update" or operation.claims
        wanted = self.settled.creations.get(operation.item) if adopts else None
        after = after_of(operation, outcome, before, wanted)
        if before is None:
            name = operation.item
            heard, theirs = self.heard.get(name, after.status), self.settled.theirs.get(name, ())
            after = replace(after, status=heard, theirs=theirs)
        self.ledger.put_item(self.crm, after)
        if operation.claims:
            self.ledger.pass_on(self.crm, after)
        if outcome.present:
            self.seen.add((after.kind, after.key))
            sent = {change.field for change in operation.changes}
            drift = drift_of(after, outcome.present, self.target.as_read, self.job.config.fields[after.kind])
            self.pushed.drift += [one for one in drift if one.field not in sent]

    def _hear(self, operation: Operation) -> None:
        """News that a person overruled is no news any more."""
        item = self.ledger.synced(self.crm, operation.kind, operation.key)
        if item is None:  # it is being adopted
            self.heard[operation.item] = operation.status
            return
        unsure = tuple(name for name in item.unsure if name != "stage")
        self.ledger.put_item(self.crm, replace(item, status=operation.status, unsure=unsure))

    def _keep_theirs(self, operation: Operation) -> None:
        """Numbers that people typed in: a fact, whatever becomes of the operation."""
        theirs = self.settled.theirs.get(operation.item)
        item = self.ledger.synced(self.crm, operation.kind, operation.key) if theirs is not None else None
        if item and theirs is not None and set(theirs) != set(item.theirs):
            self.ledger.put_item(self.crm, replace(item, theirs=theirs))

    def _find_gone(self) -> None:
        """Items that were deleted or merged: found again by our key, or as people wanted it.

        A deal or a task that people deleted stays deleted; a contact is found by its phone or made again, also where
        only its new deal could not be given it.
        """
        keys = {kind: frozenset(o.operation.key for o in self.gone if o.operation.kind == kind) for kind in _KINDS}
        refused = {key: crm_id for o in self.pushed.outcomes if not o.linked and (key := o.operation.contact)
                   and (crm_id := self.ledger.ids(self.crm).get(f"contact:{key}"))}  # fmt: skip
        if not (self.gone or refused):
            return
        contacts = keys["contact"].union(refused)
        reading = self.target.read(Needs(contacts, keys["deal"], contact_ids=frozenset(refused.values())))
        alive = {(item.kind, item.key): item.crm_id for item in newest_first(reading) if item.key}
        with self.job.store.transaction():
            for key, crm_id in refused.items():
                if crm_id not in reading.contacts:
                    self._relink("contact", key, alive)
            self.pushed.outcomes += [self._relinked(one, alive) for one in self.gone]

    def _relinked(self, outcome: Outcome, alive: Mapping[tuple[Kind, str], int]) -> Outcome:
        kind, key = outcome.operation.kind, outcome.operation.key
        if kind != "contact" and (kind, key) not in alive:
            return replace(outcome, result=Result.KEPT, reason=_("deleted in the CRM"))
        self._relink(kind, key, alive)
        return replace(outcome, reason=_("it was deleted or merged in the CRM; looked up again"))

    def _relink(self, kind: Kind, key: str, alive: Mapping[tuple[Kind, str], int]) -> None:
        item, found = self.ledger.synced(self.crm, kind, key), alive.get((kind, key))
        if item and found:
            self.ledger.put_item(self.crm, replace(item, crm_id=found))
        elif found is None:
            self.ledger.drop_item(self.crm, kind, key)
        self.pushed.again.add(f"{kind}:{key}")


_KINDS: tuple[Kind, ...] = ("contact", "deal")
