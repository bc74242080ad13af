"""The text of a phone cell, made ready for the search for numbers.

Digits that belong to no number (dates, hours, extensions) are hidden behind private characters, so that nothing after
this can take them for digits; ``shown`` brings them back for the note. What Excel did to numbers is undone, or marked.
"""

import re
import unicodedata

from dentsync.transform.words import visible

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_HIDDEN = str.maketrans("0123456789", "\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009")
_SHOWN = {hidden: shown for shown, hidden in _HIDDEN.items()}
_EXT = "\ue010"  # stands before the hidden digits of an extension
_LOOSE = "\ue011"  # the same, where brackets or a comma may mean something else
_EMAIL = re.compile(r"\S+@\S+")
_DATE = re.compile(r"(?<![\d.])(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:19|20)\d\d(?![\d.])")
_CLOCK = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])")
_EXPONENT = re.compile(r"(?<![\d.,])(\d)[.,](\d+)E\+?(\d+)(?!\d)", re.IGNORECASE)
_FLOAT = re.compile(r"(?<!\d)(\d{10,12})[.,]0{1,2}(?![\d-])")
_EXTENSION = re.compile(
    r"(?<=[\d)])\s*,?\s*\(?\s*(доб(?:авочный)?|вн(?:утр(?:енний)?)?|ext|#|x)[.:]?\s*(\d{1,6})\s*\)?(?!\d)",
    re.IGNORECASE,
)
_LOOSE_EXTENSION = re.compile(r"(?<=\d)(?:\s*\((\d{1,5})\)|,(\d{1,5}))\s*$")
_MARKED = re.compile("([\ue010\ue011])([\ue000-\ue009]+)")


def typed(text: str) -> str:
    """The cell in plain characters. Line breaks stay: they divide numbers."""
    if not text.isascii():
        text = "№".join(unicodedata.normalize("NFKC", piece) for piece in text.split("№")).translate(_DASHES)
        text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    lines = text.splitlines()
    return "\n".join(map(visible, lines)).strip().removeprefix("'").removeprefix("tel:").strip()


def set_aside(text: str) -> tuple[str, set[str]]:
    """Hide the digits that belong to no number (dates, hours, extensions), undo what Excel did; flags of it."""
    flags: set[str] = set()
    text = _EMAIL.sub(" ", text)
    if _DATE.search(text):
        flags.add("date_in_phone")
    text = _CLOCK.sub(_hide, _DATE.sub(_hide, text))
    text, floats = _FLOAT.subn(r"\1", text)
    text = _EXPONENT.sub(_exact, text)
    if floats or "\ue012" in text:
        flags.add("excel_float")
    if "\ue013" in text:
        flags.add("excel_precision_lost")
    text = text.replace("\ue012", "").replace("\ue013", "")
    text = _EXTENSION.sub(_extension, text)
    return _LOOSE_EXTENSION.sub(_loose_extension, text), flags


def _hide(found: re.Match[str]) -> str:
    return found[0].translate(_HIDDEN)


def _exact(found: re.Match[str]) -> str:
    """Digits of a number in scientific notation when all of them are there; a mark when Excel rounded them off."""
    digits = found[1] + found[2]
    return "\ue012" + digits if len(digits) == int(found[3]) + 1 else "\ue013"


def _extension(found: re.Match[str]) -> str:
    before = sum(char.isdigit() for char in found.string[: found.start()])
    if found[1].casefold() in ("x", "#") and before < 10:
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
