"""What people and the telephony do at the screen."""

from typing import Any

import pytest

from dentsync.errors import ConfigError
from tests.sandbox.amocrm.conftest import Desk, found_by, phone, text


def types(desk: Desk) -> list[str]:
    return [event["type"] for event in desk.list("events")]


def test_staff_move_edit_tag_and_hand_over(desk: Desk) -> None:
    contact, lead = desk.add("contacts", name="Анна"), desk.add("leads", name="L")
    desk.act("move", lead=lead, pipeline="Повторные приемы", status="Записан на прием")
    desk.act("edit", lead=lead, fields={"price": 700, "Комментарий": "просила окно"})
    desk.act("edit", contact="Анна", fields={"Информация о санации": ["Терапия", "Хирургия"], "name": "Анна Котова"})
    desk.act("tag", lead=lead, name="VIP")
    desk.act("responsible", lead=lead, user="Ольга Дёмина")
    state = desk.admin("GET", "state")
    assert {key: state["leads"][0][key] for key in ("pipeline", "status", "price", "tags", "fields")} == {
        "pipeline": "Повторные приемы", "status": "Записан на прием", "price": 700, "tags": ["VIP"],
        "fields": {"Комментарий": "просила окно"},
    }  # fmt: skip
    assert (state["contacts"][0]["name"], state["contacts"][0]["id"]) == ("Анна Котова", contact)
    assert state["contacts"][0]["fields"] == {"Информация о санации": ["Терапия", "Хирургия"]}
    assert {"lead_status_changed", "sale_field_changed", "entity_tag_added", "entity_responsible_changed"} <= set(
        types(desk)
    )
    assert desk.get(f"leads/{lead}")["updated_by"] == 8100002


def test_lost_by_staff_has_a_reason(desk: Desk) -> None:
    lead = desk.add("leads")
    desk.act("move", lead=lead, status="Закрыто и не реализовано", loss_reason="Слишком дорого")
    assert desk.admin("GET", "state")["leads"][0]["loss_reason"] == "Слишком дорого"


def test_phones_come_and_go(desk: Desk) -> None:
    contact = desk.add("contacts", custom_fields_values=[phone("+7916")])
    desk.act("add_phone", contact=contact, phone="8 495")
    assert desk.admin("GET", "state")["contacts"][0]["phones"] == ["+7916", "8 495"]
    desk.act("delete_phone", contact=contact, phone="+7916")
    assert desk.admin("GET", "state")["contacts"][0]["phones"] == ["8 495"]


def test_merged_contact_is_gone_for_good_and_the_other_has_its_leads_and_phones(desk: Desk) -> None:
    key = text(desk.key_field(), "P-1")
    kept = desk.add("contacts", name="Анна", custom_fields_values=[key, phone("+7916")], tags_to_add=[{"name": "A"}])
    lost = desk.add("contacts", name="Аня", custom_fields_values=[key, phone("+7495")], tags_to_add=[{"name": "B"}])
    lead = desk.add("leads", _embedded={"contacts": [{"id": lost}]})
    desk.wait(31)
    assert desk.counters()["duplicates"]["contacts"] == 1
    desk.act("merge", contacts=[kept, lost])
    assert desk.counters()["duplicates"]["contacts"] == 0
    assert desk.get(f"contacts/{lost}") is None
    assert desk.list("contacts?with=only_deleted") == []
    assert desk.list(found_by("Аня")) == []
    person = desk.admin("GET", "state")["contacts"][0]
    assert (person["phones"], person["leads"], person["tags"]) == (["+7916", "+7495"], [lead], ["A", "B"])
    assert [link["main_contact"] for link in [desk.list(f"leads/{lead}/links")[0]["metadata"]]] == [True]
    assert [event["entity_id"] for event in desk.list("events?filter[type]=entity_merged")] == [kept]


def test_trash_and_back(desk: Desk) -> None:
    lead = desk.add("leads", name="L")
    desk.act("delete", lead="L")
    desk.act("restore", lead=lead)
    assert types(desk)[:2] == ["lead_restored", "lead_deleted"]


