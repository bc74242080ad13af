"""Phone cells: the numbers in them, and what people write around the numbers.

A wrong number that looks right is worse than a rejected one. What is likely but not certain is proposed, not used.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from dentsync.model import FieldType
from dentsync.transform.dialling import Phone, Unread, checked, is_dummy
from dentsync.transform.phone_notes import flags_of, is_refusal, note_of, unnamed
from dentsync.transform.phone_parts import Part, parts_of
from dentsync.transform.phone_text import set_aside, shown, typed
from dentsync.transform.words import EMPTY, fold, is_empty

Decision = Literal["keep", "auto", "propose", "quarantine"]


@dataclass(frozen=True, slots=True)
class PhoneCell:
    """What a cell holds. ``phones``: the first SMS-capable one leads, the others as typed. ``note``: words around.

    ``action``: ``keep`` (typed in E.164), ``auto`` (repaired without doubt), ``propose`` (a person should look),
    ``quarantine`` (no number). ``refuses``: they want neither calls nor messages.
    """

    phones: tuple[Phone, ...] = ()
    note: str = field(default="", repr=False)
    flags: tuple[str, ...] = ()
    action: Decision = "quarantine"
    refuses: bool = False

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
        if not self.phones and not known:
            known = (_DATE,)
        return known or (_reason_of(self.flags),) * (self.usable != self.numbers)


def _reason_of(flags: tuple[str, ...]) -> str:
    return "номер отмечен как неверный" if "outdated_mark" in flags else "номер можно прочесть двояко"


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

_DATE = "в ячейке дата, а не телефон"

_PLAIN = re.compile(r"(\+7|8|7)?[ -]?\(?([349]\d\d)\)?[ -]?(\d{3})[ -]?(\d\d)[ -]?(\d\d)", re.ASCII)


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
    cell = _read(typed(text), region, tuple(area_code.replace(",", " ").split()))
    if cell.action == "keep" and text != cell.phones[0].e164:  # an apostrophe, a colon: little, but not as typed
        return replace(cell, flags=tuple(sorted({*cell.flags, "reformatted"})), action="auto")
    return cell


def _plain_cell(text: str, found: re.Match[str]) -> PhoneCell:
    """The common spellings of a Russian number, without the search for anything else. The library still judges."""
    e164 = "+7" + found[2] + found[3] + found[4] + found[5]
    if is_dummy(e164[2:]):
        return PhoneCell(flags=("dummy",))
    how = "prefix_added" if found[1] is None else "reformatted"
    read = checked(e164, "RU", () if text == e164 else (how,))
    if isinstance(read, Unread):
        return PhoneCell(flags=(read.why,))
    flags = {*read.how, "not_sms"} if read.kind == "fixed" else set(read.how)
    return PhoneCell((read,), "", tuple(sorted(flags)), _decision((read,), flags))


# ── the cell ──────────────────────────────────────────────────────────────────────────────────

_LONGEST = 1000  # characters; a longer text is no list of telephones
_BLANK = re.compile(r"[\W_]*(?:\+?[78][\W_]*)?")
_NARROW = re.compile(r"#{3,}")  # what Excel shows where a column is too narrow, and exports so
_NOTHING = frozenset(
    {"б/т", "бт", "нет тел", "тел нет", "без тел", "нет номера", "без номера", "номера нет", "не помнит", "не знает"}
    | {"не дал", "не дала", "не оставил", "не оставила", "xxx", "ххх", "пусто", "прочерк"}
)


def _read(text: str, region: str, area_codes: tuple[str, ...]) -> PhoneCell:
    if len(text) > _LONGEST:
        return PhoneCell(flags=("not_a_number",))
    text, flags = set_aside(text)
    if _NARROW.fullmatch(text):
        return PhoneCell(flags=("excel_precision_lost",))
    if flags.isdisjoint(REASONS) and _says_nothing(shown(text)):
        return PhoneCell(flags=("empty",))
    parts = [Part(text, start, end, region, area_codes) for start, end in parts_of(text)]
    whole = any(run.is_whole for part in parts for run in part.runs)
    phones: list[Phone] = []
    spans: list[tuple[int, int]] = []
    for part in parts:
        phones += part.read(flags, spans, whole)
    return _cell(phones, flags, note_of(text, spans))


def _says_nothing(text: str) -> bool:
    if _BLANK.fullmatch(text):
        return True
    words = fold(unnamed(text))
    return words in _NOTHING or words in EMPTY[FieldType.PHONES]


# ── the whole ─────────────────────────────────────────────────────────────────────────────────


def _cell(phones: list[Phone], flags: set[str], note: str) -> PhoneCell:
    """Put the cell together: order, flags, decision."""
    if not flags.isdisjoint(REASONS):  # «8916 мама 5550123»: halves of one mobile, perhaps
        phones = [replace(phone, sure=False) if "local_number" in phone.how else phone for phone in phones]
    ordered = _ordered(phones)
    flags = flags.union(*(phone.how for phone in ordered), flags_of(note, len(ordered)))
    if not ordered:
        return PhoneCell(flags=_flags_of_nothing(flags), refuses=is_refusal(note))
    if len(ordered) > 1:
        flags = (flags | {"several"}) - ({"prefix_added"} if "reformatted" in flags else set())
    if all(phone.kind == "fixed" for phone in ordered):
        flags.add("not_sms")
    if "excel_float" in flags:
        flags.discard("reformatted")
    return PhoneCell(ordered, note, tuple(sorted(flags)), _decision(ordered, flags), is_refusal(note))


def _flags_of_nothing(flags: set[str]) -> tuple[str, ...]:
    """Of a cell without a number: why there is none, whatever else was written."""
    why = flags - {"comment", "outdated_mark", "excel_float"}
    return tuple(sorted(why if why - {"do_not_contact"} else why | {"not_a_number"}))


def _ordered(phones: list[Phone]) -> tuple[Phone, ...]:
    """Each number once, as typed, but the first that can take a message leads."""
    distinct: dict[str, Phone] = {}
    for phone in phones:
        distinct.setdefault(phone.e164, phone)
    able = [phone for phone in distinct.values() if phone.sms and phone.sure]
    lead = ([phone for phone in able if "outdated_mark" not in phone.how] or able)[:1]
    return (*lead, *(phone for phone in distinct.values() if phone not in lead))


_LOOKED_AT = frozenset({"outdated_mark", "do_not_contact", "date_in_phone"})


def _decision(phones: tuple[Phone, ...], flags: set[str]) -> Decision:
    if not phones:
        return "quarantine"
    if any(phone.asks for phone in phones) or flags & _LOOKED_AT or not flags.isdisjoint(REASONS):
        return "propose"
    return "auto" if flags - {"foreign_region", "not_sms"} else "keep"
