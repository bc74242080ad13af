"""Refusals: what looks like a broken export is not carried out, with the reason and the way out."""

import re
import sqlite3
from contextlib import closing

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
    clinic.patients(*many(60, "Ушёл"), name="patients_2.csv")
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


def test_a_refused_plan_stays_refused_without_a_request_until_it_is_approved_once(clinic: Clinic) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(60, "Новый"), name="patients_2.csv")
    first = clinic.sync()
    for _half_hour in range(3):
        again = clinic.sync()
        assert (again["exit_code"], again["requests"], again["plan"]) == (5, 0, first["plan"])
    assert clinic.sync("--approve", first["plan"])["exit_code"] == 0
    assert (clinic.sync()["operations"], clinic.sync("--approve", first["plan"])["operations"]) == (0, 0)


def test_a_plan_that_changed_meanwhile_needs_a_new_approval(clinic: Clinic) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(60, "Новый"), name="patients_2.csv")
    digest = digest_in(clinic.say("sync"))
    clinic.patients(*many(59, "Новый"), *many(60, "VIP")[59:], name="patients_3.csv")
    said = clinic.say("sync", "--approve", digest)
    assert said.code == 5
    assert digest_in(said) != digest
    assert clinic.sync("--approve", digest_in(said))["exit_code"] == 0


def test_a_refusal_says_what_how_much_where_and_what_to_type_and_names_nobody(clinic: Clinic) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(60, "Новый"), name="patients_2.csv")
    said = clinic.say("sync")
    assert "60 contact updates of 60: more than the 30% of safety.updates" in said.out
    assert "(for example patients_2.csv:2, patients_2.csv:3, patients_2.csv:4)" in said.out
    assert f"dentsync sync --approve {digest_in(said)}" in said.out
    assert "dentsync sync patients --approve " in clinic.say("diff", "patients").out, "of other feeds: another plan"
    for canary in ("Котов", "555", "Новый"):
        assert canary not in said.all
    assert "Активный → Новый" in clinic.say("diff", "--values").out, "a person can look at it"


def test_an_approval_does_not_cover_what_came_after_it(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.patients(*many(120, "Активный"))
    clinic.sync()
    clinic.patients(*many(120, "Новый"), name="patients_2.csv")
    digest = digest_in(clinic.say("diff"))
    monkeypatch.setenv("DENTSYNC_WEBHOOK", "http://127.0.0.1:9/rest/1/s3cr3tw0rd/")
    assert clinic.sync("--approve", digest)["exit_code"] == 1, "the portal is not there"
    monkeypatch.setenv("DENTSYNC_WEBHOOK", clinic.box.webhook)
    clinic.patients(*many(20, "Новый"), *many(120, "Ушёл")[20:], name="patients_3.csv")
    said = clinic.say("diff")
    assert "100 contact updates of 120" in said.out, "all but the twenty that are as they were approved"


def test_a_portal_that_was_away_does_not_cost_an_approval(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(60, "Новый"), name="patients_2.csv")
    digest = digest_in(clinic.say("sync"))
    monkeypatch.setenv("DENTSYNC_WEBHOOK", "http://127.0.0.1:9/rest/1/s3cr3tw0rd/")
    assert clinic.sync("--approve", digest)["exit_code"] == 1
    monkeypatch.setenv("DENTSYNC_WEBHOOK", clinic.box.webhook)
    assert clinic.sync()["exit_code"] == 0
    assert all(contact["UF_CRM_PATIENT_STATUS"] == "Новый" for contact in clinic.contacts())


def test_an_approved_plan_that_ran_out_of_time_goes_on_without_asking(clinic: Clinic) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(60, "Новый"), name="patients_2.csv")
    digest = digest_in(clinic.say("sync"))
    stopped = clinic.sync("--approve", digest, "--deadline", "0s")
    assert (stopped["exit_code"], stopped["left"]) == (4, 60)
    done = clinic.sync()
    assert (done["exit_code"], done["outcomes"]["applied"]) == (0, 60)
    with closing(sqlite3.connect(clinic.folder / "state" / "dentsync.db")) as db:
        assert db.execute("SELECT value FROM meta WHERE name = 'approved'").fetchall() == [], "what is done is used up"


def test_what_a_run_leaves_undone_is_not_approved_by_that(clinic: Clinic) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.patients(*many(40, "Новый"), *many(60, "Активный")[40:], name="patients_2.csv")
    assert clinic.sync("--deadline", "0s")["left"] == 40
    clinic.patients(*many(60, "Новый"), name="patients_3.csv")
    said = clinic.say("sync")
    assert said.code == 5
    assert "60 contact updates of 60" in said.out


