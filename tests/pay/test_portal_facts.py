"""What answers of a portal come to, the odd ones above all: nothing is lost, nothing is guessed."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.model import PortalAnswer
from dentsync.transform.pay.facts import Clock, Job
from dentsync.transform.pay.portal_plan import EVENTS, rates_grid, shifts_of
from dentsync.transform.pay.portal_time import RECORDS, REPORT, Told, read_time

ZONE = ZoneInfo("Europe/Moscow")
OCTOBER = date(2026, 10, 1)
RECORD = {
    "id": 177, "userId": 503, "startTime": "2026-10-02T09:01:30+03:00", "endTime": "2026-10-02T18:05:30+03:00",
    "duration": 29100, "breakLength": 3540, "isApproved": True,
}  # fmt: skip
DAY = {
    "index": "20261002", "workday_date_start": "2026-10-02T09:00:00+03:00",
    "workday_date_finish": "2026-10-02T18:00:00+03:00", "workday_complete": True, "workday_duration_final": 32400,
    "workday_time_leaks_user": 3600,
}  # fmt: skip
EVENT = {
    "ID": "1265", "DELETED": "N", "NAME": "Смена", "DATE_FROM_TS_UTC": "1790917200", "DATE_TO_TS_UTC": "1790960400",
    "RRULE": "",
}  # fmt: skip


def told(*items: Any, method: str = RECORDS, **more: Any) -> Told:
    body = {"items": [*items]} if method == RECORDS else {"report": {"days": [*items]}}
    found = Told()
    read_time([PortalAnswer(method, "503", body, **more)], OCTOBER, ZONE, found)
    return found


def net(found: Told) -> int:
    """Minutes of the only clock, without its pause."""
    (clock,) = found.clocks
    assert clock.end is not None
    return int((clock.end - clock.start).total_seconds()) // 60 - clock.pause_minutes


def asked(found: Told) -> list[tuple[str, str]]:
    return [(one.what, one.detail) for one in found.doubts]


def test_a_record_is_a_clock_with_its_breaks_and_its_place() -> None:
    found = told(RECORD)
    start, end = datetime(2026, 10, 2, 9, 1, 30, tzinfo=ZONE), datetime(2026, 10, 2, 18, 5, 30, tzinfo=ZONE)
    assert found.clocks == [Clock(Job("503"), start, end, 59, "Битрикс24, запись 177")]
    assert found.doubts == []


@pytest.mark.parametrize("duration", [29100, "29100", 32640, 29130, None, ""])
def test_a_duration_with_or_without_breaks_pays_the_same(duration: Any) -> None:
    found = told(RECORD | {"duration": duration})
    assert (net(found), asked(found)) == (485, [])


@pytest.mark.parametrize(
    ("odd", "minutes"),
    [
        ({"duration": 20000}, 333),
        ({"duration": 40000}, 485),
        ({"breakLength": 40000}, 0),
        ({"breakLength": 40000, "duration": None}, 0),
    ],
)
def test_figures_that_contradict_each_other_pay_the_least_and_are_asked_about(odd: Any, minutes: int) -> None:
    found = told(RECORD | odd)
    assert asked(found) == [("odd_record", "09:01")]
    assert abs(net(found) - minutes) <= 1


def test_an_end_before_the_start_is_a_day_that_was_not_closed() -> None:
    found = told(RECORD | {"endTime": "2026-10-02T08:00:00+03:00", "duration": 0, "breakLength": 0})
    assert found.clocks[0].end is None
    assert asked(found) == [("odd_record", "09:01")]


@pytest.mark.parametrize("word", [False, 0, "N", "false"])
def test_what_is_not_confirmed_is_asked_about_however_it_is_written(word: Any) -> None:
    assert asked(told(RECORD | {"isApproved": word})) == [("unapproved", "09:01")]
    assert asked(told(RECORD | {"isApproved": word, "endTime": None})) == []  # the open day is a question itself


@pytest.mark.parametrize(
    "item", [None, "x", {}, RECORD | {"startTime": "2026-10-02T09:01:30"}, RECORD | {"breakLength": "час"}]
)
def test_a_record_that_cannot_be_read_makes_the_month_unknown_and_hides_no_other(item: Any) -> None:
    found = told(item, RECORD)
    assert (len(found.clocks), asked(found)) == (1, [("not_known", "unreadable")])


@pytest.mark.parametrize("body", [None, [], {}, {"items": None}, {"report": {"days": {}}}])
def test_an_answer_that_cannot_be_read_makes_the_month_unknown(body: Any) -> None:
    for method in (RECORDS, REPORT):
        found = Told()
        read_time([PortalAnswer(method, "503", body)], OCTOBER, ZONE, found)
        assert asked(found) == [("not_known", "unreadable")]


def test_no_records_of_v3_are_no_records_and_no_days_of_a_report_are_not() -> None:
    assert asked(told()) == []
    assert asked(told(method=REPORT, month="2026-10")) == [("not_known", "no_days")]
    assert asked(told(method=REPORT, month="2026-09")) == []  # asked for its last night only


def test_a_day_of_a_report_that_is_not_complete_has_no_end() -> None:
    assert net(told(DAY, method=REPORT)) == 480
    assert told(DAY | {"workday_complete": False}, method=REPORT).clocks[0].end is None
    assert asked(told(DAY | {"workday_duration_final": 60}, method=REPORT)) == [("odd_record", "09:00")]


@given(st.integers(0, 24 * 3600), st.integers(0, 24 * 3600), st.integers(0, 30 * 3600) | st.none())
def test_never_more_is_paid_than_any_figure_says(length: int, breaks: int, duration: int | None) -> None:
    start = datetime(2026, 10, 2, 0, 0, tzinfo=ZONE)
    end = datetime.fromtimestamp(start.timestamp() + length, ZONE)
    found = told(
        RECORD
        | {"startTime": start.isoformat(), "endTime": end.isoformat(), "breakLength": breaks, "duration": duration}
    )
    figures = [length - breaks, *([] if duration is None else [duration])]
    assert net(found) * 60 <= max(min(figures), 0) + 120
    assert found.clocks[0].pause_minutes >= 0


def shifts(*rows: Any, error: str = "") -> tuple[int, list[tuple[str, str]]]:
    found = Told()
    answers = [PortalAnswer(EVENTS, "503", None if error else [*rows], error)]
    return len(shifts_of(answers, "смена", OCTOBER, ZONE, found)), asked(found)


def test_an_event_is_a_shift_by_its_seconds_of_utc() -> None:
    (shift,) = shifts_of([PortalAnswer(EVENTS, "503", [EVENT])], "Смена", OCTOBER, ZONE, Told())
    assert (shift.start.isoformat(), shift.end.isoformat()) == (
        "2026-10-02T08:00:00+03:00",
        "2026-10-02T20:00:00+03:00",
    )
    assert (shift.job, shift.place) == (Job("503"), "Битрикс24, событие 1265")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"DELETED": "Y"}, (0, [])),
        ({"NAME": "Планёрка"}, (0, [])),
        ({"RRULE": {"FREQ": "WEEKLY"}}, (0, [("plan_not_known", "repeating")])),
        ({"DT_SKIP_TIME": "Y"}, (0, [("plan_not_known", "whole_day")])),
        ({"DATE_TO_TS_UTC": "1790917200"}, (0, [("plan_not_known", "unreadable")])),
        ({"DATE_TO_TS_UTC": "1791017200"}, (0, [("plan_not_known", "unreadable")])),
        ({"DATE_FROM_TS_UTC": None}, (0, [("plan_not_known", "unreadable")])),
    ],
)
def test_an_event_that_is_no_plain_shift_is_left_out_or_asked_about(change: Any, expected: Any) -> None:
    assert shifts(EVENT | change) == expected


def test_a_calendar_that_is_refused_or_unreadable_is_asked_about() -> None:
    assert shifts(error="ACCESS_DENIED") == (0, [("plan_not_known", "ACCESS_DENIED")])
    assert shifts("x") == (0, [("plan_not_known", "unreadable")])


def test_a_list_is_a_sheet_with_the_names_of_the_portals_users() -> None:
    people = PortalAnswer("user.get", "", [{"ID": "503", "NAME": "Дарья", "LAST_NAME": "Ершова"}])
    element = {
        "ID": "7",
        "PROPERTY_1": {"9": "503"},
        "PROPERTY_2": {"10": "220.50|RUB"},
        "PROPERTY_3": {"1": "a", "2": "b"},
    }
    grid = rates_grid(
        [people, PortalAnswer("lists.element.get", "33", [element])],
        {"employee": "PROPERTY_1", "hour": "PROPERTY_2", "position": "PROPERTY_3", "branch": "PROPERTY_4"},
    )
    assert grid is not None
    assert grid.rows == (
        ("Код", "Сотрудник", "Ставка часа", "Должность", "Филиал"),
        ("503", "Ершова Дарья", "220.50", "a; b", ""),
    )
    assert grid.place(1, 2) == "Битрикс24, список 33, элемент 7, «Ставка часа»"
    assert rates_grid([people], {}) is None
