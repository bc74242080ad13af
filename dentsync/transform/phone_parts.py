"""The pieces of a phone cell between commas and line breaks: runs of digits, their numbers, and whose these are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dentsync.transform.dialling import Phone, Unread, read_number
from dentsync.transform.phone_notes import is_outdated, is_place, is_wrong, labels_of
from dentsync.transform.phone_text import extension_after

_MASKED = re.compile(r"\d[\s)-]*[*xх•#●]{2}|[*xх•#●]{2}[\s(-]*\d|\d[\s)-]*_[\s_-]*$|\d\s*\.{3}[\s.]*\d", re.IGNORECASE)
_LETTERS = str.maketrans("OoОоlIЗзбВBS", "000011336885")
_LETTER = re.compile(
    r"(?<=\d)-?[OoОоlIЗзбВBS](?![^\W\d_])|(?<![^\W\d_])[OoОоlIЗз](?=-?\d)|(?<=\d)[OoОоЗзбBSlI]{2,3}(?=\d)"
    r"|(?<=\d[\s-])[OoОоЗзlI]{2}(?=[\s-]\d)"
    r"|(?<![^\W_])[ВB](?=\d{10}(?!\d))"
)
_BREAK = re.compile(r"[;\n\r|&]+|,|(?<![^\W\d_])(?:или|либо|и)(?=\s*[+(]?\d)", re.IGNORECASE)
_RUN = re.compile(r"[+(]*\d(?:[\d\s()+\-./_]*\d)?")
_HAS_WORD = re.compile(r"[^\W\d_]|№")
_EIGHT_PLUS = re.compile(r"\(?\+?[78]\)?\s*(?=\+)")
_BEFORE_PLUS = re.compile(r"(?<=\d)[\s()./-]*(?=\+)")
_COMPLETE = re.compile(r"[78]\d{10}|9\d{9}")
_GROUPED_LOCAL = re.compile(r"\d{1,3}-\d\d-\d\d")
_SHORT = 5  # digits of a house, a year or an hour beside words


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits and punctuation in a row, and the numbers that they make."""

    start: int
    end: int
    text: str = field(repr=False)
    numbers: list[Phone | Unread]

    @property
    def is_aside(self) -> bool:
        """Too short for a number, and none: a house, an age."""
        return sum(map(str.isdigit, self.text)) <= _SHORT and not isinstance(self.numbers[0], Phone)

    @property
    def is_whole(self) -> bool:
        """With a number that needs no area code."""
        return any(isinstance(one, Phone) and "local_number" not in one.how for one in self.numbers)


def parts_of(text: str) -> Iterator[tuple[int, int]]:
    """Places of the pieces between commas, line breaks and the like."""
    start = 0
    for found in _BREAK.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


# ── a part of a cell: digits with words around ────────────────────────────────────────────────


class Part:
    """A piece of a cell between two breaks."""

    def __init__(self, text: str, start: int, end: int, region: str, area_codes: tuple[str, ...]) -> None:
        self.start, self.end = start, end
        self.text, self.letters = _LETTER.subn(lambda found: found[0].translate(_LETTERS), text[start:end])
        self.masked = bool(_MASKED.search(text[start:end]))
        self.runs = [
            _Run(found.start(), found.end(), found[0], list(_numbers(found[0], region, area_codes)))
            for found in ([] if self.masked else _RUN.finditer(self.text))
        ]

    def read(self, flags: set[str], spans: list[tuple[int, int]], whole: bool) -> list[Phone]:
        """The numbers. Adds flags of what could not be read, and the places in the cell that are no words.

        ``whole``: the cell has a number beside which few digits with words are a remark.
        """
        if self.masked:
            flags.add("masked")
            spans.append((self.start, self.end))
            return []
        remarks = whole and _HAS_WORD.search(self.text)
        runs = [run for run in self.runs if not (remarks and run.is_aside)]
        spans += [(self.start + run.start, self.start + run.end) for run in runs]
        flags |= {one.why for run in runs for one in run.numbers if isinstance(one, Unread)}
        worded = _HAS_WORD.search(self.text)
        places = [(run.start, run.end) for run in runs]
        labels, before = labels_of(self.text, places) if worded else ([""] * len(runs), False)
        return [one for run, label in zip(runs, labels, strict=True) for one in self._phones_of(run, label, before)]

    def _phones_of(self, run: _Run, label: str, before: bool) -> list[Phone]:
        after = self.text[run.end :]
        doubt = "letter_for_digit" if self.letters else "doubtful" if after.lstrip(" )").startswith("?") else ""
        phones = [_unsure(one, doubt) if doubt else one for one in run.numbers if isinstance(one, Phone)]
        if phones and not isinstance(run.numbers[-1], Unread):
            phones[-1] = _with_extension(phones[-1], after)
        if phones and label:
            nearest = 0 if before else -1
            phones[nearest] = _labelled(phones[nearest], label, run)
        return phones


