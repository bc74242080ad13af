"""Given names one slip of a finger away from a common one. Only ever a question to a person."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from dentsync.transform.name_dictionary import entry_of
from dentsync.transform.name_lists import COMMON_FEMALE, COMMON_MALE
from dentsync.transform.name_words import given_gender, is_asian, short_gender
from dentsync.transform.words import fold

_RUSSIAN_LETTERS = re.compile("[а-я]+")
_NO_DICTIONARY_NEEDED = 6  # letters of a name that a slip is more likely than another name of the dictionary


def corrected_given(word: str) -> tuple[str, ...]:
    """Common names one slip away from a word that is in no list, the commonest first. Only ever a question."""
    folded = fold(word)
    if not is_russian(folded) or len(folded) < 3 or given_gender(folded) or short_gender(folded) or is_asian(folded):
        return ()
    near = list(slips_of(folded, _common_names()))
    if any(len(name) < _NO_DICTIONARY_NEEDED for name in near) and entry_of(folded).given:
        near = [name for name in near if len(name) >= _NO_DICTIONARY_NEEDED]
    return tuple(name.title() for name in near)


def is_russian(folded: str) -> bool:
    """Whether a folded word is nothing but Russian letters."""
    return _RUSSIAN_LETTERS.fullmatch(folded) is not None


class Shelf:
    """Words, the commonest first, and where each is found that lost a letter."""

    def __init__(self, words: Iterable[str]) -> None:
        self.rank = {word: place for place, word in enumerate(dict.fromkeys(words))}
        self.by_key: dict[str, list[str]] = {}
        for word in self.rank:
            for key in {word, *_shorter(word)}:
                self.by_key.setdefault(key, []).append(word)


@lru_cache(maxsize=8192)
def slips_of(word: str, shelf: Shelf) -> tuple[str, ...]:
    """The words of a shelf from which this one is one slip away, the commonest first."""
    near = {found for key in (word, *_shorter(word)) for found in shelf.by_key.get(key, ()) if _is_slip(word, found)}
    return tuple(sorted(near, key=shelf.rank.__getitem__))


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _is_slip(a: str, b: str) -> bool:
    """One letter missing, extra, wrong, or two neighbours swapped."""
    if a == b:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if abs(len(a) - len(b)) == 1:
        return rest_a[1:] == rest_b or rest_b[1:] == rest_a
    swapped = rest_a[1:2] + rest_a[:1] + rest_a[2:]
    return len(a) == len(b) and (rest_a[1:] == rest_b[1:] or swapped == rest_b)


@cache
def _common_names() -> Shelf:
    return Shelf((*COMMON_MALE, *COMMON_FEMALE))
