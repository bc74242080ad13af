"""fm: crm/data-types.md#crm_multifield, with what fails in silence."""

from typing import Any

from tests.sandbox.conftest import CONTACT, DEAL, Portal


def phone(value: str, **more: str) -> dict[str, str]:
    return {"typeId": "PHONE", "value": value, **more}


def phones(portal: Portal, contact: int) -> list[tuple[str, str]]:
    return [(entry["valueType"], entry["value"]) for entry in portal.get(CONTACT, contact)["fm"]]


def anna(portal: Portal, fm: Any) -> dict[str, Any]:
    return portal.add(CONTACT, name="Анна", fm=fm)


def test_added_phones_have_ids_and_raise_flags(portal: Portal) -> None:
    contact = anna(portal, [phone("+79161234567", valueType="MOBILE"), {"typeId": "EMAIL", "value": "a@example.org"}])
    assert contact["fm"][0] == {"id": 1, "typeId": "PHONE", "valueType": "MOBILE", "value": "+79161234567"}
    assert (contact["hasPhone"], contact["hasEmail"]) == ("Y", "Y")


def test_text_instead_of_an_array_gives_a_contact_without_phones(portal: Portal) -> None:
    assert anna(portal, "+79161234567")["fm"] == []


def test_map_keyed_by_id_changes_adds_and_deletes(portal: Portal) -> None:
    contact = anna(portal, [phone("1", valueType="WORK"), phone("2", valueType="HOME")])
    change = {"1": phone("11", valueType="MOBILE"), "n0": phone("3", valueType="WORK"), "2": phone("")}
    portal.update(CONTACT, contact["id"], fm=change)
    assert phones(portal, contact["id"]) == [("MOBILE", "11"), ("WORK", "3")]


def test_array_on_update_appends_the_same_phone_again(portal: Portal) -> None:
    contact = anna(portal, [phone("1")])
    portal.update(CONTACT, contact["id"], fm=[phone("1")])
    assert len(phones(portal, contact["id"])) == 2


def test_entry_without_type_changes_nothing_and_unknown_id_adds(portal: Portal) -> None:
    contact = anna(portal, [phone("1")])
    same = portal.update(CONTACT, contact["id"], fm={"1": {"value": "2"}, "n0": {"value": "3"}})
    assert [entry["value"] for entry in same["fm"]] == ["1"]
    portal.update(CONTACT, contact["id"], fm={"777": phone("4")})
    assert [value for _, value in phones(portal, contact["id"])] == ["1", "4"]


def test_phone_of_another_contact_is_not_touched(portal: Portal) -> None:
    anna(portal, [phone("1")])
    other = anna(portal, [phone("2")])
    portal.update(CONTACT, other["id"], fm={"1": phone("")})
    assert phones(portal, 1) == [("WORK", "1")]


def test_unknown_type_is_stored_as_it_is(portal: Portal) -> None:
    assert anna(portal, [{"typeId": "FONE", "value": "1"}])["fm"][0]["typeId"] == "FONE"


def test_only_a_real_change_of_phones_moves_the_time(portal: Portal) -> None:
    contact = anna(portal, [phone("1", valueType="WORK")])
    portal.settings(advance=60)
    same = portal.update(CONTACT, contact["id"], fm={"1": phone("1", valueType="WORK")})
    assert same["updatedTime"] == contact["updatedTime"]
    gone = portal.update(CONTACT, contact["id"], fm={"1": phone("")})
    assert gone["updatedTime"] > contact["updatedTime"]
    assert gone["hasPhone"] == "N"


def test_deal_has_no_phones(portal: Portal) -> None:
    assert "fm" not in portal.add(DEAL, title="T", fm=[phone("1")])
