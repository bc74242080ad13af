"""Names of people: what is repaired, what is proposed, what is kept back, and what must be left alone."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dentsync.transform.names import (
    Parts,
    PersonName,
    decided,
    join_name,
    name_key,
    names_agree,
    parse_name,
    source_hash,
)


def parts(name: PersonName) -> tuple[str, str, str]:
    return name.last, name.first, name.patronymic


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
        "Новый Иван Петрович",
        "Архипов Иван Петрович",
        "Надежда Вера Петровна",
        "Отто Роман Романович",
        "Матусевич Эдуард",
        "Абрамович Роман Аркадьевич",
        "Иван Сергеевич",
        "Умеров Рустем",
        "Калина Дорофей Павлович",
        "Мандарин Анна Олеговна",
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
        ("Роман Абрамович", "ambiguous"),
        ("Абрамович Роман", "ambiguous"),
        ("Иван Павлович", "ambiguous"),
        ("Ким Ли", "ambiguous"),
        ("Мартын Роман", "ambiguous"),
        ("Нгуен Ван Тхань", "asian_name"),
        ("Сергеев Сергей Сергеич", "typo_suspect"),
        ("Вусал Севда Срегей", "ambiguous"),
        ("Петрова Иван", "gender_mismatch"),
        ("Иванов Иван (перезвонить)", "note"),
        ("Иванов Иван перезвонить", "note"),
        ("Брат Иван Петрович", "representative"),
        ("Тест Иван Иванович", "test_suspect"),
        ("Петров Иван 2", "digits"),
        ("Петров Иван 不 Сергеевич", "odd_characters"),
        ("ЯЯИванов Иван", "deleted_mark"),
        ("Петрова Наталія Сергеевна", "ukrainian_letters"),
    ],
)
def test_what_rules_cannot_decide_is_flagged_and_goes_into_no_message(text: str, flag: str) -> None:
    name = parse_name(text)
    assert flag in name.flags
    assert (name.action, name.sms_name) == ("propose", None)
    assert name.reasons


@pytest.mark.parametrize(
    ("text", "proposed", "typed"),
    [
        ("СОКОЛОВА АННА СЕРГЕВНА", "Соколова Анна Сергеевна", "Соколова Анна Сергевна"),
        ("Срегей Иванов", "Иванов Сергей", "Иванов Срегей"),
        ("Петрова Иван Сергеевич", "Петров Иван Сергеевич", "Петрова Иван Сергеевич"),
        ("Петрову Ивану Сергеевичу", "Петров Иван Сергеевич", "Петрову Ивану Сергеевичу"),
        ("Petrov Ivan Sergeevich", "Петров Иван Сергеевич", "Petrov Ivan Sergeevich"),
        ("Тер Казарян Левон Гагикович", "Тер-Казарян Левон Гагикович", "Тер-Казарян Левон Гагикович"),
    ],
)
def test_a_proposal_stands_beside_what_was_typed(text: str, proposed: str, typed: str) -> None:
    name = parse_name(text)
    assert name.typed is not None
    assert (name.full, name.typed.full, name.confidence) == (proposed, typed, "medium")


def test_letters_of_a_wrong_encoding_are_never_shown() -> None:
    name = parse_name("Петрова Анна".encode().decode("cp1251"))
    assert (name.full, name.typed) == ("Петрова Анна", None)


def test_a_person_may_choose_from_other_readings() -> None:
    assert Parts("Роман", "Мартын") in parse_name("Мартын Роман").others
    assert Parts("Смирнова", "Наталя", "Петровна") in parse_name("Смирнова Наталя Петровна").others
    assert parse_name("Соколова Анна Викторовна").others == ()


@pytest.mark.parametrize(
    ("text", "kind", "note"),
    [
        ("Петров Иван (мама Пети)", "representative", "мама Пети"),
        ("Петров Иван НЕ ЗВОНИТЬ", "do_not_contact", "НЕ ЗВОНИТЬ"),
        ("Петров Иван умер", "deceased", "умер"),
        ("Петров Иван +7 (900) 000-00-01", "phone", "+7 (900) 000-00-01"),
        ("Петрова Анна (дев. Лебедева)", "maiden_name", "Лебедева"),
        ("Доктор Петров Иван", "title", "доктор"),
        ("Петров Иван ДУБЛЬ", "duplicate", "ДУБЛЬ"),
        ("Петров Иван нет", "placeholder", "нет"),
        ("Петров Иван от Сидоровой", "note", "от Сидоровой"),
    ],
)
def test_what_is_no_name_is_kept_as_a_note(text: str, kind: str, note: str) -> None:
    assert parse_name(text).notes == ((kind, note),)
    assert parse_name(text).noted(kind) == note


def test_who_asks_for_peace_is_known_by_it() -> None:
    assert parse_name("Петров Иван (не звонить)").do_not_contact
    assert parse_name("Петров Иван умер").do_not_contact
    assert not parse_name("Петров Иван").do_not_contact


@pytest.mark.parametrize(
    ("text", "sms"),
    [
        ("Петров Иван Сергеевич", "Иван Сергеевич"),
        ("Иван Петров", "Иван"),
        ("Алиев Вугар Рашид оглы", "Вугар"),
        ("Петров Саша Сергеевич", None),
        ("Петров И. С.", None),
        ("Петров Иван С.", "Иван"),
        ("Анна Сергеевна", "Анна Сергеевна"),
    ],
)
def test_a_message_greets_with_a_certain_name_or_not_at_all(text: str, sms: str | None) -> None:
    assert parse_name(text).sms_name == sms


def test_the_sex_of_the_card_is_compared_and_stands_in() -> None:
    assert parse_name("Петров Иван", "М").action == "keep"
    assert parse_name("Петров Иван", "жен.").flags == ("gender_mismatch", "no_patronymic")
    assert parse_name("Шевчук Саша", "Ж").gender == "F"
    assert parse_name("Шевчук Саша").gender == "U"


def test_every_change_has_its_reason() -> None:
    assert parse_name("ПЕТРОВ иван  VIP").changes == (
        "лишние пробелы убраны",
        "заглавные и строчные буквы исправлены",
        "пометка вынесена из имени",
    )
    assert parse_name("Петров Иван").changes == ()


def test_what_a_person_decided_is_certain() -> None:
    name = decided(parse_name("Мартын Роман не звонить"), Parts("Роман", "Мартын", "Ильич"), "M")
    assert (name.full, name.action, name.sms_name) == ("Роман Мартын Ильич", "auto", "Мартын Ильич")
    assert name.do_not_contact
    assert (name.reasons, name.notes) == ((), (("do_not_contact", "не звонить"),))
    assert decided(parse_name("Петров Иван умер"), Parts("Петров", "Иван")).sms_name is None


def test_a_decision_is_tied_to_the_cells() -> None:
    assert source_hash("Петров Иван") == source_hash("Петров Иван") != source_hash("Петров", "Иван")


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


@example("A\x85ß")
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
