"""What the facts leave open is asked, blocks closing, and is answered by a decision."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dentsync.transform.pay.facts import Absence, Clock, Decision, Job, Shift
from dentsync.transform.pay.payroll import Payroll
from dentsync.transform.pay.questions import ANSWERS, Kind
from dentsync.transform.pay.rules import Overtime
from tests.pay.build import JOB, at, booking, clock, lines, month, open_kinds, rate, rules, shift

DAY = "2026-05-06"


def decided(*facts: Any, answer: Any, question: int = 0, **given: Any) -> Payroll:
    """The same month once its question is answered."""
    more = {name: given.pop(name) for name in ("start", "end", "employee") if name in given}
    asked = month(*facts, **given).questions[question]
    return month(*facts, decisions=(Decision(asked.id, answer, **more),), **given)


def test_every_kind_of_question_says_how_it_may_be_answered() -> None:
    assert set(ANSWERS) == set(Kind)


@pytest.mark.parametrize(("answer", "minutes"), [("as_planned", 660), ("nothing", 0), ("times", 240)])
@pytest.mark.parametrize("clocks", [[], [clock(DAY, "08:00", None)]])
def test_a_shift_without_an_end_is_paid_as_somebody_decides(clocks: list[Clock], answer: Any, minutes: int) -> None:
    found = decided(shift(DAY), *clocks, answer=answer, start=at(f"{DAY}T09:00"), end=at(f"{DAY}T13:00"))
    assert found.pay("E1").minutes() == minutes
    assert found.may_close
    assert len(found.answered) == 1


def test_an_unclosed_day_is_never_closed_by_the_next_ones_start() -> None:
    found = month(shift(DAY), clock(DAY, "08:00", None), shift("2026-05-07"), clock("2026-05-07"))
    assert found.pay("E1").minutes() == 2 * 660
    assert open_kinds(found) == ["unclosed_day"]


def test_a_day_that_was_not_closed_and_was_not_planned_needs_its_times() -> None:
    facts = [clock(DAY, "10:00", None)]
    assert open_kinds(month(*facts)) == ["unclosed_extra"]
    assert not decided(*facts, answer="as_planned").may_close
    timed = decided(*facts, answer="times", start=at(f"{DAY}T10:00"), end=at(f"{DAY}T14:00"))
    assert [(one.kind.value, one.minutes) for one in timed.questions] == [("unscheduled_work", 240)]


def test_decisions_that_contradict_each_other_decide_nothing() -> None:
    asked = month(shift(DAY)).questions[0].id
    both = (Decision(asked, "as_planned"), Decision(asked, "nothing"))
    found = month(shift(DAY), decisions=both)
    assert (found.may_close, found.unused) == (False, both)
    assert month(shift(DAY), decisions=(both[0], both[0])).may_close


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-05-06T20:00", "2026-05-06T08:00"),
        ("2026-05-06T08:00", "2026-05-08T09:00"),
        ("2025-05-06T08:00", "2025-05-06T20:00"),
    ],
)
def test_times_that_cannot_be_of_this_shift_decide_nothing(start: str, end: str) -> None:
    assert not decided(shift(DAY), answer="times", start=at(start), end=at(end)).may_close


def test_somebody_can_only_be_somebody_of_the_directory() -> None:
    facts = [rate(name="Котова Анна"), shift(DAY, job=replace(JOB, employee="Некто"))]
    assert not decided(*facts, answer="same", employee="Никто").may_close
    assert open_kinds(decided(*facts, answer="same", employee="котова анна")) == ["no_clock"]


def test_a_shift_that_ends_at_midnight_is_none_of_the_next_month() -> None:
    last = shift("2026-04-30", "14:00", "00:00+1")
    assert month(last).questions == ()
    assert open_kinds(month(last, of=date(2026, 4, 1))) == ["no_clock"]


def test_a_job_without_a_rate_is_asked_about_whatever_its_norm_is() -> None:
    other = replace(JOB, branch="B")
    own = rules(overtime=Overtime("month", "calendar"))
    assert open_kinds(month(shift(DAY, job=other), clock(DAY, job=other), rules=own)) == ["no_rate"]


def test_a_day_that_lasted_longer_than_a_day_counts_as_unclosed() -> None:
    found = month(shift(DAY), clock(DAY, "08:00", "20:00+1"))
    assert (found.pay("E1").minutes(), open_kinds(found)) == (660, ["unclosed_day"])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("as_shift", [("hours", "1000.00")]), ("as_overtime", [("overtime", "1400.00")]), ("nothing", [])],
)
def test_unplanned_work_is_a_shift_or_overtime_or_a_mistake(answer: Any, expected: list[tuple[str, str]]) -> None:
    found = decided(clock(DAY, "10:00", "14:00"), answer=answer)
    assert (lines(found), found.may_close) == (expected, True)


def test_unplanned_work_in_two_positions_says_so() -> None:
    rows = [rate(), rate(job=replace(JOB, position="оператор"))]
    found = decided(*rows, clock(DAY, "10:00", "14:00", Job("E1")), answer="as_shift")
    assert open_kinds(found) == ["unclear_job"]


def test_work_during_an_absence_is_asked_about_and_the_plan_is_not_missed() -> None:
    sick = Absence("E1", date(2026, 5, 5), date(2026, 5, 7), "sick", "list, row 3")
    found = month(shift(DAY), clock(DAY), absences=(sick,))
    assert [(one.kind.value, one.places[-1]) for one in found.questions] == [("work_in_absence", "list, row 3")]
    assert month(shift(DAY), absences=(sick,)).may_close


def test_a_decision_about_other_facts_answers_nothing() -> None:
    asked = month(clock(DAY, "10:00", "14:00")).questions[0]
    decision = Decision(asked.id, "as_shift")
    found = month(clock(DAY, "10:00", "18:00"), decisions=(decision,))
    assert (open_kinds(found), found.unused) == (["unscheduled_work"], (decision,))


@pytest.mark.parametrize("decision", [{"answer": "accept"}, {"answer": "times"}])
def test_a_decision_that_does_not_fit_leaves_the_question_open(decision: dict[str, Any]) -> None:
    asked = month(shift(DAY)).questions[0]
    found = month(shift(DAY), decisions=(Decision(asked.id, **decision),))
    assert not found.may_close
    assert [one.question for one in found.unused] == [asked.id]


def test_an_overlap_can_be_accepted() -> None:
    other = replace(JOB, position="оператор")
    rows = [rate(), rate("220", job=other)]
    facts = [*rows, shift(DAY), clock(DAY), shift(DAY, "19:00", "22:00", other), clock(DAY, "19:00", "22:00", other)]
    assert open_kinds(month(*facts)) == ["overlap"]
    assert decided(*facts, answer="accept").may_close


def test_a_shift_clocked_twice_and_beside_another_one_is_two_questions() -> None:
    other = replace(JOB, position="оператор")
    rows = [rate(), rate("220", job=other)]
    early = [shift(DAY, "06:00", "09:00", other), clock(DAY, "06:00", "09:00", other)]
    twice = [shift(DAY, "08:00", "12:00"), clock(DAY, "08:00", "12:00"), clock(DAY, "08:00", "08:31")]
    found = month(*rows, *early, *twice)
    assert open_kinds(found) == ["overlap", "overlap"]
    assert sorted(one.minutes for one in found.questions) == [31, 60]


def test_the_same_record_twice_is_one() -> None:
    again = replace(clock(DAY), place="another file")
    found = month(shift(DAY), clock(DAY), again)
    assert (found.pay("E1").minutes(), found.may_close) == (660, True)


def test_somebody_unknown_is_asked_about_and_can_be_said_to_be_known() -> None:
    stranger = Job("Новый Сотрудник", JOB.position, JOB.branch)
    facts = [rate(name="Котова Анна Ильинична"), shift(DAY, job=stranger), clock(DAY, job=stranger)]
    assert open_kinds(month(*facts)) == ["unknown_employee"]
    assert decided(*facts, answer="same", employee="E1").pay("E1").minutes() == 660
    assert decided(*facts, answer="ignore").pays == ()


@pytest.mark.parametrize("name", ["Котова А. И.", "Анна Котова", "КОТОВА АННА", "Котова А.И"])
def test_somebody_named_in_another_way_is_asked_about_with_whom_it_may_be(name: str) -> None:
    facts = [rate(name="Котова Анна Ильинична"), shift(DAY, job=replace(JOB, employee=name))]
    asked = month(*facts).questions
    assert [(one.kind.value, one.candidates) for one in asked] == [("named_two_ways", ("E1",))]


@pytest.mark.parametrize("name", ["КОТОВА  анна ильинична", "e1", "E1"])
def test_letter_case_and_spaces_make_nobody_another(name: str) -> None:
    facts = [rate(name="Котова Анна Ильинична"), shift(DAY, job=replace(JOB, employee=name)), clock(DAY)]
    assert month(*facts).may_close


def test_a_shift_without_a_position_is_clear_where_there_is_one_job() -> None:
    bare = Job("E1")
    assert month(shift(DAY, job=bare), clock(DAY, job=bare)).total == Decimal("2750.00")
    two = [rate(), rate("220", job=replace(JOB, position="оператор"))]
    assert open_kinds(month(*two, shift(DAY, job=bare))) == ["unclear_job"]


def test_overtime_without_a_price_has_no_amount() -> None:
    found = month(rate(overtime=None), shift(DAY), clock(DAY, end="21:00"))
    assert (lines(found), open_kinds(found)) == ([("hours", "2750.00"), ("overtime", "None")], ["no_overtime_rate"])


def test_evidence_names_plan_clock_and_rate() -> None:
    (line,) = month(rate(place="rates, C2"), shift(DAY), clock(DAY)).pay("E1").lines
    assert {place for piece in line.pieces for place in piece.places} == {
        "plan E1 2026-05-06 08:00",
        "clock E1 2026-05-06 08:00",
    }
    assert [row.place for row in line.rates] == ["rates, C2"]


def test_shifts_that_are_still_to_come_are_not_missed() -> None:
    from dentsync.transform.pay.facts import Facts
    from dentsync.transform.pay.payroll import payroll
    from tests.pay.build import CALENDAR, MAY, RULES

    facts = Facts(rates=(rate(),), shifts=(shift("2026-05-06"), shift("2026-05-20")), clocks=(clock("2026-05-06"),))
    assert payroll(MAY, facts, [RULES], CALENDAR, until=at("2026-05-10T00:00")).may_close
    assert not payroll(MAY, facts, [RULES], CALENDAR).may_close


# ── overtime by another basis ─────────────────────────────────────────────────────────────────


def late_and_long() -> list[Any]:
    """One day 90 minutes longer, another 40 shorter."""
    return [shift("2026-05-06"), clock("2026-05-06", end="21:30"), shift("2026-05-20"), clock("2026-05-20", "08:40")]


@pytest.mark.parametrize(("basis", "overtime"), [("shift", 90), ("month", 50)])
def test_a_month_sets_off_what_a_shift_does_not(basis: Any, overtime: int) -> None:
    found = month(*late_and_long(), rules=rules(overtime=Overtime(basis)))
    assert found.pay("E1").minutes(lambda piece: piece.overtime) == overtime


def overtime_of(number: int, *facts: Any) -> int:
    """Minutes of overtime paid in a month, where a quarter is the accounting period."""
    found = month(*facts, rules=rules(overtime=Overtime("period")), of=date(2026, number, 1))
    return sum(pay.minutes(lambda piece: piece.overtime) for pay in found.pays)


def test_overtime_of_a_quarter_is_paid_once_in_its_last_month() -> None:
    april = [shift("2026-04-06"), clock("2026-04-06", end="22:00")]
    june = [shift("2026-06-08"), clock("2026-06-08", end="21:00")]
    assert [overtime_of(number, *april, *june) for number in (4, 5, 6, 7)] == [0, 0, 180, 0]


def test_a_month_of_a_quarter_asks_about_itself_alone() -> None:
    missed = shift("2026-04-06")
    own = rules(overtime=Overtime("period"))
    assert [len(month(missed, rules=own, of=date(2026, number, 1)).questions) for number in (4, 5)] == [1, 0]


def test_overtime_of_a_quarter_that_was_paid_as_hours_is_asked_about() -> None:
    april = [shift("2026-04-06"), clock("2026-04-06", end="22:00")]
    found = month(*april, rules=rules(overtime=Overtime("period")), of=date(2026, 6, 1))
    assert [(one.kind.value, one.minutes) for one in found.questions] == [("earlier_overtime", 120)]


def test_the_norm_of_the_calendar_shrinks_by_absence() -> None:
    own = rules(overtime=Overtime("month", "calendar"))
    days = [f"2026-05-{number:02}" for number in range(12, 30)]
    worked = [one for day in days for one in (shift(day), clock(day))]
    sick = Absence("E1", date(2026, 5, 4), date(2026, 5, 8))
    alone = month(*worked, rules=own).pay("E1").minutes(lambda piece: piece.overtime)
    with_absence = month(*worked, rules=own, absences=(sick,)).pay("E1").minutes(lambda piece: piece.overtime)
    assert (alone, with_absence - alone) == (len(days) * 660 - 151 * 60, 39 * 60)


def test_a_branch_in_another_zone_has_its_own_midnight() -> None:
    zone = ZoneInfo("Asia/Vladivostok")
    job = replace(JOB, branch="V")
    start, end = at("2026-05-06T08:00").replace(tzinfo=zone), at("2026-05-06T23:00").replace(tzinfo=zone)
    found = month(rate(job=job), Shift(job, start, end), Clock(job, start, end), rules=rules(zones={"V": zone}))
    assert found.pay("E1").minutes(lambda piece: piece.night) == 60


def test_bookings_of_the_ignored_are_nobodys_but_still_decide_who_is_credited() -> None:
    from dentsync.model import Status

    facts = [booking("2026-05-05", "E1", Status.NO_SHOW), booking("2026-05-12", "Сайт")]
    found = month(*facts, rules=rules(ignored=("Сайт",)))
    assert (found.pays, found.may_close) == ((), True)
