"""СНИЛС and ИНН: a mistyped one is worse than none, and both carry check digits.

The rules: СНИЛС by the Pension Fund's (numbers above 001-001-998 have a check), ИНН by the Tax Service's, of a firm (10
digits) or of a person (12).
"""

import re

_APART = re.compile(r"[\s\-–]+")
_FIRST_CHECKED = 1_001_998
_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def check_snils(value: str, _text: str = "") -> None:
    """ValueError, in Russian, unless it is eleven digits (apart from spaces and hyphens) with the right check."""
    digits = _digits(value, (11,), "в СНИЛС одиннадцать цифр")
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True))
    if int(digits[:9]) > _FIRST_CHECKED and total % 101 % 100 != int(digits[9:]):
        raise ValueError("контрольное число СНИЛС не сходится")


def check_inn(value: str, _text: str = "") -> None:
    """ValueError, in Russian, unless it is ten or twelve digits with the right checks."""
    digits = _digits(value, (10, 12), "в ИНН десять или двенадцать цифр")
    checked = (9,) if len(digits) == 10 else (10, 11)
    if any(_inn_check(digits[:place]) != int(digits[place]) for place in checked):
        raise ValueError("контрольное число ИНН не сходится")


def _inn_check(digits: str) -> int:
    weights = _WEIGHTS[-len(digits) :]
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10


def _digits(value: str, lengths: tuple[int, ...], reason: str) -> str:
    digits = _APART.sub("", value)
    if not (digits.isascii() and digits.isdigit() and len(digits) in lengths):
        raise ValueError(reason)
    return digits
