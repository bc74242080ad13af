"""Which encodings the bytes of a text file allow, most telling sign first: BOM, strict UTF-8, then the rest."""

import codecs
import re
from collections.abc import Iterable
from typing import BinaryIO

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
EIGHT_BIT = ("cp1251", "cp866", "utf-8")
KNOWN = frozenset({"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", *EIGHT_BIT, "koi8-r", "iso8859-5"})
"""Encodings (by Python's own names) that may be configured, or declared by an XML file."""
HEAD = 64 * 1024

_CYRILLIC = re.compile("[А-Яа-яЁё]")
_OTHER = re.compile(r"[^\t-\r\x20-\x7eА-Яа-яЁё]")


def bom_of(head: bytes) -> str | None:
    """The encoding that a byte order mark announces."""
    return next((encoding for bom, encoding in BOMS if head.startswith(bom)), None)


def known_encoding(name: str) -> str | None:
    """Python's name of an encoding that export files are written in, or ``None``."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return found if found in KNOWN else None


def is_wide(encoding: str) -> bool:
    """Whether a line end takes more than the one byte that bytes are split at."""
    return "\n".encode(encoding) != b"\n" and encoding != "utf-8-sig"


def candidates(sample: bytes) -> tuple[str, ...]:
    """Encodings in which the sample may be read, the likeliest first. The caller decides by the words it knows.

    KOI8-R is not among them: by its letters it cannot be told from cp1251 in capitals, only by known words.
    """
    bom = bom_of(sample)
    if bom:
        return (bom,)
    narrow = ("utf-8",) if is_utf8([sample], final=False) else EIGHT_BIT
    return (*narrow, "utf-16-le", "utf-16-be") if b"\0" in sample else narrow


def is_utf8(chunks: Iterable[bytes], *, final: bool = True) -> bool:
    """Strict validity of a stream of bytes; unless ``final``, it may end inside a character."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final)
    except UnicodeDecodeError:
        return False
    return True


def likeness(text: str) -> float:
    """Share of Russian letters among all that is not plain ASCII, from 0 to 1: 1 where nothing speaks against it."""
    good, bad = len(_CYRILLIC.findall(text)), len(_OTHER.findall(text))
    return good / (good + bad) if good + bad else 1.0


def sample_of(file: BinaryIO) -> bytes:
    """The head of a file and, where that is all ASCII, the first piece that is not."""
    head = piece = file.read(HEAD)
    while piece.isascii() and (piece := file.read(HEAD)):
        pass
    return head if piece is head or not piece else head + b"\n" + piece[piece.find(b"\n") + 1 :]
