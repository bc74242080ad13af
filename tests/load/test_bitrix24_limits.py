"""The portal's limits are kept before they bite, waited out when they do, and nothing is sent twice or lost."""

import json
from pathlib import Path

import pytest

from dentsync.errors import Forbidden, Unavailable
from dentsync.load.bitrix24.limits import Budgets
from dentsync.load.bitrix24.portal import sort_of
from dentsync.load.bitrix24.speeds import Speeds
from dentsync.load.bitrix24.wire import Command
from dentsync.load.target import FastClock
from dentsync.model import Outcome, Result
from dentsync.sandbox.server import Running
from tests.load.portal_kit import Desk, changes, person, results, update, visit
from tests.load.test_bucket import FakeClock


def numbered(count: int) -> list[str]:
    return [f"p{n}" for n in range(count)]


def test_hundred_quick_requests_meet_no_refusal(desk: Desk) -> None:
    for key in numbered(100):
        assert results(desk.apply(person(key))) == {Result.APPLIED}
    assert desk.counters["refused_503"] == 0
    assert len(desk.contacts) == 100
    assert desk.clock.slept == pytest.approx((102 - 48) / 2, abs=3)


def test_requests_of_the_last_run_count(box: Running, tmp_path: Path) -> None:
    desk = Desk(box, limits=tmp_path)
    for key in numbered(45):
        desk.apply(person(key))
    second = Desk(desk.box, desk.clock, limits=tmp_path, pace=desk.target.pace())
    for key in numbered(100)[60:]:
        second.apply(person(key))
    assert desk.counters["refused_503"] == 0


def test_refusal_for_the_rate_is_waited_out_and_nothing_happens_twice(desk: Desk) -> None:
    desk.fault("query_limit", times=3)
    before = desk.target.requests
    assert results(desk.apply(person(), visit())) == {Result.APPLIED}
    assert desk.target.requests == before + 4
    assert (len(desk.contacts), len(desk.deals)) == (1, 1)
    assert desk.clock.slept > 7


def test_portal_that_keeps_refusing_is_reported_and_nothing_was_done(desk: Desk) -> None:
    desk.fault("query_limit", times=0)
    with pytest.raises(Unavailable):
        desk.apply(person())
    assert desk.contacts == []


def test_used_up_budget_is_waited_out_and_only_the_refused_commands_are_sent_again(desk: Desk) -> None:
    desk.apply(*map(person, numbered(20)))
    desk.set(operating={"crm.item.update": 479.95})
    before = desk.counters
    operations = [
        update("contact", key, desk.ids[f"contact:{key}"], *changes(last_name="Орлова")) for key in numbered(20)
    ]
    assert results(desk.apply(*operations)) == {Result.APPLIED}
    after = desk.counters
    assert after["refused_429"] > before["refused_429"]
    assert after["updated_contact"] - before["updated_contact"] == 20
    assert 60 <= desk.clock.slept <= 700


def test_budget_the_portal_does_not_tell_of_is_waited_for_a_minute_at_a_time(desk: Desk) -> None:
    desk.set(operating_shown=False, operating={"crm.item.add": 480})
    before = desk.target.requests
    assert results(desk.apply(person())) == {Result.APPLIED}
    assert desk.target.requests - before == len(desk.clock.sleeps) + 1
    assert desk.clock.sleeps == pytest.approx([60.0] * len(desk.clock.sleeps), abs=0.1)


def test_refusal_for_the_rate_inside_a_request_is_waited_out_in_seconds(desk: Desk) -> None:
    desk.fault("error:QUERY_LIMIT_EXCEEDED", "crm.item.add")
    assert results(desk.apply(person("p1"), person("p2"))) == {Result.APPLIED}
    assert desk.clock.sleeps == pytest.approx([5.0], abs=0.1)
    assert len(desk.contacts) == 2


def test_deal_whose_command_was_refused_gets_the_contact_that_was_made(desk: Desk) -> None:
    desk.set(operating={"crm.item.add": 479.95})
    found = desk.apply(person(), visit())
    assert results(found) == {Result.APPLIED}
    assert found["create:deal:d1"].linked
    assert desk.deals[0]["contacts"] == [desk.contacts[0]["id"]]
    assert (len(desk.contacts), len(desk.deals)) == (1, 1)


