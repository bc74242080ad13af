"""What all reports are made from: appointments of a period, each with its outcome and its kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dentsync.model import Status
from dentsync.transform.reports.history import PRIMARY, Card, History, history_of, kind_of
from dentsync.transform.reports.period import Period
from dentsync.transform.reports.tables import Case
from dentsync.transform.reports.visits import Visit, appointments, outcome_of
from dentsync.transform.words import fold

NOT_NAMED = "не указан"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the clinic calls what. ``specialisations``: the folded doctor or specialty -> the name of the group."""

    gap_months: int = 6
    specialisations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """The clinic in a period. ``cases``: by the day of the visit; ``requests``: by the day they were made.

    ``people``: all appointments of everybody, of all times and branches; ``since``: the first completed one.
    """

    period: Period
    branch: str
    moment: datetime
    terms: Terms
    since: date | None
    cases: Sequence[Case]
    requests: Sequence[Case]
    people: Mapping[str, Sequence[Visit]]
    cards: Mapping[str, Card]
    branches: tuple[str, ...] = ()

    @property
    def came(self) -> list[Case]:
        """Completed appointments of the period."""
        return [case for case in self.cases if case.outcome == "came"]


def known(
    rows: Iterable[Visit], cards: Mapping[str, Card], period: Period, now: datetime, terms: Terms, branch: str = ""
) -> Known:
    """Judge the appointments of a period, of one branch or of all. The past of a patient is that in all branches."""
    people: defaultdict[str, list[Visit]] = defaultdict(list)
    came: defaultdict[str, list[datetime]] = defaultdict(list)
    completed = Status.COMPLETED
    every = appointments(rows)
    for visit in every:
        people[visit.person].append(visit)
        if visit.status is completed and visit.start:
            came[visit.person].append(visit.start)
    first = min((moments[0] for moments in came.values()), default=None)
    branches = {visit.branch for visit in every}
    here = {one for one in branches if not branch or fold(one) == fold(branch)}
    judge = _Judge(period, here, now, terms.gap_months, first.date() if first else None, cards, came)
    judge.judge(every)
    names = tuple(sorted({fold(name): name for name in branches if name}.values()))
    return Known(period, branch, now, terms, judge.since, judge.cases, judge.requests, people, cards, names)


@dataclass(slots=True)
class _Judge:
    """What every appointment was, by what was before it."""

    period: Period
    branches: set[str]
    moment: datetime
    gap_months: int
    since: date | None
    cards: Mapping[str, Card]
    came: Mapping[str, Sequence[datetime]]
    cases: list[Case] = field(default_factory=list)
    requests: list[Case] = field(default_factory=list)
    pasts: dict[str, History] = field(default_factory=dict)
    opened: set[tuple[str, date]] = field(default_factory=set)

    def judge(self, visits: Iterable[Visit]) -> None:
        """Appointments in their order."""
        first, last = self.period.first, self.period.last
        cases, requests, opened, now = self.cases, self.requests, self.opened, self.moment
        for visit in visits:
            start, asked_on = visit.start, visit.booked_on
            day = start.date() if start else None
            here = day is not None and first <= day <= last
            asked = asked_on is not None and first <= asked_on <= last
            on = day or asked_on
            if on is None or not (here or asked) or visit.branch not in self.branches:
                continue
            person = visit.person
            past = self.pasts.get(person) or self._past(person)
            outcome = outcome_of(visit, now)
            opens = here and outcome == "came" and (person, on) not in opened
            case = Case(visit, outcome, kind_of(on, past, self.gap_months, self.since), on, opens)
            if here:
                cases.append(case)
                if opens:
                    opened.add((person, on))
            if asked:
                requests.append(case)

    def _past(self, person: str) -> History:
        past = self.pasts[person] = history_of(self.came.get(person, ()), self.cards.get(person))
        return past


def is_primary(case: Case) -> bool:
    """By either definition."""
    return case.kind in PRIMARY


def specialisation_of(visit: Visit, terms: Terms) -> str:
    """By the table of the clinic: the doctor, else the specialty; what is in neither is shown as it is."""
    if not terms.specialisations:
        return visit.specialty or NO_SPECIALTY
    for word in (visit.doctor, visit.specialty):
        if word and (group := terms.specialisations.get(fold(word))):
            return group
    return f"{UNMAPPED} {visit.specialty or visit.doctor or NOT_NAMED}"


NO_SPECIALTY = "не указана"
UNMAPPED = "нет в таблице:"


def is_unmapped(label: str) -> bool:
    """Whether the row is what could not be assigned."""
    return label.startswith(UNMAPPED) or label in (NO_SPECIALTY, NOT_NAMED)


class Spellings:
    """One label for all spellings of a word: the one that was met first."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        if text not in self._known:
            self._known[text] = self._first.setdefault(fold(text), text) if text else NOT_NAMED
        return self._known[text]
