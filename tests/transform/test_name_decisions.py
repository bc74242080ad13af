"""What a person decided about a name, and which rows it is about."""

from dataclasses import replace

import pytest

from dentsync.model import CleanRules, Decision, Decisions, Origin, RawRecord, Record, Reject
from dentsync.transform.clean import Cleaner
from dentsync.transform.name_decisions import EVERYBODY, Asked, adds, corrected
from dentsync.transform.names import Parts, parse_name

RULES = CleanRules(timezone="Europe/Moscow", branch="Центральный", required=("full_name",), key=("card_number",))
TYPO = {"card_number": "1", "full_name": "Соколова Анна Сергевна"}
RIGHT = Decision("accept", "Соколова", "Анна", "Сергеевна")


def asked(cells: dict[str, str], rules: CleanRules = RULES) -> Asked:
    found = Cleaner(rules).asked_of(cells)
    assert found is not None
    return found


def clean(cells: dict[str, str], decisions: Decisions) -> Record | Reject:
    return Cleaner(RULES, decisions).clean(RawRecord("patients", Origin("f.csv", "0", 2), cells))


def cleaned(cells: dict[str, str], decisions: Decisions) -> Record:
    record = clean(cells, decisions)
    assert isinstance(record, Record)
    return record


def test_what_a_person_accepted_stands_in_all_fields_of_the_name_and_is_no_fault() -> None:
    record = cleaned(TYPO, {asked(TYPO).source: {EVERYBODY: RIGHT}})
    assert [record.values[name] for name in ("last_name", "patronymic", "sms_name")] == [
        "Соколова", "Сергеевна", "Анна Сергеевна",
    ]  # fmt: skip
    assert (record.faults, record.doubtful) == ((), False)


def test_without_a_decision_the_record_is_doubtful_and_its_message_has_no_name() -> None:
    record = cleaned(TYPO, {})
    assert (record.doubtful, record.values["sms_name"], record.values["patronymic"]) == (True, None, "Сергевна")
    assert not cleaned({**TYPO, "full_name": "Соколова Анна Сергеевна"}, {}).doubtful


def test_what_is_no_name_of_a_patient_rejects_a_row_that_needs_one() -> None:
    reject = clean(TYPO, {asked(TYPO).source: {EVERYBODY: Decision("dismiss")}})
    assert isinstance(reject, Reject)
    assert [fault.reason for fault in reject.faults] == ["решено: это не имя пациента"]


def test_a_decision_about_one_patient_outweighs_that_about_everybody_and_touches_nobody_else() -> None:
    source, patient = asked(TYPO).source, asked(TYPO).patient
    decisions = {source: {patient: Decision("correct", "Сомова", "Анна"), EVERYBODY: RIGHT}}
    assert cleaned(TYPO, decisions).values["full_name"] == "Сомова Анна"
    assert cleaned({**TYPO, "card_number": "2"}, decisions).values["full_name"] == "Соколова Анна Сергеевна"
    assert cleaned({**TYPO, "card_number": "2"}, {source: {patient: RIGHT}}).doubtful


def test_one_card_number_is_two_patients_in_two_branches_and_a_phone_stands_for_a_card() -> None:
    elsewhere = replace(RULES, branch="Северный")
    assert asked(TYPO).patient != asked(TYPO, elsewhere).patient
    assert asked({**TYPO, "phones": "8 916 555-01-01"}).patient == asked(TYPO).patient
    visit = {"full_name": TYPO["full_name"], "phones": "8 916 555-01-01"}
    assert asked(visit).patient == asked({**visit, "phones": "+7 (916) 555-01-01"}).patient != asked(TYPO).patient
    assert asked({"full_name": TYPO["full_name"]}).patient == ""


def test_the_sex_belongs_to_the_value_only_where_it_is_a_part_of_the_contradiction() -> None:
    doubt = {"full_name": "Иванова Александр"}
    assert len({asked({**doubt, "sex": sex}).source for sex in ("Ж", "М", "")}) == 3
    assert asked({**doubt, "sex": "жен."}).source == asked({**doubt, "sex": "Ж"}).source
    assert asked({**TYPO, "sex": "Ж"}).source == asked(TYPO).source


def test_a_key_that_the_name_is_part_of_does_not_change_when_the_name_is_decided() -> None:
    rules = replace(RULES, key=("phones", "full_name"))
    cells = {**TYPO, "phones": "8 916 555-01-01"}
    raw = RawRecord("patients", Origin("f.csv", "0", 2), cells)
    before = Cleaner(rules).clean(raw)
    after = Cleaner(rules, {asked(cells, rules).source: {EVERYBODY: RIGHT}}).clean(raw)
    assert isinstance(before, Record)
    assert isinstance(after, Record)
    assert (after.key, after.values["full_name"]) == (before.key, "Соколова Анна Сергеевна")


def test_one_cell_and_three_columns_are_two_values() -> None:
    columns = {"last_name": "Соколова", "first_name": "Анна", "patronymic": "Сергевна"}
    assert asked(columns).source != asked(TYPO).source
    assert asked(columns).shown == "Соколова | Анна | Сергевна"


def test_a_correction_loses_slips_of_case_and_keyboard_and_keeps_what_was_meant() -> None:
    assert corrected(" соколова", "АННА ", "сергеевна") == ("Соколова", "Анна", "Сергеевна")
    assert corrected("Cоколова", "Анна", "") == ("Соколова", "Анна", "")  # the C is Latin
    assert corrected("Анна", "Соколова", "") == ("Анна", "Соколова", "")  # columns are believed
    assert corrected("", "Анна", "") == ("", "Анна", "")


def test_a_correction_adds_where_it_has_more_parts_or_the_value_is_no_whole_name() -> None:
    assert adds(parse_name("Мартын Роман"), Parts("Роман", "Мартын", "Ильич"))
    assert not adds(parse_name("Мартын Роман"), Parts("Роман", "Мартын"))
    assert adds(parse_name("Анна"), Parts("", "Ольга"))
    assert not adds(parse_name("Соколова Анна Сергевна"), Parts("Соколова", "Анна", "Степановна"))


@pytest.mark.parametrize(
    "typed", [("", "", ""), ("", "", "Сергеевна"), ("Соколова 2", "Анна", ""), ("Соколова Анна", "", ""),
              ("Тест", "Тестов", ""), ("а@б.ру", "Анна", ""), ("ы" * 101, "Анна", "")],
)  # fmt: skip
def test_what_is_no_name_is_no_correction(typed: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match=r"впишите|не похоже"):
        corrected(*typed)
