import pytest

from dentsync.model import Status
from dentsync.transform.stages import approval_of, objection, setback
from tests.builders import deal_present, move, route


def test_a_deal_where_we_left_it_moves() -> None:
    assert objection(move(), deal_present("Записан"), route()) == ""


def test_a_deal_where_we_left_it_moves_into_another_pipeline_by_a_plain_booking() -> None:
    booked = move(status=Status.BOOKED, from_stage="Ожидает", from_pipeline="Лист ожидания")
    assert objection(booked, deal_present("Ожидает", pipeline="Лист ожидания"), route()) == ""
    assert "человек" in objection(booked, deal_present("Ожидает"), route())


def test_a_plain_booking_never_takes_a_deal_from_a_person() -> None:
    booked = move(status=Status.BOOKED, from_stage="Запись отменена")
    assert "человек" in objection(booked, deal_present("Уточнить"), route())


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED])
def test_stronger_news_takes_a_deal_from_a_stage_of_people(status: Status) -> None:
    assert objection(move(status=status), deal_present("Уточнить"), route()) == ""


@pytest.mark.parametrize("ends", ["won", "lost"])
def test_a_deal_that_a_person_closed_stays_closed(ends: str) -> None:
    assert "закрыта" in objection(move(status=Status.COMPLETED), deal_present("Сделка закрыта", ends), route())


def test_a_confirmation_does_not_move_a_deal_back_from_a_stage_that_says_more() -> None:
    news = move(status=Status.CONFIRMED, from_stage="Записан")
    assert "уже" in objection(news, deal_present("Пришёл"), route())


def test_a_cancellation_outweighs_a_confirmation_in_the_crm() -> None:
    assert objection(move(status=Status.CANCELLED), deal_present("Запись подтверждена"), route()) == ""


def test_a_deal_that_is_already_there_is_no_conflict() -> None:
    assert objection(move(), deal_present("Запись подтверждена"), route()) == ""


@pytest.mark.parametrize("new", [Status.BOOKED, Status.CANCELLED, Status.NO_SHOW, Status.RESCHEDULED])
def test_a_visit_that_took_place_is_not_taken_back_silently(new: Status) -> None:
    assert setback(Status.COMPLETED, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Status.NO_SHOW, Status.COMPLETED),
        (Status.CANCELLED, Status.COMPLETED),
        (Status.CANCELLED, Status.BOOKED),
        (Status.RESCHEDULED, Status.BOOKED),
    ],
)
def test_the_usual_corrections_need_nobody_as_long_as_the_visit_is_not_long_past(old: Status, new: Status) -> None:
    assert setback(old, new, "ahead") == setback(old, new, "recent") == ""
    assert "давно прошёл" in setback(old, new, "past")


def test_a_no_show_may_be_booked_anew_where_the_same_visit_is_to_come() -> None:
    assert setback(Status.NO_SHOW, Status.BOOKED, "ahead") == ""
    assert setback(Status.NO_SHOW, Status.BOOKED, "recent")


def test_what_was_lost_may_turn_out_to_be_moved_at_any_time() -> None:
    assert setback(Status.NO_SHOW, Status.RESCHEDULED, "past") == ""


def test_life_goes_forward_and_a_confirmation_may_be_taken_back() -> None:
    assert setback(Status.BOOKED, Status.COMPLETED, "past") == ""
    assert setback(Status.CONFIRMED, Status.BOOKED) == ""


def test_an_approval_means_one_deal_and_one_status() -> None:
    marks = {approval_of("deal", key, status) for key in "ab" for status in (Status.BOOKED, Status.NO_SHOW)}
    assert len(marks) == 4
