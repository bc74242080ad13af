"""What the dictionary of OpenCorpora knows about one word, read through pymorphy3: never its guesses.

It costs 0.1 s and 38 MB, so it is opened at the first word that the lists and endings leave open, and never for the
ordinary names of an ordinary day. It is no judge of spelling: «Алексанр» and «Наталя» stand in it as given names.
"""

from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

Gender = Literal["M", "F", "U"]
Role = Literal["given", "surname", "patronymic"]
ROLES: tuple[tuple[Role, str], ...] = (("given", "Name"), ("surname", "Surn"), ("patronymic", "Patr"))
_GENDERS: tuple[tuple[Gender, str], ...] = (("M", "masc"), ("F", "femn"))
_CASES = ("gent", "datv", "accs", "ablt", "loct")
# Colloquial, wrong, abbreviated: known, but nothing to write down.
_BAD = frozenset({"Infr", "Erro", "Abbr"})
# Parses of these say little: «петров» is also what belongs to Пётр.
_NAMES = frozenset({"Name", "Surn", "Patr", "Poss", "Geox"})


class Entry(NamedTuple):
    """The genders in which a word may be a given name, a surname, a patronymic; ``None`` where it is none.

    ``word``: it is an ordinary word of the language, too.
    """

    given: Gender | None = None
    surname: Gender | None = None
    patronymic: Gender | None = None
    word: bool = False


class Bent(NamedTuple):
    """A word read as a name in another case, and what it is in the nominative."""

    role: Role
    case: str
    gender: Gender
    nominative: str


UNKNOWN = Entry()


@lru_cache(maxsize=65536)
def entry_of(word: str) -> Entry:
    """What a folded word may be in the nominative."""
    found: dict[str, Gender] = {}
    ordinary = False
    for parse in _parses(word):
        grammemes: frozenset[str] = parse.tag.grammemes
        if grammemes.isdisjoint(_NAMES):
            ordinary = True
        elif {"sing", "nomn"} <= grammemes and grammemes.isdisjoint(_BAD):
            for role, mark in ROLES:
                if mark in grammemes:
                    gender = _gender_of(grammemes)
                    found[role] = gender if found.get(role, gender) == gender else "U"
    return Entry(found.get("given"), found.get("surname"), found.get("patronymic"), ordinary)


@lru_cache(maxsize=4096)
def bent_forms(word: str) -> tuple[Bent, ...]:
    """The word as a name in an oblique case of the singular: «Ивану» is the dative of «Иван»."""
    found = []
    for parse in _parses(word):
        grammemes: frozenset[str] = parse.tag.grammemes
        case = next((case for case in _CASES if case in grammemes), None)
        role = next((role for role, mark in ROLES if mark in grammemes), None)
        if case and role and "sing" in grammemes and "Fixd" not in grammemes:
            gender = _gender_of(grammemes)
            found += [Bent(role, case, gender, nominative) for nominative in _nominatives(parse, gender)]
    return tuple(dict.fromkeys(found))


def _nominatives(parse: Any, gender: Gender) -> list[str]:
    """Surnames and patronymics of both genders stand in one lexeme: the nominative of this gender."""
    forms = [(form.word, form.tag.grammemes) for form in parse.lexeme]
    return [
        word
        for word, grammemes in forms
        if {"sing", "nomn"} <= grammemes and grammemes.isdisjoint(_BAD) and _gender_of(grammemes) == gender
    ][:1]


def _gender_of(grammemes: frozenset[str]) -> Gender:
    return next((gender for gender, mark in _GENDERS if mark in grammemes and "ms-f" not in grammemes), "U")


def _parses(word: str) -> list[Any]:
    if not word.isalpha() or not ("а" <= word[0] <= "я"):
        return []
    return list(_analyzer().parse(word))


@cache
def _analyzer() -> Any:
    import pymorphy3
    from pymorphy3.units import DictionaryAnalyzer

    return pymorphy3.MorphAnalyzer(lang="ru", units=[[DictionaryAnalyzer()]], probability_estimator_cls=None)
