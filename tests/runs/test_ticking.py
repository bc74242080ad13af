"""What follows from what people did in the CRM, on the sandbox."""

import json
from typing import Any

import pytest

from tests.clinic import ANNA, ANNAS_VISIT, PATIENTS, Clinic

FOLLOWS = """
[follows.sale]
from     = { pipelines = ["Первичные пациенты"], ends = "won" }
pipeline = "Лист ожидания"
stage    = "Ожидает"
title    = "Продажа лечения: {title}"

[follows.return]
from     = { pipelines = ["Лист ожидания"], stages = ["Отказался"] }
pipeline = "Профосмотр"
stage    = "Пригласить"
title    = "Возврат: {title}"

[follows.again]
from     = { pipelines = ["Профосмотр"], ends = "won" }
back     = true
stage    = "Ожидает"
title    = "Снова: {title}"

[safety]"""


@pytest.fixture
def known(clinic: Clinic) -> Clinic:
    """Anna is a patient, a deal of hers that people made stands in the first pipeline, and the CRM was looked at."""
    clinic.configure("[safety]", FOLLOWS)
    clinic.patients(ANNA)
    clinic.sync()
    lead(clinic)
    assert tick(clinic)["operations"] == 0
    return clinic


def lead(clinic: Clinic, contact: int = 1, title: str = "Имплантация") -> None:
    place = {"pipeline": "Первичные пациенты", "stage": "Записан на приём"}
    clinic.act("create_deal", contact=contact, fields={"title": title}, **place)


def tick(clinic: Clinic, *argv: str) -> dict[str, Any]:
    said = clinic.say("tick", "--json", *argv)
    found: dict[str, Any] = json.loads(said.out)
    assert found["exit_code"] == said.code
    return found


def win(clinic: Clinic, title: str, stage: str) -> None:
    [number] = [deal["id"] for deal in clinic.deals() if deal["title"] == title]
    clinic.act("move", deal=number, stage=stage)


def board(clinic: Clinic) -> dict[str, tuple[str, str]]:
    return {deal["title"]: (deal["pipeline"], deal["stage"]) for deal in clinic.deals()}


def test_a_won_deal_is_followed_once(known: Clinic) -> None:
    win(known, "Имплантация", "Визит состоялся")
    for _time in range(3):
        tick(known)
    assert board(known)["Продажа лечения: Имплантация"] == ("Лист ожидания", "Ожидает")
    assert len(known.deals()) == 2
    assert known.deals()[1]["contacts"] == [1]


def test_what_was_postponed_comes_back_to_where_it_came_from(known: Clinic) -> None:
    win(known, "Имплантация", "Визит состоялся")
    tick(known)
    win(known, "Продажа лечения: Имплантация", "Отказался")
    tick(known)
    assert board(known)["Возврат: Продажа лечения: Имплантация"] == ("Профосмотр", "Пригласить")
    win(known, "Возврат: Продажа лечения: Имплантация", "Записался")
    tick(known)
    assert board(known)["Снова: Возврат: Продажа лечения: Имплантация"] == ("Лист ожидания", "Ожидает")


def test_what_was_won_before_the_first_look_is_history(clinic: Clinic) -> None:
    clinic.configure("[safety]", FOLLOWS)
    clinic.patients(ANNA)
    clinic.sync()
    lead(clinic)
    win(clinic, "Имплантация", "Визит состоялся")
    tick(clinic)
    assert len(clinic.deals()) == 1


def test_a_deal_of_nobody_in_the_mis_waits_and_is_not_forgotten(known: Clinic) -> None:
    known.act("create_contact", fields={"name": "Пётр", "lastName": "Зимин"}, phones=["8 916 555-01-09"])
    stranger = max(contact["id"] for contact in known.contacts())
    lead(known, stranger, "Протез")
    win(known, "Протез", "Визит состоялся")
    assert tick(known)["exit_code"] == 4
    assert "is no patient of the MIS" in known.say("status").out
    assert tick(known)["exit_code"] == 0, "and was told"
    known.patients("109;Зимин Пётр Львович;8(916)555-01-09;VIP;Центральный;", name="patients_2.csv")
    known.sync()
    tick(known)
    assert "Продажа лечения: Протез" in board(known)
    assert "is no patient" not in known.say("status").out


