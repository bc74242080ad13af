"""Deals: made once, moved by news, and where people put them they stay."""

from dataclasses import dataclass, field
from datetime import datetime

from tests.machine.board import ENDS, Board, Deal, Where
from tests.machine.facts import STAGES, Facts
from tests.machine.fields import judge_field
from tests.machine.promises import Belief, demand

PIPELINE = "Оповещение о визите"


@dataclass
class Reminder:
    """The deal of a visit. ``left``: where the program put it last. ``sure``: a run said that all was done since."""

    mark: str
    deal: int | None
    left: Where
    sure: bool = False
    gone: bool = False
    status: Belief = field(default_factory=Belief)
    beliefs: dict[str, Belief] = field(default_factory=dict)

    def belief(self, name: str) -> Belief:
        return self.beliefs.setdefault(name, Belief())

    def is_setback(self, status: str) -> bool:
        """A visit that took place is not taken back without a person."""
        return self.status.told == {"completed"} and status != "completed"

    def may_move(self, status: str, where: Where) -> bool:
        """Whether this status may take the deal from where it stands."""
        if not self.status.may_be_news(status) or self.is_setback(status):
            return False
        if where == self.left or not self.status.theirs:
            return True
        if where[0] == PIPELINE and where[1] in [STAGES.get(told) for told in self.status.told]:
            return True  # where the MIS may have been heard to put it, too
        return where[1] not in ENDS and status != "booked"

    def must_move(self, status: str, where: Where) -> bool:
        """Whether it has to, once all is done."""
        if not self.may_move(status, where) or ("completed" in self.status.told and status != "completed"):
            return False
        if not self.status.theirs:
            return True
        # Whether the MIS, too, was heard to put it at this end is not known.
        return self.status.is_news(status) and where[1] not in ENDS


@dataclass
class Deals:
    """All reminders by the mark of their visit."""

    facts: Facts
    reminders: dict[str, Reminder] = field(default_factory=dict)

    def wants_new(self, mark: str, now: datetime) -> bool:
        """Whether a visit should have a deal and never had one."""
        return mark not in self.reminders and self.facts.is_due(mark, now)

    def lacks_its_patient(self, mark: str) -> bool:
        """Whether a deal may be without its contact."""
        reminder, owner = self.reminders.get(mark), self.facts.owners[mark]
        return reminder is not None and reminder.belief("contact").may_be_news(owner.number)

    def people_did(self, old: Deal, new: Deal | None) -> None:
        """Take note of what people did to one deal; ``new`` is None where they deleted it."""
        for reminder in self.reminders.values():
            if reminder.deal == old.id and new is None:
                reminder.deal, reminder.gone = None, True
            elif reminder.deal == old.id and new is not None:
                reminder.status.theirs |= new.where != old.where
                for name in old.fields:
                    reminder.belief(name).theirs |= old.fields[name] != new.fields[name]

    # ── a run ──

    def judge(self, before: Board, after: Board, now: datetime, *, done: bool) -> None:
        """Every change is allowed; what is said to be done is."""
        for deal in after.deals.values():
            if deal.id not in before.deals:
                self._greet(deal, now)
        for reminder in self.reminders.values():
            self._judge(reminder, before, after, done=done and reminder.mark not in self.facts.held)
        for mark, owner in self.facts.owners.items() if done else ():
            demand(not self.wants_new(mark, now) or owner.contact is None, "a deal is made", self.facts.visits[mark])

    def _greet(self, deal: Deal, now: datetime) -> None:
        """Find out which visit's a new deal is."""
        mark = deal.fields["UF_CRM_OPERATOR"]
        demand(mark in self.facts.visits, "a deal has a visit", deal)
        earlier = self.reminders.get(mark)
        wanted = self.wants_new(mark, now) or (earlier and earlier.gone and not earlier.sure)
        demand(wanted, "a deal is made when one is wanted, once", deal, earlier)
        stage = STAGES[self.facts.visits[mark].status]
        demand(deal.where == (PIPELINE, stage), "a new deal stands at the stage of its status", deal)
        self.reminders[mark] = Reminder(mark, deal.id, deal.where)

    def _judge(self, reminder: Reminder, before: Board, after: Board, *, done: bool) -> None:
        visit = self.facts.visits[reminder.mark]
        reminder.sure = reminder.sure or done
        if reminder.deal is None:
            return
        old, new = before.deals.get(reminder.deal), after.deals[reminder.deal]
        if visit.status not in STAGES:
            demand(old and old.where == new.where, "without a stage for its status a deal stays", visit, old, new)
            return
        for name, value in self.facts.deal_of(reminder.mark).items():
            judge_field(reminder.belief(name), name, value, old, new, done=done)
        self._judge_stage(reminder, visit.status, old, new, done=done)
        self._judge_contact(reminder, old, new, done=done)

    def _judge_contact(self, reminder: Reminder, old: Deal | None, new: Deal, *, done: bool) -> None:
        owner, belief = self.facts.owners[reminder.mark], reminder.belief("contact")
        if not old or old.contacts != new.contacts:
            demand(new.contacts[:1] in ((owner.contact,), ()), "a deal is its patient's", old, new, owner)
        if done and owner.contact and belief.is_news(owner.number):
            demand(new.contacts[:1] == (owner.contact,), "a deal has its patient", old, new, owner)
        belief.tell(owner.number, certain=done)

    @staticmethod
    def _judge_stage(reminder: Reminder, status: str, old: Deal | None, new: Deal, *, done: bool) -> None:
        belief, target = reminder.status, (PIPELINE, STAGES[status])
        was = old.where if old else new.where
        allowed, must = reminder.may_move(status, was), reminder.must_move(status, was)
        if new.where != was:
            demand(new.where == target, "a deal goes where its status says", status, old, new)
            demand(allowed, "people come first, and a move needs news", status, belief, reminder.left, old, new)
            reminder.left, belief.theirs = new.where, False
        if done and must:
            demand(new.where == target, "stages agree with the MIS", status, belief, reminder.left, old, new)
        if done and new.where == target:  # the MIS says now what people said
            reminder.left, belief.theirs = target, False
        waits = "completed" in belief.told and status != "completed" and new.where != target
        if not reminder.is_setback(status):
            belief.tell("completed" if waits and done else status, certain=done)
