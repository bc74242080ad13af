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
from dentsync.errors import ConfigError, TargetError, Unavailable
from dentsync.lang import _
from dentsync.load.target import (
    GONE,
    Clock,
    FastClock,
    Needs,
    Reading,
    Target,
    TargetSettings,
    WallClock,
    needs_of,
)
from dentsync.load.targets import TARGETS
from dentsync.model import Change, Drift, Held, Kind, Operation, Outcome, Plain, Plan, Present, Result, Synced
from dentsync.runs.session import Session, wall_time
from dentsync.store import Store
from dentsync.transform.adopt import adopted, choose
from dentsync.transform.plain import is_nothing, same
from dentsync.transform.stages import objection

DIRECTORY_LIVES = timedelta(hours=12)
"""How long pipelines, stages and fields of the CRM are believed without asking again."""

UNANSWERED = 2
"""After so many requests in a row without an answer the CRM is left alone."""

Progress = Callable[[int, int], None]
"""Called with operations done and operations in all."""


@dataclass(slots=True)
class Pushed:
    """What became of a plan."""

    outcomes: list[Outcome] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    requests: int = 0
    error: TargetError | None = None

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

    @property
    def undone(self) -> set[str]:
        """Items ("kind:key") that are not yet as planned."""
        open_results = (Result.FAILED, Result.UNKNOWN, Result.HELD)
        return {
            f"{o.operation.kind}:{o.operation.key}" for o in self.outcomes if o.result in open_results or not o.linked
        }


def target_of(config: Config, store: Store) -> tuple[Target, bool]:
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
        directory=directory,
        pace=pace[0] if pace else None,
    )
    return TARGETS[config.target](settings, _clock(config, secret)), directory is not None


def _clock(config: Config, secret: str) -> Clock:
    if config.speed == 1.0:
        return WallClock()
    if urlsplit(secret).hostname not in ("127.0.0.1", "::1", "localhost"):
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


def push(job: Session, run: int, plan: Plan, progress: Progress | None = None) -> Pushed:
    """Apply a plan; every operation of it has an outcome afterwards. An error of the CRM as a whole is in ``error``."""
    if not plan.operations:
        return Pushed()
    target, checked = target_of(job.config, job.store)
    pusher = _Pusher(job, run, target, progress)
    try:
        if not checked and (problems := check_target(job, target)):
            raise ConfigError("\n".join(problems))
        pusher.push(plan.operations)
    except TargetError as error:
        pusher.pushed.error = error
        job.store.ledger.forget(job.config.target, "directory")
    finally:
        pusher.close(plan.operations)
    return pusher.pushed


class _Pusher:
    def __init__(self, job: Session, run: int, target: Target, progress: Progress | None) -> None:
        self.job, self.run, self.target, self.progress = job, run, target, progress
        self.ledger = job.store.ledger
        self.crm = job.config.target
        self.pushed = Pushed()
        self.creations: dict[str, Operation] = {}  # of adopted items: what was wanted, by item
        self.replaced: set[str] = set()  # operations that others stand for
        self.adopted: set[int] = set()  # contacts of the CRM that were given to somebody in this run
        self.seen: set[tuple[Kind, str]] = set()  # items whose present state was looked at
        self.ours: dict[tuple[Kind, str], Present] = {}  # items of the CRM that carry our keys

    def push(self, operations: tuple[Operation, ...]) -> None:
        ready = self._settle_with_people(operations)
        unanswered = 0
        for chunk in self.target.chunks(ready, self.ledger.ids(self.crm)):
            with self.job.store.transaction():
                numbers = self.ledger.intend(self.run, self.crm, chunk.operations, wall_time())
            outcomes = self.target.send(chunk)
            with self.job.store.transaction():
                for outcome in outcomes:
                    self.ledger.record(numbers[outcome.operation.id], outcome, wall_time())
                    self._keep(outcome)
            self._show(len(operations))
            silent = all(outcome.result is Result.UNKNOWN for outcome in outcomes)
            unanswered = unanswered + 1 if silent else 0
            if unanswered == UNANSWERED:
                raise Unavailable(_("the CRM does not answer; what is left waits for the next run"))

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
        if self.progress:
            self.progress(len(self.pushed.outcomes), total)

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
        self.creations[f"{operation.kind}:{operation.key}"] = operation
        self.replaced.add(operation.id)
        if operation.kind == "contact":
            self.adopted.add(found.crm_id)
        if update.changes or update.claims:
            return [update]
        with self.job.store.transaction():
            self._keep(Outcome(update, Result.APPLIED, found.crm_id))
        return []

    def _move(self, operation: Operation, reading: Reading) -> list[Operation]:
        present = reading.deals.get(operation.crm_id or 0)
        if present is None:
            return self._finish(Outcome(operation, Result.KEPT, reason=_("deleted in the CRM")))
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
            outcome = self._gone(outcome)
        self.pushed.outcomes.append(outcome)
        if outcome.result is not Result.APPLIED or outcome.crm_id is None:
            return
        before = self.ledger.synced(self.crm, operation.kind, operation.key)
        wanted = self.creations.get(f"{operation.kind}:{operation.key}") if operation.action == "update" else None
        after = after_of(operation, outcome, before, wanted)
        self.ledger.put_item(self.crm, after)
        if outcome.present:
            self.seen.add((after.kind, after.key))
            ours = self.target.as_read(after.kind, after.fields)
            self.pushed.drift += drift_of(after, ours, outcome.present, operation.changes)

    def _gone(self, outcome: Outcome) -> Outcome:
        """A deal that people deleted stays deleted; a contact is found again by key or phone at the next run."""
        if outcome.operation.kind == "deal":
            return replace(outcome, result=Result.KEPT, reason=_("deleted in the CRM"))
        self.ledger.drop_item(self.crm, "contact", outcome.operation.key)
        return replace(outcome, reason=_("its contact was deleted or merged in the CRM; looked up again next time"))


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
        return replace(base, pipeline=operation.pipeline, stage=stage, status=operation.status, unsure=unsure)
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
