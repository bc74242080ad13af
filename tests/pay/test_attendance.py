"""Which minutes are paid: breaks, pauses, early starts, and which shift worked time belongs to."""

from dataclasses import replace

import pytest

from dentsync.model import Status
from dentsync.transform.pay.facts import Job
from dentsync.transform.pay.staff import are_alike
from tests.pay.build import JOB, booking, clock, month, open_kinds, rate, shift

DAY = "2026-05-06"
OPERATOR = replace(JOB, position="оператор")


@pytest.mark.parametrize(("end", "minutes"), [("13:59", 359), ("14:00", 300), ("20:00", 660)])
def test_a_shift_of_six_hours_has_its_break(end: str, minutes: int) -> None:
    assert month(shift(DAY, end=end), clock(DAY, end=end)).pay("E1").minutes() == minutes


@pytest.mark.parametrize(
    ("start", "end", "minutes"), [("16:00", "04:00+1", 720), ("15:59", "04:00+1", 661), ("20:00", "08:00+1", 720)]
)
def test_a_shift_half_of_which_is_night_has_no_break(start: str, end: str, minutes: int) -> None:
    assert month(shift(DAY, start, end), clock(DAY, start, end)).pay("E1").minutes() == minutes


@pytest.mark.parametrize(("own", "minutes"), [(0, 720), (30, 690), (None, 660)])
def test_a_break_of_ones_own_goes_before_the_rules(own: int | None, minutes: int) -> None:
    assert month(rate(break_minutes=own), shift(DAY), clock(DAY)).pay("E1").minutes() == minutes


def test_a_break_is_taken_out_of_the_middle() -> None:
    day = month(
        rate(break_minutes=60), shift("2026-05-04", "14:00", "01:00+1"), clock("2026-05-04", "14:00", "01:00+1")
    )
    assert [(piece.on.day, piece.minutes) for piece in day.pay("E1").pieces] == [(4, 300), (4, 120), (4, 120), (5, 60)]


def test_time_belongs_to_the_shift_with_the_nearest_start() -> None:
    rows = [rate(), rate("220", job=OPERATOR)]
    plan = [shift(DAY, "08:00", "14:00"), shift(DAY, "14:00", "20:00", OPERATOR)]
    found = month(*rows, *plan, clock(DAY, "08:00", "13:00", Job("E1")), clock(DAY, "13:30", "20:00", Job("E1")))
    assert {line.job.position: line.quantity for line in found.pay("E1").lines if line.job} == {
        "администратор": 300,
        "оператор": 300,
    }
    assert found.may_close


@pytest.mark.parametrize(("start", "kinds"), [("07:35", ["unclosed_day"]), ("03:00", ["no_clock", "unclosed_extra"])])
def test_a_day_that_was_not_closed_belongs_to_the_shift_that_follows_soon(start: str, kinds: list[str]) -> None:
    found = month(shift(DAY), clock(DAY, start, None))
    assert open_kinds(found) == kinds
    assert found.pay("E1").minutes() == (660 if len(kinds) == 1 else 0)


def test_what_touches_the_time_of_a_shift_goes_on_with_it() -> None:
    parts = [clock(DAY, "07:00", "07:40"), clock(DAY, "07:40", "20:00"), clock(DAY, "20:00", "20:30")]
    found = month(shift(DAY), *parts)
    assert (found.pay("E1").minutes(), found.may_close) == (690, True)
    assert [remark.text for remark in found.pay("E1").remarks] == ["early_start_clipped:2026-05-06:60min"]


def test_holiday_minutes_count_for_no_norm() -> None:
    found = month(shift("2026-05-09", "20:00", "08:00+1"), clock("2026-05-09", "20:00", "09:00+1"))
    assert found.pay("E1").minutes(lambda piece: piece.overtime) == 60


def test_seconds_are_dropped_at_both_ends() -> None:
    late = clock(DAY, "08:00:59", "20:00:59")
    assert month(shift(DAY), late).pay("E1").minutes() == 660


def test_a_rate_of_somebody_new_is_no_change_of_rate() -> None:
    found = month(rate(since=DAY), shift(DAY), clock(DAY))
    assert found.pay("E1").remarks == ()


def test_who_booked_last_is_credited_where_nobody_came() -> None:
    rows = [rate(job=Job("A")), rate(job=Job("B"))]
    found = month(*rows, booking("2026-05-05", "A", Status.NO_SHOW), booking("2026-05-12", "B", Status.NO_SHOW))
    assert [pay.employee for pay in found.pays] == ["B"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Котова А. И.", "Котова Анна Ильинична", True),
        ("Анна Котова", "Котова Анна", True),
        ("Котова Анна", "Котова Алла", False),
        ("А. К.", "Котова Анна", False),
        ("Котова А. П.", "Котова Анна Ильинична", False),
        ("Котова", "Котова Анна", True),
        ("Носов Иван", "Котова Анна", False),
    ],
)
def test_names_are_alike_by_a_whole_word_and_initials(one: str, other: str, expected: bool) -> None:
    assert are_alike(one, other) is expected


def test_namesakes_with_codes_of_their_own_are_asked_about_by_name() -> None:
    rows = [rate(job=replace(JOB, employee=code), name="Котова Анна") for code in ("7", "8")]
    found = month(
        *rows, shift(DAY, job=replace(JOB, employee="Котова Анна")), shift(DAY, job=replace(JOB, employee="8"))
    )
    assert [(one.kind.value, one.candidates) for one in found.questions if one.candidates] == [
        ("named_two_ways", ("7", "8"))
    ]