def test_a_new_field_in_the_configuration_is_no_broken_export(clinic: Clinic) -> None:
    clinic.configure('branch         = "UF_CRM_BRANCH"\n', "")
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    clinic.configure('sms_opt_out    = "', 'branch = "UF_CRM_BRANCH"\nsms_opt_out    = "')
    summary = clinic.sync()
    assert (summary["exit_code"], summary["operations"]) == (0, 60)
    assert {contact["UF_CRM_BRANCH"] for contact in clinic.contacts()} == {"Северный"}


def test_a_slip_in_one_branch_is_refused_by_its_field(clinic: Clinic) -> None:
    """Twenty of seventy rows are changed, which is few; but of those with a visit ahead they are most."""
    ahead = [row + "20.10.2026 9:00" for row in many(25, "Активный")]
    clinic.configure("free    = 50", "free    = 10")
    clinic.patients(*ahead, *many(100, "Активный")[25:])
    clinic.sync()
    swapped = [row + "10.12.2026 9:00" for row in many(25, "Активный")]
    clinic.patients(*swapped, *many(100, "Активный")[25:], name="patients_2.csv")
    said = clinic.say("sync")
    assert said.code == 5
    assert "25 values of next_visit_at replaced in contacts of 25" in said.out
    assert "safety.updates" not in said.out


def test_a_column_that_came_empty_is_refused_before_it_empties_the_crm(clinic: Clinic) -> None:
    clinic.configure("free    = 50", "free    = 10")
    clinic.patients(*many(20, "Активный"), *[row.replace("Северный", "") for row in many(200, "Активный")[20:]])
    clinic.sync()
    emptied = [row.replace("Северный", "") for row in many(200, "Активный")]
    clinic.patients(*emptied, name="patients_2.csv")
    said = clinic.say("sync")
    assert said.code == 5
    assert "20 values of branch emptied in contacts of 20" in said.out


def visits(count: int, status: str, day: str = "06.10.2026") -> list[str]:
    return [
        f"Котов Иван Петрович;8(916)555-02-{n:02d};{day} {9 + n // 6}:{n % 6}0:00;Петров;{status}" for n in range(count)
    ]


def test_a_status_word_that_changed_its_meaning_is_refused_by_its_stage(clinic: Clinic) -> None:
    clinic.configure("free    = 50", "free    = 5")
    clinic.configure('moves   = "30%"', 'moves   = "100%"')
    clinic.configure('lost    = "20%"', 'lost    = "100%"')
    for number, day in enumerate(("06.10.2026", "07.10.2026")):
        clinic.reminders(*visits(20, "Записан", day), name=f"reminders_a{number}.csv")
        clinic.sync()
    evening = "2026-10-06T20:00"
    usual = visits(18, "Завершен") + visits(20, "Отменен")[18:]
    clinic.reminders(*usual, name="reminders_3.csv", at=evening)
    refused = clinic.sync(now=evening)
    assert refused["exit_code"] == 5, "the first time nothing is usual"
    assert clinic.sync("--approve", refused["plan"], now=evening)["exit_code"] == 0
    evening = "2026-10-07T20:00"
    clinic.reminders(*visits(20, "Отменен", "07.10.2026"), name="reminders_4.csv", at=evening)
    said = clinic.say("sync", now=evening)
    assert said.code == 5
    assert "20 moves to the stage «Запись отменена» of «Оповещение о визите» of 20" in said.out
    clinic.reminders(*visits(20, "Завершен", "07.10.2026"), name="reminders_5.csv", at=evening)
    said = clinic.say("sync", now=evening)
    assert said.code == 0, said.all


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


def test_a_list_of_people_whom_hardly_anybody_knows_is_refused_until_somebody_says_that_it_is_right(
    clinic: Clinic,
) -> None:
    clinic.patients(*many(60, "Активный"))
    clinic.sync()
    strangers = [row.replace("Котов", "Орлов") for row in many(175, "Активный")[115:]]
    clinic.patients(*strangers, name="patients_2.csv")
    said = clinic.say("sync")
    assert said.code == 5
    assert "has 0 of the 60 that were known" in said.all
    assert len(clinic.contacts()) == 60
    assert clinic.sync("--approve", digest_in(said))["exit_code"] == 0
    assert len(clinic.contacts()) == 120


def test_a_list_in_which_some_are_known_is_that_of_a_clinic_that_grows(clinic: Clinic) -> None:
    clinic.patients(*many(6, "Активный"))
    clinic.sync()
    clinic.patients(*many(66, "Активный")[5:], name="patients_2.csv")
    assert clinic.sync()["exit_code"] == 0
    assert len(clinic.contacts()) == 66