def _unsure(phone: Phone, flag: str) -> Phone:
    kept = tuple(item for item in phone.how if item in ("foreign_region", "dummy_suspect", "not_personal"))
    return replace(phone, sure=False, asks=True, how=(flag, *kept))


def _with_extension(phone: Phone, after: str) -> Phone:
    extension, certain = extension_after(after)
    if not extension:
        return phone
    if certain:
        return replace(phone, extension=extension, how=(*phone.how, "extension"))
    # A mobile has no extension: «9165550123,4» may have lost a digit elsewhere.
    return replace(phone, extension=extension, asks=True, sure=phone.sure and not phone.sms, how=("extension",))


def _labelled(phone: Phone, label: str, run: _Run) -> Phone:
    if "local_number" in phone.how and run.text.isdigit() and not is_place(label):
        return replace(phone, label=label, sure=False)  # «394000 Воронеж»
    if is_wrong(label):
        return replace(phone, label=label, sure=False, asks=True, how=(*phone.how, "outdated_mark"))
    outdated = ("outdated_mark",) * is_outdated(label)
    return replace(phone, label=label, how=(*phone.how, *outdated))


def _numbers(run: str, region: str, area_codes: tuple[str, ...]) -> Iterator[Phone | Unread]:
    """The numbers of one run of digits and punctuation: usually one."""
    twice = _EIGHT_PLUS.match(run)
    pieces = _BEFORE_PLUS.split(run[twice.end() :] if twice else run)
    if len(pieces) > 1 and any(map(_is_short, pieces)):  # «9165550123+8»: nobody knows what the plus means
        yield Unread("too_long")
        return
    for piece in pieces:
        read = read_number(piece, region, area_codes)
        if isinstance(read, Phone):
            yield replace(read, how=("double_prefix",)) if twice else read
        else:
            yield from _several(piece, region, area_codes) or (read,)


def _is_short(run: str) -> bool:
    return sum(map(str.isdigit, run)) <= _SHORT


def _several(run: str, region: str, area_codes: tuple[str, ...]) -> list[Phone]:
    """Complete numbers side by side. The first digit of each says how long it is, so there is one way at most."""
    groups = [group for group in re.split(r"[\s/()]+", run) if group]
    ways = [way for way in _ways(groups) if len(way) > 1]
    glued = not ways
    if glued:
        digits = "".join(filter(str.isdigit, run))
        ways = [way for way in ([digits[:cut], digits[cut:]] for cut in (10, 11)) if all(map(_COMPLETE.fullmatch, way))]
    if not ways:
        return []
    read = [read_number(number, region, area_codes) for number in ways[0]]
    phones = [number for number in read if isinstance(number, Phone)]
    if len(phones) != len(read):
        return []
    return [_unsure(phone, "glued") for phone in phones] if glued else phones


def _ways(groups: list[str]) -> Iterator[list[str]]:
    """How groups make numbers: complete ones, and city numbers that are grouped as such after a complete one."""
    if not groups:
        yield []
    number = ""
    for end, group in enumerate(groups, start=1):
        number += "".join(filter(str.isdigit, group))
        if len(number) > 11:
            return
        if _COMPLETE.fullmatch(number):
            yield from ([number, *rest] for rest in _ways(groups[end:]))
        elif end == 1 and _GROUPED_LOCAL.fullmatch(group):
            yield from ([group, *rest] for rest in _ways(groups[1:]))