def test_deal_is_not_made_without_the_contact_that_was_refused_meanwhile(desk: Desk) -> None:
    """The contact is refused for good, the deal for the budget: sent again it would have no contact."""
    desk.fault("error:CRM_FIELD_ERROR_VALUE_NOT_VALID", "crm.item.add")
    desk.fault("error:OPERATION_TIME_LIMIT", "crm.item.add", nth=2)
    found = desk.apply(person(), visit())
    assert found["create:contact:p1"].result is Result.FAILED
    assert found["create:deal:d1"].result is Result.HELD
    assert desk.deals == []


def test_portal_that_cannot_be_reached_any_more_does_not_hide_what_was_done(desk: Desk) -> None:
    desk.fault("error:OPERATION_TIME_LIMIT", "crm.item.add", nth=2)
    desk.fault("overload", nth=2)
    sent, found = desk.sent([person("p1"), person("p2")]), dict[str, Outcome]()
    for _request in range(2):
        found |= {one.operation.id: one for one in next(sent)}
    with pytest.raises(Forbidden, match="OVERLOAD_LIMIT"):
        next(sent)
    assert found["create:contact:p1"].result is Result.APPLIED
    assert found["create:contact:p2"].result is Result.HELD


def test_budget_known_to_be_used_up_is_waited_for_before_the_request(desk: Desk) -> None:
    desk.apply(person())
    desk.set(operating={"crm.item.update": 449})
    number = desk.ids["contact:p1"]
    desk.apply(update("contact", "p1", number, *changes(last_name="Орлова")))
    assert desk.clock.slept < 1
    desk.apply(*(update("contact", key, number, *changes(last_name=f"Орлова {key}")) for key in numbered(50)))
    assert desk.clock.slept > 60
    assert desk.counters["refused_429"] == 0


def test_budget_of_one_method_does_not_hold_up_another(desk: Desk) -> None:
    desk.apply(person())
    desk.set(operating={"crm.item.update": 479.5})
    desk.apply(update("contact", "p1", desk.ids["contact:p1"], *changes(last_name="Орлова")))
    desk.apply(person("p2"), person("p3"))
    desk.read(contact_keys={"p1"})
    assert desk.clock.slept < 1


def test_budget_billed_to_the_batch_is_kept_too(desk: Desk) -> None:
    desk.set(operating_billing="batch", operating_limit=480, costs={"crm.item.add": 2.0})
    people = list(map(person, numbered(300)))
    assert results(desk.apply(*people)) == {Result.APPLIED}
    assert desk.counters["refused_429"] == 0
    assert len(desk.contacts) == 300


def test_budget_of_a_long_run_is_kept_without_a_refusal(desk: Desk) -> None:
    desk.set(costs={"crm.item.add": 2.0})
    assert results(desk.apply(*map(person, numbered(400)))) == {Result.APPLIED}
    counters = desk.counters
    assert (counters["refused_429"], counters["refused_503"], counters["cut"]) == (0, 0, 0)
    assert counters["created_contact"] == 400


@pytest.mark.parametrize("seconds", [0.05, 1.0, 2.3])
def test_requests_stay_far_from_the_cut_whatever_an_item_takes(desk: Desk, seconds: float) -> None:
    desk.set(costs={"crm.item.add": seconds}, operating_limit=0)
    sizes = [len(outcomes) for outcomes in desk.sent(list(map(person, numbered(150))))]
    assert desk.counters["cut"] == 0
    assert max(sizes[1:]) * seconds <= 21
    assert max(sizes[1:]) >= min(50, 0.9 * 20 / seconds)


def test_size_of_requests_is_remembered_for_the_next_run(desk: Desk) -> None:
    desk.set(costs={"crm.item.add": 3.9}, operating_limit=0)
    desk.apply(person())
    second = Desk(desk.box, pace=json.loads(json.dumps(desk.target.pace())))
    assert [len(one) for one in second.sent(list(map(person, numbered(11)[1:])))] == [5, 5]


def test_request_that_was_cut_makes_the_next_ones_smaller(box: Running) -> None:
    clock = FastClock(200)
    desk = Desk(box, clock=clock)
    desk.apply(person())  # quick so far
    desk.set(costs={"crm.item.add": 3.0}, operating_limit=0, delay=True, speed=200)
    sent = list(desk.sent(list(map(person, numbered(500)[1:]))))
    cut = [len(one) for one in sent if one[0].result is Result.UNKNOWN]
    known = [len(one) for one in sent if one[0].result is not Result.UNKNOWN]
    assert set(cut) == {50}, "what was in flight already"
    assert known[0] * 3 < 60
    assert known[1] * 3 < 25
    assert desk.counters["cut"] == len(cut)


