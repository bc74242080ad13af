"""Tasks «Профосмотр» of the MIS as tasks of amoCRM: one each, with the deadline of the MIS, and people come first."""

import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dentsync.config import preset_text
from dentsync.sandbox.server import Running
from tests.account import SPEED, AmoClinic
from tests.ident import ANNA, PATIENTS
from tests.runs.test_failures import finished, process
from tests.runs.test_found import until_quiet
from tests.runs.test_tasks import HEADER

DUE, LATER = "2027-02-01T23:59:00+03:00", "2027-03-01T23:59:00+03:00"
COMMENT = "после имплантации"


@pytest.fixture
def clinic(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[AmoClinic]:
    server.admin("POST", "reset", {})
    server.admin("POST", "settings?account=smile", {"speed": SPEED, "search_lag": [0, 0]})
    monkeypatch.setenv("DENTSYNC_TOKEN", server.doors[0].keys["token"])
    clinic = AmoClinic(tmp_path / "clinic", server, capsys.readouterr)
    (clinic.folder / "inbox").mkdir(parents=True)
    account = f'"{server.doors[0].url}"\nspeed   = {SPEED}'
    text = preset_text("ident-amocrm").replace('"example.amocrm.ru"', account)
    text = text.replace('{ task_doctor = ["Врач"] }', '{ task_doctor = ["Врач"], task_comment = ["Комментарий"] }')
    (clinic.folder / "config.toml").write_text(text, encoding="utf-8")
    assert clinic.say("setup").code == 0
    clinic.drop("patients_1.csv", f"{ANNA};8(916)555-01-01;0", header=PATIENTS)
    yield clinic
    server.admin("DELETE", "faults?account=smile")


def drop(clinic: AmoClinic, number: int, since: str = "01.02.2027", comment: str = COMMENT, closed: str = "") -> None:
    """The MIS drops its task as it is now."""
    clinic.drop(f"tasks_{number}.csv", f"{ANNA};61503;Петров;{since};{comment};{closed}", header=HEADER)


def tasks(clinic: AmoClinic) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = clinic.state()["tasks"]
    return found


def only(clinic: AmoClinic) -> tuple[str, str, bool]:
    """The one task there is: text without its mark, when it is due, whether it is done."""
    [task] = tasks(clinic)
    return re.sub(r" \[ds:.*\]$", "", task["text"]), task["due"], task["completed"]


def asked(clinic: AmoClinic, what: str) -> int:
    return int(clinic.counters()["commands"].get(what, 0))


def fault(clinic: AmoClinic, what: str, match: str, **more: int) -> None:
    clinic.box.admin("POST", "faults?account=smile", {"what": what, "match": match, **more})


def unblock(clinic: AmoClinic) -> None:
    clinic.box.admin("DELETE", "faults?account=smile")
    clinic.box.admin("POST", "settings?account=smile", {"blocked": False})


def test_a_task_of_the_mis_is_a_task_at_its_deal_and_a_second_run_asks_nothing(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    assert clinic.sync()["exit_code"] == 0
    [task], [deal] = tasks(clinic), clinic.deals()
    assert (task["type"], task["due"], task["completed"]) == ("Профосмотр", DUE, False)
    assert re.fullmatch(COMMENT + r" \[ds:[a-z2-7]{6}\]", task["text"])
    assert task["on"] == ["leads", deal["id"]]
    clinic.drop("tasks_2.csv", f"{ANNA};61503;Петров;01.02.2027;{COMMENT};", header=HEADER, at="2026-10-05T13:00")
    assert clinic.sync()["requests"] == 0


def test_what_the_mis_changes_is_changed_and_nothing_else(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    clinic.sync()
    drop(clinic, 2, since="01.03.2027")
    assert clinic.sync()["exit_code"] == 0
    assert only(clinic) == (COMMENT, LATER, False)
    drop(clinic, 3, since="01.03.2027", comment="")
    clinic.sync()
    assert only(clinic) == ("Профосмотр", LATER, False)
    assert (asked(clinic, "POST tasks"), asked(clinic, "PATCH tasks")) == (1, 2)


def test_a_comment_that_comes_later_is_no_persons(clinic: AmoClinic) -> None:
    drop(clinic, 1, comment="")
    clinic.sync()
    assert only(clinic) == ("Профосмотр", DUE, False)
    drop(clinic, 2)
    assert clinic.sync()["exit_code"] == 0
    assert only(clinic) == (COMMENT, DUE, False)


def test_a_task_that_is_closed_in_the_mis_is_completed_and_says_why(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    clinic.sync()
    drop(clinic, 2, closed="05.10.2026 12:00")
    until_quiet(clinic)
    assert only(clinic) == (COMMENT, DUE, True)
    assert tasks(clinic)[0]["result"] == "Закрыто в МИС"


def test_a_task_that_is_closed_before_it_was_ever_seen_is_none(clinic: AmoClinic) -> None:
    drop(clinic, 1, closed="05.10.2026 12:00")
    clinic.sync()
    assert tasks(clinic) == []


def test_a_task_that_people_completed_is_neither_opened_nor_changed_nor_made_again(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    clinic.sync()
    clinic.act("complete_task", task=tasks(clinic)[0]["id"], result="записали")
    drop(clinic, 2, since="01.03.2027", comment="позвонить")
    said = clinic.say("sync")
    assert said.code == 0
    assert "completed in the CRM; it stays so" in said.all
    drop(clinic, 3, since="01.03.2027", closed="06.10.2026 12:00")
    until_quiet(clinic)
    assert only(clinic) == (COMMENT, DUE, True)
    assert (tasks(clinic)[0]["result"], asked(clinic, "PATCH tasks")) == ("записали", 0)


def test_a_task_that_the_mis_opens_again_stays_completed(clinic: AmoClinic) -> None:
    for number, closed in enumerate(("", "05.10.2026 12:00", ""), start=1):
        drop(clinic, number, closed=closed)
        clinic.sync()
    assert only(clinic) == (COMMENT, DUE, True)


def test_a_deadline_that_people_moved_stays_and_is_told(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    clinic.sync()
    moved = 1_800_000_000
    clinic.act("edit_task", task=tasks(clinic)[0]["id"], complete_till=moved)
    theirs = tasks(clinic)[0]["due"]
    drop(clinic, 2, since="01.03.2027", comment="позвонить")
    clinic.sync()
    assert only(clinic) == ("позвонить", theirs, False)
    drop(clinic, 3, since="01.04.2027", comment="позвонить")
    said = clinic.say("sync")
    assert "changed by a person" in said.all
    assert only(clinic) == ("позвонить", theirs, False)
    drop(clinic, 4, since="01.04.2027", comment="позвонить", closed="06.10.2026 12:00")
    until_quiet(clinic)
    assert only(clinic) == ("позвонить", theirs, True)


@pytest.mark.parametrize("what", ["drop_after", "drop_before", "html_504_after", "empty_200_after"])
def test_a_creation_whose_answer_was_lost_is_settled_in_the_same_run(clinic: AmoClinic, what: str) -> None:
    fault(clinic, what, "POST tasks")
    drop(clinic, 1)
    assert clinic.sync()["exit_code"] == 0
    assert only(clinic) == (COMMENT, DUE, False)
    assert asked(clinic, "POST tasks") == (2 if what == "drop_before" else 1)
    until_quiet(clinic)


def test_a_task_whose_creation_was_lost_and_that_people_completed_meanwhile_is_not_made_again(
    clinic: AmoClinic,
) -> None:
    drop(clinic, 1)
    fault(clinic, "drop_after", "POST tasks")
    fault(clinic, "blocked", "GET tasks")
    assert clinic.sync()["exit_code"] == 1
    unblock(clinic)
    clinic.act("complete_task", task=tasks(clinic)[0]["id"], result="сделано")
    until_quiet(clinic)
    assert only(clinic) == (COMMENT, DUE, True)


def test_what_changed_while_its_creation_was_in_doubt_is_the_new_one(clinic: AmoClinic) -> None:
    drop(clinic, 1, comment="")
    fault(clinic, "drop_after", "POST tasks")
    fault(clinic, "blocked", "GET tasks")
    assert clinic.sync()["exit_code"] == 1
    unblock(clinic)
    drop(clinic, 2, since="01.03.2027")
    until_quiet(clinic)
    assert only(clinic) == (COMMENT, LATER, False)


@pytest.mark.parametrize("what", ["drop_after", "drop_before"])
def test_a_change_whose_answer_was_lost_is_settled_too(clinic: AmoClinic, what: str) -> None:
    drop(clinic, 1)
    clinic.sync()
    fault(clinic, what, "PATCH tasks")
    drop(clinic, 2, since="01.03.2027", closed="05.10.2026 12:00")
    assert clinic.sync()["exit_code"] == 0
    assert only(clinic) == (COMMENT, LATER, True)
    until_quiet(clinic)


def test_two_changes_of_which_the_first_was_lost_end_at_the_second(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    clinic.sync()
    fault(clinic, "drop_after", "PATCH tasks")
    fault(clinic, "blocked", "GET tasks", nth=2)
    drop(clinic, 2, since="01.03.2027")
    assert clinic.sync()["exit_code"] == 1
    assert only(clinic) == (COMMENT, LATER, False)
    unblock(clinic)
    drop(clinic, 3, since="01.04.2027")
    until_quiet(clinic)
    assert only(clinic) == (COMMENT, "2027-04-01T23:59:00+03:00", False)


def test_killed_between_the_request_and_its_answer_there_is_one_task(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    fault(clinic, "slow:5", "POST tasks")
    run = process(clinic, "sync")
    until = time.monotonic() + 20
    while not clinic.counters()["created_tasks"] and time.monotonic() < until:
        time.sleep(0.02)
    run.kill()
    finished(run)
    assert only(clinic) == (COMMENT, DUE, False)
    clinic.box.admin("DELETE", "faults?account=smile")
    until_quiet(clinic)
    assert only(clinic) == (COMMENT, DUE, False)
    assert clinic.counters()["created_tasks"] == 1


def test_a_deal_whose_creation_was_lost_gets_its_task_once(clinic: AmoClinic) -> None:
    fault(clinic, "drop_after", "POST leads")
    drop(clinic, 1)
    assert clinic.sync()["exit_code"] == 0
    [task], [deal] = tasks(clinic), clinic.deals()
    assert task["on"] == ["leads", deal["id"]]


def test_the_same_task_in_two_files_is_one(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    drop(clinic, 2, comment="другими словами")
    clinic.sync()
    until_quiet(clinic)
    assert only(clinic) == ("другими словами", DUE, False)
    assert len(clinic.deals()) == 1


def test_a_type_that_the_account_lacks_is_one_line_and_stops_before_anything_is_sent(clinic: AmoClinic) -> None:
    clinic.configure('type = "Профосмотр"', 'type = "Осмотр"')
    said = clinic.say("check")
    assert said.code == 2
    assert "routes.checkup.task: amoCRM has no type of tasks «Осмотр»" in said.all
    assert "«Профосмотр»" in said.all
    drop(clinic, 1)
    before = clinic.writes
    assert clinic.say("sync").code == 2
    assert clinic.writes == before


def without_tasks(clinic: AmoClinic) -> None:
    """The clinic before it wanted tasks: its deals only."""
    clinic.configure("task     = {", "# task   = {")
    drop(clinic, 1)
    clinic.sync()
    assert (len(clinic.deals()), tasks(clinic)) == (1, [])
    clinic.configure("# task   = {", "task     = {")


def test_a_deal_of_before_gets_its_task_when_the_clinic_wants_one(clinic: AmoClinic) -> None:
    without_tasks(clinic)
    until_quiet(clinic)
    assert only(clinic) == (COMMENT, DUE, False)


@pytest.mark.parametrize("status", ["Успешно реализовано", "Закрыто и не реализовано"])
def test_a_deal_that_people_have_ended_gets_no_task(clinic: AmoClinic, status: str) -> None:
    without_tasks(clinic)
    clinic.act("move", lead=clinic.deals()[0]["id"], status=status)
    until_quiet(clinic)
    assert tasks(clinic) == []


def test_a_deal_that_people_have_deleted_gets_no_task(clinic: AmoClinic) -> None:
    without_tasks(clinic)
    clinic.act("delete", lead=clinic.deals()[0]["id"])
    until_quiet(clinic)
    assert tasks(clinic) == []


def test_a_deal_in_unsorted_gets_its_task_when_it_was_taken_up(clinic: AmoClinic) -> None:
    without_tasks(clinic)
    [deal] = clinic.deals()
    clinic.act("call", phone="8 (916) 555-01-09")
    waiting = max(clinic.deals(), key=lambda one: one["id"])
    with sqlite3.connect(clinic.folder / "state" / "dentsync.db") as store:
        store.execute("UPDATE items SET crm_id = ? WHERE crm_id = ?", (waiting["id"], deal["id"]))
    assert clinic.sync()["exit_code"] == 4
    assert tasks(clinic) == []
    assert "waits in «Неразобранное»" in clinic.say("status").out
    clinic.act("accept", lead=waiting["id"])
    until_quiet(clinic)
    assert tasks(clinic)[0]["on"] == ["leads", waiting["id"]]


def test_a_task_that_people_deleted_stays_deleted(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    clinic.sync()
    clinic.act("delete_task", task=tasks(clinic)[0]["id"])
    drop(clinic, 2, since="01.03.2027")
    until_quiet(clinic)
    assert tasks(clinic) == []


def test_a_store_that_forgot_its_task_finds_it_at_the_deal(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    clinic.sync()
    with sqlite3.connect(clinic.folder / "state" / "dentsync.db") as store:
        store.execute("DELETE FROM items WHERE kind = 'task'")
    drop(clinic, 2, comment="позвонить")
    until_quiet(clinic)
    assert only(clinic) == (COMMENT, DUE, False)  # whose words stand there is not known any more


def test_what_people_did_to_tasks_is_seen(clinic: AmoClinic) -> None:
    drop(clinic, 1)
    clinic.sync()
    assert "nothing" in clinic.say("diff", "--online").out
    clinic.act("edit_task", task=tasks(clinic)[0]["id"], complete_till=1_800_000_000)
    shown = clinic.say("diff", "--online").out
    assert f"task {tasks(clinic)[0]['id']}" in shown
    assert "deadline" in shown
    clinic.act("delete_task", task=tasks(clinic)[0]["id"])
    assert "deleted by people" in clinic.say("diff", "--online").out
