"""Who is who among the words of a name: by their number, and by where the patronymic stands.

The typed order (surname, given name, patronymic) wins unless the words themselves say otherwise. What stays open is
flagged: ``order_assumed`` where the typed order was simply believed, ``ambiguous`` where it cannot be right.
"""

import re
from typing import NamedTuple

from dentsync.transform.name_words import (
    given_gender,
    is_loose_patronymic,
    is_of_common_name,
    patronymic_gender,
    surname_gender,
)
from dentsync.transform.words import fold

INITIAL = re.compile(r"[^\W\d_]\.?")


class Placed(NamedTuple):
    """The words in their places, "" for a missing one, and flags."""

    last: str
    first: str
    patronymic: str
    flags: set[str]


def placed(words: list[str], flags: set[str]) -> Placed:
    """Who is who, by number of words and by where the patronymic stands."""
    full = [word for word in words if not INITIAL.fullmatch(word) or (word is words[0] and len(word) == 1)]
    match len(full), len(words):
        case _, 0:
            return Placed("", "", "", flags | {"placeholder"})
        case 0, _:
            return Placed("", "", "", flags | {"initials", "single_token"})
        case 1, 1:
            return Placed(full[0], "", "", flags | {"single_token"})
        case 1, 2 | 3:
            return _initials(full[0], words, flags)
        case 2, 2:
            return _two(words, flags)
        case ((2 | 3), 3):
            return _three(words, flags)
    return _many(words, flags)


def _initials(surname: str, words: list[str], flags: set[str]) -> Placed:
    letters = [word for word in words if word is not surname]
    swapped = {"order_swapped"} if words[0] is not surname else set()
    return Placed(surname, letters[0], "".join(letters[1:]), flags | {"initials"} | swapped)


def is_given_then_surname(a: str, b: str) -> bool:
    """«Иван Петров»: a common given name, then what can only be a surname, of no other gender."""
    given, family = given_gender(fold(a)), surname_gender(fold(b))
    return given is not None and family in (given, "U")


def _two(words: list[str], flags: set[str]) -> Placed:
    a, b = words
    if any(patronymic_gender(fold(word)) == "F" or is_of_common_name(fold(word)) for word in words):
        return _without_surname(words, flags)
    if is_given_then_surname(a, b):
        return Placed(b, a, "", flags | {"order_swapped"})
    return Placed(a, b, "", flags | (set() if _is_surname_first(fold(a), fold(b)) else {"order_assumed"}))


def _is_surname_first(a: str, b: str) -> bool:
    """«Петров Иван», «Гусь Любовь», «Петров И.»: the typed order is confirmed by one of the words."""
    if "уулу" in a or (surname_gender(a) and not surname_gender(b)):
        return True
    return given_gender(b) is not None and given_gender(a) is None


def _without_surname(words: list[str], flags: set[str]) -> Placed:
    """A patronymic and one more word: a given name when it is a common one, otherwise nobody knows."""
    a, b = words
    first_is_patronymic = patronymic_gender(fold(a)) == "F" or is_of_common_name(fold(a))
    patronymic, other = (a, b) if first_is_patronymic else (b, a)
    sure = patronymic_gender(fold(patronymic)) == "F" and given_gender(fold(other)) is not None
    swapped = {"order_swapped"} if first_is_patronymic else set()
    return Placed("", other, patronymic, flags | {"no_surname"} | swapped | (set() if sure else {"ambiguous"}))


def _three(words: list[str], flags: set[str]) -> Placed:
    at = [i for i, word in enumerate(words) if patronymic_gender(fold(word)) or (i == 2 and INITIAL.fullmatch(word))]
    if not at:
        return _three_without_patronymic(words, flags)
    if len(at) > 1:
        return _two_patronymics(words, at, flags)
    match at[0]:
        case 2:
            return _patronymic_last(words, flags)
        case 1:
            return _patronymic_inside(words[0], words[1], words[2], flags)
        case _ if " " in words[0] or "уулу" in words[0]:
            return Placed(words[0], words[1], words[2], flags | {"ambiguous"})
    return _patronymic_first(words, flags)


def _patronymic_last(words: list[str], flags: set[str]) -> Placed:
    """The typed order wins, unless the first two words say plainly that they are swapped."""
    a, b, patronymic = words
    if is_given_then_surname(a, b):
        return Placed(b, a, patronymic, flags | {"order_swapped"})
    doubt = {"order_assumed"} if surname_gender(fold(b)) and not surname_gender(fold(a)) else set()
    initials = {"initials"} if any(INITIAL.fullmatch(word) for word in words[1:]) else set()
    return Placed(a, b, patronymic, flags | doubt | initials)


def _patronymic_inside(a: str, patronymic: str, c: str, flags: set[str]) -> Placed:
    """«Анна Викторовна Соколова», rarely «Соколова Викторовна Анна»."""
    flags = flags | {"order_swapped"}
    surname_a, surname_c = surname_gender(fold(a)), surname_gender(fold(c))
    given_a, given_c = given_gender(fold(a)), given_gender(fold(c))
    if (surname_a and not surname_c) or (given_c and not given_a and not surname_c):
        return Placed(a, c, patronymic, flags if surname_a else flags | {"order_assumed"})
    sure = (surname_c and not surname_a) or (given_a and not given_c)
    return Placed(c, a, patronymic, flags if sure else flags | {"order_assumed"})


def _patronymic_first(words: list[str], flags: set[str]) -> Placed:
    """«Сергеевна Анна Петрова». A male one in front may be a surname without a patronymic."""
    patronymic, b, c = words
    if patronymic_gender(fold(patronymic)) == "M" and not is_of_common_name(fold(patronymic)):
        return Placed(patronymic, b, c, flags | {"ambiguous"})
    if surname_gender(fold(b)) and not surname_gender(fold(c)):
        return Placed(b, c, patronymic, flags | {"order_swapped"})
    sure = surname_gender(fold(c)) and not surname_gender(fold(b))
    return Placed(c, b, patronymic, flags | {"order_swapped"} | (set() if sure else {"ambiguous"}))


def _two_patronymics(words: list[str], at: list[int], flags: set[str]) -> Placed:
    """One of them is a surname: «Абрамович Роман Аркадьевич», «Олег Иванович Абрамович»."""
    a, b, c = words
    if at == [0, 2]:
        return Placed(a, b, c, flags)
    sure = at == [1, 2] and is_of_common_name(fold(b)) and not is_of_common_name(fold(c))
    if at == [1, 2] and patronymic_gender(fold(b)):
        return Placed(c, a, b, flags | {"order_swapped"} | (set() if sure else {"ambiguous"}))
    return Placed(a, b, c, flags | {"ambiguous"})


def _three_without_patronymic(words: list[str], flags: set[str]) -> Placed:
    a, b, c = words
    if is_loose_patronymic(fold(c)):
        kind = "typo_suspect" if fold(c).endswith(("ич", "ыч", "на")) else "oblique_case"
        return Placed(a, b, c, flags | {kind})
    return Placed(a, f"{b} {c}", "", flags | {"ambiguous"})


def _many(words: list[str], flags: set[str]) -> Placed:
    """More words than parts: the patronymic and the word before it are clear, the rest is the surname as typed."""
    if patronymic_gender(fold(words[-1])) and len(words) <= 5:
        return Placed(" ".join(words[:-2]), words[-2], words[-1], flags | {"ambiguous", "double_surname"})
    return Placed(words[0], " ".join(words[1:]), "", flags | {"ambiguous"})
