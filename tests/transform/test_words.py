"""Words of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.model import FieldType, Status
from dentsync.transform.words import flag, fold, is_empty, opt_out, status, visible

WORDS = {fold(word): meaning for word, meaning in {"Пришёл": Status.ARRIVED, "Подтверждён": Status.CONFIRMED}.items()}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Запись\u00a0 подтверждена. ", "запись подтверждена"),
        ("Пришёл", "пришел"),
        ("Пришё\u0301л", "прише\u0301л"),  # a stress mark is not swept away here: names need to see it
        ("ПРИЕ\u0308М", "прием"),
        ("Дата\nприема*:", "дата приема"),
        ("Ｄａ\u200bта", "daта"),
        ("+", "+"),
    ],
)
def test_fold_brings_spellings_of_one_phrase_together(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_visible_keeps_letters_and_case_and_drops_what_cannot_be_seen() -> None:
    assert visible(" Пет\u00adров\u00a0\u200bИван\t ") == "Петров Иван"


@pytest.mark.parametrize(
    "word", ["", "  ", "\u00a0", "-", "—", "н/д", "Не указан", "NULL", "#Н/Д", "#ЗНАЧ!", "#ДЕЛ/0!"]
)
@pytest.mark.parametrize("kind", [FieldType.TEXT, FieldType.PHONES, FieldType.DATETIME, FieldType.MONEY, FieldType.ID])
def test_null_words_are_empty_in_every_column(word: str, kind: FieldType) -> None:
    assert is_empty(word, kind)


@pytest.mark.parametrize(
    ("word", "empty", "value"),
    [
        ("нет", FieldType.PHONES, FieldType.FLAG),
        ("0", FieldType.PHONES, FieldType.MONEY),
        ("0", FieldType.DATE, FieldType.NUMBER),
        ("000000", FieldType.ID, FieldType.TEXT),
        ("nan", FieldType.MONEY, FieldType.TEXT),
        ("-", FieldType.TEXT, FieldType.FLAG),
    ],
)
def test_the_same_word_is_empty_in_one_column_and_a_value_in_another(
    word: str, empty: FieldType, value: FieldType
) -> None:
    assert is_empty(word, empty)
    assert not is_empty(word, value)


@pytest.mark.parametrize(
    "text",
    [
        "01.01.0001",
        "01.01.0001 0:00:00",
        "00.00.0000",
        "01.01.1900",
        "30.12.1899 0:00:00",
        "0001-01-01T00:00:00",
        "1899-12-30 00:00:00.000",
        "0000-00-00",
        "1.1.0001 00:00",
        "01.01.1753 0:00:00",
        "1753-01-01 00:00:00.000",
    ],
)
def test_empty_dates_of_1c_and_excel_are_empty(text: str) -> None:
    assert is_empty(text, FieldType.DATETIME)


@pytest.mark.parametrize("text", ["01.01.0001 9:00:00", "02.01.1900", "01.01.1901", "31.12.1999", "10.01.1900"])
def test_dates_that_only_resemble_the_empty_one_are_judged(text: str) -> None:
    assert not is_empty(text, FieldType.DATETIME)


def test_the_empty_guid_of_1c_is_no_id() -> None:
    assert is_empty("00000000-0000-0000-0000-000000000000", FieldType.ID)
    assert not is_empty("00000000-0000-0000-0000-000000000001", FieldType.ID)


@pytest.mark.parametrize("word", ["Да", "ИСТИНА", "true", "1", "+", "v", "x", "Х", "есть", "✓"])
def test_yes_in_the_words_of_exports(word: str) -> None:
    assert flag(word) is True


@pytest.mark.parametrize("word", ["Нет", "ложь", "False", "0", "-", "нет."])
def test_no_in_the_words_of_exports(word: str) -> None:
    assert flag(word) is False


@pytest.mark.parametrize("word", ["", "—", "н/д", "не указано", "неизвестно"])
def test_an_unknown_flag_is_nothing_rather_than_no(word: str) -> None:
    assert flag(word) is None


@pytest.mark.parametrize("word", ["отказ", "согласен", "да, но позже", "2"])
def test_a_flag_that_is_neither_yes_nor_no_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="Да/Нет"):
        flag(word)


def test_a_status_is_found_by_its_whole_phrase() -> None:
    assert status(" ПРИШЁЛ. ", WORDS) is Status.ARRIVED


@pytest.mark.parametrize("word", ["не пришел", "не подтвержден", "пришел и ушел"])
def test_a_status_is_never_found_inside_another_phrase(word: str) -> None:
    with pytest.raises(ValueError, match="неизвестный статус"):
        status(word, WORDS)


def test_our_own_name_of_a_status_is_understood_for_defaults() -> None:
    assert status("no_show", {}) is Status.NO_SHOW


@pytest.mark.parametrize("text", ["8 916 555-01-23", "Соколова Анна"])
def test_a_value_of_another_column_is_not_shown_in_the_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"^неизвестный статус: добавьте"):
        status(text, WORDS)


@pytest.mark.parametrize(
    ("word", "refusal", "consent"),
    [
        ("Да", True, False),
        ("нет", False, True),
        ("отказ", True, True),
        ("Согласна.", False, False),
        ("н/д", None, None),
    ],
)
def test_refusal_and_consent_are_opposite_questions(word: str, refusal: bool | None, consent: bool | None) -> None:
    assert (opt_out(word, inverted=False), opt_out(word, inverted=True)) == (refusal, consent)


def test_a_word_that_is_neither_refusal_nor_consent_is_refused() -> None:
    with pytest.raises(ValueError, match="Да/Нет"):
        opt_out("подумает", inverted=False)
