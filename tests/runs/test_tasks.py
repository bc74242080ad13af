"""Tasks «Профосмотр» of the MIS in Bitrix24: a deal each, and the task that goes with it."""

import json
import re
from datetime import datetime

import pytest

from dentsync.load.bitrix24 import Bitrix24
from tests.builders import ZONE
from tests.clinic import Clinic
from tests.ident import ANNA, configured
from tests.runs.test_found import until_quiet

HEADER = "Номер медкарты;ФИО;ID Профосмотра;Врач;Актуально с;Комментарий;Профосмотр закрыт"
FEED = """
[feeds.tasks]
files    = "tasks_*.csv"
source   = "ident"
kind     = "append"
entity   = "task"
key      = ["task_id"]
required = ["card_number", "task_from_at"]
columns  = { task_comment = ["Комментарий"] }
status_from = { completed = ["task_closed_at"] }
defaults = { status = "Записан" }

[routes.checkups]
feeds    = ["tasks"]
pipeline = "Профосмотр"
title    = "Профосмотр: {full_name}, {task_from_at:%d.%m.%Y}"
stages   = { booked = "Пригласить", completed = { won = "Записался" } }
"""
TASK = 'task = { type = "Профосмотр", deadline = "task_from_at", text = "{task_comment}" }\n'


@pytest.fixture
def ident(clinic: Clinic) -> Clinic:
    return configured(clinic, FEED)


def tasks(clinic: Clinic, closed: str = "", since: str = "01.02.2027", number: int = 1) -> None:
    clinic.drop(f"tasks_{number}.csv", f"{ANNA};61503;Петров;{since};после имплантации;{closed}", header=HEADER)


def board(clinic: Clinic) -> list[tuple[str, str]]:
    return [(deal["title"].rpartition(", ")[2], deal["stage"]) for deal in clinic.deals()]


def test_a_task_of_the_mis_is_one_deal_that_ends_with_it(ident: Clinic) -> None:
    tasks(ident)
    assert ident.sync()["held"] == 0
    assert board(ident) == [("01.02.2027", "Пригласить")]
    [contact] = ident.contacts()
    assert ident.deals()[0]["contacts"] == [contact["id"]]
    tasks(ident, since="01.03.2027", number=2)
    ident.sync()
    assert board(ident) == [("01.03.2027", "Пригласить")]
    tasks(ident, closed="05.10.2026 12:00", since="01.03.2027", number=3)
    ident.sync()
    assert board(ident) == [("01.03.2027", "Записался")]
    assert ident.sync()["operations"] == 0


@pytest.fixture
def wanting(ident: Clinic) -> Clinic:
    """A clinic that wants a task at each deal."""
    ident.configure("[routes.checkups]\n", f"[routes.checkups]\n{TASK}")
    return ident


def only(clinic: Clinic) -> tuple[str, str, bool]:
    """The one task there is: text without its mark, when it is due, whether it is done."""
    [task] = clinic.state()["tasks"]
    due = datetime.fromisoformat(task["due"]).astimezone(ZONE)
    return re.sub(r" \[ds:.*\]$", "", task["text"]), f"{due:%d.%m.%Y %H:%M}", task["completed"]


DUE, LATER = "01.02.2027 23:59", "01.03.2027 23:59"
COMMENT = "после имплантации"


def test_the_task_of_a_deal_is_planned_and_shown_and_waits_where_the_target_has_none(
    wanting: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bitrix24, "carries_tasks", False)
    tasks(wanting)
    said = wanting.say("diff", "--json")
    planned = {one["kind"]: one for one in json.loads(said.out)["operations"]}
    changes = {change["field"]: change.get("new") for change in planned["task"]["changes"]}
    assert changes["deadline"] == "2027-02-01T00:00:00+03:00"
    assert COMMENT in said.out
    done = wanting.sync()
    assert (done["exit_code"], done["outcomes"]["held"], done["outcomes"]["failed"]) == (4, 1, 0)
    assert "makes no tasks" in wanting.say("status").out
    again = wanting.sync()
    assert (again["exit_code"], again["requests"]) == (0, 0)
    assert len(wanting.deals()) == 1


