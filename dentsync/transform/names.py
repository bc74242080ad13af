"""Names of people: repaired where that is certain, flagged where a person has to decide.

Rules only: what is written is never replaced by what was probably meant. ё is not restored, variants are not unified
(Наталия, Наталья), a surname is not bent to fit a gender. A dictionary may later turn flags into proposals; its door
is ``parse_name`` and ``join_name``.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from dentsync.transform.name_order import INITIAL, is_given_then_surname, placed
from dentsync.transform.name_words import (
    PLACEHOLDER_PHRASES,
    PLACEHOLDERS,
    TEST,
    given_gender,
    is_misspelt_given,
    is_misspelt_patronymic,
    is_of_common_name,
    patronymic_gender,
    surname_gender,
)
from dentsync.transform.words import fold

Decision = Literal["keep", "auto", "propose", "quarantine"]


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in parts, "" for a missing one. The parts of ``propose`` are the cleaned typed words, never a guess.

    ``action``: ``keep`` (as typed), ``auto`` (repaired without doubt), ``propose`` (usable, a person should look),
    ``quarantine`` (must not reach a patient).
    """

    last: str = field(default="", repr=False)
    first: str = field(default="", repr=False)
    patronymic: str = field(default="", repr=False)
    flags: tuple[str, ...] = ()
    action: Decision = "quarantine"

    @property
    def full(self) -> str:
        """«Фамилия Имя Отчество», without the parts that are missing."""
        return " ".join(part for part in (self.last, self.first, self.patronymic) if part)

    @property
    def reasons(self) -> tuple[str, ...]:
        """In Russian: what a person should look at."""
        return tuple(REASONS[flag] for flag in self.flags if flag in REASONS)


QUARANTINED = {
    "placeholder": "вместо имени заглушка",
    "test_record": "тестовая запись",
    "single_token": "только одно слово: нет имени или фамилии",
    "mojibake": "буквы имени потеряны при выгрузке",
    "two_people": "в поле два человека",
    "deceased": "пациент отмечен как умерший",
    "given_gender_mismatch": "имя и отчество разного рода",
}
"""Flags that keep a name away from patients, with the reason in Russian."""

PROPOSED = {
    "ambiguous": "неясно, где фамилия, имя и отчество",
    "gender_mismatch": "фамилия не согласуется с именем или отчеством",
    "typo_suspect": "похоже на опечатку",
    "oblique_case": "имя не в именительном падеже",
    "glued": "слова имени слиты",
    "digits": "в имени цифры",
    "odd_characters": "в имени посторонние знаки",
    "translit": "часть имени латиницей",
    "mixed_script": "в слове смешаны латиница и кириллица",
    "mixed_spelling": "русские и украинские буквы вперемешку",
    "representative": "в имени упомянут родственник",
    "duplicate_mark": "отмечен как дубль",
    "deleted_mark": "отмечен как удалённый",
    "namesake": "отмечен тёзка: мл., ст.",
    "do_not_contact": "просит не беспокоить",
    "company": "упомянута организация",
    "unknown_note": "в имени посторонние слова",
    "test_suspect": "похоже на тестовую запись",
}
"""Flags that a person should look at; the name is used as typed."""

REASONS = QUARANTINED | PROPOSED
# These ask nothing of anybody today: half of a real list has no patronymic, or is not Russian.
_UNSURE = frozenset({"order_assumed", "latin_name"})
_REPAIRS = frozenset(
    {"html_entity", "decomposed", "zero_width", "extra_space", "punctuation", "homoglyph", "all_caps", "all_lower"}
    | {"odd_case", "order_swapped", "initials", "note", "title", "maiden_name", "phone_in_name", "email_in_name"}
    | {"date_in_name", "patronymic_placeholder", "field_shift"}
)

