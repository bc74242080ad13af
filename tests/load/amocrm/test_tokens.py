"""Tokens: one long-lived, or a pair that changes daily, is never lost and never used twice."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dentsync.errors import ConfigError, Forbidden, TargetError, Unavailable
from dentsync.load.amocrm.address import parse_address
from dentsync.load.amocrm.tokens import Pair, Rotating, write_pair
from dentsync.load.http import Session
from dentsync.load.target import WallClock
from dentsync.model import Result
from dentsync.redact import redact
from dentsync.sandbox.server import Running
from tests.load.amocrm.kit import AmoDesk, person
from tests.load.portal_kit import results


def access(box: Running, folder: Path, code: str = "") -> dict[str, str]:
    keys = box.doors[0].keys
    own = {name: keys[name] for name in ("client_id", "redirect_uri")}
    return {**own, "tokens": str(folder / "tokens.json"), "code": code}


def secret(box: Running) -> str:
    return box.doors[0].keys["client_secret"]


def fresh_code(box: Running) -> str:
    return str(box.admin("POST", "code?account=smile", {})["code"])


def tokens(box: Running, folder: Path, code: str = "", clock: Any = None) -> Rotating:
    return Rotating(
        box.doors[0].url.rstrip("/"), secret(box), access(box, folder, code), Session(), clock or WallClock()
    )


def rotating_desk(box: Running, folder: Path) -> AmoDesk:
    """A desk whose tokens change; its account is set up."""
    desk = AmoDesk(box, secret=secret(box), access=access(box, folder, fresh_code(box)))
    desk.target.setup()
    assert desk.target.check().problems == ()
    return desk


def pair(folder: Path) -> Pair:
    return msgspec.json.decode((folder / "tokens.json").read_bytes(), type=Pair)


@pytest.fixture
def kept(box: Running, tmp_path: Path) -> Path:
    """A folder with tokens that were given for a code."""
    assert tokens(box, tmp_path, fresh_code(box)).current()
    return tmp_path


def test_the_first_pair_is_given_for_the_code_and_only_we_can_read_it(kept: Path) -> None:
    assert stat.S_IMODE((kept / "tokens.json").stat().st_mode) == 0o600
    assert [path.name for path in kept.iterdir() if path.suffix != ".lock"] == ["tokens.json"]
    held = pair(kept)
    assert redact(f"{held.access_token} {held.refresh_token}") == "*** ***"


def test_without_a_code_and_without_tokens_it_is_said_how_to_authorise(box: Running, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="authorization code"):
        tokens(box, tmp_path).current()


def test_the_pair_on_the_disk_is_used_and_the_code_is_not_used_twice(box: Running, kept: Path) -> None:
    before = pair(kept)
    assert tokens(box, kept, "a code of yesterday").current() == before.access_token
    assert pair(kept) == before


def test_a_token_that_expires_in_the_middle_of_a_run_is_changed_once_and_the_request_goes_again(
    box: Running, tmp_path: Path
) -> None:
    desk = rotating_desk(box, tmp_path)
    before = pair(tmp_path)
    desk.set(advance=90_000)
    found = desk.apply(*(person(f"p{number}") for number in range(1, 201)))
    assert results(found) == {Result.APPLIED}
    assert len(desk.contacts) == 200
    assert desk.asked("POST oauth2/access_token") <= 2
    assert pair(tmp_path).refresh_token != before.refresh_token


def test_a_token_is_changed_before_its_end_not_after_a_refusal(box: Running, tmp_path: Path) -> None:
    desk = rotating_desk(box, tmp_path)
    before = pair(tmp_path).access_token
    desk.clock.sleep(86_400 - 60)
    desk.read(contact_keys=["p1"])
    assert pair(tmp_path).access_token != before
    assert 401 not in {line["status"] for line in desk.admin("GET", "log")}


def test_of_many_processes_one_exchanges_and_the_others_take_what_it_left(box: Running, kept: Path) -> None:
    refused = pair(kept).access_token
    ours = [tokens(box, kept) for _number in range(4)]
    assert {one.current() for one in ours} == {refused}
    threads = [threading.Thread(target=one.renew, args=(refused,)) for one in ours]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.current() for one in ours} == {pair(kept).access_token} != {refused}
    assert box.admin("GET", "counters?account=smile")["commands"]["POST oauth2/access_token"] == 2


def test_two_programs_that_both_find_the_token_refused_exchange_it_once(box: Running, kept: Path) -> None:
    refused = pair(kept).access_token
    script = (
        "import json, sys\n"
        "from dentsync.load.amocrm.tokens import Rotating\n"
        "from dentsync.load.http import Session\n"
        "from dentsync.load.target import WallClock\n"
        "given = json.loads(sys.stdin.read())\n"
        "own = Rotating(given['base'], given['secret'], given['access'], Session(), WallClock())\n"
        "own.current(); own.renew(given['refused']); print(own.current())\n"
    )
    given = {
        "base": box.doors[0].url.rstrip("/"),
        "secret": secret(box),
        "access": access(box, kept),
        "refused": refused,
    }
    running = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _number in range(2)
    ]
    said = [one.communicate(json.dumps(given), timeout=30)[0].strip() for one in running]
    assert said == [pair(kept).access_token] * 2
    assert said[0] != refused


def test_a_pair_that_was_used_elsewhere_is_told_and_a_fresh_code_mends_it(box: Running, kept: Path) -> None:
    stale = pair(kept)
    tokens(box, kept).renew(stale.access_token)
    write_pair(kept / "tokens.json", stale)  # as if a crash had come between the reply and the disk
    with pytest.raises(Forbidden, match="anew"):
        tokens(box, kept).renew(stale.access_token)
    mended = tokens(box, kept, fresh_code(box))
    mended.renew(stale.access_token)
    assert mended.current() == pair(kept).access_token != stale.access_token


def test_a_wrong_secret_is_told_without_being_shown(box: Running, tmp_path: Path) -> None:
    own = Rotating(box.doors[0].url.rstrip("/"), "wr0ng-s3cret", access(box, tmp_path, "c0de"), Session(), WallClock())
    with pytest.raises(Forbidden) as caught:
        own.current()
    assert "s3cret" not in str(caught.value)
    assert "c0de" not in str(caught.value)


def test_a_new_pair_that_cannot_be_written_is_said_and_the_old_file_is_whole(
    box: Running, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (kept / "tokens.json").read_bytes()

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TargetError, match="No space left"):
        tokens(box, kept).renew(pair(kept).access_token)
    assert (kept / "tokens.json").read_bytes() == before


def test_a_damaged_file_is_told_and_not_replaced(box: Running, tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match="remove the file"):
        tokens(box, tmp_path, fresh_code(box)).current()


def test_nobody_at_the_address_is_no_reason_to_authorise_anew(kept: Path, box: Running) -> None:
    held = pair(kept)
    nobody = "http://127.0.0.1:9"
    write_pair(kept / "tokens.json", msgspec.structs.replace(held, base=nobody))

    class Still(WallClock):
        def sleep(self, seconds: float) -> None:
            pass

    own = Rotating(nobody, secret(box), access(box, kept), Session(), Still())
    with pytest.raises(Unavailable):
        own.renew(held.access_token)


# ── a long-lived token ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("seconds", "why"), [(-1, "has ended on"), (86_400, "was revoked")])
def test_a_token_that_is_refused_stops_everything_and_says_why(box: Running, seconds: int, why: str) -> None:
    desk = AmoDesk(box)
    desk.target.setup()
    token = str(box.admin("POST", "token?account=smile", {"seconds": seconds})["token"])
    if seconds > 0:
        box.admin("POST", "settings?account=smile", {"advance": seconds + 1})
    with pytest.raises(Forbidden, match=why) as refused:
        AmoDesk(box, secret=token).target.check()
    assert token not in str(refused.value)


# ── addresses ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["smile.amocrm.ru", "https://smile.amocrm.ru/", " https://smile.amocrm.ru "])
def test_an_address_is_taken_as_people_copy_it(text: str) -> None:
    assert parse_address(text) == "https://smile.amocrm.ru"


@pytest.mark.parametrize(
    "text", ["", "smile", "http://smile.amocrm.ru", "https://u:p@smile.amocrm.ru", "https://smile.amocrm.ru/leads/1"]
)
def test_what_is_no_address_of_an_account_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_address(text)


def test_the_address_of_the_preset_gets_no_token() -> None:
    with pytest.raises(ConfigError, match="still the example"):
        parse_address("example.amocrm.ru")


def test_a_sandbox_on_this_machine_may_speak_openly() -> None:
    assert parse_address("http://127.0.0.1:8024/") == "http://127.0.0.1:8024"
