"""A month of pay: facts and rules in, lines with their evidence and open questions out. Nothing else is asked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from dentsync.transform.pay.attendance import Attendance, attendances
from dentsync.transform.pay.calendar import Calendar
from dentsync.transform.pay.facts import Decision, Facts, Job
from dentsync.transform.pay.lines import CODES, Line, correction_line, time_lines, visit_line
from dentsync.transform.pay.minutes import months_later
from dentsync.transform.pay.pieces import Piece, pieces_of
from dentsync.transform.pay.questions import Asking, Kind, Question, Remark
from dentsync.transform.pay.rules import Rules, rules_of
from dentsync.transform.pay.staff import Staff
from dentsync.transform.pay.terms import Terms
from dentsync.transform.pay.visits import Count, counts
from dentsync.transform.pay.whose import identified, relevant


@dataclass(frozen=True, slots=True)
class Pay:
    """One employee's month. ``total`` is None while a line has no price."""

    employee: str
    name: str = field(repr=False)
    lines: tuple[Line, ...]
    pieces: tuple[Piece, ...] = field(default=(), repr=False)
    counts: tuple[Count, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def total(self) -> Decimal | None:
        return _sum(line.amount for line in self.lines)

    def minutes(self, which: Callable[[Piece], bool] = lambda _piece: True) -> int:
        """Minutes of the pieces that are asked for."""
        return sum(piece.minutes for piece in self.pieces if which(piece))


@dataclass(frozen=True, slots=True)
class Payroll:
    """A month of everybody. It may be closed when no question is open.

    ``facts`` are those that it was computed from, with employees and jobs of the directory.
    """

    month: date
    pays: tuple[Pay, ...]
    terms: Terms = field(repr=False, compare=False)
    facts: Facts = field(repr=False, compare=False)
    questions: tuple[Question, ...] = ()
    answered: tuple[Question, ...] = ()
    unused: tuple[Decision, ...] = ()

    @property
    def rules(self) -> Rules:
        return self.terms.rules

    @property
    def total(self) -> Decimal | None:
        return _sum(pay.total for pay in self.pays)

    @property
    def may_close(self) -> bool:
        return not self.questions

    def pay(self, employee: str) -> Pay:
        """Of one employee; KeyError for somebody who is not in it."""
        return {pay.employee: pay for pay in self.pays}[employee]


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if None in known else sum((one for one in known if one is not None), Decimal("0.00"))


def payroll(
    month: date, facts: Facts, sets: Iterable[Rules], calendar: Calendar, until: datetime | None = None
) -> Payroll:
    """The pay of the month that begins on ``month``.

    ``facts`` hold the month with its corrections, the shifts that reach into it, and where overtime is counted by the
    period all of that, with the decisions about it.
    ``until``: shifts that begin later are still to come. Raises NoRules, and UnknownYear of the calendar.
    """
    rules = rules_of(month, sets)
    calendar.year(month)  # also where no rule asks for its days off: half a calendar would go unnoticed
    terms = Terms(rules, Staff(facts.rates), calendar)
    asking = Asking(facts.decisions)
    known = identified(relevant(month, facts, terms, until), terms, asking)
    found = attendances(known, terms, asking)
    pieces = pieces_of(month, found, known.absences, terms, asking)
    _ask_for_rates(pieces, asking)
    counted = [count for count in counts(month, known.bookings, rules, asking) if count.employee]
    _remark(month, known, found, counted, terms, asking)
    lines = [*time_lines(pieces, rules), *(visit_line(count, rules) for count in counted)]
    lines += map(correction_line, known.corrections)
    ordered = sorted(lines, key=_line_order)
    return Payroll(
        month=month,
        terms=terms,
        facts=known,
        pays=tuple(
            _pay(employee, name, ordered, pieces, counted, asking)
            for employee, name in _paid(month, ordered, found, terms)
        ),
        questions=tuple(sorted(asking.open.values(), key=lambda one: one.id)),
        answered=tuple(sorted(asking.answered.values(), key=lambda one: one.id)),
        unused=asking.unused,
    )


def _paid(month: date, lines: Sequence[Line], found: Sequence[Attendance], terms: Terms) -> list[tuple[str, str]]:
    """Everybody who has a line or a shift in the month, with the name of the directory."""
    ids = {line.employee for line in lines}
    ids |= {one.job.employee for one in found if terms.day(one.job, one.span[1] - 1) >= month}
    return sorted(((one, terms.staff.names.get(one, one)) for one in ids), key=lambda pair: (pair[1], pair[0]))


def _pay(
    employee: str, name: str, lines: Sequence[Line], pieces: Sequence[Piece], counted: Sequence[Count], asking: Asking
) -> Pay:
    remarks = (one for one in asking.remarks if one.employee == employee)
    return Pay(
        employee=employee,
        name=name,
        lines=tuple(line for line in lines if line.employee == employee),
        pieces=tuple(sorted((p for p in pieces if p.job.employee == employee), key=lambda p: (p.start, p.job))),
        counts=tuple(count for count in counted if count.employee == employee),
        remarks=tuple(sorted(remarks, key=lambda one: (one.on or date.min, one.what, one.detail))),
    )


def _line_order(line: Line) -> tuple[str, int, Job, Decimal, str]:
    return line.employee, CODES.index(line.code), line.job or Job(""), line.price or Decimal(0), line.rule


# ── what is worth asking, and a look ──────────────────────────────────────────────────────────


def _ask_for_rates(pieces: Sequence[Piece], asking: Asking) -> None:
    """A price that is missing is never zero."""
    missing: dict[tuple[Kind, Job], int] = {}
    for piece in pieces:
        if piece.rate is None:
            missing[Kind.NO_RATE, piece.job] = missing.get((Kind.NO_RATE, piece.job), 0) + piece.minutes
        elif piece.overtime and piece.rate.overtime_hour is None:
            key = Kind.NO_OVERTIME_RATE, piece.job
            missing[key] = missing.get(key, 0) + piece.minutes
    for (kind, job), minutes in missing.items():
        asking.ask(Question(kind, job.employee, None, " ".join(filter(None, (job.position, job.branch))), minutes))


def _remark(
    month: date, facts: Facts, found: Sequence[Attendance], counted: Sequence[Count], terms: Terms, asking: Asking
) -> None:
    end = months_later(month, 1)
    for rate in facts.rates:
        if month < rate.since < end and any(one.since < rate.since and one.job == rate.job for one in facts.rates):
            asking.remark("rate_change", rate.job.employee, rate.since)
    for one in facts.absences:
        asking.remark(one.kind or "absent", one.employee, None, f"{one.first}..{one.last}")
    for attendance in found:
        start, stop = attendance.span
        first, last = terms.day(attendance.job, start), terms.day(attendance.job, stop - 1)
        if first < month <= last or first < end <= last:
            asking.remark("month_boundary", attendance.job.employee, first)
    for count in counted:
        if count.journal == "primary" and len(count.booked) < terms.rules.primary.small_booked:
            asking.remark("small_n", count.employee)
