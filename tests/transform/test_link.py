from dentsync.transform.link import Mention, Somebody, identify, mention_of
from tests.builders import patient, record

ANNA = mention_of(record(), "main").name_key


def mention(
    card: str | None = None, branch_known: bool = False, phones: tuple[str, ...] = ("+79165550101",)
) -> Mention:
    return Mention("patient/main/" + (card or "~1"), card, ANNA, phones, branch_known)


def somebody(key: str = "patient/main/7", card: str | None = "7", name: str = ANNA) -> Somebody:
    return Somebody(key, card, name)


def test_a_card_names_a_patient_inside_its_branch() -> None:
    assert mention_of(patient("101"), "Центральный").key == "patient/центральный/101"
    assert mention_of(patient("101", branch="Левый берег"), "Центральный").key == "patient/левый-берег/101"


def test_a_key_made_of_name_and_phone_shows_neither() -> None:
    key = mention_of(record(), "main").key
    assert key.startswith("patient/main/~")
    assert "сокол" not in key.casefold()
    assert "555" not in key


def test_a_person_without_a_card_is_the_one_with_that_phone_and_name() -> None:
    assert identify(mention(), None, [], [somebody()]).person == "patient/main/7"


def test_a_phone_alone_is_nobodys_name() -> None:
    mother = somebody(name=mention_of(record(first_name="Ольга"), "main").name_key)
    assert identify(mention(), None, [], [mother]).person == mention().key


def test_namesakes_on_one_phone_are_held_not_guessed() -> None:
    match = identify(mention(), None, [], [somebody("a", "1"), somebody("b", "2")])
    assert match.person is None
    assert "2 пациента" in match.reason


def test_a_card_that_turns_up_later_joins_the_person_known_by_name_and_phone() -> None:
    known = somebody("patient/main/~1", card=None)
    assert identify(mention("101"), None, [], [known]).person == "patient/main/~1"


def test_another_card_on_the_same_phone_and_name_is_another_patient() -> None:
    assert identify(mention("101"), None, [], [somebody(card="7")]).person == "patient/main/101"


def test_a_card_number_without_a_branch_finds_its_patient_in_another_branch() -> None:
    elsewhere = somebody("patient/северный/101", "101")
    assert identify(mention("101"), None, [elsewhere], []).person == "patient/северный/101"


def test_the_same_card_number_in_a_branch_that_is_named_is_another_patient() -> None:
    elsewhere = somebody("patient/северный/101", "101")
    assert identify(mention("101", branch_known=True), None, [elsewhere], []).person == "patient/main/101"


def test_somebody_without_card_and_phone_is_held() -> None:
    assert identify(mention(phones=()), None, [], []).person is None


def test_a_decision_once_made_stands() -> None:
    assert identify(mention(), somebody("patient/main/9"), [], [somebody()]).person == "patient/main/9"


def test_a_card_number_without_a_branch_that_two_branches_have_goes_by_name() -> None:
    other = somebody("patient/main/101", "101", mention_of(record(last_name="Белова"), "main").name_key)
    anna = somebody("patient/северный/101", "101")
    assert identify(mention("101"), other, [other, anna], []).person == "patient/северный/101"
    assert identify(mention("101"), other, [other, other], []).person is None
