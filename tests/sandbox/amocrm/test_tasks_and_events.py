"""Tasks, notes, events, pipelines, the account."""

from typing import Any

import pytest

from tests.sandbox.amocrm.conftest import LOST, WON, Desk, Json, text

TILL = 1_788_350_399


# tasks


def test_task_is_added_completed_and_listed(desk: Desk) -> None:
    lead = desk.add("leads")
    kinds = desk.get("account?with=task_types")["_embedded"]["task_types"]
    kind = next(one["id"] for one in kinds if one["name"] == "Профосмотр")
    item = {"text": "[mis:REC-77]", "complete_till": TILL, "task_type_id": kind}
    number = desk.add("tasks", **item, entity_id=lead, entity_type="leads")
    task = desk.get(f"tasks/{number}")
    assert (task["result"], task["is_completed"], task["responsible_user_id"]) == ([], False, 8100001)
    assert desk.get(f"leads/{lead}")["closest_task_at"] == TILL
    done = desk.change("tasks", number, is_completed=True, result={"text": "Записан в МИС"})
    assert done["id"] == number
    assert desk.get(f"tasks/{number}")["result"] == {"text": "Записан в МИС"}
    assert desk.get(f"leads/{lead}")["closest_task_at"] is None


def test_filters_of_tasks(desk: Desk) -> None:
    lead = desk.add("leads")
    on_lead = desk.add("tasks", text="A", complete_till=TILL, entity_id=lead, entity_type="leads")
    closed = desk.add("tasks", text="B", complete_till=TILL, is_completed=True, task_type_id=2)
    for query, expected in (
        ("filter[is_completed]=0", [on_lead]),
        ("filter[is_completed][]=1", [closed]),
        (f"filter[entity_id][]={lead}&filter[entity_type]=leads", [on_lead]),
        (f"filter[entity_id][]={lead}", [on_lead, closed]),  # works only together with the type
        ("filter[task_type][]=2", [closed]),
        ("filter[task_type_id][]=2", [closed]),
        (f"filter[id][]={closed}", [closed]),
    ):
        assert desk.ids(f"tasks?{query}") == expected, query


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ({"text": None}, ("NotNullable", "text")),
        ({"text": " "}, ("NotBlank", "text")),
        ({"complete_till": "завтра"}, ("InvalidType", "complete_till")),
        ({"entity_id": 5}, ("FieldMissing", "entity_type")),
        ({"entity_id": 5, "entity_type": "leads"}, ("NotSupportedChoice", "entity_id")),
        ({"task_type_id": 9}, ("NotSupportedChoice", "task_type_id")),
        ({"responsible_user_id": 8100004}, ("NotSupportedChoice", "responsible_user_id")),
        ({"colour": "red"}, ("FieldNotExpected", "colour")),
    ],
)
def test_task_that_is_wrong_is_refused(desk: Desk, item: Json, fault: tuple[str, str]) -> None:
    assert desk.faults("POST", "tasks", [{"text": "A", "complete_till": TILL} | item]) == {("0", *fault)}


def test_task_needs_a_text_and_a_time(desk: Desk) -> None:
    faults = desk.faults("POST", "tasks", [{"request_id": "r"}])
    assert faults == {("r", "FieldMissing", "text"), ("r", "FieldMissing", "complete_till")}


def test_task_that_is_not_there(desk: Desk) -> None:
    assert desk.refused("PATCH", "tasks/5", {"is_completed": True})[1]["code"] == 231
    number = desk.add("tasks", text="A", complete_till=TILL)
    errors = desk.refused("PATCH", "tasks", [{"id": 5, "text": "X"}, {"id": number, "text": "B"}])[1]["errors"]
    assert (errors, desk.get(f"tasks/{number}")["text"]) == ({"5": "Task not found"}, "B")


# notes


def test_note_is_added_trimmed_and_changed(desk: Desk) -> None:
    lead = desk.add("leads")
    sent = {"entity_id": lead, "note_type": "common", "params": {"text": " Перезвонить "}, "request_id": "n"}
    made = desk.post("leads/notes", sent)["_embedded"]["notes"][0]
    assert (made["entity_id"], made["request_id"]) == (lead, "n")
    assert desk.list(f"leads/{lead}/notes")[0]["params"] == {"text": "Перезвонить"}
    desk.change("leads/notes", made["id"], note_type="common", params={"text": "Готово"})
    assert desk.get(f"leads/notes/{made['id']}")["params"]["text"] == "Готово"
    desk.post(f"leads/{lead}/notes", {"note_type": "common", "params": {"text": "B"}})
    assert len(desk.list(f"leads/notes?filter[entity_id][]={lead}")) == 2
    assert desk.refused("POST", "notes", [sent])[0] == 404
    assert desk.faults("POST", "leads/notes", [{"entity_id": lead, "note_type": "x"}]) == {
        ("0", "NotSupportedChoice", "note_type")
    }