def test_telephony_makes_a_lead_and_somebody_takes_it(desk: Desk) -> None:
    lead = desk.act("call", phone="8 (916) 000-00-02", pipeline="Повторные приемы")
    assert desk.admin("GET", "unsorted")[0]["lead"] == lead
    assert desk.list("leads/unsorted")[0]["category"] == "sip"
    desk.act("accept", lead=lead, status="Взяли в работу")
    assert desk.admin("GET", "state")["leads"][0]["status"] == "Взяли в работу"
    assert len(desk.list("contacts")) == 1
    desk.act("decline", lead=desk.act("call", phone="+7"))
    desk.act("delete", lead=desk.act("call", phone="+8"))
    assert desk.list("leads/unsorted") == []


def test_staff_create_contacts_leads_and_tasks(desk: Desk) -> None:
    contact = desk.act("create_contact", name="Пётр", phones=["+7916", "8495"], fields={"Номер медкарты": "007"})
    lead = desk.act("create_lead", name="Имплант", contact=contact, status="Взяли в работу")
    other = desk.act("create_lead", phone="8 (916) 000-00-03", pipeline="Повторные приемы")
    task = desk.act("add_task", lead=lead, text="Позвонить", complete_till=5, type="Профосмотр")
    desk.act("complete_task", task=task, result="Дозвонились")
    state = desk.admin("GET", "state")
    assert [one["id"] for one in state["leads"]] == [lead, other]
    assert state["contacts"][0]["phones"] == ["+7916", "8495"]
    assert state["leads"][1]["contacts"] == [state["contacts"][1]["id"]]
    assert (state["tasks"][0]["completed"], state["tasks"][0]["type"]) == (True, "Профосмотр")
    assert desk.counters()["created_leads"] == 0  # counted is what the API made


def test_links_by_hand(desk: Desk) -> None:
    lead, contact = desk.add("leads"), desk.add("contacts")
    desk.act("link", lead=lead, contact=contact)
    assert desk.admin("GET", "state")["leads"][0]["contacts"] == [contact]
    desk.act("unlink", lead=lead, contact=contact)
    assert desk.admin("GET", "state")["leads"][0]["contacts"] == []


def test_administrator_changes_the_furniture(desk: Desk) -> None:
    contact = desk.add("contacts", custom_fields_values=[text(desk.field("Пол")["id"], "Женский")])
    desk.act("rename_status", pipeline="NPS", status="Ждём оценку", name="Ждём")
    desk.act("delete_status", pipeline="NPS", status="Ждём")
    desk.act("rename_field", kind="contacts", field="Возраст", name="Лет")
    desk.act("delete_enum", kind="contacts", field="Пол", value="Женский")
    desk.act("delete_field", kind="contacts", field="СНИЛС")
    names = [one["name"] for one in desk.pipeline("NPS")["_embedded"]["statuses"]]
    assert names == ["Отправить опрос", "Успешно реализовано", "Закрыто и не реализовано"]
    fields = {field["name"] for field in desk.list("contacts/custom_fields?limit=250")}
    assert "Лет" in fields
    assert not {"Возраст", "СНИЛС"} & fields
    assert desk.values("contacts", contact) == {}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"do": "fly"}, "unknown act"),
        ({"do": "move", "lead": 5, "status": "X"}, "no such lead"),
        ({"do": "move"}, "needs one of: lead"),
        ({"do": "edit", "contact": "Анна", "fields": {"Возраст": "много"}}, "Возраст"),
        ({"do": "edit", "contact": "Анна", "fields": {"Нет": 1}}, "no such field"),
        ({"do": "edit", "contact": "Анна", "fields": {"Ключ МИС": "P-1"}}, "only the API"),
        ({"do": "responsible", "contact": "Анна", "user": "Никто"}, "no such user"),
        ({"do": "tag", "contact": "Анна"}, "needs 'name'"),
    ],
)
def test_act_that_cannot_be_done_says_why_and_changes_nothing(desk: Desk, sent: dict[str, Any], said: str) -> None:
    desk.key_field()
    desk.add("contacts", name="Анна")
    before = desk.admin("GET", "state")
    with pytest.raises(ConfigError, match=said):
        desk.admin("POST", "act", sent)
    assert desk.admin("GET", "state") == before
