"""The first evening with amoCRM: what is missing is said in one line, and nothing of the token is shown."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from dentsync.cli import cli
from dentsync.config import presets
from dentsync.sandbox.server import Running
from tests.account import AmoClinic
from tests.clinic import ANNA
from tests.runs.test_amocrm import TOKEN, clinic, found

__all__ = ["clinic", "found"]


@pytest.mark.parametrize("preset", presets())
def test_init_names_the_variable_that_the_preset_reads(preset: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    said = CliRunner().invoke(cli, ["--lang", "en", "init", "--preset", preset, "--to", str(config)])
    variable = "DENTSYNC_TOKEN" if "amocrm" in preset else "DENTSYNC_WEBHOOK"
    assert f"env:{variable}" in config.read_text(encoding="utf-8")
    assert variable in said.output
    assert ("dentsync setup" in said.output) == ("amocrm" in preset)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{url}", "example.amocrm.ru", "still the example"), ("{url}", "smile", "is not the address of an account"),
        ("{url}", "http://smile.amocrm.ru", "use https://"), ("{url}", "http://127.0.0.1:9", "no connection"),
        ('address = "{url}"', "", 'for example "smile.amocrm.ru"'),
    ],
)  # fmt: skip
def test_a_wrong_address_is_one_line(clinic: AmoClinic, old: str, new: str, words: str) -> None:
    clinic.configure("speed   = 250.0", "")
    clinic.configure(old.format(url=clinic.box.doors[0].url), new)
    said = clinic.say("check")
    assert said.code == 2
    assert words in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("token", ["", "abc", "a.b.c"])
def test_a_wrong_token_is_one_line_and_sends_nothing(
    clinic: AmoClinic, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.patients(ANNA)
    monkeypatch.setenv("DENTSYNC_TOKEN", token)
    said = clinic.say("check")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert ("DENTSYNC_TOKEN is empty" if not token else "refuses the token (401)") in said.err
    assert clinic.say("sync").code in (1, 2)
    assert clinic.contacts() == []


def test_before_setup_nothing_is_sent_and_what_was_read_goes_afterwards(found: Callable[[str], AmoClinic]) -> None:
    clinic = found(TOKEN)
    clinic.patients(ANNA)
    said = clinic.say("sync")
    assert said.code == 2
    assert "dentsync setup" in said.err
    assert clinic.contacts() == []
    assert clinic.say("setup").code == 0
    clinic.sync()
    assert len(clinic.contacts()) == 1


def test_an_ordinary_users_token_blocks_because_hidden_contacts_would_be_made_twice(
    clinic: AmoClinic, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENTSYNC_TOKEN", server.doors[0].keys["staff_token"])
    clinic.patients(ANNA)
    checked, synced = clinic.say("check"), clinic.say("sync")
    assert (checked.code, synced.code) == (2, 2)
    assert "not an administrator" in checked.err
    assert "not an administrator" in synced.err
    assert clinic.contacts() == []


def test_check_and_status_say_that_the_token_ends_soon(
    clinic: AmoClinic, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "crm.token" not in clinic.say("check").all + clinic.say("status").all
    for days, words in ((20.5, "in 20 days"), (3.5, "in 3 days")):
        seconds = timedelta(days=days).total_seconds()
        server.admin("POST", "settings?account=smile", {"speed": 1, "now": _now()})
        issued = server.admin("POST", "token?account=smile", {"seconds": seconds})["token"]
        monkeypatch.setenv("DENTSYNC_TOKEN", issued)
        checked, status = clinic.say("check"), clinic.say("status")
        assert checked.code == status.code == 0
        assert words in checked.err
        assert words in status.out
        assert issued not in checked.all + status.all


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat()
