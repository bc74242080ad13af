"""crm.item.*: api-reference/crm/universal/."""

import pytest

from tests.sandbox.conftest import CONTACT, DEAL, Portal


def test_add_echoes_the_whole_item(portal: Portal) -> None:
    contact = portal.add(CONTACT, name="Анна", originId="P-1", originatorId="clinic")
    deal = portal.add(DEAL, title="Приём", categoryId=1, contactIds=[contact["id"]], opportunity="12500,5")
    assert contact["hasPhone"] == "N"
    assert contact["lastName"] is None
    assert deal["contactId"] == contact["id"]
    assert deal["contactIds"] == [contact["id"]]
    assert deal["opportunity"] == 12500.5
    assert (deal["stageId"], deal["stageSemanticId"], deal["previousStageId"]) == ("C1:NEW", "P", "")
    assert (deal["opened"], deal["isManualOpportunity"], deal["entityTypeId"]) == ("Y", "N", 2)
    assert deal["UF_CRM_DOCTOR"] is None
    assert deal["createdBy"] == deal["assignedById"] == 1


def test_defaults_fill_names_and_dates(portal: Portal) -> None:
    portal.settings(now="2026-03-01T10:00:00+03:00")
    assert portal.add(CONTACT)["name"] == "Контакт #1"
    deal = portal.add(DEAL)
    assert deal["title"] == "Сделка #1"
    assert deal["begindate"] == "2026-03-01T03:00:00+03:00"
    assert deal["closedate"] == "2026-03-08T03:00:00+03:00"
    assert deal["stageId"] == "NEW"


def test_unknown_and_read_only_fields_are_dropped_without_a_word(portal: Portal) -> None:
    item = portal.add(DEAL, title="T", wrongName="x", createdTime="2020-01-01", UF_CRM_NOPE="y")
    assert "wrongName" not in item
    assert "UF_CRM_NOPE" not in item
    assert not item["createdTime"].startswith("2020")


def test_original_names_of_user_fields_go_both_ways_or_not_at_all(portal: Portal) -> None:
    sent = {"title": "T", "UF_CRM_DOCTOR": "Седова", "ufCrmDoctor": "Ким"}
    default = portal.ok("crm.item.add", entityTypeId=DEAL, fields=sent)["item"]
    original = portal.ok("crm.item.add", entityTypeId=DEAL, fields=sent, useOriginalUfNames="Y")["item"]
    assert default["ufCrmDoctor"] == "Ким"
    assert "UF_CRM_DOCTOR" not in default
    assert original["UF_CRM_DOCTOR"] == "Седова"
    assert "ufCrmDoctor" not in original


def test_missing_items_and_types_are_refused(portal: Portal) -> None:
    assert portal.refused("crm.item.get", entityTypeId=DEAL, id=1) == (400, "NOT_FOUND")
    assert portal.refused("crm.item.update", entityTypeId=DEAL, id=1, fields={}) == (400, "NOT_FOUND")
    assert portal.refused("crm.item.list", entityTypeId=5) == (400, "ENTITY_TYPE_NOT_SUPPORTED")
    assert portal.refused("crm.item.list", entityTypeId=1036) == (400, "NOT_FOUND")


def test_updated_time_moves_only_with_a_real_change(portal: Portal) -> None:
    contact = portal.add(CONTACT, name="Анна", UF_CRM_LAST_VISIT="2026-02-01")
    portal.settings(advance=60)
    same = portal.update(CONTACT, contact["id"], name="Анна", UF_CRM_LAST_VISIT="2026-02-01")
    assert same["updatedTime"] == contact["updatedTime"]
    assert portal.counters()["updated_contact"] == 0
    other = portal.update(CONTACT, contact["id"], name="Мария")
    assert other["updatedTime"] > contact["updatedTime"]
    assert portal.counters()["updated_contact"] == 1


