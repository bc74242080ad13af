"""Who gets the message: a child's goes to whoever speaks for the child, an adult's to nobody else."""

from datetime import date

import pytest

from dentsync.transform.contacts import contact_of
from dentsync.transform.family import age_of, is_child, numbers_of, seniority
from dentsync.transform.link import mention_of
from tests.builders import NOW, patient, record

CHILD, ADULT = date(2017, 5, 1), date(1987, 5, 1)
OWN, MOTHER, HOME = "+79165550101", "+79165550177", "+74732550123"


def first(**values):  # type: ignore[no-untyped-def]
    return contact_of("patient/main/101", [patient(**values)], frozenset({"patients"}), (), NOW).fields["phones"]


def test_a_childs_messages_go_to_the_representative() -> None:
    assert first(birth_date=CHILD, representative_phones=(MOTHER,)) == (MOTHER, OWN)


def test_an_adults_messages_are_nobody_elses_business() -> None:
    assert first(birth_date=ADULT, representative_phones=(MOTHER,)) == (OWN,)


def test_who_has_a_representative_and_no_birth_date_is_taken_for_a_child() -> None:
    assert first(representative_phones=(MOTHER,)) == (MOTHER, OWN)
    assert first(representative_phones=(MOTHER,), age=34) == (OWN,)


def test_a_number_that_takes_no_message_does_not_lead() -> None:
    assert first(birth_date=CHILD, representative_phones=(HOME,)) == (OWN, HOME)


def test_a_visit_without_the_representative_does_not_turn_the_message_elsewhere() -> None:
    rows = [patient(birth_date=CHILD, representative_phones=(MOTHER,)), record(phones=(OWN,))]
    assert contact_of("patient/main/101", rows, frozenset({"patients"}), (), NOW).fields["phones"] == (MOTHER, OWN)


def test_a_file_without_phones_says_nothing_of_phones() -> None:
    assert numbers_of({"last_name": "Орлова"}, NOW) is None
    assert numbers_of({"phones": ()}, NOW) == ()


@pytest.mark.parametrize(("born", "age"), [(date(2008, 10, 5), 18), (date(2008, 10, 6), 17), (date(2004, 2, 29), 22)])
def test_years_are_full_years(born: date, age: int) -> None:
    assert age_of({"birth_date": born}, NOW) == age
    assert is_child({"birth_date": born}, NOW, unknown=False) == (age < 18)


def test_a_child_is_also_found_by_the_representatives_number() -> None:
    mention = mention_of(patient(representative_phones=(MOTHER,)), "main")
    assert mention.phones == (OWN, MOTHER)
    alone = mention_of(record(representative_phones=(MOTHER,)), "main")
    assert alone.key == mention_of(record(), "main").key


def test_who_speaks_for_the_others_answers_first_then_the_oldest() -> None:
    people = {
        "child": {"last_name": "Орлов", "first_name": "Лев", "birth_date": CHILD},
        "unknown": {"last_name": "Орлова", "first_name": "Вера"},
        "grandmother": {"last_name": "Орлова", "first_name": "Нина", "birth_date": date(1950, 1, 1)},
        "mother": {"last_name": "Орлова", "first_name": "Мария", "birth_date": ADULT},
    }
    relatives = frozenset({"орлова мария ивановна (мать)"})
    order = sorted(people, key=lambda name: seniority(people[name], relatives, NOW))  # type: ignore[arg-type]
    assert order == ["mother", "grandmother", "unknown", "child"]
