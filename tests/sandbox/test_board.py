"""The page that shows the portal."""

import re

from tests.sandbox.conftest import CONTACT, DEAL, Portal


def test_page_loads_nothing_from_anywhere(portal: Portal) -> None:
    answer = portal.session.get(portal.server.board)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert portal.session.get(portal.server.url + "/").text == answer.text
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)|url\(([^)]+)\)|@import""", answer.text)
    assert all(found[0].startswith("data:") for found in addresses)
    assert "innerHTML" not in answer.text


def test_board_shows_stages_cards_and_counters(portal: Portal) -> None:
    contact = portal.add(CONTACT, name="Анна", lastName="Котова")["id"]
    visit = "2026-03-02T09:00:00+03:00"
    portal.add(DEAL, title="<b>", categoryId=1, contactIds=[contact], UF_CRM_VISIT_AT=visit, UF_CRM_DOCTOR="Ким")
    data = portal.session.get(portal.server.board + "/data").json()
    assert data["counters"] == {"contacts": 1, "deals": 1, "requests": 2, "automations": 2}
    assert data["pipeline"] == 1
    assert [stage["count"] for stage in data["pipelines"][1]["stages"]] == [1, 0, 0, 0, 0]
    card = {"id": 1, "title": "<b>", "visit": visit, "doctor": "Ким", "contact": contact, "name": "Котова Анна"}
    assert data["cards"]["C1:NEW"] == [card]


def test_board_that_has_seen_it_all_gets_only_counters(portal: Portal) -> None:
    url = portal.server.board + "/data"
    version = portal.session.get(url).json()["version"]
    assert set(portal.session.get(url, params={"seen": version}).json()) == {"version", "counters"}
    portal.add(CONTACT, name="A")
    assert "cards" in portal.session.get(url, params={"seen": version, "pipeline": "5"}).json()


def test_panel_shows_a_contact_with_its_deals_and_messages(portal: Portal) -> None:
    fm = [{"typeId": "PHONE", "value": "8 916"}]
    contact = portal.add(CONTACT, name="Анна", lastName="Котова", UF_CRM_BRANCH=3, UF_CRM_CARD_NUMBER="007", fm=fm)[
        "id"
    ]
    portal.add(DEAL, title="Приём", categoryId=1, contactIds=[contact])
    found = portal.session.get(f"{portal.server.board}/contact/{contact}").json()
    assert (found["name"], found["phones"]) == ("Котова Анна", ["8 916"])
    values = {field["label"]: field["value"] for field in found["fields"]}
    assert (values["Номер карты"], values["Филиал"]) == ("007", "Левый берег")
    assert [(deal["pipeline"], deal["stage"]) for deal in found["deals"]] == [("Оповещение о визите", "Записан")]
    assert found["messages"][0]["text"] == "СМС: напоминание о приёме"
    assert portal.session.get(f"{portal.server.board}/contact/99").status_code == 404
    assert portal.session.get(f"{portal.server.board}/deal/1").json()["name"] == "Приём"
