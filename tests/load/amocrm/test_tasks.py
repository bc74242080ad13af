"""Tasks of amoCRM beyond what every target promises: requests, zones, marks, names of types."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from dentsync.load.amocrm.directory import TaskType
from dentsync.load.amocrm.tasks import TaskWords
from dentsync.load.amocrm.values import Zones
from dentsync.load.target import Needs
from dentsync.model import Change, Operation, Result, TaskRules
from dentsync.sandbox.server import Running
from tests.builders import ORIGIN
from tests.load.amocrm.kit import ROUTES, AmoDesk, person, update, visit
from tests.load.portal_kit import changes, results

CHECKUP = "Профосмотр"


def task(key: str, text: str | None = "после имплантации", kind: str = CHECKUP) -> Operation:
    given = changes(type=kind, deadline="2027-02-01T00:00:00+03:00", text=text, done=False)
    return Operation("create", "task", key, ORIGIN, "routes.primary.task", given, label=kind)


def test_tasks_go_fifty_to_a_request_after_their_deals(desk: AmoDesk) -> None:
    keys = [f"d{number}" for number in range(1, 101)]
    assert results(desk.apply(person(), *map(visit, keys), *map(task, keys))) == {Result.APPLIED}
    assert desk.asked("POST tasks") == 2
    on = {one["id"]: one["on"] for one in desk.admin("GET", "state")["tasks"]}
    assert on == {desk.ids[f"task:{key}"]: ["leads", desk.ids[f"deal:{key}"]] for key in keys}
    desk.apply(*(update("task", key, desk.ids[f"task:{key}"], Change("done", False, True)) for key in keys))
    assert desk.asked("PATCH tasks") == 2
    assert {one["result"] for one in desk.admin("GET", "state")["tasks"]} == {"Закрыто в МИС"}


def words(account: str = "Europe/Moscow", originator: str = "dentsync") -> TaskWords:
    types = (TaskType(1, "Связаться"), TaskType(3, CHECKUP))
    return TaskWords(originator, types, Zones(ZoneInfo(account), ZoneInfo("Europe/Moscow")))


@pytest.mark.parametrize("account", ["Europe/Moscow", "Asia/Vladivostok", "UTC", "America/New_York"])
@pytest.mark.parametrize("deadline", ["2027-02-01T00:00:00+03:00", "2027-02-01T09:30:00+03:00", "2027-02-01"])
def test_a_day_is_due_at_its_end_where_the_account_is_and_an_hour_is_an_hour(account: str, deadline: str) -> None:
    item = words(account).draft(update("task", "d1", 1, Change("deadline", None, deadline)), None)
    [back] = words(account).found([row(item["complete_till"], "")], Needs(task_ids=frozenset({5}))).values()
    assert back.fields["deadline"] == words(account).as_read({"deadline": deadline})["deadline"]
    assert str(back.fields["deadline"])[:16] == (deadline[:16] if "T" in deadline else f"{deadline}T00:00")


def row(till: int, text: str, number: int = 5, lead: int = 7) -> dict[str, object]:
    return {"id": number, "entity_id": lead, "entity_type": "leads", "complete_till": till, "text": text}


def test_a_mark_is_of_one_key_of_one_clinic_and_names_nobody() -> None:
    key = "checkup:task/main/+79165550101"
    marks = {words().mark(key), words().mark(key + "1"), words(originator="kids").mark(key)}
    assert len(marks) == 3
    assert all(len(mark) == len("[ds:k3f9qa]") for mark in marks)
    rows = [row(0, f"a {words().mark(key)}"), row(0, f"b {words(originator='kids').mark(key)}", 6), row(0, "c", 8)]
    found = words().found(rows, Needs(tasks_of=frozenset({(key, 7)})))
    assert {number: one.key for number, one in found.items()} == {5: key, 6: None, 8: None}


def test_rows_that_nobody_asked_for_are_not_believed() -> None:
    other = [row(0, "x", 6, lead=8), row(0, "x", 9) | {"entity_type": "contacts"}]
    assert words().found(other, Needs(tasks_of=frozenset({("d1", 7)}))) == {}


def test_a_text_of_the_mis_that_is_empty_is_the_type_and_comes_back_empty() -> None:
    item = words().draft(task("d1", text=None), 7)
    assert item["text"] == f"{CHECKUP} {words().mark('d1')}"
    [back] = words().found([row(item["complete_till"], item["text"])], Needs(task_ids=frozenset({5}))).values()
    assert back.fields["text"] is None
    assert words().as_read({"text": ""}) == {"text": None}


def test_a_type_is_named_as_people_compare_names_and_one_that_is_missing_fails_alone(desk: AmoDesk) -> None:
    deals = [person(), visit("d1"), visit("d2")]
    found = desk.apply(*deals, task("d1", kind=CHECKUP.upper()), task("d2", kind="Осмотр"))
    assert found["create:task:d1"].result is Result.APPLIED
    assert found["create:task:d2"].result is Result.FAILED
    assert "«Осмотр»" in found["create:task:d2"].reason


def test_check_names_the_types_there_are(box: Running) -> None:
    wanted = replace(ROUTES[0], task=TaskRules("Осмотр", "start_at"))
    desk = AmoDesk(box, routes=(wanted,))
    desk.target.setup()
    [problem] = desk.target.check().problems
    assert problem.startswith("routes.primary.task: amoCRM has no type of tasks «Осмотр»")
    assert f"«{CHECKUP}»" in problem


def test_names_that_an_older_version_kept_are_resolved_anew(box: Running, desk: AmoDesk) -> None:
    directory = {**desk.target.check().directory, "task_types": ()}
    later = AmoDesk(box, directory=directory)
    assert results(later.apply(person(), visit(), task("d1"))) == {Result.APPLIED}


def test_a_deal_that_died_since_it_was_looked_at_costs_its_task_alone(desk: AmoDesk) -> None:
    desk.apply(person(), visit("d1"), visit("d2"))
    desk.act("delete", lead=desk.ids["deal:d1"])
    found = desk.apply(task("d1"), task("d2"))
    assert found["create:task:d2"].result is Result.APPLIED
    assert (found["create:task:d1"].result, found["create:task:d1"].reason) == (
        Result.FAILED, "amoCRM does not accept entity_id: NotSupportedChoice",
    )  # fmt: skip
