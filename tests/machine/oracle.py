"""What must be in the CRM, from the promises alone: what was read, who is meant, what people did, what may change.

Nothing here looks at the program or its store. It is watched from outside: the board before a run, the board after it,
and its exit code. Each change between the two must be one that the promises allow; each run that says that all is done
is held to it.
"""

from collections.abc import Collection
from datetime import datetime

from tests.machine.board import Board
from tests.machine.contacts import Contacts
from tests.machine.deals import Deals
from tests.machine.facts import FEEDS, Facts
from tests.machine.promises import demand


class Oracle:
    """The clinic as it should be known to the program, and to the CRM."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.deals = Deals(self.facts)
        self.contacts = Contacts(self.facts, self.deals)

    def people_did(self, before: Board, after: Board) -> None:
        """Take note of everything that is otherwise than before."""
        self.contacts.people_did(before, after)
        for deal in before.deals.values():
            self.deals.people_did(deal, after.deals.get(deal.id))

    def judge(self, before: Board, after: Board, now: datetime, *, done: bool, feeds: Collection[str] = FEEDS) -> None:
        """Every change of a run is allowed; if it says that all is ``done``, it is. Raises Wrong."""
        _nothing_is_lost_or_there_twice(before, after)
        self.contacts.judge(before, after, now, done=done)
        if "reminders" in feeds:
            self.deals.judge(before, after, now, done=done)
        else:
            demand(before.deals == after.deals, "only what was asked for is done")

    def waits(self, board: Board, now: datetime) -> bool:
        """Whether something waits for people, and is asked for again in every run."""
        return any(self.contacts.waits(person, board, now) for person in self.facts.persons)


def _nothing_is_lost_or_there_twice(before: Board, after: Board) -> None:
    demand(before.contacts.keys() <= after.contacts.keys(), "no contact is deleted", before, after)
    demand(before.deals.keys() <= after.deals.keys(), "no deal is deleted", before, after)
    for items in (after.contacts, after.deals):
        keys = [item.key for item in items.values() if item.key]
        demand(len(keys) == len(set(keys)), "one item for each key", keys)
