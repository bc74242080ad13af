"""The admin API: state, counters, log, what a person does."""

import pytest
import requests

from dentsync.errors import ConfigError
from tests.sandbox.conftest import CONTACT, DEAL, Portal, command

PHONE = [{"typeId": "PHONE", "value": "+79161234567"}]


def test_state_has_names_instead_of_codes(portal: Portal) -> None:
    contact = portal.add(CONTACT, name="Анна", originId="P-1", originatorId="c", UF_CRM_BRANCH=2, fm=PHONE)["id"]
    portal.add(DEAL, title="Приём", categoryId=1, contactIds=[contact], UF_CRM_DOCTOR="Ким")
    assert portal.state() == {
        "contacts": [
            {
                "id": 1,
                "phones": ["+79161234567"],
                "emails": [],
                "deals": [1],
                "fields": {
                    "UF_CRM_BRANCH": "Северный",
                    "assignedById": 1,
                    "name": "Анна",
                    "originId": "P-1",
                    "originatorId": "c",
                },
            }
        ],
        "deals": [
            {
                "id": 1,
                "title": "Приём",
                "pipeline": "Оповещение о визите",
                "stage": "Записан",
                "contacts": [1],
                "fields": {"UF_CRM_DOCTOR": "Ким", "assignedById": 1, "isManualOpportunity": "N", "opportunity": 0},
            }
        ],
        "tasks": [],
    }


def test_counters_tell_surplus_items_of_one_key(portal: Portal) -> None:
    for key in ("P-1", "P-1", "P-1", "P-2"):
        portal.add(CONTACT, name="A", originId=key, originatorId="c")
    portal.add(CONTACT, name="A", originId="P-1", originatorId="other")
    portal.add(CONTACT, name="A")
    assert portal.counters()["duplicates"] == {"contact": 2, "deal": 0}


def test_log_counts_commands_and_keeps_no_secret(portal: Portal) -> None:
    portal.batch(
        {"a": command("crm.item.add", entityTypeId=3, fields={"name": "Тайна"}), "p": "profile", "q": "profile"}
    )
    portal.webhook = f"{portal.server.url}/rest/1/wrong-secret/"
    portal.refused("profile")
    log = portal.server.admin("GET", "log")
    assert log[0]["method"] == "batch"
    assert log[0]["commands"] == 3
    assert log[0]["methods"] == {"crm.item.add": 1, "profile": 2}
    assert log[1]["status"] == 401
    assert not any(word in str(log) for word in ("h3l1x", "wrong-secret", "Тайна"))
    assert portal.counters()["requests"] == 2


def test_reset_forgets_items_counters_faults_and_switches(portal: Portal) -> None:
    portal.add(CONTACT, name="A", fm=PHONE)
    portal.fault("http_500")
    portal.settings(findbycomm="strict")
    portal.server.admin("POST", "reset")
    assert portal.state() == {"contacts": [], "deals": [], "tasks": []}
    assert portal.counters()["requests"] == 0
    assert portal.server.admin("GET", "settings")["findbycomm"] == "normalised"
    assert portal.add(CONTACT, name="A", fm=PHONE)["fm"][0]["id"] == 1


@pytest.mark.parametrize(
    ("path", "sent"),
    [("settings", {"nope": 1}), ("settings", {"findbycomm": "x"}), ("faults", {"what": "nope"}), ("act", {"do": "x"}),
     ("act", {"do": "move", "deal": 99, "stage": "x"}), ("nope", {}), ("reset", {"portal": "nope"})],
)  # fmt: skip
def test_what_is_not_understood_is_refused(portal: Portal, path: str, sent: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        portal.server.admin("POST", path, sent)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_pages_of_other_sites_cannot_use_it(portal: Portal, headers: dict[str, str]) -> None:
    answer = requests.post(f"{portal.server.url}/admin/reset", headers=headers, timeout=5)
    assert answer.status_code == 403


def test_person_moves_a_deal_with_history_but_no_command(portal: Portal) -> None:
    portal.add(DEAL, title="T", categoryId=1, originId="V-1")
    before = portal.counters()
    portal.settings(advance=60)
    portal.act("move", deal="V-1", stage="Уточнить")
    deal = portal.get(DEAL, 1)
    assert (deal["stageId"], deal["updatedBy"], deal["movedBy"]) == ("C1:UC_0R5TZB", 7, 7)
    assert deal["updatedTime"] > deal["createdTime"]
    assert len(portal.ok("crm.stagehistory.list", entityTypeId=2)["items"]) == 2
    after = portal.counters()
    assert (after["moved"], after["automations"]) == (before["moved"], before["automations"])
    portal.act("move", deal=1, pipeline="NPS", stage="Ждём оценку")
    assert portal.get(DEAL, 1)["categoryId"] == 3


def test_person_edits_fields_and_phones(portal: Portal) -> None:
    contact = portal.act("create_contact", fields={"name": "Анна", "UF_CRM_BRANCH": "Северный"}, phones=["8 (916) 1-2"])
    assert portal.get(CONTACT, contact)["UF_CRM_BRANCH"] == 2
    portal.act("edit", contact=contact, fields={"lastName": "Котова"})
    portal.act("add_phone", contact=contact, phone="+7 916")
    portal.act("delete_phone", contact=contact, phone="8 (916) 1-2")
    found = portal.get(CONTACT, contact)
    assert (found["lastName"], found["createdBy"]) == ("Котова", 7)
    assert [entry["value"] for entry in found["fm"]] == ["+7 916"]
    portal.act("delete", contact=contact)
    assert portal.state()["contacts"] == []
    assert portal.counters()["created_contact"] == 0


def test_person_merges_contacts(portal: Portal) -> None:
    first = portal.add(CONTACT, name="Анна", fm=PHONE)["id"]
    fm = [*PHONE, {"typeId": "PHONE", "value": "2"}]
    second = portal.add(CONTACT, name="Аня", originId="P-2", fm=fm)["id"]
    deal = portal.add(DEAL, title="T", contactIds=[second])["id"]
    shared = portal.add(DEAL, title="U", contactIds=[second, first])["id"]
    portal.settings(advance=60)
    portal.act("merge", contacts=[first, second])
    kept = portal.get(CONTACT, first)
    assert (kept["name"], kept["originId"]) == ("Анна", "P-2")
    assert [entry["value"] for entry in kept["fm"]] == ["+79161234567", "2"]
    assert kept["updatedTime"] > kept["createdTime"]
    assert portal.get(DEAL, deal)["contactIds"] == [first]
    assert portal.get(DEAL, shared)["contactIds"] == [first]
    assert portal.refused("crm.item.get", entityTypeId=CONTACT, id=second) == (400, "NOT_FOUND")
