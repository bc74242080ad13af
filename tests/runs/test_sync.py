"""The main job on a real sandbox: what is read is carried out, once, and nothing else is."""

import json

from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic


def test_patients_become_contacts_and_appointments_become_deals_of_those_contacts(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT)
    assert clinic.sync()["exit_code"] == 0
    anna, ivan = sorted(clinic.contacts(), key=lambda contact: contact["lastName"], reverse=True)
    assert (anna["lastName"], anna["name"], anna["secondName"]) == ("Соколова", "Анна", "Викторовна")
    assert anna["phones"] == ["+79165550101"]
    assert ivan["phones"] == ["+74732550102"]
    [deal] = clinic.deals()
    assert (deal["pipeline"], deal["stage"]) == ("Оповещение о визите", "Записан")
    assert deal["title"] == "Соколова Анна Викторовна, 06.10 09:00, Петров"
    assert deal["contacts"] == [anna["id"]]


def test_rows_add_up(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN, "103;Белова Яна;1;;;", "104;Ершова Нина;8(916)555-01-04;;", ";;;;;", "Итого;2;;;;")
    [report] = clinic.sync()["files"]
    assert report["read"] == 6
    assert report["loaded"] + report["rejected"] + report["ignored"] == report["read"]
    assert (report["rejected"], report["ignored"]) == (1, 2)


def test_the_same_day_twice_makes_no_operation_and_no_request(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    before = clinic.counters()["requests"]
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT)
    again = clinic.sync()
    assert [file["state"] for file in again["files"]] == ["seen", "seen"]
    assert (again["operations"], again["requests"]) == (0, 0)
    assert clinic.counters()["requests"] == before