@pytest.mark.parametrize("what", ["drop_before", "drop_after", "http_500"])
def test_a_lost_answer_makes_nothing_twice_and_loses_nothing(known: Clinic, what: str) -> None:
    win(known, "Имплантация", "Визит состоялся")
    known.fault(what, "crm.item.add")
    tick(known)
    tick(known)
    assert len(known.deals()) == 2
    assert known.counters()["duplicates"] == {"contact": 0, "deal": 0}


def test_a_crm_that_cannot_be_read_loses_nothing(known: Clinic) -> None:
    win(known, "Имплантация", "Визит состоялся")
    known.fault("http_502_html", "crm.item.list", times=0)
    assert known.say("tick").code == 1
    known.box.admin("DELETE", "faults")
    tick(known)
    assert len(known.deals()) == 2


def test_a_deal_that_people_deleted_is_not_made_again(known: Clinic) -> None:
    win(known, "Имплантация", "Визит состоялся")
    tick(known)
    known.act("delete", deal=known.deals()[1]["id"])
    win(known, "Имплантация", "Записан на приём")
    win(known, "Имплантация", "Визит состоялся")
    tick(known)
    assert len(known.deals()) == 1


def test_a_clinic_without_rules_is_told(clinic: Clinic) -> None:
    said = clinic.say("tick")
    assert said.code == 2
    assert "[follows" in said.err


def test_a_stage_that_is_not_there_is_found_by_check(clinic: Clinic) -> None:
    clinic.configure("[safety]", FOLLOWS.replace('stage    = "Пригласить"', 'stage    = "Позвать"'))
    said = clinic.say("check")
    assert said.code != 0
    assert "follows.return: the pipeline «Профосмотр» has no stage «Позвать»" in said.all


BACK = """
[follows.again]
from  = { pipelines = ["Профосмотр"], ends = "won" }
back  = true
stage = { "Лист ожидания" = "Ожидает", default = "Записан на приём" }
title = "Снова: {title}"

[safety]"""


def test_where_a_deal_comes_back_to_has_a_stage_of_its_own_in_each_pipeline(clinic: Clinic) -> None:
    clinic.configure("[safety]", BACK.replace('"Ожидает"', '"Ждёт"'))
    assert "follows.again: the pipeline «Лист ожидания» has no stage «Ждёт»" in clinic.say("check").all
    clinic.configure(', default = "Записан на приём"', "")
    said = clinic.say("check")
    assert said.code == 2
    assert "follows.again.stage: name one stage" in said.all


def test_a_rule_asks_the_deal_and_the_patient(known: Clinic) -> None:
    title = 'title    = "Продажа лечения: {title}"'
    known.configure(title, title + '\nwhen = { doctor = "Петров" }\nunless = { sms_opt_out = true }')
    win(known, "Имплантация", "Визит состоялся")
    assert tick(known)["operations"] == 0
    known.act("edit", deal=known.deals()[0]["id"], fields={"UF_CRM_DOCTOR": "Петров"})
    for answer, follow in (("Да", 0), ("Нет", 1)):
        known.drop(f"patients_{answer}.csv", f"{ANNA};{answer}", header=f"{PATIENTS};Отказ от СМС")
        assert known.sync()["exit_code"] == 0
        win(known, "Имплантация", "Записан на приём")
        win(known, "Имплантация", "Визит состоялся")
        assert tick(known)["operations"] == follow


def test_visits_do_not_mind(known: Clinic) -> None:
    known.reminders(ANNAS_VISIT + "Записан")
    assert known.sync()["exit_code"] == 0
    assert tick(known)["operations"] == 0
