"""Case of the words of a name, and which of them belong together. Every change leaves a code in the set passed in."""

import re
from itertools import pairwise

from dentsync.transform.name_odds import odds_of
from dentsync.transform.name_placeholders import PLACEHOLDERS
from dentsync.transform.name_words import KYRGYZ_SON, TURKIC_DAUGHTER, TURKIC_SON, patronymic_gender
from dentsync.transform.words import fold, listed

_KEPT_CASE = re.compile(r"(?:Мак|Мс|Mc|Mac|[ОO]'|Д'|D'|Ле|Ла|Де|Ди|Дю|Фиц)[А-ЯЁA-Z][а-яёa-z]+")
_PART = re.compile(r"[^-/]+")
_GLUED = re.compile(r"(?<=[а-яё])(?=[А-ЯЁ])|(?<=[a-z])(?=[A-Z])")
_CAPS_LOCK = re.compile(r"[а-яё][А-ЯЁ]+(?:-[а-яёА-ЯЁ][А-ЯЁ]+)?|[А-ЯЁ]{2,}-[а-яё][А-ЯЁ]+")
PARTICLES = listed("фон ван дер ден де ди да дю дель ла ле эль аль бен ибн von van der de di da del la le")
_ARTICLES = listed("дер ден der den")  # what stands before one is no name: «ван дер Меер»
_SECOND_HALVES = listed("заде зода оол")
_ALWAYS_SMALL = listed("фон дер ден дель von")  # the others are names of people, too: Ван, Ле, Да
ENDINGS = TURKIC_SON | TURKIC_DAUGHTER | {KYRGYZ_SON}


def cased(words: list[str], codes: set[str]) -> list[str]:
    """Each word in title case, by its parts; a deliberate inner capital (МакДональд) and typed particles stay."""
    letters = "".join(word for word in words if len(word) > 2) or "".join(words)
    if letters.isupper() and len(letters) > 2:
        codes.add("all_caps")
    elif letters.islower():
        codes.add("all_lower")
    one_case = letters.isupper() or letters.islower()
    articled = [word for word, after in pairwise(words) if after.lower() in _ARTICLES]
    return [
        part
        for word in words
        for part in ([word.lower()] if one_case and word in articled else _titled(word, codes, one_case=one_case))
    ]


def _titled(word: str, codes: set[str], *, one_case: bool) -> list[str]:
    lower = word.lower()
    if lower in ENDINGS:
        codes |= set() if one_case or word == lower else {"odd_case"}
        return [lower]
    if lower in PARTICLES and lower == word and not one_case:
        return [lower]
    if one_case and lower in _ALWAYS_SMALL:
        return [lower]
    if lower == word and word in PLACEHOLDERS:
        return [word]
    if _KEPT_CASE.fullmatch(word):
        codes |= set() if "'" in word else {"mixed_case_ok"}
        return [word]
    pieces = _GLUED.split(word)
    if len(pieces) > 1 and all(len(piece) > 2 for piece in pieces) and not _CAPS_LOCK.fullmatch(word):
        codes.add("glued")
        return [piece for part in pieces for piece in _titled(part, codes, one_case=one_case)]
    if not one_case and _is_broken(word):
        codes.add("typo_suspect")
        return [word.replace("-", "").capitalize()]
    titled = _PART.sub(lambda part: _capital(part[0], one_case), word)
    if titled != word and not one_case:
        codes.add("odd_case")
    return [titled]


def capitalised(part: str) -> str:
    """With a capital; letters that have none stay: «ß»."""
    first = part[:1].upper()
    return (first if len(first) == 1 else part[:1]) + part[1:].lower()


def _is_broken(word: str) -> bool:
    """«Моро-зов», from the end of somebody's line."""
    head, dash, tail = word.partition("-")
    if not (dash and head.istitle() and tail.islower() and tail.isalpha()) or tail in ENDINGS | _SECOND_HALVES:
        return False
    if odds_of(tail).known:
        return False
    return odds_of(fold(head + tail)).known


def _capital(part: str, one_case: bool) -> str:
    head, quote, tail = part.partition("'")
    if quote and head == head.lower() and len(head) == 1 and not one_case:  # д'Артаньян
        return head + quote + capitalised(tail)
    if quote and len(head) == 1:
        return head.upper() + quote + capitalised(tail)
    return part.lower() if part.lower() in ENDINGS | _SECOND_HALVES else capitalised(part)


def joined(words: list[str], codes: set[str]) -> list[str]:
    """Particles join the word after them, Turkic endings the word before."""
    found: list[str] = []
    fathers = any(patronymic_gender(fold(word)) for word in words if "-" not in word)
    for word in words:
        head, dash, ending = word.rpartition("-")
        if dash and found and ending in TURKIC_SON | TURKIC_DAUGHTER and not fathers:
            codes |= {"punctuation", "turkic_patronymic"}
            found.append(f"{head} {ending}")
        elif found and word in ENDINGS:
            found[-1] += " " + word
            codes.add("turkic_surname" if word == KYRGYZ_SON else "turkic_patronymic")
        elif found and found[-1].rpartition(" ")[2] in PARTICLES:
            found[-1] += " " + word
            codes.add("particle")
        else:
            found.append(word)
    lost = found and (found[-1].rpartition(" ")[2] in PARTICLES or found[0] in ENDINGS)
    if lost or not PARTICLES.isdisjoint(found):
        codes.add("ambiguous")  # nothing there that it belongs to
    if any("'" in word for word in found):
        codes.add("particle")
    return found