# ── the parts ──


def test_budget_is_forgotten_once_its_reset_is_past() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    budgets.saw("m", {"operating": 470.0, "operating_reset_at": clock.now + 90})
    budgets.wait({"m": 5})
    assert clock.slept == pytest.approx(91)
    budgets.wait({"m": 5})
    assert clock.slept == pytest.approx(91)


def test_reset_that_lies_absurdly_far_ahead_is_waited_for_ten_minutes_at_most() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    budgets.saw("m", {"operating": 470.0, "operating_reset_at": clock.now + 1e9})
    budgets.wait({"m": 50})
    assert clock.slept == 600
    assert budgets.until_reset("m") <= 61


def test_one_request_asks_what_a_reset_has_set_free() -> None:
    """The portal may have counted to the minute before what we count to the one after."""
    clock = FakeClock()
    budgets = Budgets(clock)
    told = {"operating_reset_at": clock.now + 540.0}
    budgets.saw("m", told | {"operating": 40.0, "finish": clock.now})
    clock.now += 60
    budgets.saw("m", told | {"operating": 475.0, "finish": clock.now})
    assert budgets.room("m") < 0
    clock.now += 482
    assert budgets.room("m") == 20.0
    budgets.reserve({"m": 20.0})
    assert budgets.room("m") < 0, "one is enough"
    budgets.release({"m": 20.0})
    budgets.saw("m", {"operating": 20.0, "operating_reset_at": clock.now + 600.0, "finish": clock.now})
    assert budgets.room("m") == pytest.approx(430.0)


def test_answer_that_was_overtaken_sets_nothing_free() -> None:
    """Two requests side by side before a reset: the first to set off lands last, and tells of less."""
    clock = FakeClock()
    budgets = Budgets(clock)
    told = {"operating_reset_at": clock.now + 30.0}
    budgets.saw("m", told | {"operating": 300.0, "finish": clock.now})
    budgets.saw("m", told | {"operating": 440.0, "finish": clock.now + 20})
    budgets.saw("m", told | {"operating": 320.0, "finish": clock.now + 2})
    assert budgets.room("m") == pytest.approx(10.0)


def test_limit_is_believed_to_be_lower_only_where_nothing_else_explains_a_refusal() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    budgets.saw("m", {"operating": 200.0, "operating_reset_at": clock.now + 30.0})
    budgets.reserve({"m": 250.0})
    budgets.refused("m")
    assert budgets.limit == 480.0
    budgets.release({"m": 250.0})
    budgets.refused("m")
    assert budgets.limit == 230.0
    budgets.saw("m", {"operating": 400.0, "operating_reset_at": clock.now + 30.0})
    assert budgets.limit == 400.0


def test_answer_without_a_budget_changes_nothing() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    budgets.saw("m", {})
    budgets.wait({"m": 1000})
    assert clock.slept == 0
    assert budgets.until_reset("m") == 60


def test_slowdown_is_believed_at_once_and_a_speed_up_slowly() -> None:
    speeds = Speeds()
    speeds.saw("m", 1.0)
    speeds.saw("m", 11.0)
    assert speeds.of("m") == pytest.approx(8)
    speeds.saw("m", 0.0)
    assert speeds.of("m") == pytest.approx(5.6)


def test_slow_moves_do_not_make_quick_updates_smaller() -> None:
    move = Command("crm.item.update", {"entityTypeId": 2, "id": 1, "fields": {"stageId": "C1:WON"}})
    update = Command("crm.item.update", {"entityTypeId": 3, "id": 1, "fields": {"name": "А"}})
    assert sort_of(move) != sort_of(update) != sort_of(Command("crm.item.update", {"entityTypeId": 2, "fields": {}}))


def test_basket_from_a_clock_that_ran_ahead_is_forgotten() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    budgets.restore({"m": ((clock.now + 5000, 470.0, 1), (clock.now + 90, 5.0, 2))})
    budgets.wait({"m": 20})
    assert clock.slept == 0
    assert budgets.until_reset("m") == 90


def test_first_measurement_replaces_the_guess() -> None:
    speeds = Speeds()
    speeds.saw("crm.item.add", 1.0, 20)
    assert speeds.of("crm.item.add") == pytest.approx(0.05)
