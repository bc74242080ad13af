"""What the MIS said and of whom: from the files alone, by the promises about absence, age and identity."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.machine.mis import CardRow, Export, Name, VisitRow, full
from tests.machine.promises import Belief

FEEDS = ("patients", "reminders")
MAX_AGE = {"patients": timedelta(hours=30), "reminders": timedelta(hours=12)}
STAGES = {
    "booked": "Записан",
    "confirmed": "Запись подтверждена",
    "completed": "Пришёл",
    "cancelled": "Запись отменена",
}
"""Stage of each status; the pipeline has none for a no-show."""
EXPECTED = ("booked", "confirmed")
NEVER_CLEARED = ("secondName",)


@dataclass
class Person:
    """Somebody of whom the files speak. ``contact`` is the id in the CRM; ``gone``: people removed it."""

    number: int
    card: str | None
    name: Name
    phones: set[str]
    contact: int | None = None
    gone: bool = False
    merged: bool = False  # its contact is another one than we made: what is on it may be anybody's
    beliefs: dict[str, Belief] = field(default_factory=dict)
    visited: bool = False

    def belief(self, name: str) -> Belief:
        return self.beliefs.setdefault(name, Belief())


@dataclass
class Facts:
    """Rows that were read, and whose they are."""

    cards: dict[str, CardRow] = field(default_factory=dict)
    visits: dict[str, VisitRow] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)  # of visits: which was read later
    files: list[Export] = field(default_factory=list)  # read, oldest first
    persons: list[Person] = field(default_factory=list)
    known: dict[Any, Person] = field(default_factory=dict)  # how a row speaks of somebody -> who that is
    owners: dict[str, Person] = field(default_factory=dict)  # mark of a visit -> whose
    held: set[str] = field(default_factory=set)  # marks of visits that might be one's or another's

    # ── reading ──

    def read(self, inbox: Collection[Export], now: datetime, feeds: Collection[str] = FEEDS) -> list[Export]:
        """The files that stay in the inbox: not asked for, or too old to be believed. The others are read, or were."""
        staying = []
        for export in sorted(inbox, key=lambda e: (FEEDS.index(e.feed), e.written)):
            news = not self._is_known(export)
            if export.feed not in feeds or (news and now - export.written > MAX_AGE[export.feed]):
                staying.append(export)
            elif news:
                self._take(export)
        return staying

    def is_overtaken(self, export: Export) -> bool:
        """Whether a newer file of its feed was read."""
        return any(one.feed == export.feed and one.written > export.written for one in self.files)

    def _is_known(self, export: Export) -> bool:
        """Whether nothing of it is news: something newer was read, or these bytes (of a window: read last)."""
        earlier = [known for known in self.files if known.feed == export.feed]
        last = earlier if export.feed == "patients" else earlier[-1:]
        return self.is_overtaken(export) or any(known.content == export.content for known in last)

    def _take(self, export: Export) -> None:
        self.files.append(export)
        for row in export.rows:
            if isinstance(row, CardRow):
                self.cards[row.card] = row
            elif self.visits.get(row.mark) != row:
                self.visits[row.mark] = row
                self.order[row.mark] = len(self.files) * 1000 + len(self.order)

    # ── who ──

    def identify(self, feeds: Collection[str] = FEEDS) -> None:
        """Whose each row is: cards first, because they tell most."""
        for row in self.cards.values() if "patients" in feeds else ():
            person = self._whose(("card", row.card), row.card, row.name, row.phones)
            assert person, "who has the card is known, or the only one without"
            person.name, person.card = row.name, row.card
            person.phones |= set(row.phones)
        for visit in sorted(self.visits.values(), key=lambda v: self.order[v.mark]) if "reminders" in feeds else ():
            someone = self._whose((visit.name, visit.phone), None, visit.name, (visit.phone,))
            if someone:
                someone.phones.add(visit.phone)
                someone.visited = True
                self.owners[visit.mark] = someone
            self.held = self.held - {visit.mark} if someone else self.held | {visit.mark}

    def _whose(self, mention: Any, card: str | None, name: Name, phones: Iterable[str]) -> Person | None:
        """Who was meant before; else who has a phone and an agreeing name; else somebody new. None: several fit."""
        if mention not in self.known:
            fitting = [p for p in self.persons if p.phones & set(phones) and agree(p.name, name)]
            fitting = [p for p in fitting if not (card and p.card)]
            if len(fitting) > 1:
                return None
            if not fitting:
                fitting = [Person(len(self.persons), card, name, set(phones))]
                self.persons += fitting
            self.known[mention] = fitting[0]
        return self.known[mention]

    # ── what is wanted ──

    def wanted_of(self, person: Person, now: datetime) -> dict[str, Any]:
        """Fields of a person's contact that the MIS speaks of."""
        visits = sorted(self._visits_of(person), key=lambda v: self.order[v.mark])
        row = self.cards.get(person.card or "")
        if not row and not visits:  # a misspelt row, which is right now: nobody speaks of them any more
            return {"UF_CRM_NEXT_VISIT": ""}
        if row:
            name, phones = row.name, row.phones
        else:
            patronymic = next((v.name[2] for v in reversed(visits) if v.name[2]), "")
            name, phones = (*visits[-1].name[:2], patronymic), (visits[-1].phone,)
        wanted: dict[str, Any] = dict(zip(("lastName", "name", "secondName"), name, strict=True))
        wanted["phones"] = frozenset(phones)
        if row:
            wanted |= {"UF_CRM_CARD_NUMBER": row.card, "UF_CRM_PATIENT_STATUS": row.standing}
        if person.visited:
            ahead = [v.start for v in visits if v.status in EXPECTED and v.start >= now]
            wanted["UF_CRM_NEXT_VISIT"] = min(ahead).isoformat() if ahead else ""
        return {name: value for name, value in wanted.items() if value or name not in NEVER_CLEARED}

    def is_spoken_of(self, person: Person) -> bool:
        """Whether a row is theirs."""
        return person.card in self.cards or any(owner is person for owner in self.owners.values())

    def _visits_of(self, person: Person) -> list[VisitRow]:
        return [self.visits[mark] for mark, owner in self.owners.items() if owner is person]

    def deal_of(self, mark: str) -> dict[str, str]:
        """Fields of a visit's deal."""
        visit = self.visits[mark]
        return {
            "title": f"{full(visit.name)}, {visit.start:%d.%m %H:%M}, {visit.doctor}",
            "UF_CRM_VISIT_AT": visit.start.isoformat(),
            "UF_CRM_DOCTOR": visit.doctor,
            "UF_CRM_OPERATOR": mark,
        }

    def is_due(self, mark: str, now: datetime) -> bool:
        """A reminder is made from four days before until the day before."""
        visit = self.visits[mark]
        ahead = (visit.start.date() - now.date()).days
        known = mark in self.owners and mark not in self.held
        return known and visit.status in STAGES and 1 <= ahead <= 4


def agree(one: Name, other: Name) -> bool:
    """Surname and given name equal, patronymic not contradicting."""
    return one[:2] == other[:2] and all(one[:2]) and (one[2] == other[2] or not one[2] or not other[2])
