"""Worked minutes cut into pieces of one price each, and which of them are overtime."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from dentsync.transform.pay.attendance import Attendance, in_order
from dentsync.transform.pay.calendar import DAY, days
from dentsync.transform.pay.facts import Absence, Job, Rate
from dentsync.transform.pay.matching import absence_on
from dentsync.transform.pay.minutes import Span, cut_at_local_times, is_night, minute_of, moment_of, months_later
from dentsync.transform.pay.questions import Asking, Kind, Question
from dentsync.transform.pay.terms import Terms


@dataclass(frozen=True, slots=True)
class Piece:
    """Minutes of one job, one day, one rate: all or none of them at night, on a public holiday, overtime.

    ``start`` is local; ``shift_on`` is the day on which its shift begins; ``places``: where plan and clock stand.
    """

    job: Job
    on: date
    start: datetime
    minutes: int
    night: bool
    holiday: bool
    rate: Rate | None
    shift_on: date
    overtime: bool = False
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A shift, or all shifts of a job in a month or a period: its pieces in order, and how many minutes are norm."""

    pieces: tuple[Piece, ...]
    norm: int


def pieces_of(
    month: date, found: Sequence[Attendance], absences: Sequence[Absence], terms: Terms, asking: Asking
) -> list[Piece]:
    """What is paid by the minute in the month that begins on ``month``."""
    stretches = [_stretch(month, group, absences, terms) for group in _groups(found, terms)]
    paid = (piece for stretch in stretches for piece in _beyond(stretch, month, terms, asking))
    return [piece for piece in paid if _is_in(month, piece.on)]


def _is_in(month: date, day: date) -> bool:
    return (day.year, day.month) == (month.year, month.month)


def _groups(found: Sequence[Attendance], terms: Terms) -> list[list[Attendance]]:
    """What has a norm together: each shift, or each job's shifts."""
    if terms.rules.overtime.basis == "shift":
        return [[one] for one in found]
    ordered = sorted(found, key=lambda one: (one.job, in_order(one)))
    return [list(group) for _job, group in groupby(ordered, key=lambda one: one.job)]


def first_of_period(month: date, terms: Terms) -> date:
    """The first day from which overtime is counted. An accounting period is settled in its last month alone."""
    overtime = terms.rules.overtime
    settles = overtime.basis == "period" and month.month % overtime.months == 0
    return months_later(month, 1 - overtime.months) if settles else month


def _stretch(month: date, group: Sequence[Attendance], absences: Sequence[Absence], terms: Terms) -> _Stretch:
    overtime = terms.rules.overtime
    pieces = [piece for one in group for piece in cut(one, one.worked, terms)]
    plans = [piece for one in group for piece in cut(one, one.planned, terms)]
    if overtime.basis == "shift":
        return _Stretch((*pieces,), _planned_norm(plans, terms))
    first, end = first_of_period(month, terms), months_later(month, 1)
    pieces, plans = ([piece for piece in some if first <= piece.on < end] for some in (pieces, plans))
    if overtime.basis == "period" and month.month % overtime.months:
        return _Stretch((*pieces,), sum(piece.minutes for piece in pieces))
    if overtime.norm == "calendar":
        return _Stretch((*pieces,), calendar_norm(group[0].job, first, end, absences, terms))
    return _Stretch((*pieces,), _planned_norm(plans, terms))


def _planned_norm(plans: Sequence[Piece], terms: Terms) -> int:
    """Planned minutes, without those of public holidays; a five-day week's short day is no longer than it should be."""
    total = 0
    for day, planned in groupby(plans, key=lambda piece: piece.on):
        some = [piece for piece in planned if not piece.holiday]
        minutes = sum(piece.minutes for piece in some)
        week = some[0].rate.week_hours if some and some[0].rate else None
        if week and terms.calendar.is_short(day):
            minutes = min(minutes, terms.calendar.day_norm(day, week))
        total += minutes
    return total


def calendar_norm(job: Job, first: date, end: date, absences: Sequence[Absence], terms: Terms) -> int:
    """Minutes of the production calendar, without days of absence and days before the job began."""
    rate = terms.staff.rate(job, end - DAY)
    week = (rate and rate.week_hours) or terms.rules.norm_week
    since = max(first, terms.staff.first_day(job))
    present = (day for day in days(since, end) if not absence_on(absences, job.employee, day))
    return sum(terms.calendar.day_norm(day, week) for day in present if terms.calendar.is_working(day))


def cut(one: Attendance, spans: Iterable[Span], terms: Terms) -> list[Piece]:
    """Spans of a shift, cut where the price of a minute may change: at midnight, where the night begins and ends."""
    job, began = one.job, terms.day(one.job, one.span[0])
    rules = terms.rules
    night = rules.night_from, rules.night_to
    return [
        Piece(
            job=job,
            on=start.date(),
            start=start,
            minutes=b - a,
            night=is_night(start.time(), *night),
            holiday=terms.calendar.is_holiday(start.date()),
            rate=terms.staff.rate(job, start.date()),
            shift_on=began,
            places=one.places,
        )
        for span in spans
        for (a, b), start in cut_at_local_times(span, night, rules.zone_of(job.branch))
    ]


def _beyond(stretch: _Stretch, month: date, terms: Terms, asking: Asking) -> list[Piece]:
    """The pieces, those beyond the norm as overtime; overtime shorter than the threshold is left out.

    Minutes of a public holiday are paid double and count neither for the norm nor beyond it (art. 152).
    """
    result, left = [], stretch.norm
    for piece in stretch.pieces:
        if piece.holiday:
            result.append(piece)
            continue
        usual = min(max(left, 0), piece.minutes)
        left -= piece.minutes
        result += [part for part in split(piece, usual) if part.minutes]
    over = [piece for piece in result if piece.overtime]
    if 0 < -left < terms.rules.overtime.threshold:
        if _is_in(month, over[0].on):
            asking.remark("overtime_below_threshold", over[0].job.employee, over[0].on, f"{-left}min")
        return [piece for piece in result if not piece.overtime]
    if terms.rules.overtime.basis == "period":
        _ask_about_paid([piece for piece in over if piece.on < month], asking)
    return result


def _ask_about_paid(over: Sequence[Piece], asking: Asking) -> None:
    """Overtime of a period that lies in months paid already, as hours: what is missing is a correction's matter."""
    if over:
        job, minutes = over[0].job, sum(piece.minutes for piece in over)
        detail = " ".join(filter(None, (f"{minutes}min", job.position, job.branch)))
        asking.ask(Question(Kind.EARLIER_OVERTIME, job.employee, over[0].on, detail, minutes))


def split(piece: Piece, usual: int) -> tuple[Piece, Piece]:
    """The first minutes as they are, the others as overtime."""
    later = moment_of(minute_of(piece.start) + usual, piece.start.tzinfo)
    return replace(piece, minutes=usual), replace(piece, start=later, minutes=piece.minutes - usual, overtime=True)
