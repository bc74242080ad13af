"""crm.contact.*, crm.deal.*: the frozen families."""

from tests.sandbox.conftest import CONTACT, DEAL, Portal


def test_everything_is_text_with_upper_case_names(portal: Portal) -> None:
    fields = {"NAME": "Анна", "PHONE": [{"VALUE": "+7916", "VALUE_TYPE": "MOBILE"}], "UF_CRM_BRANCH": 1}
    contact = portal.ok("crm.contact.add", fields=fields)
    assert contact == 1
    deal = portal.ok("crm.deal.add", fields={"TITLE": "T", "CONTACT_ID": contact, "OPPORTUNITY": 10.5})
    row = portal.ok("crm.deal.list", filter={"ID": deal}, select=["ID", "TITLE", "CONTACT_ID", "OPPORTUNITY"])[0]
    assert row == {"ID": "1", "TITLE": "T", "CONTACT_ID": "1", "OPPORTUNITY": "10.50"}
    row = portal.ok("crm.contact.list", select=["NAME", "UF_*", "PHONE"])[0]
    assert (row["NAME"], row["UF_CRM_BRANCH"]) == ("Анна", "1")
    assert row["PHONE"] == [{"ID": "1", "VALUE_TYPE": "MOBILE", "VALUE": "+7916", "TYPE_ID": "PHONE"}]
    assert portal.ok("crm.contact.get", id=contact)["HAS_PHONE"] == "Y"


def test_unknown_cursor_is_ignored_and_gives_the_first_page_for_ever(portal: Portal) -> None:
    for name in ("A", "B"):
        portal.add(CONTACT, name=name)
    assert [row["ID"] for row in portal.ok("crm.contact.list", filter={">ID": 1})] == ["2"]
    assert [row["ID"] for row in portal.ok("crm.contact.list", filter={">id": 1})] == ["1", "2"]


def test_contact_is_found_by_the_exact_phone(portal: Portal) -> None:
    portal.add(CONTACT, name="A", fm=[{"typeId": "PHONE", "value": "8 916"}])
    assert len(portal.ok("crm.contact.list", filter={"PHONE": "8 916"})) == 1
    assert portal.ok("crm.contact.list", filter={"PHONE": "8916"}) == []


def test_stage_of_another_pipeline_changes_nothing(portal: Portal) -> None:
    deal = portal.add(DEAL, title="T", categoryId=1)["id"]
    assert portal.ok("crm.deal.update", id=deal, fields={"STAGE_ID": "C2:NEW", "CATEGORY_ID": 2}) is True
    assert portal.get(DEAL, deal)["stageId"] == "C1:NEW"
    portal.ok("crm.deal.update", id=deal, fields={"STAGE_ID": "C1:WON"})
    assert portal.get(DEAL, deal)["stageId"] == "C1:WON"


def test_phones_with_a_known_id_change_and_others_are_added(portal: Portal) -> None:
    portal.add(CONTACT, name="A", fm=[{"typeId": "PHONE", "value": "1"}])
    phones = [{"ID": 1, "VALUE": "11", "VALUE_TYPE": "HOME"}, {"VALUE": "2", "VALUE_TYPE": "WORK"}]
    portal.ok("crm.contact.update", id=1, fields={"PHONE": phones})
    assert [entry["value"] for entry in portal.get(CONTACT, 1)["fm"]] == ["11", "2"]


def test_refusals_have_an_empty_code(portal: Portal) -> None:
    assert portal.refused("crm.contact.add") == (400, "")
    assert portal.refused("crm.deal.get", id=5) == (400, "")
    portal.add(CONTACT, name="A")
    assert portal.ok("crm.contact.delete", id=1) is True
