"""crm.duplicate.findbycomm."""

import pytest

from tests.sandbox.conftest import CONTACT, Portal


def add(portal: Portal, value: str, type_id: str = "PHONE") -> int:
    number: int = portal.add(CONTACT, name="A", fm=[{"typeId": type_id, "value": value}])["id"]
    return number


def find(portal: Portal, *values: str, type_id: str = "PHONE", entity: str = "CONTACT") -> object:
    return portal.ok("crm.duplicate.findbycomm", type=type_id, values=list(values), entity_type=entity)


@pytest.mark.parametrize(
    "spelling",
    ["+79161234567", "89161234567", "8 (916) 123-45-67", "7 916 123 45 67", "+7 916 123-45-67;доб. 5", "0079161234567"],
)
def test_phone_is_found_in_any_spelling_or_only_in_its_own(portal: Portal, spelling: str) -> None:
    number = add(portal, spelling)
    add(portal, "+79160000000")
    assert find(portal, "+79161234567") == {"CONTACT": [number]}
    portal.settings(findbycomm="strict")
    assert find(portal, spelling) == {"CONTACT": [number]}
    if spelling != "+79161234567":
        assert find(portal, "+79161234567") == []


def test_short_numbers_and_80_are_compared_as_they_are(portal: Portal) -> None:
    short, foreign = add(portal, "25-11-22"), add(portal, "8 (017) 123-45-67")
    assert find(portal, "251122") == {"CONTACT": [short]}
    assert find(portal, "80171234567") == {"CONTACT": [foreign]}
    assert find(portal, "70171234567") == []


def test_answer_does_not_say_which_value_matched(portal: Portal) -> None:
    family = [add(portal, "+79161234567"), add(portal, "89161234567"), add(portal, "+79160000000")]
    assert find(portal, "+79161234567", "+79160000000") == {"CONTACT": family}


def test_mail_is_found_without_regard_to_case(portal: Portal) -> None:
    number = add(portal, "Anna@Example.org", "EMAIL")
    assert find(portal, "anna@example.org", type_id="EMAIL") == {"CONTACT": [number]}
    assert find(portal, "anna@example.org") == []


def test_values_after_the_twentieth_are_ignored_or_refused(portal: Portal) -> None:
    add(portal, "+79161234567")
    many = [f"+7900000{number:04}" for number in range(20)]
    assert find(portal, *many, "+79161234567") == []
    assert find(portal, *many[:19], "+79161234567") == {"CONTACT": [1]}
    portal.settings(findbycomm_excess="refused")
    refused = portal.refused("crm.duplicate.findbycomm", type="PHONE", values=[*many, "1"], entity_type="CONTACT")
    assert refused[0] == 400


def test_all_of_many_duplicates_are_returned(portal: Portal) -> None:
    numbers = [add(portal, "+79161234567") for _ in range(25)]
    assert find(portal, "+79161234567") == {"CONTACT": numbers}
    assert find(portal, "+79161234567", entity="") == {"CONTACT": numbers}
    assert find(portal, "+79161234567", entity="LEAD") == []


def test_missing_type_or_values_are_refused_with_odd_codes(portal: Portal) -> None:
    assert portal.refused("crm.duplicate.findbycomm", values=["1"]) == (400, "")
    assert portal.refused("crm.duplicate.findbycomm", type="PHONE")[0] == 400
