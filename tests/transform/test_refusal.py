"""What needs no judge: a quick look that must never miss a refusal."""

import pytest

from dentsync.transform.names import parse_name
from dentsync.transform.refusal import is_silent

PLAIN = {"full_name": "Соколова Анна Викторовна", "phones": "8(916)555-01-23, +7 916 555-01-24"}


def test_a_name_and_numbers_say_nothing() -> None:
    assert is_silent(PLAIN)
    assert is_silent({"last_name": "Мамин-Сибиряк", "first_name": "Олег"})


@pytest.mark.parametrize(
    "name",
    ["Соколова Анна Не Звонить", "Соколова Анна (не звонить)", "Соколов Иван Умер", "Соколова Анна Чс", "Соколов †"],
)
def test_whoever_is_marked_in_the_name_is_judged(name: str) -> None:
    assert parse_name(name).do_not_contact
    assert not is_silent(PLAIN | {"full_name": name})


@pytest.mark.parametrize(
    "cells", [{"phones": "89165550123 не звонить"}, {"do_not_contact": "да"}, {"full_name": "оЕ ЪЧПОЙФШ"}]
)
def test_words_beside_a_number_a_column_and_broken_letters_are_judged(cells: dict[str, str]) -> None:
    assert not is_silent(PLAIN | cells)
