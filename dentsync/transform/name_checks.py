"""What the parts of a name say together: the gender of the person, the language of the spelling."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from dentsync.transform.name_dictionary import Gender, entry_of
from dentsync.transform.name_odds import odds_of
from dentsync.transform.name_words import (
    KYRGYZ_SON,
    given_gender,
    latin_gender,
    patronymic_gender,
    short_gender,
    surname_gender,
)
from dentsync.transform.words import fold

# ── gender ────────────────────────────────────────────────────────────────────────────────────


class Genders(NamedTuple):
    """What each part says, ``None`` or ``U`` where it says nothing."""

    given: Gender | None
    father: Gender | None
    family: Gender | None

    @property
    def person(self) -> Gender:
        """Patronymic before given name before surname."""
        return next((gender for gender in (self.father, self.given, self.family) if gender in ("M", "F")), "U")


def genders_of(last: str, first: str, patronymic: str) -> Genders:
    """What the parts of a name say about the gender."""
    given = {_given_gender(part) for part in fold(first).split()} - {None, "U"}
    father = patronymic_gender(fold(patronymic)) if patronymic else None
    return Genders(given.pop() if len(given) == 1 else None, father, _family_gender(fold(last)))


def _given_gender(word: str) -> Gender | None:
    if word in ("тхи", "thi", "ван", "van"):  # the middle word of a Vietnamese name
        return "F" if word[0] in "тt" else "M"
    listed = given_gender(word) or short_gender(word) or latin_gender(word)
    return listed or (odds_of(word).given_gender if word[1:] else None)


def _family_gender(word: str) -> Gender | None:
    if word.endswith(KYRGYZ_SON):
        return "M"
    if " " in word:
        return patronymic_gender(word)
    parts = [surname_gender(part) for part in reversed(word.split("-"))]
    return next((gender for gender in parts if gender in ("M", "F")), parts[0])


def is_gendered(last: str) -> bool:
    """Whether the ending of a surname tells a gender: «Калина» and «Мандарин» are words of their own."""
    entry = entry_of(fold(last))
    return entry.surname != "U" and (entry.surname is not None or not entry.word)


def surname_for(last: str, gender: Gender) -> str | None:
    """The surname as a person of this gender would bear it. Only ever a proposal."""
    head, dash, word = last.rpartition("-")
    for male, female in _PAIRS:
        ending, wanted = (male, female) if gender == "F" else (female, male)
        if word.endswith(ending):
            rest = surname_for(head, gender) if head else ""
            return f"{rest or head}{dash}{word.removesuffix(ending)}{wanted}"
    return None


_PAIRS = (
    ("ский", "ская"), ("цкий", "цкая"), ("ской", "ская"), ("цкой", "цкая"), ("ов", "ова"), ("ев", "ева"), ("ин", "ина"),
    ("ын", "ына"),
)  # fmt: skip

# ── more than one person ──────────────────────────────────────────────────────────────────────

_SEVERAL = re.compile("[а-я]{2,}(?:[ое]в|[иы]н|[сц]ки)[ые]")


def is_crowd(words: Sequence[str]) -> bool:
    """«Зуев Илья Олегович Зуева Кира Львовна»; «Кира Илья Зуевы»."""
    odds = [odds_of(fold(word)) for word in words]
    fathers = sum(word.patronymic > -1.0 for word in odds)
    given = sum(word.listed and word.given > word.surname for word in odds)
    if len(words) > 4 and fathers + given > 3 and fathers < 3:
        return True
    return given > 1 and any(_SEVERAL.fullmatch(fold(word)) for word in words)


# ── letters of two languages ──────────────────────────────────────────────────────────────────

_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_KAZAKH = re.compile("[әғқңөұүһӘҒҚҢӨҰҮҺ]")
_RUSSIAN = re.compile("[ыэёъ]|(?:еевич|еевна|ьевич|ьевна)$", re.IGNORECASE)
_IMPOSSIBLE = re.compile("[бвгґджзклмнпрстфхцчшщ][єї]", re.IGNORECASE)


def spelling_codes(name: str) -> set[str]:
    """Ukrainian letters are a legal name, unless Russian spelling stands beside them."""
    found = {"kazakh_letters"} if _KAZAKH.search(name) else set()
    if _UKRAINIAN.search(name) and "kazakh_letters" not in found:
        found |= {"ukrainian_letters"}
        if _RUSSIAN.search(name):
            found |= {"spelling_lost", "typo_suspect"} if _IMPOSSIBLE.search(name) else {"mixed_spelling"}
    return found
