from datetime import timedelta

import pytest

from dentsync.model import FileRules, Limit, Operation, SafetyRules, StageRef
from dentsync.transform.safety import age_refusal, plan_refusals, size_refusal
from tests.builders import NOW, ORIGIN, move


def updates(count: int) -> list[Operation]:
    return [Operation("update", "contact", f"patient/main/{n}", ORIGIN, "contact") for n in range(count)]


def test_a_share_is_compared_exactly() -> None:
    rules = SafetyRules(free=0, updates=Limit(percent=30))
    assert plan_refusals(updates(300), {"contact": 1000}, rules) == ()
    assert len(plan_refusals(updates(301), {"contact": 1000}, rules)) == 1


def test_a_small_clinic_is_not_refused_for_its_share() -> None:
    assert plan_refusals(updates(50), {"contact": 50}, SafetyRules()) == ()
    assert plan_refusals(updates(51), {"contact": 51}, SafetyRules())


def test_a_guard_that_has_nothing_to_compare_with_trips() -> None:
    assert plan_refusals(updates(51), {}, SafetyRules())


def test_lost_deals_have_a_limit_of_their_own() -> None:
    moves = [move(key=f"reminder:{n}", stage=StageRef("Запись отменена", "lost")) for n in range(100)]
    refusals = plan_refusals(moves, {"deal": 400}, SafetyRules())
    assert len(refusals) == 1
    assert "safety.lost" in refusals[0]


def test_new_contacts_and_silent_imports_are_not_limited_but_new_deals_are() -> None:
    rules = SafetyRules(creates=Limit(count=10))
    contacts = [Operation("create", "contact", str(n), ORIGIN, "") for n in range(1000)]
    silent = [Operation("create", "deal", f"s{n}", ORIGIN, "", silent=True) for n in range(1000)]
    deals = [Operation("create", "deal", str(n), ORIGIN, "") for n in range(11)]
    assert plan_refusals(contacts + silent + deals[:10], {}, rules) == ()
    assert plan_refusals(deals, {}, rules)


@pytest.mark.parametrize(("hours", "refused"), [(11, False), (12, False), (13, True)])
def test_a_stale_file_is_refused(hours: int, refused: bool) -> None:
    assert bool(age_refusal(NOW - timedelta(hours=hours), NOW, FileRules(max_age_hours=12))) is refused


def test_a_file_cut_short_is_refused_once_there_is_something_usual() -> None:
    rules = FileRules(min_percent=80)
    assert size_refusal(500, [1000, 1000, 990], rules)
    assert size_refusal(900, [1000, 1000, 990], rules) == ""
    assert size_refusal(500, [], rules) == ""


def test_an_empty_file_is_refused_unless_it_may_be() -> None:
    assert size_refusal(0, [20], FileRules())
    assert size_refusal(0, [20], FileRules(allow_empty=True, min_percent=0)) == ""


def test_row_counts_outside_the_expected_are_refused() -> None:
    rules = FileRules(min_rows=20, max_rows=400)
    assert size_refusal(19, [], rules)
    assert size_refusal(401, [], rules)
    assert size_refusal(20, [], rules) == ""
