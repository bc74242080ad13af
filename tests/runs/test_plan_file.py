"""Plan, then apply: a dry run leaves no trace, and a saved plan is applied exactly or not at all."""

import json
import stat
from pathlib import Path

import pytest

from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic


def snapshot(folder: Path) -> dict[str, bytes]:
    """All files of the clinic but the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("lock") and not path.name.endswith(("-wal", "-shm"))
    }


@pytest.fixture
def planned(clinic: Clinic) -> Clinic:
    """Anna is in the CRM; Ivan and a reminder are new and planned in plan.json."""
    clinic.patients(ANNA)
    clinic.sync()
    clinic.patients(ANNA, IVAN, name="patients_2.csv")
    clinic.reminders(ANNAS_VISIT)
    assert clinic.say("diff", "--out", str(clinic.folder / "plan.json")).code == 0
    return clinic


def push(clinic: Clinic):  # type: ignore[no-untyped-def]
    return clinic.say("push", str(clinic.folder / "plan.json"))


def test_a_dry_run_leaves_no_trace(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.patients(ANNA.replace("VIP", "Новый"), IVAN, name="patients_2.csv")
    before, requests = snapshot(clinic.folder), clinic.counters()["requests"]
    said = clinic.say("diff", "--values")
    assert "VIP → Новый" in said.out
    assert "patients_2.csv:2" in said.out
    assert snapshot(clinic.folder) == before
    assert clinic.counters()["requests"] == requests


def test_a_dry_run_and_the_run_plan_the_same(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT)
    plan = json.loads(clinic.say("diff", "--json").out)
    assert clinic.sync()["plan"] == plan["digest"]


def test_detailed_exit_code_tells_changes_from_none(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    assert clinic.say("diff", "--detailed-exitcode").code == 10
    clinic.sync()
    assert clinic.say("diff", "--detailed-exitcode").code == 0


def test_a_saved_plan_is_applied_exactly(planned: Clinic) -> None:
    said = push(planned)
    assert said.code == 0, said.all
    assert len(planned.contacts()) == 2
    assert len(planned.deals()) == 1
    requests = planned.counters()["requests"]
    assert planned.sync()["operations"] == 0
    assert planned.counters()["requests"] == requests


def test_a_saved_plan_can_be_applied_once(planned: Clinic) -> None:
    push(planned)
    said = push(planned)
    assert (said.code, len(planned.contacts())) == (5, 2)
    assert "state has changed" in said.err


def test_a_plan_is_refused_when_the_state_moved(planned: Clinic) -> None:
    planned.sync("patients")
    assert push(planned).code == 5
    assert planned.deals() == []


def test_a_plan_is_refused_when_the_configuration_moved(planned: Clinic) -> None:
    planned.configure('people   = ["Уточнить"]', 'people   = ["Уточнить", "Перезвонить"]')
    said = push(planned)
    assert said.code == 5
    assert "configuration has changed" in said.err


def test_an_edited_plan_is_refused(planned: Clinic) -> None:
    path = planned.folder / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace("+74732550102", "+74732550103"), encoding="utf-8")
    said = push(planned)
    assert said.code == 5
    assert "edited" in said.err


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"version": 1}', "not json"])
def test_what_is_not_a_plan_is_one_line(clinic: Clinic, text: str) -> None:
    (clinic.folder / "plan.json").write_text(text, encoding="utf-8")
    said = push(clinic)
    assert said.code == 2
    assert said.err.count("\n") == 1


def test_a_plan_file_is_private(planned: Clinic) -> None:
    assert stat.S_IMODE((planned.folder / "plan.json").stat().st_mode) == 0o600


def test_the_documented_schema_is_the_one_that_is_written(planned: Clinic) -> None:
    from dentsync.runs.plan_file import schema

    documented = json.loads((Path(__file__).parents[2] / "docs" / "plan.schema.json").read_text(encoding="utf-8"))
    assert documented == schema()
    plan = json.loads((planned.folder / "plan.json").read_text(encoding="utf-8"))
    assert set(plan) == set(documented["$defs"]["Plan"]["properties"])
    assert set(plan["operations"][0]) == set(documented["$defs"]["Operation"]["properties"])
