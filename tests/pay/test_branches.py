"""A branch of a month: its parts add up to the whole, and nobody closes or mails a part."""

import json
from dataclasses import replace
from datetime import date

import pytest

from dentsync.model import Status
from dentsync.transform.pay.branches import branches_of, of_branch
from dentsync.transform.pay.lines import Line
from dentsync.transform.pay.payroll import Payroll
from tests.pay.build import JOB, booking, clock, month, rate, shift
from tests.pay.test_command import PAYROLL, PLAN, RATES, TIME, Desk, desk

__all__ = ["desk"]
SOUTH = replace(JOB, branch="Юг")


def both() -> Payroll:
    """One employee in two branches: 9 of 10 patients came of A, 5 of 8 of the south: 14 of 18 are 77 %, 100 each."""
    patients = [
        booking("2026-05-15", status=Status.COMPLETED if n < came else Status.NO_SHOW, card=str(n), branch=branch)
        for branch, booked, came in (("A", 10, 9), ("Юг", 8, 5))
        for n in range(booked)
    ]
    rates = rate(), rate("300.00", job=SOUTH)
    worked = shift("2026-05-04"), clock("2026-05-04"), shift("2026-05-05", job=SOUTH), clock("2026-05-05", job=SOUTH)
    return month(*rates, *worked, *patients)


def test_the_branches_of_a_month_add_up_to_it() -> None:
    found = both()
    parts = [of_branch(found, name) for name in branches_of(found)]
    assert branches_of(found) == ("A", "Юг")
    assert [[(line.code, str(line.amount)) for line in part.pays[0].lines] for part in parts] == [
        [("hours", "2750.00"), ("primary", "900.00")],
        [("hours", "3300.00"), ("primary", "500.00")],
    ]
    assert sum(part.total or 0 for part in parts) == found.total


def test_a_tier_is_chosen_by_the_patients_of_all_branches_and_says_so() -> None:
    line = of_branch(both(), "юг").pays[0].lines[-1]
    assert (line.quantity, str(line.price), line.rule) == (5, "100", "primary.tiers, 14/18")
    assert line.count is not None
    assert str(line.count.percent) == "62.50"  # by itself 50 a patient


def test_what_names_no_branch_is_of_the_clinics_own() -> None:
    found = month(rate(job=replace(JOB, branch="")), booking("2026-05-15"), shift("2026-05-04"), clock("2026-05-04"))
    found = replace(found, pays=tuple(replace(pay, lines=tuple(map(_unbranched, pay.lines))) for pay in found.pays))
    assert branches_of(found, "Центр") == ("Центр",)
    assert of_branch(found, "центр", "Центр").total == found.total
    assert of_branch(found, "центр").total == 0


def _unbranched(line: Line) -> Line:
    return replace(line, job=line.job and replace(line.job, branch=""))


def test_questions_of_others_are_left_out_and_those_of_strangers_are_not() -> None:
    other = replace(JOB, employee="E2", branch="Юг")
    facts = rate(), rate(job=other), shift("2026-05-04"), shift("2026-05-05", job=other)
    found = month(*facts, shift("2026-05-06", job=replace(JOB, employee="Кто-то")))
    assert [one.employee for one in of_branch(found, "A").questions] == ["E1", "Кто-то"]


@pytest.fixture
def branched(desk: Desk) -> Desk:
    """Anna works in two branches, Ivan in the south."""
    header, anna, ivan = RATES
    rates = [
        header,
        [*anna[:2], "Центр", *anna[3:]],
        [*anna[:2], "Юг", anna[3], 300, 400],
        [*ivan[:2], "Юг", *ivan[3:]],
    ]
    plan = [["Сотрудник", "Филиал", "Дата", "Начало", "Конец"]]
    plan += [[PLAN[2][0], branch, date(2026, 10, day), "8:00", "20:00"] for branch, day in (("Центр", 1), ("Юг", 2))]
    plan += [[PLAN[3][0], "Юг", date(2026, 10, 6), "9:00", "18:00"]]
    desk.write(PAYROLL, rates, plan, [TIME[0], TIME[1], TIME[2], TIME[-1]])
    return desk


def test_the_screen_shows_a_branch_and_what_is_elsewhere(branched: Desk) -> None:
    code, out, _err = branched.say("--branch", "центр")
    assert code == 0
    assert out.splitlines()[2:] == [
        "Котова Анна Ильинич…  11:00   1:30      —      —      —     —    —     3 275.00",
        "total                                                                  3 275.00",
        "",
        "Котова Анна Ильинична: 3 275.00 of 6 575.00, the rest is of other branches or of none",
        "branch центр: 3 275.00 of 8 335.00; questions in all 0; a month is closed and mailed whole",
    ]
    found = json.loads(branched.say("--branch", "Юг", "--json")[1])
    assert (found["branch"], found["total"], found["whole_total"]) == ("Юг", "5060.00", "8335.00")


def test_an_amount_of_a_branch_is_explained(branched: Desk) -> None:
    code, out, _err = branched.say("explain", "--employee", PLAN[2][0], "--branch", "Юг")
    assert (code, out.splitlines()[0]) == (0, "Котова Анна Ильинична: 3 300.00")
    assert "hours 3 300.00 = 660 min × 300.00 / 60" in out


def test_a_branch_that_is_none_and_a_part_that_would_be_mailed_are_refused(branched: Desk) -> None:
    code, _out, err = branched.say("--branch", "Север")
    assert (code, err.count("\n")) == (2, 1)
    assert "there are: Центр, Юг" in err
    for more in (("--email",), ("--out", "book.xlsx")):
        code, _out, err = branched.say("--branch", "Юг", *more)
        assert (code, "the workbook and the letter are of the whole month" in err) == (2, True)
