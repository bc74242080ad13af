"""Planned shifts beside worked time: what was worked of which shift, and what has to be asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dentsync.transform.pay.facts import Absence, Answer, Clock, Doubt, Facts, Job, Shift
from dentsync.transform.pay.matching import absence_on, matches, planned
from dentsync.transform.pay.minutes import (
    Span,
    length,
    merged,
    minute_of,
    moment_of,
    within,
    without,
    without_middle,
)
from dentsync.transform.pay.questions import Asking, Kind, Question
from dentsync.transform.pay.terms import Terms


@dataclass(frozen=True, slots=True)
class Attendance:
    """One shift, from its planned or clocked start to its end, and what was worked of it.

    ``planned`` and ``worked`` are paid minutes, breaks taken out; ``gross`` is worked time with them. Where pauses were
    recorded, ``pause`` is what is to be taken out of it, else None. ``extra``: work that nobody planned and somebody
    approved as a shift.
    """

    job: Job
    span: Span
    planned: tuple[Span, ...] = ()
    gross: tuple[Span, ...] = ()
    worked: tuple[Span, ...] = ()
    pause: int | None = None
    extra: bool = False
    places: tuple[str, ...] = ()


def attendances(facts: Facts, terms: Terms, asking: Asking) -> list[Attendance]:
    """All shifts of all employees, in order; employees and jobs of ``facts`` are already those of the directory."""
    shifts = list(planned(facts, terms))
    matched: dict[Shift, list[Clock]] = {shift: [] for shift in shifts}
    found: list[Attendance] = []
    for clock, shift in matches(facts.clocks, shifts):
        if shift is not None:
            matched[shift].append(clock)
        else:
            found += _unplanned(clock, facts.absences, terms, asking)
    unknown = _unknown(facts.doubts, asking)
    for shift, clocks in matched.items():
        answer = unknown.get((shift.job.employee, terms.day(shift.job, minute_of(shift.start)))) if not clocks else None
        found.append(_unseen(shift, answer, terms) if answer else _attended(shift, clocks, terms, asking))
    return _paid_once(found, terms, asking)


def in_order(one: Attendance) -> tuple[tuple[Span, ...], Job, tuple[str, ...]]:
    """By when it was worked, or was to be."""
    return one.gross or (one.span,), one.job, one.places


# ── what is not known ─────────────────────────────────────────────────────────────────────────


def _unknown(doubts: Iterable[Doubt], asking: Asking) -> dict[tuple[str, date], Answer]:
    """Days of employees whose time is not known, and what is to become of their shifts: nothing until it is decided."""
    found: dict[tuple[str, date], Answer] = {}
    for doubt in sorted(set(doubts), key=lambda one: (one.employee, one.first, one.last, one.detail, one.place)):
        on = doubt.first if doubt.first == doubt.last else None
        question = Question(Kind(doubt.what), doubt.employee, on, doubt.detail, places=(doubt.place,))
        decision = asking.ask(question)
        if doubt.what == "not_known":
            days = range((doubt.last - doubt.first).days + 1)
            answer = decision.answer if decision else "nothing"
            keys = ((doubt.employee, doubt.first + timedelta(days=number)) for number in days)
            found |= {key: answer for key in keys if found.get(key) != "nothing"}
    return found


def _unseen(shift: Shift, answer: Answer, terms: Terms) -> Attendance:
    """A shift of which nobody can tell whether it was worked: one question for all of them has been asked."""
    plan = minute_of(shift.start), minute_of(shift.end)
    net = (*without_middle([plan], terms.break_of(shift.job, [plan])),)
    gross = (plan,) if answer == "as_planned" else ()
    return Attendance(shift.job, plan, net, gross, places=(*filter(None, [shift.place]),))


# ── what was worked ───────────────────────────────────────────────────────────────────────────


def _attended(shift: Shift, clocks: Sequence[Clock], terms: Terms, asking: Asking) -> Attendance:
    plan = minute_of(shift.start), minute_of(shift.end)
    net = (*without_middle([plan], terms.break_of(shift.job, [plan])),)
    places = tuple(filter(None, (shift.place, *(clock.place for clock in clocks))))
    attendance = Attendance(shift.job, plan, net, places=places)
    if not clocks:
        gross = _decided(_question(Kind.NO_CLOCK, shift.job, plan, terms, length(net), places), plan, asking, [])
        return replace(attendance, gross=(*gross,))
    times = [time for clock in clocks for time in _times(clock, plan, terms, asking)]
    gross = merged(_clipped(times, plan, shift.job, terms, asking))
    _ask_overlap(shift.job, length(set(times)) - length(merged(times)), plan, terms, asking, places)
    _remark_edges(shift.job, gross, plan, terms, asking)
    return replace(attendance, gross=(*gross,), pause=_pause(clocks, gross))


def _times(clock: Clock, plan: Span, terms: Terms, asking: Asking) -> list[Span]:
    """When somebody was there; a day that was not closed is asked about, never closed by the next one."""
    start = minute_of(clock.start)
    if clock.end is not None and minute_of(clock.end) - start <= terms.rules.longest_minutes:
        return [(start, minute_of(clock.end))]
    usual = [(start, plan[1])] if terms.rules.unclosed == "by_schedule" and start < plan[1] else []
    kind = Kind.UNCLOSED_DAY if plan[0] < plan[1] else Kind.UNCLOSED_EXTRA
    question = _question(kind, clock.job, (start, start), terms, length(usual), (clock.place,))
    return _decided(question, plan, asking, usual)


def _decided(question: Question, plan: Span, asking: Asking, usual: list[Span]) -> list[Span]:
    """The times that a decision gives, or the usual ones."""
    decision = asking.ask(question)
    match decision and decision.answer:
        case "as_planned":
            return [plan]
        case "nothing":
            return []
        case "times":
            assert decision is not None
            assert decision.start is not None
            assert decision.end is not None
            return [(minute_of(decision.start), minute_of(decision.end))]
    return usual


def _question(kind: Kind, job: Job, span: Span, terms: Terms, minutes: int, places: Iterable[str]) -> Question:
    zone = terms.rules.zone_of(job.branch)
    start, end = (moment_of(minute, zone) for minute in span)
    detail = f"{start:%H:%M}" if start == end else f"{start:%H:%M}-{end:%H:%M}"
    detail = " ".join(filter(None, (detail, job.position, job.branch)))
    return Question(kind, job.employee, start.date(), detail, minutes, places=tuple(filter(None, places)))


def _clipped(times: list[Span], plan: Span, job: Job, terms: Terms, asking: Asking) -> list[Span]:
    """Without what lies before the shift, where the rules say so."""
    early = length(within(merged(times), (0, plan[0])))
    if not early or not terms.rules.clip_early_start:
        return times
    asking.remark("early_start_clipped", job.employee, terms.day(job, plan[0]), f"{early}min")
    return [(max(start, plan[0]), end) for start, end in times if end > plan[0]]


def _remark_edges(job: Job, gross: Sequence[Span], plan: Span, terms: Terms, asking: Asking) -> None:
    if not gross:
        return
    day = terms.day(job, plan[0])
    if gross[0][0] > plan[0]:
        asking.remark("late", job.employee, day, f"{gross[0][0] - plan[0]}min")
    if gross[-1][1] < plan[1]:
        asking.remark("left_early", job.employee, day, f"{plan[1] - gross[-1][1]}min")


def _pause(clocks: Sequence[Clock], gross: Sequence[Span]) -> int | None:
    """Recorded pauses that the spans do not show; None where there were no pauses at all."""
    inside = sum(clock.pause_minutes for clock in clocks)
    return inside if inside or len(gross) > 1 else None


def _unplanned(clock: Clock, absences: Sequence[Absence], terms: Terms, asking: Asking) -> Iterator[Attendance]:
    """Work that stands in no plan: nothing until somebody says what it was."""
    start = minute_of(clock.start)
    times = _times(clock, (start, start), terms, asking)
    jobs = terms.staff.jobs(clock.job)
    if not times:
        return
    absent = absence_on(absences, clock.job.employee, terms.day(clock.job, start))
    kind = Kind.WORK_IN_ABSENCE if absent else Kind.UNSCHEDULED_WORK
    places = (clock.place, absent.place) if absent else (clock.place,)
    question = _question(kind, clock.job, times[0], terms, length(times), places)
    decision = asking.ask(question)
    if decision is None or decision.answer == "nothing":
        return
    if len(jobs) != 1:
        asking.ask(replace(question, kind=Kind.UNCLEAR_JOB))
        return
    yield Attendance(
        jobs[0],
        times[0],
        gross=(*times,),
        pause=_pause([clock], times),
        extra=decision.answer == "as_shift",
        places=tuple(filter(None, places)),
    )


# ── nobody is paid twice for a minute ─────────────────────────────────────────────────────────


def _paid_once(found: list[Attendance], terms: Terms, asking: Asking) -> list[Attendance]:
    """Each minute of an employee in the earlier of the shifts that it was recorded for; breaks taken out."""
    result: list[Attendance] = []
    taken: dict[str, list[Span]] = {}
    for one in sorted(found, key=lambda one: (one.job.employee, *in_order(one))):
        mine = taken.setdefault(one.job.employee, [])
        left = without(one.gross, mine)
        if twice := without(one.gross, left):  # the minutes themselves: of the shift as a whole it may be asked, too
            span = twice[0][0], twice[-1][1]
            _ask_overlap(one.job, length(twice), span, terms, asking, one.places)
        mine[:] = merged([*mine, *one.gross])
        pause = one.pause
        if pause is None or not terms.rules.breaks.pauses_replace:
            pause = (pause or 0) + terms.break_of(one.job, left)
        worked = (*without_middle(left, pause),)
        result.append(replace(one, planned=worked if one.extra else one.planned, gross=(*left,), worked=worked))
    return result


def _ask_overlap(job: Job, twice: int, span: Span, terms: Terms, asking: Asking, places: tuple[str, ...]) -> None:
    if twice:
        asking.ask(_question(Kind.OVERLAP, job, span, terms, twice, places))
