"""A sandbox for the tests of the sandbox: raw HTTP, a fresh portal for each test, time that stands still."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
import requests

from dentsync.sandbox.server import Running, running

CONTACT, DEAL = 3, 2


def brackets(params: Any, prefix: str = "") -> str:
    """Parameters as a PHP query string, percent-encoded once."""
    if not isinstance(params, dict | list):
        return f"{quote_plus(prefix)}={quote_plus(str(params))}"
    pairs = params.items() if isinstance(params, dict) else enumerate(params)
    return "&".join(brackets(value, f"{prefix}[{key}]" if prefix else str(key)) for key, value in pairs)


def command(method: str, **params: Any) -> str:
    return f"{method}?{brackets(params)}"


class Portal:
    """A client that knows nothing but HTTP."""

    def __init__(self, server: Running, session: requests.Session) -> None:
        self.server = server
        self.session = session
        self.webhook = server.webhook

    def post(self, method: str, params: Any = None, **more: Any) -> requests.Response:
        return self.session.post(self.webhook + method, json=params or {}, allow_redirects=False, timeout=10, **more)

    def body(self, method: str, **params: Any) -> dict[str, Any]:
        answer = self.post(method, params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ok(self, method: str, **params: Any) -> Any:
        return self.body(method, **params)["result"]

    def refused(self, method: str, **params: Any) -> tuple[int, Any]:
        answer = self.post(method, params)
        return answer.status_code, answer.json()["error"]

    def batch(self, cmd: Any, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.ok("batch", cmd=cmd, **more)
        return found

    def add(self, entity: int, **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.ok("crm.item.add", entityTypeId=entity, useOriginalUfNames="Y", fields=fields)
        return found["item"]  # type: ignore[no-any-return]

    def update(self, entity: int, number: int, **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.ok(
            "crm.item.update", entityTypeId=entity, id=number, useOriginalUfNames="Y", fields=fields
        )
        return found["item"]  # type: ignore[no-any-return]

    def get(self, entity: int, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.ok("crm.item.get", entityTypeId=entity, id=number, useOriginalUfNames="Y")
        return found["item"]  # type: ignore[no-any-return]

    def ids(self, entity: int, **params: Any) -> list[int]:
        found = self.ok("crm.item.list", entityTypeId=entity, useOriginalUfNames="Y", **params)["items"]
        return [item["id"] for item in found]

    def settings(self, **switches: Any) -> None:
        self.server.admin("POST", "settings", switches)

    def fault(self, what: str, match: str = "*", nth: int = 1, times: int = 1) -> None:
        self.server.admin("POST", "faults", {"what": what, "match": match, "nth": nth, "times": times})

    def act(self, do: str, **more: Any) -> int:
        found: int = self.server.admin("POST", "act", {"do": do, **more})["id"]
        return found

    def counters(self) -> dict[str, Any]:
        found: dict[str, Any] = self.server.admin("GET", "counters")
        return found

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.server.admin("GET", "state")
        return found


@pytest.fixture(scope="session")
def _server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture
def portal(_server: Running) -> Iterator[Portal]:
    """A fresh portal whose clock stands still and whose bucket is bottomless."""
    _server.admin("POST", "reset")
    _server.admin("POST", "settings", {"speed": 0, "rate_threshold": 0})
    with requests.Session() as session:
        yield Portal(_server, session)
