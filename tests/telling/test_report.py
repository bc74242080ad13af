"""The report of a run: the same shape however it ended, and no less than what happened."""

import json
import signal
import stat
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dentsync.runs.run_report import RunReport, schema
from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic
from tests.runs.test_failures import finished, process

ROOT = Path(__file__).parents[2]
SECOND_VISIT = ANNAS_VISIT.replace("9:00", "10:00").replace("СОКОЛОВА анна", "Белова Яна").replace("01-01", "01-02")


def reported(clinic: Clinic, *argv: str, now: str = "2026-10-05T14:00") -> dict[str, Any]:
    """Run a command with ``--report``; what it wrote, checked against its types."""
    path = clinic.folder / "run.json"
    said = clinic.say(*argv, "--report", str(path), now=now)
    report: dict[str, Any] = json.loads(path.read_bytes())
    msgspec.convert(report, RunReport, strict=True)
    assert report["exit_code"] == said.code
    return report


def test_the_documented_schema_is_the_one_that_is_written(clinic: Clinic) -> None:
    documented = json.loads((ROOT / "docs" / "run.schema.json").read_text(encoding="utf-8"))
    assert documented == schema()
    clinic.reminders(ANNAS_VISIT)
    assert set(reported(clinic, "sync")) == set(documented["$defs"]["RunReport"]["properties"])


def test_a_good_run_is_told_in_counts(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT, "Иксов Игрек;12345;06.10.2026 9:00;Петров;")
    report = reported(clinic, "sync", "reminders", "patients")
    assert (report["command"], report["feeds"], report["clinic"]) == ("sync", ["patients", "reminders"], "Ваша улыбка")
    assert (report["end"], report["error"], report["left"]) == ("done", "", {"operations": 0, "files": 0})
    assert report["plan"]["operations"] == {"create": {"contact": 2, "deal": 1}}
    assert report["outcomes"]["applied"] == 3
    assert report["requests"] == clinic.counters()["requests"]
    assert [(file["feed"], file["read"], file["loaded"], file["rejected"]) for file in report["files"]] == [
        ("patients", 2, 2, 0),
        ("reminders", 2, 1, 1),
    ]
    assert report["now"] == "2026-10-05T14:00:00+03:00"
    assert report["started_at"] <= report["finished_at"]


def test_the_file_is_private_and_replaced_whole(clinic: Clinic) -> None:
    (clinic.folder / "run.json").write_text("{" * 100_000, encoding="utf-8")
    reported(clinic, "sync")
    assert stat.S_IMODE((clinic.folder / "run.json").stat().st_mode) == 0o600
    assert [path.name for path in clinic.folder.glob("run.json*")] == ["run.json"]


