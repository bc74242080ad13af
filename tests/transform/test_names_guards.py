"""Ordinary surnames that contain the word of a note, a title, a relative: none of them is ever touched."""

import re
from collections.abc import Callable

import pymorphy3
import pytest

from dentsync.transform.names import PersonName, parse_name
from dentsync.transform.words import fold, listed

MARKERS = listed(
    """дев мам пап жен муж сын доч брат сест дед баб тет дяд внук вип док врач проф тест проб нет без дубл умер долг нов
    ник архив удал стар млад гост окн обед пац клиен имя фио скид карт лет год пенс льг реб шк ип зао ао чс мл ст для от
    и"""
)
ROLES = {"Surn", "Name", "Patr"}
PEOPLE = {"M": ("Олег", "Петрович"), "F": ("Ольга", "Петровна")}
# A given name as well, or a surname that nobody in Russia bends: here a person is asked, and nothing is changed.
ASKED = 40

Words = dict[str, list[tuple[str, str]]]
"""Words of the dictionary in the nominative by their role («Surn», «Name», «Patr»), with a gender that they have."""


@pytest.fixture(scope="module")
def words() -> Words:
    """All of them. Takes half a minute."""
    dictionary = pymorphy3.MorphAnalyzer(lang="ru").dictionary
    wanted = {i: tag.grammemes for i, tag in enumerate(dictionary.gramtab) if {"sing", "nomn"} <= tag.grammemes}
    tags = [paradigm[len(paradigm) // 3 : len(paradigm) // 3 * 2] for paradigm in dictionary.paradigms]
    found: dict[str, set[tuple[str, str]]] = {role: set() for role in ROLES}
    for word, (paradigm, form) in dictionary.words.iteritems():
        grammemes = wanted.get(tags[paradigm][form], frozenset())
        if not {"Infr", "Erro", "Abbr"} & grammemes:
            for role in ROLES & grammemes:
                found[role].add(("-".join(map(str.capitalize, word.split("-"))), "F" if "femn" in grammemes else "M"))
    return {role: sorted(listed) for role, listed in found.items()}


@pytest.fixture(scope="module")
def guarded(words: Words) -> list[tuple[str, str]]:
    pattern = re.compile("|".join(MARKERS))
    return [(word, gender) for word, gender in words["Surn"] if pattern.search(word.lower())]


def is_untouched(name: PersonName, last: str, gender: str) -> bool:
    kept = (name.last, name.first, name.gender, name.notes) == (last, PEOPLE[gender][0], gender, ())
    return kept and name.action in ("keep", "auto")


def touched(people: list[tuple[str, str]], pattern: str) -> list[str]:
    found = []
    for last, gender in people:
        text = pattern.format(last, *PEOPLE[gender])
        name = parse_name(text)
        if not is_untouched(name, last, gender):
            assert name.action == "propose", text
            found.append(text)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["{0} {1} {2}", "{1} {2} {0}", "{0} {1}", "{1} {0}"])
def test_no_surname_of_the_dictionary_is_taken_for_a_note(guarded: list[tuple[str, str]], pattern: str) -> None:
    assert len(guarded) > 9000
    assert len(touched(guarded, pattern)) <= ASKED


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [str.upper, str.lower])
def test_nor_in_capitals_or_small_letters(guarded: list[tuple[str, str]], spoil: Callable[[str], str]) -> None:
    wrong = [last for last, gender in guarded if parse_name(spoil(" ".join((last, *PEOPLE[gender])))).last != last]
    assert len(wrong) <= ASKED


ORDERS = ("{0} {1} {2}", "{1} {2} {0}", "{0} {1}", "{1} {0}")
FULL = {"M": ("Зуев", "Олег", "Петрович"), "F": ("Зуева", "Ольга", "Петровна")}


@pytest.mark.slow
@pytest.mark.parametrize(("role", "seat", "asked"), [("Surn", 0, 0.003), ("Name", 1, 0.13), ("Patr", 2, 0.065)])
@pytest.mark.parametrize("spoil", [str, str.upper, str.lower])
def test_no_name_of_the_dictionary_is_silently_wrong_in_any_order(
    words: Words, role: str, seat: int, asked: float, spoil: Callable[[str], str]
) -> None:
    """Asked about are slips that the dictionary has as names («Алексндрович»), and rare names typed first."""
    assert len(words[role]) > 10_000
    for order in ORDERS[:2] if role == "Patr" else ORDERS:
        doubts = 0
        for word, gender in words[role]:
            parts = [*FULL[gender]]
            parts[seat] = word
            parts[2] = parts[2] if "2" in order else ""
            name = parse_name(spoil(order.format(*parts)))
            certain = name.action in ("keep", "auto")
            doubts += not certain
            assert not certain or (fold(name.full), name.gender) == (fold(" ".join(filter(None, parts))), gender), parts
        assert doubts <= asked * len(words[role]), (order, doubts)


SURNAMES = sorted(
    listed(
        """Лебедев Медведев Мамаев Папанов Женин Випов Тестов Докторов Врачев Безруков Нетесов Дублин Архивов Долгов
        Умеров Скидан Картавцев Мужиков Сынков Дочкин Братов Дедов Бабин Тетерин Дядин Внуков Новиков Гостев
        Обедин Окнов Пробкин Старшинов Младов Удалов Клиентов Пацин Летов Годунов Ребров Школин Иповатов Профоров
        Отказов Смсов Звонков Картин Льготин Пенсионеров Резервов Бронников Тестин Нетунахин Безымянов Ивипов
        Задевалов Удаленков Мамин Папин"""
    )
)


@pytest.mark.parametrize("last", SURNAMES)
@pytest.mark.parametrize("pattern", ["{0} {1} {2}", "{1} {2} {0}", "{0} {1}", "{1} {0}"])
def test_a_surname_that_contains_a_marker_comes_through(last: str, pattern: str) -> None:
    for name in (last, last + "а"):
        gender = "F" if name.endswith("а") else "M"
        assert is_untouched(parse_name(pattern.format(name, *PEOPLE[gender])), name, gender)
