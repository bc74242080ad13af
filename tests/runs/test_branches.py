"""Two branches with card numbers of their own: adults and children, families, and a pipeline for each branch."""

import pytest

from tests.clinic import Clinic
from tests.ident import configured

CARDS = "Номер медкарты;ФИО;Телефон;Дата рождения;Представитель;Филиал;Завершено"
VISITS = "Номер медкарты;ФИО;Дата и время приема;ФИО врача к которому записан пациент;Статус записи;ID Приема;Филиал"
ADULTS, KIDS = "TopSmile", "TopSmile kids"
MOTHER = "0201;Орлова Мария Ивановна;8 916 555-01-77;01.05.1987;"
LEV = "0201;Орлов Лев Олегович;;01.05.2017;Орлова Мария Ивановна 8 916 555-01-77"
STAGES = (
    'booked = "{booked}", completed = {{ won = "Визит состоялся" }}, cancelled = {{ lost = "Записался, но не пришел" }}'
)
ROUTES = """
[routes.adults]
group    = "visit"
feeds    = ["appointments"{feeds}]
pipeline = "Первичные пациенты"
title    = "{{full_name}}, {{start_at:%d.%m %H:%M}}"
when     = {{ branch = "TopSmile" }}
stages   = {{ {adults} }}
fields   = ["specialty"]

[routes.kids]
group    = "visit"
feeds    = ["appointments"{feeds}]
pipeline = "Лист ожидания"
title    = "{{full_name}}, {{start_at:%d.%m %H:%M}}"
when     = {{ branch = "topsmile KIDS" }}
stages   = {{ {kids} }}
"""


def routes(feeds: str = "") -> str:
    adults, kids = (STAGES.format(booked=booked) for booked in ("Записан на приём", "Записан"))
    return ROUTES.format(feeds=feeds, adults=adults, kids=kids)


def cards(clinic: Clinic, *rows: tuple[str, str, int], name: str = "patients_2.csv") -> None:
    clinic.drop(name, *(f"{card};{branch};{done}" for card, branch, done in rows), header=CARDS)


def visit(card: str, at: str, number: int, branch: str, status: str = "Записан") -> str:
    who = ";".join(card.split(";")[:2])
    return f"{who};{at};Петров;{status};{number};{branch}"


def families(clinic: Clinic) -> dict[str, tuple[str, list[str], str]]:
    return {
        contact["name"]: (contact["UF_CRM_CARD_NUMBER"], contact["phones"], contact["UF_CRM_PATIENT_STATUS"])
        for contact in clinic.contacts()
        if contact["lastName"].startswith("Орлов")
    }


def boards(clinic: Clinic) -> list[tuple[str, str, str]]:
    names = {contact["id"]: contact["name"] for contact in clinic.contacts()}
    return sorted((names[deal["contacts"][0]], deal["pipeline"], deal["stage"]) for deal in clinic.deals())


@pytest.fixture
def ident(clinic: Clinic) -> Clinic:
    ident = configured(clinic, routes())
    # The sandbox's list of branches is another clinic's: here the branch is a text.
    ident.configure('patient_status = "UF_CRM_PATIENT_STATUS"', 'branch = "UF_CRM_PATIENT_STATUS"')
    ident.configure('branch         = "UF_CRM_BRANCH"\n', "")
    return ident


TWO = {
    "Мария": ("0201", ["+79165550177"], ADULTS),
    "Лев": ("0201", ["+79165550177"], KIDS),
}
DEALS = [("Лев", "Лист ожидания", "Записан"), ("Мария", "Первичные пациенты", "Записан на приём")]


def test_one_card_number_in_two_branches_is_two_patients_each_with_deals_of_the_own_branch(ident: Clinic) -> None:
    cards(ident, (MOTHER, ADULTS, 0), (LEV, KIDS, 0))
    booked = visit(MOTHER, "2026-10-06 09:00", 1, ADULTS), visit(LEV, "2026-10-06 10:00", 1, KIDS)
    ident.drop("appointments_1.csv", *booked, header=VISITS)
    assert ident.sync()["held"] == 0
    assert (families(ident), boards(ident)) == (TWO, DEALS)
    # Also the numbers of the visits are counted in each branch.
    done = visit(MOTHER, "2026-10-06 09:00", 1, ADULTS), visit(LEV, "2026-10-06 10:00", 1, KIDS, "Отменен")
    ident.drop("appointments_2.csv", *done, header=VISITS)
    ident.sync()
    assert boards(ident)[0] == ("Лев", "Лист ожидания", "Записался, но не пришел")
    assert boards(ident)[1] == DEALS[1]
    assert ident.sync()["operations"] == 0


def test_files_of_one_branch_each_say_it_for_all_their_rows(clinic: Clinic) -> None:
    ident = configured(clinic, routes(', "kids_appointments"'))
    ident.configure('patient_status = "UF_CRM_PATIENT_STATUS"', 'branch = "UF_CRM_PATIENT_STATUS"')
    ident.configure('branch         = "UF_CRM_BRANCH"\n', "")
    text = (ident.folder / "config.toml").read_text(encoding="utf-8")
    feeds = text[text.index("[feeds.patients]") : text.index("# ── Маршруты")]
    kids = feeds
    for name in ("patients", "appointments"):
        kids = kids.replace(f"[feeds.{name}]", f'[feeds.kids_{name}]\nbranch = "{KIDS}"')
        kids = kids.replace(f'"{name}_*.csv"', f'"kids_{name}_*.csv"')
        feeds = feeds.replace(f"[feeds.{name}]", f'[feeds.{name}]\nbranch = "{ADULTS}"')
    ident.configure(text[text.index("[feeds.patients]") : text.index("# ── Маршруты")], feeds + kids)

    for name, card, at in (("", MOTHER, "2026-10-06 09:00"), ("kids_", LEV, "2026-10-06 10:00")):
        ident.drop(f"{name}patients_3.csv", f"{card};0", header=CARDS.replace(";Филиал", ""))
        line = visit(card, at, 1, "").removesuffix(";")
        ident.drop(f"{name}appointments_3.csv", line, header=VISITS.removesuffix(";Филиал"))
    assert ident.sync()["exit_code"] == 0
    assert (families(ident), boards(ident)) == (TWO, DEALS)


def test_a_visit_that_names_no_branch_goes_where_the_card_of_its_patient_says(ident: Clinic) -> None:
    cards(ident, (MOTHER.replace("0201", "0203"), ADULTS, 0), (LEV, KIDS, 0))
    ident.drop("appointments_1.csv", visit(LEV, "2026-10-06 10:00", 1, ""), header=VISITS)
    ident.sync()
    assert boards(ident) == [DEALS[0]]


def test_two_cards_of_one_number_and_a_visit_without_branch_or_name_wait(ident: Clinic) -> None:
    cards(ident, (MOTHER, ADULTS, 0), (LEV, KIDS, 0))
    nameless = visit(LEV, "2026-10-06 10:00", 1, "").replace("Орлов Лев Олегович", "")
    ident.drop("appointments_1.csv", nameless, header=VISITS)
    assert ident.sync()["exit_code"] == 4
    assert boards(ident) == []
    assert "филиал не указан" in ident.say("status").out
