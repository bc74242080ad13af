"""Phone cells: the numbers in them, and what people write around the numbers.

A wrong number that looks right is worse than a rejected one. What is likely but not certain is proposed, not used.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from dentsync.model import FieldType
from dentsync.transform.dialling import Phone, Unread, checked, is_dummy, read_number
from dentsync.transform.phone_text import extension_after, set_aside, shown, typed
from dentsync.transform.words import is_empty

Decision = Literal["keep", "auto", "propose", "quarantine"]


@dataclass(frozen=True, slots=True)
class PhoneCell:
    """What a cell holds. ``phones``: the first SMS-capable one leads, the others as typed. ``note``: words around.

    ``action``: ``keep`` (typed in E.164), ``auto`` (repaired without doubt), ``propose`` (a person should look),
    ``quarantine`` (no number).
    """

    phones: tuple[Phone, ...] = ()
    note: str = field(default="", repr=False)
    flags: tuple[str, ...] = ()
    action: Decision = "quarantine"

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers in E.164, doubtful ones too."""
        return tuple(phone.e164 for phone in self.phones)

    @property
    def usable(self) -> tuple[str, ...]:
        """Numbers in E.164 whose digits are not in doubt: only these may go anywhere."""
        return tuple(phone.e164 for phone in self.phones if phone.sure)

    @property
    def reasons(self) -> tuple[str, ...]:
        """In Russian: why something of the cell cannot be used. Empty when all of it can."""
        known = tuple(REASONS[flag] for flag in self.flags if flag in REASONS)
        return known or (_UNCLEAR,) * (self.usable != self.numbers)


REASONS = {
    "empty": "телефона нет",
    "not_a_number": "в ячейке нет телефона",
    "too_short": "в номере не хватает цифр",
    "too_long": "в номере лишние цифры",
    "not_valid": "такого номера не бывает",
    "no_area_code": "городской номер без кода: укажите код города в clinic.phone.area_code",
    "masked": "номер скрыт знаками X или *",
    "dummy": "номер-заглушка",
    "dummy_suspect": "похоже на номер-заглушку",
    "excel_precision_lost": "Excel потерял цифры номера: выгрузите столбец как текст",
    "letter_for_digit": "в номере буква вместо цифры",
    "glued": "два номера слиты в один",
    "belarus_domestic": "белорусский номер без кода страны",
    "country_unclear": "код страны неясен",
    "not_personal": "номер 8-800 или платный, не личный",
    "doubtful": "номер записан со знаком вопроса",
}
"""Why a number was not used, by flag, for the people of the clinic."""

_UNCLEAR = "номер можно прочесть двояко"

_PLAIN = re.compile(r"(\+7|8|7)?[ -]?\(?(9\d\d)\)?[ -]?(\d{3})[ -]?(\d\d)[ -]?(\d\d)", re.ASCII)


@lru_cache(maxsize=65536)
def parse_phones(text: str, region: str = "RU", area_code: str = "") -> PhoneCell:
    """All numbers of a cell. ``area_code``: for local numbers; several codes are told apart by length («473 4732»)."""
    plain = _PLAIN.fullmatch(text) if region == "RU" else None
    if plain is not None:
        return _plain_cell(text, plain)
    if is_empty(text, FieldType.PHONES):
        return PhoneCell(flags=("empty",))
    if not text.isascii() and any(unicodedata.category(char) == "No" for char in text):
        return PhoneCell(flags=("not_a_number",))  # «8916555012³»: a superscript is no digit of a number
    return _read(typed(text), region, tuple(area_code.replace(",", " ").split()))


def _plain_cell(text: str, found: re.Match[str]) -> PhoneCell:
    """The common spellings of a Russian mobile, without the search for anything else. The library still judges."""
    e164 = "+7" + found[2] + found[3] + found[4] + found[5]
    if is_dummy(e164[2:]):
        return PhoneCell(flags=("dummy",))
    how = "prefix_added" if found[1] is None else "reformatted"
    read = checked(e164, "RU", () if text == e164 else (how,))
    if isinstance(read, Unread):
        return PhoneCell(flags=(read.why,))
    return PhoneCell((read,), "", tuple(sorted(read.how)), _decision((read,), set(read.how)))


# ── the cell ──────────────────────────────────────────────────────────────────────────────────