# events


def test_moves_by_people_are_read_back(desk: Desk) -> None:
    lead = desk.add("leads")
    before = desk.get(f"leads/{lead}")
    desk.act("move", lead=lead, status="Посетил")
    event = desk.list("events?filter[type]=lead_status_changed")[0]
    after = {"id": desk.status("Посетил"), "pipeline_id": before["pipeline_id"]}
    assert event["value_after"] == [{"lead_status": after}]
    assert event["value_before"] == [{"lead_status": {"id": before["status_id"], "pipeline_id": before["pipeline_id"]}}]
    assert (event["entity_type"], event["entity_id"], event["created_by"]) == ("lead", lead, 8100002)
    assert event["_embedded"]["entity"]["id"] == lead


def test_ids_of_events_sort_by_time(desk: Desk) -> None:
    for name in ("A", "B", "C"):
        desk.add("contacts", name=name)
        desk.wait(1)
    ids = desk.ids("events")
    assert ids == sorted(ids, reverse=True)
    assert {len(one) for one in ids} == {26}


def test_page_of_events_has_at_most_a_hundred(desk: Desk) -> None:
    desk.post("contacts", *[{"name": "A"}] * 120)
    page = desk.get("events?limit=250")
    assert len(page["_embedded"]["events"]) == 100
    assert len(desk.list("events?limit=250&page=2")) == 20


def test_filters_of_events(desk: Desk) -> None:
    lead, contact = desk.add("leads"), desk.add("contacts")
    start = desk.get(f"leads/{lead}")["created_at"]
    desk.wait(100)
    desk.change("leads", lead, status_id=WON)
    main = desk.pipeline()["id"]
    won = (
        f"filter[value_after][leads_statuses][0][pipeline_id]={main}&filter[value_after][leads_statuses][0][status_id]="
    )
    for query, expected in (
        (f"filter[created_at][from]={start + 50}", ["lead_status_changed"]),
        (f"filter[created_at][to]={start + 50}", ["contact_added", "lead_added"]),
        (f"filter[entity]=contact&filter[entity_id][]={contact}", ["contact_added"]),
        ("filter[type][]=lead_added&filter[type][]=contact_added", ["contact_added", "lead_added"]),
        ("filter[type]=lead_added,contact_added", ["contact_added", "lead_added"]),
        (f"{won}{WON}", ["lead_status_changed"]),
        (f"{won}{LOST}", []),
        ("filter[created_by][]=8100001&filter[entity][]=lead", ["lead_status_changed", "lead_added"]),
    ):
        assert [event["type"] for event in desk.list(f"events?{query}")] == expected, query


@pytest.mark.parametrize(
    "query",
    ["filter[entity_id][]=5", "filter[entity_id][]=5&filter[entity][]=lead&filter[entity][]=contact",
     "filter[entity]=lead&" + "&".join(f"filter[entity_id][]={n}" for n in range(11)),
     "filter[type][]=custom_field_5_value_changed&filter[type][]=lead_added"],
)  # fmt: skip
def test_filter_of_events_that_cannot_be_is_refused(desk: Desk, query: str) -> None:
    assert desk.refused("GET", f"events?{query}")[0] == 400


def test_event_may_be_listed_late(desk: Desk) -> None:
    desk.settings(events_lag=10)
    desk.add("contacts")
    assert desk.list("events") == []
    desk.wait(11)
    assert [event["type"] for event in desk.list("events")] == ["contact_added"]


def test_what_is_told_of_a_change(desk: Desk) -> None:
    field = desk.field("Комментарий", "leads")["id"]
    lead = desk.add("leads", name="A", price=5)
    desk.change("leads", lead, name="B", price=6, custom_fields_values=[text(field, "x")], tags_to_add=[{"name": "T"}])
    types = {event["type"] for event in desk.list("events")}
    assert types == {
        "lead_added", "name_field_changed", "sale_field_changed", f"custom_field_{field}_value_changed",
        "entity_tag_added",
    }  # fmt: skip
    changed = desk.list("events?filter[type]=custom_field_value_changed")[0]
    assert changed["value_after"][0]["custom_field_value"] == {
        "field_id": field, "field_type": 9, "enum_id": None, "text": "x",
    }  # fmt: skip
    desk.change("leads", lead, name="B")
    assert len(desk.list("events?filter[type]=name_field_changed")) == 1