_PLAIN = re.compile(
    r"([А-ЯЁ][а-яё]*(?:-[А-ЯЁ][а-яё]+)?) ([А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?) ([А-ЯЁ][а-яё]+(?:ич|вна|чна))"
)
_NO_PATRONYMIC = frozenset(
    {"нет", "б/о", "бо", "без отчества", "отсутствует", "не указано", "н/д", "null", "none", "-", ""}
)
_REPEATED = re.compile(r"(\w)\1+")
_NAME_CHARACTERS = re.compile("[A-Za-zÀ-ɏ\u0400-\u052f][A-Za-zÀ-ɏ\u0400-\u052f' .\\-/]*")


@lru_cache(maxsize=65536)
def parse_name(text: str) -> PersonName:
    """The name in one cell."""
    return _parsed(text, frozenset())


@lru_cache(maxsize=65536)
def join_name(last: str, first: str, patronymic: str) -> PersonName:
    """The name in three columns. Columns say the order, unless they hold more or other words than their headers say."""
    from dentsync.transform.name_text import words_of

    extra: set[str] = set()
    if fold(patronymic).strip("-—") in _NO_PATRONYMIC:
        extra |= {"patronymic_placeholder"} if patronymic.strip() else set()
        patronymic = ""
    columns = [words_of(column)[0] for column in (last, first, patronymic)]
    read = _parsed(" ".join(filter(None, (last, first, patronymic))), frozenset(extra))
    if read.action == "quarantine" or not _fits(columns):
        return _named(read.last, read.first, read.patronymic, {*read.flags, "field_shift"})
    flags = set(read.flags) - {"order_assumed", "order_swapped", "ambiguous", "no_patronymic"}
    return _named(" ".join(columns[0]), " ".join(columns[1]), " ".join(columns[2]), flags)


def name_key(last: str, first: str, patronymic: str) -> str:
    """The folded name for matching: case, ё/е, spaces and final dots do not matter."""
    return "|".join((fold(last), fold(first), fold(patronymic)))


def names_agree(a_key: str, b_key: str) -> bool:
    """Whether two keys may be one person: surname and given name equal, patronymic not contradicting.

    An initial agrees with any name it begins; a missing patronymic with any. A missing surname or given name with none.
    """
    last_a, first_a, patronymic_a = a_key.split("|")
    last_b, first_b, patronymic_b = b_key.split("|")
    if not (last_a and first_a and first_b) or last_a != last_b:
        return False
    return _agree(first_a, first_b) and (not patronymic_a or not patronymic_b or _agree(patronymic_a, patronymic_b))


def _agree(a: str, b: str) -> bool:
    return a == b or (1 in (len(a), len(b)) and a[0] == b[0])


# ── the decision ──────────────────────────────────────────────────────────────────────────────


def _named(last: str, first: str, patronymic: str, flags: set[str]) -> PersonName:
    flags = flags | _doubts(last, first, patronymic)
    if not patronymic and last and first:
        flags.add("no_patronymic")
    return PersonName(last, first, patronymic, tuple(sorted(flags)), _decision(flags))


def _decision(flags: set[str]) -> Decision:
    if not flags.isdisjoint(QUARANTINED):
        return "quarantine"
    if not flags.isdisjoint(PROPOSED) or flags & _UNSURE:
        return "propose"
    return "auto" if flags & _REPAIRS else "keep"


def _doubts(last: str, first: str, patronymic: str) -> set[str]:
    """Genders and spellings that do not go together."""
    given, father, family = given_gender(fold(first)), patronymic_gender(fold(patronymic)), surname_gender(fold(last))
    found = set()
    if given and father and given != father:
        found.add("given_gender_mismatch")
    if family in ("M", "F") and (father or given or family) != family:
        found.add("gender_mismatch")
    if father and " " not in patronymic and is_misspelt_patronymic(fold(patronymic)):
        found.add("typo_suspect")
    if fold(last) in ("тест", "test", "проба"):
        found.add("test_suspect")
    spelling = _spelling(f"{last} {first} {patronymic}".rstrip())
    if not spelling and is_misspelt_given(fold(first)):
        found.add("typo_suspect")
    return found | spelling


