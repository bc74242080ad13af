"""One request of up to 50 commands while it is packed: what fits, what has to wait, what has to be alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dentsync.lang import _
from dentsync.load.bitrix24.commands import ADD, IMPORT, UPDATE, Draft, command, import_command
from dentsync.load.bitrix24.limits import REQUEST_SECONDS
from dentsync.load.bitrix24.portal import Envelope, sort_of
from dentsync.load.bitrix24.tasks import COMPLETE, TODO_ADD, TODO_UPDATE, completes
from dentsync.load.bitrix24.wire import MAX_COMMANDS, MAX_PARAMETERS, Command, Ref
from dentsync.load.places import Unwritable
from dentsync.load.target import Chunk
from dentsync.load.wishes import relinks
from dentsync.model import Operation, Outcome, Result

if TYPE_CHECKING:
    from dentsync.load.bitrix24.packing import Packer

IMPORT_ROWS = 20
FORM = "form"
"""How imports take phones: learned from one row, and asked of one request at a time."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One command and its operations: several for an import."""

    command: Command
    operations: tuple[Operation, ...]
    drafts: tuple[Draft, ...] = field(default=(), repr=False)
    parameters: int = 0  # of an import


@dataclass(frozen=True, slots=True)
class Request:
    """What a chunk sends. ``settled`` are operations whose outcome is known without sending, by operation id."""

    slots: Mapping[str, Slot]
    settled: Mapping[str, Outcome]
    envelope: Envelope
    probes: frozenset[str] = frozenset()


def _is_import(operation: Operation) -> bool:
    return operation.silent and operation.action == "create"


def _lane_of(operation: Operation) -> str:
    """What may travel together: imports of one kind, or anything else."""
    return f"import {operation.kind}" if _is_import(operation) else ""


def _method_of(operation: Operation) -> str:
    if operation.kind == "task":
        return COMPLETE if completes(operation) else TODO_ADD if operation.action == "create" else TODO_UPDATE
    if operation.action != "create":
        return UPDATE
    return IMPORT if operation.silent else ADD


