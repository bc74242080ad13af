"""Which of our fields a column may be: by the names that the vocabularies know, and by what stands in it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from dentsync.model import FIELDS, SENSITIVE, FieldType
from dentsync.transform.sniff_kinds import FEW, Contents, Kind

Why = Literal["", "header", "like", "contents", "against"]
USUAL = "helix"
LIKELY = 50
"""Percent from which a column is taken for a field."""

_ALIKE = 0.6
_CONSENT = re.compile(r"согласи.*(?:смс|sms|рассыл|оповещ|уведомл)|conformtosending")
_PATIENT = re.compile("пациент|клиент|ребен|patient|client")
_DOCTOR = re.compile("врач|доктор|специалист|doctor")
_WHEN = re.compile("дата|время|начал|date|time|start")
_OLD = 1995
"""Nobody has been a patient, or has been booked, for so long: these are birthdays."""
_STRICT: tuple[Kind, ...] = ("phone", "email", "datetime", "date", "time")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its place (from 0), its header as it stands and folded, and what is in it.

    ``occurrence``: how many columns of this name stand before it.
    """

    index: int
    header: str = field(repr=False)
    folded: str = field(repr=False)
    contents: Contents
    occurrence: int = 0


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column is taken for. ``why``: a known name in the header, one like it, the contents alone, or a known name
    that the contents speak ``against``. ``inverted``: it means the opposite."""

    column: Column
    field: str = ""
    percent: int = 0
    why: Why = ""
    inverted: bool = False

    @property
    def is_sensitive(self) -> bool:
        """Whether it is left alone unless somebody asks for it."""
        return self.field in SENSITIVE

    @property
    def is_taken(self) -> bool:
        """Whether the section that is proposed reads it."""
        return self.percent >= LIKELY and not self.is_sensitive


Names = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Folded header name -> source -> the fields that it may mean there, the likeliest first."""


def source_of(columns: Sequence[Column], names: Names) -> str:
    """The vocabulary that knows most of these headers, the usual one unless another knows two more of them; empty if
    none knows any."""
    hits = Counter(source for column in columns for source in names.get(column.folded, {}))
    ahead = {source: count + 1.5 * (source == USUAL) for source, count in hits.items()}
    return max(sorted(ahead), key=ahead.__getitem__, default="")


def guesses_of(columns: Sequence[Column], names: Names, source: str) -> tuple[ColumnGuess, ...]:
    """One guess a column, in their order. A field is taken once, by its likeliest column; phones by all of theirs."""
    offers = [guess for column in columns for guess in _offers(column, names, source)]
    taken: dict[int, ColumnGuess] = {}
    fields: set[str] = set()
    for offer in sorted(offers, key=lambda guess: (-guess.percent, guess.column.index)):
        if offer.column.index not in taken and (offer.field not in fields or offer.field == "phones"):
            taken[offer.column.index] = offer
            fields.add(offer.field)
    return tuple(taken.get(column.index, ColumnGuess(column)) for column in columns)


def _offers(column: Column, names: Names, source: str) -> Iterator[ColumnGuess]:
    if not column.folded:  # nobody could name it
        return
    if _CONSENT.search(column.folded):
        yield ColumnGuess(column, "sms_opt_out", 85, "header", inverted=True)
        return
    known = names.get(column.folded)
    if known:
        yield from _by_header(column, known, source)
    else:
        yield from _by_likeness(column, names)
    yield from _by_contents(column)


def _by_header(column: Column, known: Mapping[str, tuple[str, ...]], source: str) -> Iterator[ColumnGuess]:
    for other in sorted(known, key=lambda name: name != source):
        for place, name in enumerate(known[other]):
            agreed, percent = _agreement(name, column.contents)
            lessened = (0 if other == source else 4) + 3 * abs(place - min(column.occurrence, len(known[other]) - 1))
            yield ColumnGuess(column, name, percent - lessened, "header" if agreed else "against")


def _agreement(name: str, contents: Contents) -> tuple[bool, int]:
    """Whether the contents bear the name out, and how likely it is then (percent)."""
    if not contents.filled:
        return True, 75
    if name == "sex":
        return True, 99 if contents.kind == "sex" else 85
    match FIELDS[name]:
        case FieldType.TEXT:
            return (False, 40) if contents.kind in _STRICT else (True, 95)
        case FieldType.STATUS:
            return (
                (False, 40) if contents.kind in (*_STRICT, "name") else (True, round(80 + 19 * contents.agrees(name)))
            )
    share = contents.agrees(name)
    return (True, round(70 + 29 * share)) if share >= LIKELY / 100 else (False, 35)


def _by_likeness(column: Column, names: Names) -> Iterator[ColumnGuess]:
    """The known names that share most of what is telling in the header. What is empty bears nothing out."""
    alike = _alike(column.folded, names) if column.contents.filled else {}
    for name in sorted(alike, key=lambda one: -alike[one])[:3]:
        for fields in names[name].values():
            agreed, percent = _agreement(fields[0], column.contents)
            if agreed:
                yield ColumnGuess(column, fields[0], round(percent * alike[name] * 0.9), "like")


def _alike(folded: str, names: Names) -> dict[str, float]:
    """Known names by how much they and the header have in common: groups of letters that few names have weigh most."""
    weights = _weights(frozenset(names))
    ours = _pieces(folded)
    total = sum(weights.get(piece, 1.0) for piece in ours)
    found = {}
    for name in names:
        theirs = _pieces(name)
        shared = sum(weights[piece] for piece in ours & theirs)
        both = total + sum(weights[piece] for piece in theirs)
        if 2 * shared >= _ALIKE * both > 0:
            found[name] = 2 * shared / both
    return found


@lru_cache(maxsize=8)
def _weights(names: frozenset[str]) -> Mapping[str, float]:
    counts = Counter(piece for name in names for piece in _pieces(name))
    return {piece: 1 / count for piece, count in counts.items()}


@lru_cache(maxsize=4096)
def _pieces(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


def _by_contents(column: Column) -> Iterator[ColumnGuess]:
    contents = column.contents
    name, percent = _BY_KIND.get(contents.kind, ("", 0))
    if contents.kind == "name" and _PATIENT.search(column.folded):
        percent = 70
    elif contents.kind == "name" and (contents.uniqueness < 0.3 or _DOCTOR.search(column.folded)):
        name, percent = "doctor", 40
    if contents.kind == "date" and 0 < contents.oldest < _OLD:
        name, percent = "birth_date", 60
    if contents.kind == "datetime" and _WHEN.search(column.folded):
        percent = 55
    if name and contents.filled >= FEW and not contents.shares.get("ordinal"):
        yield ColumnGuess(column, name, percent, "contents")


_BY_KIND: Mapping[Kind, tuple[str, int]] = {
    "phone": ("phones", 60),
    "email": ("email", 75),
    "status": ("status", 65),
    "name": ("full_name", 55),
    "datetime": ("start_at", 40),
    "time": ("start_time", 35),
    "sex": ("sex", 60),
    "id": ("card_number", 30),
}
"""What a column without a known name may be, and how likely that is (percent)."""
