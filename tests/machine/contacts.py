"""Contacts: one for each person, adopted where it was there, and what people wrote on it stays."""

from dataclasses import dataclass, field
from datetime import datetime

from tests.machine.board import Board, Contact
from tests.machine.deals import Deals
from tests.machine.facts import Facts, Person, agree
from tests.machine.fields import judge_field, judge_phones
from tests.machine.promises import Belief, demand


@dataclass
class Contacts:
    """The contact of each person. ``typed``: phones that people typed in, by contact."""

    facts: Facts
    deals: Deals
    typed: dict[int, set[str]] = field(default_factory=dict)

    # ── people ──

    def people_did(self, before: Board, after: Board) -> None:
        """Take note of everything that is otherwise than before."""
        for old in before.contacts.values():
            if old.id in after.contacts:
                self._edited(old, after.contacts[old.id])
        for old in before.contacts.values():
            if old.id not in after.contacts:
                self._removed(old, before, after)
        for number in after.contacts.keys() - before.contacts.keys():
            self.typed[number] = set(after.contacts[number].phones)

    def _edited(self, old: Contact, new: Contact) -> None:
        typed = self.typed.setdefault(old.id, set())
        typed |= set(new.phones) - set(old.phones)  # typed once more beside ours, it goes with ours
        typed &= set(new.phones)
        for person in self._of_contact(old.id):
            for name in old.fields:
                person.belief(name).theirs |= old.fields[name] != new.fields[name]
            person.belief("phones").theirs |= bool(set(old.phones) - set(new.phones))

    def _removed(self, old: Contact, before: Board, after: Board) -> None:
        heir = next((one for one in after.contacts.values() if old.key and one.key == old.key), None)
        if heir:  # phones of the MIS went along: nobody typed them in
            ours = set(old.phones) - self.typed.get(old.id, set()) - set(before.contacts[heir.id].phones)
            self.typed[heir.id] -= ours
        for person in self._of_contact(old.id):
            person.contact = heir.id if heir else None
            person.gone, person.merged = heir is None, heir is not None
            for belief in person.beliefs.values() if heir else ():
                belief.theirs = True

    def _of_contact(self, number: int) -> list[Person]:
        return [person for person in self.facts.persons if person.contact == number]

    # ── a run ──

    def judge(self, before: Board, after: Board, now: datetime, *, done: bool) -> None:
        """Every change is allowed; what is said to be done is."""
        for contact in after.contacts.values():
            earlier = before.contacts.get(contact.id)
            if contact.key and not (earlier and earlier.key):
                self._greet(contact, earlier, before, now)
        for person in self.facts.persons:
            if person.contact is None:
                self._judge_absence(person, before, now, done=done)
            else:
                self._judge(person, person.contact, before, after, now, done=done)
        ours = {person.contact for person in self.facts.persons}
        for contact in before.contacts.values():
            same = contact.id in ours or contact == after.contacts[contact.id]
            demand(same, "what is not ours is not touched", contact)

    def _greet(self, contact: Contact, earlier: Contact | None, before: Board, now: datetime) -> None:
        """Find out whose a new contact is, or one that was made ours."""
        owners = [p for p in self.facts.persons if p.contact is None and self._is_of(p, contact, now)]
        demand(len(owners) == 1, "a new contact is somebody's who has none", contact, owners)
        person = owners[0]
        if earlier:
            demand(self._may_adopt(person, earlier, now), "a contact is adopted by phone and name", contact)
        else:
            fitting = [c for c in before.contacts.values() if self._may_adopt(person, c, now)]
            demand(not fitting, "who is in the CRM is not made again", contact, fitting)
            demand(not person.gone or self._has_news(person, now), "who was deleted stays so without news", contact)
        person.contact, person.gone, person.merged = contact.id, False, earlier is not None
        person.beliefs.clear()
        for name, value in self.facts.wanted_of(person, now).items() if earlier else ():
            person.beliefs[name] = Belief() if value else Belief({value}, theirs=True)  # what people filled in stays
        self.typed.setdefault(contact.id, set())

    def _is_of(self, person: Person, contact: Contact, now: datetime) -> bool:
        if not self.facts.is_spoken_of(person):
            return False
        wanted = self.facts.wanted_of(person, now)
        same = all(contact.fields[name] == wanted.get(name, "") for name in ("lastName", "name", "UF_CRM_CARD_NUMBER"))
        return same and wanted["phones"] <= set(contact.phones)

    def _may_adopt(self, person: Person, contact: Contact, now: datetime) -> bool:
        if contact.key or not self.facts.is_spoken_of(person):
            return False
        wanted = self.facts.wanted_of(person, now)
        name = (contact.fields["lastName"], contact.fields["name"], contact.fields["secondName"])
        ours = (wanted["lastName"], wanted["name"], wanted.get("secondName", ""))
        return agree(name, ours) and bool(wanted["phones"] & set(contact.phones))

    def waits(self, person: Person, board: Board, now: datetime) -> bool:
        """Whether people made two contacts for this person, and have to say which it is."""
        fitting = [contact for contact in board.contacts.values() if self._may_adopt(person, contact, now)]
        return person.contact is None and len(fitting) > 1

    def _has_news(self, person: Person, now: datetime) -> bool:
        wanted = self.facts.wanted_of(person, now)
        visits = [mark for mark, owner in self.facts.owners.items() if owner is person]
        # A patronymic that the MIS drops stays on the card, but messages greet otherwise: that is news.
        wanted |= {"secondName": person.name[2]}
        return any(self.deals.wants_new(mark, now) or self.deals.lacks_its_patient(mark) for mark in visits) or any(
            person.belief(name).may_be_news(value) for name, value in wanted.items()
        )

    def _judge_absence(self, person: Person, before: Board, now: datetime, *, done: bool) -> None:
        """Nobody is forgotten; whom people deleted is made again when the MIS has news."""
        if not self.facts.is_spoken_of(person):
            return
        wanted = self.facts.wanted_of(person, now)
        wants_deal = any(o is person and self.deals.wants_new(mark, now) for mark, o in self.facts.owners.items())
        news = any(value and person.belief(name).is_news(value) for name, value in wanted.items())
        if done and not self.waits(person, before, now):
            demand(not (news or wants_deal), "who is known to the MIS has a contact", person, wanted)
        for name, value in wanted.items() if person.gone else ():
            person.belief(name).tell(value, certain=done)

    def _judge(
        self, person: Person, number: int, before: Board, after: Board, now: datetime, *, done: bool
    ) -> None:  # fmt: skip
        old, new = before.contacts.get(number), after.contacts[number]
        wanted = self.facts.wanted_of(person, now)
        had_news = any(person.belief(name).may_be_news(value) for name, value in wanted.items())
        for name, value in wanted.items():
            belief = person.belief(name)
            if name == "phones":
                judge_phones(belief, value, self.typed[number], old, new, done=done, loose=person.merged)
            else:
                judge_field(belief, name, value, old, new, done=done, loose=person.merged)
        for name in new.fields.keys() - wanted.keys():
            same = old is None or old.fields[name] == new.fields[name]
            demand(same, "what the MIS says nothing of stays", name, old, new)
        person.merged = person.merged and not (done and had_news)
