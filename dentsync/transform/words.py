"""Words of people: folding, empty words, flags and statuses.

Everything is compared as a whole folded phrase. A substring never decides: «не пришел» contains «пришел».
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from dentsync.model import FieldType, Status

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
_MIDNIGHT = r"(?:\s*0?0:00(?::00)?(?:[.,]0+)?)?"
_EMPTY_DATE = re.compile(
    rf"(?:0?1\.0?1\.0001|00\.00\.0000|0?1\.0?1\.1753|0?1\.0?1\.1900|3[01]\.12\.1899"
    rf"|0001-01-01|0000-00-00|1753-01-01|1900-01-01|1899-12-3[01])t?{_MIDNIGHT}"
)


def listed(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())


_ANYWHERE = listed(
    """- -- --- – — − null <null> (null) н/д н/у n/a #н/д #n/a #знач #value #ссылка #ref #дел/0 #div/0 #имя #name #число
    #num #пусто #null <пусто> (пусто) <>"""
) | {
    "не указан", "не указана", "не указано", "не указаны", "нет данных", "не задан", "не задано", "<не указан>",
    "не заполнен", "не заполнена", "не заполнено",
}  # fmt: skip
_NO_TEXT = frozenset({"нет", "отсутствует", "none", "nan"})
_NO_NUMBER = frozenset({"нет", "отсутствует", "none", "nan", "неизвестно", "неизвестен"})

EMPTY: Mapping[FieldType, frozenset[str]] = {
    # «None» and «NaN» may be somebody's text; «нет» in a text column says that there is nothing to say.
    FieldType.NAME: _ANYWHERE,
    FieldType.TEXT: _ANYWHERE | {"нет"},
    FieldType.PHONES: _ANYWHERE | _NO_NUMBER | {"б/н", "нет телефона", "без телефона", "телефона нет"},
    FieldType.ID: _ANYWHERE | _NO_TEXT | {"б/н"},
    FieldType.DATE: _ANYWHERE | _NO_NUMBER,
    FieldType.TIME: _ANYWHERE | _NO_NUMBER,
    FieldType.DATETIME: _ANYWHERE | _NO_NUMBER,
    FieldType.MONEY: _ANYWHERE | _NO_NUMBER,
    FieldType.NUMBER: _ANYWHERE | _NO_NUMBER,
    # A hyphen is the opposite of a plus here, and «нет» is an answer.
    FieldType.FLAG: (_ANYWHERE - {"-", "−"}) | {"неизвестно", "none", "nan"},
    FieldType.STATUS: _ANYWHERE | _NO_TEXT,
}
"""Folded words that mean "nothing here", by the type of the field: «нет» is no phone, but it is a flag."""

_YES = listed("да истина true yes y 1 + v x х есть on вкл ✓ ✔ ☑ √")
_NO = listed("нет ложь false no n 0 - − off выкл")


def visible(text: str) -> str:
    """The text in NFC, without invisible characters, all white space collapsed to single spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return _CONTROL.sub(" ", plain).strip()


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """The text as it is compared: NFKC, no case, е for ё, single spaces, no punctuation at the end."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("ё", "е")
    return _CONTROL.sub(" ", plain).strip().rstrip(".,;:!?* ")


def is_among(name: str | None, names: Iterable[str]) -> bool:
    """Whether a name is one of these, as people and CRMs compare names."""
    return fold(name or "") in map(fold, names)


def is_empty(text: str, kind: FieldType) -> bool:
    """Whether the cell says "nothing", in the words that its type of field uses for it."""
    if not text or text.isspace():
        return True
    if text[0].isdecimal():
        return _is_empty_number(text, kind)
    if len(text) > 24:  # longer than any of the words
        return False
    folded = fold(text)
    return folded in EMPTY[kind] or (kind is FieldType.PHONES and not folded)


def _is_empty_number(text: str, kind: FieldType) -> bool:
    match kind:
        case FieldType.DATE | FieldType.TIME | FieldType.DATETIME if text[0] in "013":
            folded = fold(text)
            return folded == "0" or _EMPTY_DATE.fullmatch(folded) is not None
        case FieldType.ID if text[0] == "0":
            return not text.strip("0-. ")  # the empty GUID of 1C included
        case FieldType.PHONES:
            return text.strip() == "0"
    return False


def flag(text: str) -> bool | None:
    """A yes or a no; ``None`` for an empty word. ValueError for anything else: unknown is not "no"."""
    if is_empty(text, FieldType.FLAG):
        return None
    folded = fold(text)
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise ValueError("не понять, да или нет: ожидается Да/Нет, 1/0 или +/-")


_REFUSES = {"отказ", "отказался", "отказалась", "не согласен", "не согласна", "запрещено", "не отправлять"}
_AGREES = {"согласие", "согласен", "согласна", "есть согласие", "разрешено", "можно отправлять"}


def opt_out(text: str, *, inverted: bool) -> bool | None:
    """Whether somebody wants no messages. ``inverted``: the column asks for consent, so its «Да» is a no.

    «Отказ» and «Согласен» mean the same in both columns. ``None`` for an empty word; ValueError for anything else.
    """
    folded = fold(text)
    if folded in _REFUSES or folded in _AGREES:
        return folded in _REFUSES
    answer = flag(text)
    return answer if answer is None else answer is not inverted


def status(text: str, words: Mapping[str, Status]) -> Status:
    """The status of an appointment by its whole folded phrase, or by our own name of it («booked»).

    ``words`` are keyed by folded phrases. ValueError for an unknown one.
    """
    folded = fold(text)
    found = words.get(folded)
    if found is not None:
        return found
    if folded in _OWN_NAMES:
        return Status(folded)
    # The word itself stays out of the reason: in a shifted row it is a patient's name.
    raise ValueError("неизвестный статус: добавьте его в statuses этой выгрузки")


_OWN_NAMES = frozenset(item.value for item in Status)
