"""Operations into requests of up to 50 items of one sort.

An operation takes one request or several, its legs: an item whose phones change is read right before, a deal that gets
another contact is linked after its fields are written. Whoever packs is told which legs are done.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dentsync.lang import _
from dentsync.load.amocrm.drafts import REASON, Item, draft, merges, place_of, writes
from dentsync.load.amocrm.items import Portrait, Values
from dentsync.load.amocrm.reading import Reader
from dentsync.load.amocrm.wire import ENTITY, Request
from dentsync.load.places import Unwritable
from dentsync.load.target import Chunk
from dentsync.load.wishes import relinks
from dentsync.model import Kind, Operation, Outcome, Result

MOST = 50
"""Items of a request: more are taken, and time out."""

Leg = Literal["create", "read", "write", "link", "unlink"]
Lane = tuple[Leg, Kind]


@dataclass(slots=True)
class Progress:
    """How far an operation has come. ``values``: its item's custom fields as they were read a moment ago."""

    done: set[Leg] = field(default_factory=set)
    values: Values | None = field(default=None, repr=False)
    alone: bool = False  # its request has to hold nobody else
    unlinked: bool = False  # its contact is not there
    number: int | None = None  # of an item that was made in this request


@dataclass(frozen=True, slots=True)
class Batch:
    """What a chunk sends: operations by ``request_id``. ``settled``: outcomes known without sending."""

    lane: Lane
    operations: Mapping[str, Operation]
    settled: Mapping[str, Outcome]
    request: Request | None = None


class Packer:
    """Packs operations lazily: by what is known when a request can go."""

    def __init__(self, portrait: Portrait, reader: Reader, size: int = MOST) -> None:
        self.portrait = portrait
        self.reader = reader
        self.size = size
        self.progress: defaultdict[str, Progress] = defaultdict(Progress)

    def pack(self, pending: Mapping[str, Operation], ids: Mapping[str, int], flying: frozenset[str]) -> Chunk | None:
        """The next request out of ``pending``; None where nothing of it may go now. ``flying``: items on their way."""
        box = _Box(self, pending, ids, flying)
        for operation in pending.values():
            if not box.take(operation):
                break
        return box.chunk()

    def legs_of(self, operation: Operation) -> list[Leg]:
        """The requests an operation takes, in order."""
        if operation.kind == "task":
            return ["create" if operation.action == "create" else "write"]
        if operation.action == "create":
            return ["create", "write"] if self._is_lost(operation) else ["create"]
        legs: list[Leg] = ["read"] if merges(operation, self.portrait) else []
        legs += ["write"] if writes(operation) else []
        return [*legs, "link", "unlink"] if relinks(operation) else legs

    def _is_lost(self, operation: Operation) -> bool:
        """Whether a deal is made as lost for a reason, which follows its creation."""
        try:
            return REASON in place_of(operation, self.portrait)
        except Unwritable:
            return False

    def next_leg(self, operation: Operation) -> Leg | None:
        """What is to be done next; None where all is done."""
        done = self.progress[operation.id].done
        return next((leg for leg in self.legs_of(operation) if leg not in done), None)


