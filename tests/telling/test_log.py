"""The log for programs: a JSON object a line, and nothing else."""

import json
import logging
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dentsync.load.log import facts, start, stop
from tests.clinic import ANNA, ANNAS_VISIT, Clinic


def logged(path: Path) -> list[dict[str, Any]]:
    """The lines, each with what every line has."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        assert list(line)[:5] == ["v", "time", "level", "run", "event"]
        assert line["v"] == 1
        assert datetime.fromisoformat(line["time"]).tzinfo is not None
    return lines


def test_a_run_is_told_from_begin_to_end_under_one_id(clinic: Clinic) -> None:
    path = clinic.folder / "log.jsonl"
    clinic.patients(ANNA)
    clinic.reminders(ANNAS_VISIT)
    assert clinic.say("sync", "--log", str(path), "--report", str(clinic.folder / "run.json")).code == 0
    lines = logged(path)
    events = [line["event"] for line in lines if line["event"] != "progress"]
    assert events == ["begin", "file", "file", "plan", "end"]
    report = json.loads((clinic.folder / "run.json").read_bytes())
    assert {line["run"] for line in lines} == {report["run"]}
    assert {line["level"] for line in lines} == {"info"}
    assert lines[-1]["outcomes"]["applied"] == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_runs_are_appended(clinic: Clinic) -> None:
    path = clinic.folder / "log.jsonl"
    clinic.say("sync")
    clinic.say("sync", "--log", str(path))
    clinic.say("sync", "--log", str(path))
    assert [line["event"] for line in logged(path)] == ["begin", "end"] * 2
    assert len({line["run"] for line in logged(path)}) == 2


def test_a_failure_is_an_error_and_what_did_not_succeed_a_warning(clinic: Clinic) -> None:
    path = clinic.folder / "log.jsonl"
    clinic.fault("error:CRM_FIELD_ERROR_REQUIRED", "crm.item.add")
    clinic.reminders(ANNAS_VISIT)
    clinic.say("sync", "--log", str(path))
    levels = {line["event"]: line["level"] for line in logged(path)}
    assert (levels["operation"], levels["end"]) == ("warning", "error")


def test_the_environment_can_name_the_log(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENTSYNC_LOG", str(clinic.folder / "log.jsonl"))
    clinic.say("sync")
    assert logged(clinic.folder / "log.jsonl")


def test_without_a_log_nothing_is_logged_and_text_stays_as_it_was(clinic: Clinic) -> None:
    before = logging.getLogger().handlers[:]
    assert clinic.say("sync").out.splitlines()[-1] == "nothing to do, no request made"
    clinic.say("sync", "--log", str(clinic.folder / "log.jsonl"))
    assert logging.getLogger().handlers == before


def test_a_log_that_cannot_be_opened_stops_the_run_before_it_begins(clinic: Clinic) -> None:
    said = clinic.say("sync", "--log", str(clinic.folder / "nowhere" / "log"))
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_warnings_of_libraries_pass_the_redactor(tmp_path: Path) -> None:
    handler = start(tmp_path / "log", "0a1b2c3d")
    logging.getLogger("urllib3.whatever").warning("Retrying %s", "/rest/1/s3cr3t/batch")
    logging.getLogger("urllib3.whatever").info("not that much")
    logging.getLogger("dentsync.crm").info("wait", extra=facts(seconds=3, why="8 916 555-01-01"))
    stop(handler)
    lines = logged(tmp_path / "log")
    assert [(line["event"], line.get("text")) for line in lines] == [("library", "Retrying /rest/***"), ("wait", None)]
    assert (lines[1]["seconds"], lines[1]["why"]) == (3, "***")


def test_a_full_disk_is_one_line_and_not_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    handler = start(Path("/dev/full"), "0a1b2c3d")
    for _time in range(3):
        logging.getLogger("dentsync").info("begin")
    stop(handler)
    assert capsys.readouterr().err.count("\n") == 1
