"""What programs between the MIS and us did to a cell: put right where that is exact, named where it is not."""

import re

from dentsync.model import NO_VALUE, FieldType
from dentsync.transform.garble import is_garbled

REPAIRED = "буквы были в неверной кодировке и восстановлены"
GARBLED = "буквы в неверной кодировке"
_NO_VALUE = "в ячейке формула без значения: откройте книгу в Excel и сохраните её"
_NARROW = "столбец был слишком узким, и Excel записал решётки вместо значения: выгрузите заново"
_BECAME_A_DATE = "Excel принял номер за дату: выгрузите столбец как текст"
_LOST_DIGITS = "Excel потерял цифры номера: выгрузите столбец как текст"

# Texts, not compiled: hardly a cell has what these are asked about.
_KEPT_AS_TEXT = r'="([^"]*)"|\'(\+?\d[\d ()-]*)'
_HASHES = r"\s*#{3,}\s*"
_MONTH = "янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE_OF_EXCEL = (
    rf"(?i)\d\d?[.\- ](?:{_MONTH})[а-яa-z]*\.?|(?:{_MONTH})[а-яa-z]*[.\- ]\d\d(?:\d\d)?"
    r"|\d\d\.\d\d\.(?:19|20)\d\d(?: 0?0:00(?::00)?)?"
)
_SCIENTIFIC = r"(?i)(\d)(?:[.,](\d+)E\+?|E\+)(\d{1,2})"


def unwrapped(text: str) -> str:
    """The cell without what made Excel keep it as a text: ``="00123"`` and ``'00123``."""
    if text[:1] not in "='" or not text:
        return text
    match = re.fullmatch(_KEPT_AS_TEXT, text.strip())
    return (match[1] or match[2] or "") if match else text


def damage_of(text: str, kind: FieldType) -> str:
    """Why the cell does not say any more what it said in the MIS, or nothing."""
    if is_garbled(text):
        return GARBLED
    if "#" in text:
        if NO_VALUE in text:
            return _NO_VALUE
        if re.fullmatch(_HASHES, text):
            return _NARROW
    if kind is FieldType.ID and not text.isdecimal() and re.fullmatch(_DATE_OF_EXCEL, text.strip()):
        return _BECAME_A_DATE
    return ""


def all_digits(text: str) -> str:
    """A number in Excel's scientific spelling with its digits, all other text as it is.

    ValueError where the spelling has fewer digits than the number had: «7,91656E+10» may be any of a million.
    """
    match = None if text.isdecimal() else re.fullmatch(_SCIENTIFIC, text)
    if not match:
        return text
    digits, exponent = match[2] or "", int(match[3])
    if len(digits) < exponent or digits[exponent:].strip("0"):
        raise ValueError(_LOST_DIGITS)
    return match[1] + digits[:exponent]