def test_the_same_rows_in_another_order_and_file_make_no_request(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.sync()
    before = clinic.counters()["requests"]
    clinic.patients(IVAN, ANNA, name="patients_2.csv")
    assert clinic.sync()["files"][0]["fresh"] == 0
    assert clinic.counters()["requests"] == before


def test_a_row_spelled_otherwise_means_the_same_and_changes_nothing(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    spelled = "101;СОКОЛОВА  анна Викторовна;+7 916 555 01 01;VIP;Центральный;06.10.2026 09:00:00"
    clinic.patients(spelled, name="patients_2.csv")
    summary = clinic.sync()
    assert (summary["files"][0]["fresh"], summary["requests"]) == (1, 0), summary


def test_a_row_that_is_gone_deletes_and_moves_nothing(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    before = clinic.state()
    clinic.patients(ANNA, name="patients_2.csv")
    clinic.reminders("Белова Яна;8(916)555-01-03;06.10.2026 10:00;Петров;", name="reminders_2.csv")
    summary = clinic.sync()
    assert summary["files"][0]["missing"] == 1
    kept = clinic.state()
    assert [item for item in kept["contacts"] if item in before["contacts"]] == before["contacts"]
    assert [item for item in kept["deals"] if item in before["deals"]] == before["deals"]


def test_a_changed_field_is_one_update_in_one_request(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.sync()
    counters = clinic.counters()
    clinic.patients(ANNA.replace("VIP", "Активный"), IVAN, name="patients_2.csv")
    summary = clinic.sync()
    assert (summary["operations"], summary["requests"]) == (1, 1)
    assert clinic.counters()["updated_contact"] == counters["updated_contact"] + 1


def test_a_confirmed_visit_moves_its_deal(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.reminders(ANNAS_VISIT + "Записан")
    clinic.sync()
    clinic.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_2.csv")
    clinic.sync()
    assert [deal["stage"] for deal in clinic.deals()] == ["Запись подтверждена"]


def test_a_patient_known_by_name_and_phone_keeps_the_contact_when_the_card_turns_up(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    [before] = clinic.contacts()
    clinic.patients(ANNA)
    clinic.sync()
    [after] = clinic.contacts()
    assert after["id"] == before["id"]
    assert json.dumps(after, ensure_ascii=False).count("101") >= 1


def test_a_family_on_one_phone_stays_a_family_of_contacts(clinic: Clinic) -> None:
    clinic.patients(
        ANNA, "103;Соколов Пётр Ильич;8(916)555-01-01;;Центральный;", "104;Соколова Вера Ильинична;89165550101;;;"
    )
    clinic.sync()
    assert len(clinic.contacts()) == 3


def test_namesakes_on_one_phone_are_held_and_shown_in_status(clinic: Clinic) -> None:
    clinic.patients(ANNA, ANNA.replace("101;", "105;"))
    clinic.sync()
    clinic.reminders(ANNAS_VISIT)
    summary = clinic.sync()
    assert (summary["held"], summary["exit_code"], clinic.deals()) == (1, 4, [])
    assert clinic.sync()["exit_code"] == 0, "who was told once is not told again every half hour"
    status = clinic.say("status")
    assert "held" in status.out
    assert "Соколова" not in status.out


def test_a_contact_that_was_in_the_crm_is_adopted_not_doubled(clinic: Clinic) -> None:
    clinic.act("create_contact", fields={"name": "Анна", "lastName": "Соколова"}, phones=["8 (916) 555-01-01"])
    clinic.patients(ANNA)
    clinic.sync()
    [anna] = clinic.contacts()
    assert anna["secondName"] == "Викторовна"
    assert len(anna["phones"]) == 1


def test_the_first_load_fires_no_automation_and_reminders_do(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.sync()
    assert clinic.counters()["automations"] == 0
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    assert clinic.counters()["messages"] == 1


def test_import_of_a_file_is_silent_whatever_its_feed(clinic: Clinic) -> None:
    path = clinic.reminders(ANNAS_VISIT)
    elsewhere = path.rename(clinic.folder / "old.csv")
    assert clinic.say("import", str(elsewhere), "--feed", "reminders").code == 0
    assert (len(clinic.deals()), clinic.counters()["automations"]) == (1, 0)
    assert elsewhere.exists()


def test_the_clock_alone_starts_a_checkup_invitation(clinic: Clinic) -> None:
    """Five months after the visit the invitation is due, with no new file."""
    header = "Номер карты;ФИО;Телефон;Последний визит"
    clinic.drop("checkups_1.csv", "101;Соколова Анна Викторовна;89165550101;20.05.2026", header=header)
    clinic.sync()
    assert clinic.deals() == []
    assert clinic.sync(now="2026-10-19T23:00")["operations"] == 0
    clinic.sync(now="2026-10-20T09:00")
    assert [(deal["pipeline"], deal["stage"]) for deal in clinic.deals()] == [("Профосмотр", "Пригласить")]


def test_the_nearest_visit_is_cleared_when_it_has_passed(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    assert "2026-10-06T09:00" in json.dumps(clinic.contacts())
    clinic.sync(now="2026-10-06T09:30")
    assert "2026-10-06" not in json.dumps(clinic.contacts()[0].get("UF_CRM_NEXT_VISIT"))


def test_a_reminder_for_a_day_that_is_not_ahead_is_not_made(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT.replace("06.10", "04.10"), ANNAS_VISIT.replace("06.10", "20.10"))
    clinic.sync()
    assert clinic.deals() == []
    clinic.sync(now="2026-10-19T14:00")
    assert len(clinic.deals()) == 1


def test_a_file_that_is_still_written_is_left_alone(clinic: Clinic) -> None:
    import os

    path = clinic.patients(ANNA)
    os.utime(path)
    assert clinic.sync()["files"][0]["state"] == "writing"
    assert path.exists()
    clinic.stamp(path, "2026-10-05T13:00")
    assert clinic.sync()["files"][0]["state"] == "read"
    assert not path.exists()


def test_what_was_read_is_archived_unchanged(clinic: Clinic) -> None:
    content = clinic.patients(ANNA).read_bytes()
    clinic.sync()
    [archived] = [path for path in (clinic.folder / "archive").rglob("*") if path.is_file()]
    assert archived.read_bytes() == content


def test_one_feed_can_be_synced_alone(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    reminders = clinic.reminders(ANNAS_VISIT)
    clinic.sync("patients")
    assert reminders.exists()
    assert clinic.deals() == []


def test_a_field_that_cannot_be_read_costs_the_field_not_the_row(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.patients(ANNA.replace("8(916)555-01-01", "8916"), name="patients_2.csv")
    clinic.sync()
    assert clinic.contacts()[0]["phones"] == ["+79165550101"]
    said = clinic.say("clean")
    assert "patients_2.csv:2" in said.out
    assert "8916" not in said.out


def test_whois_tells_who_calls_in_any_spelling(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    said = clinic.say("whois", "8 916 555-01-01")
    assert said.code == 0
    for part in ("Соколова Анна Викторовна", "101", "VIP", "06.10.2026 09:00"):
        assert part in said.out
    assert clinic.say("whois", "+79165550199").code == 1


def test_a_window_that_returns_to_what_it_was_is_news_again(clinic: Clinic) -> None:
    clinic.reminders(ANNAS_VISIT + "Записан")
    clinic.sync()
    clinic.reminders(ANNAS_VISIT + "Отменен", name="reminders_2.csv")
    clinic.sync()
    clinic.reminders(ANNAS_VISIT + "Записан", name="reminders_3.csv")
    clinic.sync()
    assert [deal["stage"] for deal in clinic.deals()] == ["Записан"]