_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_KAZAKH = re.compile("[әғқңөұүһӘҒҚҢӨҰҮҺ]")
_RUSSIAN = re.compile("[ыэёъ]|(?:еевич|еевна|ьевич|ьевна)$", re.IGNORECASE)


def _spelling(name: str) -> set[str]:
    """Ukrainian letters are a legal name, unless Russian spelling stands beside them."""
    found = {"kazakh_letters"} if _KAZAKH.search(name) else set()
    if _UKRAINIAN.search(name):
        found |= {"ukrainian_letters", "mixed_spelling"} if _RUSSIAN.search(name) else {"ukrainian_letters"}
    return found


# ── the words ─────────────────────────────────────────────────────────────────────────────────


def _parsed(text: str, extra: frozenset[str]) -> PersonName:
    plain = _PLAIN.fullmatch(text)
    if plain is not None and not extra and patronymic_gender(fold(plain[3])):
        words, flags = list(plain.groups()), {"has_yo"} if "ё" in text else set()
        return _test_record(words) or _named(*placed(words, flags))
    return _placeholder(text) or _repaired(text, set(extra))


def _repaired(text: str, extra: set[str]) -> PersonName:
    # Thirty expressions that a day of plainly written names does not need.
    from dentsync.transform.name_text import words_of

    words, draft = words_of(text)
    flags = draft.flags | extra
    if words and len(words) > 2 and fold(words[-1]) in _NO_PATRONYMIC:
        words, flags = words[:-1], flags | {"patronymic_placeholder"}
    if any(fold(word) in PLACEHOLDERS for word in words) and len(words) <= 2:
        return _named("", "", "", flags | {"placeholder"})
    if any(_NAME_CHARACTERS.fullmatch(word) is None and word != "." for word in words):
        flags.add("odd_characters")
    if any("/" in word for word in words):
        flags.add("ambiguous")
    if "representative" in flags and any(INITIAL.fullmatch(word) for word in words[1:]):
        flags.add("single_token")  # initials beside a relative: nobody knows whose they are
    dotted = [_dotted(word, i) for i, word in enumerate(words)]
    return _test_record(words) or _named(*placed(dotted, flags))


def _dotted(word: str, index: int) -> str:
    """An initial gets its dot; a one-letter first word without a dot is a surname (Ю, Ё)."""
    initial = INITIAL.fullmatch(word) and (index > 0 or word.endswith("."))
    return word[0].upper() + "." if initial else word


def _placeholder(text: str) -> PersonName | None:
    whole = fold(text)
    words = whole.replace("-", " ").split()
    if whole in PLACEHOLDER_PHRASES or whole in PLACEHOLDERS or not any(char.isalpha() for char in whole):
        return _named("", "", "", {"mojibake" if "??" in text else "placeholder"})
    if all(_REPEATED.fullmatch(word) for word in words):
        return _named("", "", "", {"placeholder"})
    letters = [word for word in words if not word.isdigit()]
    if all(word in TEST for word in letters):
        return _named("", "", "", {"test_record"})
    if all(word in TEST or word in PLACEHOLDERS for word in letters):
        return _named("", "", "", {"placeholder"})
    return None


def _test_record(words: list[str]) -> PersonName | None:
    folded = [fold(word) for word in words]
    tested = all(word in TEST for word in folded) or "тест" in folded[1:]
    return _named("", "", "", {"test_record"}) if words and tested else None


def _fits(columns: list[list[str]]) -> bool:
    """Whether three columns hold what their headers say, as far as a rule can see."""
    last, first, patronymic = columns
    if not last or not first or any(patronymic_gender(fold(word)) for word in first):
        return False
    if any(patronymic_gender(fold(word)) == "F" or is_of_common_name(fold(word)) for word in last):
        return False
    if patronymic and (len(patronymic) > 1 or surname_gender(fold(patronymic[0]))):
        return False
    return not is_given_then_surname(last[-1], first[0]) and len(first) <= 2
