"""Names in the wrong letters: another keyboard layout, another encoding, look-alikes, digits for letters.

A guess is made only where it is a name that the lists or the dictionary know, and the text as it stands is none.
"""

import re
from collections.abc import Sequence

from dentsync.transform.garble import is_garbled
from dentsync.transform.name_dictionary import entry_of
from dentsync.transform.name_odds import odds_of
from dentsync.transform.name_words import latin_gender, patronymic_gender
from dentsync.transform.words import fold

# ── what a word looks like ────────────────────────────────────────────────────────────────────

_CYRILLIC_WORD = re.compile("[\u0400-\u052f]+(?:[-'][\u0400-\u052f]+)*")
LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]")
CYRILLIC = re.compile(r"[\u0400-\u052f]")


def is_name_word(word: str) -> bool:
    """A word that is known as a given name, a surname or a patronymic."""
    odds = odds_of(fold(word))
    return odds.known and max(odds.given, odds.surname + 1.0, odds.patronymic) > -3.0


def _is_given(word: str) -> bool:
    odds = odds_of(fold(word))
    return odds.listed or odds.patronymic > -1.0


# ── keyboard layout ───────────────────────────────────────────────────────────────────────────

_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_LETTERS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_SHIFTED = '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_TO_CYRILLIC = str.maketrans(_KEYS + _SHIFTED, _LETTERS + _LETTERS.upper())
_TO_LATIN = str.maketrans(_LETTERS + _LETTERS.upper(), _KEYS + _SHIFTED)
_ON_KEYS = re.compile(r"[A-Za-z`\[\];',.~{}:\"<>-]+")


def typed_in_cyrillic(text: str) -> str | None:
    """«Bdfyjd Bdfy» with the Russian layout on: «Иванов Иван». ``None`` where that makes no names of Latin words."""
    words = text.split()
    latin = [word for word in words if _ON_KEYS.fullmatch(word) and len(LATIN.findall(word)) >= 2]
    if not latin or any(latin_gender(fold(word)) for word in latin):
        return None
    guess = {word: word.translate(_TO_CYRILLIC) for word in latin}
    known = [is_name_word(word) for word in guess.values() if _CYRILLIC_WORD.fullmatch(word)]
    if not (len(known) == len(guess) and any(map(_is_given, guess.values())) and sum(known) * 3 >= 2 * len(known)):
        return None
    return " ".join(guess.get(word, word) for word in words)


def may_be_typed(words: Sequence[str]) -> bool:
    """Whether Latin words without a given name would have a name among them in the other layout: «Fcvjkjd»."""
    if any(latin_gender(part) for word in words for part in fold(word).split("-")):
        return False
    return any(is_name_word(word.translate(_TO_CYRILLIC)) for word in words)


def typed_in_latin(text: str) -> str | None:
    """«Ыьшер Ощрт» with the English layout on: «Smith John»."""
    words = text.split()
    if not all(_CYRILLIC_WORD.fullmatch(word) for word in words) or any(map(is_name_word, words)):
        return None
    guess = [word.translate(_TO_LATIN) for word in words]
    known = all(word.isalpha() for word in guess) and any(latin_gender(fold(word)) for word in guess)
    return " ".join(guess) if known and len(guess) in (2, 3) else None


# ── encoding ──────────────────────────────────────────────────────────────────────────────────

_READ_AS = (
    ("cp1251", "utf-8"), ("latin-1", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "cp1251"), ("cp1252", "cp1251"),
    ("cp1251", "koi8-r"), ("koi8-r", "cp1251"), ("cp1251", "cp866"), ("cp866", "cp1251"), ("latin-1", "cp866"),
    ("latin-1", "koi8-r"), ("cp866", "utf-8"), ("cp437", "cp866"), ("koi8-r", "utf-8"),
)  # fmt: skip
_LOST = re.compile("\ufffd|\\?{2,}|(?<=\\w)\\?(?=\\w)")


def recoded(text: str) -> str | None:
    """The text that was read in a wrong encoding, if that makes a name of it. ``None`` otherwise."""
    guesses = {guess for wrong, right in _READ_AS if (guess := _as(text, wrong, right))}
    good = [guess for guess in guesses if _is_plain_name(guess)]
    return good[0] if len(good) == 1 else None


def _as(text: str, wrong: str, right: str) -> str | None:
    try:
        return " ".join(text.encode(wrong).decode(right).split())
    except UnicodeError:
        return None


def _is_plain_name(text: str) -> bool:
    words = text.split()
    cyrillic = all(_CYRILLIC_WORD.fullmatch(word) for word in words) and not any(map(_is_mixed_case, words))
    return 2 <= len(words) <= 4 and cyrillic and any(map(_is_given, words))


def _is_mixed_case(word: str) -> bool:
    return not (word.istitle() or word.isupper() or word.islower() or "-" in word)


def is_lost(text: str) -> bool:
    """Letters are gone, or stand for others in a way that nobody can undo."""
    if _LOST.search(text):
        return True
    return is_garbled(text) and not any(_CYRILLIC_WORD.fullmatch(word) and is_name_word(word) for word in text.split())


# ── digits and look-alikes ────────────────────────────────────────────────────────────────────

_DIGITS = tuple(str.maketrans("03146", letters) for letters in ("озичб", "озлчб", "оеичб", "оэичб"))
_LOOKALIKE = str.maketrans("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху")
_LIKE_LATIN = str.maketrans("АВСЕНКМОРТХУасеорхукнтмві", "ABCEHKMOPTXYaceopxykhtmbi")
SAME_SHAPE = re.compile(r"[ABCEHKMOPTXYaceopxy.'-]+")


def with_letters_for_digits(word: str) -> str | None:
    """«Иван0ва» with letters, if that is a name."""
    for table in _DIGITS:
        guess = word.lower().translate(table)
        if guess.isalpha() and _is_in_dictionary(guess):
            return guess.title() if word[:1].isupper() or word[:1].isdigit() else guess
    plain = word.strip("0123456789")
    return plain if plain.isalpha() and _is_in_dictionary(plain.lower()) else None


def _is_in_dictionary(word: str) -> bool:
    entry = entry_of(fold(word))
    return odds_of(fold(word)).listed or bool(entry.given or entry.surname or entry.patronymic)


def in_one_script(word: str, name: str) -> tuple[str, str]:
    """The word in one script, and what was done: ``homoglyph``, ``mixed_script``, or "" for nothing."""
    latin = "".join(LATIN.findall(word))
    if not latin:
        return word, ""
    cyrillic = "".join(CYRILLIC.findall(word))
    if not cyrillic:
        alike = CYRILLIC.search(name) is not None and SAME_SHAPE.fullmatch(word) is not None
        return (word.translate(_LOOKALIKE), "homoglyph") if alike else (word, "")
    if SAME_SHAPE.fullmatch(latin):
        return word.translate(_LOOKALIKE), "homoglyph"
    back = word.translate(_LIKE_LATIN)
    return (back, "homoglyph") if CYRILLIC.search(back) is None else (word, "mixed_script")


def is_sure_name(text: str) -> bool:
    """Whether a patronymic of a known name confirms a guess."""
    folded = [fold(word) for word in text.split()]
    return len(folded) >= 3 and any(patronymic_gender(word) and odds_of(word).patronymic > -1.0 for word in folded)
