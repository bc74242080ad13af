"""Given names and patronymics one slip of a finger away from a common one. Only ever a question to a person."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from dentsync.transform.name_dictionary import entry_of
from dentsync.transform.name_lists import COMMON_FEMALE, COMMON_MALE
from dentsync.transform.name_odds import odds_of
from dentsync.transform.name_words import (
    is_loose_patronymic,
    is_misspelt_patronymic,
    is_of_listed_name,
    is_turkic,
    patronymic_gender,
    patronymics_from,
    surname_gender,
)
from dentsync.transform.words import fold

_RUSSIAN_LETTERS = re.compile("[а-я]+")


def corrected_given(word: str) -> tuple[str, ...]:
    """Common names one slip away from a word that is in no list, the commonest first. Only ever a question."""
    folded = fold(word)
    if not _RUSSIAN_LETTERS.fullmatch(folded) or len(folded) < 4 or odds_of(folded).listed:
        return ()
    least = 6 if entry_of(folded).given else 5
    return tuple(name.title() for name in _nearest(folded) if len(name) >= least)


def corrected_patronymic(word: str) -> tuple[str, ...]:
    """Patronymics of common names one slip away from one that the dictionary does not know, or knows as wrong."""
    folded = fold(word)
    if not _RUSSIAN_LETTERS.fullmatch(folded) or is_turkic(folded):
        return ()
    if is_of_listed_name(folded) and not is_misspelt_patronymic(folded):
        return ()
    return tuple(name.title() for name in (*_colloquial(folded), *_nearest_patronymic(folded)))


def _colloquial(word: str) -> Iterator[str]:
    """«Сергеич», «Иваныч», «Пална»: the whole word."""
    for short, long in (
        ("еич", "еевич"),
        ("ьич", "ьевич"),
        ("аныч", "анович"),
        ("ыч", "ович"),
        ("лна", "ловна"),
        ("анна", "ановна"),
    ):
        full = word.removesuffix(short) + long
        if word.endswith(short) and full in _patronymics():
            yield full


@lru_cache(maxsize=4096)
def _nearest(word: str) -> tuple[str, ...]:
    near = {name for key in (word, *_shorter(word)) for name in _names_by_key().get(key, ()) if _one_slip(word, name)}
    return tuple(name for name in (*COMMON_MALE, *COMMON_FEMALE) if name in near)


@lru_cache(maxsize=4096)
def _nearest_patronymic(word: str) -> tuple[str, ...]:
    keys = (word, *_shorter(word))
    near = {name for key in keys for name in _patronymics_by_key().get(key, ()) if _one_slip(word, name)}
    return tuple(name for name in _patronymics() if name in near)


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_slip(a: str, b: str) -> bool:
    """One letter missing, extra, wrong, or two neighbours swapped."""
    if a == b:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if abs(len(a) - len(b)) == 1:
        return rest_a[1:] == rest_b or rest_b[1:] == rest_a
    swapped = rest_a[1:2] + rest_a[:1] + rest_a[2:]
    return len(a) == len(b) and (rest_a[1:] == rest_b[1:] or swapped == rest_b)


def _by_key(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for name in names:
        for key in {name, *_shorter(name)}:
            index[key] = (*index.get(key, ()), name)
    return index


@cache
def _names_by_key() -> dict[str, tuple[str, ...]]:
    return _by_key([name for name in dict.fromkeys((*COMMON_MALE, *COMMON_FEMALE)) if len(name) >= 5])


@cache
def _patronymics_by_key() -> dict[str, tuple[str, ...]]:
    return _by_key(_patronymics())


@cache
def _patronymics() -> tuple[str, ...]:
    """Of the common names, the commonest first."""
    return tuple(dict.fromkeys(form for name in COMMON_MALE for form in patronymics_from(name)))


def is_loose(word: str) -> bool:
    """Meant as a patronymic, but misspelt or colloquial."""
    folded = fold(word)
    return (
        is_loose_patronymic(folded)
        and not patronymic_gender(folded)
        and not entry_of(folded).patronymic
        and not surname_gender(folded)
    )