def test_what_did_not_succeed_is_named_by_key_and_line(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.patients(ANNA.replace("VIP", "Новый"), name="patients_2.csv")
    clinic.fault("error:CRM_FIELD_ERROR_VALUE_NOT_VALID", "crm.item.update")
    report = reported(clinic, "sync")
    [problem] = report["problems"]
    assert (problem["action"], problem["kind"], problem["result"]) == ("update", "contact", "failed")
    assert (problem["key"], problem["file"], problem["line"]) == ("patient/центральный/101", "patients_2.csv", 2)
    assert (report["end"], report["left"]["operations"]) == ("partial", 1)
    assert "failed 1" in report["error"]


def test_a_refused_plan_is_told_with_all_that_is_left(clinic: Clinic) -> None:
    clinic.configure("creates = 500", "creates = 1")
    clinic.reminders(ANNAS_VISIT, SECOND_VISIT)
    report = reported(clinic, "sync")
    assert (report["end"], report["outcomes"]) == ("refused", {})
    assert report["left"]["operations"] == 4
    assert report["plan"]["refusals"][0] in report["error"]
    assert report["plan"]["digest"] in report["error"]


def test_a_file_that_cannot_be_used_is_told(clinic: Clinic) -> None:
    clinic.drop("reminders_1.csv", "Соколова Анна;06.10.2026 9:00", header="Ф.И.О.;Дата и время приёма")
    report = reported(clinic, "sync")
    assert (report["end"], report["left"]["files"]) == ("failed", 1)
    assert "feeds.reminders.columns" in report["error"]
    assert report["error"].count("reminders_1.csv") == 1


def test_a_failure_in_the_middle_keeps_what_was_read_before(clinic: Clinic) -> None:
    clinic.configure('confirmed = "Запись подтверждена", completed', 'confirmed = "Подтвержденно", completed')
    clinic.reminders(ANNAS_VISIT)
    report = reported(clinic, "sync")
    assert report["end"] == "usage"
    assert "Подтвержденно" in report["error"]
    assert report["files"][0]["loaded"] == 1
    assert report["plan"]["operations"] == {"create": {"contact": 1, "deal": 1}}


def test_a_run_that_never_began_is_told_too(clinic: Clinic) -> None:
    from dentsync.runs.lock import locked

    with locked(clinic.folder / "state"):
        report = reported(clinic, "sync")
    assert (report["end"], report["files"], report["clinic"]) == ("locked", [], "")
    assert reported(clinic, "sync", "nothing")["end"] == "usage"
    clinic.configure("[clinic]", "[clinic")
    assert reported(clinic, "sync")["end"] == "usage"


def test_a_bug_is_told_by_its_place(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_given: object) -> None:
        raise RuntimeError("Соколова Анна +79165550101")

    monkeypatch.setattr("dentsync.runs.main_job.read_inbox", broken)
    report = reported(clinic, "sync")
    assert report["end"] == "bug"
    assert "RuntimeError at test_report.py:" in report["error"]
    assert "Соколова" not in json.dumps(report, ensure_ascii=False)


def test_an_interrupted_run_is_told(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.sync("patients")
    clinic.fault("slow:2", "crm.item.add")
    path = clinic.folder / "run.json"
    running = process(clinic, "sync", "--report", str(path))
    while not clinic.counters()["commands"].get("crm.item.add"):
        time.sleep(0.05)
    assert json.loads(path.read_bytes())["exit_code"] is None, "a run at work says that it is"
    running.send_signal(signal.SIGINT)
    assert finished(running).code == 130
    report = json.loads(path.read_bytes())
    assert (report["end"], report["exit_code"]) == ("interrupted", 130)
    assert report["files"][0]["feed"] == "reminders"


@pytest.mark.parametrize("command", [["extract"], ["diff"], ["push"]])
def test_every_command_of_the_main_job_can_report(clinic: Clinic, command: list[str]) -> None:
    clinic.patients(ANNA)
    assert reported(clinic, *command)["end"] == "done"


def test_import_and_a_saved_plan_report_too(clinic: Clinic) -> None:
    path = clinic.patients(ANNA)
    report = reported(clinic, "import", str(path), "--feed", "patients")
    assert (report["command"], report["feeds"]) == ("import", ["patients"])
    clinic.patients(ANNA, IVAN, name="patients_2.csv")
    clinic.say("diff", "--out", str(clinic.folder / "plan.json"))
    report = reported(clinic, "push", str(clinic.folder / "plan.json"))
    assert (report["command"], report["outcomes"]["applied"]) == ("push", 1)


def test_a_diff_that_finds_changes_ends_with_changes(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    assert reported(clinic, "diff", "--detailed-exitcode")["end"] == "changes"


def test_a_report_that_cannot_be_written_stops_the_run_before_it_begins(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    said = clinic.say("sync", "--report", str(clinic.folder / "nowhere" / "run.json"))
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert clinic.contacts() == []


def test_a_report_that_can_no_longer_be_written_does_not_change_how_the_run_ended(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.fault("slow:1", "batch")
    folder = clinic.folder / "reports"
    folder.mkdir()
    running = process(clinic, "sync", "--report", str(folder / "run.json"))
    while not clinic.counters()["requests"]:
        time.sleep(0.05)
    (folder / "run.json").unlink()
    folder.rmdir()
    said = finished(running)
    assert said.code == 0
    assert "run.json: cannot be written" in said.err


def test_the_history_of_runs_keeps_no_names_of_strange_files(clinic: Clinic) -> None:
    (clinic.folder / "inbox" / "Соколова Анна.pdf").write_bytes(b"x")
    report = reported(clinic, "sync")
    assert [file["name"] for file in report["files"]] == ["*.pdf"]
    runs = json.loads(clinic.say("status", "--json").out)["runs"]
    assert "Соколова" not in json.dumps(runs, ensure_ascii=False)
