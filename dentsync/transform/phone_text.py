"""The text of a phone cell, made ready for the search for numbers.

Digits that belong to no number (dates, hours, ages, cards, extensions) are hidden behind private characters, so that
nothing after this can take them for digits; ``shown`` brings them back for the note. What Excel did to numbers is
undone, or marked. What a form filled in by itself («+7(___)___-__-__») is taken out.
"""

import re
import unicodedata

from dentsync.transform.words import visible

_PLAIN = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict(zip("[]{}", "()()", strict=True)))
_HIDDEN = str.maketrans("0123456789", "\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009")
_SHOWN = {hidden: shown for shown, hidden in _HIDDEN.items()}
_EXT = "\ue010"  # stands before the hidden digits of an extension
_LOOSE = "\ue011"  # the same, where brackets or a comma may mean something else
_EXACT, _LOST = "\ue012", "\ue013"
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_EMAIL = re.compile(r"\S+@\S+")
_BLANK_FORM = re.compile(r"(?<![^\s,;/|])(?:\+?[78]?\s?\(_|\+?[78]\s?_)[_\s()-]*(?![^\s,;/|])")
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"(?<![\d./-])(?:{_DAY}([./-]){_MONTH}\1{_YEAR}|{_YEAR}-{_MONTH}-{_DAY}|(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.\d\d)"
    r"(?![./-]?\d)"
)
_CLOCK = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])")
_EXPONENT = re.compile(r"(?<![\d.,])(\d)[.,](\d+)E\+?(\d+)(?!\d)", re.IGNORECASE)
_FLOAT = re.compile(
    r"(?<!\d)(\d{10,12}|7\d(?:\s\d{3}){3}|[78][\s(-]{0,2}\d{3}[\s)-]{0,2}\d{3}[\s-]?\d\d[\s-]?\d\d)[.,]0{1,2}(?![\d-])"
)
# What a number of another kind is called. «Дом» is not among them: a telephone stands at home, too.
_OTHER = re.compile(
    r"(?<![^\W\d_])(?:(?:кв|квартира|каб|кабинет|оф|офис|корп|корпус|этаж|подъезд|подъ|палата|возраст|код)(?![^\W\d_])"
    r"[\s.:№#-]{0,3}\d[\d-]*"
    r"|(?:карт[аы]|медкарт[аы]|а/к|договор|дог|id|ид|л/с|сч[её]т)(?![^\W\d_])[\s.:№#-]{0,3}\d[\d-]*(?:\s\d{2,3}(?!\d))*"
    r"|(?:полис|паспорт|снилс|инн|омс|дмс)(?![^\W\d_])[\s.:№#-]{0,3}\d+(?:[\s-](?![78]\s|[78]?9\d{9})\d+)*)"
    r"|(?:тел(?:ефон)?|ном(?:ер)?|моб)[.\s№]{0,2}[1-4](?=[.:)]?\s+\+?[78](?:[\s()-]*\d){10})"
    r"|№\s?(?![78][\s(-])\d{1,2}(?![\d-])",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"(?<![\d-])(?:(?:19|20)\d\d(?=\s*г(?:\.|\b|од))|\d{1,3}(?=\s*(?:лет|год|мес|раз|нед|руб|%|этаж|подъезд|корпус|час(?!\w)|мин)))",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(?:(?<=\bдо\s)|(?<=\bпо\s)|(?<=\bпосле\s))(?:9|1\d|2[0-3])(?:-[0-5]\d)?(?!\d)", re.IGNORECASE)
_LISTED = re.compile(r"1[).]\s?[+(]?\d")
_ITEM = re.compile(r"(?:(?<=\s)|^)[1-4][).]\s?(?=[+(]?\d)", re.MULTILINE)
_EXTENSION = re.compile(
    r"(?<=[\d)])\s*,?\s*\(?\s*(доб(?:авочн(?:ый|ого))?|доп|вн(?:утр(?:енний)?)?|ext(?:ension)?|[#xх])[.:]?\s*"
    r"(?:(?:номер|ном|тел|№)[.:]?\s*)?(\d{1,6})\s*\)?(?!\d|-\d|\s\d\d[\s-]\d)",
    re.IGNORECASE,
)
_LOOSE_EXTENSION = re.compile(r"(?<=\d)(?:\s*\((\d{1,5})\)|,(\d{1,5}))\s*$")
_MARKED = re.compile("([\ue010\ue011])([\ue000-\ue009]+)")
_TOGETHER = re.compile(r"\d[\d ()-]*\d")
_WORD = re.compile(r"[^\W\d_]")


def typed(text: str) -> str:
    """The cell in plain characters. Line breaks stay: they divide numbers."""
    if "&" in text:
        from html import unescape  # rare: «+7&nbsp;916…» of a web form

        text = unescape(text)
    if not text.isascii():
        text = "№".join(unicodedata.normalize("NFKC", piece) for piece in text.split("№"))
        text = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text)
    lines = text.splitlines()
    plain = "\n".join(map(visible, lines)).translate(_PLAIN).strip()
    return plain.removeprefix("=").strip("'\"").removeprefix("tel:").strip()


