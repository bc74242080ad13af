"""Phones and e-mail addresses as people type them into a CRM: what is the same, and how it may be written."""

import re
from typing import Literal

TypeId = Literal["PHONE", "EMAIL"]
"""What a number or an address is to every CRM here."""

_EXTENSION = re.compile(r"([;#,/\n]|\b(доб|вн|внутр|ext)\b).*$", re.DOTALL | re.IGNORECASE)
_ONE = re.compile(r"[\d\s\-–—.()+]+")
_GAP = r"[\s\-–—.()]{0,3}"
_RUSSIAN = re.compile(rf"(?<!\d)(?:\+?[78]{_GAP})?([3-9](?:{_GAP}\d){{9}})(?!\d)")


def phone_key(text: str) -> str:
    """Digits by which two spellings of a number are the same; the extension and words beside it do not count."""
    numbers = _russian(text)
    if numbers:
        return numbers[0]
    main = _EXTENSION.sub("", text)
    digits = re.sub(r"\D", "", main)
    if not main.strip().startswith("+") and len(digits) == 11 and digits.startswith("8"):
        return "7" + digits[1:]
    return digits


def phone_keys(text: str) -> frozenset[str]:
    """The same for every number in a text: people write two into one field."""
    return frozenset(_russian(text)) or frozenset({phone_key(text)})


def _russian(text: str) -> list[str]:
    """Russian numbers as eleven digits; people leave the country code out, or write +8 for 8."""
    # One number of another country is not to be cut to ten digits.
    if re.match(r"\s*\+[^78\s(]", text) or (_ONE.fullmatch(text) and 11 < sum(map(str.isdigit, text)) < 20):
        return []
    return ["7" + re.sub(r"\D", "", found) for found in _RUSSIAN.findall(text)]


def email_key(text: str) -> str:
    """Addresses are compared without case."""
    return text.strip().casefold()


def key_of(kind: TypeId, text: str) -> str:
    """What makes two values of a type the same."""
    return phone_key(text) if kind == "PHONE" else email_key(text)


def phone_shown(text: str) -> str:
    """A number of the CRM in E.164 where it is a Russian or an international one; else as it stands."""
    key = phone_key(text)
    if (len(key) == 11 and key.startswith("7")) or text.strip().startswith("+"):
        return f"+{key}"
    return text


def spellings(phone: str) -> list[str]:
    """How an E.164 number may be written in the CRM; at most 20, the most a look-up takes.

    The docs compare a number as a whole, the core of the product normalises it first; both find these.
    """
    digits = phone.removeprefix("+")
    if len(digits) != 11 or not digits.startswith("7"):
        return [phone, digits]
    area, rest = digits[1:4], digits[4:]
    dashed, plain = f"{rest[:3]}-{rest[3:5]}-{rest[5:]}", f"{area}{rest}"
    return [phone, digits, f"8{plain}", plain] + [
        form.format(code=code, area=area, dashed=dashed)
        for code in ("+7", "8")
        for form in (
            "{code} ({area}) {dashed}",
            "{code}({area}){dashed}",
            "{code} {area} {dashed}",
            "{code}-{area}-{dashed}",
        )
    ]
