"""Rules with dates, calendars with years, corrections, and the Labour Code beside it all."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from dentsync.transform.pay.calendar import Calendar, UnknownYear, Year, published
from dentsync.transform.pay.facts import Correction, Facts
from dentsync.transform.pay.labour_code import leasts
from dentsync.transform.pay.lines import pay_of
from dentsync.transform.pay.payroll import payroll
from dentsync.transform.pay.rules import rules_of
from dentsync.transform.pay.staff import Staff
from tests.pay.build import CALENDAR, JOB, MAY, RULES, clock, lines, month, rate, rules, shift
from tests.pay.test_cases import worked_month

DAY = "2026-05-06"


def test_a_month_has_the_rules_that_were_in_force_on_its_first() -> None:
    later = replace(RULES, since=MAY, night_surcharge=Decimal("0.40"))
    assert [rules_of(day, [later, RULES]) for day in (date(2026, 4, 1), MAY)] == [RULES, later]
    with pytest.raises(ValueError, match="no rules"):
        rules_of(date(2019, 12, 1), [RULES])


@pytest.mark.parametrize(("year", "hours"), [(2024, 1979), (2025, 1972), (2026, 1972), (2027, 1972)])
def test_a_year_has_the_hours_that_the_government_published(year: int, hours: int) -> None:
    assert CALENDAR.norm(date(year, 1, 1), date(year + 1, 1, 1)) == hours * 60


def test_a_working_saturday_is_as_short_as_the_day_it_was_exchanged_for() -> None:
    assert (CALENDAR.is_working(date(2025, 11, 1)), CALENDAR.is_short(date(2025, 11, 1))) == (True, True)
    assert CALENDAR.is_short(date(2024, 4, 27)) is False


def test_a_transferred_day_off_is_no_public_holiday() -> None:
    assert not CALENDAR.is_holiday(date(2026, 5, 11))
    assert lines(month(shift("2026-05-11"), clock("2026-05-11"))) == [("hours", "2750.00")]


def test_a_night_into_a_year_that_is_not_published_yet_is_no_obstacle() -> None:
    later = Calendar({2044: Year(frozenset())})
    facts = Facts(rates=(rate(),), shifts=(shift("2044-12-31", "20:00", "08:00+1"),))
    assert payroll(date(2044, 12, 1), facts, [RULES], later).questions
    with pytest.raises(UnknownYear):
        payroll(date(2045, 1, 1), facts, [RULES], later)


def test_a_year_without_transfers_is_refused_unless_somebody_writes_it_down() -> None:
    with pytest.raises(UnknownYear):
        published(2045)
    with pytest.raises(UnknownYear):
        month(shift("2045-05-06"), clock("2045-05-06"), of=date(2045, 5, 1))
    own = Calendar({2045: Year(frozenset({date(2045, 5, 9)}))})
    facts = Facts(rates=(rate(),), shifts=(shift("2045-05-09"),), clocks=(clock("2045-05-09"),))
    assert lines(payroll(date(2045, 5, 1), facts, [RULES], own)) == [("hours", "2750.00"), ("holiday_extra", "2750.00")]


@pytest.mark.parametrize(
    ("minutes", "price", "expected"),
    [(1, "0.30", "0.01"), (1, "0.29", "0.00"), (36003, "0.25", "150.01"), (1, "9000.90", "150.02"), (0, "250", "0.00")],
)
def test_half_a_kopeck_goes_up_and_nothing_is_binary(minutes: int, price: str, expected: str) -> None:
    assert str(pay_of(minutes, Decimal(price))) == expected


def test_a_line_is_rounded_once_not_once_a_shift() -> None:
    days = ["2026-05-05", "2026-05-06", "2026-05-07"]
    found = month(*(one for day in days for one in (shift(day, "08:00", "08:20"), clock(day, "08:00", "08:20"))))
    assert lines(found) == [("hours", "250.00")]
    assert 3 * pay_of(20, Decimal(250)) == Decimal("249.99")


def test_a_change_of_another_price_divides_no_line() -> None:
    rows = [rate(), rate(overtime="400.00", since="2026-05-06")]
    found = month(*rows, shift("2026-05-05"), clock("2026-05-05"), shift(DAY), clock(DAY))
    (line,) = found.pay("E1").lines
    assert (line.quantity, len(line.rates)) == (1320, 2)


def test_a_rate_for_the_branch_goes_before_one_for_everywhere() -> None:
    rows = [rate("300.00", job=replace(JOB, branch="")), rate("250.00")]
    staff = Staff((*rows,))
    assert [staff.rate(replace(JOB, branch=branch), MAY) for branch in "AB"] == [rows[1], rows[0]]


@pytest.mark.parametrize(("multiplier", "expected"), [("2", "2750.00"), ("3", "5500.00")])
def test_the_multiplier_of_a_holiday_is_a_setting(multiplier: str, expected: str) -> None:
    found = month(shift("2026-05-09"), clock("2026-05-09"), rules=rules(holiday_multiplier=Decimal(multiplier)))
    assert dict(lines(found))["holiday_extra"] == expected


def test_hours_of_a_holiday_are_paid_double_and_are_no_overtime() -> None:
    found = month(shift("2026-05-09"), clock("2026-05-09", end="22:00"))
    assert [(line.code, line.quantity) for line in found.pay("E1").lines] == [("hours", 780), ("holiday_extra", 780)]


@pytest.mark.parametrize(("first", "minutes"), [(time(22), 60), (time(20), 180), (time(0), 0)])
def test_the_night_begins_when_the_rules_say(first: time, minutes: int) -> None:
    found = month(shift(DAY, "14:00", "23:00"), clock(DAY, "14:00", "23:00"), rules=rules(night_from=first))
    assert found.pay("E1").minutes(lambda piece: piece.night) == minutes


@pytest.mark.parametrize(("clip", "minutes"), [(True, 660), (False, 710)])
def test_coming_early_counts_only_where_the_rules_say(clip: bool, minutes: int) -> None:
    assert month(shift(DAY), clock(DAY, "07:10"), rules=rules(clip_early_start=clip)).pay("E1").minutes() == minutes


@pytest.mark.parametrize(("end", "overtime"), [("20:14", 0), ("20:15", 15)])
def test_the_threshold_is_reached_by_its_own_minute(end: str, overtime: int) -> None:
    assert month(shift(DAY), clock(DAY, end=end)).pay("E1").minutes(lambda piece: piece.overtime) == overtime


def test_pauses_whose_place_is_not_known_replace_the_break() -> None:
    assert month(shift(DAY), clock(DAY, pause=20)).pay("E1").minutes() == 700


def test_a_correction_is_a_line_of_its_own() -> None:
    late = Correction("E1", Decimal("-120.50"), "2026-04, version 2", "decisions, row 3")
    found = month(shift(DAY), clock(DAY), corrections=(late,))
    assert lines(found) == [("hours", "2750.00"), ("correction", "-120.50")]
    assert str(found.total) == "2629.50"


def test_the_labour_codes_least_leaves_public_holidays_out() -> None:
    found = worked_month()
    pay = found.pay("E3")
    assert {one.worked for one in leasts(found, pay)} == {pay.minutes(lambda piece: not piece.holiday)}
    assert pay.minutes(lambda piece: piece.holiday)


@pytest.mark.parametrize(("reading", "short"), [("period", "3308.33"), ("shift", "1704.17")])
def test_the_labour_codes_least_is_shown_beside_the_rules(reading: Any, short: str) -> None:
    month_ = worked_month()
    found = [one for one in leasts(month_, month_.pay("E1")) if one.reading == reading]
    assert [str(one.short) for one in found if not one.with_bonuses] == [short]
    assert [one.short > Decimal(short) for one in found if one.with_bonuses] == [True]
