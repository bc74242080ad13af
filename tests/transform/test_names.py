"""Names of people. The cases are invented; they were written for the algorithm with a dictionary, so the rules alone
must be silent about nothing that they get wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.transform.names import PersonName, join_name, name_key, names_agree, parse_name

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "names.jsonl").read_text(encoding="utf-8").splitlines()
]
EXACT_FLOOR = 116  # of 147, by rules alone: the rest needs a dictionary. It may only rise.
ACTION_FLOOR = 137


def read(case: dict[str, Any]) -> PersonName:
    if "raw" in case:
        return parse_name(case["raw"])
    return join_name(case["fields"]["surname"], case["fields"]["given"], case["fields"]["patronymic"])


def parts(name: PersonName) -> tuple[str, str, str]:
    return name.last, name.first, name.patronymic


def is_exact(case: dict[str, Any]) -> bool:
    return parts(read(case)) == tuple(case["expected"][part] or "" for part in ("surname", "given", "patronymic"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_name_is_right_or_a_person_is_asked(case: dict[str, Any]) -> None:
    assert is_exact(case) or read(case).action in ("propose", "quarantine")


def test_the_share_that_rules_alone_get_right_does_not_fall() -> None:
    assert len(CASES) == 147
    assert sum(map(is_exact, CASES)) >= EXACT_FLOOR
    assert sum(read(case).action == case["expected"]["action"] for case in CASES) >= ACTION_FLOOR


@pytest.mark.parametrize(
    "text",
    [
        "Лебедев Иван Петрович",
        "Медведева Анна",
        "Медведев Иван",
        "Мамаева Анна Сергеевна",
        "Папанова Ольга Игоревна",
        "Женин Олег",
        "Випов Олег Ильич",
        "Тестов Александр Сергеевич",
        "Неизвестный Эрнст Иосифович",
        "Ю Ольга",
        "Ё Андрей Викторович",
        "Доктор Илья",
        "Доктор Илья Сергеевич",
        "Брат Иван Петрович",
        "Новый Иван Петрович",
        "Архипов Иван Петрович",
        "Надежда Вера Петровна",
        "Отто Роман Романович",
        "Матусевич Эдуард",
        "Абрамович Роман",
        "Ильин Лев",
        "Ханум Алия",
        "Королева Марина",
        "Иванов Константин",
        "Степанян Степан",
        "Гусь Любовь",
        "Ким Акулина Ивановна",
        "МакКой Илья Ильич",
    ],
)
def test_real_names_that_look_like_something_else_are_left_alone(text: str) -> None:
    name = parse_name(text)
    assert (name.full, name.action) == (text, "keep")


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("  иванов\u00a0 ИВАН\u200b  иванович, ", "Иванов Иван Иванович"),
        ("ИВАНОВА-ПЕТРОВА АННА ИЛЬИНИЧНА", "Иванова-Петрова Анна Ильинична"),
        ("пЕТРОВ иВАН сЕРГЕЕВИЧ", "Петров Иван Сергеевич"),
        ("Иванова (дев. Лебедева) Анна Сергеевна", "Иванова Анна Сергеевна"),
        ("Иванов Иван Иванович СКИДКА 10%", "Иванов Иван Иванович"),
        ("!!! ДОЛГ Иванов Иван Иванович", "Иванов Иван Иванович"),
        ("Иванов, Иван Иванович", "Иванов Иван Иванович"),
        ("Константин Иванов", "Иванов Константин"),
        ("И. И. Иванов", "Иванов И. И."),
        ("Ибрагимов Рашид Али-Оглы", "Ибрагимов Рашид Али оглы"),
        ("Александр Порфирьевич Бородин", "Бородин Александр Порфирьевич"),
        ("Пациент Иванов Иван", "Иванов Иван"),
    ],
)
def test_certain_repairs_are_made(text: str, full: str) -> None:
    name = parse_name(text)
    assert (name.full, name.action) == (full, "auto")


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Роман Абрамович", "order_assumed"),
        ("Ким Ли", "order_assumed"),
        ("Айдын Мамедов", "order_assumed"),
        ("Иван Сергеевич", "ambiguous"),
        ("Петрова Сергеевна", "ambiguous"),
        ("Сергеев Сергей Сергеич", "typo_suspect"),
        ("Петрова Иван", "gender_mismatch"),
        ("Иванов Иван (перезвонить)", "unknown_note"),
        ("Тест Иван Иванович", "test_suspect"),
        ("Петров Иван 2", "digits"),
        ("Петров Иван 不 Сергеевич", "odd_characters"),
        ("ЯЯИванов Иван", "deleted_mark"),
    ],
)
def test_what_rules_cannot_decide_is_flagged_and_used_as_typed(text: str, flag: str) -> None:
    name = parse_name(text)
    assert flag in name.flags
    assert name.action == "propose"


def test_two_words_that_say_nothing_keep_their_order() -> None:
    assert parts(parse_name("Ким Ли")) == ("Ким", "Ли", "")


@pytest.mark.parametrize(
    "text",
    [
        "Тест Тестович",
        "тест 2",
        "Резерв",
        "Свободное окно",
        "б/н",
        "Иванов",
        "Иванов Иван и Иванова Анна",
        "Мать Тереза",
        "Иванов Иван умер",
        "?????? ????",
        "Иванов Тест Тестович",
        "ФИО",
        "...",
        "\ufffd\ufffd Иван",
    ],
)
def test_what_is_no_name_of_a_patient_is_quarantined_with_a_reason(text: str) -> None:
    name = parse_name(text)
    assert name.action == "quarantine"
    assert name.reasons


def test_an_unknown_given_name_that_ends_like_a_surname_keeps_its_place() -> None:
    name = parse_name("Гусь Милославин Петрович")
    assert (name.full, name.action) == ("Гусь Милославин Петрович", "propose")


def test_letters_and_variants_are_never_unified() -> None:
    for text in (
        "Семенов Артем Петрович",
        "Семёнов Артём Петрович",
        "Ильина Наталия Геннадиевна",
        "Ильина Софья Геннадьевна",
    ):
        assert parse_name(text).full == text


def test_columns_settle_the_order_that_one_cell_leaves_open() -> None:
    assert parse_name("Мартын Роман").action == "propose"
    for columns in (("Мартын", "Роман", ""), ("Роман", "Мартын", "")):
        assert (parts(join_name(*columns)), join_name(*columns).action) == (columns, "keep")


def test_columns_may_hold_several_words() -> None:
    assert parts(join_name("Тер Казарян", "Левон", "Гагикович")) == ("Тер Казарян", "Левон", "Гагикович")
    assert parts(join_name("Ли", "Анна Мария", "")) == ("Ли", "Анна Мария", "")


def test_names_stay_out_of_repr() -> None:
    assert "Петров" not in repr(parse_name("Петров Иван"))


SURNAMES = st.sampled_from(["Петров", "Шевченко", "Кикнадзе", "Гайнутдинов", "Иванов-Семёнов", "Цой"])
GIVEN = st.sampled_from(["Иван", "Роман", "Илья", "Азиз", "Лев", "Константин"])
FATHERS = st.sampled_from(["Иванович", "Ильич", "Рафаилович", "Аркадьевич", "Никитич"])
DAMAGE = st.lists(
    st.sampled_from(
        [str.upper, str.lower, lambda t: f"  {t} ", lambda t: t.replace(" ", "\u00a0 "), lambda t: t + ",,"]
    ),
    max_size=3,
)


@given(SURNAMES, GIVEN, FATHERS, DAMAGE)
def test_case_and_spaces_do_not_change_who_it_is(last: str, first: str, patronymic: str, damage: list[Any]) -> None:
    text = f"{last} {first} {patronymic}"
    for spoil in damage:
        text = spoil(text)
    assert parts(parse_name(text)) == (last, first, patronymic)


@given(st.text(max_size=40))
def test_any_text_has_an_answer_and_a_clean_name_stays_as_it_is(text: str) -> None:
    name = parse_name(text)
    if name.action in ("keep", "auto"):
        assert parse_name(name.full).full == name.full


def key(full: str) -> str:
    name = parse_name(full)
    return name_key(name.last, name.first, name.patronymic)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("ИВАНОВА АННА ПЕТРОВНА", "Иванова Анна Петровна"),
        ("Семёнов Артём", "Семенов Артем Ильич"),
        ("Иванов И. И.", "Иванов Иван Иванович"),
        ("Иванов И.", "Иванов Илья Петрович"),
        ("Иванов Иван И.", "Иванов Иван Иванович"),
    ],
)
def test_keys_of_one_person_agree(a: str, b: str) -> None:
    assert names_agree(key(a), key(b))
    assert names_agree(key(b), key(a))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Иванов Иван Иванович", "Иванов Иван Петрович"),
        ("Иванов Иван Иванович", "Иванов Илья Иванович"),
        ("Иванова Анна", "Петрова Анна"),
        ("Иванов И. П.", "Иванов Иван Иванович"),
        ("Сергеевна Анна", "Сергеевна Анна"),
    ],
)
def test_keys_of_two_people_do_not_agree(a: str, b: str) -> None:
    assert not names_agree(key(a), key(b))
