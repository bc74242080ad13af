"""How the dates of a column are written, and whether their order of day and month can be told.

What ``transform.dates`` reads by itself needs nothing. The rest needs a ``strptime`` format in the configuration, which
is proposed only where the values themselves leave no doubt.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from dentsync.lang import _
from dentsync.transform.dates import EXCEL

Doubt = Literal["", "order", "mixed", "century", "swapped"]

_MONTHS = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
# shape | strptime, empty where nothing has to be configured
_DAYS: tuple[tuple[str, str, str], ...] = (
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "D.M.Y", ""),
    (r"\d{4}-\d\d-\d\d", "Y-M-D", ""),
    (rf"\d{{1,2}} (?:{_MONTHS}) \d{{4}}(?: ?г\.?)?", "D month Y", ""),
    (r"\d{1,2}/\d{1,2}/\d{4}", "D/M/Y", "%d/%m/%Y"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "D-M-Y", "%d-%m-%Y"),
    (r"\d{1,2}\.\d{1,2}\.\d\d", "D.M.y", "%d.%m.%y"),
    (r"\d{1,2}/\d{1,2}/\d\d", "D/M/y", "%d/%m/%y"),
    (r"\d{4}/\d\d/\d\d", "Y/M/D", "%Y/%m/%d"),
    (r"\d{4}\.\d\d\.\d\d", "Y.M.D", "%Y.%m.%d"),
    (r"\d{8}", "YMD", "%Y%m%d"),
    (r"\d{5}(?:[.,]\d+)?", "serial", EXCEL),
)
_TIMES: tuple[tuple[str, str, str], ...] = (
    ("", "", ""),
    (r"[T ,]+\d{1,2}:\d\d", " h:n", " %H:%M"),
    (r"[T ,]+\d{1,2}:\d\d:\d\d", " h:n:s", " %H:%M:%S"),
    (r"[T ,]+\d{1,2}:\d\d:\d\d[.,]\d+", " h:n:s.f", " %H:%M:%S.%f"),
)
_SHAPES = [
    (re.compile(f"({day}){time}(?:Z|[+-]\\d\\d:?\\d\\d)?", re.IGNORECASE), name + clock, form + tail if form else "")
    for day, name, form in _DAYS
    for time, clock, tail in _TIMES
    if form != EXCEL or not time
]
_NINES = str.maketrans("012345678", "9" * 9)
_DAY_AND_MONTH = 6
"""So many characters hold both."""
_NUMBERS = re.compile(r"\d+")
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class DateShape:
    """A way of writing dates in one column. ``format`` is what ``dates`` needs to be told, if anything."""

    shape: str
    count: int
    format: str = ""
    doubt: Doubt = ""


def is_dated(text: str) -> bool:
    """Whether it is written in one of the shapes that are known, bare numbers apart."""
    return any(
        pattern.fullmatch(text.strip()) for pattern, name, _form in _SHAPES if not name.startswith(("serial", "YMD"))
    )


def date_shapes(values: Iterable[str]) -> tuple[DateShape, ...]:
    """The shapes of a column's values, most frequent first; what is no date is left out."""
    masks: dict[str, Counter[str]] = defaultdict(Counter)
    for value, count in Counter(values).items():
        masks[value.translate(_NINES)][value[:_DAY_AND_MONTH]] += count
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for mask, beginnings in masks.items():
        plain = " ".join(mask.split())
        index = next((index for index, (pattern, *_more) in enumerate(_SHAPES) if pattern.fullmatch(plain)), None)
        if index is not None:
            found[index] += beginnings
    shapes = [_shape(index, beginnings) for index, beginnings in found.items()]
    return tuple(sorted(shapes, key=lambda shape: -shape.count))


def _shape(index: int, beginnings: Counter[str]) -> DateShape:
    _pattern, name, form = _SHAPES[index]
    doubt, count = _doubt(name, beginnings), beginnings.total()
    if doubt == "swapped" and form:
        return DateShape(named(name.replace("D/M", "M/D").replace("D-M", "M-D")), count, _swapped(form))
    return DateShape(named(name), count, "" if doubt in ("order", "mixed", "swapped") else form, doubt)


def _swapped(form: str) -> str:
    return form.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")


def _doubt(name: str, beginnings: Iterable[str]) -> Doubt:
    """``order``: no value tells whether the day or the month stands first; ``mixed``: some say this, some that."""
    if not name.startswith("D") or name.startswith("D month"):
        return ""
    pairs = [tuple(map(int, _NUMBERS.findall(text)[:2])) for text in beginnings]
    day_first = any(first > _LAST_MONTH for first, _second in pairs)
    month_first = any(second > _LAST_MONTH for _first, second in pairs)
    if day_first and month_first:
        return "mixed"
    if month_first:
        return "swapped"
    if not day_first and not name.startswith("D."):
        return "order"
    return "century" if "y" in name.partition(" ")[0] else ""


def named(name: str) -> str:
    """A shape as people write it: «дд.мм.гггг ч:мм»."""
    letters = ("D", "M", "Y", "y", "h", "n", "s", "f")
    words: Mapping[str, str] = dict(zip(letters, _("dd mm yyyy yy h mm ss 000").split(), strict=True))
    if name.startswith("serial"):
        return _("number of a day in Excel")
    return re.sub(r"month|[DMYyhnsf]", lambda found: words.get(found[0], _("month")), name)


def formats_of(shapes: Iterable[DateShape]) -> list[str]:
    """What ``dates`` has to be told of all these shapes, each once."""
    return list(Counter(shape.format for shape in shapes if shape.format))
