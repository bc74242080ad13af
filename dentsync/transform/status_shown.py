"""Whether a cell of a status column may be shown: a column that has shifted holds names, numbers and remarks."""

import re

from dentsync.transform.masks import masked
from dentsync.transform.name_words import given_gender, patronymic_gender, surname_gender
from dentsync.transform.status_words import NOT, SMALL, TELLING, WORD, KnownWords
from dentsync.transform.words import fold, listed, visible

LONGEST = 48
MOST_WORDS = 7

_PHRASE = re.compile(r"[^\W\d_]+(?:[ ,./()«»\"'-]+[^\W\d_]+)*[.!?)»\"]*")
_INITIALS = re.compile(r"\b[А-ЯЁ]\.")
# Some of them end like surnames.
_ORDINARY = listed(
    """готов готова готово здоров здорова вызов долг бронь резерв закрыт закрыта закрыто открыт открыта черновик архив
    явка опоздание отказ отказы смс звонок снимок"""
)


def shown(text: str, known: KnownWords) -> str:
    """The word as it stands, or only its shape where it may be a person, a number or a remark."""
    plain = visible(text)
    return plain if looks_like_status(plain, known) else masked(plain)


def looks_like_status(text: str, known: KnownWords) -> bool:
    """Whether a text has the form of a status word and nothing of a name."""
    words = WORD.findall(fold(text))
    if not (2 < len(text) <= LONGEST and len(words) <= MOST_WORDS and _PHRASE.fullmatch(text)):
        return False
    if _INITIALS.search(text) or any(patronymic_gender(word) or given_gender(word) for word in words):
        return False
    strange = [word for word in words if not (known.knows(word) or word in SMALL | NOT | _ORDINARY)]
    named = any(surname_gender(word) for word in strange) or _is_capitalised_inside(text, strange)
    return not named and not _is_titled(text, strange)


def _is_capitalised_inside(text: str, strange: list[str]) -> bool:
    """«Позвонить Марии»: whatever the case, a capital in the middle is a name."""
    inside = [word for word in WORD.findall(text)[1:] if word[0].isupper()]
    return not text.isupper() and any(fold(word) in strange for word in inside)


def _is_titled(text: str, strange: list[str]) -> bool:
    """«Ким» or «Цой Виолетта»: nothing but capitalised words that are in no known phrase and tell of nothing."""
    words = WORD.findall(text)
    titled = all(word[0].isupper() for word in words)
    return titled and len(strange) == len(words) <= 3 and not any(TELLING.search(word) for word in strange)