def test_move_sets_history_and_times(portal: Portal) -> None:
    deal = portal.add(DEAL, title="T", categoryId=1)
    portal.settings(advance=60)
    moved = portal.update(DEAL, deal["id"], stageId="C1:WON")
    assert (moved["previousStageId"], moved["stageSemanticId"]) == ("C1:NEW", "S")
    assert moved["movedTime"] > deal["movedTime"]
    history = portal.ok("crm.stagehistory.list", entityTypeId=2)["items"]
    assert [(row["TYPE_ID"], row["STAGE_ID"]) for row in history] == [("1", "C1:NEW"), ("3", "C1:WON")]


def test_stage_belongs_to_its_pipeline(portal: Portal) -> None:
    deal = portal.add(DEAL, title="T", categoryId=1)
    refused = portal.refused("crm.item.update", entityTypeId=DEAL, id=deal["id"], fields={"stageId": "C2:NEW"})
    assert refused == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID")
    fields = {"title": "T", "stageId": "C1:NEW"}
    assert portal.refused("crm.item.add", entityTypeId=DEAL, fields=fields)[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    assert portal.refused("crm.item.add", entityTypeId=DEAL, fields={"categoryId": 77})[0] == 400
    moved = portal.update(DEAL, deal["id"], categoryId=2, stageId="C2:UC_4M9XLC")
    assert moved["categoryId"] == 2
    assert portal.update(DEAL, deal["id"], categoryId=3)["stageId"] == "C3:NEW"


def test_history_shows_only_the_present_pipeline(portal: Portal) -> None:
    deal = portal.add(DEAL, title="T", categoryId=1)
    portal.update(DEAL, deal["id"], categoryId=2, stageId="C2:NEW")
    history = portal.ok("crm.stagehistory.list", entityTypeId=2)["items"]
    assert [(row["TYPE_ID"], row["CATEGORY_ID"]) for row in history] == [("5", "2")]


def test_history_has_a_cursor_and_a_switch_for_its_ids(portal: Portal) -> None:
    for _ in range(3):
        portal.add(DEAL, title="T")
    asked = {"entityTypeId": 2, "filter": {">ID": 1}, "order": {"ID": "ASC"}, "start": -1}
    assert [row["ID"] for row in portal.ok("crm.stagehistory.list", **asked)["items"]] == ["2", "3"]
    wrong_case = asked | {"filter": {">id": 1}}
    assert len(portal.ok("crm.stagehistory.list", **wrong_case)["items"]) == 3
    portal.settings(stagehistory_ids="integer")
    assert [row["ID"] for row in portal.ok("crm.stagehistory.list", **asked)["items"]] == [2, 3]
    assert portal.refused("crm.stagehistory.list", entityTypeId=3) == (400, 0)


def test_required_fields_are_checked_when_the_stage_changes(portal: Portal) -> None:
    portal.settings(required={"deal": {"C1:WON": ["UF_CRM_DOCTOR"], "*": ["title"]}})
    deal = portal.add(DEAL, title="T", categoryId=1)
    to_won = {"entityTypeId": DEAL, "id": deal["id"], "useOriginalUfNames": "Y"}
    assert portal.refused("crm.item.update", **to_won, fields={"stageId": "C1:WON"})[1] == "CRM_FIELD_ERROR_REQUIRED"
    assert portal.get(DEAL, deal["id"])["stageId"] == "C1:NEW"
    portal.update(DEAL, deal["id"], comments="x")
    assert portal.update(DEAL, deal["id"], stageId="C1:WON", UF_CRM_DOCTOR="Ким")["stageId"] == "C1:WON"
    other = portal.add(DEAL, title="T")
    assert portal.update(DEAL, other["id"], categoryId=1, stageId="C1:WON")["stageId"] == "C1:WON"
    assert portal.refused("crm.item.add", entityTypeId=DEAL, fields={})[1] == "CRM_FIELD_ERROR_REQUIRED"


def test_name_of_a_contact_cannot_be_cleared_and_title_never(portal: Portal) -> None:
    contact = portal.add(CONTACT, name="Анна")
    clearing = {"entityTypeId": CONTACT, "id": contact["id"], "fields": {"name": "", "lastName": ""}}
    assert portal.refused("crm.item.update", **clearing) == (400, "CRM_FIELD_ERROR_REQUIRED")
    deal = portal.add(DEAL, title="T")
    assert portal.update(DEAL, deal["id"], title="")["title"] == "T"


def test_contacts_of_a_deal_are_replaced_and_dead_ones_left_out(portal: Portal) -> None:
    one, two = portal.add(CONTACT, name="A")["id"], portal.add(CONTACT, name="B")["id"]
    deal = portal.add(DEAL, title="T", contactIds=[one, 99])
    assert deal["contactIds"] == [one]
    assert portal.update(DEAL, deal["id"], contactIds=[two, one])["contactId"] == two
    assert portal.update(DEAL, deal["id"], contactIds="")["contactIds"] == []
    refused = portal.refused("crm.item.update", entityTypeId=DEAL, id=deal["id"], fields={"contactIds": "5"})
    assert refused == (400, 100)


def test_delete_answers_with_an_empty_list_and_ids_are_not_reused(portal: Portal) -> None:
    contact = portal.add(CONTACT, name="A")["id"]
    deal = portal.add(DEAL, title="T", contactIds=[contact])["id"]
    assert portal.ok("crm.item.delete", entityTypeId=CONTACT, id=contact) == []
    assert portal.refused("crm.item.get", entityTypeId=CONTACT, id=contact) == (400, "NOT_FOUND")
    assert portal.get(DEAL, deal)["contactId"] is None
    assert portal.add(CONTACT, name="B")["id"] == contact + 1


def test_fields_describe_enumerations_and_dictionaries(portal: Portal) -> None:
    fields = portal.ok("crm.item.fields", entityTypeId=CONTACT, useOriginalUfNames="Y")["fields"]
    branch = fields["UF_CRM_BRANCH"]
    assert branch["type"] == "enumeration"
    assert branch["isDynamic"] is True
    assert [item["VALUE"] for item in branch["items"]] == ["Центральный", "Северный", "Левый берег"]
    assert isinstance(branch["items"][0]["ID"], str)
    assert fields["sourceId"]["statusType"] == "SOURCE"
    assert "ufCrmBranch" in portal.ok("crm.item.fields", entityTypeId=CONTACT)["fields"]


def test_every_write_fires_automations_and_a_stage_may_send_a_message(portal: Portal) -> None:
    deal = portal.add(DEAL, title="T", categoryId=1)
    portal.update(DEAL, deal["id"], stageId="C1:UC_7K2QWA")
    portal.update(DEAL, deal["id"], comments="x")
    portal.update(DEAL, deal["id"], comments="x")
    fired = portal.server.admin("GET", "automations")
    assert [row["event"] for row in fired] == ["created", "moved", "updated"]
    assert [row["message"] for row in fired] == ["СМС: напоминание о приёме", "", ""]
    assert portal.counters()["automations"] == 3
    assert portal.counters()["messages"] == 1


def test_amount_is_recalculated_from_product_rows(portal: Portal) -> None:
    deal = portal.add(DEAL, title="T", opportunity=100)
    portal.act("products", deal=deal["id"], sum=700)
    assert portal.update(DEAL, deal["id"], opportunity=100)["opportunity"] == 700
    assert portal.update(DEAL, deal["id"], opportunity=100, isManualOpportunity="Y")["opportunity"] == 100


@pytest.mark.parametrize("field", ["sourceId", "typeId"])
def test_code_that_no_dictionary_has_is_refused(portal: Portal, field: str) -> None:
    refused = portal.refused("crm.item.add", entityTypeId=DEAL, fields={"title": "T", field: "NOPE"})
    assert refused == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID")
