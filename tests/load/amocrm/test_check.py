"""What ``check`` and ``setup`` say of an account: names, rights, and the field of our key."""

from typing import Any

import pytest

from dentsync.errors import Forbidden
from dentsync.model import CrmField, Result, Route, StageRef
from dentsync.sandbox.server import Running
from tests.load.amocrm.kit import AmoDesk, person, visit
from tests.load.portal_kit import results


def problems(box: Running, **settings: Any) -> str:
    desk = AmoDesk(box, **settings)
    desk.target.setup()
    return "\n".join(desk.target.check().problems)


def route(pipeline: str = "Первичные пациенты", **stages: StageRef) -> Route:
    return Route("primary", ("appointments",), pipeline, "{full_name}", stages)


def test_an_account_without_the_field_of_our_key_says_how_to_make_it(box: Running) -> None:
    found = AmoDesk(box).target.check().problems
    assert len(found) == 2
    assert all("dentsync setup" in line for line in found)


def test_setup_makes_what_is_missing_and_nothing_twice(desk: AmoDesk) -> None:
    assert desk.target.setup() == ()
    fields = desk.call("GET", "leads/custom_fields", limit=250)["_embedded"]["custom_fields"]
    ours = [one for one in fields if one["code"] == "DENTSYNC_KEY"]
    assert [(one["type"], one["is_api_only"]) for one in ours] == [("text", True)]


def test_the_key_may_stand_in_a_field_that_the_clinic_has_named(box: Running) -> None:
    desk = AmoDesk(box, access={"key_field": "ID Приема"}, fields={})
    assert "ID Приема" in "\n".join(desk.target.check().problems)  # contacts have none of that name
    named = {"contact": {}, "deal": {}}
    patient = AmoDesk(box, access={"key_field": "Комментарий"}, fields=named)
    assert "of type 'textarea'" in "\n".join(patient.target.check().problems)


@pytest.mark.parametrize(
    ("ours", "name", "words"),
    [
        ("card_number", "Номер медкарта", ["'Номер медкарта'", "nearest: Номер медкарты"]),
        ("card_number", "700999", ["'700999'"]),
    ],
)
def test_a_field_that_is_not_there_is_named_with_those_like_it(
    box: Running, ours: str, name: str, words: list[str]
) -> None:
    found = problems(box, fields={"contact": {ours: CrmField(name)}, "deal": {}})
    assert all(word in found for word in [f"crm.fields.contact.{ours}", *words]), found


def test_of_two_fields_of_one_name_the_number_is_asked_for(desk: AmoDesk, box: Running) -> None:
    desk.call("POST", "contacts/custom_fields", [{"name": "номер медкарты", "type": "text"}])
    found = problems(box)
    assert "several fields 'Номер медкарты'" in found
    fields = desk.call("GET", "contacts/custom_fields", limit=250)["_embedded"]["custom_fields"]
    number = next(one["id"] for one in fields if one["name"] == "Номер медкарты")
    assert problems(box, fields={"contact": {"card_number": CrmField(str(number))}, "deal": {}}) == ""


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (route("Первичка"), ["no pipeline «Первичка»", "«Повторные приемы»"]),
        (route(booked=StageRef("Записан")), ["no stage «Записан»", "«Записан на прием»"]),
        (route(cancelled=StageRef("Посетил", "lost")), ["«Посетил»", "open", "lost"]),
        (route(cancelled=StageRef("Передумал", "lost")), ["no stage «Передумал»", "«Отменил запись»"]),
    ],
)
def test_what_a_route_names_and_the_account_lacks_is_told(box: Running, wanted: Route, words: list[str]) -> None:
    found = problems(box, routes=(wanted,))
    assert all(word in found for word in ["routes.primary", *words]), found


def test_a_reason_for_losing_is_a_stage_like_any_other(box: Running) -> None:
    assert problems(box, routes=(route(cancelled=StageRef("отменил  запись", "lost")),)) == ""


def test_a_token_of_an_ordinary_user_is_told(box: Running) -> None:
    AmoDesk(box).target.setup()
    staff = AmoDesk(box, secret=box.doors[0].keys["staff_token"])
    assert any("administrator" in line for line in staff.target.check().problems)
    with pytest.raises(Forbidden, match="administrator"):
        AmoDesk(box, "smilekids", secret=box.doors[1].keys["staff_token"]).target.setup()


def test_what_was_checked_serves_the_next_run_without_a_request(box: Running, desk: AmoDesk) -> None:
    later = AmoDesk(box, directory=desk.target.check().directory)
    assert later.target.as_read("contact", {"card_number": "1"}) == {"card_number": "1"}
    assert later.target.requests == 0
    assert results(later.apply(person(), visit())) == {Result.APPLIED}


@pytest.mark.parametrize("damage", [{"account": "https://other.amocrm.ru"}, {"fields": {}}, {"keys": 5}, {"keys": {}}])
def test_a_directory_that_does_not_fit_is_resolved_anew(box: Running, desk: AmoDesk, damage: dict[str, Any]) -> None:
    later = AmoDesk(box, directory={**desk.target.check().directory, **damage})
    later.target.as_read("contact", {})
    assert later.target.requests > 0


def test_pipelines_that_ignore_the_page_are_read_once(desk: AmoDesk) -> None:
    before = desk.asked("GET leads/pipelines")
    desk.target.check()
    assert desk.asked("GET leads/pipelines") == before + 1


def test_many_fields_are_read_page_by_page(box: Running, desk: AmoDesk) -> None:
    desk.set(rate=0.0)
    made = [{"name": f"Поле {number}", "type": "text"} for number in range(300)]
    for part in (made[:150], made[150:]):
        desk.call("POST", "leads/custom_fields", part)
    fields = {"contact": {}, "deal": {"doctor": CrmField("Поле 299")}}
    assert problems(box, fields=fields) == ""