_MASKED = re.compile(r"\d-?[*xх•]{2}|[*xх•]{2}-?\d", re.IGNORECASE)
_LETTERS = str.maketrans("OoОоlIЗз", "00001133")
_LETTER = re.compile(r"(?<=\d)-?[OoОоlIЗз](?![^\W\d_])|(?<![^\W\d_])[OoОоlIЗз](?=-?\d)")
_BREAK = re.compile(r"[;\n\r|]+|,|(?<![^\W\d_])(?:или|либо|и)(?=\s*[+(]?\d)", re.IGNORECASE)
_RUN = re.compile(r"[+(]*\d(?:[\d\s()+\-./_]*\d)?")
_LABEL = re.compile(r"(?:т|тел|телефон|tel|phone)", re.IGNORECASE)
_OUTDATED = re.compile(r"\b(?:стар(?:ый|ая|ое)|не ?актуал|не работает|недействител|бывш|сменил)", re.IGNORECASE)
_SILENT = re.compile(r"\bне (?:звон|беспоко|пис|тревож)", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:муж|жен[аы]|мам[аы]|пап[аы]|мать|отец|сын|доч\w*|брат|сестр\w|баб\w*|дед\w*|т[её]т\w|дяд\w)\b", re.IGNORECASE
)
_HAS_WORD = re.compile(r"[^\W\d_]|№")
_EIGHT_PLUS = re.compile(r"8\s*(?=\+)")
_BEFORE_PLUS = re.compile(r"(?<=\d)[\s()./-]*(?=\+)")
_COMPLETE = re.compile(r"[78]\d{10}|9\d{9}")
_SHORT = 5  # digits of a house, a year or an hour beside words


def _read(text: str, region: str, area_codes: tuple[str, ...]) -> PhoneCell:
    text, flags = set_aside(text)
    phones: list[Phone] = []
    notes: list[str] = []
    for part in _BREAK.split(text):
        read, why, note = _read_part(part, region, area_codes)
        phones += read
        flags |= why
        notes += note
    return _cell(phones, flags, "; ".join(notes))


# ── a part of a cell: digits with words around ────────────────────────────────────────────────


def _read_part(part: str, region: str, area_codes: tuple[str, ...]) -> tuple[list[Phone], set[str], list[str]]:
    """Numbers, flags of what could not be read, and notes."""
    if _MASKED.search(part):
        return [], {"masked"}, []
    part, letters = _LETTER.subn(lambda found: found[0].translate(_LETTERS), part)
    runs = list(_RUN.finditer(part))
    read = [(run, list(_numbers(run[0], region, area_codes))) for run in runs]
    beside = [run for run, numbers in read if _is_short(run[0]) and not isinstance(numbers[0], Phone)]
    full = any(isinstance(number, Phone) and "local_number" not in number.how for _, found in read for number in found)
    phones: list[Phone] = []
    why: set[str] = set()
    for run, numbers in read:
        if run in beside and full and _HAS_WORD.search(part):
            continue
        for number in numbers:
            if isinstance(number, Unread):
                why.add(number.why)
            else:
                phones.append(_doubtful(number, letters > 0, _asked(part, run)))
        if phones and not isinstance(numbers[-1], Unread):
            phones[-1] = _with_extension(phones[-1], part[run.end() :])
    skipped = [] if full else beside
    return phones, why, _notes(part, [run for run in runs if run not in beside or run in skipped])


def _is_short(run: str) -> bool:
    return sum(char.isdigit() for char in run) <= _SHORT


def _asked(part: str, run: re.Match[str]) -> bool:
    return part[run.end() :].lstrip(" )").startswith("?")


def _doubtful(phone: Phone, letters: bool, asked: bool) -> Phone:
    flag = "letter_for_digit" if letters else "doubtful" if asked else ""
    return _unsure(phone, flag) if flag else phone


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


def _notes(part: str, runs: list[re.Match[str]]) -> list[str]:
    """The words between the numbers."""
    edges = [0, *(edge for run in runs for edge in run.span()), len(part)]
    pieces = (shown(part[start:end]) for start, end in zip(edges[::2], edges[1::2], strict=True))
    plain = (" ".join(piece.split()).strip(" :;,.-()[]'\"?+/\\_*") for piece in pieces)
    closed = (piece + ")" if piece.count("(") > piece.count(")") else piece for piece in plain)
    return [piece for piece in closed if piece and not _LABEL.fullmatch(piece)]


