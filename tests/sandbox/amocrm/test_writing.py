"""Adding and changing: arrays, schema validation, business errors, tags."""

from typing import Any

import pytest

from tests.sandbox.amocrm.conftest import LOST, Desk, Json, phone, text


def test_post_wants_an_array_and_patch_of_one_an_object(desk: Desk) -> None:
    assert ("0", "InvalidType", "") in desk.faults("POST", "contacts", {"name": "A"})
    number = desk.add("contacts", name="A")
    assert desk.refused("PATCH", f"contacts/{number}", [{"name": "B"}])[0] == 405
    assert desk.change("contacts", number, name="B")["id"] == number


@pytest.mark.parametrize("body", [None, [], {}])
def test_empty_body_is_refused(desk: Desk, body: Any) -> None:
    assert desk.refused("POST", "contacts", body)[1]["detail"] == "Request data can not be empty"


def test_nothing_can_be_deleted(desk: Desk) -> None:
    contact, lead = desk.add("contacts", name="A"), desk.add("leads", name="A")
    task = desk.add("tasks", text="t", complete_till=1)
    assert [desk.refused("DELETE", path)[0] for path in (f"contacts/{contact}", f"leads/{lead}")] == [405, 405]
    status, problem = desk.refused("DELETE", f"tasks/{task}")
    assert (status, problem["detail"]) == (403, "Invalid scope")


def test_request_id_is_echoed_or_the_place_and_the_order_is_not_ours(desk: Desk) -> None:
    sent = [{"name": f"N{n}", "request_id": f"r{n}"} for n in range(20)]
    answers = desk.post("contacts", *sent)["_embedded"]["contacts"]
    assert {item["request_id"] for item in answers} == {f"r{n}" for n in range(20)}
    assert [item["request_id"] for item in answers] != [f"r{n}" for n in range(20)]
    for item in answers:
        assert desk.get(f"contacts/{item['id']}")["name"] == f"N{item['request_id'][1:]}"
    unnamed = desk.post("contacts", {}, {})["_embedded"]["contacts"]
    assert {item["request_id"] for item in unnamed} == {"0", "1"}


def test_nothing_is_unique(desk: Desk) -> None:
    item = {"name": "A", "request_id": "same", "custom_fields_values": [phone("+79161234567")]}
    for kind in ("contacts", "leads"):
        sent = item if kind == "contacts" else {"name": "A", "request_id": "same"}
        desk.post(kind, sent, sent)
        desk.post(kind, sent)
        assert len(desk.list(kind)) == 3
    task = {"text": "t", "complete_till": 1, "request_id": "same"}
    desk.post("tasks", task, task)
    assert len(desk.list("tasks")) == 2


def test_id_in_a_post_makes_a_new_entity(desk: Desk) -> None:
    number = desk.add("contacts", name="A")
    assert desk.add("contacts", id=number, name="B") != number
    assert desk.get(f"contacts/{number}")["name"] == "A"


def test_patch_without_an_id_makes_a_new_entity_unless_told_otherwise(desk: Desk) -> None:
    desk.ok("PATCH", "contacts", [{"name": "A"}])
    assert [item["name"] for item in desk.list("contacts")] == ["A"]
    desk.settings(patch_without_id="refused")
    assert desk.faults("PATCH", "contacts", [{"name": "A"}]) == {("0", "FieldMissing", "id")}


def test_one_wrong_item_stops_the_whole_batch_and_every_fault_is_named(desk: Desk) -> None:
    sent: list[Json] = [{"name": "A"} for _ in range(50)]
    sent[7] |= {"custom_fields_values": [text(5, "x")], "request_id": "seven"}
    sent[9] |= {"responsible_user_id": 8100004, "account_id": 5}
    assert desk.faults("POST", "contacts", sent) == {
        ("seven", "NotSupportedChoice", "custom_fields_values.0.field_id"),
        ("9", "NotSupportedChoice", "responsible_user_id"),
        ("9", "FieldNotExpected", "account_id"),
    }
    assert desk.list("contacts") == []


@pytest.mark.parametrize(
    ("kind", "item", "fault"),
    [
        ("contacts", {"name": None}, ("NotNullable", "name")),
        ("contacts", {"first_name": 5}, ("InvalidType", "first_name")),
        ("contacts", {"is_deleted": False}, ("FieldNotExpected", "is_deleted")),
        ("contacts", {"created_by": 8100004}, ("NotSupportedChoice", "created_by")),
        ("contacts", {"created_at": "2026-01-01"}, ("InvalidType", "created_at")),
        ("contacts", {"_embedded": {"leads": []}}, ("FieldNotExpected", "_embedded.leads")),
        ("contacts", {"tags_to_delete": []}, ("FieldNotExpected", "tags_to_delete")),
        ("contacts", {"tags_to_add": [{"id": 5}]}, ("NotSupportedChoice", "tags_to_add.0.id")),
        ("leads", {"price": "abc"}, ("InvalidType", "price")),
        ("leads", {"price": 45000.5}, ("InvalidType", "price")),
        ("leads", {"pipeline_id": 5}, ("NotSupportedChoice", "pipeline_id")),
        ("leads", {"status_id": 5}, ("NotSupportedChoice", "status_id")),
        ("leads", {"loss_reason_id": 5, "status_id": LOST}, ("NotSupportedChoice", "loss_reason_id")),
        ("leads", {"_embedded": {"contacts": [{"id": 5}]}}, ("NotSupportedChoice", "_embedded.contacts.0.id")),
        ("leads", {"_embedded": {"contacts": [{}]}}, ("FieldMissing", "_embedded.contacts.0.id")),
    ],
)
def test_schema_names_code_and_path(desk: Desk, kind: str, item: Json, fault: tuple[str, str]) -> None:
    assert desk.faults("POST", kind, [item]) == {("0", *fault)}


