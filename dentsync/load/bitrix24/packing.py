"""Operations into requests: up to 50 commands, each request of a size that is answered in time.

Contacts and deals travel together; a deal may take its contact from an earlier command of the same request. Silent
creations are imports, 20 to a command, and go in requests of their own.
"""

from collections.abc import Iterable, Mapping, Sequence

from dentsync.load.bitrix24.box import Box
from dentsync.load.bitrix24.commands import Draft, ImportForm, draft
from dentsync.load.bitrix24.items import Portrait
from dentsync.load.bitrix24.portal import Portal
from dentsync.load.bitrix24.wire import Command, Ref
from dentsync.load.places import Unwritable
from dentsync.load.target import GONE, Chunk, Needs
from dentsync.load.wishes import relinks
from dentsync.model import Operation


class Packer:
    """Packs operations lazily: sizes follow the portal's measured speed, ids those the caller has learned."""

    def __init__(self, portal: Portal, portrait: Portrait, form: ImportForm) -> None:
        self.portal = portal
        self._portrait = portrait
        self.form = form
        self.probing: frozenset[str] = frozenset()  # what requests in flight are to teach us: sorts, "form"
        self._unfit: Mapping[str, float] = {}  # of the last packing: methods out of working time, and what they need

    def pack(self, pending: Mapping[str, Operation], ids: Mapping[str, int], flying: frozenset[str]) -> Chunk | None:
        """The next request out of ``pending``; None where nothing of it may go now. ``flying``: items on their way."""
        box = Box(self, pending, ids, flying)
        full = any(not box.take(operation) for operation in pending.values())
        self._unfit = box.unfit
        # What waits for a request in flight travels along when that has landed: fewer requests, hardly later.
        return box.chunk() if box.operations and (full or not box.expects) else None

    def free_at(self) -> float | None:
        """When the first of what did not fit fits (epoch seconds); None where nothing waits for working time."""
        budgets = self.portal.budgets
        moments = [
            max(budgets.free_at(method, seconds), budgets.free_at("batch", seconds))
            for method, seconds in self._unfit.items()
        ]
        return min(moments, default=None)

    def draft(self, operation: Operation, contacts: Sequence[int | Ref]) -> Draft:
        """The wire fields of an operation. Raises Unwritable."""
        return draft(operation, self._portrait, contacts)

    def task(self, operation: Operation, deal: int | None) -> Command | None:
        """The command of a task, None where it changes nothing. Raises Unwritable."""
        return self._portrait.tasks.command(operation, deal)

    def links_of(self, operation: Operation) -> tuple[int, ...]:
        """The contacts a deal has now. Raises Unwritable where the deal is not there any more."""
        links = self._portrait.links.get(operation.crm_id or 0)
        if links is None:
            raise Unwritable(GONE)
        return links

    def seconds(self, one: Command) -> float:
        """How long a command is expected to take."""
        return self.portal.seconds(one)


def unread(operations: Iterable[Operation], portrait: Portrait) -> Needs:
    """Contacts whose phone records, deals whose contacts, and tasks that have to be known before they are changed."""
    words = portrait.contact.multifields
    changes = [(one.crm_id, one) for one in operations if one.action != "create" and one.crm_id is not None]
    contacts = {n for n, one in changes if one.kind == "contact" and any(c.field in words for c in one.changes)}
    deals = {number for number, one in changes if relinks(one)}
    # Links are read anew each time: what an earlier answer showed may have been changed by people since.
    tasks = {number for number, one in changes if one.kind == "task"} - portrait.tasks.seen.keys()
    return Needs(
        contact_ids=frozenset(contacts - portrait.cards.keys()), deal_ids=frozenset(deals), task_ids=frozenset(tasks)
    )
