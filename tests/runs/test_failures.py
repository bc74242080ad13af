"""What goes wrong is one clear line with its exit code; nothing is lost, and the webhook is in no output."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clinic import ANNA, ANNAS_VISIT, DAY, IVAN, SPEED, Clinic, Said


def rows(count: int) -> list[str]:
    return [
        f"{n};Котов Иван Петрович;8(916)555-{n // 100:02d}-{n % 100:02d};Новый;Северный;"
        for n in range(1000, 1000 + count)
    ]


def secret_of(clinic: Clinic) -> str:
    return clinic.box.webhook.rstrip("/").rsplit("/", 1)[-1]


def one_line(said: Said) -> str:
    """The only line on standard error."""
    assert said.err.strip().count("\n") == 0, said.err
    return said.err


def process(clinic: Clinic, *argv: str, **given: object) -> "subprocess.Popen[str]":
    """The command line as a process of its own."""
    command = [sys.executable, "-m", "dentsync.cli", "--lang", "en", *argv]
    command += ["-c", str(clinic.folder / "config.toml"), "--now", DAY]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, **given)  # type: ignore[call-overload, no-any-return]


def finished(running: "subprocess.Popen[str]") -> Said:
    out, err = running.communicate(timeout=60)
    return Said(running.returncode, out, err)


# ── the CRM ──


def test_a_wrong_webhook_stops_at_once_and_is_not_shown(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = clinic.box.webhook.replace(secret_of(clinic), "wr0ngs3cret")
    monkeypatch.setenv("DENTSYNC_WEBHOOK", wrong)
    clinic.patients(ANNA)
    said = clinic.say("sync")
    assert said.code == 1
    assert "wr0ngs3cret" not in said.all
    assert clinic.counters()["requests"] <= 2
    monkeypatch.setenv("DENTSYNC_WEBHOOK", clinic.box.webhook)
    assert clinic.sync()["exit_code"] == 0
    assert len(clinic.contacts()) == 1


def test_a_missing_scope_is_named(clinic: Clinic) -> None:
    clinic.box.admin("POST", "settings", {"webhooks": [webhook(clinic, scopes=["user"])]})
    clinic.patients(ANNA)
    said = clinic.say("sync")
    assert said.code in (1, 2)
    assert "crm" in said.all
    assert "scope" in said.all


def webhook(clinic: Clinic, **given: object) -> dict[str, object]:
    return {"user": 1, "secret": secret_of(clinic), "admin": True, **given}


def test_a_stage_that_the_crm_does_not_have_is_named_with_those_it_has(clinic: Clinic) -> None:
    clinic.configure('confirmed = "Запись подтверждена", completed', 'confirmed = "Подтвержденно", completed')
    clinic.reminders(ANNAS_VISIT)
    said = clinic.say("sync")
    assert said.code == 2
    assert "Подтвержденно" in said.err
    assert "Запись подтверждена" in said.err
    assert clinic.contacts() == []
    assert clinic.say("check", now="").code == 2


def test_a_portal_that_is_not_there_leaves_everything_for_the_next_run(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENTSYNC_WEBHOOK", "http://127.0.0.1:9/rest/1/s3cr3tw0rd/")
    clinic.patients(ANNA)
    said = clinic.say("sync")
    assert said.code == 1
    assert "s3cr3tw0rd" not in said.all
    monkeypatch.setenv("DENTSYNC_WEBHOOK", clinic.box.webhook)
    assert clinic.sync()["exit_code"] == 0
    assert len(clinic.contacts()) == 1


@pytest.mark.parametrize("fault", ["drop_after", "http_504_html_after", "truncated_json", "empty_200_after"])
def test_a_lost_reply_is_not_sent_again_before_it_is_looked_up(clinic: Clinic, fault: str) -> None:
    clinic.configure(f"speed = {SPEED}", "speed = 2.0")  # a busy machine needs its time
    clinic.reminders(ANNAS_VISIT)
    clinic.fault(fault, "crm.item.add")
    assert clinic.sync("--deadline", "20s")["exit_code"] == 4, "the search lag is longer"
    again = clinic.sync("--deadline", "0s")
    assert (again["held"] > 0, again["exit_code"]) == (True, 4), again
    assert len(clinic.contacts()) == 1
    clinic.configure("speed = 2.0", f"speed = {SPEED}")
    assert clinic.sync()["exit_code"] == 0, "waits for the lag itself"
    assert (len(clinic.contacts()), len(clinic.deals())) == (1, 1)
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}
    assert clinic.sync()["requests"] == 0


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "half_batch:1"])
def test_a_lost_creation_is_settled_in_the_same_run(clinic: Clinic, fault: str) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.fault(fault, "crm.item.add")
    summary = clinic.sync()
    assert (summary["exit_code"], summary["outcomes"]["unknown"]) == (0, 0)
    assert 70 < summary["waited"] < 80
    assert (len(clinic.contacts()), len(clinic.deals())) == (1, 1)
    assert clinic.deals()[0]["contacts"] == [clinic.contacts()[0]["id"]]
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}
    assert clinic.sync()["requests"] == 0


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "http_500", "half_batch:1"])
def test_a_change_whose_reply_was_lost_is_wanted_again_and_ends_right(clinic: Clinic, fault: str) -> None:
    clinic.patients(ANNA)
    clinic.reminders(ANNAS_VISIT + "Записан")
    clinic.sync()
    clinic.patients(ANNA.replace("VIP", "Активный"), name="patients_2.csv")
    clinic.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_2.csv")
    clinic.fault(fault, "crm.item.update")
    assert clinic.sync()["exit_code"] == 0
    assert clinic.contacts()[0]["UF_CRM_PATIENT_STATUS"] == "Активный"
    assert clinic.deals()[0]["stage"] == "Запись подтверждена"
    assert clinic.sync()["requests"] == 0


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_lost_change_that_is_wanted_again_leaves_people_their_edits(clinic: Clinic, fault: str) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.act("edit", contact=clinic.contacts()[0]["id"], fields={"name": "Аня"})
    clinic.patients(ANNA.replace("VIP", "Активный"), name="patients_2.csv")
    clinic.fault(fault, "crm.item.update")
    clinic.sync()
    clinic.sync()
    assert clinic.contacts()[0]["name"] == "Аня"
    assert clinic.contacts()[0]["UF_CRM_PATIENT_STATUS"] == "Активный"


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("then", ["8(916)555-01-01", "8(916)555-01-05"])
def test_a_phone_whose_change_was_lost_ends_as_the_mis_says(clinic: Clinic, fault: str, then: str) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.patients(ANNA.replace("555-01-01", "555-01-05"), name="patients_2.csv")
    clinic.fault(fault, "crm.item.update")
    clinic.sync()
    clinic.patients(ANNA.replace("8(916)555-01-01", then).replace("VIP", "Новый"), name="patients_3.csv")
    clinic.sync()
    assert clinic.contacts()[0]["phones"] == ["+7" + "".join(c for c in then if c.isdigit())[1:]]


def pass_the_search_lag(clinic: Clinic) -> None:
    """As if the intentions had been written two minutes earlier."""
    with sqlite3.connect(clinic.folder / "state" / "dentsync.db") as db:
        for column in ("intended_at", "settled_at"):
            db.execute(f"UPDATE journal SET {column} = datetime({column}, '-120 seconds') || '+00:00'")
    db.close()


def test_one_bad_row_does_not_stop_the_others_and_is_tried_again(clinic: Clinic) -> None:
    clinic.fault("error:CRM_FIELD_ERROR_REQUIRED", "crm.item.add")
    clinic.reminders(
        ANNAS_VISIT,
        ANNAS_VISIT.replace("9:00", "10:00").replace("СОКОЛОВА анна", "Белова Яна").replace("01-01", "01-02"),
    )
    summary = clinic.sync()
    assert summary["exit_code"] == 4
    assert summary["outcomes"]["failed"] == 1
    assert len(clinic.contacts()) == 1
    assert clinic.sync()["exit_code"] == 0
    assert (len(clinic.contacts()), len(clinic.deals())) == (2, 2)
    assert all(deal["contacts"] for deal in clinic.deals())


def test_a_portal_that_falls_silent_is_left_alone_after_two_requests(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    visits = [
        ANNAS_VISIT.replace("9:00:00", f"{hour}:{minute:02d}:00") for hour in range(9, 20) for minute in range(0, 60, 5)
    ]
    clinic.reminders(*visits)
    clinic.fault("drop_before", "crm.item.add", times=0)
    summary = clinic.sync()
    assert summary["exit_code"] == 1
    assert summary["outcomes"]["unknown"] < len(visits)
    assert summary["outcomes"]["held"] > 0
    clinic.box.admin("DELETE", "faults")
    pass_the_search_lag(clinic)
    assert clinic.sync()["exit_code"] == 0
    assert len(clinic.deals()) == len(visits)


# ── the files ──


def test_a_missing_column_is_one_line_that_says_what_to_add_where(clinic: Clinic) -> None:
    path = clinic.drop(
        "reminders_1.csv", "Соколова Анна;06.10.2026 9:00;Петров", header="Ф.И.О.;Дата и время приёма;Врач"
    )
    clinic.patients(ANNA)
    said = clinic.say("sync")
    assert said.code == 1
    [line] = [line for line in said.out.splitlines() if "reminders_1.csv" in line]
    assert "feeds.reminders.columns.phones" in line
    assert path.exists()
    assert len(clinic.contacts()) == 1, "the other feed went on"


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"MOXCEL\0\0", "MXL"), (b"", "empty"), (b"PK\x03\x04 torn", "reminders_1.csv"), (b"<html>", "HTML")],
)
def test_a_file_that_cannot_be_read_is_one_line_and_stays(clinic: Clinic, content: bytes, word: str) -> None:
    path = clinic.folder / "inbox" / "reminders_1.csv"
    path.write_bytes(content)
    clinic.stamp(path, DAY)
    said = clinic.say("sync")
    assert said.code == 1
    assert word in said.out
    assert path.exists()


def test_no_inbox_is_one_line(clinic: Clinic) -> None:
    (clinic.folder / "inbox").rmdir()
    said = clinic.say("sync")
    assert said.code == 2
    assert "inbox" in one_line(said)


# ── the machine ──


def test_a_second_run_says_who_holds_the_state_and_leaves(clinic: Clinic) -> None:
    clinic.say("status")
    clinic.patients(*rows(30))
    clinic.fault("slow:2", "batch")
    first = process(clinic, "sync")
    wait_for(clinic.folder / "state" / "lock.json")
    said = clinic.say("sync")
    assert said.code == 6
    assert str(first.pid) in one_line(said)
    assert clinic.say("status").code == 0, "looking needs no lock"
    assert finished(first).code == 0
    assert len(clinic.contacts()) == 30


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_run_does_not_leave_the_lock(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.fault("slow:5", "batch")
    first = process(clinic, "sync")
    wait_for(clinic.folder / "state" / "lock.json")
    first.kill()
    first.communicate()
    assert clinic.say("status").code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_the_middle_of_a_push_waits_for_what_is_in_flight(
    clinic: Clinic, number: signal.Signals, code: int
) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.sync("patients")
    clinic.fault("slow:3", "crm.item.add")
    running = process(clinic, "sync", "--json")
    while not clinic.counters()["commands"].get("crm.item.add"):
        time.sleep(0.05)
    running.send_signal(number)
    said = finished(running)
    assert said.code == json.loads(said.out)["exit_code"] == code
    first, second = filter(None, said.err.splitlines())
    assert ["finishing" in first, "interrupted" in second] == [True, True]
    assert clinic.sync()["uncertain"] == 0
    assert (len(clinic.contacts()), len(clinic.deals())) == (1, 1)
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}


def test_a_second_ctrl_c_ends_at_once_and_nothing_is_doubled(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.sync("patients")
    clinic.fault("slow:30", "crm.item.add")
    running = process(clinic, "sync")
    while not clinic.counters()["commands"].get("crm.item.add"):
        time.sleep(0.05)
    started = time.monotonic()
    for _press in range(2):
        running.send_signal(signal.SIGINT)
        time.sleep(0.3)
    assert finished(running).code == 130
    assert time.monotonic() - started < 5
    assert clinic.sync()["exit_code"] == 0
    assert (len(clinic.contacts()), len(clinic.deals())) == (1, 1)
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}


def test_a_full_disk_is_one_line_and_the_next_run_goes_on(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    path = clinic.patients(*rows(3000), name="patients_2.csv")

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    said = finished(process(clinic, "extract", preexec_fn=small_disk))
    assert said.code == 1
    assert "free space" in one_line(said)
    assert path.exists()
    assert clinic.say("extract").code == 0


def test_output_that_finds_no_room_is_one_line_and_what_was_done_is_known(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "dentsync.cli", "sync", "-c", str(clinic.folder / "config.toml"), "--now", DAY]
        ended = subprocess.run([*command], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip().count("\n") == 0, ended.stderr
    assert "no space is left" in ended.stderr
    assert clinic.sync()["requests"] == 0
    assert len(clinic.contacts()) == 1


def test_what_was_not_sent_is_counted_and_not_listed(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.patients(ANNA, IVAN)
    monkeypatch.setenv("DENTSYNC_WEBHOOK", "http://127.0.0.1:9/rest/1/abcsecret/")
    said = clinic.say("sync")
    assert said.code == 1
    assert [line for line in said.out.splitlines() if "held:" in line] == [
        "  held: 2 not sent; the next run sends them"
    ]


def test_a_file_from_ahead_of_the_clock_has_no_age(clinic: Clinic) -> None:
    clinic.patients(ANNA, at="2026-10-05T17:30")
    assert clinic.say("extract").code == 0
    assert "1 rows, 0 h old" in clinic.say("status").out


def test_a_damaged_state_is_refused_never_taken_for_empty(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    path = clinic.folder / "state" / "dentsync.db"
    path.write_bytes(b"not a database at all" * 500)
    said = clinic.say("sync")
    assert said.code == 1
    assert "damaged" in one_line(said)
    assert len(clinic.contacts()) == 1


def test_the_state_is_private(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    state = clinic.folder / "state"
    assert oct(state.stat().st_mode & 0o777) == "0o700"
    assert {oct(path.stat().st_mode & 0o777) for path in state.iterdir() if path.name.startswith("dentsync")} == {
        "0o600"
    }


# ── what is said ──


@pytest.mark.parametrize("argv", [["sync"], ["sync", "no such feed"], ["diff", "no such feed"]])
def test_a_run_that_comes_to_no_report_answers_in_json_where_it_was_asked_to(clinic: Clinic, argv: list[str]) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.configure('pipeline = "Оповещение о визите"', 'pipeline = "Нет такой"')
    said = clinic.say(*argv, "--json")
    answer = json.loads(said.out)
    assert (answer["command"], answer["exit_code"], said.code) == (argv[0], 2, 2)
    assert said.err == f"dentsync: {answer['error']}\n"


@pytest.mark.parametrize(
    "command", [["sync"], ["sync", "--json"], ["diff", "--no-values"], ["status"], ["status", "--json"], ["clean"]]
)
def test_output_without_values_names_no_patient(clinic: Clinic, command: list[str]) -> None:
    clinic.patients(ANNA, IVAN, "103;Иксов Игрек;1234;;;")
    clinic.reminders(ANNAS_VISIT, "Иксов Игрек;12345;06.10.2026 9:00;Петров;")
    if command[0] in ("status", "clean"):
        clinic.sync()
    said = clinic.say(*command)
    for canary in ("Соколова", "СОКОЛОВА", "Анна", "Котов", "Иксов", "555-01", "5550101", "12345", secret_of(clinic)):
        assert canary not in said.all


@pytest.mark.parametrize(
    "fault",
    ["http_500", "http_502_html", "portal_off_html_404", "overload", "access_denied_plan", "html_200", "error_key_200"],
)
def test_no_failure_of_the_portal_shows_the_webhook(clinic: Clinic, fault: str) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.fault(fault, times=0)
    said = clinic.say("sync")
    assert said.code in (1, 4)
    assert secret_of(clinic) not in said.all
    assert "Traceback" not in said.all


def test_a_bug_shows_where_it_was_and_no_data(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_given: object) -> None:
        raise RuntimeError("Соколова Анна +79165550101")

    monkeypatch.setattr("dentsync.runs.main_job.read_inbox", broken)
    said = clinic.say("sync")
    assert said.code == 3
    assert "RuntimeError" in said.err
    assert "Соколова" not in said.all


def test_usage_errors_have_their_own_code(clinic: Clinic) -> None:
    assert clinic.say("sync", "--nonsense").code == 2
    assert clinic.say("sync", "no_such_feed").code == 2
    assert clinic.say("sync", now="tomorrow").code == 2


def test_the_environment_gives_now(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENTSYNC_NOW", "2026-10-05T14:00")
    clinic.reminders(ANNAS_VISIT)
    assert "05.10.2026 14:00" in clinic.say("sync", now="").out
    assert os.environ["DENTSYNC_NOW"] == "2026-10-05T14:00"