class _Box:
    """The requests that could be made now, by sort; the first full one goes, else the first that waits for nothing."""

    def __init__(
        self, packer: Packer, pending: Mapping[str, Operation], ids: Mapping[str, int], flying: frozenset[str]
    ) -> None:
        self._packer = packer
        self._pending = pending
        self._ids = ids
        self._flying = flying
        self._seen = set(flying)  # items of which an earlier operation is to go first
        self._lanes: dict[Lane, list[Operation]] = {}
        self._expects: set[Lane] = set()  # sorts of which more will be ready when what is in flight has landed
        self._full: Lane | None = None
        self._settled: dict[str, Outcome] = {}

    def take(self, operation: Operation) -> bool:
        """Put an operation where it belongs. False: a request is full."""
        item, leg = operation.item, self._packer.next_leg(operation)
        lane: Lane = (leg or "write", operation.kind)
        if self._has_to_wait(operation, item):
            if self._waits_for_flight(operation, item):
                self._expects.add(lane)
        elif outcome := self._known(operation, leg):
            self._settled[operation.id] = outcome
        else:
            self._put(lane, operation)
        self._seen.add(item)
        return self._full is None

    def chunk(self) -> Chunk | None:
        """The request that goes."""
        lane = self._full or next((one for one in self._lanes if one not in self._expects), None)
        if lane is None and not self._settled:
            return None
        batch = self._batch(lane) if lane else Batch(("write", "contact"), {}, self._settled)
        settled = [one.operation for one in self._settled.values()]
        sent = [one for one in batch.operations.values() if one.id not in self._settled]
        return Chunk((*settled, *sent), batch)

    # ── turns ──

    def _has_to_wait(self, operation: Operation, item: str) -> bool:
        """An item's operations keep their order, and a deal's come after its contact's: who is moved gets a message.

        A task's come after its deal's.
        """
        before = operation.waits_for
        return item in self._seen or before in self._seen or f"create:{before}" in self._pending

    def _waits_for_flight(self, operation: Operation, item: str) -> bool:
        return not self._flying.isdisjoint((item, operation.waits_for))

    def _known(self, operation: Operation, leg: Leg | None) -> Outcome | None:
        """What needs no request."""
        needs_contact = operation.contact is not None and (operation.action == "create" or relinks(operation))
        if needs_contact and f"contact:{operation.contact}" not in self._ids:
            # Its creation was tried: otherwise the contact would be pending or in flight.
            return Outcome(operation, Result.HELD, operation.crm_id, _("its contact was not created"))
        is_new_task = operation.kind == "task" and operation.action == "create"
        if is_new_task and operation.waits_for not in self._ids:
            return Outcome(operation, Result.HELD, reason=_("its deal was not created"))
        if operation.action != "create" and self.number_of(operation) is None:
            return Outcome(operation, Result.FAILED, None, _("its id in the CRM is not known"))
        if leg is None or (leg == "unlink" and self._former(operation) is None):
            unlinked = self._packer.progress[operation.id].unlinked
            return Outcome(operation, Result.APPLIED, self.number_of(operation), linked=not unlinked)
        return None

    def number_of(self, operation: Operation) -> int | None:
        """The CRM id of the operation's item."""
        known = self._packer.progress[operation.id].number
        return operation.crm_id or known or self._ids.get(operation.item)

    def _put(self, lane: Lane, operation: Operation) -> None:
        single = lane[0] == "unlink" or self._packer.progress[operation.id].alone
        if single and lane in self._lanes:
            return
        queue = self._lanes.setdefault(lane, [])
        queue.append(operation)
        if single or len(queue) >= (MOST if lane[0] == "read" else self._packer.size):
            self._full = lane

    # ── requests ──

    def _batch(self, lane: Lane) -> Batch:
        leg, kind = lane
        operations = {str(index): one for index, one in enumerate(self._lanes[lane])}
        if leg == "read":
            numbers = [self.number_of(one) or 0 for one in operations.values()]
            return Batch(lane, operations, self._settled, self._packer.reader.values_of(kind, numbers))
        if leg == "unlink":
            return self._unlinking(operations["0"])
        items = self._links(operations) if leg == "link" else self._drafts(leg, operations)
        sent = {name: operations[name] for name in items}
        path = "leads/link" if leg == "link" else ENTITY[kind]
        body = [{**item, "request_id": name} for name, item in items.items()] if leg != "link" else [*items.values()]
        request = Request("PATCH" if leg == "write" else "POST", path, body=body) if body else None
        return Batch(lane, sent, self._settled, request)

    def _drafts(self, leg: Leg, operations: Mapping[str, Operation]) -> dict[str, Item]:
        items: dict[str, Item] = {}
        for name, operation in operations.items():
            progress = self._packer.progress[operation.id]
            contact = None if progress.unlinked else self._ids.get(f"contact:{operation.contact}")
            contacts = (contact,) if contact and leg == "create" else ()
            try:
                item = self._item(leg, operation, contacts)
            except Unwritable as error:
                self._settled[operation.id] = Outcome(operation, Result.FAILED, operation.crm_id, str(error))
                continue
            if leg == "create":
                items[name] = item
            elif item:
                items[name] = {"id": self.number_of(operation), **item}
            else:
                progress.done.add("write")
                self._settle_or_leave(operation)
        return items

    def _item(self, leg: Leg, operation: Operation, contacts: tuple[int, ...]) -> Item:
        if operation.action == "create" and leg == "write":
            return place_of(operation, self._packer.portrait)
        if operation.kind == "task":
            return self._packer.portrait.tasks.draft(operation, self._ids.get(operation.waits_for))
        values = self._packer.progress[operation.id].values or {}
        return draft(operation, self._packer.portrait, values, contacts)

    def _settle_or_leave(self, operation: Operation) -> None:
        """Nothing of its fields changes; what is left of it goes with a later request."""
        if self._packer.next_leg(operation) is None:
            self._settled[operation.id] = Outcome(operation, Result.APPLIED, self.number_of(operation))

    def _links(self, operations: Mapping[str, Operation]) -> dict[str, Item]:
        return {
            name: {
                "entity_id": self.number_of(one),
                "to_entity_id": self._ids[f"contact:{one.contact}"],
                "to_entity_type": "contacts",
                "metadata": {"is_main": True},
            }
            for name, one in operations.items()
        }

    def _former(self, operation: Operation) -> int | None:
        """The contact that we left there before, where it is another one."""
        old = next((one.old for one in operation.changes if one.field == "contact"), None)
        former = self._ids.get(f"contact:{old}") if old and old != operation.contact else None
        return former if former != self._ids.get(f"contact:{operation.contact}") else None

    def _unlinking(self, operation: Operation) -> Batch:
        path = f"leads/{self.number_of(operation)}/unlink"
        body = [{"to_entity_id": self._former(operation), "to_entity_type": "contacts"}]
        return Batch(("unlink", "deal"), {"0": operation}, self._settled, Request("POST", path, body=body))
