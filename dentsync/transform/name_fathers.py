"""Patronymics: what comes from which name, what is colloquial, misspelt or bent. Words are compared folded."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from dentsync.transform.name_dictionary import entry_of
from dentsync.transform.name_lists import COMMON_MALE, MALE
from dentsync.transform.name_spelling import Shelf, is_russian, slips_of
from dentsync.transform.name_words import given_gender, is_turkic, patronymic_gender, surname_gender
from dentsync.transform.words import fold, listed

# ── from a name ───────────────────────────────────────────────────────────────────────────────

_IRREGULAR: Mapping[str, str] = {
    "павел": "павло", "лев": "льво", "петр": "петро", "яков": "яковле", "михаил": "михайло", "анатоль": "анатолье",
}  # fmt: skip
_SHORT_ENDINGS = listed("илья никита лука фома кузьма савва фока иона")


def patronymics_from(name: str) -> tuple[str, ...]:
    """The patronymics of both genders that come from a male given name; several spellings where several are right."""
    if name in _SHORT_ENDINGS:
        stem = name[:-1]
        return (f"{stem}ич", f"{stem}инична", f"{stem}ична")
    regular = tuple(stem + end for stem in _stems(name) for end in ("вич", "вна"))
    return (*regular, f"{name}ич", f"{name}на") if name.endswith("слав") else regular


def _stems(name: str) -> tuple[str, ...]:
    if name in _IRREGULAR:
        return (_IRREGULAR[name],)
    match name[-1]:
        case "й" if name.endswith("ий"):
            return (name[:-2] + "ье", name[:-2] + "ие")
        case "й" | "ь":
            return (name[:-1] + "е",)
        case "а" | "я":
            return (name[:-1] + "о", name + "е")
        case "о":
            return (name[:-1] + "о",)
        case "и" | "у" | "э" | "е" | "ю" | "ы":
            return (name + "е",)
        case "ж" | "ч" | "ш" | "щ" | "ц":
            return (name + "е", name + "о")
    return (name + "о",)


@cache
def _listed() -> frozenset[str]:
    return frozenset(form for name in MALE - _SELDOM_FATHERS for form in patronymics_from(name))


@cache
def _common() -> Shelf:
    return Shelf(form for name in COMMON_MALE for form in patronymics_from(name))


# Names of other countries whose sons' patronymics are slips of ours where they are met: «Перович».
_SELDOM_FATHERS = listed(
    "алексий андрэ антонио гиорги женис масим матье матфей михал надим паоло педро пер пьетро светослав сергий эван"
)


def is_of_listed_name(patronymic: str) -> bool:
    """Whether a patronymic comes, well spelt, from a given name of the lists: Минзагитович does, Матусевич does not."""
    return patronymic in _listed()


# ── how it is spelt ───────────────────────────────────────────────────────────────────────────

_LOOSE = re.compile(r"[\w']{2,}(?:еич|[аоеиы]в[иы]ч|ыч|[оеа]вна|ишна|[ао]лна|[ао]нна)")
_BENT = re.compile(r"[\w']{3,}(?:[оеиь]вич(?:а|у|ем|е)|[ьч]ич(?:а|у|ем|е)|[ое]вн(?:ы|е|у|ой|ою)|ичн(?:ы|е|у|ой))")
_SOFT = "рлжцчшщьйаеёиоуыэюяіїє"  # what may stand before -евич, -евна
_BEFORE_SOFT = re.compile(rf"(?:[{_SOFT}]|яковл)[еє]в(?:ич|на)$")
_VOWEL_BEFORE_HARD = re.compile(r"[аеёиуыэюяьй]ов(?:ич|на)$")
_SHORTENED = (
    ("ьевич", ("ьич", "ич")), ("иевич", ("ич",)), ("еевич", ("еич",)), ("аевич", ("аич",)), ("ович", ("ыч",)),
    ("ановна", ("анна",)), ("инична", ("инишна",)), ("тична", ("тишна",)), ("овна", ("на",)),
)  # fmt: skip


def is_loose_patronymic(word: str) -> bool:
    """Colloquial or misspelt (Сергеич, Иванавич, Викторвна): meant as a patronymic, but not one to write down."""
    if given_gender(word) is not None:
        return False
    return _LOOSE.fullmatch(word) is not None or word in _colloquial() or bool(_slips(word))


def is_bent_patronymic(word: str) -> bool:
    """«Сергеевичу»: in another case."""
    return _BENT.fullmatch(word) is not None and given_gender(word) is None


def is_misspelt_patronymic(word: str) -> bool:
    """«Сергевна»: the ending does not fit the letter before it."""
    if word.endswith(("евич", "евна", "євич", "євна")):
        return _BEFORE_SOFT.search(word) is None
    return _VOWEL_BEFORE_HARD.search(word) is not None and not word.endswith(("йович", "йовна"))


def is_loose(word: str) -> bool:
    """Meant as a patronymic, but misspelt or colloquial."""
    folded = fold(word)
    return (
        is_loose_patronymic(folded)
        and not patronymic_gender(folded)
        and not entry_of(folded).patronymic
        and not surname_gender(folded)
    )


def corrected_patronymic(word: str) -> tuple[str, ...]:
    """Patronymics of common names one slip away from one that the dictionary does not know, or knows as wrong."""
    folded = fold(word)
    if not is_russian(folded) or is_turkic(folded):
        return ()
    if is_of_listed_name(folded) and not is_misspelt_patronymic(folded):
        return ()
    found = (*_colloquial().get(folded, ()), *_slips(folded))
    return tuple(name.title() for name in dict.fromkeys(found))


def _slips(word: str) -> tuple[str, ...]:
    """Shorter ones have too many neighbours: «Ильин» is one slip from «Ильич»."""
    return slips_of(word, _common()) if len(word) >= 6 else ()


@cache
def _colloquial() -> Mapping[str, tuple[str, ...]]:
    """«Сергеич», «Иваныч», «Юрич», «Никитишна», and what each stands for."""
    found: dict[str, tuple[str, ...]] = {
        "палыч": ("павлович",), "пална": ("павловна",), "михалыч": ("михайлович",), "михална": ("михайловна",),
    }  # fmt: skip
    for full in _common().rank:
        for short in _shortened(full):
            found[short] = (*found.get(short, ()), full)
    return {short: full for short, full in found.items() if short not in _listed() and given_gender(short) is None}


def _shortened(full: str) -> Iterator[str]:
    for ending, shorter in _SHORTENED:
        if full.endswith(ending):
            yield from (full.removesuffix(ending) + end for end in shorter)
            return
