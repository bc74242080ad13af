"""Custom fields: their values and their definitions."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.amocrm.conftest import Desk, Json, phone, text

PHONE_PATH = "custom_fields_values.0.values.0"


def kept(desk: Desk, name: str, value: Any, kind: str = "contacts") -> Any:
    """What is read after a value was written."""
    number = desk.add(kind, custom_fields_values=[text(desk.field(name, kind)["id"], value)])
    values = desk.values(kind, number).get(name)
    return values and values[0]["value"]


@pytest.mark.parametrize(
    ("name", "sent", "read"),
    [
        ("Номер медкарты", "007", "007"),
        ("Возраст", 36, "36"),
        ("Общая сумма за все визиты", "1500.50", "1500.5"),
        ("Общая сумма за все визиты", 45000.5, "45000.5"),
        ("Отказ об смс оповещении", True, True),
        ("Отказ об смс оповещении", False, False),
        ("Дата и время последнего приема", 1_634_601_600, 1_634_601_600),
        ("Дата и время последнего приема", "2021-10-19T03:00:00+03:00", 1_634_601_600),
        ("Первый", 1_634_601_600, 1_634_590_800),
        # It was summer in Moscow, one hour ahead of today's offset: the same day, another midnight.
        ("Дата рождения", "1990-05-17T00:00:00+03:00", 642_888_000),
        ("Пол", "Женский", "Женский"),
    ],
)
def test_value_is_read_back_in_its_own_form(desk: Desk, name: str, sent: Any, read: Any) -> None:
    assert kept(desk, name, sent) == read


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Номер медкарты", 7, "InvalidType"),
        ("Возраст", "много", "InvalidType"),
        ("Первый", "2020-06-17", "InvalidType"),
        ("Дата и время последнего приема", "вчера", "InvalidType"),
        ("Отказ об смс оповещении", "да", "InvalidType"),
        ("Пол", "Неизвестно", "NotSupportedChoice"),
        ("Номер медкарты", "x" * 256, "TooLong"),
    ],
)
def test_value_of_a_wrong_type_is_refused(desk: Desk, name: str, value: Any, code: str) -> None:
    item = {"custom_fields_values": [text(desk.field(name)["id"], value)]}
    assert desk.faults("POST", "contacts", [item]) == {("0", code, f"{PHONE_PATH}.value")}


@pytest.mark.parametrize("zone", ["Europe/Moscow", "Asia/Vladivostok", "UTC"])
def test_day_snaps_to_midnight_where_the_account_is(desk: Desk, zone: str) -> None:
    desk.settings(timezone=zone)
    assert desk.get("account?with=datetime_settings")["_embedded"]["datetime_settings"]["timezone"] == zone
    noon = datetime(1990, 5, 17, 12, tzinfo=ZoneInfo(zone))
    stored = kept(desk, "Дата рождения", int(noon.timestamp()))
    assert datetime.fromtimestamp(stored, ZoneInfo(zone)) == noon.replace(hour=0)
    assert kept(desk, "Дата рождения", stored) == stored


def test_enum_is_named_by_id_code_or_text_and_read_with_all_three(desk: Desk) -> None:
    sex = desk.field("Пол")
    woman = next(enum["id"] for enum in sex["enums"] if enum["value"] == "Женский")
    for value in ({"value": "Женский"}, {"enum_id": woman}):
        number = desk.add("contacts", custom_fields_values=[{"field_id": sex["id"], "values": [value]}])
        assert desk.values("contacts", number)["Пол"] == [{"value": "Женский", "enum_id": woman, "enum_code": None}]
    wrong = {"field_id": sex["id"], "values": [{"enum_id": 5}]}
    fault = ("0", "NotSupportedChoice", f"{PHONE_PATH}.enum_id")
    assert desk.faults("POST", "contacts", [{"custom_fields_values": [wrong]}]) == {fault}


def test_phone_without_a_sort_is_a_work_phone(desk: Desk) -> None:
    sent = {"field_code": "PHONE", "values": [{"value": "8 (916) 123-45-67"}, {"value": "+7495", "enum_code": "HOME"}]}
    number = desk.add("contacts", custom_fields_values=[sent])
    values = desk.values("contacts", number)["Телефон"]
    assert [(v["value"], v["enum_code"]) for v in values] == [("8 (916) 123-45-67", "WORK"), ("+7495", "HOME")]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"value": "+7", "enum_code": "MOBILE"}, ("NotSupportedChoice", f"{PHONE_PATH}.enum_code")),
        ({"value": "+7", "enum_code": None}, ("FieldNotExpected", f"{PHONE_PATH}.enum_code")),
        ({"value": "+7", "enum": "MOB"}, ("FieldNotExpected", f"{PHONE_PATH}.enum")),
        ({"value": 7916}, ("InvalidType", f"{PHONE_PATH}.value")),
        ({"enum_code": "MOB"}, ("FieldMissing", f"{PHONE_PATH}.value")),
    ],
)
def test_phone_that_is_wrong_is_refused(desk: Desk, value: Json, fault: tuple[str, str]) -> None:
    item = {"custom_fields_values": [{"field_code": "PHONE", "values": [value]}]}
    assert desk.faults("POST", "contacts", [item]) == {("0", *fault)}


def test_field_that_is_sent_loses_what_is_not(desk: Desk) -> None:
    number = desk.add("contacts", custom_fields_values=[phone("+7916")])
    desk.act("add_phone", contact=number, phone="+7495")
    assert len(desk.values("contacts", number)["Телефон"]) == 2
    desk.change("contacts", number, custom_fields_values=[phone("+7999")])
    assert [value["value"] for value in desk.values("contacts", number)["Телефон"]] == ["+7999"]


def test_multiselect_is_replaced_as_a_whole(desk: Desk) -> None:
    field = desk.field("Информация о санации")["id"]
    both = {"field_id": field, "values": [{"value": "Терапия"}, {"value": "Хирургия"}]}
    number = desk.add("contacts", custom_fields_values=[both])
    desk.change("contacts", number, custom_fields_values=[text(field, "Ортопедия")])
    assert [value["value"] for value in desk.values("contacts", number)["Информация о санации"]] == ["Ортопедия"]


def test_null_clears_and_emptiness_changes_nothing(desk: Desk) -> None:
    field = desk.field("Номер медкарты")["id"]
    number = desk.add("contacts", custom_fields_values=[text(field, "007")])
    for values in ([], [{"value": ""}], [{"value": None}]):
        desk.change("contacts", number, custom_fields_values=[{"field_id": field, "values": values}])
        assert "Номер медкарты" in desk.values("contacts", number), values
    desk.change("contacts", number, custom_fields_values=[{"field_id": field, "values": None}])
    assert desk.get(f"contacts/{number}")["custom_fields_values"] is None


@pytest.mark.parametrize(("mode", "status"), [("clears", 200), ("refused", 400)])
def test_empty_list_of_values_can_mean_something_else(desk: Desk, mode: str, status: int) -> None:
    field = desk.field("Номер медкарты")["id"]
    number = desk.add("contacts", custom_fields_values=[text(field, "007")])
    desk.settings(empty_values=mode)
    sent = {"custom_fields_values": [{"field_id": field, "values": []}]}
    assert desk.send("PATCH", f"contacts/{number}", sent).status_code == status
    assert ("Номер медкарты" in desk.values("contacts", number)) is (status == 400)


def test_fields_are_listed_by_pages_with_a_total(desk: Desk) -> None:
    page = desk.get("contacts/custom_fields?limit=20")
    assert (page["_total_items"], page["_page_count"], len(page["_embedded"]["custom_fields"])) == (27, 2, 20)
    assert {"self", "next", "last"} <= page["_links"].keys()
    select = desk.list("contacts/custom_fields?filter[type][0]=select")
    assert {field["type"] for field in select} == {"select"}


def test_field_is_created_once_under_its_code(desk: Desk) -> None:
    field = desk.key_field()
    shown = desk.get(f"contacts/custom_fields/{field}")
    assert (shown["code"], shown["is_api_only"], shown["type"]) == ("MIS_ID", True, "text")
    again = [{"name": "Ключ", "type": "text", "code": "MIS_ID"}]
    assert desk.faults("POST", "contacts/custom_fields", again) == {("0", "NotSupportedChoice", "code")}
    assert desk.key_field("leads") != field
    number = desk.add("contacts", custom_fields_values=[{"field_code": "MIS_ID", "values": [{"value": "P-1"}]}])
    assert desk.values("contacts", number)["Ключ МИС"] == [{"value": "P-1"}]


def test_choice_needs_enums(desk: Desk) -> None:
    assert desk.faults("POST", "leads/custom_fields", [{"name": "X", "type": "select"}]) == {
        ("0", "FieldMissing", "enums")
    }
    answer = desk.send("POST", "leads/custom_fields", [{"name": "X", "type": "select", "enums": [{"value": "A"}]}])
    assert answer.status_code == 201


def test_enum_that_is_left_out_of_a_patch_is_deleted_from_all_cards(desk: Desk) -> None:
    sex = desk.field("Пол")
    number = desk.add("contacts", custom_fields_values=[text(sex["id"], "Женский")])
    kept_one = [enum for enum in sex["enums"] if enum["value"] == "Мужской"]
    changed = desk.ok("PATCH", f"contacts/custom_fields/{sex['id']}", {"enums": [*kept_one, {"value": "Женский"}]})
    assert [enum["value"] for enum in changed["enums"]] == ["Мужской", "Женский"]
    assert desk.values("contacts", number) == {}


def test_deleted_field_takes_its_values_along_and_stops_batches(desk: Desk) -> None:
    field = desk.field("Номер медкарты")["id"]
    number = desk.add("contacts", custom_fields_values=[text(field, "007")])
    assert desk.send("DELETE", f"contacts/custom_fields/{field}").status_code == 204
    assert desk.values("contacts", number) == {}
    fault = ("0", "NotSupportedChoice", "custom_fields_values.0.field_id")
    assert desk.faults("POST", "contacts", [{"custom_fields_values": [text(field, "x")]}]) == {fault}
    phones = desk.field("PHONE")["id"]
    assert desk.refused("DELETE", f"contacts/custom_fields/{phones}")[0] == 400


def test_ids_of_fields_differ_between_accounts(desk: Desk, kids: Desk) -> None:
    assert desk.field("PHONE")["id"] != kids.field("PHONE")["id"]
    assert desk.status("Новый лид") != kids.status("Новый лид")
