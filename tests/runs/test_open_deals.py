"""A patient who is already talking to the clinic in the CRM: the open deal is taken over, no second one is made."""

from typing import Any

import pytest

from tests.clinic import ANNA, ANNAS_VISIT, Clinic
from tests.runs.test_found import lose_the_answer, until_quiet

BOOKED = ANNAS_VISIT + "Записан"
HERS = {"name": "Анна", "lastName": "Соколова"}
PIPELINE = "Оповещение о визите"
TALKING = {"pipeline": PIPELINE, "stage": "Уточнить"}


@pytest.fixture
def adopting(clinic: Clinic) -> Clinic:
    clinic.configure('people   = ["Уточнить"]', 'people   = ["Уточнить"]\nadopt    = ["УТОЧНИТЬ"]')
    return clinic


def lead(clinic: Clinic, contact: int, **given: Any) -> None:
    clinic.act("create_deal", contact=contact, **TALKING | {"fields": {"title": "Звонок"}} | given)


def caller(clinic: Clinic, phone: str = "8 916 555-01-01", **fields: str) -> int:
    clinic.act("create_contact", fields=fields or HERS, phones=[phone])
    return max(contact["id"] for contact in clinic.contacts())


def test_the_open_deal_of_a_caller_becomes_the_deal_of_the_visit(adopting: Clinic) -> None:
    contact = caller(adopting)
    lead(adopting, contact)
    adopting.patients(ANNA)
    adopting.reminders(BOOKED)
    until_quiet(adopting)
    [deal] = adopting.deals()
    assert (deal["stage"], deal["contacts"], deal["UF_CRM_DOCTOR"]) == ("Записан", [contact], "Петров")
    adopting.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_2.csv")
    until_quiet(adopting)
    assert [deal["stage"] for deal in adopting.deals()] == ["Запись подтверждена"]


@pytest.mark.parametrize(
    "given",
    [{"stage": "Записан"}, {"stage": "Запись отменена"}, {"pipeline": "Лист ожидания", "stage": "Ожидает"}],
    ids=lambda given: str(given["stage"]),
)
def test_a_deal_elsewhere_is_left_alone(adopting: Clinic, given: dict[str, Any]) -> None:
    lead(adopting, caller(adopting), **given)
    before = adopting.deals()[0]
    adopting.patients(ANNA)
    adopting.reminders(BOOKED)
    until_quiet(adopting)
    assert len(adopting.deals()) == 2
    assert adopting.deals()[0]["stage"] == before["stage"]


def test_of_two_open_deals_none_is_guessed(adopting: Clinic) -> None:
    contact = caller(adopting)
    lead(adopting, contact)
    lead(adopting, contact)
    adopting.patients(ANNA)
    adopting.reminders(BOOKED)
    assert adopting.sync()["exit_code"] == 4
    assert "2 открытые заявки" in adopting.say("status").out
    assert [deal["stage"] for deal in adopting.deals()] == ["Уточнить"] * 2
    adopting.act("delete", deal=adopting.deals()[0]["id"])
    until_quiet(adopting)
    assert [deal["stage"] for deal in adopting.deals()] == ["Записан"]


def test_the_open_deal_of_another_one_on_the_phone_is_left_alone(adopting: Clinic) -> None:
    lead(adopting, caller(adopting, name="Пётр", lastName="Соколов"))
    adopting.patients(ANNA)
    adopting.reminders(BOOKED)
    until_quiet(adopting)
    assert sorted(deal["stage"] for deal in adopting.deals()) == ["Записан", "Уточнить"]


def test_one_open_deal_serves_one_of_two_visits(adopting: Clinic) -> None:
    lead(adopting, caller(adopting))
    adopting.patients(ANNA)
    adopting.reminders(BOOKED, BOOKED.replace("9:00:00", "11:00:00"))
    until_quiet(adopting)
    assert [deal["stage"] for deal in adopting.deals()] == ["Записан"] * 2


@pytest.mark.parametrize("what", ["drop_before", "drop_after"])
def test_an_open_deal_whose_taking_over_had_no_answer_is_not_made_again(adopting: Clinic, what: str) -> None:
    adopting.patients(ANNA)
    adopting.sync()
    lead(adopting, adopting.contacts()[0]["id"])
    adopting.reminders(BOOKED)
    adopting.fault(what, "crm.item.update")
    until_quiet(adopting)
    assert [deal["stage"] for deal in adopting.deals()] == ["Записан"]


def test_an_open_deal_that_was_taken_over_unheard_and_then_cancelled_ends_as_the_mis_says(adopting: Clinic) -> None:
    adopting.patients(ANNA)
    adopting.sync()
    lead(adopting, adopting.contacts()[0]["id"])
    adopting.reminders(BOOKED)
    lose_the_answer(adopting, "crm.item.update")
    adopting.reminders(ANNAS_VISIT + "Отменен", name="reminders_2.csv")
    until_quiet(adopting)
    assert [deal["stage"] for deal in adopting.deals()] == ["Запись отменена"]
