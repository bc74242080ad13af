"""The worked month and the cases of tests/cases/payroll.json, to the kopeck."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dentsync.model import Status
from dentsync.transform.pay.facts import Absence, Booking, Clock, Facts, Job, Rate, Shift
from dentsync.transform.pay.lines import greatest_cut, pay_of
from dentsync.transform.pay.payroll import Payroll, payroll
from dentsync.transform.pay.rules import Break, Primary
from tests.pay.build import (
    CALENDAR,
    JOB,
    MAY,
    RULES,
    at,
    booking,
    clock,
    lines,
    month,
    open_kinds,
    patients,
    rate,
    rules,
    shift,
)

BOOK = json.loads((Path(__file__).parents[1] / "cases" / "payroll.json").read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in BOOK["cases"]}
STAFF = {employee["id"]: employee for employee in BOOK["month"]["employees"]}


def given(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return CASES[name]["input"], CASES[name]["expected"]


# ── the worked month ──────────────────────────────────────────────────────────────────────────


def facts_of(employee: dict[str, Any]) -> Facts:
    job = Job(employee["id"], employee["position"], employee["branch"])
    exceptions = {one["date"]: one for one in employee["clock_exceptions"]}
    absences = tuple(
        Absence(job.employee, date.fromisoformat(one["from"]), date.fromisoformat(one["to"]), one["kind"])
        for one in employee.get("absences", ())
    )
    shifts = [Shift(job, at(f"{s['date']}T{s['start']}"), at(f"{s['date']}T{s['end']}")) for s in employee["schedule"]]
    clocks = []
    for planned in employee["schedule"]:
        day = date.fromisoformat(planned["date"])
        if any(one.first <= day <= one.last for one in absences):
            continue
        times = {"in": planned["start"], "out": planned["end"]} | exceptions.get(planned["date"], {})
        end = at(f"{planned['date']}T{times['out']}") if times["out"] else None
        clocks.append(Clock(job, at(f"{planned['date']}T{times['in']}"), end))
    rates = (
        Rate(job, date.fromisoformat(one["from"]), Decimal(one["hour"]), Decimal(one["overtime_hour"]),
             employee.get("break_min"), name=employee["name"])
        for one in employee["rates"]
    )  # fmt: skip
    bookings = (
        one
        for journal in ("primary", "waitlist")
        for one in patients(job.employee, employee[journal]["booked"], employee[journal]["visited"], journal)  # type: ignore[arg-type]
    )
    return Facts((*rates,), (*shifts,), (*clocks,), absences, (*bookings,))


def worked_month() -> Payroll:
    every = [facts_of(employee) for employee in STAFF.values()]
    names = ("rates", "shifts", "clocks", "absences", "bookings")
    whole = Facts(**{name: tuple(one for facts in every for one in getattr(facts, name)) for name in names})
    return payroll(MAY, whole, [RULES], CALENDAR)


@pytest.mark.parametrize("employee", STAFF)
def test_every_line_of_the_worked_month_is_right_to_the_kopeck(employee: str) -> None:
    expected = BOOK["month"]["expected"][employee]
    pay = worked_month().pay(employee)
    assert [(line.code, str(line.amount)) for line in pay.lines] == [
        (one["code"], one["amount"]) for one in expected["lines"]
    ]
    assert str(pay.total) == expected["total"]
    found = {
        "normal_minutes": pay.minutes(lambda piece: not piece.overtime),
        "overtime_minutes": pay.minutes(lambda piece: piece.overtime),
        "night_minutes": pay.minutes(lambda piece: piece.night),
        "holiday_minutes": pay.minutes(lambda piece: piece.holiday),
    }
    assert found == {name: expected[name] for name in found}
    for line, wanted in zip(pay.lines, expected["lines"], strict=True):
        assert line.price == Decimal(wanted.get("rate", wanted.get("per_visit", line.price)))
        assert line.count is None or str(line.count.percent) == wanted.get("percent", str(line.count.percent))


def test_the_worked_month_adds_up_and_flags_what_it_should() -> None:
    found = worked_month()
    expected = BOOK["month"]["expected"]
    assert str(found.total) == expected["grand_total"]
    for employee in STAFF:
        flags = {remark.text for remark in found.pay(employee).remarks}
        flags |= {f"{one.kind}:{one.on}" for one in found.questions if one.employee == employee}
        assert flags == set(expected[employee]["flags"])


def test_the_norm_of_the_month_is_the_production_calendars() -> None:
    check = BOOK["month"]["calendar_check"]
    first, end = MAY, date(2026, 6, 1)
    every = [first + timedelta(days=number) for number in range((end - first).days)]
    assert CALENDAR.norm(first, end) == int(check["norm_hours_40h"]) * 60
    assert sum(map(CALENDAR.is_working, every)) == check["working_days_40h"]
    assert [str(day) for day in every if CALENDAR.is_short(day)] == check["short_days"]
    assert [str(day) for day in every if CALENDAR.is_holiday(day)] == check["holidays"]
    off = [
        str(day) for day in every if not CALENDAR.is_working(day) and day.weekday() < 5 and not CALENDAR.is_holiday(day)
    ]
    assert off == check["transferred_off"]


# ── the cases ─────────────────────────────────────────────────────────────────────────────────


def test_c01_minutes_become_kopecks_once() -> None:
    asked, expected = given("C01")
    assert str(pay_of(asked["minutes"], Decimal(asked["hour_rate"]))) == expected["amount"]


@pytest.mark.parametrize(
    ("policy", "key"), [("by_schedule", "pay_by_schedule_and_flag"), ("nothing", "zero_until_confirmed")]
)
def test_c06_an_unclosed_day_is_paid_as_the_rules_say_and_blocks_closing(policy: Any, key: str) -> None:
    asked, expected = given("C06")
    found = month(
        shift(*asked["schedule"]), clock(asked["schedule"][0], asked["clock"]["in"], None), rules=rules(unclosed=policy)
    )
    assert found.pay("E1").minutes() == expected[key]["minutes"]
    assert str(found.total) == expected[key]["amount"]
    assert open_kinds(found) == [expected[key]["flag"]]
    assert found.may_close is not expected[key]["blocks_closing"]


def test_c08_a_night_shift_into_a_public_holiday() -> None:
    asked, expected = given("C08")
    start, end = map(at, asked["shift"])
    found = month(Shift(JOB, start, end), Clock(JOB, start, end), rate(asked["hour"], break_minutes=asked["break_min"]))
    pay = found.pay("E1")
    assert pay.minutes() == expected["minutes"]
    assert pay.minutes(lambda piece: piece.holiday) == expected["holiday"]
    assert pay.minutes(lambda piece: piece.night) == expected["night"]
    assert dict(lines(found)) == {name: expected[name] for name in ("hours", "holiday_extra", "night_extra")}
    assert str(found.total) == expected["total"]


def test_c09_a_rate_changes_at_midnight_inside_a_shift() -> None:
    asked, expected = given("C09")
    start, end = map(at, asked["shift"])
    rows = [rate(hour, since=since) for since, hour in asked["rates"]]
    found = month(Shift(JOB, start, end), Clock(JOB, start, end), *rows, rules=rules(night_surcharge=Decimal(0)))
    parts = [
        [str(line.price), line.quantity, str(line.amount)] for line in found.pay("E1").lines if line.code == "hours"
    ]
    assert parts == expected["parts"]
    assert str(found.total) == expected["total"]


def test_c10_an_hour_in_two_positions_is_paid_once() -> None:
    asked, expected = given("C10")
    jobs = {name: Job("E1", asked[name]["position"], "A") for name in "AB"}
    facts = []
    for name, job in jobs.items():
        times = asked[name]["in"], asked[name]["out"]
        facts += [shift("2026-05-06", *times, job), clock("2026-05-06", *times, job)]
        facts += [rate(asked[name]["hour"], job=job, break_minutes=asked[name]["break_min"])]
    found = month(*facts)
    amounts = {line.job: str(line.amount) for line in found.pay("E1").lines}
    assert amounts == {jobs[name]: expected[name] for name in "AB"}
    assert str(found.total) == expected["total"]
    assert [f"{one.kind}:{one.minutes}min" for one in found.questions] == [expected["flag"]]


def test_c14_a_visit_counts_in_its_own_month() -> None:
    asked, expected = given("C14")
    one = replace(booking(asked["visit"]), booked_at=at(f"{asked['booked_at']}T12:00"))
    for name, wanted in expected["month_by_visit_date"].items():
        counted = [count for pay in month(one, of=date.fromisoformat(f"{name}-01")).pays for count in pay.counts]
        assert [sum(len(count.booked) for count in counted), sum(len(count.came) for count in counted)] == wanted


def bookings_of(rows: list[list[str]]) -> list[Booking]:
    words = {"no_show": Status.NO_SHOW, "visited": Status.COMPLETED}
    return [booking(day, author, words[status]) for day, author, status in rows]


def credited(found: Payroll) -> dict[str, list[int]]:
    return {count.employee: [len(count.booked), len(count.came)] for pay in found.pays for count in pay.counts}


AB = [rate(job=Job("A")), rate(job=Job("B"))]


@pytest.mark.parametrize("credit", ["fulfilled_booking", "first_booker"])
def test_c15_a_patient_of_several_authors_counts_once(credit: Any) -> None:
    asked, expected = given("C15")
    found = month(*AB, *bookings_of(asked["bookings"]), rules=rules(primary=Primary(credit=credit)))
    assert credited(found) == {name: counts for name, counts in expected[credit].items() if counts != [0, 0]}
    assert RULES.primary.credit == expected["rule"]


def test_c16_no_shows_of_one_patient_are_one_patient() -> None:
    asked, expected = given("C16")
    assert credited(month(*AB, *bookings_of(asked["bookings"]))) == {"A": expected["A"]}


def test_c22_pauses_that_were_pressed_replace_the_automatic_break() -> None:
    asked, expected = given("C22")
    clocks = [clock("2026-05-06", *times) for times in asked["intervals"]]
    found = month(shift("2026-05-06"), *clocks)
    assert found.pay("E1").minutes() == expected["minutes"]
    assert str(found.total) == expected["amount"]


def test_c23_the_waiting_list_pays_for_who_came_and_waits_for_who_will() -> None:
    asked, expected = given("C23")
    words = {
        "rescheduled": Status.RESCHEDULED,
        "visited": Status.COMPLETED,
        "future": Status.BOOKED,
        "no_show": Status.NO_SHOW,
    }
    rows = [booking(day, status=words[status], card=card, journal="waitlist") for card, day, status in asked["items"]]
    found = month(*rows)
    assert [len(count.came) for count in found.pay("E1").counts] == [expected["visited"]]
    assert str(found.total) == expected["amount"]
    june = month(*rows, of=date(2026, 6, 1))
    assert [card for one in june.questions for card in one.cards] == expected["pending"]


@pytest.mark.parametrize(("name", "stack"), [("stack", True), ("no_stack", False)])
def test_c24_a_primary_patient_of_the_waiting_list_is_paid_for_once_or_twice(name: str, stack: bool) -> None:
    asked, expected = given("C24")
    own = rules(
        stack=stack,
        primary=Primary(small_per_visit=Decimal(asked["tier_per_visit"])),
        waitlist_per_visit=Decimal(asked["waitlist_per_visit"]),
    )
    found = month(booking("2026-05-06"), booking("2026-05-06", journal="waitlist"), rules=own)
    assert str(found.total) == expected[name]["amount"]
    assert RULES.stack


def test_c25_a_missing_rate_is_no_zero() -> None:
    _asked, expected = given("C25")
    found = month(shift("2026-05-06"), clock("2026-05-06"), rate(since="2026-06-01"))
    assert [line.amount for line in found.pay("E1").lines] == [expected["amount"]]
    assert (found.total, open_kinds(found)) == (None, [expected["error"]])


def test_c27_a_cut_is_never_more_than_a_fifth() -> None:
    asked, expected = given("C27")
    assert str(greatest_cut(Decimal(asked["month_pay"]))) == expected["max_cut"]


def test_c28_a_shift_that_nobody_clocked() -> None:
    asked, expected = given("C28")
    found = month(shift(*asked["schedule"]))
    assert (found.pay("E1").minutes(), str(found.total)) == (expected["minutes"], expected["amount"])
    assert (open_kinds(found), found.may_close) == ([expected["flag"]], not expected["blocks_closing"])


def test_c29_a_clock_without_a_shift() -> None:
    asked, expected = given("C29")
    start, end = map(at, asked["clock"])
    found = month(Clock(JOB, start, end))
    assert found.pays == ()
    assert [(one.kind.value, one.minutes) for one in found.questions] == [
        (expected["flag"], expected["pending_minutes"])
    ]


def test_c30_the_day_before_a_holiday_is_an_hour_shorter_for_a_five_day_week() -> None:
    asked, expected = given("C30")
    five_days = rate(week_hours=40, break_minutes=asked["break_min"])
    found = month(five_days, shift(asked["date"], *asked["scheduled"]), clock(asked["date"], *asked["scheduled"]))
    pay = found.pay("E1")
    assert pay.minutes(lambda piece: not piece.overtime) == expected["norm_min"]
    assert pay.minutes(lambda piece: piece.overtime) == expected["if_worked_480"]["overtime_min"]


def test_every_case_has_its_test() -> None:
    tested = {name.split("_")[1].upper() for name in globals() if name.startswith("test_c")}
    assert tested == set(CASES)


def test_breaks_of_the_cases_are_the_usual_ones() -> None:
    policy = BOOK["policies"]["default"]["break"]
    expected = Break(policy["auto_unpaid_min"], policy["if_elapsed_at_least_min"], policy["night_shift_break_min"])
    assert RULES.breaks == expected
