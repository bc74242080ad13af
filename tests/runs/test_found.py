"""What the random days of ``test_machine.py`` found, each as small as it gets."""

import pytest

from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic

BOOKED = ANNAS_VISIT + "Записан"


def lose_the_answer(clinic: Clinic, method: str) -> None:
    """One run does its work, gets no answer and no second look: as if it had been killed there."""
    clinic.fault("drop_after", method)
    clinic.fault("drop_before", "crm.item.list", nth=2, times=0)
    assert clinic.sync()["exit_code"] == 1
    clinic.box.admin("DELETE", "faults")


def until_quiet(clinic: Clinic, *argv: str) -> dict[str, object]:
    for _attempt in range(3):
        if clinic.sync(*argv)["requests"] == 0:
            break
    summary = clinic.sync(*argv)
    assert (summary["requests"], summary["exit_code"]) == (0, 0), summary
    return summary


# ── contacts that people removed ──


def test_a_new_visit_of_a_patient_whose_contact_was_deleted_has_a_patient(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.act("delete", contact=clinic.contacts()[0]["id"])
    clinic.reminders(BOOKED)
    until_quiet(clinic)
    [deal], [contact] = clinic.deals(), clinic.contacts()
    assert deal["contacts"] == [contact["id"]]


def test_a_new_visit_of_a_patient_whose_contact_was_merged_has_the_one_that_is_left(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.act("create_contact", fields={"name": "Анна", "lastName": "Соколова"}, phones=["89165550101"])
    ours, theirs = (contact["id"] for contact in clinic.contacts())
    clinic.act("merge", contacts=[theirs, ours])
    clinic.reminders(BOOKED)
    until_quiet(clinic)
    [deal] = clinic.deals()
    assert deal["contacts"] == [theirs]


def test_a_visit_of_an_adopted_contact_does_not_wait_for_the_next_run(clinic: Clinic) -> None:
    clinic.act("create_contact", fields={"name": "Анна", "lastName": "Соколова"}, phones=["89165550101"])
    clinic.patients(ANNA)
    clinic.reminders(BOOKED)
    assert clinic.sync()["exit_code"] == 0
    [deal], [contact] = clinic.deals(), clinic.contacts()
    assert deal["contacts"] == [contact["id"]]


# ── what happened while an answer was lost ──


def test_what_was_emptied_while_the_answer_to_a_creation_was_lost_is_emptied(clinic: Clinic) -> None:
    clinic.patients(IVAN)
    clinic.sync()
    clinic.reminders(BOOKED)
    lose_the_answer(clinic, "crm.item.add")
    clinic.reminders(ANNAS_VISIT + "Отменен", name="reminders_2.csv")
    until_quiet(clinic)
    [anna] = [contact for contact in clinic.contacts() if contact["lastName"] == "Соколова"]
    assert not anna.get("UF_CRM_NEXT_VISIT"), "her only visit was cancelled"


def test_a_phone_that_was_withdrawn_while_the_answer_to_a_creation_was_lost_is_gone(clinic: Clinic) -> None:
    clinic.patients(IVAN)
    clinic.sync()
    clinic.configure("silent   = true", "silent   = false")
    clinic.sync()
    clinic.patients(IVAN, ANNA.replace("8(916)555-01-01", "89165550101, 89165550105"), name="patients_2.csv")
    lose_the_answer(clinic, "crm.item.add")
    clinic.patients(IVAN, ANNA, name="patients_3.csv")
    until_quiet(clinic)
    [anna] = [contact for contact in clinic.contacts() if contact["lastName"] == "Соколова"]
    assert anna["phones"] == ["+79165550101"]


def test_a_deal_that_was_closed_with_no_answer_is_not_taken_for_one_that_people_closed(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.reminders(BOOKED)
    clinic.sync()
    clinic.reminders(ANNAS_VISIT + "Отменен", name="reminders_2.csv")
    lose_the_answer(clinic, "crm.item.update")
    clinic.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_3.csv")
    until_quiet(clinic)
    assert [deal["stage"] for deal in clinic.deals()] == ["Запись подтверждена"]


def test_a_deal_that_was_made_closed_with_no_answer_is_not_taken_for_one_that_people_closed(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.reminders(ANNAS_VISIT + "Отменен")
    lose_the_answer(clinic, "crm.item.add")
    clinic.reminders(BOOKED, name="reminders_2.csv")
    until_quiet(clinic)
    assert [deal["stage"] for deal in clinic.deals()] == ["Записан"]


def test_a_visit_whose_patient_is_in_doubt_is_made_in_the_same_run(clinic: Clinic) -> None:
    clinic.patients(IVAN)
    clinic.sync()
    clinic.configure("silent   = true", "silent   = false")
    clinic.sync()
    clinic.patients(IVAN, ANNA, name="patients_2.csv")
    clinic.fault("drop_after", "crm.item.add")
    assert clinic.sync("--deadline", "1s")["uncertain"] == 1
    clinic.reminders(BOOKED)
    summary = clinic.sync()
    assert (summary["exit_code"], summary["outcomes"]["held"]) == (0, 0), summary
    assert summary["waited"] >= 0
    [deal] = clinic.deals()
    assert len(deal["contacts"]) == 1


# ── people ──


def test_news_that_a_person_overruled_is_no_news_when_its_row_is_spelled_anew(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.reminders(BOOKED)
    clinic.sync()
    clinic.act("move", deal=clinic.deals()[0]["id"], stage="Запись отменена")
    clinic.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_2.csv")
    assert clinic.sync()["outcomes"]["kept"] == 1
    clinic.act("move", deal=clinic.deals()[0]["id"], stage="Уточнить")
    clinic.reminders(ANNAS_VISIT.upper() + "Подтвержден", name="reminders_3.csv")
    clinic.sync()
    assert [deal["stage"] for deal in clinic.deals()] == ["Уточнить"]


def test_a_phone_that_people_typed_in_stays_though_the_mis_had_it_too(clinic: Clinic) -> None:
    clinic.act("create_contact", fields={"name": "Анна", "lastName": "Соколова"}, phones=["89165550101"])
    clinic.patients(ANNA)
    clinic.sync()
    clinic.patients(ANNA.replace("555-01-01", "555-01-05"), name="patients_2.csv")
    clinic.sync()
    assert sorted(clinic.contacts()[0]["phones"]) == ["+79165550105", "89165550101"]


# ── who is meant ──


def test_a_visit_that_turns_out_to_be_somebody_elses_is_nobodys_nearest_any_more(clinic: Clinic) -> None:
    """The surname was misspelt at first."""
    clinic.reminders(BOOKED.replace("СОКОЛОВА", "САКОЛОВА"))
    clinic.sync()
    clinic.reminders(BOOKED, name="reminders_2.csv")
    until_quiet(clinic)
    nearest = {contact["lastName"]: contact.get("UF_CRM_NEXT_VISIT") for contact in clinic.contacts()}
    assert nearest["Соколова"].startswith("2026-10-06T09:00")
    assert not nearest["Саколова"]


# ── files and runs ──


@pytest.mark.parametrize("feed", ["patients", "reminders"])
def test_a_file_that_comes_late_does_not_undo_a_newer_one(clinic: Clinic, feed: str) -> None:
    clinic.patients(ANNA, at="2026-10-05T10:00")
    clinic.reminders(BOOKED, at="2026-10-05T10:00")
    clinic.sync()
    if feed == "patients":
        clinic.patients(ANNA.replace("VIP", "Активный"), name="patients_3.csv", at="2026-10-05T12:00")
    else:
        clinic.reminders(ANNAS_VISIT + "Отменен", name="reminders_3.csv", at="2026-10-05T12:00")
    clinic.sync()
    before = clinic.state()
    clinic.patients(ANNA.replace("VIP", "Новый"), name="patients_2.csv", at="2026-10-05T11:00")
    clinic.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_2.csv", at="2026-10-05T11:00")
    summary = clinic.sync(feed)
    assert [file["state"] for file in summary["files"]] == ["seen"]
    assert clinic.state() == before


def test_who_waits_is_told_once_though_each_feed_has_its_own_run(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.reminders(ANNAS_VISIT + "Завершен")
    clinic.sync()
    clinic.reminders(BOOKED, name="reminders_2.csv")
    assert clinic.sync("reminders")["exit_code"] == 4, "an end taken back waits for a person"
    assert clinic.sync("patients")["exit_code"] == 0
    assert "held" in clinic.say("status").out
    assert clinic.sync("reminders")["exit_code"] == 0, "and was told"
