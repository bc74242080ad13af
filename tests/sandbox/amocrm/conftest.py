"""Two accounts for the tests of the sandbox: raw HTTP, fresh for each test, time that stands still."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from dentsync.sandbox.server import Running, running

Json = dict[str, Any]
WON, LOST = 142, 143


class Desk:
    """A client of one account that knows nothing but HTTP."""

    def __init__(self, box: Running, session: requests.Session, name: str = "smile") -> None:
        self.box = box
        self.session = session
        self.name = name
        self.keys = next(door.keys for door in box.doors if door.name == name)
        self.token = self.keys["token"]

    def send(self, verb: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        url = f"{self.box.url}/api/v4/{path}"
        return self.session.request(verb, url, json=body, headers=headers, timeout=5, **more)

    def get(self, path: str) -> Any:
        """The body of a read; None for 204."""
        answer = self.send("GET", path)
        assert answer.status_code in (200, 204), answer.text
        assert answer.status_code == 200 or not answer.content
        return answer.json() if answer.content else None

    def list(self, path: str) -> Any:
        """The entities of a list."""
        found = self.get(path)
        return next(iter(found["_embedded"].values())) if found else []

    def ids(self, path: str) -> Any:
        return [item["id"] for item in self.list(path)]

    def post(self, path: str, *items: Json) -> Any:
        return self.ok("POST", path, list(items))

    def ok(self, verb: str, path: str, body: Any = None) -> Any:
        answer = self.send(verb, path, body)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.json() if answer.content else None

    def add(self, kind: str, **item: Any) -> int:
        """Create one entity; its id."""
        number: int = self.post(kind, item)["_embedded"][kind][0]["id"]
        return number

    def change(self, kind: str, number: int, **item: Any) -> Any:
        return self.ok("PATCH", f"{kind}/{number}", item)

    def refused(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.send(verb, path, body)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()

    def faults(self, verb: str, path: str, body: Any) -> set[tuple[str, str, str]]:
        """What a schema validation names: request id, code and path."""
        status, problem = self.refused(verb, path, body)
        assert (status, problem["detail"]) == (400, "Request validation failed")
        found = problem["validation-errors"]
        return {(item["request_id"], error["code"], error["path"]) for item in found for error in item["errors"]}

    # what the account is made of

    def pipeline(self, name: str = "Первичные пациенты") -> Json:
        found: Json = next(one for one in self.list("leads/pipelines") if one["name"] == name)
        return found

    def status(self, name: str, pipeline: str = "Первичные пациенты") -> int:
        statuses = self.pipeline(pipeline)["_embedded"]["statuses"]
        return int(next(one["id"] for one in statuses if one["name"] == name))

    def field(self, name: str, kind: str = "contacts") -> Json:
        fields = self.list(f"{kind}/custom_fields?limit=250")
        found: Json = next(one for one in fields if name in (one["name"], one["code"]))
        return found

    def values(self, kind: str, number: int) -> dict[str, Any]:
        """Values of an entity by the name of the field."""
        fields = self.get(f"{kind}/{number}")["custom_fields_values"] or []
        return {field["field_name"]: field["values"] for field in fields}

    def key_field(self, kind: str = "contacts") -> int:
        """A text field that only the API can write."""
        wanted = {"name": "Ключ МИС", "type": "text", "code": "MIS_ID", "is_api_only": True}
        number: int = self.post(f"{kind}/custom_fields", wanted)["_embedded"]["custom_fields"][0]["id"]
        return number

    # the sandbox behind it

    def admin(self, verb: str, path: str, body: Any = None) -> Any:
        return self.box.admin(verb, f"{path}?account={self.name}", body)

    def settings(self, **switches: Any) -> None:
        self.admin("POST", "settings", switches)

    def wait(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.settings(advance=seconds)

    def fault(self, what: str, match: str = "*", nth: int = 1, times: int = 1) -> None:
        self.admin("POST", "faults", {"what": what, "match": match, "nth": nth, "times": times})

    def act(self, do: str, **more: Any) -> int:
        number: int = self.admin("POST", "act", {"do": do, **more})["id"]
        return number

    def counters(self) -> Json:
        found: Json = self.admin("GET", "counters")
        return found


def phone(number: str, code: str = "MOB") -> Json:
    """A custom field with one phone."""
    return {"field_code": "PHONE", "values": [{"value": number, "enum_code": code}]}


def text(field: int, value: Any) -> Json:
    """A custom field with one value."""
    return {"field_id": field, "values": [{"value": value}]}


def found_by(query: str) -> str:
    return f"contacts?query={quote(query)}"


@pytest.fixture(scope="session")
def _accounts() -> Iterator[Running]:
    with running(crm="amocrm") as box:
        yield box


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def desk(_accounts: Running, session: requests.Session) -> Desk:
    """The account that pays for the filter; its limits are off and its clock stands still."""
    _accounts.admin("POST", "reset")
    desk = Desk(_accounts, session)
    desk.settings(speed=0, rate=0, account_rate=0)
    return desk


@pytest.fixture
def kids(desk: Desk) -> Desk:
    """The account beside it, without the filter."""
    other = Desk(desk.box, desk.session, "smilekids")
    other.settings(rate=0, account_rate=0)
    return other
