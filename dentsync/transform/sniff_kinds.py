"""What the cells of a column look like, whatever its header says: the share of values that each parser reads."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from dentsync.model import FIELDS, FieldType
from dentsync.transform.dates import parse_datetime, parse_time
from dentsync.transform.masks import masked
from dentsync.transform.money import parse_money, parse_number
from dentsync.transform.names import parse_name
from dentsync.transform.phones import parse_phones
from dentsync.transform.sniff_dates import is_dated
from dentsync.transform.words import flag, fold, is_empty

Kind = Literal[
    "empty", "email", "datetime", "date", "time", "phone", "status", "flag", "sex", "name", "number", "money", "id",
    "text",
]  # fmt: skip
SAMPLES = 3
LOOKED_AT = 240
"""So many different values of a column are looked at, spread over the file."""
SLOW = 60
"""So many by parsers that take their time."""
SURE = 0.8
"""A column is of a kind when this share of its values is."""
UNIQUE = 0.9
FEW = 5

_EMPTY_YEARS = ("0001", "0000", "1899", "1900")
_LONGEST_NOTHING = 14
_ZONE = ZoneInfo("UTC")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_DIGITS = re.compile(r"\d")
_CLOCK = re.compile(r"[T\s]\d{1,2}[:.-]\d\d")
_MIDNIGHT = re.compile(r"[T\s]0?0:00(?::00(?:[.,]0+)?)?$")
_ID = re.compile(r"(?=.*\d)[\w./-]{1,36}")
_WHOLE = re.compile(r"[\s\d+−-]+")
_SUM = re.compile(r"[\d\s.,()₽+−–-]+(?:руб\.?|р\.|₽)?", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][^\d@]*\s[^\d@]*[^\W\d_.]?\.?")
_CAPITAL = re.compile(r"\b[^\W\d_a-zа-яё]")
_SERIAL = re.compile(r"[2-5]\d{4}(?:[.,]\d+)?")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SEX = frozenset({"м", "ж", "муж", "жен", "мужской", "женский", "male", "female", "m", "f"})


@dataclass(frozen=True, slots=True)
class Contents:
    """One column. ``shares``: which part of the values looked at each kind reads; ``even``: which has the usual
    length, ``serial``: which may be a day's number in Excel, ``ordinal``: 1 where it only numbers the rows. The other
    numbers count cells.

    ``samples`` are shapes, most frequent first. ``oldest``: the first year (AD) that it names, 0 for none.
    """

    rows: int
    filled: int
    distinct: int
    shares: Mapping[str, float]
    samples: tuple[str, ...] = field(default=())
    oldest: int = 0

    @property
    def kind(self) -> Kind:
        """What most of it is: the most telling kind that reads nearly all of it."""
        if not self.filled:
            return "empty"
        found: Kind = next((kind for kind in TESTS if self.shares.get(kind, 0) >= SURE), "text")
        return "id" if found == "number" and self.is_numbering else found

    @property
    def is_numbering(self) -> bool:
        """Whether its numbers are names rather than amounts: nearly all different, and of one length."""
        different = self.filled >= FEW and self.uniqueness >= UNIQUE and not self.shares.get("ordinal")
        return different and self.shares.get("even", 0) >= SURE

    @property
    def uniqueness(self) -> float:
        """Different values among the filled cells, from 0 to 1."""
        return self.distinct / self.filled if self.filled else 0.0

    def agrees(self, name: str) -> float:
        """Which part of it reads as this field's type, from 0 to 1."""
        return max((self.shares.get(kind, 0.0) for kind in EXPECTED[FIELDS[name]]), default=1.0)


EXPECTED: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.NAME: ("name",),
    FieldType.PHONES: ("phone",),
    FieldType.TEXT: (),
    FieldType.ID: ("id", "number"),
    FieldType.DATE: ("date", "datetime", "serial"),
    FieldType.TIME: ("time",),
    FieldType.DATETIME: ("datetime", "date", "serial"),
    FieldType.MONEY: ("money", "number"),
    FieldType.NUMBER: ("number",),
    FieldType.FLAG: ("flag",),
    FieldType.STATUS: ("status",),
}


