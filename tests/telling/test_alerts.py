"""Alerts of real runs: once for each change, by letter and by webhook, also when nothing else works any more."""

import json
import os
import stat
from pathlib import Path

import pytest
import time_machine

from tests.clinic import ANNA, ANNAS_VISIT, Clinic
from tests.telling.post import Hooks, Mailroom, free_port

WRONG = "http://127.0.0.1:9/rest/1/s3cr3tw0rd/"


def fails(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CRM cannot be reached, and there is something to send."""
    monkeypatch.setenv("DENTSYNC_WEBHOOK", WRONG)
    clinic.patients(ANNA)


def works(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENTSYNC_WEBHOOK", clinic.box.webhook)


# ── once for each change ──────────────────────────────────────────────────────────────────────


def test_ok_fail_fail_ok_is_two_letters_and_two_messages(
    alerted: Clinic, post: Mailroom, web: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alerted.say("sync").code == 0
    fails(alerted, monkeypatch)
    assert [alerted.say("sync").code, alerted.say("sync").code] == [1, 1]
    works(alerted, monkeypatch)
    assert [alerted.say("sync").code, alerted.say("sync").code] == [0, 0]
    assert post.subjects == [
        "dentsync: Ваша улыбка: sync — не выполнено",
        "dentsync: Ваша улыбка: sync — снова работает",
    ]
    assert [one["event"] for one in web.messages] == ["failing", "recovered"]


def test_an_alert_says_what_happened_and_what_to_do(
    alerted: Clinic, post: Mailroom, web: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(alerted, monkeypatch)
    alerted.say("sync", "patients")
    text = post.letters[0].get_content()
    for word in (
        "Клиника: Ваша улыбка",
        "dentsync sync patients",
        "код 1",
        "no connection",
        "Что делать",
        "С какого времени",
    ):
        assert word in text
    [message] = web.messages
    assert (message["version"], message["command"], message["exit_code"]) == (1, "sync patients", 1)
    assert "no connection" in message["error"]
    assert message["run"] in text


def test_another_kind_of_failure_is_told_again(
    alerted: Clinic, post: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(alerted, monkeypatch)
    alerted.say("sync")
    alerted.configure('timezone = "Europe/Moscow"', 'timezone = "Europe/Moskow"')
    assert alerted.say("sync").code == 2
    assert [subject.rpartition("— ")[2] for subject in post.subjects] == ["не выполнено", "ошибка настройки"]


def test_each_line_of_cron_is_told_for_itself(alerted: Clinic, post: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    fails(alerted, monkeypatch)
    alerted.say("sync", "patients")
    alerted.say("sync", "visits")
    works(alerted, monkeypatch)
    alerted.say("sync", "visits")
    assert len(post.letters) == 1
    alerted.say("sync", "patients")
    assert len(post.letters) == 2


def test_looking_at_a_plan_tells_nobody(alerted: Clinic, post: Mailroom, web: Hooks) -> None:
    alerted.configure('timezone = "Europe/Moscow"', 'timezone = "Europe/Moskow"')
    assert alerted.say("diff").code == 2
    assert (post.raw, web.told) == ([], [])


def test_a_refused_plan_is_told_with_its_digest(alerted: Clinic, post: Mailroom) -> None:
    alerted.configure("creates = 500", "creates = 0")
    alerted.reminders(ANNAS_VISIT)
    assert alerted.say("sync").code == 5
    digest = json.loads(alerted.say("diff", "--json").out)["digest"]
    assert digest in post.letters[0].get_content()
    assert alerted.say("sync", "--approve", digest).code == 0
    assert "снова работает" in post.subjects[1]


# ── also when nothing else works ──────────────────────────────────────────────────────────────


def test_a_lock_is_told_when_it_lasts(alerted: Clinic, post: Mailroom) -> None:
    from dentsync.runs.lock import locked

    alerted.say("sync")
    with locked(alerted.folder / "state"):
        codes = [alerted.say("sync").code for _time in range(4)]
    assert codes == [6] * 4
    assert [subject.rpartition("— ")[2] for subject in post.subjects] == ["другой запуск не заканчивается"]
    alerted.say("sync")
    assert "снова работает" in post.subjects[1]


def test_a_damaged_store_is_told_once(alerted: Clinic, post: Mailroom) -> None:
    alerted.patients(ANNA)
    alerted.say("sync")
    (alerted.folder / "state" / "dentsync.db").write_bytes(b"not a database at all" * 500)
    assert [alerted.say("sync").code, alerted.say("sync").code] == [1, 1]
    assert len(post.letters) == 1
    assert "damaged" in post.letters[0].get_content()


@pytest.mark.parametrize("text", ["[clinic\n[alerts]\n", "[alerts]\nwebhok = 1\n", None])
def test_a_broken_configuration_is_told_as_the_last_good_one_says(
    alerted: Clinic, post: Mailroom, web: Hooks, text: str | None
) -> None:
    alerted.say("sync")
    path = alerted.folder / "config.toml"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    assert [alerted.say("sync").code, alerted.say("sync").code] == [2, 2]
    assert post.subjects == ["dentsync: Ваша улыбка: sync — ошибка настройки"]
    assert len(web.messages) == 1


def test_nobody_is_told_after_the_alerts_were_taken_out(alerted: Clinic, post: Mailroom) -> None:
    alerted.say("sync")
    path = alerted.folder / "config.toml"
    text = path.read_text(encoding="utf-8").partition("[mail]\nhost")[0]
    path.write_text(text.replace("Europe/Moscow", "Europe/Moskow"), encoding="utf-8")
    assert alerted.say("sync").code == 2
    assert post.raw == []


def test_a_bug_is_told_without_data(alerted: Clinic, post: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_given: object) -> None:
        raise RuntimeError("Соколова Анна +79165550101")

    monkeypatch.setattr("dentsync.runs.main_job.read_inbox", broken)
    assert alerted.say("sync").code == 3
    text = post.letters[0].get_content()
    assert "RuntimeError" in text
    assert "Соколова" not in text


def test_where_nothing_can_be_remembered_in_the_state_it_is_remembered_elsewhere(
    alerted: Clinic, post: Mailroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare = tmp_path / "tmp"
    spare.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    fails(alerted, monkeypatch)
    kept = alerted.folder / "state" / "alerts.json"
    kept.mkdir(parents=True)
    (kept / "in the way").touch()
    assert [alerted.say("sync").code, alerted.say("sync").code] == [1, 1]
    assert len(post.letters) == 1
    [file] = spare.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (kept / "in the way").unlink()
    kept.rmdir()
    works(alerted, monkeypatch)
    assert alerted.say("sync").code == 0
    assert len(post.letters) == 2
    assert (kept.is_file(), list(spare.iterdir())) == (True, [])


# ── a failed alert fails nothing ──────────────────────────────────────────────────────────────


def test_alerts_that_cannot_be_sent_are_one_line_each_and_tried_again(
    alerted: Clinic, post: Mailroom, web: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerted.configure(f"port = {post.port}", f"port = {free_port()}")
    monkeypatch.setenv("ALERTS", f"http://127.0.0.1:{free_port()}/C4nary-h00k-t0ken")
    fails(alerted, monkeypatch)
    said = alerted.say("sync")
    assert said.code == 1
    assert [line.partition(": ")[2].partition(":")[0] for line in said.err.splitlines()[-2:]] == ["not told"] * 2
    assert "C4nary" not in said.all
    monkeypatch.setenv("ALERTS", f"{web.url}/hook")
    alerted.say("sync")
    assert (len(post.raw), len(web.messages)) == (0, 1)
    text = (alerted.folder / "config.toml").read_text(encoding="utf-8").splitlines()
    [port] = [line for line in text if line.startswith("port = ")]
    alerted.configure(port, f"port = {post.port}")
    alerted.say("sync")
    alerted.say("sync")
    assert (len(post.raw), len(web.messages)) == (1, 1)


def test_a_good_run_stays_good_when_nobody_can_be_told(alerted: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTBEAT", f"http://127.0.0.1:{free_port()}/C4nary")
    said = alerted.say("sync")
    assert said.code == 0
    assert said.err.count("\n") == 1
    assert "C4nary" not in said.all


def test_a_letter_of_unknown_end_is_sent_again_as_the_same_letter(
    alerted: Clinic, post: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(alerted, monkeypatch)
    post.does = "hang up"
    alerted.say("sync")
    post.does = "take"
    alerted.say("sync")
    alerted.say("sync")
    assert len(post.letters) == 2
    assert len({letter["Message-ID"] for letter in post.letters}) == 1


def test_a_missing_secret_is_one_line_and_check_names_it(alerted: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEARTBEAT")
    said = alerted.say("sync")
    assert said.code == 0
    assert "HEARTBEAT" in said.err
    checked = alerted.say("check", now="")
    assert (checked.code, "HEARTBEAT" in checked.err) == (2, True)


# ── the sign of life ──────────────────────────────────────────────────────────────────────────


def test_every_sync_gives_a_sign_of_life_and_a_failure_its_code(
    alerted: Clinic, web: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerted.say("sync", "visits", "patients")
    fails(alerted, monkeypatch)
    alerted.say("sync")
    alerted.say("extract")
    assert web.beats == ["/beat/C4nary-b3at/sync-patients-visits", "/beat/C4nary-b3at/sync/1"]


def test_a_run_that_found_the_door_locked_gives_no_sign(alerted: Clinic, web: Hooks) -> None:
    from dentsync.runs.lock import locked

    with locked(alerted.folder / "state"):
        assert alerted.say("sync").code == 6
    assert web.beats == []


# ── trying it out ─────────────────────────────────────────────────────────────────────────────


def test_check_sends_a_trial_when_asked(alerted: Clinic, post: Mailroom, web: Hooks) -> None:
    assert alerted.say("check", now="").code == 0
    assert (post.raw, web.told) == ([], [])
    assert alerted.say("check", "--tell", now="").code == 0
    assert post.subjects == ["dentsync: Ваша улыбка: проверка"]
    assert [one["event"] for one in web.messages] == ["trial"]
    assert len(web.beats) == 1


def test_a_trial_without_alerts_says_that_there_are_none(clinic: Clinic) -> None:
    said = clinic.say("check", "--tell", now="")
    assert (said.code, "[alerts]" in said.err) == (2, True)


# ── what it costs ─────────────────────────────────────────────────────────────────────────────


def test_what_was_told_is_private_and_written_only_when_it_changes(alerted: Clinic) -> None:
    alerted.say("sync")
    kept = alerted.folder / "state" / "alerts.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    before = kept.stat().st_mtime_ns
    alerted.say("sync")
    assert kept.stat().st_mtime_ns == before
    assert "C4nary" not in kept.read_text(encoding="utf-8")
    assert os.environ["ALERTS"] not in kept.read_text(encoding="utf-8")


def test_moments_are_the_clinics(alerted: Clinic, post: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    alerted.configure('timezone = "Europe/Moscow"', 'timezone = "Asia/Vladivostok"')
    fails(alerted, monkeypatch)
    with time_machine.travel("2026-10-05T04:05:00+00:00"):
        alerted.say("sync")
    assert "С какого времени: 05.10.2026 14:05" in post.letters[0].get_content()