def test_a_task_is_made_changed_and_completed_with_the_mis(wanting: Clinic) -> None:
    tasks(wanting)
    assert wanting.sync()["exit_code"] == 0
    assert only(wanting) == (COMMENT, DUE, False)
    [task], [deal] = wanting.state()["tasks"], wanting.deals()
    assert (task["type"], task["on"]) == ("Профосмотр", ["deal", deal["id"]])
    assert re.fullmatch(COMMENT + r" \[ds:[a-z2-7]{6}\]", task["text"])
    assert wanting.sync()["requests"] == 0
    tasks(wanting, since="01.03.2027", number=2)
    wanting.sync()
    assert only(wanting) == (COMMENT, LATER, False)
    tasks(wanting, closed="05.10.2026 12:00", since="01.03.2027", number=3)
    until_quiet(wanting)
    assert only(wanting) == (COMMENT, LATER, True)


def test_what_people_did_to_a_task_stays(wanting: Clinic) -> None:
    tasks(wanting)
    wanting.sync()
    number = wanting.state()["tasks"][0]["id"]
    wanting.act("edit_task", task=number, due="2027-02-10T12:00:00+03:00")
    tasks(wanting, since="01.03.2027", number=2)
    assert "changed by a person" in wanting.say("sync").all
    assert only(wanting) == (COMMENT, "10.02.2027 12:00", False)
    wanting.act("complete_task", task=number)
    tasks(wanting, since="01.04.2027", number=3)
    assert "completed in the CRM; it stays so" in wanting.say("sync").all
    tasks(wanting, since="01.04.2027", closed="05.10.2026 12:00", number=4)
    until_quiet(wanting)
    assert only(wanting) == (COMMENT, "10.02.2027 12:00", True)
    wanting.act("delete_task", task=number)
    tasks(wanting, since="01.05.2027", closed="05.10.2026 12:00", number=5)
    until_quiet(wanting)
    assert wanting.state()["tasks"] == []


@pytest.mark.parametrize("what", ["drop_after", "drop_before"])
def test_a_task_whose_answer_was_lost_is_settled_in_the_same_run(wanting: Clinic, what: str) -> None:
    wanting.fault(what, "crm.activity.todo.add")
    tasks(wanting)
    assert wanting.sync()["exit_code"] == 0
    assert only(wanting) == (COMMENT, DUE, False)
    assert wanting.counters()["created_tasks"] == 1
    until_quiet(wanting)


def test_a_change_of_a_task_whose_answer_was_lost_is_settled_too(wanting: Clinic) -> None:
    tasks(wanting)
    wanting.sync()
    wanting.fault("drop_before", "crm.activity.todo.update")
    tasks(wanting, since="01.03.2027", number=2)
    wanting.sync()
    wanting.fault("drop_after", "crm.activity.update")
    tasks(wanting, since="01.03.2027", closed="05.10.2026 12:00", number=3)
    wanting.sync()
    assert only(wanting) == (COMMENT, LATER, True)
    until_quiet(wanting)


def test_a_deal_that_people_have_ended_gets_no_task(ident: Clinic) -> None:
    tasks(ident)
    ident.sync()
    ident.act("move", deal=ident.deals()[0]["id"], stage="Записался")
    ident.configure("[routes.checkups]\n", f"[routes.checkups]\n{TASK}")
    until_quiet(ident)
    assert ident.state()["tasks"] == []


def test_what_people_did_to_tasks_is_seen(wanting: Clinic) -> None:
    tasks(wanting)
    wanting.sync()
    assert "nothing" in wanting.say("diff", "--online").out
    number = wanting.state()["tasks"][0]["id"]
    wanting.act("complete_task", task=number)
    shown = wanting.say("diff", "--online").out
    assert f"task {number}" in shown
    assert "done" in shown


@pytest.mark.parametrize("given", [(), ("--as-was",)])
def test_a_store_with_tasks_is_whole_and_comes_back_from_its_copy(wanting: Clinic, given: tuple[str, ...]) -> None:
    tasks(wanting)
    wanting.sync()
    assert wanting.say("state", "check", now="").code == 0
    assert wanting.say("state", "backup", now="").code == 0
    said = wanting.say("state", "restore", *given, now="")
    assert said.code == 0, said
    assert ("is known from the store" in said.out) is not bool(given)
    tasks(wanting, since="01.03.2027", number=2)
    until_quiet(wanting)
    assert only(wanting) == (COMMENT, LATER, False)
