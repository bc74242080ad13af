"""Refusals: what looks like a broken export is not carried out, with the reason and the way out."""

import re

import pytest

from tests.clinic import ANNA, ANNAS_VISIT, IVAN, REMINDERS, Clinic, Said


def digest_in(said: Said) -> str:
    match = re.search(r"--approve ([0-9a-f]{8})", said.all)
    assert match, said.all
    return match[1]


def many(count: int, status: str) -> list[str]:
    return [
        f"{n};Котов Иван Петрович;8(916)555-{n // 100:02d}-{n % 100:02d};{status};Северный;"
        for n in range(1000, 1000 + count)
    ]


def test_a_plan_that_changes_too_much_is_refused_also_in_a_dry_run(clinic: Clinic) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(60, "Ђктивный"), name="patients_2.csv")
    said = clinic.say("diff")
    assert said.code == 5
    assert "safety.updates" in said.out
    said = clinic.say("sync")
    assert said.code == 5
    assert all(contact["UF_CRM_PATIENT_STATUS"] == "Активный" for contact in clinic.contacts())


def test_an_approval_lets_exactly_that_plan_through_once(clinic: Clinic) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(60, "Новый"), name="patients_2.csv")
    digest = digest_in(clinic.say("diff"))
    assert clinic.sync("--approve", "00000000")["exit_code"] == 5
    assert clinic.sync("--approve", digest)["exit_code"] == 0
    assert all(contact["UF_CRM_PATIENT_STATUS"] == "Новый" for contact in clinic.contacts())
    clinic.patients(*many(60, "Другой"), name="patients_3.csv")
    assert clinic.sync("--approve", digest)["exit_code"] == 5


def test_a_refused_plan_is_planned_again_and_nothing_of_it_is_lost(clinic: Clinic) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(60, "Новый"), name="patients_2.csv")
    clinic.sync()
    summary = clinic.sync()
    assert (summary["exit_code"], summary["operations"]) == (5, 60)


def test_yesterdays_reminders_are_refused_by_time_stamp(clinic: Clinic) -> None:
    path = clinic.reminders(ANNAS_VISIT, at="2026-10-04T14:00")
    said = clinic.say("sync")
    assert said.code == 5
    assert "reminders_1.csv is 24 h old" in said.out
    assert path.exists()
    assert clinic.deals() == []
    assert clinic.sync("--approve", digest_in(said))["exit_code"] == 0


def test_yesterdays_reminders_are_refused_by_name_though_copied_today(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT, name="reminders_2026-10-04.csv")
    assert clinic.sync()["exit_code"] == 5
    clinic.reminders(ANNAS_VISIT, name="reminders_2026-10-05.csv")
    clinic.sync()
    assert len(clinic.deals()) == 1


def test_a_file_cut_short_is_refused_and_nothing_of_it_is_used(clinic: Clinic) -> None:
    for day in range(3):
        clinic.patients(*many(20, f"День {day}"), name=f"patients_{day}.csv")
        clinic.sync()
    clinic.patients(*many(8, "Обрыв"), name="patients_9.csv")
    said = clinic.say("sync")
    assert said.code == 5
    assert "8 rows, usually 20" in said.out
    assert all(contact["UF_CRM_PATIENT_STATUS"] == "День 2" for contact in clinic.contacts())


def test_an_empty_list_where_there_used_to_be_rows_is_refused(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    clinic.drop("reminders_2.csv", header=REMINDERS)
    assert clinic.sync()["exit_code"] == 5


def test_other_feeds_go_on_when_one_is_refused(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT, at="2026-10-03T14:00")
    clinic.patients(ANNA, IVAN)
    assert clinic.sync()["exit_code"] == 5
    assert len(clinic.contacts()) == 2


def test_five_hundred_new_deals_at_once_are_refused_but_not_thirty_thousand_contacts(clinic: Clinic) -> None:
    clinic.configure("creates = 500", "creates = 5")
    visits = [ANNAS_VISIT.replace("9:00:00", f"{hour}:00:00") for hour in range(9, 15)]
    clinic.reminders(*visits)
    said = clinic.say("sync")
    assert said.code == 5
    assert "safety.creates" in said.out
    clinic.patients(*many(20, "Активный"))
    assert clinic.sync("patients")["exit_code"] == 0


@pytest.mark.parametrize("status", ["Записан", "Подтвержден"])
def test_a_visit_that_ended_is_not_taken_back_by_an_old_file(clinic: Clinic, status: str) -> None:
    clinic.reminders(ANNAS_VISIT + "Записан")
    clinic.sync()
    clinic.reminders(ANNAS_VISIT + "Завершен", name="reminders_2.csv")
    clinic.sync()
    clinic.reminders(ANNAS_VISIT + status, name="reminders_3.csv")
    summary = clinic.sync()
    assert summary["held"] == 1
    assert clinic.deals()[0]["stage"] == "Пришёл"