# pipelines


def test_pipelines_come_in_one_piece_whatever_page_is_asked_for(desk: Desk) -> None:
    found = desk.get("leads/pipelines?page=2&limit=1")
    assert found["_total_items"] == len(found["_embedded"]["pipelines"]) == 10
    main = [item["name"] for item in found["_embedded"]["pipelines"] if item["is_main"]]
    assert main == ["Первичные пациенты"]
    types = {one["type"] for one in desk.pipeline("NPS")["_embedded"]["statuses"]}
    assert types == {0}  # «Неразобранное» is switched off there


def test_pipeline_is_created_renamed_and_deleted_while_it_is_empty(desk: Desk) -> None:
    statuses = [{"id": WON, "name": "Пришёл"}, {"name": "Записан", "sort": 10, "color": "#fffeb2"}]
    sent = {
        "name": "Лист ожидания", "sort": 99, "is_main": False, "is_unsorted_on": False,
        "_embedded": {"statuses": statuses},
    }  # fmt: skip
    made = desk.post("leads/pipelines", sent)["_embedded"]["pipelines"][0]
    assert [one["name"] for one in made["_embedded"]["statuses"]] == ["Записан", "Пришёл", "Закрыто и не реализовано"]
    path = f"leads/pipelines/{made['id']}"
    assert desk.ok("PATCH", path, {"name": "Ожидание"})["name"] == "Ожидание"
    lead = desk.add("leads", pipeline_id=made["id"])
    assert desk.refused("DELETE", path)[0] == 422
    desk.act("delete", lead=lead)
    assert desk.send("DELETE", path).status_code == 204
    status, problem = desk.refused("DELETE", path)
    assert (status, problem["validation-errors"][0]["errors"][0]["path"]) == (400, "id")
    assert "request_id" not in problem["validation-errors"][0]


def test_pipeline_lacking_something_is_refused(desk: Desk) -> None:
    faults = desk.faults("POST", "leads/pipelines", [{"name": "A"}])
    assert {fault[2] for fault in faults} == {"sort", "is_main", "is_unsorted_on"}
    assert desk.refused("GET", "leads/pipelines/0/statuses")[1]["detail"] == "Pipeline not found"


def test_deleted_status_moves_its_leads_to_the_first_one(desk: Desk) -> None:
    pipeline = desk.pipeline()["id"]
    path = f"leads/pipelines/{pipeline}/statuses"
    made = desk.post(path, {"name": "Перезвонить", "color": "#d6eaff"})["_embedded"]["statuses"][0]["id"]
    lead = desk.add("leads", status_id=made)
    desk.ok("PATCH", f"{path}/{made}", {"name": "Позвонить позже"})
    assert desk.status("Позвонить позже") == made
    assert desk.send("DELETE", f"{path}/{made}").status_code == 204
    assert desk.get(f"leads/{lead}")["status_id"] == desk.status("Новый лид")
    assert desk.refused("DELETE", f"{path}/{WON}")[0] == 400
    assert desk.faults("POST", path, [{"name": "A", "color": "#123456"}]) == {("0", "NotSupportedChoice", "0.color")}


# the account


def test_account_tells_more_when_asked(desk: Desk) -> None:
    plain: Any = desk.get("account")
    assert (plain["subdomain"], plain["_embedded"], plain["current_user_id"]) == ("smile", {}, 8100001)
    assert "is_api_filter_enabled" not in plain
    full = desk.get("account?with=task_types,users_groups,datetime_settings,version")
    assert set(full["_embedded"]) == {"task_types", "users_groups", "datetime_settings"}
    assert full["_embedded"]["datetime_settings"]["timezone_offset"] == "+03:00"


def test_reasons_can_be_added(desk: Desk) -> None:
    desk.post("leads/loss_reasons", {"name": "Переехал"})
    names = [reason["name"] for reason in desk.list("leads/loss_reasons")]
    assert {"Не пришёл", "Перенос", "Переехал"} <= set(names)


def test_people_move_a_deadline_and_delete_a_task(desk: Desk) -> None:
    number = desk.add("tasks", text="A", complete_till=TILL)
    desk.act("edit_task", task=number, complete_till=TILL + 60, text="B")
    task = desk.get(f"tasks/{number}")
    assert (task["complete_till"], task["text"]) == (TILL + 60, "B")
    desk.act("delete_task", task=number)
    assert desk.ids("tasks") == []
