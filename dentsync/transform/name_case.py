"""Letters and case of the words of a name. Every change leaves a flag in the set that is passed in."""

import re

from dentsync.transform.name_words import TURKIC_DAUGHTER, TURKIC_SON
from dentsync.transform.words import listed

_LOOKALIKE = str.maketrans("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_SAME_SHAPE = re.compile(r"[ABCEHKMOPTXYaceopxy.'-]+")
_KEPT_CASE = re.compile(r"(?:Мак|Мс|Mc|Mac|[ОO]'|Д'|D'|Ле|Ла|Де|Фиц)[А-ЯЁA-Z][а-яёa-z]+")
_PART = re.compile(r"[^-/]+")
_GLUED = re.compile(r"[а-яё][А-ЯЁ]|[a-z][A-Z]")
_CAPS_LOCK = re.compile(r"[а-яё][А-ЯЁ]+(?:-[а-яё][А-ЯЁ]+)?")
_PARTICLES = listed("фон ван дер ден де ди да дю дель ла ле эль аль бен ибн von van der de di da")


def in_one_script(word: str, name: str, flags: set[str]) -> str:
    """Latin letters that look Cyrillic become Cyrillic in a Cyrillic name; other mixtures are for a person."""
    if any(char.isdigit() for char in word):
        flags.add("digits")
    latin = "".join(_LATIN.findall(word))
    if not latin:
        return word
    if _CYRILLIC.search(word) is None and not (_CYRILLIC.search(name) and _SAME_SHAPE.fullmatch(word)):
        flags.add("translit" if _CYRILLIC.search(name) else "latin_name")
        return word
    flags.add("homoglyph")
    if _SAME_SHAPE.fullmatch(latin):
        return word.translate(_LOOKALIKE)
    flags.add("mixed_script")
    return word


def cased(words: list[str], flags: set[str]) -> list[str]:
    """Each word in title case, by its parts; a deliberate inner capital (МакДональд) and typed particles stay."""
    letters = "".join(word for word in words if len(word) > 2) or "".join(words)
    if letters.isupper() and len(letters) > 2:
        flags.add("all_caps")
    elif letters.islower():
        flags.add("all_lower")
    one_case = letters.isupper() or letters.islower()
    return [_title(word, one_case, flags) for word in words]


def _title(word: str, one_case: bool, flags: set[str]) -> str:
    lower = word.lower()
    if lower in TURKIC_SON | TURKIC_DAUGHTER | {"уулу"} or (lower == word and lower in _PARTICLES and not one_case):
        return lower
    if _KEPT_CASE.fullmatch(word):
        flags.add("mixed_case_ok")
        return word
    if _GLUED.search(word) and not _CAPS_LOCK.fullmatch(word):
        flags.add("glued")
        return word
    titled = _PART.sub(lambda part: _capital(part[0], one_case), word)
    if titled != word and not one_case:
        flags.add("odd_case")
    return titled


def _capital(part: str, one_case: bool) -> str:
    head, quote, tail = part.partition("'")
    if quote and head == head.lower() and len(head) == 1 and not one_case:  # д'Артаньян
        return head + quote + tail[:1].upper() + tail[1:].lower()
    if quote and len(head) == 1:
        return head.upper() + quote + tail[:1].upper() + tail[1:].lower()
    return part.lower() if part.lower() in TURKIC_SON | TURKIC_DAUGHTER else part[:1].upper() + part[1:].lower()


def joined(words: list[str], flags: set[str]) -> list[str]:
    """Particles join the word after them, Turkic endings the word before."""
    found: list[str] = []
    for word in words:
        head, dash, ending = word.rpartition("-")
        if dash and ending in TURKIC_SON | TURKIC_DAUGHTER:
            flags |= {"punctuation", "turkic_patronymic"}
            found.append(f"{head} {ending}")
        elif found and word in TURKIC_SON | TURKIC_DAUGHTER | {"уулу"}:
            found[-1] += " " + word
            flags.add("turkic_surname" if word == "уулу" else "turkic_patronymic")
        elif found and found[-1].rpartition(" ")[2] in _PARTICLES:
            found[-1] += " " + word
            flags.add("particle")
        else:
            found.append(word)
    if any("'" in word for word in found):
        flags.add("particle")
    return found
