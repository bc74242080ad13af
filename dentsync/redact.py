"""One redactor before every sink: the terminal's errors, logs, reports, alerts, bug reports.

It takes out what can be recognised: secrets that were registered, webhooks, credentials, e-mail addresses and phone
numbers in any spelling. Names cannot be recognised: they are kept out by construction. What is shown on purpose (values
on a terminal, ``whois``, plans, the workbook of rejects) does not pass through here.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

MASK = "***"
SHORTEST = 4
"""A registered secret with fewer characters would take ordinary text apart."""


class Redactor:
    """``redact(text)``; ``redact.register(secret)`` for what cannot be told by its looks. Redacting twice is once."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def register(self, secret: str) -> None:
        """Never show this value again, nor what gives it away: of an address also its path and its parts."""
        pieces = {form for piece in _pieces(secret.strip()) for form in _forms(piece)}
        self._secrets |= {piece for piece in pieces if len(piece.replace("*", "")) >= SHORTEST}
        if self._secrets:
            longest_first = sorted(self._secrets, key=lambda piece: (-len(piece), piece))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """The text without secrets, phone numbers and e-mail addresses."""
        while (shown := self._once(text)) != text:  # what is hidden may bring together what was apart
            text = shown
        return shown

    def _once(self, text: str) -> str:
        if self._pattern:
            text = self._pattern.sub(MASK, text)
        for pattern, shown in _rules():
            text = pattern.sub(shown, text)
        return _without_phones(text)

    def each(self, value: Any) -> Any:
        """The same for every string of a JSON-able value."""
        match value:
            case str():
                return self(value)
            case dict():
                return {self(str(key)): self.each(item) for key, item in value.items()}
            case list() | tuple():
                return [self.each(item) for item in value]
            case _:
                return value


redact = Redactor()
"""The redactor of this process."""

# ── registered secrets ────────────────────────────────────────────────────────────────────────


def _pieces(secret: str) -> Iterator[str]:
    """The secret; of an address also its password, its path and those parts of it that look like a secret."""
    from urllib.parse import parse_qsl, urlsplit

    yield secret
    try:
        parts = urlsplit(secret)
    except ValueError:
        return
    if not parts.scheme or not parts.netloc:
        return
    segments = parts.path.strip("/").split("/")
    if any(map(_looks_secret, segments)):
        yield parts.path.rstrip("/")
    yield from filter(_looks_secret, segments)
    yield parts.password or ""
    yield from (value for _name, value in parse_qsl(parts.query) if _looks_secret(value))


def _looks_secret(part: str) -> bool:
    return len(part) >= 16 or (len(part) >= 6 and any(map(str.isdigit, part)))


def _forms(piece: str) -> tuple[str, ...]:
    """As it is, in an address, and in JSON as PHP writes it."""
    from urllib.parse import quote

    return piece, quote(piece, safe=""), quote(piece), piece.replace("/", "\\/")


# ── what is known by its looks ────────────────────────────────────────────────────────────────