class Box:
    """The request being packed. Imports go in requests of their own."""

    def __init__(
        self, packer: "Packer", pending: Mapping[str, Operation], ids: Mapping[str, int], flying: frozenset[str]
    ) -> None:
        self._packer = packer
        self._pending = pending
        self._ids = ids
        self._flying = flying
        self._later = set(flying)  # items whose turn comes after this request
        self.expects = False  # whether something will be ready when what is in flight has landed
        self._slots: dict[str, Slot] = {}
        self._settled: dict[str, Outcome] = {}
        self._creates: dict[str, str] = {}  # "contact:<key>" -> key of the command that makes it
        self._seconds = 0.0
        self._work: dict[str, float] = {}  # by method
        self._probes: set[str] = set()  # what the answer will teach us
        self._trial = False  # holds the one row from which is learned how imports take phones
        self._lone = False  # holds a command that has to be alone
        self._lane: str | None = None
        self.unfit: dict[str, float] = {}  # methods out of working time -> seconds that they need
        self.operations: list[Operation] = []

    def take(self, operation: Operation) -> bool:
        """Pack an operation, or leave it for later. False: the request is full."""
        if self._has_to_wait(operation):
            return self._leave(operation)
        if operation.kind == "task":
            return self._take_task(operation)
        needs_contact = operation.contact is not None and (operation.action == "create" or relinks(operation))
        contact = self._contact(operation.contact) if needs_contact else None
        if needs_contact and contact is None:
            # Its creation was tried: otherwise the contact would be pending, in flight or here.
            return self._settle(operation, Result.HELD, _("its contact was not created"))
        if isinstance(contact, Ref) and (relinks(operation) or _is_import(operation)):
            # A reference that comes to nothing would take away the contacts the deal has.
            return self._leave(operation)
        try:
            written = self._packer.draft(operation, self._contacts(operation, contact))
        except Unwritable as error:
            return self._settle(operation, Result.FAILED, str(error))
        if _is_import(operation):
            return self._take_row(operation, written)
        number = operation.crm_id or self._ids.get(operation.item)
        if operation.action != "create" and number is None:
            return self._settle(operation, Result.FAILED, _("its id in the CRM is not known"))
        if not written.fields:
            return self._settle(operation, Result.APPLIED, "", number)
        return self._take_command(operation, command(operation, written, number))

    def _take_task(self, operation: Operation) -> bool:
        deal = self._ids.get(operation.waits_for)
        if operation.action == "create" and deal is None:
            return self._settle(operation, Result.HELD, _("its deal was not created"))
        try:
            one = self._packer.task(operation, deal)
        except Unwritable as error:
            return self._settle(operation, Result.FAILED, str(error))
        return self._take_command(operation, one) if one else self._settle(operation, Result.APPLIED, "")

    def chunk(self) -> Chunk:
        """The packed request; what it is to teach is not asked of another one meanwhile."""
        self._packer.probing |= self._probes
        envelope = self._packer.portal.envelope({key: slot.command for key, slot in self._slots.items()})
        return Chunk(tuple(self.operations), Request(self._slots, self._settled, envelope, frozenset(self._probes)))

    # ── turns ──

    def _has_to_wait(self, operation: Operation) -> bool:
        """An item's operations keep their order, and a deal's come after its contact's: who is moved gets a message.

        A task goes in a later request than its deal.
        """
        if self._lane not in (None, _lane_of(operation)) or _method_of(operation) in self.unfit:
            return True
        before = operation.waits_for
        if not self._flying.isdisjoint((operation.item, before)):
            self.expects = True
            return True
        if operation.item in self._later:
            return True
        creation = f"create:{before}"
        here = (before in self._creates and operation.kind == "deal") or creation in self._settled
        return before in self._later or (creation in self._pending and not here)

    def _leave(self, operation: Operation) -> bool:
        self._later.add(operation.item)
        return True

    def _fits(self, one: Command, seconds: float) -> bool:
        """Whether the method has the working time, and its speed is known or is learned by nobody else."""
        sort, budgets = sort_of(one), self._packer.portal.budgets
        # A change that is cut for its length is only sent again; a creation has to be looked up.
        unknown = one.method != UPDATE and not self._packer.portal.speeds.knows(sort)
        if unknown and sort in self._packer.probing:
            self.expects = True
            return False
        for method in (one.method, "batch"):
            if self._work.get(method, 0.0) + seconds > budgets.room(method):
                # With work of its own in the box, it will fit once this request has landed.
                self.unfit.setdefault(one.method, seconds)
                return False
        if unknown:
            self._probes.add(sort)
        return True

    def _contact(self, key: str | None) -> int | Ref | None:
        name = f"contact:{key}"
        if name in self._ids:
            return self._ids[name]
        return Ref(self._creates[name], ("item", "id")) if name in self._creates else None

    def _contacts(self, operation: Operation, contact: int | Ref | None) -> list[int | Ref]:
        """The deal's own contact first; those people added stay, the one we left there before goes."""
        if contact is None:
            return []
        before = {self._ids.get(f"contact:{one.old}") for one in operation.changes if one.field == "contact"}
        others = self._packer.links_of(operation) if relinks(operation) else ()
        return [contact, *(one for one in others if one != contact and one not in before)]

    def _settle(self, operation: Operation, result: Result, reason: str, number: int | None = None) -> bool:
        self.operations.append(operation)
        self._settled[operation.id] = Outcome(operation, result, number or operation.crm_id, reason)
        return True

    def _take_command(self, operation: Operation, one: Command) -> bool:
        seconds = self._packer.seconds(one)
        if not self._fits(one, seconds):
            return self._leave(operation)
        full, lone = len(self._slots) == MAX_COMMANDS or self._seconds + seconds > REQUEST_SECONDS, one.single
        if self._slots and (full or self._lone or lone):
            return False
        key = f"{operation.kind[0]}{len(self._slots)}"
        if operation.action == "create":
            self._creates[operation.item] = key
        self._put(key, Slot(one, (operation,)), seconds, lone=lone)
        return True

    def _take_row(self, operation: Operation, written: Draft) -> bool:
        alone = import_command([operation], [written.row(self._packer.form)])
        key, slot = self._next_import(operation, written, alone)
        lone = self._lone or alone.single
        seconds = self._packer.seconds(slot.command) / len(slot.operations)
        trial = bool(written.records) and not self._packer.form
        if trial and FORM in self._packer.probing:
            self.expects = True
            return self._leave(operation)
        if not self._fits(slot.command, seconds):
            return self._leave(operation)
        if self._slots and (
            self._seconds + seconds > REQUEST_SECONDS
            or (self._trial and written.records)
            or (key not in self._slots and len(self._slots) == MAX_COMMANDS)
            or (lone and set(self._slots) != {key})
        ):
            return False
        self._trial = self._trial or trial
        if trial:
            self._probes.add(FORM)
        self._put(key, slot, seconds, lone=lone)
        return True

    def _next_import(self, operation: Operation, written: Draft, alone: Command) -> tuple[str, Slot]:
        """The last import with one row more, or a new one where it is full."""
        last, own = next(reversed(self._slots), None), len(alone.pairs())
        if last is not None and len(self._slots[last].operations) < IMPORT_ROWS:
            slot = self._slots[last]
            operations, parameters = (*slot.operations, operation), slot.parameters + own
            if parameters <= MAX_PARAMETERS:
                grown = import_command(operations, [*slot.command.params["data"], *alone.params["data"]])
                return last, Slot(grown, operations, (*slot.drafts, written), parameters)
        return f"i{len(self._slots)}", Slot(alone, (operation,), (written,), own)

    def _put(self, key: str, slot: Slot, seconds: float, *, lone: bool) -> None:
        self._slots[key] = slot
        self._seconds += seconds
        for method in (slot.command.method, "batch"):
            self._work[method] = self._work.get(method, 0.0) + seconds
        self._lane = _lane_of(slot.operations[-1])
        self._lone = lone
        self.operations.append(slot.operations[-1])
