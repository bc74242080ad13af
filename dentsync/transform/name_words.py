"""What one word of a name can be, by the lists and by its ending. Words are compared folded.

An ending decides only what it decides for nearly everybody: «Янсон» may be a given name.
"""

import re
from functools import lru_cache

from dentsync.transform.name_dictionary import Gender
from dentsync.transform.name_lists import (
    ASIAN,
    FEMALE,
    LATIN_FEMALE,
    LATIN_MALE,
    MALE,
    SHORT_BOTH,
    SHORT_FEMALE,
    SHORT_MALE,
)
from dentsync.transform.words import fold, listed

# Given names that end like surnames and stand in no list.
_LIKE_SURNAMES = listed("август августин айсина илиян кипрян магдалина никодимин саладин северин хосров")

TURKIC_SON = frozenset({"оглы", "оглу", "огли", "угли", "угл", "ўғли", "ўгли", "уғли", "улы", "ұлы"})
TURKIC_DAUGHTER = frozenset({"кызы", "қызы", "гызы", "кизи", "қизи"})
KYRGYZ_SON = "уулу"
_PATRONYMIC_M = re.compile(
    r"(?:[\w']{2,}(?:[оеєйі]ви|слави)ч|ильич|силыч|лукич|кузьмич|фомич|никитич|саввич|фокич|ионич|[\w']{3,}(?:оглы|оглу|угли|улы|ұлы))"
)
_PATRONYMIC_F = re.compile(
    r"(?:[\w']{2,}(?:[оеєії]в|слав)на|[\w']{2,}(?:инична|тична|вична|кична|нична)|[\w']{3,}(?:кызы|қызы|гызы|кизи))"
)
_SURNAME_M = re.compile(r"[\w']{2,}(?:ов|ев|єв|їв|ин|ын|ский|цкий|ской|цкой|ський|цький)")
_SURNAME_F = re.compile(r"[\w']{2,}(?:ова|ева|єва|їва|ина|ына|ская|цкая|ська|цька)")
_SURNAME = re.compile(r"[\w']{2,}(?:енко|чук|щук|юк|дзе|швили|янц|[а-я]ян|ых|зода|заде)")


def given_gender(word: str) -> Gender | None:
    """The gender of a listed given name (all parts of a hyphenated one; ``U`` for both), or ``None``."""
    if "-" in word:
        genders = {given_gender(part) for part in word.split("-")}
        return None if None in genders else genders.pop() if len(genders) == 1 else "U"
    if word in MALE:
        return "U" if word in FEMALE else "M"
    return "F" if word in FEMALE else None


def short_gender(word: str) -> Gender | None:
    """The gender of what somebody is called at home (Саша: ``U``), or ``None``."""
    if word in SHORT_BOTH:
        return "U"
    return "M" if word in SHORT_MALE else "F" if word in SHORT_FEMALE else None


def latin_gender(word: str) -> Gender | None:
    """The gender of a common given name in Latin letters, or ``None``."""
    if word in LATIN_MALE:
        return "U" if word in LATIN_FEMALE else "M"
    return "F" if word in LATIN_FEMALE else None


_SEX = {"м": "M", "муж": "M", "мужской": "M", "мужчина": "M", "m": "M", "male": "M", "1": "M"} | {
    "ж": "F", "жен": "F", "женский": "F", "женщина": "F", "f": "F", "female": "F", "2": "F",
}  # fmt: skip


def sex_of(text: str) -> Gender:
    """What the MIS says in its own column; ``U`` for an empty or unknown word."""
    found = _SEX.get(fold(text))
    return "M" if found == "M" else "F" if found == "F" else "U"


def patronymic_gender(word: str) -> Gender | None:
    """The gender that a patronymic tells, ``None`` for any other word. A male one may be a surname (Абрамович)."""
    last = word.rpartition(" ")[2]
    if last != word:
        return "M" if last in TURKIC_SON else "F" if last in TURKIC_DAUGHTER else None
    head, dash, tail = word.partition("-")
    if dash:  # Магомед-Расулович; Бонч-Бруевич is a surname
        return patronymic_gender(tail) if given_gender(head) or tail.startswith("оол") else None
    if _PATRONYMIC_F.fullmatch(word):
        return "F"
    return "M" if _PATRONYMIC_M.fullmatch(word) else None


def is_turkic(patronymic: str) -> bool:
    """«Рашид оглы», «Болаткызы»: no part of an address in Russian."""
    return patronymic.endswith((*TURKIC_SON, *TURKIC_DAUGHTER)) and patronymic_gender(patronymic) is not None


@lru_cache(maxsize=32768)
def surname_gender(word: str) -> Gender | None:
    """What the ending says when it can hardly be anything but a surname: the gender, ``U`` for both, or ``None``."""
    last = word.rpartition("-")[2].rpartition(" ")[2]
    if given_gender(word) or last in _LIKE_SURNAMES or patronymic_gender(last):
        return None
    if _SURNAME_M.fullmatch(last):
        return "M"
    if _SURNAME_F.fullmatch(last):
        return "F"
    return "U" if _SURNAME.fullmatch(last) else None


# Chinese as Russian writes it: «Сяо», «Лун», «Цзюнь».
_PALLADIUS = re.compile(
    "(?:[бпмфдтнлгкхжшсц]|цз|чж|ч)?(?:ай|эй|ао|оу|ань|энь|эн|ун|яо|юань|янь|инь|юн|уань|уан|унь|юй|юнь|юэ|ян)"
    "|сян|сюн|цзюнь|цзюй|хуа|цян|цюань|жуй|гуй|куй|суй|дуй|туй"
)


def is_asian(word: str) -> bool:
    """A syllable of a Chinese, Korean or Vietnamese name (or two, hyphened)."""
    return all(part in ASIAN or _PALLADIUS.fullmatch(part) is not None for part in word.split("-"))
