"""The same three days as IDENT tells them, into amoCRM: the board after each drop is a golden file.

``UPDATE_GOLDEN=1 pytest tests/runs/test_three_days_amocrm.py`` writes the files anew; read the difference first.
"""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from dentsync.config import preset_text
from dentsync.demo_stories import IDENT, STORIES, drop_time
from dentsync.sandbox.server import running
from tests.account import SPEED, AmoClinic
from tests.runs.test_three_days import check

CARD = ("Номер медкарты", "Статус пациента", "Завершено", "Дата и время будущего ближайшего приема")
CALLERS = ("Мальцев", "Нечаева", "Фомин")
FOLLOWS = "\n[follows." in preset_text("ident-amocrm")


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    with running(crm="amocrm", speed=SPEED) as box:
        monkeypatch.setenv("DENTSYNC_TOKEN", box.doors[0].keys["token"])
        clinic = AmoClinic(tmp_path / "clinic", box, capsys.readouterr)
        (clinic.folder / "inbox").mkdir(parents=True)
        text = preset_text("ident-amocrm").replace('"example.amocrm.ru"', f'"{box.url}"\nspeed   = {SPEED}')
        (clinic.folder / "config.toml").write_text(text, encoding="utf-8")
        assert clinic.say("setup").code == 0
        yield clinic


def board(clinic: AmoClinic) -> dict[str, Any]:
    """Pipelines with stages and titles, and contacts as a person sees them."""
    stages: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for deal in clinic.deals():
        stages[deal["pipeline"]][deal["loss_reason"] or deal["status"]].append(deal["name"])
    contacts = [
        ", ".join([one["name"], *one["phones"], *(str(one.get(field) or "—") for field in CARD)])
        for one in clinic.contacts()
    ]
    pipelines = {name: {stage: sorted(names) for stage, names in columns.items()} for name, columns in stages.items()}
    return {"pipelines": pipelines, "contacts": sorted(contacts)}


def test_the_board_after_every_drop_and_callers_leads_are_taken_over(clinic: AmoClinic) -> None:
    leads: set[int] = set()
    for drop in IDENT.drops:
        list(IDENT.people_act(clinic.box, drop))
        leads |= {deal["id"] for deal in clinic.deals() if deal["name"].startswith("Звонок: ")}
        IDENT.put_files(drop, clinic.folder / "inbox")
        now = drop_time(drop).isoformat()
        if FOLLOWS:
            assert clinic.say("tick", now=now).code == 0
        summary = clinic.sync(now=now)
        assert summary["exit_code"] == 0, summary
        assert all(f["read"] == f["loaded"] + f["rejected"] + f["ignored"] for f in summary["files"])
        assert not any(summary["outcomes"][name] for name in ("failed", "unknown", "held")), summary
        check(f"amocrm-{drop}", board(clinic))
        assert clinic.sync(now=now)["requests"] == 0
    assert clinic.counters()["duplicates"] == {"contacts": 0, "leads": 0}
    taken_over = {deal["name"].split()[0] for deal in clinic.deals() if deal["id"] in leads and deal["ID Приема"]}
    assert taken_over == set(CALLERS)


@pytest.mark.slow
@pytest.mark.parametrize("crm", STORIES)
def test_the_demo_runs_in_an_empty_home(crm: str, tmp_path: Path) -> None:
    env = {**os.environ, "HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    argv = [sys.executable, "-m", "dentsync.cli", "demo", "--crm", crm, "--folder", str(tmp_path / "demo")]
    done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert not done.stderr
    assert "nothing to do, no request made" in done.stdout
    assert f"sandbox serve --crm {crm}" in done.stdout
