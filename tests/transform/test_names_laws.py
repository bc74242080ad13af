"""Laws that hold for every name field, however spoilt."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.transform.name_reading import read_name
from dentsync.transform.names import PersonName, _plain, join_name, parse_name

LAST = [
    "Петров", "Соколова", "Шевченко", "Кикнадзе", "Гайнутдинов", "Иванов-Семёнов", "Цой", "Гусь", "Матусевич", "Роман",
    "Степанян", "Нгуен", "Муравьёв", "Дорин",
]  # fmt: skip
FIRST = [
    "Иван", "Анна", "Роман", "Илья", "Азиз", "Лев", "Ия", "Саша", "Жан-Пьер", "Лейла", "Нино", "Вугар", "Пейсах",
    "Альбина", "Ян", "Мухаммед", "Василина", "Фёдор",
]  # fmt: skip
FATHER = [
    "Иванович", "Ильич", "Рафаилович", "Сергеевна", "Никитич", "Минзагитовна", "Эльхан кызы", "Рашид-оглы", "Абрамович",
    "Сергеич", "Игревна",
]  # fmt: skip
BESIDE = [
    "VIP", "(мама Пети)", "не звонить", "умер", "+79000000001", "1980 г.р.", "И.", "А.", "-", "/", "и", "ООО Ромашка",
    "дев. Петрова", "доктор", "д.м.н.", "Smith", "John", "тест", "нет", "Резерв", "фон", "оглы", "№5", "ЯЯ", "а@b.ru",
    "Олексій", "Болатқызы", "bdfy", "C0кол0в", "Kузнецoв", "от Петровой", "перезвонить", "[удалён]", "&nbsp;", "\ufffd",
    "'", "2", "??",
]  # fmt: skip
SPOILT = st.sampled_from(
    [
        str,
        str.upper,
        str.lower,
        str.swapcase,
        lambda t: f" {t}  ",
        lambda t: t + ",",
        lambda t: t[:2] + "\u00ad" + t[2:],
    ]
)


def spoilt(words: list[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda word, spoil: spoil(word), st.sampled_from(words), SPOILT)


WORDS = spoilt(LAST) | spoilt(FIRST) | spoilt(FATHER) | st.sampled_from(BESIDE)
FIELDS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join) | st.text(max_size=40)
ORDINARY = st.tuples(st.sampled_from(LAST), st.sampled_from(FIRST), st.sampled_from(["", *FATHER]))


def is_certain(name: PersonName) -> bool:
    return name.action in ("keep", "auto")


@settings(max_examples=400)
@given(FIELDS)
def test_what_is_kept_is_as_typed_and_cleaning_twice_changes_nothing(text: str) -> None:
    name = parse_name(text)
    assert name.action != "keep" or name.full == text
    if is_certain(name):
        again = parse_name(name.full)
        assert (again.full, is_certain(again)) == (name.full, True)
        assert join_name(*name.parts).parts == name.parts


CHANGES_LETTERS = {"homoglyph", "keyboard_layout", "html_entity", "decomposed"}


@settings(max_examples=400)
@given(FIELDS)
def test_no_letter_of_a_name_is_lost_and_none_is_invented(text: str) -> None:
    name = parse_name(text)
    if is_certain(name) and CHANGES_LETTERS.isdisjoint(name.flags):
        before, after = letters(text), letters(name.full + name.noted())
        assert after <= before
        assert before == after or "maiden_name" in name.flags  # «дев.» goes, the name stays


def letters(text: str) -> Counter[str]:
    return Counter(char for char in text.lower() if char.isalpha())


@settings(max_examples=300)
@given(FIELDS, FIELDS, FIELDS, st.sampled_from(["", "м", "Жен", "?"]))
def test_no_field_stops_the_reading(last: str, first: str, patronymic: str, sex: str) -> None:
    for name in (parse_name(last, sex), parse_name(first, sex, "first_last"), join_name(last, first, patronymic, sex)):
        assert name.flags == tuple(sorted(set(name.flags)))
        assert bool(name.reasons) == (not is_certain(name))
        assert name.sms_name is None or is_certain(name)
        assert name.typed == name.parts or not is_certain(name)


@given(ORDINARY, SPOILT)
def test_equal_values_give_equal_results(parts: tuple[str, str, str], spoil: Any) -> None:
    text = spoil(" ".join(filter(None, parts)))
    parse_name.cache_clear()
    first = parse_name(text)
    parse_name.cache_clear()
    assert parse_name(text) == first


@given(ORDINARY)
def test_yo_is_neither_restored_nor_lost(parts: tuple[str, str, str]) -> None:
    text = " ".join(filter(None, parts))
    for typed in (text, text.replace("ё", "е")):
        full = parse_name(typed).full
        assert not full or full.count("ё") == typed.count("ё")


@settings(max_examples=300)
@given(st.permutations([0, 1, 2]), ORDINARY, st.sampled_from([str, str.upper, str.lower]), st.integers(0, 2))
def test_the_short_way_says_what_the_long_way_says(order: list[int], parts: Any, spoil: Any, lean: int) -> None:
    text = spoil(" ".join(filter(None, (parts[i] for i in order))))
    for leaning in ("", "last_first", "first_last"):
        plain = _plain(text, leaning)
        assert plain is None or plain == read_name(text, "", leaning)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(FIELDS)
def test_the_laws_hold_for_long(text: str) -> None:
    test_what_is_kept_is_as_typed_and_cleaning_twice_changes_nothing.hypothesis.inner_test(text)
    test_no_letter_of_a_name_is_lost_and_none_is_invented.hypothesis.inner_test(text)
