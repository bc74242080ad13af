"""Whether a number still means whom it meant."""

from datetime import date

import pytest

from dentsync.model import Record, Value
from dentsync.transform.owner import is_another, may_be_another
from tests.builders import patient


def somebody(name: str, born: Value) -> Record:
    return patient(full_name=name, birth_date=born)


@pytest.mark.parametrize(
    ("name", "born", "another"),
    [
        ("Белов Борис Ильич", date(1977, 7, 7), True),
        ("Белов Борис Ильич", date(1986, 3, 5), False),  # a name entered wrongly
        ("Соколова Анна Викторовна", date(1977, 7, 7), False),  # a birth date entered wrongly
        ("Котова Анна Викторовна", date(1977, 7, 7), False),  # married, and a corrected birth date
        ("Белов Борис Ильич", None, False),
        ("", date(1977, 7, 7), False),
    ],
)
def test_another_person_has_another_birth_date_and_no_part_of_the_name(name: str, born: Value, another: bool) -> None:
    assert is_another(somebody("Соколова Анна Викторовна", date(1986, 3, 5)), somebody(name, born)) is another


def test_only_rows_whose_name_and_birth_date_both_changed_are_looked_at() -> None:
    before = {"full_name": "a", "birth_date": "1"}
    assert may_be_another(before, {"full_name": "b", "birth_date": "2"})
    assert not may_be_another(before, before | {"full_name": "b"})
    assert not may_be_another(before, before | {"birth_date": "2"})
