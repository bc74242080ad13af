"""From a plan to the CRM: read what is there, let people's choices stand, write intentions down, send, record.

The order is the promise: an intention is stored before its request, an outcome before the next request.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from dentsync.config import Config, digest_of, secret_of
from dentsync.errors import ConfigError, TargetError
from dentsync.lang import _
from dentsync.load.target import (
    GONE,
    Clock,
    Ended,
    FastClock,
    Needs,
    Patience,
    Reading,
    Sending,
    Step,
    Target,
    TargetSettings,
    Waiting,
    WallClock,
    needs_of,
)
from dentsync.load.targets import TARGETS
from dentsync.model import Change, Drift, Held, Kind, Operation, Outcome, Plain, Plan, Present, Result, Synced
from dentsync.runs.interrupts import gently
from dentsync.runs.session import Session, wall_time
from dentsync.store import Store
from dentsync.transform.adopt import adopted, choose
from dentsync.transform.plain import is_nothing, same
from dentsync.transform.stages import objection

DIRECTORY_LIVES = timedelta(hours=12)
"""How long pipelines, stages and fields of the CRM are believed without asking again."""

Tick = Callable[[str, int, int], None]
"""Progress: "push" with operations done and in all, or "wait" with real seconds."""


@dataclass(slots=True)
class Pushed:
    """What became of a plan."""

    outcomes: list[Outcome] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    requests: int = 0
    waited: float = 0.0  # seconds for the CRM's limits and its search lag, by the CRM's clock
    error: TargetError | None = None
    again: set[str] = field(default_factory=set)  # items ("kind:key") that another round may settle

    @property
    def failed(self) -> bool:
        """Whether the CRM refused something, or its end is not known."""
        return any(o.result in (Result.FAILED, Result.UNKNOWN) or not o.linked for o in self.outcomes)

    @property
    def held(self) -> list[Held]:
        """What waits, with its reasons."""
        waiting = (o for o in self.outcomes if o.result is Result.HELD)
        return [Held(o.operation.kind, o.operation.key, o.operation.origin, o.reason) for o in waiting]

    def count(self, result: Result) -> int:
        """Operations that ended so."""
        return sum(outcome.result is result for outcome in self.outcomes)

    def then(self, later: "Pushed") -> "Pushed":
        """Both rounds as one: what the later one was about ended there."""
        settled = [one for one in self.outcomes if name_of(one.operation) not in self.again]
        return Pushed(
            outcomes=[*settled, *later.outcomes],
            drift=[*self.drift, *later.drift],
            requests=self.requests + later.requests,
            waited=self.waited + later.waited,
            error=later.error,
            again=later.again,
        )

    @property
    def left(self) -> int:
        """Operations that were not sent for want of time or of an answer."""
        return sum(one.result is Result.HELD and one.reason == _("not sent") for one in self.outcomes)

    @property
    def undone(self) -> set[str]:
        """Items ("kind:key") that are not yet as planned."""
        open_results = (Result.FAILED, Result.UNKNOWN, Result.HELD)
        return {name_of(o.operation) for o in self.outcomes if o.result in open_results or not o.linked}


def name_of(operation: Operation) -> str:
    """The item an operation is about: "kind:key"."""
    return f"{operation.kind}:{operation.key}"


def target_of(config: Config, store: Store, clock: Clock | None = None) -> tuple[Target, bool]:
    """The CRM of the configuration, and whether what the last check learned about it is still good."""
    directory = _known_directory(config, store)
    pace = store.ledger.cached(config.target, "pace")
    secret = secret_of(config, os.environ)
    settings = TargetSettings(
        secret=secret,
        originator=config.originator,
        timezone=str(config.zone),
        fields=config.fields,
        routes=tuple(config.routes.values()),
        limits=config.limits,
        directory=directory,
        pace=pace[0] if pace else None,
    )
    return TARGETS[config.target](settings, clock or clock_of(config)), directory is not None


def clock_of(config: Config) -> Clock:
    """Real time, or the sandbox's. Raises ConfigError."""
    if config.speed == 1.0:
        return WallClock()
    if urlsplit(secret_of(config, os.environ)).hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigError(_("{file}: crm.speed is for the sandbox only; remove it").format(file=config.path.name))
    return FastClock(config.speed)


