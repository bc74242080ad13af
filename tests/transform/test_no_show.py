"""No-shows by rule: never by time alone, never against what a list says."""

from datetime import timedelta

import pytest

from dentsync.model import Record, Status
from dentsync.transform.no_show import due_at, with_no_shows
from tests.builders import NOW, days, record

AFTER = timedelta(hours=24)


def visit(status: Status = Status.BOOKED, started: float = -2, feed: str = "appointments") -> Record:
    return record(feed=feed, key="appointment/main/1", status=status, start_at=days(started), appointment_id="1")


def judged(*records: Record, told: float | None = 0, feed: str = "appointments") -> object:
    at = None if told is None else days(told)
    return with_no_shows(records, {feed: AFTER}, {feed: at}, NOW)[0].values["status"]


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CONFIRMED])
def test_a_visit_that_nobody_said_anything_of_for_a_day_is_a_no_show(status: Status) -> None:
    assert judged(visit(status)) is Status.NO_SHOW


def test_it_is_none_before_that_and_none_where_no_rule_says_so() -> None:
    assert judged(visit(started=-0.9)) is Status.BOOKED
    assert judged(visit(), feed="others") is Status.BOOKED
    assert due_at(visit(), None) is None


@pytest.mark.parametrize("told", [None, -1.5])
def test_a_list_that_is_older_than_that_says_nothing(told: float | None) -> None:
    assert judged(visit(), told=told) is Status.BOOKED


@pytest.mark.parametrize("status", [Status.ARRIVED, Status.COMPLETED, Status.CANCELLED, Status.RESCHEDULED])
def test_what_a_list_says_stays(status: Status) -> None:
    assert judged(visit(status)) is status
    assert judged(visit(), visit(status, feed="finished")) is Status.BOOKED
