"""What Excel and others did to a cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.model import NO_VALUE, CleanRules, Entity, FieldType, Origin, RawRecord, Record, Reject
from dentsync.transform.clean import Cleaner, parse_id
from dentsync.transform.damage import GARBLED, REPAIRED, damage_of, unwrapped

RULES = CleanRules(timezone="Europe/Moscow", branch="main", key=("card_number",), entity=Entity.PATIENT)


def clean(rules: CleanRules = RULES, **cells: str) -> Record | Reject:
    return Cleaner(rules).clean(RawRecord("f", Origin("f", "", 2), {"card_number": "7", **cells}))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('="00123"', "00123"),
        ("'00123", "00123"),
        ("'+7 916", "+7 916"),
        ("'Аргументы", "'Аргументы"),
        ("О'Нил", "О'Нил"),
        ('="x"&A1', '="x"&A1'),
        ("", ""),
    ],
)
def test_signs_that_keep_a_number_a_text_are_taken_away(text: str, plain: str) -> None:
    assert unwrapped(text) == plain


@given(st.text(max_size=20))
def test_unwrapping_twice_changes_nothing_more_than_once_a_sign_at_a_time(text: str) -> None:
    assert len(unwrapped(text)) <= len(text)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("1,2345E+04", "12345"), ("1.50000E+02", "150"), ("1,234567E+06", "1234567"), ("123.0", "123"), ("12E5", "12E5")],
)
def test_number_of_which_all_digits_are_there_is_put_right(text: str, digits: str) -> None:
    assert parse_id(text) == digits


@pytest.mark.parametrize("text", ["1,23E+04", "1E+05", "7,91656E+10", "1.23456789012346e+18"])
def test_number_that_lost_digits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="потерял цифры"):
        parse_id(text)


@pytest.mark.parametrize("text", ["05.мар", "5 июн", "мар.26", "1-Feb", "12.06.2026", "12.06.2026 0:00:00"])
def test_card_that_became_a_date_is_refused(text: str) -> None:
    assert "за дату" in damage_of(text, FieldType.ID)
    assert damage_of(text, FieldType.TEXT) == ""


@pytest.mark.parametrize("text", ["12.06", "М-12", "2026-12", "00123", "12/06"])
def test_card_that_only_resembles_a_date_is_a_card(text: str) -> None:
    assert damage_of(text, FieldType.ID) == ""


def test_hashes_and_formulas_without_value_are_no_texts() -> None:
    assert "слишком узким" in damage_of("########", FieldType.TEXT)
    assert "формула без значения" in damage_of(NO_VALUE, FieldType.MONEY)
    assert damage_of("# 5", FieldType.TEXT) == damage_of("C#", FieldType.TEXT) == ""


def test_garbled_cell_costs_its_field_and_not_the_row() -> None:
    record = clean(lead_source="Р РµРєР»Р°РјР°", email="a@b.ru")
    assert isinstance(record, Record)
    assert "lead_source" not in record.values
    assert [(fault.field, fault.reason) for fault in record.faults] == [("lead_source", GARBLED)]


def test_garbled_name_is_no_name() -> None:
    record = clean(full_name="РљРѕС‚РѕРІР° РђРЅРЅР°")
    assert isinstance(record, Record)
    assert "full_name" not in record.values


def test_garbled_cells_are_put_right_where_the_clinic_says_so_and_each_is_listed() -> None:
    rules = CleanRules("Europe/Moscow", "main", key=("card_number",), fix_garbled=True)
    record = clean(rules, full_name="РљРѕС‚РѕРІР° РђРЅРЅР°", lead_source="???? ??")
    assert isinstance(record, Record)
    assert record.values["full_name"] == "Котова Анна"
    assert "lead_source" not in record.values
    assert {(fault.field, fault.reason) for fault in record.faults} == {
        ("full_name", REPAIRED),
        ("lead_source", GARBLED),
    }


def test_several_lines_of_a_record_are_added_up_or_listed_once() -> None:
    rules = CleanRules("Europe/Moscow", "main", key=("card_number",), merge=("amount", "service"))
    record = clean(rules, amount="1 000,50\n-\n500", service="Осмотр\nСнимок\nОсмотр")
    assert isinstance(record, Record)
    assert (str(record.values["amount"]), record.values["service"]) == ("1500.50", "Осмотр, Снимок")


def test_one_line_that_is_no_sum_costs_the_sum() -> None:
    rules = CleanRules("Europe/Moscow", "main", key=("card_number",), merge=("amount",))
    record = clean(rules, amount="1 000,50\nсто")
    assert "amount" not in record.values  # type: ignore[union-attr]
