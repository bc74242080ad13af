"""Sums and counts: exact decimals from what 1C, Excel and people write."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_KOPECK = Decimal("0.01")
_CURRENCY = re.compile(r"\s*(?:руб(?:лей|ля|ль)?\.?|р\.?|₽|rub|rur)$", re.IGNORECASE)
_APOSTROPHE = r"(?<=\d)['’](?=\d{3}(?!\d))"
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:\.\d{3}){2,}")
_COMMAED = re.compile(r"\d{1,3}(?:,\d{3})+\.\d{1,2}|\d{1,3}(?:,\d{3}){2,}")
_EITHER_WAY = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")

_NOT_A_SUM = "не похоже на сумму: ожидается число вида 1 234,50"
_TWO_READINGS = "сумму можно прочесть двояко (12.345 — это 12345 или 12,345?): уберите разделитель тысяч"
_NOT_A_COUNT = "ожидается целое число"


@lru_cache(maxsize=32768)
def parse_money(text: str) -> Decimal:
    """A sum in roubles, to the kopeck (half up); parentheses or a minus make it negative. ValueError otherwise."""
    return _decimal(text).quantize(_KOPECK, ROUND_HALF_UP)


@lru_cache(maxsize=8192)
def parse_number(text: str) -> int:
    """A whole number; «5,00» is 5. ValueError for a fraction or anything else."""
    try:
        number = _decimal(text)
    except ValueError:
        raise ValueError(_NOT_A_COUNT) from None
    if number != number.to_integral_value():
        raise ValueError(_NOT_A_COUNT)
    return int(number)


def _decimal(text: str) -> Decimal:
    plain, negative = _unsigned(text)
    if _EITHER_WAY.fullmatch(plain):
        raise ValueError(_TWO_READINGS)
    if _PLAIN.fullmatch(plain) or _SPACED.fullmatch(plain):
        digits = plain.replace(" ", "").replace(",", ".")
    elif _DOTTED.fullmatch(plain):
        digits = plain.replace(".", "").replace(",", ".")
    elif _COMMAED.fullmatch(plain):
        digits = plain.replace(",", "")
    else:
        raise ValueError(_NOT_A_SUM)
    return -Decimal(digits) if negative else Decimal(digits)


def _unsigned(text: str) -> tuple[str, bool]:
    """The bare number and whether it is negative. NFKC makes every kind of space a plain one."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("₽").lstrip()
    plain = _CURRENCY.sub("", plain)
    if "'" in plain or "’" in plain:
        plain = re.sub(_APOSTROPHE, " ", plain)
    if plain.startswith("(") and plain.endswith(")"):
        return _CURRENCY.sub("", plain[1:-1].strip()), True
    if plain[:1] in ("-", "−", "–"):
        return plain[1:].lstrip(), True
    return plain.removeprefix("+"), False