_SLASH = r"(?:\\?/|%2F)"
_FIRST = r"(?<![^\W\d_])"  # no letter before: a boundary of words would move when digits are hidden
_VALUE = r"[^\s\"'&;,<>]+"
_ADDRESS = r"[^\s@<>()\[\]\"',;:*=/\\]"


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compiled when first needed: a quiet run may never need them. Lengths are bounded, so that time is."""
    names = "auth|access_token|refresh_token|client_secret|token|password|passwd|secret|api_?key|sign"
    webhook = rf"(?:https?(?::|%3A){_SLASH}{{2}}[^\s\"'<>/\\%]*)?{_SLASH}rest{_SLASH}[^\s\"'<>]+"  # of Bitrix24
    rules = (
        (webhook, f"/rest/{MASK}"),
        (r"(?<=://)[^\s/@\"'<>]+@", f"{MASK}@"),
        (rf"({_FIRST}authorization\"?\s*[:=]\s*\"?)[^\r\n\"]+", rf"\1{MASK}"),
        (rf"({_FIRST}(?:bearer|basic)\s+)[\w+/=.~-]{{3,}}", rf"\1{MASK}"),
        (rf"({_FIRST}(?:{names})=){_VALUE}", rf"\1{MASK}"),
        (rf"(\"(?:{names})\"\s*:\s*\"){_VALUE}", rf"\1{MASK}"),
        (rf"{_ADDRESS}{{1,64}}@{_ADDRESS}{{1,253}}\.[^\W\d_]{{2,63}}", MASK),
    )
    return tuple((re.compile(pattern, re.IGNORECASE), shown) for pattern, shown in rules)


# ── phone numbers ─────────────────────────────────────────────────────────────────────────────

_DASHES = "\\-\u2010-\u2015\u2212"
_BETWEEN = rf"[ \t\xa0\u2000-\u200f\u202f\u2060\xad()._/{_DASHES}]{{0,4}}"
_MONTH, _DAY, _YEAR = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])", "(?:19|20)[0-9]{2}"
_CLOCK = r"[0-9]{1,2}[:\-]?[0-9]{2}(?:[:\-]?[0-9]{2}(?:[.,][0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_LETTER_ZERO = re.compile(r"(?<=\d)[OoОо](?=\d)")


@cache
def _harmless() -> re.Pattern[str]:
    """Digits that are no phone number whatever stands around them: days and moments, our keys."""
    return re.compile(
        rf"((?<!\d){_YEAR}-{_MONTH}-{_DAY}(?:[T _]{_CLOCK})?(?!\d)"
        rf"|(?<!\d){_DAY}([./_-]){_MONTH}\2{_YEAR}(?:,?[ _]{_CLOCK})?(?!\d)"
        rf"|~[0-9a-f]{{16}}(?![0-9a-f]))"
    )


@cache
def _spellings() -> tuple[re.Pattern[str], ...]:
    """Numbers as people write them. They may overlap: whatever belongs to any reading of the text is hidden."""
    dash = f" ?[{_DASHES}] ?"
    alone, ended = rf"(?<![\w{_DASHES}])", rf"(?![\w{_DASHES}])"
    found = (
        rf"(?<!\d)(?:\+{_BETWEEN})?[78](?:{_BETWEEN}\d){{10}}(?!\d)",  # 8 (916) 555-01-01
        rf"(?<!\d)[34789](?:{_BETWEEN}\d){{9}}(?!\d)",  # (473) 255-01-02
        rf"\+{_BETWEEN}[1-9](?:{_BETWEEN}\d){{7,14}}(?!\d)",  # another country
        r"(?<!\d)(?:37[345]|380|99[2-68])\d{8,9}(?!\d)",  # a neighbour without its plus
        r"(?<!\d)[3789]\d{19,21}(?!\d)",  # two numbers glued together
        rf"{alone}\d{{3}}{dash}\d\d{dash}\d\d{ended}",  # 255-01-02
        rf"{alone}\d{{3}}{dash}\d{{4}}{ended}",
        rf"{alone}\d{dash}\d\d{dash}\d\d{dash}\d\d{ended}",
        rf"{alone}(?!{_DAY}-{_MONTH}-|[0-9]{{2}}-{_MONTH}-{_DAY})\d\d{dash}\d\d{dash}\d\d{ended}",  # but not a day
    )
    return tuple(re.compile(f"(?=({spelling}))") for spelling in found)


def _without_phones(text: str) -> str:
    if sum(map(str.isdigit, text)) < 6:
        return text
    pieces, at = [], 0
    for harmless in _harmless().finditer(text):
        pieces += [_hidden(text[at : harmless.start()]), harmless[0]]
        at = harmless.end()
    return "".join((*pieces, _hidden(text[at:])))


def _hidden(text: str) -> str:
    plain = _in_ascii_digits(text)
    spans = sorted(found.span(1) for pattern in _spellings() for found in pattern.finditer(plain))
    shown, at = [], 0
    for start, end in spans:
        if start >= at:
            shown += [text[at:start], MASK]
        at = max(at, end)
    return "".join((*shown, text[at:]))


def _in_ascii_digits(text: str) -> str:
    """Digits of any script as ours, and a letter that was typed for a zero: character by character."""
    if not text.isascii():
        text = "".join(str(int(char)) if char.isdecimal() else char for char in text)
    return _LETTER_ZERO.sub("0", text)