def _numbers(run: str, region: str, area_codes: tuple[str, ...]) -> Iterator[Phone | Unread]:
    """The numbers of one run of digits and punctuation: usually one."""
    pieces = _BEFORE_PLUS.split(_EIGHT_PLUS.sub("", run))
    if len(pieces) > 1 and any(map(_is_short, pieces)):  # «9165550123+8»: nobody knows what the plus means
        yield Unread("too_long")
        return
    for piece in pieces:
        whole = read_number(piece, region, area_codes)
        if isinstance(whole, Phone):
            yield replace(whole, how=("double_prefix",)) if _EIGHT_PLUS.match(run) else whole
        else:
            yield from _several(piece, region, area_codes) or (whole,)


def _several(run: str, region: str, area_codes: tuple[str, ...]) -> list[Phone]:
    """Complete numbers side by side. The first digit of each says how long it is, so there is one way at most."""
    groups = ["".join(filter(str.isdigit, group)) for group in re.split(r"[\s/()]+", run)]
    ways = [way for way in _ways([group for group in groups if group]) if len(way) > 1]
    glued = not ways
    if glued:
        digits = "".join(groups)
        ways = [way for way in ([digits[:cut], digits[cut:]] for cut in (10, 11)) if all(map(_COMPLETE.fullmatch, way))]
    if not ways:
        return []
    read = [read_number(number, region, area_codes) for number in ways[0]]
    phones = [number for number in read if isinstance(number, Phone)]
    if len(phones) != len(read):
        return []
    return [_unsure(phone, "glued") for phone in phones] if glued else phones


def _ways(groups: list[str]) -> Iterator[list[str]]:
    if not groups:
        yield []
    for end in range(1, len(groups) + 1):
        number = "".join(groups[:end])
        if len(number) > 11:
            return
        if _COMPLETE.fullmatch(number):
            yield from ([number, *rest] for rest in _ways(groups[end:]))


# ── the whole ─────────────────────────────────────────────────────────────────────────────────


def _cell(phones: list[Phone], flags: set[str], note: str) -> PhoneCell:
    """Put the cell together: order, flags, decision."""
    if not flags.isdisjoint(REASONS):  # «8916 мама 5550123»: halves of one mobile, perhaps
        phones = [replace(phone, sure=False) if "local_number" in phone.how else phone for phone in phones]
    ordered = _ordered(phones)
    flags = flags.union(*(phone.how for phone in ordered), _flags_of_note(note, len(ordered)))
    if len(ordered) > 1:
        flags = (flags | {"several"}) - ({"prefix_added"} if "reformatted" in flags else set())
    if ordered and all(phone.kind == "fixed" for phone in ordered):
        flags.add("not_sms")
    if not ordered and flags.isdisjoint(REASONS):
        flags.add("not_a_number")
    if "excel_float" in flags:
        flags.discard("reformatted")
    return PhoneCell(ordered, note, tuple(sorted(flags)), _decision(ordered, flags))


def _ordered(phones: list[Phone]) -> tuple[Phone, ...]:
    distinct: dict[str, Phone] = {}
    for phone in phones:
        distinct.setdefault(phone.e164, phone)
    lead = [phone for phone in distinct.values() if phone.sms and phone.sure][:1]
    return (*lead, *(phone for phone in distinct.values() if phone not in lead))


def _flags_of_note(note: str, count: int) -> set[str]:
    if not note:
        return set()
    found = {"comment"}
    if _OUTDATED.search(note):
        found.add("outdated_mark")
    if _SILENT.search(note):
        found.add("do_not_contact")
    if count > 1 and _RELATIVE.search(note):
        found.add("representative")
    return found


_LOOKED_AT = frozenset({"outdated_mark", "do_not_contact", "date_in_phone"})


def _decision(phones: tuple[Phone, ...], flags: set[str]) -> Decision:
    if not phones:
        return "quarantine"
    if any(phone.asks for phone in phones) or flags & _LOOKED_AT or not flags.isdisjoint(REASONS):
        return "propose"
    return "auto" if flags - {"foreign_region", "not_sms"} else "keep"
