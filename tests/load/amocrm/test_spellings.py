"""A number is found by the search, one by one, however people have spelled it in a card."""

import pytest

from dentsync.load.spelling import phone_key, phone_keys
from tests.leads_there import SPELLINGS
from tests.load.amocrm.kit import AmoDesk


def spelled(form: str, number: int) -> tuple[str, str]:
    """A number of its own for each spelling, as it stands in the card and in E.164."""
    a, b, c, d = "916", f"{300 + 7 * number}", "45", f"{10 + number}"
    return form.format(a=a, b=b, c=c, d=d), f"+7{a}{b}{c}{d}"


def test_each_spelling_is_found_by_the_search_and_nothing_else(desk: AmoDesk, kids: AmoDesk) -> None:
    for one in (desk, kids):
        one.admin("POST", "settings", {"search_lag": [0, 0], "rate": 0, "account_rate": 0})
        numbers = [spelled(form, number) for number, form in enumerate(SPELLINGS)]
        cards = [
            {"name": "Кто-то", "custom_fields_values": [{"field_code": "PHONE", "values": [{"value": text}]}]}
            for text, _phone in numbers
        ]
        one.call("POST", "contacts", cards)
        known = {contact["phones"][0]: contact["id"] for contact in one.contacts}
        for text, phone in numbers:
            assert one.read(phones=[phone]).by_phone == {phone: (known[text],)}, text


@pytest.mark.parametrize("number", range(len(SPELLINGS)))
def test_a_number_is_itself_whatever_stands_beside_it(number: int) -> None:
    text, phone = spelled(SPELLINGS[number], number)
    assert phone.removeprefix("+") in phone_keys(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("+375 29 555-01-23", "375295550123"),
        ("375 29 555-01-23", "375295550123"),
        ("+7 701 555-01-23", "77015550123"),
        ("22-33-44", "223344"),
        ("8 916 555-01-01 (после 18)", "79165550101"),
        ("+49 30 901820", "4930901820"),
        ("карта 0102", "0102"),
    ],
)
def test_what_is_no_russian_number_is_left_whole(text: str, key: str) -> None:
    assert (phone_key(text), phone_keys(text)) == (key, {key})