def _known_directory(config: Config, store: Store) -> Mapping[str, Any] | None:
    cached = store.ledger.cached(config.target, "directory")
    if cached is None or cached[0]["config"] != _portal_digest(config) or wall_time() - cached[1] > DIRECTORY_LIVES:
        return None
    directory: Mapping[str, Any] = cached[0]["directory"]
    return directory


def _portal_digest(config: Config) -> str:
    """Changes when the portal, the fields or the routes do: then the CRM is checked again."""
    return digest_of(secret_of(config, os.environ), config.digest)


def check_target(job: Session, target: Target) -> tuple[str, ...]:
    """Ask the CRM for everything the configuration names; remember the answer if it is all there."""
    checked = target.check()
    if not checked.problems:
        value = {"config": _portal_digest(job.config), "directory": checked.directory}
        job.store.ledger.cache(job.config.target, "directory", value, wall_time())
    return checked.problems


class Pusher:
    """Applies plans of one run, while ``patience`` lasts."""

    def __init__(self, job: Session, patience: Patience, tick: Tick | None = None) -> None:
        self._job, self._patience, self._tick = job, patience, tick
        self._waited = 0.0
        self.total: Pushed | None = None

    def push(self, run: int, plan: Plan) -> Pushed:
        """Apply a plan; every operation of it has an outcome afterwards. ``error`` has what the CRM as a whole said.

        ``total`` has this and the plans before it. Raises KeyboardInterrupt or Terminated where it was asked to end,
        once all is recorded.
        """
        if not plan.operations:
            return self._add(Pushed())
        target, checked = target_of(self._job.config, self._job.store, self._patience.clock)
        push = _Push(self._job, run, target, self._patience, self._tick)
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
        self.creations: dict[str, Operation] = {}  # of adopted items: what was wanted, by item
        self.replaced: set[str] = set()  # operations that others stand for
        self.adopted: set[int] = set()  # contacts of the CRM that were given to somebody in this run
        self.seen: set[tuple[Kind, str]] = set()  # items whose present state was looked at
        self.ours: dict[tuple[Kind, str], Present] = {}  # items of the CRM that carry our keys

    def push(self, operations: tuple[Operation, ...]) -> None:
        ready = self._settle_with_people(operations)
        with gently(self.patience), self.job.store.durably():
            for step in self.target.carry_out(ready, self.ledger.ids(self.crm), self.patience):
                self._take(step)
                self._show(len(operations))
        self._find_gone()
        self.pushed.again |= {name_of(one.operation) for one in self.pushed.outcomes if self._waits_for_contact(one)}

    def _waits_for_contact(self, outcome: Outcome) -> bool:
        """A deal that is without its contact, and need not be once the contact is known."""
        contact = f"contact:{outcome.operation.contact}"
        without = outcome.result is Result.HELD or not outcome.linked
        return without and (contact in self.pushed.again or contact in self.ledger.ids(self.crm))

    def _take(self, step: Step) -> None:
        match step:
            case Sending(fresh):
                with self.job.store.transaction():
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
        ended = {outcome.operation.id for outcome in self.pushed.outcomes} | self.replaced
        reason = _("not sent")
        self.pushed.outcomes += [Outcome(op, Result.HELD, reason=reason) for op in operations if op.id not in ended]
        self.pushed.requests = self.target.requests
        with self.job.store.transaction():
            self.ledger.replace_drift(self.crm, self.seen, self.pushed.drift, wall_time())
            self.ledger.cache(self.crm, "pace", self.target.pace(), wall_time())

    def _show(self, total: int) -> None:
        if self.tick:
            self.tick("push", len(self.pushed.outcomes), total)

    # ── people first ──

    def _settle_with_people(self, operations: tuple[Operation, ...]) -> list[Operation]:
        needs = needs_of(operations, self.job.config.fields)
        reading = self.target.read(needs) if needs != Needs() else Reading()
        ready: list[Operation] = []
        self.ours = {(item.kind, item.key): item for item in _newest_first(reading) if item.key}
        for operation in operations:
            ready += self._ready(operation, reading)
        return ready

    def _ready(self, operation: Operation, reading: Reading) -> list[Operation]:
        match operation.action, operation.kind:
            case "create", "contact":
                return self._create_contact(operation, reading)
            case "create", "deal":
                return self._create_deal(operation, reading)
            case "move", _kind:
                return self._move(operation, reading)
            case _:
                return self._update(operation, reading)

    def _create_contact(self, operation: Operation, reading: Reading) -> list[Operation]:
        phones = next((c.new for c in operation.changes if c.field == "phones"), None) or ()
        assert isinstance(phones, tuple)
        ids = {crm_id for phone in phones for crm_id in reading.by_phone.get(phone, ())}
        choice = choose(
            operation,
            self.ours.get(("contact", operation.key)),
            [reading.contacts[crm_id] for crm_id in sorted(ids) if crm_id in reading.contacts],
            lambda crm_id: self._is_taken(crm_id, operation.key),
            alone=len(self.job.store.facts.people_with(phones)) <= 1,
        )
        if choice.hold:
            return self._finish(Outcome(operation, Result.HELD, reason=choice.hold))
        return self._adopt(operation, choice.found) if choice.found else [operation]

    def _is_taken(self, crm_id: int, key: str) -> bool:
        return crm_id in self.adopted or self.ledger.key_of(self.crm, "contact", crm_id) not in (None, key)

    def _create_deal(self, operation: Operation, reading: Reading) -> list[Operation]:
        found = self.ours.get(("deal", operation.key))
        if found is None:
            return [operation]
        move = replace(operation, action="move", crm_id=found.crm_id, changes=(), from_stage=None)
        return [*self._adopt(operation, found), *self._move(move, reading)]

    def _adopt(self, operation: Operation, found: Present) -> list[Operation]:
        """Link what is already in the CRM; send only what differs there."""
        wanted = {change.field: change.new for change in operation.changes}
        update = adopted(operation, found, self.target.as_read(operation.kind, wanted))
        self.creations[name_of(operation)] = operation
        self.replaced.add(operation.id)
        if operation.kind == "contact":
            self.adopted.add(found.crm_id)
        if update.changes or update.claims:
            return [update]
        with self.job.store.transaction():
            self._keep(Outcome(update, Result.APPLIED, found.crm_id))
        return []

    def _move(self, operation: Operation, reading: Reading) -> list[Operation]:
        present = reading.deals.get(operation.crm_id or 0) or self.ours.get(("deal", operation.key))
        if present is None:
            return self._finish(Outcome(operation, Result.KEPT, reason=_("deleted in the CRM")))
        operation = replace(operation, crm_id=present.crm_id)
        route = self.job.config.routes.get(operation.rule.removeprefix("routes."))
        reason = objection(operation, present, route)
        if reason:
            self._drift(operation, "stage", operation.from_stage, present.stage)
            return self._finish(Outcome(operation, Result.KEPT, operation.crm_id, reason))
        if operation.stage and (present.pipeline, present.stage) == (operation.pipeline, operation.stage.name):
            with self.job.store.transaction():
                self._keep(Outcome(operation, Result.APPLIED, operation.crm_id))
            return []
        return [operation]

    def _update(self, operation: Operation, reading: Reading) -> list[Operation]:
        """Fields that only fill an empty place give way to what is there."""
        present = (reading.contacts if operation.kind == "contact" else reading.deals).get(operation.crm_id or 0)
        ours = self.target.as_read(operation.kind, {change.field: change.old for change in operation.changes})
        kept = {change.field for change in operation.changes if self._is_filled(operation, change, ours, present)}
        for change in operation.changes:
            if change.field in kept and present:
                self._drift(operation, change.field, change.old, present.fields.get(change.field))
        changes = tuple(change for change in operation.changes if change.field not in kept)
        if changes:
            return [replace(operation, changes=changes)]
        return self._finish(Outcome(operation, Result.KEPT, operation.crm_id, _("already filled in by a person")))

    def _is_filled(
        self, operation: Operation, change: Change, ours: Mapping[str, Plain], present: Present | None
    ) -> bool:
        """Whether a person filled the place of a field that only fills an empty one."""
        fields = self.job.config.fields[operation.kind]
        if present is None or change.field not in fields or fields[change.field].policy != "fill_if_empty":
            return False
        theirs = present.fields.get(change.field)
        return not is_nothing(theirs) and not same(theirs, ours.get(change.field))

    def _finish(self, outcome: Outcome) -> list[Operation]:
        self.pushed.outcomes.append(outcome)
        return []

    def _drift(self, operation: Operation, name: str, ours: Plain, theirs: Plain) -> None:
        assert operation.crm_id is not None
        self.pushed.drift.append(Drift(operation.kind, operation.key, operation.crm_id, name, ours, theirs))

    # ── what was done ──

    def _keep(self, outcome: Outcome) -> None:
        """Record exactly what this operation did, nothing more."""
        operation = outcome.operation
        if outcome.reason == GONE:
            self.gone.append(outcome)
            return
        self.pushed.outcomes.append(outcome)
        if outcome.result is Result.UNKNOWN:
            self.pushed.again.add(name_of(operation))
        if outcome.result is not Result.APPLIED or outcome.crm_id is None:
            return
        before = self.ledger.synced(self.crm, operation.kind, operation.key)
        wanted = self.creations.get(name_of(operation)) if operation.action == "update" else None
        after = after_of(operation, outcome, before, wanted)
        self.ledger.put_item(self.crm, after)
        if outcome.present:
            self.seen.add((after.kind, after.key))
            ours = self.target.as_read(after.kind, after.fields)
            self.pushed.drift += drift_of(after, ours, outcome.present, operation.changes)

    def _find_gone(self) -> None:
        """Items that were deleted or merged: found again by our key, or as people wanted it.

        A deal that people deleted stays deleted; a contact is found by its phone or made again.
        """
        keys = {kind: frozenset(o.operation.key for o in self.gone if o.operation.kind == kind) for kind in _KINDS}
        if not self.gone:
            return
        reading = self.target.read(Needs(contact_keys=keys["contact"], deal_keys=keys["deal"]))
        alive = {(item.kind, item.key): item.crm_id for item in _newest_first(reading) if item.key}
        with self.job.store.transaction():
            self.pushed.outcomes += [self._relinked(one, alive) for one in self.gone]

    def _relinked(self, outcome: Outcome, alive: Mapping[tuple[Kind, str], int]) -> Outcome:
        kind, key = outcome.operation.kind, outcome.operation.key
        item = self.ledger.synced(self.crm, kind, key)
        found = alive.get((kind, key))
        if found is None and kind == "deal":
            return replace(outcome, result=Result.KEPT, reason=_("deleted in the CRM"))
        if item and found:
            self.ledger.put_item(self.crm, replace(item, crm_id=found))
        elif found is None:
            self.ledger.drop_item(self.crm, kind, key)
        self.pushed.again.add(f"{kind}:{key}")
        return replace(outcome, reason=_("it was deleted or merged in the CRM; looked up again"))


_KINDS: tuple[Kind, ...] = ("contact", "deal")


def _newest_first(reading: Reading) -> list[Present]:
    """So that of two items with one key the older one is kept."""
    items = [*reading.contacts.values(), *reading.deals.values()]
    return sorted(items, key=lambda item: item.crm_id, reverse=True)


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
