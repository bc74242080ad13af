"""Which facts touch the month, and whose they are: names and jobs as their source has them, found in the directory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from dentsync.transform.pay.facts import Absence, Booking, Clock, Correction, Doubt, Facts, Job, Shift
from dentsync.transform.pay.minutes import months_later
from dentsync.transform.pay.pieces import first_of_period
from dentsync.transform.pay.questions import Asking, Kind, Question
from dentsync.transform.pay.terms import Terms
from dentsync.transform.pay.visits import OPEN

Fact = Shift | Clock | Absence | Booking | Correction | Doubt
F = TypeVar("F", Shift, Clock, Absence, Correction, Doubt)


def relevant(month: date, facts: Facts, terms: Terms, until: datetime | None) -> Facts:
    """What touches the month, or the period whose overtime it ends; without what is still to come."""
    first, end = first_of_period(month, terms), months_later(month, 1)

    def touches(start: datetime, last: datetime | None, job: Job) -> bool:
        zone = terms.rules.zone_of(job.branch)
        stop = start if last is None else last - timedelta(minutes=1)
        return start.astimezone(zone).date() < end and stop.astimezone(zone).date() >= first

    begun = (one for one in facts.shifts if until is None or one.start <= until)
    return replace(
        facts,
        shifts=tuple(one for one in begun if touches(one.start, one.end, one.job)),
        clocks=tuple(one for one in facts.clocks if touches(one.start, one.end, one.job)),
        absences=tuple(one for one in facts.absences if one.first < end and one.last >= first),
        doubts=tuple(one for one in facts.doubts if one.first < end and one.last >= first),
        bookings=tuple(one for one in facts.bookings if month <= one.visit_on < end and _counts(one, until)),
    )


def _counts(one: Booking, until: datetime | None) -> bool:
    is_to_come = until is not None and one.status in OPEN and one.visit_on >= until.date()
    return not one.excluded and not is_to_come


def identified(facts: Facts, terms: Terms, asking: Asking) -> Facts:
    """The facts with employees and jobs of the directory.

    What is nobody's is asked about and left out; a booking stays, credited to nobody, because it may be the one that
    was fulfilled.
    """
    whose = _employees(facts, terms, asking)
    shifts = _mine(facts.shifts, whose)
    return replace(
        facts,
        shifts=tuple(one for shift in shifts for one in _with_job(shift, terms, asking)),
        clocks=_mine(facts.clocks, whose),
        absences=_mine(facts.absences, whose),
        bookings=tuple(replace(one, author=whose(one.author)) for one in facts.bookings),
        corrections=_mine(facts.corrections, whose),
        doubts=_mine(facts.doubts, whose),
    )


def _mine(facts: Iterable[F], whose: Callable[[str], str]) -> tuple[F, ...]:
    return tuple(_renamed(fact, whose(_employee(fact))) for fact in facts if whose(_employee(fact)))


def _employees(facts: Facts, terms: Terms, asking: Asking) -> Callable[[str], str]:
    """From a name as it is written to an id; to nothing where nobody knows, or its facts are to be ignored."""
    every: tuple[Fact, ...] = (
        *facts.shifts, *facts.clocks, *facts.absences, *facts.bookings, *facts.corrections,
        *facts.doubts,
    )  # fmt: skip
    written: dict[str, list[Fact]] = {}
    for fact in every:
        written.setdefault(_employee(fact), []).append(fact)
    ignored = terms.rules.ignored
    asked = {text: some for text, some in sorted(written.items()) if text not in ignored}
    ids = {text: _identified(text, some, terms, asking) for text, some in asked.items()}
    return lambda text: ids.get(text, "")


def _identified(text: str, some: Sequence[Fact], terms: Terms, asking: Asking) -> str:
    staff = terms.staff
    if text and (found := staff.find(text)):
        return found
    near = staff.near(text) if text else ()
    kind = Kind.NAMED_TWO_WAYS if near else Kind.UNKNOWN_EMPLOYEE if text else Kind.NO_AUTHOR
    places = tuple(sorted({fact.place for fact in some} - {""}))
    cards = tuple(sorted(fact.patient for fact in some if isinstance(fact, Booking)))
    question = Question(kind, text, None, "", candidates=near, cards=cards, places=places)
    decision = asking.ask(question, lambda one: one.answer != "same" or staff.find(one.employee) is not None)
    return (decision and staff.find(decision.employee)) or ""


def _employee(fact: Fact) -> str:
    match fact:
        case Shift() | Clock():
            return fact.job.employee
        case Booking():
            return fact.author
    return fact.employee


def _renamed(fact: F, employee: str) -> F:
    if isinstance(fact, Shift | Clock):
        return replace(fact, job=replace(fact.job, employee=employee))
    return replace(fact, employee=employee)


def _with_job(shift: Shift, terms: Terms, asking: Asking) -> list[Shift]:
    """The shift with its job of the directory; where several fit, nobody can tell what it is worth."""
    jobs = terms.staff.jobs(shift.job)
    if len(jobs) < 2:
        return [replace(shift, job=job) for job in jobs] or [shift]
    detail = f"{shift.start:%H:%M}-{shift.end:%H:%M}"
    asking.ask(Question(Kind.UNCLEAR_JOB, shift.job.employee, shift.start.date(), detail, places=(shift.place,)))
    return []
