"""Who is counted for whom, and what a visit is worth."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dentsync.model import Status
from dentsync.transform.pay.facts import Decision, Facts
from dentsync.transform.pay.payroll import payroll
from dentsync.transform.pay.rules import Primary, Tier
from dentsync.transform.pay.visits import is_primary
from tests.pay.build import CALENDAR, MAY, RULES, at, booking, lines, month, open_kinds, patients, rate, rules


@pytest.mark.parametrize(
    ("booked", "came", "per_visit"),
    [
        (10, 5, 0),
        (10, 6, 50),
        (100, 69, 50),
        (10, 7, 100),
        (10, 8, 150),
        (10, 9, 200),
        (4, 4, 100),
        (5, 5, 200),
        (5, 0, 0),
    ],
)
def test_the_share_chooses_the_tier(booked: int, came: int, per_visit: int) -> None:
    (line,) = month(*patients("E1", booked, came)).pay("E1").lines
    assert (line.price, line.amount) == (per_visit, per_visit * came)


def test_a_tier_is_reached_by_the_exact_share_not_by_the_rounded_one() -> None:
    own = Primary(tiers=(Tier(Decimal(0), Decimal(10)), Tier(Decimal("66.67"), Decimal(20))))
    (line,) = month(*patients("E1", 30, 20), rules=rules(primary=own)).pay("E1").lines
    assert line.count is not None
    assert (line.count.percent, line.price) == (Decimal("66.67"), 10)


def test_nobody_booked_is_no_line() -> None:
    assert month().pays == ()


@pytest.mark.parametrize(
    ("visit", "previous", "gap", "expected"),
    [
        ("2026-05-06", None, 6, True),
        ("2026-05-06", "2025-11-06", 6, True),
        ("2026-05-06", "2025-11-07", 6, False),
        ("2026-02-28", "2025-08-31", 6, True),
        ("2026-02-27", "2025-08-31", 6, False),
        ("2026-05-06", "2020-01-01", None, False),
        ("2026-05-06", None, None, True),
        ("2026-05-06", "2025-11-06", 12, False),
    ],
)
def test_who_comes_back_after_half_a_year_is_primary_again(visit: str, previous: Any, gap: Any, expected: bool) -> None:
    before = date.fromisoformat(previous) if previous else None
    assert is_primary(date.fromisoformat(visit), before, gap) is expected


@pytest.mark.parametrize("excluded", ["cancelled_by_clinic", "test", "duplicate"])
def test_what_is_nobodys_fault_is_in_no_count(excluded: str) -> None:
    found = month(*patients("E1", 5, 5), booking("2026-05-06", status=Status.CANCELLED, card="X", excluded=excluded))
    assert lines(found) == [("primary", "1000.00")]


def test_a_patient_who_cancelled_was_booked_and_did_not_come() -> None:
    found = month(*patients("E1", 4, 4), booking("2026-05-06", status=Status.CANCELLED, card="X"))
    assert lines(found) == [("primary", "600.00")]


def test_a_visit_that_nobody_marked_is_asked_about_and_counts_for_nothing_until_then() -> None:
    found = month(*patients("E1", 5, 5), booking("2026-05-06", status=Status.CONFIRMED, card="X"))
    assert (lines(found), open_kinds(found)) == ([("primary", "1000.00")], ["open_visit"])
    decided = month(
        *patients("E1", 5, 5),
        booking("2026-05-06", status=Status.CONFIRMED, card="X"),
        decisions=(Decision(found.questions[0].id, "accept"),),
    )
    assert (lines(decided), decided.may_close) == ([("primary", "750.00")], True)


def test_a_visit_that_is_still_to_come_is_not_asked_about() -> None:
    facts = Facts(rates=(rate(),), bookings=(booking("2026-05-20", status=Status.CONFIRMED),))
    asked = {
        day: len(payroll(MAY, facts, [RULES], CALENDAR, until=at(f"2026-05-{day}T12:00")).questions)
        for day in (19, 20, 21)
    }
    assert asked == {19: 0, 20: 0, 21: 1}


def test_a_visit_of_somebody_who_is_not_on_the_payroll_is_not_asked_about() -> None:
    found = month(booking("2026-05-06", "Сайт", Status.CONFIRMED), rules=rules(ignored=("Сайт",)))
    assert found.may_close


def test_the_same_card_in_two_branches_is_two_patients() -> None:
    found = month(
        booking("2026-05-06", branch="A"), booking("2026-05-06", branch="B"), booking("2026-05-07", branch="B")
    )
    (count,) = found.pay("E1").counts
    assert count.came == ("A/1", "B/1")


def test_a_booking_without_an_author_is_asked_about() -> None:
    found = month(booking("2026-05-06", author=""))
    assert [(one.kind.value, one.cards) for one in found.questions] == [("no_author", ("1",))]


def test_a_patient_counts_once_in_each_journal() -> None:
    found = month(booking("2026-05-06"), booking("2026-05-20"), booking("2026-05-06", journal="waitlist"))
    assert lines(found) == [("primary", "100.00"), ("waitlist", "100.00")]


def test_the_evidence_is_card_numbers_in_order() -> None:
    found = month(
        *(booking("2026-05-06", card=card) for card in ("12", "101", "7")),
        booking("2026-05-07", status=Status.NO_SHOW, card="9"),
    )
    (count,) = found.pay("E1").counts
    assert (count.came, count.booked) == (("7", "12", "101"), ("7", "9", "12", "101"))
