"""Starting, stopping, keeping: on loopback only."""

import ast
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC
from pathlib import Path

import pytest
import requests

import dentsync.sandbox
from dentsync.errors import ConfigError, Locked
from dentsync.sandbox.bitrix24 import filters, schema
from dentsync.sandbox.bitrix24.storage import Storage
from dentsync.sandbox.server import Running, reset, running, serve

ADD = {"entityTypeId": 3, "fields": {"name": "Анна", "originId": "P-1"}}


def call(server: Running, method: str, params: dict[str, object]) -> dict[str, object]:
    found: dict[str, object] = requests.post(server.webhook + method, json=params, timeout=5).json()
    return found


def test_restart_keeps_the_data_and_reset_clears_it(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        call(server, "crm.item.add", ADD)
        call(server, "crm.deal.userfield.add", {"fields": {"FIELD_NAME": "X", "USER_TYPE_ID": "string"}})
    with running(tmp_path) as server:
        assert server.admin("GET", "state")["contacts"][0]["fields"]["originId"] == "P-1"
        assert len(call(server, "crm.deal.userfield.list", {})["result"]) == 7  # type: ignore[arg-type]
    reset(tmp_path)
    with running(tmp_path) as server:
        assert server.admin("GET", "state") == {"contacts": [], "deals": [], "tasks": []}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_only_loopback_is_served(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="loopback"):
        serve(tmp_path, host=host)


def test_folder_has_one_server(tmp_path: Path) -> None:
    with running(tmp_path):
        with pytest.raises(Locked):
            serve(tmp_path)
        with pytest.raises(Locked):
            reset(tmp_path)


def test_busy_port_and_unknown_portal_are_said_clearly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=str(port)):
            serve(tmp_path, port)
    with pytest.raises(ConfigError, match="helix"):
        serve(tmp_path, portal="nope")


def test_secret_is_not_shown(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert "h3l1x" not in repr(server)
        assert "h3l1x" in server.webhook


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    code = (
        "import sys; from pathlib import Path; from dentsync.sandbox.server import serve\n"
        "serve(Path(sys.argv[1]), ready=lambda server: print(server.url, flush=True)); print('bye')"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline().startswith("http://127.0.0.1:")
        os.kill(child.pid, number)
        assert (child.stdout.read(), child.stderr.read(), child.wait(10)) == ("bye\n", "", 0)


def test_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dentsync.sandbox.uvicorn_server", "dentsync.sandbox.web"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ConfigError, match=r"pip install 'dentsync\[sandbox\]'"):
        serve(tmp_path)


def test_nothing_of_the_client_is_imported() -> None:
    """A simulator built from the client's own code proves nothing."""
    folder = Path(dentsync.sandbox.__file__).parent
    allowed = ("dentsync.sandbox", "dentsync.errors", "dentsync.lang")
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(name.startswith(allowed) for name in names if name.startswith("dentsync")), file


@pytest.mark.parametrize(
    "wanted",
    [{"originId": "P-1"}, {"@originId": ["P-1", "P-2"]}, {">=updatedTime": "2026-01-01"}, {"stageId": "C1:WON"}],
)
def test_filters_that_clients_use_are_indexed(tmp_path: Path, wanted: dict[str, object]) -> None:
    reset(tmp_path)
    storage = Storage(tmp_path)
    fields = schema.read(storage, "deal").fields
    clause = filters.where(wanted, fields.get, UTC)
    plan = storage.rows(f"EXPLAIN QUERY PLAN SELECT id FROM deals WHERE ({clause.sql}) AND (1)", clause.parameters)
    storage.close()
    assert "USING INDEX deal_" in str(plan)


def test_large_portal_stays_quick(tmp_path: Path) -> None:
    reset(tmp_path)
    storage = Storage(tmp_path)
    for number in range(1, 30001):
        origin = {"originId": f"P-{number}", "originatorId": "c", "updatedTime": "2026-01-01T00:00:00+03:00"}
        contact = storage.insert("contact", {"name": "A", "assignedById": 1, **origin})
        sql = "INSERT INTO multifields (contact, type, value_type, value, normal) VALUES (?, 'PHONE', 'WORK', ?, ?)"
        storage.run(sql, (contact, f"+7916{number:07}", f"7916{number:07}"))
        storage.insert("deal", {"title": "T", "categoryId": 1, "stageId": "C1:NEW", "contactId": contact, **origin})
    storage.close()
    wanted = {"@originId": [f"P-{number}" for number in range(100, 150)]}
    with running(tmp_path) as server, requests.Session() as session:
        for method, params in (
            ("crm.item.list", {"entityTypeId": 2, "filter": wanted, "start": -1}),
            ("crm.item.list", {"entityTypeId": 3, "filter": {">id": 29000}, "start": -1}),
            ("crm.item.list", {"entityTypeId": 3, "filter": {">=updatedTime": "2026-02-01T00:00:00+03:00"}}),
            ("crm.duplicate.findbycomm", {"type": "PHONE", "values": ["+79160000777"], "entity_type": "CONTACT"}),
            ("crm.item.update", {"entityTypeId": 2, "id": 777, "fields": {"stageId": "C1:WON"}}),
        ):
            answer = session.post(server.webhook + method, json=params, timeout=5)
            assert answer.status_code == 200
            assert answer.elapsed.total_seconds() < 0.5, method
        board = session.get(server.board + "/data", timeout=5)
        assert board.elapsed.total_seconds() < 1
