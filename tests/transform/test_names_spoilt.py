"""People who are known, their names spoilt in every way of a catalogue: what is certain is right, the rest is asked."""

import random
from collections.abc import Callable

import pytest

from benchmarks.people import person
from dentsync.transform.names import parse_name
from dentsync.transform.words import fold

PEOPLE = 150
KEYS = str.maketrans(
    "йцукенгшщзхъфывапролджэячсмитьбюЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>",
)
ALIKE = str.maketrans("АВСЕНКМОРТХасеорху", "ABCEHKMOPTXaceopxy")
NOTES = (
    "VIP", "(мама)", "мама Оли", "не звонить", "умер", "ДМС", "долг 500", "89165550123", "1980 г.р.", "карта 55",
    "брекеты", "перезвонить", "от Петровой", "дубль", "№77", "скидка 10%", "(ребёнок)", "на имплантацию", "2", "15:30",
    "ООО Ромашка", "/дочь/", "отказ от смс", "жена Пети", "не записывать", "из Ростова", "сотр.", "2-й визит",
)  # fmt: skip
BEFORE = ("VIP ", "мама ", "доктор ", "1. ", "г-н ", "пациент ", "!!! ", "удалён ", "яя", "сын ", "89165550123 ", "ИП ")
Way = Callable[[random.Random, str, str, str], str]

FULL: dict[str, Way] = {
    "last first father": lambda _, s, g, p: f"{s} {g} {p}",
    "first father last": lambda _, s, g, p: f"{g} {p} {s}",
    "first last father": lambda _, s, g, p: f"{g} {s} {p}",
    "father first last": lambda _, s, g, p: f"{p} {g} {s}",
    "capitals": lambda _, s, g, p: f"{g} {p} {s}".upper(),
    "any case": lambda pick, *name: "".join(pick.choice((c.upper(), c.lower())) for c in " ".join(name)),
    "look-alikes": lambda pick, *name: "".join(pick.choice((c, c.translate(ALIKE))) for c in " ".join(name)),
    "keyboard": lambda _, s, g, p: f"{s} {g} {p}".translate(KEYS),
    "a note": lambda pick, *name: f"{' '.join(name)} {pick.choice(NOTES)}",
    "a note after a comma": lambda pick, *name: f"{' '.join(name)}, {pick.choice(NOTES)}",
    "a word before": lambda pick, *name: pick.choice(BEFORE) + " ".join(name),
    "signs": lambda pick, *name: pick.choice((".", ", ", "_", "; ", "  ", "\t", "|")).join(name),
    "glued": lambda _, s, g, p: f"{s}{g} {p}",
    "digits": lambda _, s, g, p: f"{s} {g} {p}".replace("о", "0", 1),
}
SHORT: dict[str, Way] = {
    "last first": lambda _, s, g, p: f"{s} {g}",
    "first last": lambda _, s, g, p: f"{g} {s}",
    "a note": lambda pick, s, g, p: f"{g} {s} {pick.choice(NOTES)}",
    "keyboard": lambda _, s, g, p: f"{s} {g}".translate(KEYS),
}


def silently_wrong(way: Way, *, fathers: bool) -> list[tuple[str, str]]:
    pick, found = random.Random(3), []
    for _ in range(PEOPLE):
        last, first, father = person(pick)
        typed = way(pick, last, first, father)
        name = parse_name(typed)
        right = (last, first, father if fathers else "")
        if name.action in ("keep", "auto") and tuple(map(fold, name.parts)) != tuple(map(fold, right)):
            found.append((typed, name.full))
    return found


@pytest.mark.parametrize("way", FULL)
def test_a_full_name_that_is_spoilt_is_right_or_a_person_is_asked(way: str) -> None:
    assert silently_wrong(FULL[way], fathers=True) == []


@pytest.mark.parametrize("way", SHORT)
def test_a_name_without_a_patronymic_is_right_or_a_person_is_asked(way: str) -> None:
    assert silently_wrong(SHORT[way], fathers=False) == []


def test_two_people_are_never_one() -> None:
    pick = random.Random(4)
    for _ in range(PEOPLE):
        (last, first, _), (_, other, father) = person(pick), person(pick)
        for text in (f"{last} {first} и {other}", f"{last} {first} + {other} {father}", f"{first}, {other} {last}ы"):
            assert parse_name(text).action not in ("keep", "auto"), text
