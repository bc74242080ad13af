"""Visits that are moved: the old deal is lost, the new one begins where bookings begin; nothing is made twice."""

import pytest

from tests.clinic import Clinic
from tests.ident import BOOKED, CAME, MOVED, NOT_COME, ROUTE, Visit, configured, stages, visits
from tests.runs.test_found import until_quiet

TUESDAY, FRIDAY, MONDAY = "2026-10-06 09:00", "2026-10-09 10:00", "2026-10-12 11:00"
OLD, NEW, NEWEST = "06.10 09:00", "09.10 10:00", "12.10 11:00"


@pytest.fixture
def ident(clinic: Clinic) -> Clinic:
    return configured(clinic)


def test_a_moved_visit_leaves_a_lost_deal_and_a_new_one_that_is_booked(ident: Clinic) -> None:
    visits(ident, Visit(1, TUESDAY))
    until_quiet(ident)
    visits(ident, Visit(1, TUESDAY, "Отменен"), Visit(2, FRIDAY, source="1"))
    until_quiet(ident)
    assert stages(ident) == {OLD: MOVED, NEW: BOOKED}


def test_the_new_visit_speaks_for_the_old_one_that_is_in_no_file_any_more(ident: Clinic) -> None:
    visits(ident, Visit(1, TUESDAY))
    until_quiet(ident)
    visits(ident, Visit(2, FRIDAY, source="1"))
    until_quiet(ident)
    assert stages(ident) == {OLD: MOVED, NEW: BOOKED}
    assert ident.contacts()[0]["UF_CRM_NEXT_VISIT"].startswith("2026-10-09T10:00")
    visits(ident, Visit(1, TUESDAY, "Отменен"), Visit(2, FRIDAY, source="1"))
    assert ident.sync()["operations"] == 0  # its own news comes last, and is none


def test_a_visit_moved_twice_is_one_booked_deal(ident: Clinic) -> None:
    visits(ident, Visit(1, TUESDAY))
    until_quiet(ident)
    visits(ident, Visit(3, MONDAY, source="2"), Visit(2, FRIDAY, source="1"))
    until_quiet(ident)
    assert stages(ident) == {OLD: MOVED, NEW: MOVED, NEWEST: BOOKED}
    visits(ident, Visit(3, MONDAY, "Завершен", source="2"), at="2026-10-12T14:00")
    ident.sync(now="2026-10-12T14:00")
    assert stages(ident)[NEWEST] == CAME


def test_the_old_visit_may_stand_in_another_file(clinic: Clinic) -> None:
    ident = configured(clinic, ROUTE.format(feeds=', "finished"'))
    feed = '[feeds.finished]\nfiles = "finished_*.csv"\nsource = "ident"\nkind = "append"\nentity = "appointment"\n'
    ident.configure("[feeds.appointments]", feed + 'key = ["appointment_id"]\n\n[feeds.appointments]')
    visits(ident, Visit(1, TUESDAY))
    until_quiet(ident)
    visits(ident, Visit(2, FRIDAY, source="1"))
    until_quiet(ident)
    visits(ident, Visit(1, TUESDAY, "Отменен"), feed="finished")
    until_quiet(ident)
    assert stages(ident) == {OLD: MOVED, NEW: BOOKED}


def test_a_move_that_is_taken_back_opens_the_old_deal_again(ident: Clinic) -> None:
    visits(ident, Visit(1, TUESDAY))
    until_quiet(ident)
    visits(ident, Visit(1, TUESDAY, "Отменен"), Visit(2, FRIDAY, source="1"))
    until_quiet(ident)
    visits(ident, Visit(1, TUESDAY), Visit(2, FRIDAY, "Отменен", source="1"))
    until_quiet(ident)
    assert stages(ident) == {OLD: BOOKED, NEW: NOT_COME}


def test_the_same_visit_at_another_time_is_one_deal(ident: Clinic) -> None:
    visits(ident, Visit(1, TUESDAY))
    until_quiet(ident)
    visits(ident, Visit(1, FRIDAY))
    until_quiet(ident)
    assert stages(ident) == {NEW: BOOKED}
    visits(ident, Visit(1, FRIDAY, "Не пришел"), at="2026-10-09T14:00")
    ident.sync(now="2026-10-09T14:00")
    visits(ident, Visit(1, MONDAY), at="2026-10-09T15:00")
    ident.sync(now="2026-10-09T15:00")
    assert stages(ident) == {NEWEST: BOOKED}


def test_a_patient_who_did_not_come_and_is_booked_anew_later_was_moved(ident: Clinic) -> None:
    visits(ident, Visit(1, TUESDAY))
    until_quiet(ident)
    visits(ident, Visit(1, TUESDAY, "Не пришел"), at="2026-10-06T14:00")
    ident.sync(now="2026-10-06T14:00")
    assert stages(ident) == {OLD: NOT_COME}
    visits(ident, Visit(2, "2026-10-20 10:00", source="1"), at="2026-10-16T14:00")
    assert ident.sync(now="2026-10-16T14:00")["held"] == 0
    assert stages(ident) == {OLD: MOVED, "20.10 10:00": BOOKED}


def test_cancelled_and_booked_again_is_moved_only_where_the_feed_asks_for_it(ident: Clinic) -> None:
    cancelled = Visit(1, TUESDAY, "Отменен", booked="2026-10-01 10:00", changed="2026-10-05 12:00")
    again = Visit(2, FRIDAY, booked="2026-10-05 12:05")
    visits(ident, Visit(1, TUESDAY, booked="2026-10-01 10:00"))
    until_quiet(ident)
    visits(ident, cancelled, again)
    until_quiet(ident)
    assert stages(ident) == {OLD: NOT_COME, NEW: BOOKED}
    ident.configure("[feeds.appointments]\n", '[feeds.appointments]\nmoved = { within = "48h" }\n')
    until_quiet(ident)
    assert stages(ident) == {OLD: MOVED, NEW: BOOKED}


def test_a_cancelled_visit_turns_out_to_be_moved_when_the_next_one_is_booked(ident: Clinic) -> None:
    ident.configure("[feeds.appointments]\n", '[feeds.appointments]\nmoved = { within = "48h" }\n')
    visits(ident, Visit(1, TUESDAY, booked="2026-10-01 10:00"))
    until_quiet(ident)
    visits(ident, Visit(1, TUESDAY, "Отменен", booked="2026-10-01 10:00", changed="2026-10-05 12:00"))
    until_quiet(ident)
    assert stages(ident) == {OLD: NOT_COME}
    visits(ident, Visit(2, FRIDAY, booked="2026-10-06 15:00"), at="2026-10-06T16:00")
    assert ident.sync(now="2026-10-06T16:00")["held"] == 0
    assert stages(ident) == {OLD: MOVED, NEW: BOOKED}


@pytest.mark.parametrize("what", ["drop_before", "drop_after"])
def test_a_move_whose_answer_was_lost_is_carried_out_once(ident: Clinic, what: str) -> None:
    visits(ident, Visit(1, TUESDAY))
    until_quiet(ident)
    ident.fault(what, "crm.item.update")
    ident.fault(what, "crm.item.add")
    visits(ident, Visit(2, FRIDAY, source="1"))
    until_quiet(ident)
    assert stages(ident) == {OLD: MOVED, NEW: BOOKED}
    assert len(ident.deals()) == 2
