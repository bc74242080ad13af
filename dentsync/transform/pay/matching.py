"""The plan as it counts, and which worked time belongs to which of its shifts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from dentsync.transform.pay.facts import Absence, Clock, Facts, Job, Shift
from dentsync.transform.pay.minutes import minute_of
from dentsync.transform.pay.staff import fits
from dentsync.transform.pay.terms import Terms

EARLY = 4 * 60
"""A day that was not closed belongs to the shift before whose start it was opened by no more than this."""


def planned(facts: Facts, terms: Terms) -> Iterator[Shift]:
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


def matches(clocks: Iterable[Clock], shifts: Sequence[Shift]) -> list[tuple[Clock, Shift | None]]:
    """Each clock with its shift; the same time twice is one clock.

    What begins at the minute at which a clock of a shift ends goes on with that shift, and the other way round.
    """
    once = {_clock_order(one)[:-1]: one for one in sorted(clocks, key=_clock_order, reverse=True)}
    own: defaultdict[str, list[Shift]] = defaultdict(list)
    for one in shifts:
        own[one.job.employee].append(one)
    ordered = sorted(once.values(), key=_clock_order)
    found = [(clock, _shift_of(clock, own[clock.job.employee])) for clock in ordered]
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