def contents_of(cells: Sequence[str], statuses: frozenset[str]) -> Contents:
    """A column's cells, all of them. ``statuses`` are the known status words, folded."""
    values = {cell: count for cell, count in Counter(cells).items() if not _says_nothing(cell)}
    spread = _spread(list(values), LOOKED_AT)
    shares: dict[str, float] = {kind: _share(test, spread, statuses) for kind, test in TESTS.items()} if spread else {}
    if spread:
        shares["serial"] = sum(_SERIAL.fullmatch(value) is not None for value in spread) / len(spread)
        lengths = Counter(map(len, spread))
        shares["ordinal"] = float(all(cell == str(number) for number, cell in enumerate(cells[:LOOKED_AT], 1)))
        shares["even"] = lengths.most_common(1)[0][1] / len(spread)
    years = [int(found[0]) for value in spread if (found := _YEAR.search(value))]
    return Contents(len(cells), sum(values.values()), len(values), shares, _shapes(values), min(years, default=0))


def _says_nothing(text: str) -> bool:
    """Empty whatever the column is: «нет» and «0» may be answers."""
    if text[:1].isdecimal():
        return any(year in text for year in _EMPTY_YEARS) and is_empty(text, FieldType.DATETIME)
    return len(text) <= _LONGEST_NOTHING and is_empty(text, FieldType.NAME)


def _spread(values: list[str], most: int) -> list[str]:
    step = max(1, len(values) // most)
    return values[::step][:most]


def _share(test: "Test", values: list[str], statuses: frozenset[str]) -> float:
    looked_at = _spread(values, SLOW) if test in _SLOW_TESTS else values
    return sum(test(value, statuses) for value in looked_at) / len(looked_at)


def _shapes(values: Mapping[str, int]) -> tuple[str, ...]:
    shapes: dict[str, int] = {}
    for value in _spread(list(values), LOOKED_AT):
        shape = masked(value)
        shapes[shape] = shapes.get(shape, 0) + values[value]
    return tuple(sorted(shapes, key=lambda shape: -shapes[shape])[:SAMPLES])


# ── one test for each kind ────────────────────────────────────────────────────────────────────

Test = Callable[[str, frozenset[str]], bool]


def _reads(parse: Callable[[str], object], text: str) -> bool:
    try:
        return parse(text) is not None
    except ValueError:
        return False


def _is_date(text: str, _statuses: frozenset[str]) -> bool:
    return is_dated(text) or _reads(lambda one: parse_datetime(one, _ZONE), text)


def _is_datetime(text: str, statuses: frozenset[str]) -> bool:
    """A midnight is how 1C writes a day."""
    return _CLOCK.search(text) is not None and _MIDNIGHT.search(text) is None and _is_date(text, statuses)


def _is_time(text: str, _statuses: frozenset[str]) -> bool:
    """With a colon: «12.50» is more often a sum."""
    return ":" in text and _reads(parse_time, text)


def _is_phone(text: str, _statuses: frozenset[str]) -> bool:
    return len(_DIGITS.findall(text)) >= 10 and bool(parse_phones(text).usable)


def _is_name(text: str, _statuses: frozenset[str]) -> bool:
    """Of two words with capitals at least: remarks have one."""
    if not _NAME.fullmatch(text.strip()) or len(_CAPITAL.findall(text)) < 2 or len(text) > 60:
        return False
    name = parse_name(text)
    return name.action != "quarantine" and bool(name.last and name.first)


TESTS: Mapping[Kind, Test] = {
    "email": lambda text, _: _EMAIL.fullmatch(text.strip()) is not None,
    "datetime": _is_datetime,
    "date": _is_date,
    "time": _is_time,
    "phone": _is_phone,
    "status": lambda text, statuses: fold(text) in statuses,
    "flag": lambda text, _: _reads(flag, text),
    "sex": lambda text, _: fold(text) in _SEX,
    "name": _is_name,
    "number": lambda text, _: _WHOLE.fullmatch(text) is not None and _reads(parse_number, text),
    "money": lambda text, _: _SUM.fullmatch(text) is not None and _reads(parse_money, text),
    "id": lambda text, _: _ID.fullmatch(text.strip()) is not None,
}
"""Most telling first. What is a date is no time, what is a number may be money."""
_SLOW_TESTS = (_is_phone, _is_name)
