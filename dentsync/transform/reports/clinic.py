"""What all reports are made from: appointments of a period, each with its outcome and its kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import islice

from dentsync.model import Status
from dentsync.transform.reports.history import PRIMARY, Card, History, Kind, history_of, kind_of, long_ago
from dentsync.transform.reports.period import Period
from dentsync.transform.reports.tables import Case
from dentsync.transform.reports.visits import Every, Visit, appointments, outcome_of
from dentsync.transform.words import fold

NOT_NAMED = "не указан"
_COMPLETED = Status.COMPLETED
_BOOKED = (Status.BOOKED, Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the clinic calls what. ``specialisations``: the folded doctor or specialty -> the name of the group."""

    gap_months: int = 6
    specialisations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """The clinic in a period. ``cases``: by the day of the visit; ``requests``: by the day they were made.

    ``since``: the first completed appointment; ``cards``: what the cards of people say.
    """

    period: Period
    branch: str
    moment: datetime
    terms: Terms
    since: date | None
    cases: Sequence[Case]
    requests: Sequence[Case]
    every: Every = field(repr=False)
    cards: Mapping[str, Card] = field(repr=False)
    branches: tuple[str, ...] = ()

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last day of what was read, of any branch."""
        moments, requests = self.every
        days = {one.booked_on for one in requests if one.booked_on}
        days.update(start.date() for start in (*islice(moments, 1), *islice(reversed(moments), 1)))
        return (min(days), max(days)) if days else None

    @cached_property
    def people(self) -> Mapping[str, Sequence[Visit]]:
        """All appointments of everybody, of all times and branches, in their order; requests at the end."""
        people: defaultdict[str, list[Visit]] = defaultdict(list)
        for visits in (*self.every.moments.values(), self.every.requests):
            for visit in visits:
                people[visit.person].append(visit)
        return people

    @cached_property
    def back(self) -> Mapping[str, datetime]:
        """The last appointment of everybody that took place, or is booked and ahead."""
        back: dict[str, datetime] = {}
        for start, visits in self.every.moments.items():
            counted = (Status.COMPLETED, *_BOOKED) if start > self.moment else (Status.COMPLETED,)
            back.update((visit.person, start) for visit in visits if visit.status in counted)
        return back

    @cached_property
    def came(self) -> list[Case]:
        """Completed appointments of the period."""
        return [case for case in self.cases if case.outcome == "came"]


def known(
    rows: Iterable[Visit], cards: Mapping[str, Card], period: Period, now: datetime, terms: Terms, branch: str = ""
) -> Known:
    """Judge the appointments of a period, of one branch or of all. The past of a patient is that in all branches."""
    every = appointments(rows)
    came: defaultdict[str, list[datetime]] = defaultdict(list)
    for start, visits in every.moments.items():
        for visit in visits:
            if visit.status is _COMPLETED:
                came[visit.person].append(start)
    branches, first = every.branches, min((moments[0] for moments in came.values()), default=None)
    here = {one for one in branches if not branch or fold(one) == fold(branch)}
    judge = _Judge(period, here, now, terms.gap_months, first.date() if first else None, cards, came)
    judge.judge(every)
    names = tuple(sorted({fold(name): name for name in branches if name}.values()))
    return Known(period, branch, now, terms, judge.since, judge.cases, judge.requests, every, cards, names)


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
    opened: dict[str, date] = field(default_factory=dict)  # the last day that was

    def judge(self, every: Every) -> None:
        """Appointments in their order, then requests without a time. A year has 100,000: what is read once is here."""
        first, last, gap, since, now = self.period.first, self.period.last, self.gap_months, self.since, self.moment
        pasts, opened, branches, count = self.pasts, self.opened, self.branches, self.cases.append
        latest: dict[str, date] = {}  # the day on which somebody came last
        for start, visits in every.moments.items():
            day = start.date()
            here, edge = first <= day <= last, long_ago(day, gap)
            for visit in visits:
                person, came, asked_on = visit.person, visit.status is _COMPLETED, visit.booked_on
                before = latest.get(person)
                if came:
                    latest[person] = day
                asked = asked_on is not None and first <= asked_on <= last
                if not (here or asked) or visit.branch not in branches:
                    continue
                if before is not None and edge < before < day:
                    kind: Kind = "repeat"  # most are; who is not needs a look at the whole past
                else:
                    kind = kind_of(day, pasts.get(person) or self._past(person), gap, since)
                opens = here and came and opened.get(person) != day
                case = Case(visit, "came" if came else outcome_of(visit, now), kind, day, opens)
                if here:
                    count(case)
                    if opens:
                        opened[person] = day
                if asked:
                    self.requests.append(case)
        self.requests += (
            self._request(visit, visit.booked_on)
            for visit in every.requests
            if visit.booked_on and visit.booked_on in self.period and visit.branch in branches
        )

    def _request(self, visit: Visit, on: date) -> Case:
        kind = kind_of(on, self._past(visit.person), self.gap_months, self.since)
        return Case(visit, outcome_of(visit, self.moment), kind, on)

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
