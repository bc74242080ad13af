from datetime import datetime, timedelta
from itertools import permutations

import pytest

from dentsync.model import MovedRules, Origin, Record, Status, Value
from dentsync.transform.reschedule import moves_among
from tests.builders import days, record

RULES = {"appointments": MovedRules(timedelta(hours=48))}
TODAY, YESTERDAY = Origin("b.csv", "bbbbbbbbbbbb", 2), Origin("a.csv", "aaaaaaaaaaaa", 2)


def visit(
    number: int, status: Status = Status.BOOKED, origin: Origin = TODAY, branch: str = "main", **more: Value
) -> Record:
    key = f"appointment/{branch}/{number}"
    values: dict[str, Value] = {"appointment_id": str(number), "status": status, "doctor": "Петров", **more}
    one = record(feed="appointments", key=key, **values)
    return Record(one.entity, one.feed, one.key, origin, one.values)


def statuses(*visits: Record, asked: bool = False) -> list[Value]:
    return [one.values["status"] for one in moves_among(visits, RULES if asked else {}).records]


def booked(at: datetime) -> dict[str, Value]:
    return {"booked_at": at}


def test_the_visit_that_another_one_was_moved_from_is_over_whichever_was_read_first() -> None:
    visits = [visit(1), visit(2, rescheduled_from="1"), visit(3, rescheduled_from="2")]
    for order in permutations(visits):
        found = {one.values["appointment_id"]: one.values["status"] for one in moves_among(order, {}).records}
        assert found == {"1": "rescheduled", "2": "rescheduled", "3": "booked"}


def test_a_moved_visit_says_which_row_it_is_because_of() -> None:
    old, _new = moves_among([visit(1, origin=YESTERDAY), visit(2, rescheduled_from="1")], {}).records
    assert old.origin == TODAY


def test_a_link_means_a_visit_of_its_own_branch() -> None:
    assert statuses(visit(1, branch="kids"), visit(2, rescheduled_from="1")) == ["booked", "booked"]


def test_visits_that_were_moved_from_each_other_are_left_as_they_are() -> None:
    assert (
        statuses(visit(1, rescheduled_from="2"), visit(2, rescheduled_from="1"), visit(3, rescheduled_from="3"))
        == ["booked"] * 3
    )


def test_a_flag_speaks_for_its_visit_unless_that_took_place() -> None:
    flagged = {"is_rescheduled": True}
    assert statuses(visit(1, Status.CANCELLED, **flagged), visit(2, Status.COMPLETED, **flagged)) == [
        "rescheduled",
        "completed",
    ]


def test_a_move_that_was_taken_back_leaves_the_old_visit_alive() -> None:
    cancelled = visit(2, Status.CANCELLED, rescheduled_from="1")
    assert statuses(visit(1), cancelled) == ["booked", "cancelled"]
    # What was last read of it before it was moved says nothing about afterwards.
    assert statuses(visit(1, origin=YESTERDAY), cancelled) == ["rescheduled", "cancelled"]
    assert statuses(visit(1, Status.CANCELLED), cancelled) == ["rescheduled", "cancelled"]


# ── cancelled, and another one booked ─────────────────────────────────────────────────────────


def test_a_visit_cancelled_when_another_one_was_booked_was_moved_if_the_feed_asks_for_it() -> None:
    pair = visit(1, Status.CANCELLED, cancelled_at=days(-1)), visit(2, **booked(days(-2)))
    assert statuses(*pair) == ["cancelled", "booked"]
    assert statuses(*pair, asked=True) == ["rescheduled", "booked"]


@pytest.mark.parametrize(
    "other",
    [
        visit(2, **booked(days(-4))),
        visit(2, **booked(days(-1)), doctor="Вершинина"),
        visit(2),
        visit(2, **booked(days(-1)), rescheduled_from="9"),
    ],
    ids=["too long before", "another doctor", "nobody knows when", "it stands for another one"],
)
def test_another_visit_is_not_what_a_cancelled_one_was_moved_to(other: Record) -> None:
    assert statuses(visit(1, Status.CANCELLED, cancelled_at=days(-1)), other, asked=True)[0] == "cancelled"


def test_a_visit_that_was_booked_before_the_cancelled_one_is_not_its_new_time() -> None:
    old = visit(1, Status.CANCELLED, cancelled_at=days(-1), booked_at=days(-1.5))
    assert statuses(old, visit(2, **booked(days(-1.6))), asked=True)[0] == "cancelled"


def test_each_new_visit_stands_for_one_cancelled_one_the_nearest() -> None:
    far, near = (visit(one, Status.CANCELLED, cancelled_at=days(at)) for one, at in ((1, -2), (2, -1)))
    assert statuses(far, near, visit(3, **booked(days(-1.1))), asked=True) == ["cancelled", "rescheduled", "booked"]


def test_rows_that_another_one_speaks_of_are_named_also_where_nothing_follows_from_it() -> None:
    back = moves_among([visit(1), visit(2, Status.CANCELLED, rescheduled_from="1")], {})
    assert back.spoken == {("appointments", "appointment/main/1")}
