from dentsync.model import Desired, Entity, Record, Status, TaskRules, Value
from dentsync.transform.diff import operations_of
from dentsync.transform.routes import deal_of
from dentsync.transform.tasks import task_of
from tests.builders import NOW, days, record, route, synced

CHECKUPS = route(
    name="checkups",
    feeds=("tasks",),
    pipeline="Профосмотры",
    title="Профосмотр: {full_name}",
    task=TaskRules("Профосмотр", "task_from_at", "{task_comment}"),
)


def row(status: Status = Status.BOOKED, **given: Value) -> Record:
    values: dict[str, Value] = {"task_from_at": days(90), "task_comment": "после имплантации", "status": status}
    return record(Entity.TASK, "tasks", "task/main/61503", **values | given)


def task(one: Record) -> Desired:
    deal = deal_of(CHECKUPS, one, "patient/main/101", NOW)
    assert deal
    found = task_of(CHECKUPS, one, deal)
    assert found
    assert found.key == deal.key  # whose deal it is needs no saying
    return found


def actions(one: Record, before: Record | None = None) -> list[tuple[str, list[str]]]:
    left = synced(task(before)) if before else None
    operations, held = operations_of(task(one), left, {})
    assert held == []
    return [(operation.id, [change.field for change in operation.changes]) for operation in operations]


def test_a_task_has_the_deadline_and_the_comment_of_the_mis() -> None:
    wanted = {"type": "Профосмотр", "deadline": days(90).isoformat(), "text": "после имплантации", "done": False}
    assert task(row()).fields == wanted
    assert actions(row()) == [("create:task:checkups:task/main/61503", ["type", "deadline", "text", "done"])]


def test_a_task_is_made_once_and_changed_where_the_mis_changes_it() -> None:
    assert actions(row(), before=row()) == []
    assert actions(row(task_from_at=days(120)), before=row()) == [
        ("update:task:checkups:task/main/61503", ["deadline"])
    ]


def test_a_task_that_is_closed_in_the_mis_is_done_and_is_never_made_afterwards() -> None:
    closed = row(Status.COMPLETED)
    assert actions(closed, before=row()) == [("update:task:checkups:task/main/61503", ["done"])]
    assert actions(closed) == []


def test_without_a_deadline_there_is_no_task_and_one_that_is_there_keeps_its_own() -> None:
    assert actions(row(task_from_at=None)) == []
    assert actions(row(task_from_at=None), before=row()) == []


def test_a_route_without_a_task_makes_none() -> None:
    plain = route(name="checkups")
    deal = deal_of(plain, row(), "patient/main/101", NOW)
    assert deal
    assert task_of(plain, row(), deal) is None
