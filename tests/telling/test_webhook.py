"""Messages to addresses that are secrets."""

import socket
import time

import pytest

from dentsync.load import webhook
from tests.telling.post import Hooks, free_port, speaking


def test_a_message_arrives_as_json(web: Hooks) -> None:
    assert webhook.post(f"{web.url}/s3cr3t", {"text": "сбой"}) == ""
    assert web.told == [("POST", "/s3cr3t", {"text": "сбой"})]


def test_a_sign_of_life_has_no_body(web: Hooks) -> None:
    assert webhook.ping(f"{web.url}/s3cr3t/1") == ""
    assert web.told == [("GET", "/s3cr3t/1", None)]


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_any_other_answer_is_said_and_no_redirect_is_followed(web: Hooks, status: int) -> None:
    web.status = status
    assert str(status) in webhook.post(f"{web.url}/s3cr3t", {})
    assert len(web.told) == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/s3cr3t", "s3cr3t", "", "http://[s3cr3t", "ftp://s3cr3t"])
def test_what_cannot_be_reached_is_said_without_the_address(address: str) -> None:
    why = webhook.post(address.format(port=free_port()), {})
    assert why
    assert "s3cr3t" not in why


def test_a_run_does_not_wait_long_for_somebody_who_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 0.2)

    def say_nothing(client: socket.socket) -> None:
        client.recv(1024)
        time.sleep(0.6)

    with speaking(say_nothing) as port:
        assert "no answer" in webhook.ping(f"http://127.0.0.1:{port}/s3cr3t")
