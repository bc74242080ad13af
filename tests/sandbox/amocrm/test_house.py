"""Around the accounts: the admin API, the board, starting and keeping."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from dentsync.cli_sandbox import sandbox
from dentsync.errors import ConfigError
from dentsync.sandbox.amocrm.storage import Storage
from dentsync.sandbox.server import reset, running
from tests.sandbox.amocrm.conftest import Desk, Json, phone, text


def test_accounts_share_a_clock_and_nothing_else(desk: Desk, kids: Desk) -> None:
    desk.add("contacts", name="A")
    assert kids.list("contacts") == []
    kids.wait(100)
    assert desk.admin("GET", "settings")["now"] == kids.admin("GET", "settings")["now"]
    with pytest.raises(ConfigError, match="smilekids"):
        desk.box.admin("GET", "state?account=nobody")


def test_reset_of_one_account_leaves_the_other(desk: Desk, kids: Desk) -> None:
    desk.add("contacts", name="A")
    kids.add("contacts", name="B")
    kids.fault("html_502")
    kids.admin("POST", "reset")
    assert (len(desk.list("contacts")), len(kids.list("contacts"))) == (1, 0)


def test_state_has_names_instead_of_ids(desk: Desk) -> None:
    when = desk.field("Дата и время приема", "leads")["id"]
    contact = desk.add("contacts", name="Анна", custom_fields_values=[phone("+7916")])
    visit = [text(when, "2026-10-06T09:00:00+03:00")]
    lead = desk.add("leads", name="Приём", custom_fields_values=visit, _embedded={"contacts": [{"id": contact}]})
    desk.add("tasks", text="t", complete_till=1_790_000_000, entity_id=lead, entity_type="leads")
    assert desk.admin("GET", "state") == {
        "contacts": [
            {
                "id": contact, "name": "Анна", "phones": ["+7916"], "emails": [], "tags": [], "leads": [lead],
                "fields": {},
            }
        ],
        "leads": [
            {
                "id": lead, "name": "Приём", "pipeline": "Первичные пациенты", "status": "Новый лид",
                "loss_reason": None, "price": 0, "tags": [], "contacts": [contact],
                "fields": {"Дата и время приема": "2026-10-06T09:00:00+03:00"},
            }
        ],
        "tasks": [
            {
                "id": 71200001, "text": "t", "type": "Связаться", "due": "2026-09-21T17:13:20+03:00",
                "completed": False, "result": "", "on": ["leads", lead],
            }
        ],
    }  # fmt: skip


def test_counters_tell_surplus_entities_of_one_key(desk: Desk) -> None:
    field = desk.key_field()
    for key in ("P-1", "P-1", "P-1", "P-2"):
        desk.add("contacts", name="A", custom_fields_values=[text(field, key)])
    found = desk.counters()
    assert found["duplicates"] == {"contacts": 2, "leads": 0}
    assert (found["created_contacts"], found["commands"]["POST contacts"]) == (4, 4)


def test_log_counts_items_and_keeps_no_secret(desk: Desk) -> None:
    desk.post("contacts", {"name": "Тайна"}, {"name": "Тайна"})
    desk.list("contacts?query=+79161234567")
    sent = dict(desk.keys) | {"grant_type": "refresh_token", "refresh_token": "def502secret"}
    desk.session.post(f"{desk.box.url}/oauth2/access_token", json=sent, timeout=5)
    log = desk.admin("GET", "log")
    assert [(entry["method"], entry["commands"], entry["status"]) for entry in log] == [
        ("POST contacts", 2, 200), ("GET contacts", 1, 204), ("POST oauth2/access_token", 1, 401),
    ]  # fmt: skip
    assert not any(word in str(log) for word in ("Тайна", "7916", "def502", "eyJ", desk.keys["client_secret"]))


def test_bot_writes_to_patients_on_the_way(desk: Desk) -> None:
    lead = desk.add("leads")
    desk.change("leads", lead, status_id=desk.status("Записан на прием"))
    sent = desk.admin("GET", "automations")
    assert [(entry["event"], bool(entry["message"])) for entry in sent] == [("created", False), ("moved", True)]


def test_unknown_switch_and_unknown_fault_are_refused(desk: Desk) -> None:
    with pytest.raises(ConfigError):
        desk.settings(nonsense=1)
    with pytest.raises(ConfigError, match="unknown fault"):
        desk.fault("half_batch:3")


# the board


def board(desk: Desk, path: str = "data", **query: str) -> Json:
    found: Json = desk.session.get(f"{desk.box.board}/{path}", params={"account": desk.name, **query}, timeout=5).json()
    return found


def test_board_shows_the_accounts_their_statuses_and_cards(desk: Desk, kids: Desk) -> None:
    contact = desk.add("contacts", name="Анна Котова")
    doctor = desk.field("ФИО врача к которому записан пациент", "leads")["id"]
    lead = desk.add(
        "leads", name="<b>", custom_fields_values=[text(doctor, "Ким")], _embedded={"contacts": [{"id": contact}]}
    )
    data = board(desk)
    assert (data["portal"], data["account"]) == ("Улыбка", "smile")
    assert [item["name"] for item in data["accounts"]] == ["smile", "smilekids"]
    assert [stage["name"] for stage in data["pipelines"][0]["stages"]][:2] == ["Неразобранное", "Новый лид"]
    assert data["cards"][str(desk.status("Новый лид"))] == [
        {"id": lead, "title": "<b>", "visit": None, "doctor": "Ким", "contact": contact, "name": "Анна Котова"}
    ]
    assert board(kids)["counters"]["contacts"] == 0
    seen = board(desk, seen=data["version"])
    assert "cards" not in seen


def test_panel_shows_a_contact_with_leads_tasks_and_messages(desk: Desk) -> None:
    contact = desk.add("contacts", name="Анна", custom_fields_values=[phone("8 916")])
    lead = desk.add(
        "leads", price=700, status_id=desk.status("Записан на прием"), _embedded={"contacts": [{"id": contact}]}
    )
    desk.add("tasks", text="Позвонить", complete_till=1_790_000_000, entity_id=lead, entity_type="leads")
    found = board(desk, f"contact/{contact}")
    assert (found["name"], found["phones"]) == ("Анна", ["8 916"])
    deal = found["deals"][0]
    assert (deal["pipeline"], deal["stage"]) == ("Первичные пациенты", "Записан на прием")
    assert deal["fields"][0] == {"label": "Бюджет", "type": "money", "value": "700|RUB"}
    assert deal["tasks"][0]["text"] == "Позвонить"
    assert found["messages"][0]["text"] == "WhatsApp: вы записаны на приём"
    assert board(desk, f"deal/{lead}")["name"] == f"Сделка #{lead}"
    answer = desk.session.get(f"{desk.box.board}/contact/7", timeout=5)
    assert answer.status_code == 404


# starting and keeping


def test_restart_keeps_the_accounts_and_reset_clears_them(tmp_path: Path) -> None:
    def contacts(url: str, token: str, *body: Json) -> requests.Response:
        verb = "POST" if body else "GET"
        headers = {"Authorization": f"Bearer {token}"}
        return requests.request(verb, f"{url}/api/v4/contacts", json=body or None, headers=headers, timeout=5)

    codes = set()
    for expected in (204, 200):
        with running(tmp_path, crm="amocrm") as box:
            token = box.doors[0].keys["token"]
            assert contacts(box.url, token).status_code == expected
            contacts(box.url, token, {"name": "A"})
            codes.add(box.admin("POST", "code")["code"])
    assert len(codes) == 2
    reset(tmp_path, crm="amocrm")
    with running(tmp_path, crm="amocrm") as box, running(tmp_path) as other:
        assert box.doors[0].keys["token"] == token
        assert contacts(box.url, token).status_code == 204
        assert other.webhook.startswith(other.url)


def test_secrets_are_not_shown(desk: Desk) -> None:
    assert "eyJ" not in repr(desk.box)
    assert desk.keys["client_secret"] not in repr(desk.box)


def test_unknown_blueprint_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="clinic"):
        reset(tmp_path, "nope", "amocrm")


def test_command_line_chooses_the_crm(tmp_path: Path) -> None:
    done = CliRunner().invoke(sandbox, ["reset", "--data", str(tmp_path), "--crm", "amocrm"], standalone_mode=False)
    assert done.exception is None
    assert sorted(path.name for path in (tmp_path / "amocrm").iterdir() if path.is_dir()) == ["smile", "smilekids"]


def test_command_line_says_where_the_accounts_are(tmp_path: Path) -> None:
    argv = ["sandbox", "serve", "--data", str(tmp_path), "--crm", "amocrm", "--port", "0"]
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; from dentsync.cli import run; sys.exit(run(sys.argv[1:]))", *argv],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "DENTSYNC_LANG": "en", "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    with child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(5)]
        child.terminate()
        assert child.wait(10) == 0
    url = said[0].split()[-1].removesuffix("/board")
    assert said[1] == f"account: smile at {url}, its token:\n"
    assert said[3].startswith("account: smilekids")
    assert said[2] != said[4]


def test_filters_that_clients_use_are_indexed(tmp_path: Path) -> None:
    reset(tmp_path, crm="amocrm")
    storage = Storage(tmp_path / "amocrm" / "smile")
    for order in ("updated_at", "created_at"):
        sql = f"SELECT id FROM leads ORDER BY json_extract(data, '$.{order}'), id LIMIT 50"
        assert f"USING INDEX leads_{order.removesuffix('_at')}" in str(storage.rows(f"EXPLAIN QUERY PLAN {sql}"))
    storage.close()


def test_large_account_stays_quick(tmp_path: Path) -> None:
    rows = 4_000
    with running(tmp_path, crm="amocrm") as box, requests.Session() as session:
        desk = Desk(box, session)
        desk.settings(rate=0, account_rate=0, heavy_values=0, search_lag=[0, 0])
        field = desk.key_field()
        for first in range(0, rows, 250):
            desk.post(
                "contacts",
                *(
                    {"name": f"N{n}", "custom_fields_values": [text(field, f"P-{n}"), phone(f"+7916{n:07}")]}
                    for n in range(first, first + 250)
                ),
            )
        for path in (
            f"contacts?filter[custom_fields_values][{field}][]=P-777",
            "contacts?query=9160000777",
            "contacts?limit=250&page=16&order[id]=asc",
            "contacts?limit=250&page=16",
            "contacts?filter[updated_at][from]=2000000000",
        ):
            answer = desk.send("GET", path)
            assert answer.status_code in (200, 204), answer.text
            assert answer.elapsed.total_seconds() < 0.5, path
