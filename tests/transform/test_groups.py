from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.model import Condition, Record, Route, Status, Synced
from dentsync.transform.diff import operations_of
from dentsync.transform.groups import completed_before, grouped, has_ended, route_of
from dentsync.transform.routes import deal_of
from tests.builders import NOW, days, desired, record, route, synced

PRIMARY = route(
    name="primary",
    group="visit",
    pipeline="Первичные пациенты",
    when=(Condition("completed_visits", one_of=(0,)),),
)
REPEAT = route(
    name="repeat",
    group="visit",
    pipeline="Повторные приемы",
    when=(Condition("completed_visits", low=1, high=9999),),
)
GROUP = (PRIMARY, REPEAT)


def visit(number: int, ahead: float, status: Status = Status.BOOKED) -> Record:
    return record(key=f"appointment/main/{number}", start_at=days(ahead), status=status, doctor="Петров")


def left_in(pipeline: str, status: Status = Status.BOOKED) -> Synced:
    return synced(desired("deal"), pipeline=pipeline, status=status)


def chosen(one: Record, completed: int, before: Synced | None = None) -> Route:
    return route_of(GROUP, one, {"completed_visits": completed}, NOW, before)


def test_routes_of_one_name_share_the_deals_of_their_rows() -> None:
    reminder = route()
    assert grouped([PRIMARY, reminder, REPEAT]) == [GROUP, (reminder,)]
    keys = {deal.key for one in GROUP if (deal := deal_of(one, visit(1, 1), "patient/main/101", NOW))}
    assert keys == {"visit:appointment/main/1"}


@pytest.mark.parametrize(("completed", "expected"), [(0, PRIMARY), (1, REPEAT), (12, REPEAT)])
def test_no_visit_that_took_place_is_primary_and_more_come_again(completed: int, expected: Route) -> None:
    one = chosen(visit(1, 1), completed)
    assert one == expected
    deal = deal_of(one, visit(1, 1), "patient/main/101", NOW, known={"completed_visits": completed})
    assert deal is not None
    assert (deal.creates, deal.pipeline) == (True, expected.pipeline)


def test_a_deal_goes_to_the_pipeline_that_fits_its_patient_now() -> None:
    before = left_in("Первичные пациенты")
    deal = deal_of(chosen(visit(2, 3), 1, before), visit(2, 3), "patient/main/101", NOW)
    assert deal is not None
    (*_fields, move), held = operations_of(deal, before, {})
    assert held == []
    assert (move.action, move.pipeline, move.from_pipeline) == ("move", "Повторные приемы", "Первичные пациенты")


def test_the_first_visit_is_won_where_it_was_booked() -> None:
    took_place = visit(1, -1, Status.COMPLETED)
    assert has_ended(took_place)
    assert chosen(took_place, 1, left_in("Первичные пациенты")) == PRIMARY


def test_a_deal_that_fits_nowhere_stays_and_no_new_one_is_made() -> None:
    assert route_of(GROUP, visit(1, 1), {}, NOW, left_in("Повторные приемы")) == REPEAT
    deal = deal_of(route_of(GROUP, visit(1, 1), {}, NOW, None), visit(1, 1), "patient/main/101", NOW)
    assert deal is not None
    assert not deal.creates


def test_a_pipeline_of_no_group_is_no_news() -> None:
    alone = route(pipeline="Новая воронка")
    deal = deal_of(alone, visit(1, 1), "patient/main/101", NOW)
    assert deal is not None
    assert [one.action for one in operations_of(deal, left_in("Оповещение о визите"), {})[0]] != ["move"]


# ── how many visits there were before ──


def test_the_card_knows_of_visits_before_any_file() -> None:
    assert completed_before(visit(1, 1), [visit(1, 1)], 7) == 7


def test_a_visit_does_not_count_for_itself_nor_do_later_ones() -> None:
    first, second = visit(1, -9, Status.COMPLETED), visit(2, -1, Status.COMPLETED)
    assert completed_before(first, [first, second], 2) == 0
    assert completed_before(second, [first, second], 2) == 1
    assert completed_before(visit(3, 2), [first, second], None) == 2


def test_a_card_that_is_behind_does_not_hide_the_visits_that_are_known() -> None:
    first = visit(1, -9, Status.COMPLETED)
    assert completed_before(visit(2, 1), [first], 0) == 1


@given(st.lists(st.tuples(st.integers(-30, 30), st.sampled_from([*Status])), min_size=1, max_size=8), st.integers(0, 9))
def test_of_all_visits_that_took_place_the_nth_had_n_less_one_before(
    days_and: list[tuple[int, Status]], more: int
) -> None:
    visits = [visit(n, ahead + n / 100, status) for n, (ahead, status) in enumerate(days_and)]
    done = sorted(
        (one for one in visits if one.values["status"] == Status.COMPLETED),
        key=lambda one: one.values["start_at"] or NOW - timedelta(days=99),  # type: ignore[arg-type,return-value]
    )
    counts = [completed_before(one, visits, len(done) + more) for one in done]
    assert counts == [number + more for number in range(len(done))]
