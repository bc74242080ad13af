"""Families: several patients on one number, and who is written to."""

import json

from tests.clinic import Clinic

HEADER = "Номер карты;Ф.И.О.;Телефон;Дата рождения;Представитель"
MOTHER = "201;Орлова Мария Ивановна;8 916 555-01-77;01.05.1987;"
LEV = "202;Орлов Лев Олегович;8 916 555-01-78;01.05.2017;"
VISIT = "Орлов Лев Олегович;8 916 555-01-78;06.10.2026 9:00:00;Петров;Записан"


def phones(clinic: Clinic) -> dict[str, list[str]]:
    return {contact["lastName"] + " " + contact["name"]: contact["phones"] for contact in clinic.contacts()}


def test_a_childs_reminder_goes_to_the_mother_and_names_the_child(clinic: Clinic) -> None:
    clinic.drop("patients_1.csv", MOTHER, LEV + "Орлова Мария (мать) 89165550177", header=HEADER)
    clinic.reminders(VISIT)
    clinic.sync()
    assert phones(clinic) == {
        "Орлова Мария": ["+79165550177"],
        "Орлов Лев": ["+79165550177", "+79165550178"],
    }
    [deal] = clinic.deals()
    assert deal["title"].startswith("Орлов Лев Олегович")


def test_a_representative_who_is_written_later_gets_the_messages_from_then_on(clinic: Clinic) -> None:
    clinic.drop("patients_1.csv", MOTHER, LEV, header=HEADER)
    clinic.sync()
    assert phones(clinic)["Орлов Лев"] == ["+79165550178"]
    clinic.drop("patients_2.csv", MOTHER, LEV + "мать 89165550177", header=HEADER)
    clinic.sync()
    assert phones(clinic)["Орлов Лев"] == ["+79165550177", "+79165550178"]
    assert clinic.sync()["requests"] == 0


def test_who_speaks_for_the_child_is_shown_first_to_who_answers_the_phone(clinic: Clinic) -> None:
    clinic.drop("patients_1.csv", LEV + "Орлова Мария, 89165550177", MOTHER, header=HEADER)
    clinic.sync()
    said = clinic.say("whois", "89165550177").out
    assert said.index("Орлова Мария Ивановна") < said.index("Орлов Лев Олегович")


def test_who_asked_on_the_card_not_to_be_called_gets_no_deal_from_another_file(clinic: Clinic) -> None:
    clinic.configure(
        "when     = { start_at = { days_ahead = [1, 4] } }",
        "unless = { do_not_contact = true }\nwhen = { start_at = { days_ahead = [1, 4] } }",
    )
    clinic.drop("patients_1.csv", LEV.replace("01-78", "01-78 не звонить"), header=HEADER)
    clinic.reminders(VISIT)
    clinic.sync()
    assert clinic.deals() == []
    clinic.drop("patients_2.csv", LEV, header=HEADER)
    clinic.reminders(VISIT.replace("Записан", "Подтвержден"), name="reminders_2.csv")
    clinic.sync()
    assert len(clinic.deals()) == 1


def test_several_patients_on_one_number_stay_several_contacts(clinic: Clinic) -> None:
    clinic.drop("patients_1.csv", MOTHER, LEV.replace("01-78", "01-77"), header=HEADER)
    clinic.sync()
    assert len(clinic.contacts()) == 2


CLINICS_OWN = "8 473 200-11-22"
NAMES = ("Котов", "Белов", "Зимин", "Титов", "Рогов", "Седов")


def test_a_number_typed_for_everybody_is_shown_masked_and_adopts_nobody(clinic: Clinic) -> None:
    clinic.act(
        "create_contact", fields={"lastName": "Котов", "name": "Иван", "secondName": "Олегович"}, phones=[CLINICS_OWN]
    )
    rows = [f"{30 + number};{name} Иван Олегович;{CLINICS_OWN};;" for number, name in enumerate(NAMES)]
    clinic.drop("patients_1.csv", *rows, header=HEADER)
    summary = clinic.sync()
    assert summary["outcomes"]["held"] == 1  # Котов may be that one, or another
    assert len(clinic.contacts()) == 6
    said = clinic.say("status")
    assert "+7473•••22 (6)" in said.out
    assert "2001122" not in said.out


def test_five_people_on_one_number_are_a_family(clinic: Clinic) -> None:
    rows = [f"{30 + number};{name} Иван Олегович;{CLINICS_OWN};;" for number, name in enumerate(NAMES[:5])]
    clinic.drop("patients_1.csv", *rows, header=HEADER)
    clinic.sync()
    assert "•••" not in clinic.say("status").out


def test_two_cards_of_one_person_are_told_with_the_reason_and_merged_by_nobody(clinic: Clinic) -> None:
    twice = [
        LEV,
        LEV.replace("202", "302").replace("Орлов ", "Орлв "),
        LEV.replace("202", "402").replace("Лев", "Глеб"),
    ]
    clinic.drop("patients_1.csv", MOTHER, *twice, header=HEADER)
    clinic.sync()
    said = clinic.say("duplicates")
    assert said.code == 0
    [line, total] = said.out.splitlines()
    assert line.startswith("= patient/")
    assert "202" in line and "302" in line  # noqa: PT018
    assert "отличается одной буквой" in line
    assert "one person 1, to be asked about 0" in total
    assert "Орл" not in said.out
    assert len(clinic.contacts()) == 4
    [found] = json.loads(clinic.say("duplicates", "--json").out)
    assert (found["confidence"], found["rule"]) == ("same", "born_and_typo")
