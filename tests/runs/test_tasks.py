"""Tasks «Профосмотр» of the MIS: a deal each, and the task that goes with it, as far as the target can."""

import json

import pytest

from tests.clinic import Clinic
from tests.ident import ANNA, configured

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


def test_the_task_of_a_deal_is_planned_and_shown_and_waits_where_the_target_has_none(ident: Clinic) -> None:
    ident.configure("[routes.checkups]\n", f"[routes.checkups]\n{TASK}")
    tasks(ident)
    said = ident.say("diff", "--json")
    planned = {one["kind"]: one for one in json.loads(said.out)["operations"]}
    changes = {change["field"]: change.get("new") for change in planned["task"]["changes"]}
    assert changes["deadline"] == "2027-02-01T00:00:00+03:00"
    assert "после имплантации" in ident.say("diff", "--json").out
    done = ident.sync()
    assert (done["exit_code"], done["outcomes"]["held"], done["outcomes"]["failed"]) == (4, 1, 0)
    assert "makes no tasks" in ident.say("status").out
    again = ident.sync()
    assert (again["exit_code"], again["requests"]) == (0, 0)
    assert len(ident.deals()) == 1
