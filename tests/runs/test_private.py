"""What speaks of patients, and what leads to them, is its owner's alone, whatever the machine's habits are."""

import shutil
from pathlib import Path

import pytest

from dentsync.store.private import make_file, write_file
from tests.clinic import ANNA, ANNAS_VISIT, DAY, IVAN, Clinic
from tests.runs.test_failures import finished, one_line, process, secret_of


def modes(folder: Path, *patterns: str) -> dict[str, set[str]]:
    """Permission bits of folders and files below a folder."""
    found: dict[str, set[str]] = {"folders": set(), "files": set()}
    for path in (path for pattern in patterns for path in folder.rglob(pattern)):
        found["folders" if path.is_dir() else "files"].add(oct(path.stat().st_mode & 0o777))
    return found


def secret_in_a_file(clinic: Clinic, mode: int) -> Path:
    path = clinic.folder / "secrets" / "webhook"
    path.parent.mkdir()
    path.write_text(clinic.box.webhook)
    path.chmod(mode)
    clinic.configure('"env:DENTSYNC_WEBHOOK"', '"file:secrets/webhook"')
    return path


def test_all_that_is_written_is_private_under_an_open_umask(clinic: Clinic, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    clinic.patients(ANNA, IVAN, "103;Иксов Игрек;1234;;;")
    clinic.reminders(ANNAS_VISIT)
    for argv in (
        ["diff", "--out", str(out / "plan.json")],
        ["sync", "--report", str(out / "run.json"), "--log", str(out / "log.jsonl")],
        ["clean", "--rejects", str(out / "rejects.xlsx")],
    ):
        assert finished(process(clinic, *argv, umask=0o022)).code in (0, 4), argv
    assert clinic.say("state", "backup", now="").code == 0
    assert clinic.say("state", "restore").code == 0
    private = {"folders": {"0o700"}, "files": {"0o600"}}
    assert modes(clinic.folder / "archive", "*") == private
    assert modes(clinic.folder / "state", "*.db*", "*.json", "lock", "backups") == private
    assert modes(out, "*") == {"folders": set(), "files": {"0o600"}}
    for folder in ("archive", "state"):
        assert oct((clinic.folder / folder).stat().st_mode & 0o777) == "0o700"


def test_a_state_that_was_opened_to_others_is_closed_again(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    state = clinic.folder / "state"
    shutil.copyfile(state / "dentsync.db", state / "copy")
    (state / "copy").replace(state / "dentsync.db")
    (state / "dentsync.db").chmod(0o664)
    state.chmod(0o775)
    clinic.sync()
    assert oct(state.stat().st_mode & 0o777) == "0o700"
    assert oct((state / "dentsync.db").stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_secret_that_lies_open_is_named_once_a_run_and_by_the_check(clinic: Clinic, mode: int) -> None:
    path = secret_in_a_file(clinic, mode)
    clinic.patients(ANNA)
    said = clinic.say("sync")
    assert said.code == 0
    assert one_line(said).endswith(f"chmod 600 {path}\n")
    assert secret_of(clinic) not in said.all
    said = clinic.say("check")
    assert said.code == 2
    assert f"chmod 600 {path}" in one_line(said)
    path.chmod(0o600)
    assert (clinic.say("sync").err, clinic.say("check").code) == ("", 0)


def test_every_secret_of_the_configuration_is_looked_at(clinic: Clinic) -> None:
    secret_in_a_file(clinic, 0o600)
    for name in ("mail", "alerts", "heartbeat"):
        (clinic.folder / "secrets" / name).write_text("http://127.0.0.1:9/x")
        (clinic.folder / "secrets" / name).chmod(0o644)
    with (clinic.folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[mail]\nhost = "localhost"\nsecurity = "none"\nuser = "a@clinic.example"\npassword = "file:secrets/mail"\n'
            '[alerts]\nmail = ["b@clinic.example"]\nheartbeat = "file:secrets/heartbeat"\n'
            'webhook = "file:secrets/alerts"\n'
        )
    said = clinic.say("check", now=DAY)
    for name in ("mail", "alerts", "heartbeat"):
        assert f"chmod 600 {clinic.folder / 'secrets' / name}" in said.err


def test_a_link_laid_where_the_store_is_to_be_is_not_followed(clinic: Clinic, tmp_path: Path) -> None:
    (clinic.folder / "state").mkdir()
    (clinic.folder / "state" / "dentsync.db").symlink_to(tmp_path / "elsewhere")
    said = clinic.say("sync")
    assert said.code == 1
    one_line(said)
    assert not (tmp_path / "elsewhere").exists()


def test_a_small_file_is_replaced_whole_and_never_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "note").symlink_to(tmp_path / "theirs")
    write_file(tmp_path / "note", b"ours")
    assert (tmp_path / "theirs").read_text() == "theirs"
    assert not (tmp_path / "note").is_symlink()
    (tmp_path / "new").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        make_file(tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "note", "theirs"]
