"""Invented people as a clinic's administrators type them: most plainly, one in four in a way of their own."""

import random
from collections.abc import Iterator
from functools import cache

from benchmarks import data
from dentsync.transform.name_fathers import patronymics_from
from dentsync.transform.name_lists import COMMON_FEMALE, COMMON_MALE, FEMALE, MALE

CONSONANTS = [
    "б",
    "в",
    "г",
    "д",
    "ж",
    "з",
    "к",
    "л",
    "м",
    "н",
    "п",
    "р",
    "с",
    "т",
    "х",
    "ч",
    "ш",
    "кр",
    "бр",
    "пл",
    "ст",
]
VOWELS = "аеиоуюя"
ENDINGS = (
    ("ов", "ова"),
    ("ев", "ева"),
    ("ин", "ина"),
    ("ский", "ская"),
    ("енко",) * 2,
    ("чук",) * 2,
    ("ян",) * 2,
    ("",) * 2,
)
SHARES = (30, 15, 18, 8, 8, 4, 4, 13)
NOTES = ("VIP", "(мама)", "не звонить", "умер", "ДМС", "долг 500", "89165550123")


def _surname(pick: random.Random) -> tuple[str, tuple[str, ...]]:
    """A stem that is in no dictionary, mostly, and its endings."""
    syllables = (pick.choice(CONSONANTS) + pick.choice(VOWELS) for _ in range(pick.choice((1, 2, 2, 3))))
    return ("".join(syllables) + pick.choice(CONSONANTS)[0]).title(), pick.choices(ENDINGS, SHARES)[0]


@cache
def _names(gender: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (COMMON_MALE, COMMON_FEMALE)[gender], tuple(sorted((MALE, FEMALE)[gender]))


def person(pick: random.Random) -> tuple[str, str, str]:
    """Surname, given name, patronymic; one given name in seven is rare."""
    gender = pick.randrange(2)
    stem, endings = _surname(pick)
    common, listed = _names(gender)
    first = pick.choice(common if pick.random() < 0.85 else listed)
    return stem + endings[gender], first.title(), patronymics_from(pick.choice(COMMON_MALE))[gender].title()


def plain(pick: random.Random) -> str:
    """Ф И О."""
    return " ".join(person(pick))


def typed(pick: random.Random) -> str:
    """The field as somebody typed it."""
    last, first, father = person(pick)
    full, share = f"{last} {first} {father}", pick.random()
    if share < 0.85:
        ways = (full, full.upper(), full.lower(), f"{first} {father} {last}", f"{last} {first}", f"{first} {last}")
        return pick.choices(ways, (50, 12, 5, 8, 8, 2))[0]
    slip = pick.randrange(1, len(father))
    ways = (
        f"{last} {first[0]}.{father[0]}.", f" {last}  {first} {father} ", f"{full} {pick.choice(NOTES)}",
        f"{last}-{_surname(pick)[0]}ов {first} {father}", full.replace("о", "o").replace("а", "a"),
        f"{last} ({_surname(pick)[0]}ова) {first} {father}", f"{last} {first} {father[:slip]}{father[slip + 1 :]}",
        last,
    )  # fmt: skip
    return pick.choices(ways, (3, 2, 2, 2, 2, 1, 2, 1))[0]


def names(count: int, mix: str) -> list[str]:
    """So many different ones."""
    pick, write = random.Random(7), plain if mix == "plain" else typed
    found: dict[str, None] = {}
    while len(found) < count:
        found[write(pick)] = None
    return list(found)


def patient(number: int, version: int = 0) -> str:
    """One row of a dirty patients' export."""
    pick = random.Random(number)
    cells = data.patient(number, version).split(";")
    phone = (cells[2], cells[2], f"{cells[2]}, дом. 2-22-33-44", f"{cells[2]} мама", f"+7{cells[2][1:]}", "нет")
    cells[1:3] = typed(pick), pick.choices(phone, (70, 10, 5, 5, 9, 1))[0]
    return ";".join(cells)


def first(count: int) -> Iterator[str]:
    """The dirty export: ``count`` patients."""
    return (patient(number) for number in range(1, count + 1))


def second(count: int) -> Iterator[str]:
    """The export after it: the status of one patient in a hundred is another."""
    return (patient(number, version=number % 100 == 0) for number in range(1, count + 1))
