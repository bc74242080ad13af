"""Each MIS in the CRM of the other clinic: the sample days with the two presets that no demo tells."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dentsync.config import preset_text
from dentsync.demo_stories import HELIX, IDENT, Story, drop_time
from dentsync.sandbox.server import running
from tests.account import SPEED as AMO_SPEED
from tests.account import AmoClinic
from tests.clinic import SPEED, Clinic
from tests.runs.test_three_days import GOLDEN


def carried(clinic: Clinic, story: Story, search: Callable[[], Any] = lambda: None) -> None:
    """Every drop: what a dry run foretells is carried out, and then there is no news."""
    said = clinic.say("check")
    assert said.code == 0, said.all
    for drop in story.drops:
        search()
        story.put_files(drop, clinic.folder / "inbox")
        now = drop_time(drop).isoformat()
        plan = next(line for line in clinic.say("diff", now=now).out.splitlines() if line.startswith("plan "))
        summary = clinic.sync(now=now)
        assert plan.startswith(f"plan {summary['plan']}")
        assert summary["exit_code"] == 0, summary
        assert not any(summary["outcomes"][name] for name in ("failed", "unknown", "held")), summary
        assert clinic.sync(now=now)["requests"] == 0
    assert not any(clinic.counters()["duplicates"].values())


def test_helix_in_amocrm_has_the_deals_that_it_has_in_bitrix24(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(crm="amocrm", speed=AMO_SPEED) as box:
        monkeypatch.setenv("DENTSYNC_TOKEN", box.doors[0].keys["token"])
        clinic = AmoClinic(tmp_path, box, capsys.readouterr)
        (tmp_path / "inbox").mkdir()
        text = preset_text("helix-amocrm").replace('"example.amocrm.ru"', f'"{box.url}"\nspeed   = {AMO_SPEED}')
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        assert clinic.say("setup").code == 0
        # What was made two minutes ago is found.
        carried(clinic, HELIX, lambda: box.admin("POST", "settings", {"advance": 120}))
        golden = json.loads((GOLDEN / f"{HELIX.drops[-1]}.json").read_text(encoding="utf-8"))["pipelines"]
        titles = [
            title.rpartition(" (")[0] for stages in golden.values() for column in stages.values() for title in column
        ]
        assert Counter(deal["name"] for deal in clinic.deals()) == Counter(titles)
        assert {deal["loss_reason"] for deal in clinic.deals()} == {None, "Не пришёл", "Отменил запись"}


def test_ident_in_bitrix24_has_its_tasks_too(clinic: Clinic) -> None:
    text = preset_text("ident-bitrix24").replace('target = "bitrix24"', f'target = "bitrix24"\nspeed = {SPEED}')
    (clinic.folder / "config.toml").write_text(text, encoding="utf-8")
    carried(clinic, IDENT)
    tasks, deals = clinic.state()["tasks"], clinic.deals()
    checkups = {deal["id"]: deal for deal in deals if deal["pipeline"] == "Профосмотр"}
    assert Counter(deal["stage"] for deal in checkups.values()) == {"Пригласить": 13, "Отказался": 1}
    assert sorted(task["on"][1] for task in tasks) == sorted(checkups)
    assert [checkups[task["on"][1]]["stage"] for task in tasks if task["completed"]] == ["Отказался"]
    assert Counter(deal["pipeline"] for deal in deals)["NPS"] == 34
