"""Before anything is sent: what is in the CRM already is adopted, and what people chose there stays."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dentsync.lang import _
from dentsync.load.target import Needs, Reading, Target, needs_of
from dentsync.model import Change, Drift, Kind, Operation, Outcome, Plain, Present, Result, Route
from dentsync.runs.approval import unapproved
from dentsync.runs.pushed import Settled
from dentsync.runs.session import Session, wall_time
from dentsync.runs.tasks_first import TasksFirst
from dentsync.transform.adopt import CROWD, Choice, adopted, choose, choose_deal, with_whole_name
from dentsync.transform.plain import is_nothing, same
from dentsync.transform.stages import objection, stands_at
from dentsync.transform.theirs import phones_of, sparing, theirs_of


class PeopleFirst:
    """Reads what is there and settles a plan with it. Raises TargetError."""

    def __init__(self, job: Session, target: Target) -> None:
        self.job, self.target = job, target
        self.ledger, self.crm = job.store.ledger, job.config.target
        self.settled = Settled()
        self.adopted: dict[int, str] = {}  # contacts of the CRM that were given to somebody in this run
        self.ours: dict[tuple[Kind, str], Present] = {}  # items of the CRM that carry our keys
        self.taken: dict[str, Present] = {}  # deals of the CRM that are ours from now on, by key
        self.open_deals: dict[str | None, list[Present]] = {}  # that people made, by the patient's key

    def settle(self, operations: tuple[Operation, ...], *, doubted: bool) -> Settled:
        """What is to be sent, and what became of the rest. ``doubted``: creations are likely there already."""
        tasks = [one for one in operations if one.kind == "task"]
        operations = tuple(one for one in operations if one.kind != "task")
        reading = self._read(operations, doubted)
        # Contacts first: an open deal is looked for at the contact that its patient has, or is given now.
        contacts = {one.id: self._ready(one, reading) for one in operations if one.kind == "contact"}
        self._read_open_deals(operations)
        for operation in operations:
            known = operation.kind == "contact"
            self.settled.ready += contacts[operation.id] if known else self._ready(operation, reading)
        # Only now it is known which deals of the CRM they belong to.
        if tasks:
            TasksFirst(self.job, self.target, self.settled, self.taken).settle(tasks)
        return self.settled

    def _read_open_deals(self, operations: tuple[Operation, ...]) -> None:
        """Deals that people made, of patients who are to get one."""
        adopting = [one for one in operations if one.action == "create" and self._adopts(one)]
        contacts = {crm_id: one.contact for one in adopting if (crm_id := self._contact_of(one))}
        reading = self.target.read(Needs(open_deals_of=frozenset(contacts))) if contacts else Reading()
        found = dict(reading.deals)
        if merged := self._merged({contacts[one] for one in reading.gone}):
            contacts |= merged
            found |= self.target.read(Needs(open_deals_of=frozenset(merged))).deals
        for _number, deal in sorted(found.items()):
            for key in {contacts[one] for one in deal.contacts or () if one in contacts}:
                self.open_deals.setdefault(key, []).append(deal)

    def _merged(self, keys: set[str | None]) -> dict[int, str | None]:
        """Where contacts live on that people have merged: keys by their present CRM ids."""
        reading = self.target.read(Needs(contact_keys=frozenset(filter(None, keys)))) if keys else Reading()
        alive = {item.key: item.crm_id for item in newest_first(reading) if item.key in keys}
        with self.job.store.transaction():
            for key, crm_id in alive.items():
                if item := self.ledger.synced(self.crm, "contact", key or ""):
                    self.ledger.link(self.crm, item, crm_id, wall_time())
        return {crm_id: key for key, crm_id in alive.items()}

    def _adopts(self, operation: Operation) -> bool:
        route = self._route(operation)
        return bool(route and route.adopt) and (operation.kind, operation.key) not in self.ours

    def _route(self, operation: Operation) -> Route | None:
        return self.job.config.routes.get(operation.rule.removeprefix("routes."))

    def _read(self, operations: tuple[Operation, ...], doubted: bool) -> Reading:
        """What is there. What is likely found by its key is not looked for by its phone at the same time."""
        needs = needs_of(operations, self.job.config.fields)
        if needs == Needs():
            return Reading()
        reading = self.target.read(replace(needs, phones=frozenset()) if doubted else needs)
        self.ours = {(item.kind, item.key): item for item in newest_first(reading) if item.key}
        missing = [one for one in operations if one.action == "create" and (one.kind, one.key) not in self.ours]
        phones = needs_of(missing, self.job.config.fields).phones if doubted else frozenset[str]()
        if not phones:
            return reading
        more = self.target.read(Needs(phones=phones))
        return Reading({**reading.contacts, **more.contacts}, reading.deals, more.by_phone)

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
        own = [phone for phone in phones if not self.job.store.facts.is_crowded(phone, CROWD)]
        ids, crowd = _holders(own, reading), _holders(phones, reading)
        choice = choose(
            operation,
            self.ours.get(("contact", operation.key)),
            [reading.contacts[crm_id] for crm_id in sorted(ids) if crm_id in reading.contacts],
            lambda crm_id: self._is_taken(crm_id, operation.key),
            alone=len(self.job.store.facts.people_with(own)) <= 1,
            orphan=lambda key: self.job.store.facts.is_orphan(key, operation.key),
            in_crowd=[reading.contacts[crm_id] for crm_id in sorted(crowd - ids) if crm_id in reading.contacts],
        )
        if choice.hold:
            return self._finish(Outcome(operation, Result.HELD, reason=choice.hold))
        return self._adopt(operation, choice.found) if choice.found else [operation]

    def _is_taken(self, crm_id: int, key: str) -> bool:
        return crm_id in self.adopted or self.ledger.key_of(self.crm, "contact", crm_id) not in (None, key)

    def _create_deal(self, operation: Operation, reading: Reading) -> list[Operation]:
        found = self.ours.get(("deal", operation.key))
        if found:
            move = replace(operation, action="move", crm_id=found.crm_id, changes=(), from_stage=None)
            return [*self._adopt(operation, found), *self._move(move, reading)]
        choice = self._open_deal(operation)
        if choice.hold:
            return self._finish(Outcome(operation, Result.HELD, reason=choice.hold))
        return self._take_over(operation, choice.found) if choice.found else [operation]

    def _open_deal(self, operation: Operation) -> Choice:
        """The deal that people are talking to the patient in, if there is just one."""
        route = self._route(operation)
        if route is None or not route.adopt:
            return Choice()
        group = [one for one in self.job.config.routes.values() if one.group == route.group] if route.group else [route]
        return choose_deal(route, {one.pipeline for one in group}, self.open_deals.get(operation.contact, ()))

    def _take_over(self, operation: Operation, found: Present) -> list[Operation]:
        """In one call: our key, what differs, and the stage. A deal that moved without our key would be made again."""
        for deals in self.open_deals.values():
            deals[:] = [one for one in deals if one.crm_id != found.crm_id]
        [update] = self._adopt(operation, found)
        other = found.pipeline if found.pipeline != operation.pipeline else None
        return [
            replace(
                update, action="move", pipeline=operation.pipeline, stage=operation.stage, status=operation.status,
                from_stage=found.stage, from_pipeline=other,
            )
        ]  # fmt: skip

    def _adopt(self, operation: Operation, found: Present) -> list[Operation]:
        """Link what is already in the CRM; send only what differs there."""
        wanted = {change.field: change.new for change in operation.changes}
        update = adopted(operation, found, self.target.as_read(operation.kind, wanted), self._contact_of(operation))
        update = replace(update, changes=with_whole_name(self._allowed(update, found), found))
        self.settled.creations[operation.item] = operation
        self.settled.replaced.add(operation.id)
        if operation.kind == "deal":
            self.taken[operation.key] = found
        if operation.kind == "contact":
            self.adopted[found.crm_id] = operation.key
            if update.claims:
                self.settled.theirs[operation.item] = theirs_of(operation, found)
        if update.changes or update.claims:
            return [update]
        return self._finish(Outcome(update, Result.APPLIED, found.crm_id))

    def _contact_of(self, operation: Operation) -> int | None:
        """The CRM id of a deal's contact, where it is known already."""
        given = next((crm_id for crm_id, key in self.adopted.items() if key == operation.contact), None)
        return given or self.ledger.ids(self.crm).get(f"contact:{operation.contact}")

    def _allowed(self, operation: Operation, found: Present) -> tuple[Change, ...]:
        """Of what an adopted item is to get, that in which the CRM has not the say."""
        fields = self.job.config.fields[operation.kind]
        ours = self.target.as_read(operation.kind, {one.field: one.old for one in operation.changes if one.known})
        return tuple(
            change
            for change in operation.changes
            if not (change.field in fields and fields[change.field].policy == "crm_wins")
            and not self._is_filled(operation, change, ours, found)
        )

    def _move(self, operation: Operation, reading: Reading) -> list[Operation]:
        present = reading.deals.get(operation.crm_id or 0) or self.ours.get(("deal", operation.key))
        if present is None:
            return self._finish(Outcome(operation, Result.KEPT, reason=_("deleted in the CRM")))
        operation = replace(operation, crm_id=present.crm_id)
        reason = objection(operation, present, self._route(operation))
        left = self._left_there(operation, present) if reason else None
        if left and (reason := unapproved(self.job, left, operation)):
            return self._finish(Outcome(operation, Result.HELD, operation.crm_id, reason))
        if reason:
            self._drift(operation, "stage", operation.from_stage, present.stage)
            return self._finish(Outcome(operation, Result.KEPT, operation.crm_id, reason))
        if operation.stage and (present.pipeline, present.stage) == (operation.pipeline, operation.stage.name):
            return self._finish(Outcome(operation, Result.APPLIED, operation.crm_id))
        return [operation]

    def _left_there(self, operation: Operation, present: Present) -> Operation | None:
        """The operation of ours that may have put a deal where it stands, of which the end was never known."""
        doubted = self.ledger.doubted(self.crm, operation.kind, operation.key)
        places = {(one.pipeline, one.stage.name): one for one in doubted if one.stage}
        return next((one for place, one in places.items() if stands_at(present, *place)), None)

    def _update(self, operation: Operation, reading: Reading) -> list[Operation]:
        """Fields that only fill an empty place give way to what is there, and numbers that people typed in stay."""
        present = (reading.contacts if operation.kind == "contact" else reading.deals).get(operation.crm_id or 0)
        if present and phones_of(operation):
            item = self.ledger.synced(self.crm, operation.kind, operation.key)
            theirs = theirs_of(operation, present, item.theirs if item else ())
            operation = sparing(operation, theirs)
            self.settled.theirs[operation.item] = theirs
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
        self.settled.outcomes.append(outcome)
        return []

    def _drift(self, operation: Operation, name: str, ours: Plain, theirs: Plain) -> None:
        assert operation.crm_id is not None
        self.settled.drift.append(Drift(operation.kind, operation.key, operation.crm_id, name, ours, theirs))


def _holders(phones: Iterable[str], reading: Reading) -> set[int]:
    return {crm_id for phone in phones for crm_id in reading.by_phone.get(phone, ())}


def newest_first(reading: Reading) -> list[Present]:
    """So that of two items with one key the older one is kept."""
    items = [*reading.contacts.values(), *reading.deals.values()]
    return sorted(items, key=lambda item: item.crm_id, reverse=True)
