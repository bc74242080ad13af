"""People come first: what somebody did in the CRM between two runs stays, and is reported."""

import pytest

from tests.clinic import ANNA, ANNAS_VISIT, Clinic


@pytest.fixture
def known(clinic: Clinic) -> Clinic:
    """Anna's contact and reminder are in the CRM."""
    clinic.patients(ANNA)
    clinic.reminders(ANNAS_VISIT + "Записан")
    clinic.sync()
    return clinic


def news(clinic: Clinic, status: str) -> dict[str, object]:
    clinic.reminders(ANNAS_VISIT.replace("Петров", "Петров") + status, name=f"reminders_{status}.csv")
    return clinic.sync()


def test_a_deal_that_a_person_moved_is_not_moved_back_by_a_booking(known: Clinic) -> None:
    deal = known.deals()[0]["id"]
    known.act("move", deal=deal, stage="Запись отменена")
    news(known, "Отменен")
    known.act("move", deal=deal, stage="Уточнить")
    summary = news(known, "Записан")
    assert known.deals()[0]["stage"] == "Уточнить"
    assert summary["outcomes"]["kept"] == 1  # type: ignore[index]
    assert summary["drift"] == 1
    assert summary["exit_code"] == 0


def test_stronger_news_moves_a_deal_out_of_a_stage_of_people(known: Clinic) -> None:
    known.act("move", deal=known.deals()[0]["id"], stage="Уточнить")
    news(known, "Подтвержден")
    assert known.deals()[0]["stage"] == "Запись подтверждена"


def test_a_deal_that_a_person_closed_is_not_reopened(known: Clinic) -> None:
    known.act("move", deal=known.deals()[0]["id"], stage="Запись отменена")
    summary = news(known, "Подтвержден")
    assert known.deals()[0]["stage"] == "Запись отменена"
    assert summary["outcomes"]["kept"] == 1  # type: ignore[index]


def test_a_kept_deal_is_not_asked_about_again_every_half_hour(known: Clinic) -> None:
    known.act("move", deal=known.deals()[0]["id"], stage="Запись отменена")
    news(known, "Подтвержден")
    assert known.sync()["requests"] == 0


def test_what_people_moved_is_said_with_its_reason_and_without_names(known: Clinic) -> None:
    known.act("move", deal=known.deals()[0]["id"], stage="Запись отменена")
    known.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_2.csv")
    said = known.say("sync", "--no-values")
    assert "закрыта человеком" in said.out
    assert "Соколова" not in said.all
    assert "555" not in said.all


def test_a_phone_that_a_person_added_stays_when_ours_changes(known: Clinic) -> None:
    contact = known.contacts()[0]["id"]
    known.act("add_phone", contact=contact, phone="8 900 555-01-99")
    known.patients(ANNA.replace("555-01-01", "555-01-05"), name="patients_2.csv")
    known.sync()
    assert sorted(known.contacts()[0]["phones"]) == ["+79165550105", "8 900 555-01-99"]


def test_a_phone_that_a_person_has_added_already_is_not_doubled(known: Clinic) -> None:
    known.act("add_phone", contact=known.contacts()[0]["id"], phone="8 (916) 555-01-05")
    known.patients(ANNA.replace("8(916)555-01-01", "89165550101, 89165550105"), name="patients_2.csv")
    known.sync()
    assert len(known.contacts()[0]["phones"]) == 2


def test_a_name_that_a_person_edited_stays_while_the_mis_says_nothing_new_about_it(known: Clinic) -> None:
    known.act("edit", contact=known.contacts()[0]["id"], fields={"name": "Аня"})
    known.patients(ANNA.replace("VIP", "Активный"), name="patients_2.csv")
    summary = known.sync()
    assert known.contacts()[0]["name"] == "Аня"
    assert summary["drift"] == 1
    said = known.say("status")
    assert "kept as people left it 1" in said.out