def set_aside(text: str) -> tuple[str, set[str]]:
    """Hide the digits that belong to no number, undo what Excel did; the text, and flags of it."""
    flags: set[str] = set()
    worded = "№" in text or bool(_WORD.search(text))
    if worded:
        text = _OTHER.sub(_hide_other, text)
    if _is_one_number(text):
        return text, flags
    if "_" in text:
        text = _BLANK_FORM.sub(" ", text)
    if "@" in text:
        text = _EMAIL.sub(_hide, text)
    text, dates = _DATE.subn(_hide, text)
    if dates:
        flags.add("date_in_phone")
    if ":" in text:
        text = _CLOCK.sub(_hide, text)
    text = _unexcelled(text, flags)
    if _LISTED.match(text):
        text = _ITEM.sub("; ", text)
    if worded:
        text = _HOUR.sub(_hide, _MEASURE.sub(_hide, text))
        text = _EXTENSION.sub(_extension, text)
    elif "#" in text:
        text = _EXTENSION.sub(_extension, text)
    return _LOOSE_EXTENSION.sub(_loose_extension, text), flags


def _is_one_number(text: str) -> bool:
    """Whether ten or eleven digits stand together, and no other: then there is nothing to set aside."""
    found = _TOGETHER.search(text)
    if found is None or sum(map(str.isdigit, found[0])) not in (10, 11) or found[0].rfind("(") > 4:
        return False
    return not any(map(str.isdigit, text[: found.start()])) and not any(map(str.isdigit, text[found.end() :]))


def _unexcelled(text: str, flags: set[str]) -> str:
    text, floats = _FLOAT.subn(r"\1", text)
    if "E" in text or "e" in text:
        text = _EXPONENT.sub(_exact, text)
    if floats or _EXACT in text:
        flags.add("excel_float")
    if _LOST in text:
        flags.add("excel_precision_lost")
    return text.replace(_EXACT, "").replace(_LOST, "")


def _hide(found: re.Match[str]) -> str:
    return found[0].translate(_HIDDEN)


def _hide_other(found: re.Match[str]) -> str:
    """«карта 451234», but not «код 473 255-01-23»: that is the code of a city."""
    if found[0][:3].casefold() == "код":
        digits = _TOGETHER.search(found.string, found.start())
        if digits and sum(map(str.isdigit, digits[0])) in (10, 11):
            return found[0]
    return found[0].translate(_HIDDEN)


def _exact(found: re.Match[str]) -> str:
    """Digits of a number in scientific notation when all of them are there; a mark when Excel rounded them off."""
    digits = found[1] + found[2]
    return _EXACT + digits if len(digits) == int(found[3]) + 1 else _LOST


def _extension(found: re.Match[str]) -> str:
    before = sum(char.isdigit() for char in found.string[: found.start()])
    if found[1] in "xXхХ#" and before < 10:
        return found[0]
    return _EXT + found[2].translate(_HIDDEN) + " "


def _loose_extension(found: re.Match[str]) -> str:
    before = sum(char.isdigit() for char in found.string[: found.start()])
    return found[0] if before < 10 else _LOOSE + (found[1] or found[2]).translate(_HIDDEN)


def shown(text: str) -> str:
    """The text with its hidden digits, without the marks of extensions."""
    return _MARKED.sub(" ", text).translate(_SHOWN)


def extension_after(text: str) -> tuple[str, bool]:
    """The extension that the text begins with, "" for none, and whether it is certainly one."""
    found = _MARKED.match(text)
    return (found[2].translate(_SHOWN), found[1] == _EXT) if found else ("", False)
