"""Letters of a wrong encoding: what a text looks like that was read as something it is not (mojibake).

Made for the share of a file that looks so. One cell may be unlucky: a Serbian name, three question marks in a comment.
"""

import re

_HIGH = bytes(range(0x80, 0xC0))
# UTF-8 writes each Russian letter as D0 or D1 and one byte from 80 to BF: two letters in a row are no accident.
_AS_CP1251 = re.escape(_HIGH.decode("cp1251", "ignore"))
_AS_LATIN = re.escape(_HIGH.decode("latin-1") + _HIGH.decode("cp1252", "ignore"))
_CAPITALS = "ЂЃѓЉЊЌЋЏђљњќћџ"  # capitals of cp866 in cp1251
# KOI8-R and cp1251 swap capitals and small letters. What a word begins with is asked last, because that is faster.
_SWAPS = r"[а-яё][А-ЯЁ](?<!\w\w\w)[А-ЯЁ]{2,}\b"

_LOST = r"(?<!\w)\?{3}"
"""The exporter's own encoding lacked the letters of a word. «Перезвонить???» has them."""

_SEEN = re.compile(f"{_LOST}|{_SWAPS}")
_GARBLED = re.compile(
    "|".join(
        (
            "\ufffd",
            _LOST,
            f"(?:[РС][{_AS_CP1251}]){{2}}",  # UTF-8 as cp1251
            f"(?:[ÐÑ][{_AS_LATIN}]){{2}}",  # UTF-8 as Latin
            "[À-ÿ]{4}",  # cp1251 as Latin
            "[\u2500-\u259f]",  # cp1251 as cp866: frames of tables
            rf"[{_CAPITALS}](?=\w)|(?<=\w)[{_CAPITALS}]|(?<=\w)[¤¦§©¬®](?=\w)",  # cp866 as cp1251
            _SWAPS,
        )
    )
)

# Nearly all texts of a clinic are Russian letters and ASCII, and need no closer look.
_USUAL = re.compile("[\t-\r -~А-яЁё№«»–—]*")


def is_garbled(text: str) -> bool:
    """Whether some of the text was read in a wrong encoding, here or by the program that exported it."""
    if _USUAL.fullmatch(text):
        return _SEEN.search(text) is not None
    return _GARBLED.search(text) is not None


_SLIPS = (
    ("cp1251", "utf-8"), ("latin-1", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "cp1251"), ("cp1252", "cp1251"),
    ("cp866", "cp1251"), ("cp1251", "cp866"), ("koi8-r", "cp1251"), ("cp1251", "koi8-r"),
)  # fmt: skip
"""What a text was taken for, and what it was."""
_LETTERS = "[А-Яа-яЁё]{2}"


def ungarbled(text: str) -> str | None:
    """What a garbled text was before it was read in a wrong encoding, if exactly one reading makes it Russian again."""
    found = {plain for taken, was in _SLIPS if (plain := _read_again(text, taken, was)) and _is_russian(plain)}
    return found.pop() if len(found) == 1 else None


def _read_again(text: str, taken: str, was: str) -> str | None:
    try:
        return b"".join(_byte(letter, taken) for letter in text).decode(was)
    except UnicodeError:
        return None


def _byte(letter: str, encoding: str) -> bytes:
    """Bytes that an encoding has no letter for are often kept as control characters."""
    return letter.encode("latin-1" if "\x80" <= letter <= "\x9f" else encoding)


def _is_russian(text: str) -> bool:
    return _USUAL.fullmatch(text) is not None and re.search(_LETTERS, text) is not None and not is_garbled(text)
