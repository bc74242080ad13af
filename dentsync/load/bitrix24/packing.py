"""Operations into requests: up to 50 commands, each request of a size that is answered in time.

Contacts and deals travel together; a deal may take its contact from an earlier command of the same request. Silent
creations are imports, 20 to a command, and go in their own requests: contacts before and deals after the rest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dentsync.lang import _
from dentsync.load.bitrix24.commands import Draft, ImportForm, command, draft, import_command, relinks
from dentsync.load.bitrix24.items import Portrait
from dentsync.load.bitrix24.limits import REQUEST_SECONDS
from dentsync.load.bitrix24.portal import Portal
from dentsync.load.bitrix24.values import Unwritable
from dentsync.load.bitrix24.wire import MAX_COMMANDS, MAX_PARAMETERS, Command, Ref
from dentsync.load.target import GONE, Chunk
from dentsync.model import Operation, Outcome, Result

IMPORT_ROWS = 20


@dataclass(frozen=True, slots=True)
class Slot:
    """One command and its operations: several for an import."""

    command: Command
    operations: tuple[Operation, ...]
    drafts: tuple[Draft, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What a chunk sends. ``settled`` are operations whose outcome is known without sending, by operation id."""

    slots: Mapping[str, Slot]
    settled: Mapping[str, Outcome]


class Packer:
    """Packs operations lazily: sizes follow the portal's measured speed, ids those the caller has learned."""

    def __init__(self, portal: Portal, portrait: Portrait, form: ImportForm) -> None:
        self._portal = portal
        self._portrait = portrait
        self.form = form

    def chunks(self, operations: Sequence[Operation], ids: Mapping[str, int]) -> Iterator[Chunk]:
        """Chunks in order. A deal whose contact is neither known nor on its way is left out."""
        for phase in _phases(operations):
            box = _Box(self, ids)
            for operation in phase:
                if not box.take(operation):
                    yield box.chunk()
                    box = _Box(self, ids)
                    box.take(operation)
            if box.operations:
                yield box.chunk()

    def draft(self, operation: Operation, contacts: Sequence[int | Ref]) -> Draft:
        """The wire fields of an operation. Raises Unwritable."""
        return draft(operation, self._portrait, contacts)

    def links_of(self, operation: Operation) -> tuple[int, ...]:
        """The contacts a deal has now. Raises Unwritable where the deal is not there any more."""
        links = self._portrait.links.get(operation.crm_id or 0)
        if links is None:
            raise Unwritable(GONE)
        return links

    def seconds(self, one: Command) -> float:
        """How long a command is expected to take."""
        return self._portal.seconds(one)


def _phases(operations: Sequence[Operation]) -> tuple[list[Operation], list[Operation], list[Operation]]:
    imports = [one for one in operations if _is_import(one)]
    return (
        [one for one in imports if one.kind == "contact"],
        [one for one in operations if not _is_import(one)],
        [one for one in imports if one.kind == "deal"],
    )


def _is_import(operation: Operation) -> bool:
    return operation.silent and operation.action == "create"


class _Box:
    """The request being packed."""

    def __init__(self, packer: Packer, ids: Mapping[str, int]) -> None:
        self._packer = packer
        self._ids = ids
        self._slots: dict[str, Slot] = {}
        self._settled: dict[str, Outcome] = {}
        self._creates: dict[str, str] = {}  # "contact:<key>" -> key of the command that makes it
        self._seconds = 0.0
        self._trial = False  # holds the one row from which is learned how imports take phones
        self._lone = False  # holds a command that has to be alone
        self.operations: list[Operation] = []

    def take(self, operation: Operation) -> bool:
        """Pack an operation, or leave it out for want of its contact. False: the request is full."""
        needs_contact = operation.contact is not None and (operation.action == "create" or relinks(operation))
        contact = self._contact(operation.contact) if needs_contact else None
        if needs_contact and contact is None:
            return True
        if isinstance(contact, Ref) and (relinks(operation) or _is_import(operation)):
            # A reference that comes to nothing would take away the contacts the deal has.
            return False
        try:
            written = self._packer.draft(operation, self._contacts(operation, contact))
        except Unwritable as error:
            return self._settle(operation, Result.FAILED, str(error))
        if _is_import(operation):
            return self._take_row(operation, written)
        number = operation.crm_id or self._ids.get(f"{operation.kind}:{operation.key}")
        if operation.action != "create" and number is None:
            return self._settle(operation, Result.FAILED, _("its id in Bitrix24 is not known"))
        if not written.fields:
            return self._settle(operation, Result.APPLIED, "", number)
        return self._take_command(operation, command(operation, written, number))

    def chunk(self) -> Chunk:
        """The packed request."""
        return Chunk(tuple(self.operations), Request(self._slots, self._settled))

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
        full = len(self._slots) == MAX_COMMANDS or self._seconds + seconds > REQUEST_SECONDS
        if self._slots and (full or self._lone or one.single):
            return False
        key = f"{operation.kind[0]}{len(self._slots)}"
        if operation.action == "create":
            self._creates[f"{operation.kind}:{operation.key}"] = key
        self._put(key, Slot(one, (operation,)), seconds)
        return True

    def _take_row(self, operation: Operation, written: Draft) -> bool:
        key, slot = self._next_import(operation, written)
        seconds = self._packer.seconds(slot.command) / len(slot.operations)
        if self._slots and (
            self._seconds + seconds > REQUEST_SECONDS
            or (self._trial and written.records)
            or (key not in self._slots and len(self._slots) == MAX_COMMANDS)
            or ((self._lone or slot.command.single) and set(self._slots) != {key})
        ):
            return False
        self._trial = self._trial or (bool(written.records) and not self._packer.form)
        self._put(key, slot, seconds)
        return True

    def _next_import(self, operation: Operation, written: Draft) -> tuple[str, Slot]:
        """The last import with one row more, or a new one where it is full."""
        row = written.row(self._packer.form)
        last = next(reversed(self._slots), None)
        if last is not None and len(self._slots[last].operations) < IMPORT_ROWS:
            slot = self._slots[last]
            operations = (*slot.operations, operation)
            grown = import_command(operations, [*slot.command.params["data"], row])
            if len(grown.pairs()) <= MAX_PARAMETERS:
                return last, Slot(grown, operations, (*slot.drafts, written))
        return f"i{len(self._slots)}", Slot(import_command([operation], [row]), (operation,), (written,))

    def _put(self, key: str, slot: Slot, seconds: float) -> None:
        self._slots[key] = slot
        self._seconds += seconds
        self._lone = slot.command.single
        self.operations.append(slot.operations[-1])


def unread(operations: Iterable[Operation], portrait: Portrait) -> tuple[set[int], set[int]]:
    """Contacts whose phone records, and deals whose contacts, have to be known before they are changed."""
    words = portrait.contact.multifields
    changes = [(one.crm_id, one) for one in operations if one.action != "create" and one.crm_id is not None]
    contacts = {n for n, one in changes if one.kind == "contact" and any(c.field in words for c in one.changes)}
    deals = {number for number, one in changes if relinks(one)}
    # Links are read anew each time: what an earlier answer showed may have been changed by people since.
    return contacts - portrait.cards.keys(), deals
