from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.model import Condition, Entity, StageRef, Status
from dentsync.transform.routes import deal_of, holds, title_of, wakes_at
from tests.builders import NOW, ZONE, days, patient, record, route

TOMORROW = Condition("start_at", low=1, high=1, unit="days_ahead")
YESTERDAY = Condition("start_at", low=1, high=1, unit="days_ago")
CHECKUP = Condition("last_visit_at", low=5, high=6, unit="months_ago")


def test_tomorrow_is_a_calendar_day_in_the_clinics_zone() -> None:
    def start(*moment: int) -> bool:
        return holds(TOMORROW, {"start_at": datetime(*moment, tzinfo=ZONE)}, NOW)  # type: ignore[arg-type]

    assert start(2026, 10, 6, 0, 0)
    assert start(2026, 10, 6, 23, 59)
    assert not start(2026, 10, 5, 23, 59)
    assert not start(2026, 10, 7, 0, 0)


def test_tomorrow_in_moscow_is_not_tomorrow_in_utc() -> None:
    midnight = datetime.fromisoformat("2026-10-05T21:30:00+00:00")  # 00:30 of the 6th in Moscow
    assert holds(TOMORROW, {"start_at": midnight}, NOW)


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        (date(2026, 5, 5), True),  # five months to the day
        (date(2026, 5, 6), False),
        (date(2026, 4, 5), True),  # six months to the day
        (date(2026, 4, 4), False),
    ],
)
def test_five_to_six_months_ago_are_calendar_months(visit: date, expected: bool) -> None:
    assert holds(CHECKUP, {"last_visit_at": visit}, NOW) is expected


def test_the_31st_counts_to_the_last_day_of_a_shorter_month() -> None:
    now = datetime(2026, 2, 28, 12, tzinfo=ZONE)
    assert holds(CHECKUP, {"last_visit_at": date(2025, 8, 31)}, now)


def test_words_compare_folded_and_flags_compare_as_flags() -> None:
    surgery = Condition("specialty", one_of=("Хирургия",))
    assert holds(surgery, {"specialty": "  ХИРУРГИЯ "}, NOW)
    marked = Condition("recommendation", one_of=(True,))
    assert holds(marked, {"recommendation": True}, NOW)
    assert not holds(marked, {"recommendation": 1}, NOW)
    assert not holds(Condition("completed_visits", one_of=(0,)), {"completed_visits": False}, NOW)


def test_what_is_not_there_fulfils_nothing_but_its_absence() -> None:
    assert not holds(TOMORROW, {}, NOW)
    assert not holds(TOMORROW, {"start_at": None}, NOW)
    assert holds(Condition("start_at", present=False), {"start_at": None}, NOW)
    assert not holds(Condition("start_at", present=True), {}, NOW)


def test_a_row_gets_its_deal_with_stage_title_and_key() -> None:
    row = record(start_at=days(1), doctor="Петров", status=Status.BOOKED)
    deal = deal_of(route(when=(TOMORROW,), fields=("doctor",)), row, "patient/main/101", NOW)
    assert deal is not None
    assert deal.key == "reminder:appointment/main/1"
    assert deal.stage == StageRef("Записан")
    assert deal.fields == {"title": "Соколова Анна Викторовна, 06.10 14:00, Петров", "doctor": "Петров"}
    assert deal.creates


def test_conditions_gate_new_deals_only() -> None:
    row = record(start_at=days(-1), status=Status.CANCELLED)
    deal = deal_of(route(when=(TOMORROW,)), row, "patient/main/101", NOW)
    assert deal is not None
    assert not deal.creates
    assert deal.stage == StageRef("Запись отменена", "lost")


def test_a_status_without_a_stage_wants_no_deal() -> None:
    assert deal_of(route(), record(status=Status.ARRIVED), "patient/main/101", NOW) is None


def test_each_checkup_cycle_has_a_deal_of_its_own() -> None:
    checkup = route(
        name="checkup", stages={"default": StageRef("Пригласить")}, per="last_visit_at", title="{full_name}"
    )
    keys = {
        deal.key
        for visit in (date(2026, 4, 10), date(2026, 9, 1))
        if (deal := deal_of(checkup, patient(last_visit_at=visit), "patient/main/101", NOW))
    }
    assert keys == {"checkup:patient/main/101@2026-04-10", "checkup:patient/main/101@2026-09-01"}


def test_a_title_leaves_out_what_is_not_known() -> None:
    template = "{full_name}, {start_at:%d.%m %H:%M}, {doctor}"
    assert title_of(template, {"full_name": "Котова Яна", "doctor": None}) == "Котова Яна"
    assert title_of(template, {"full_name": "Котова Яна", "doctor": "Петров"}) == "Котова Яна, Петров"


def test_a_title_is_never_longer_than_a_crm_keeps() -> None:
    assert len(title_of("{full_name}", {"full_name": "Я" * 300})) == 255


@given(
    condition=st.sampled_from([TOMORROW, YESTERDAY, CHECKUP, Condition("start_at", low=3, high=9, unit="days_ahead")]),
    offset=st.integers(-400, 400),
)
def test_the_clock_wakes_a_row_on_the_first_day_its_condition_holds(condition: Condition, offset: int) -> None:
    row = record(Entity.PATIENT, start_at=days(offset), last_visit_at=days(offset))
    ours = route(when=(condition,))
    woken = wakes_at(ours, row, NOW)
    if holds(condition, row.values, NOW):
        return
    first = next((d for d in range(1, 800) if holds(condition, row.values, NOW + timedelta(days=d))), None)
    if first is not None:
        assert woken is not None
        assert woken.date() == (NOW + timedelta(days=first)).date()


REFUSED = Condition("do_not_contact", one_of=(True,))


def test_who_asks_to_be_left_in_peace_gets_no_new_deal_whichever_file_says_so() -> None:
    quiet = route(unless=(REFUSED, Condition("archive_reason", present=True)))

    def wanted(of_row: object = None, **known: object) -> bool:
        visit = record(status=Status.BOOKED, do_not_contact=of_row)  # type: ignore[arg-type]
        deal = deal_of(quiet, visit, "patient/main/101", NOW, known=known)  # type: ignore[arg-type]
        assert deal is not None
        return deal.creates

    assert wanted()
    assert wanted(of_row=False, do_not_contact=None)
    assert not wanted(of_row=True)
    assert not wanted(do_not_contact=True)
    assert not wanted(of_row=False, do_not_contact=True)
    assert not wanted(archive_reason="Переехал")


def test_a_status_stands_in_a_field_as_people_call_it() -> None:
    deal = deal_of(route(fields=("status",)), record(start_at=days(1), status=Status.BOOKED), "patient/main/101", NOW)
    assert deal
    assert deal.fields["status"] == "записан"
