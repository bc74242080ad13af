"""A token that ends soon is told before it does: once thirty days ahead, once seven, once when it has ended."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dentsync.runs.alerting import Run, tell
from dentsync.transform.alerts import Ending
from tests.load.test_expiry import END, token
from tests.telling.post import Hooks

CONFIG = """
[clinic]
name = "Ваша улыбка"
timezone = "Asia/Vladivostok"
[files]
state = "state"
[crm]
target = "amocrm"
token = "env:DENTSYNC_TOKEN"
[alerts]
webhook = "env:ALERTS"
"""


@pytest.fixture
def config(tmp_path: Path, web: Hooks, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "state").mkdir(mode=0o700)
    monkeypatch.setenv("ALERTS", f"{web.url}/hook")
    monkeypatch.setenv("DENTSYNC_TOKEN", token(exp=END.timestamp()))
    return file


def runs(config: Path, *days: float, code: int = 0) -> None:
    """A run so many days before the token ends, each time of another line of cron."""
    for place, ahead in enumerate(days):
        at = END - timedelta(days=ahead)
        assert not list(tell(config, Run("1", f"sync {place}", Ending(code, at))))


def test_it_is_told_once_at_each_moment_whatever_line_runs(config: Path, web: Hooks) -> None:
    runs(config, 40, 29.5, 29, 10, 6.5, 6, -1, -2)
    assert [one["event"] for one in web.messages] == ["expiring"] * 3
    assert "02.03.2027" not in str(web.messages)
    assert "01.03.2027 22:00" in web.messages[0]["text"], "in the clinic's zone"
    assert "ey" not in web.messages[0]["text"]


def test_a_new_token_is_no_news_and_warns_again_in_its_time(
    config: Path, web: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs(config, 20)
    monkeypatch.setenv("DENTSYNC_TOKEN", token(exp=(END + timedelta(days=300)).timestamp()))
    runs(config, 19)
    assert len(web.messages) == 1
    runs(config, -280)
    assert len(web.messages) == 2


def test_a_new_token_that_ends_soon_as_well_is_news(config: Path, web: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    runs(config, 20)
    monkeypatch.setenv("DENTSYNC_TOKEN", token(exp=(END + timedelta(days=5)).timestamp()))
    runs(config, 20)
    assert len(web.messages) == 2


def test_what_did_not_get_through_is_told_by_the_next_run(config: Path, web: Hooks) -> None:
    web.status = 500
    run = Run("1", "sync", Ending(0, END - timedelta(days=20)))
    assert list(tell(config, run))
    web.status = 200
    assert not list(tell(config, run))
    runs(config, 20)
    assert len([one for one in web.messages if one["event"] == "expiring"]) == 2


def test_a_failure_is_told_beside_it(config: Path, web: Hooks) -> None:
    runs(config, 20, code=1)
    assert [one["event"] for one in web.messages] == ["failing", "expiring"]
    assert datetime.fromisoformat(web.messages[1]["since"]).astimezone(UTC) == END
