"""Planned shifts beside worked time: what was worked of which shift, and what has to be asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dentsync.transform.pay.calendar import Calendar
from dentsync.transform.pay.facts import Absence, Clock, Facts, Job, Shift
from dentsync.transform.pay.minutes import (
    Span,
    cut_at_local_times,
    is_night,
    length,
    merged,
    minute_of,
    moment_of,
    within,
    without,
    without_middle,
)
from dentsync.transform.pay.questions import Asking, Kind, Question
from dentsync.transform.pay.rules import Rules
from dentsync.transform.pay.staff import Staff, fits

EARLY = 4 * 60
"""A day that was not closed belongs to the shift before whose start it was opened by no more than this."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms work is paid."""

    rules: Rules
    staff: Staff
    calendar: Calendar

    def break_of(self, job: Job, gross: Sequence[Span]) -> int:
        """Minutes of the automatic break of these minutes."""
        rate = self.staff.rate(job, self.day(job, gross[0][0])) if gross else None
        own = rate.break_minutes if rate else None
        breaks = self.rules.breaks
        night = self._is_night(job, gross)
        if not night and length(gross) < breaks.at_least:
            return 0
        usual = breaks.night_minutes if night else breaks.minutes
        return min(usual if own is None else own, length(gross))

    def day(self, job: Job, minute: int) -> date:
        """The day of the branch that a minute belongs to."""
        return moment_of(minute, self.rules.zone_of(job.branch)).date()

    def _is_night(self, job: Job, gross: Sequence[Span]) -> bool:
        rules = self.rules
        pieces = (
            piece
            for span in gross
            for piece in cut_at_local_times(span, (rules.night_from, rules.night_to), rules.zone_of(job.branch))
        )
        night = [span for span, start in pieces if is_night(start.time(), rules.night_from, rules.night_to)]
        return 0 < length(gross) <= 2 * length(night)


@dataclass(frozen=True, slots=True)
class Attendance:
    """One shift, from its planned or clocked start to its end, and what was worked of it.

    ``planned`` and ``worked`` are paid minutes, breaks taken out.

    ``gross`` is worked time with its breaks; where pauses were recorded, ``pause`` is what is to be taken out of
    it, else None. ``extra``: work that nobody planned and somebody approved as a shift.
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
    shifts = list(_planned(facts, terms))
    clocks = list(
        {_clock_order(one)[:-1]: one for one in sorted(facts.clocks, key=_clock_order, reverse=True)}.values()
    )
    matched: dict[Shift, list[Clock]] = {shift: [] for shift in shifts}
    found: list[Attendance] = []
    for clock, shift in _matches(clocks[::-1], shifts):
        if shift is not None:
            matched[shift].append(clock)
        else:
            found += _unplanned(clock, facts.absences, terms, asking)
    found += [_attended(shift, clocks, terms, asking) for shift, clocks in matched.items()]
    return _paid_once(found, terms, asking)


def in_order(one: Attendance) -> tuple[tuple[Span, ...], Job, tuple[str, ...]]:
    """By when it was worked, or was to be."""
    return one.gross or (one.span,), one.job, one.places


# ── the plan ──────────────────────────────────────────────────────────────────────────────────


def _planned(facts: Facts, terms: Terms) -> Iterator[Shift]:
    """Shifts without those of absent people; shifts of a job that touch are one."""
    last: Shift | None = None
    for shift in sorted(set(facts.shifts), key=lambda one: (one.job, one.start, one.end, one.place)):
        if absence_on(facts.absences, shift.job.employee, terms.day(shift.job, minute_of(shift.start))):
            continue
        if last and (last.job, last.start, last.end) == (shift.job, shift.start, shift.end):
            continue
        if last and last.job == shift.job and last.end == shift.start:
            last = replace(last, end=shift.end, place="; ".join(filter(None, (last.place, shift.place))))
            continue
        if last:
            yield last
        last = shift
    if last:
        yield last


def absence_on(absences: Iterable[Absence], employee: str, day: date) -> Absence | None:
    """The absence of this employee that covers a day."""
    return next((one for one in absences if one.employee == employee and one.first <= day <= one.last), None)


def _matches(clocks: Sequence[Clock], shifts: Sequence[Shift]) -> list[tuple[Clock, Shift | None]]:
    """Each clock with its shift. What begins at the minute at which a clock of a shift ends goes on with that shift."""
    found = [(clock, _shift_of(clock, shifts)) for clock in clocks]
    for way in (1, -1):
        touched: dict[tuple[Job, int], Shift] = {}
        for number, (clock, shift) in list(enumerate(found))[::way]:
            begin, end = (clock.start, clock.end or clock.start)[::way]
            shift = shift or touched.get((clock.job, minute_of(begin)))
            found[number] = clock, shift
            if shift is not None and clock.end is not None:
                touched[clock.job, minute_of(end)] = shift
    return found


def _shift_of(clock: Clock, shifts: Iterable[Shift]) -> Shift | None:
    """The shift with the nearest start among those that the clock overlaps."""
    fitting = [shift for shift in shifts if fits(clock.job, shift.job) and _meet(clock, shift)]
    return min(fitting, key=lambda shift: (abs(shift.start - clock.start), shift.start, shift.job), default=None)


def _meet(clock: Clock, shift: Shift) -> bool:
    start, first, last = minute_of(clock.start), minute_of(shift.start), minute_of(shift.end)
    if clock.end is None:
        return first - EARLY <= start < last
    return start < last and first < minute_of(clock.end)


def _clock_order(clock: Clock) -> tuple[Job, int, int, int, str]:
    end = minute_of(clock.end) if clock.end else 0
    return clock.job, minute_of(clock.start), end, clock.pause_minutes, clock.place


# ── what was worked ───────────────────────────────────────────────────────────────────────────


def _attended(shift: Shift, clocks: Sequence[Clock], terms: Terms, asking: Asking) -> Attendance:
    plan = minute_of(shift.start), minute_of(shift.end)
    planned = (*without_middle([plan], terms.break_of(shift.job, [plan])),)
    places = tuple(filter(None, (shift.place, *(clock.place for clock in clocks))))
    attendance = Attendance(shift.job, plan, planned, places=places)
    if not clocks:
        gross = _decided(_question(Kind.NO_CLOCK, shift.job, plan, terms, length(planned), places), plan, asking, [])
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
    question = _question(Kind.UNCLOSED_DAY, clock.job, (start, start), terms, length(usual), (clock.place,))
    return _decided(question, plan, asking, usual)


def _decided(question: Question, plan: Span, asking: Asking, usual: list[Span]) -> list[Span]:
    """The times that a decision gives, or the usual ones."""
    decision = asking.ask(question)
    match decision and decision.answer:
        case "as_planned":
            return [plan] if plan[0] < plan[1] else []
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
        if one.gross:
            _ask_overlap(one.job, length(one.gross) - length(left), one.gross[0], terms, asking, one.places)
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