def test_business_error_of_one_item_lets_the_others_pass(desk: Desk) -> None:
    good, trashed = desk.add("leads", name="A"), desk.add("leads", name="B")
    open_one = desk.add("leads", name="C")
    desk.act("delete", lead=trashed)
    reason = desk.list("leads/loss_reasons")[0]["id"]
    sent = [{"id": trashed, "name": "X"}, {"id": 99, "name": "X"}, {"id": open_one, "loss_reason_id": reason}]
    status, problem = desk.refused("PATCH", "leads", [*sent, {"id": good, "name": "changed"}])
    assert status == 400
    assert problem["errors"] == {
        str(trashed): "Lead not found", "99": "Lead not found",
        str(open_one): "Loss reason can be specified only for lost lead",
    }  # fmt: skip
    assert desk.get(f"leads/{good}")["name"] == "changed"


def test_one_entity_that_is_not_there(desk: Desk) -> None:
    lead = desk.add("leads", name="A")
    desk.act("delete", lead=lead)
    assert desk.refused("PATCH", "contacts/7", {"name": "A"})[0] == 404
    assert desk.refused("PATCH", f"leads/{lead}", {"name": "A"})[1]["errors"][0]["code"] == 226
    desk.settings(missing="400")
    assert desk.refused("PATCH", "contacts/7", {"name": "A"})[1]["errors"] == {"7": "Contact not found"}


def test_patch_changes_only_what_it_names(desk: Desk) -> None:
    number = desk.add("contacts", first_name="Анна", last_name="Котова", custom_fields_values=[phone("+7916")])
    desk.wait(5)
    reply = desk.change("contacts", number, last_name="Белова")
    item = desk.get(f"contacts/{number}")
    assert (item["name"], item["first_name"]) == ("Анна Белова", "Анна")
    assert item["custom_fields_values"][0]["values"][0]["value"] == "+7916"
    assert reply["updated_at"] == item["updated_at"] == item["created_at"] + 5


def test_reply_to_one_patch_may_be_wrapped(desk: Desk) -> None:
    number = desk.add("contacts", name="A")
    desk.settings(single_reply="wrapped")
    assert desk.change("contacts", number, name="B")["_embedded"]["contacts"][0]["id"] == number


def test_author_may_be_the_robot_and_times_may_be_in_the_past(desk: Desk) -> None:
    number = desk.add("leads", created_by=0, updated_by=0, created_at=1_600_000_000)
    item = desk.get(f"leads/{number}")
    assert (item["created_by"], item["updated_by"], item["created_at"]) == (0, 0, 1_600_000_000)


def test_older_updated_at_may_be_refused(desk: Desk) -> None:
    number = desk.add("contacts", name="A")
    desk.change("contacts", number, name="B", updated_at=5)
    desk.settings(stale_updates="refused")
    text = desk.refused("PATCH", "contacts", [{"id": number, "updated_at": 4}])[1]["errors"][str(number)]
    assert "older" in text


def test_responsible_user_must_be_active(desk: Desk) -> None:
    number = desk.add("contacts", name="A", responsible_user_id=8100002)
    desk.act("deactivate", user="Марина Сотникова")
    fault = ("0", "NotSupportedChoice", "responsible_user_id")
    assert desk.faults("PATCH", "contacts", [{"id": number, "responsible_user_id": 8100002}]) == {fault}
    rights = {user["name"]: user["rights"]["is_active"] for user in desk.list("users")}
    assert rights["Марина Сотникова"] is False


def names(desk: Desk, number: int) -> list[str]:
    return [tag["name"] for tag in desk.get(f"contacts/{number}")["_embedded"]["tags"]]


def test_tags_are_replaced_or_added_and_a_name_must_be_exact(desk: Desk) -> None:
    number = desk.add("contacts", tags_to_add=[{"name": "MIS"}, {"name": "VIP"}])
    desk.change("contacts", number, tags_to_add=[{"name": "MIS "}, {"name": "mis"}])
    assert names(desk, number) == ["MIS", "VIP", "MIS ", "mis"]
    desk.change("contacts", number, tags_to_delete=[{"name": "MIS "}, {"name": "mis"}])
    assert names(desk, number) == ["MIS", "VIP"]
    desk.change("contacts", number, _embedded={"tags": [{"name": "Другой"}]})
    assert names(desk, number) == ["Другой"]
    for nothing in (None, []):
        desk.change("contacts", number, _embedded={"tags": [{"name": "MIS"}]})
        desk.change("contacts", number, _embedded={"tags": nothing})
        assert names(desk, number) == []
    assert [tag["name"] for tag in desk.list("contacts/tags")] == ["MIS", "VIP", "MIS ", "mis", "Другой"]
    assert desk.list("leads/tags") == []


def test_tag_can_be_made_before_it_is_used(desk: Desk) -> None:
    made = desk.post("leads/tags", {"name": "A", "request_id": "x"})["_embedded"]["tags"]
    assert desk.post("leads/tags", {"name": "A"})["_embedded"]["tags"][0]["id"] == made[0]["id"]
    lead = desk.add("leads", tags_to_add=[{"id": made[0]["id"]}])
    assert desk.get(f"leads/{lead}")["_embedded"]["tags"] == [{"id": made[0]["id"], "name": "A", "color": None}]
