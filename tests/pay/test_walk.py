"""Random months come out as they do by hand, minute by minute; and the laws that any pay has to keep."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dentsync.transform.pay.branches import branches_of, of_branch
from dentsync.transform.pay.facts import Absence, Clock, Facts, Job, Rate, Shift
from dentsync.transform.pay.payroll import Payroll, payroll
from dentsync.transform.pay.rules import Break, Overtime, Rules
from tests.pay.build import CALENDAR, RULES, ZONE
from tests.pay.walk import MINUTE, Walk

URAL = ZoneInfo("Asia/Yekaterinburg")
ZONES = {"A": ZONE, "B": URAL}
JOBS = [Job("E1", "администратор", "A"), Job("E1", "оператор", "B"), Job("E2", "оператор", "A")]
MONEY = st.integers(10000, 60000).map(lambda kopecks: Decimal(kopecks) / 100)
LENGTHS = st.sampled_from([240, 330, 360, 480, 540, 660, 720, 721, 960])
STARTS = st.sampled_from([0, 8, 9, 14, 16, 20, 22])


@st.composite
def rule_sets(draw: Any) -> Rules:
    basis = draw(st.sampled_from(["shift", "shift", "month", "period"]))
    return replace(
        RULES,
        zones={"B": URAL},
        breaks=Break(draw(st.sampled_from([60, 30, 0])), 360, draw(st.sampled_from([0, 30])), draw(st.booleans())),
        overtime=Overtime(
            basis, draw(st.sampled_from(["schedule", "calendar"])), 3, draw(st.sampled_from([0, 15, 40]))
        ),
        clip_early_start=draw(st.booleans()),
        unclosed=draw(st.sampled_from(["by_schedule", "nothing"])),
        night_from=draw(st.sampled_from([time(22), time(23, 30), time(0)])),
        night_surcharge=draw(st.sampled_from([Decimal("0.20"), Decimal("0.35")])),
    )


@st.composite
def rates(draw: Any, job: Job, month: date) -> list[Rate]:
    days = [date(2025, 1, 1), *draw(st.lists(st.integers(1, 27).map(lambda n: month + timedelta(days=n)), max_size=1))]
    rows = [
        Rate(job, day, draw(MONEY), draw(st.one_of(MONEY, MONEY, MONEY, st.none())),
             draw(st.sampled_from([None, 0, 45])), draw(st.sampled_from([None, None, 40])))
        for day in days
    ]  # fmt: skip
    ends = draw(st.sampled_from([None, None, None, days[-1] + timedelta(days=3)]))
    return [*rows[:-1], replace(rows[-1], until=ends)]


@st.composite
def attended(draw: Any, job: Job, month: date) -> tuple[list[Shift], list[Clock]]:
    """Shifts of one job on some days, and what was clocked of them."""
    shifts, clocks = [], []
    span = st.one_of(st.integers(-1, 31), st.integers(-62, 31))
    for number in sorted(draw(st.sets(span, max_size=7))):
        day = datetime.combine(month + timedelta(days=number), time(draw(STARTS)), ZONES[job.branch])
        shift = Shift(job, day, day + timedelta(minutes=draw(LENGTHS)))
        early, late = (timedelta(minutes=draw(st.sampled_from([0, 0, -50, 7, 10, 14, 15, 95]))) for _ in "ab")
        start, end = shift.start + early, shift.end + late
        half = start + (end - start) / 2
        match draw(
            st.sampled_from(["exact", "exact", "moved", "moved", "none", "open", "two", "pause", "extra", "twice"])
        ):
            case "exact":
                clocks.append(Clock(job, shift.start, shift.end))
            case "moved":
                clocks.append(Clock(job, start, end))
            case "open":
                clocks.append(Clock(job, start, None))
            case "two":
                clocks += [
                    Clock(job, start, half),
                    Clock(job, half + timedelta(minutes=25), end + timedelta(minutes=40)),
                ]
            case "pause":
                clocks.append(Clock(job, start, end, 20))
            case "twice":
                clocks += [Clock(job, start, end), Clock(job, half, end + timedelta(minutes=30))]
            case "extra":
                clocks.append(Clock(job, start, end))
                shift = replace(shift, end=shift.start + timedelta(minutes=1))
                shift = replace(shift, start=shift.start - timedelta(days=2), end=shift.end - timedelta(days=2))
        shifts.append(shift)
    return shifts, clocks


@st.composite
def months(draw: Any) -> tuple[date, Facts, Rules]:
    month = date(2026, draw(st.integers(1, 12)), 1)
    jobs = draw(st.lists(st.sampled_from(JOBS), min_size=1, max_size=3, unique=True))
    worked = [draw(attended(job, month)) for job in jobs]
    absent = draw(
        st.lists(
            st.tuples(st.sampled_from([job.employee for job in jobs]), st.integers(1, 28), st.integers(0, 3)),
            max_size=2,
        )
    )
    absences = [
        Absence(who, month.replace(day=n), month.replace(day=n) + timedelta(days=more)) for who, n, more in absent
    ]
    return (
        month,
        Facts(
            rates=tuple(row for job in jobs for row in draw(rates(job, month))),
            shifts=tuple(shift for shifts, _clocks in worked for shift in shifts),
            clocks=tuple(clock for _shifts, clocks in worked for clock in clocks),
            absences=tuple(absences),
        ),
        draw(rule_sets()),
    )


def computed(month: date, facts: Facts, rules: Rules) -> Payroll:
    return payroll(month, facts, [rules], CALENDAR)


def agree(month: date, facts: Facts, rules: Rules) -> None:
    found, walked = computed(month, facts, rules), Walk(month, facts, rules)
    amounts = {(x.employee, x.code, x.job, x.price): (x.quantity, x.amount) for pay in found.pays for x in pay.lines}
    assert amounts == walked.amounts
    asked = Counter(one.kind.value for one in found.questions if not one.kind.value.startswith("no_"))
    assert asked == {kind: count for kind, count in walked.asked.items() if kind != "no_clock"}
    assert sum(one.kind.value == "no_clock" for one in found.questions) == walked.asked["no_clock"]


QUICK = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LAWS = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(months())
def test_a_random_month_is_what_it_is_by_hand(given_month: tuple[date, Facts, Rules]) -> None:
    agree(*given_month)


@pytest.mark.slow
@LONG
@given(months())
def test_two_hundred_random_months_are_what_they_are_by_hand(given_month: tuple[date, Facts, Rules]) -> None:
    agree(*given_month)


FACTS = ("rates", "shifts", "clocks", "absences")


# ── laws ──────────────────────────────────────────────────────────────────────────────────────


@st.composite
def tidy_months(draw: Any) -> tuple[date, Facts, Rules]:
    """One job, no two shifts near each other, overtime at no less than the hour: nothing but the law is at stake."""
    month, job, own = date(2026, draw(st.sampled_from([1, 3, 5, 12])), 1), JOBS[0], draw(rule_sets())
    hour = draw(MONEY)
    shifts, clocks = [], []
    for number in sorted(draw(st.sets(st.integers(0, 14), min_size=1, max_size=6))):
        start = datetime.combine(month + timedelta(days=2 * number), time(draw(STARTS)), ZONE)
        shift = Shift(job, start, start + timedelta(minutes=draw(LENGTHS)))
        moved = [timedelta(minutes=draw(st.integers(-60, 60))) for _ in "ab"]
        shifts.append(shift)
        clocks.append(Clock(job, shift.start + moved[0], shift.end + moved[1], draw(st.sampled_from([0, 0, 15]))))
    facts = Facts((Rate(job, date(2025, 1, 1), hour, hour * draw(st.integers(1, 3))),), (*shifts,), (*clocks,))
    return month, facts, own


def money(found: Payroll) -> list[tuple[Any, ...]]:
    return [(line.code, line.job, line.price, line.quantity, line.amount) for pay in found.pays for line in pay.lines]


@QUICK
@given(months(), st.randoms())
def test_the_order_of_the_facts_changes_nothing(one: tuple[date, Facts, Rules], chance: Any) -> None:
    month, facts, own = one
    mixed = {name: chance.sample(some, len(some)) for name, some in ((n, getattr(facts, n)) for n in FACTS)}
    other = computed(month, replace(facts, **{name: tuple(some) for name, some in mixed.items()}), own)
    assert other == computed(month, facts, own)


@LAWS
@given(tidy_months(), st.data())
def test_splitting_a_shift_at_any_minute_changes_nothing(one: tuple[date, Facts, Rules], data: Any) -> None:
    month, facts, own = one
    number = data.draw(st.integers(0, len(facts.shifts) - 1))
    shift, clock = facts.shifts[number], facts.clocks[number]
    assert clock.end is not None
    planned = shift.start + timedelta(minutes=data.draw(st.integers(1, 239)))
    worked = clock.start + timedelta(minutes=data.draw(st.integers(1, int((clock.end - clock.start) / MINUTE) - 1)))
    shifts = [*facts.shifts, replace(shift, end=planned), replace(shift, start=planned)]
    clocks = [*facts.clocks, replace(clock, end=worked), replace(clock, start=worked, pause_minutes=0)]
    shifts.remove(shift)
    clocks.remove(clock)
    split = replace(facts, shifts=tuple(shifts), clocks=tuple(clocks))
    assert money(computed(month, split, own)) == money(computed(month, facts, own))


@LAWS
@given(tidy_months(), st.integers(1, 12))
def test_one_shift_more_never_lowers_pay(one: tuple[date, Facts, Rules], hours: int) -> None:
    month, facts, own = one
    without = replace(facts, shifts=facts.shifts[1:], clocks=facts.clocks[1:])
    shift = replace(facts.shifts[0], end=facts.shifts[0].start + timedelta(hours=hours))
    more = replace(
        without, shifts=(shift, *without.shifts), clocks=(Clock(shift.job, shift.start, shift.end), *without.clocks)
    )
    assert (computed(month, more, own).total or 0) >= (computed(month, without, own).total or 0)


@QUICK
@given(months())
def test_the_sum_of_the_lines_is_the_total_and_every_minute_stands_in_one_line(one: tuple[date, Facts, Rules]) -> None:
    found = computed(*one)
    for pay in found.pays:
        paid = [line for line in pay.lines if line.code in ("hours", "overtime")]
        assert sum(line.quantity for line in paid) == pay.minutes()
        assert all(line.quantity == sum(piece.minutes for piece in line.pieces) for line in pay.lines)
        if pay.total is not None:
            assert pay.total == sum(line.amount or 0 for line in pay.lines)
    if found.total is not None:
        assert found.total == sum(pay.total or 0 for pay in found.pays)


@QUICK
@given(months())
def test_the_branches_of_a_month_add_up_to_it(one: tuple[date, Facts, Rules]) -> None:
    found = computed(*one)
    parts = [of_branch(found, name) for name in branches_of(found)]
    assert sum(part.total or 0 for part in parts) == (found.total or sum(part.total or 0 for part in parts))
    assert sum(len(pay.lines) for part in parts for pay in part.pays) == sum(len(pay.lines) for pay in found.pays)