def test_an_empty_place_that_a_person_filled_is_left_to_them(known: Clinic) -> None:
    known.configure('patronymic     = { policy = "never_clear" }', 'patronymic = { policy = "fill_if_empty" }')
    known.patients(ANNA.replace(" Викторовна", ""), name="patients_2.csv")
    known.sync()
    known.act("edit", contact=known.contacts()[0]["id"], fields={"secondName": "Ивановна"})
    known.patients(ANNA.replace("Викторовна", "Олеговна"), name="patients_3.csv")
    known.sync()
    assert known.contacts()[0]["secondName"] == "Ивановна"


def test_a_deal_that_people_deleted_stays_deleted(known: Clinic) -> None:
    known.act("delete", deal=known.deals()[0]["id"])
    summary = news(known, "Подтвержден")
    assert known.deals() == []
    assert summary["exit_code"] == 0
    assert known.sync()["requests"] == 0


def test_a_contact_that_people_merged_is_found_again_not_made_again(known: Clinic) -> None:
    known.act("create_contact", fields={"name": "Анна", "lastName": "Соколова"}, phones=["89165550101"])
    ours, theirs = (contact["id"] for contact in known.contacts())
    known.act("merge", contacts=[theirs, ours])
    known.patients(ANNA.replace("VIP", "Активный"), name="patients_2.csv")
    known.sync()
    known.sync()
    [contact] = known.contacts()
    assert contact["id"] == theirs
    assert contact["UF_CRM_PATIENT_STATUS"] == "Активный"


def test_a_date_that_the_crm_cuts_is_not_taken_for_a_persons_choice(clinic: Clinic) -> None:
    """The CRM keeps only the day of the last visit; a later one still goes out."""
    clinic.configure(
        'last_visit_at  = "UF_CRM_LAST_VISIT"',
        'last_visit_at = { field = "UF_CRM_LAST_VISIT", policy = "fill_if_empty" }',
    )
    header = "Номер карты;Ф.И.О.;Телефон;Дата последнего визита"
    for day in (1, 2):
        clinic.drop(
            f"patients_{day}.csv", f"101;Соколова Анна Викторовна;89165550101;0{day}.10.2026 15:30", header=header
        )
        assert clinic.sync()["outcomes"].get("kept", 0) == 0
    assert "2026-10-02" in clinic.contacts()[0]["UF_CRM_LAST_VISIT"]


def test_one_contact_of_the_crm_is_never_given_to_two_patients(clinic: Clinic) -> None:
    """Father and son, namesakes on one phone, and one contact that was there before."""
    clinic.act("create_contact", fields={"name": "Анна", "lastName": "Соколова"}, phones=["89165550101"])
    clinic.patients(ANNA, ANNA.replace("101;", "105;"))
    clinic.sync()
    cards = sorted(contact["UF_CRM_CARD_NUMBER"] for contact in clinic.contacts())
    assert cards == ["101", "105"]


def test_drift_that_is_gone_is_not_reported_for_ever(known: Clinic) -> None:
    contact = known.contacts()[0]["id"]
    known.act("edit", contact=contact, fields={"name": "Аня"})
    known.patients(ANNA.replace("VIP", "Активный"), name="patients_2.csv")
    known.sync()
    known.act("edit", contact=contact, fields={"name": "Анна"})
    known.patients(ANNA.replace("VIP", "Новый"), name="patients_3.csv")
    known.sync()
    assert "kept as people left it 0" in known.say("status").out


def test_a_misspelt_name_in_a_visit_does_not_make_its_patient_unknown(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    header = "ID приёма;Номер карты;ФИО;Телефон;Начало приёма;Врач;Статус"
    visit = "1;101;Сокалова Анна Викторовна;89165550101;04.10.2026 9:00;Петров;Завершен"
    clinic.configure('files    = "visits_*.xlsx"', 'files    = "visits_*.csv"')
    clinic.drop("visits_1.csv", visit, header=header)
    clinic.sync()
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    [contact] = clinic.contacts()
    assert contact["lastName"] == "Соколова"
