"""Which column is which: the names of a file's header against the names that the configuration knows."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from dentsync.errors import SourceError
from dentsync.lang import _
from dentsync.model import FIELDS, FieldType

_LOOKALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху")
_ALIKE = frozenset("abcehkmoptxy")
_CYRILLIC = re.compile("[а-я]")
_LATIN = re.compile("[a-z]")
_WORD = re.compile(r"[^\W\d_]+")
_NOT_SAID = re.compile(r"[^\w%]+|_+")
_OCCURRENCE = re.compile(r"(.+)#(\d+)", re.DOTALL)
_NO_PARTS: Mapping[str, tuple[str, str]] = {}
_SHOWN = 40
_HEADER = 2
"""So many known names make a header; one may be a chance hit in a row of data."""


@lru_cache(maxsize=4096)
def fold_header(text: str) -> str:
    """A header name as it is compared: letters, digits and ``%`` only, lower case, ё as е.

    Spaces, line breaks, dots, quotes, asterisks and underscores say nothing in a header, so that «Ф.И.О.», «ФИО *» and
    the XML tag ``НомерКарты`` meet their aliases «ФИО» and «Номер карты». Latin letters that look Cyrillic are
    replaced in words that are mostly Cyrillic, or have no other Latin letters. Empty when nothing is left.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _NOT_SAID.sub("", _WORD.sub(_in_one_script, plain))


def _in_one_script(word: re.Match[str]) -> str:
    text = word.group()
    cyrillic, latin = len(_CYRILLIC.findall(text)), _LATIN.findall(text)
    mixed = cyrillic and (cyrillic >= len(latin) or _ALIKE.issuperset(latin))
    return text.translate(_LOOKALIKES) if mixed else text


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each of our fields stands in the rows of one file.

    ``indexes`` has only fields whose column is there: one index, or several for phones, in the order of their aliases.
    ``unknown`` are the named columns that no field took. ``aliases`` are those that were looked for. ``parts`` say what
    of its cell a field is; other fields may be other parts of that cell.
    """

    feed: str
    file: str
    header: tuple[str, ...] = field(repr=False)
    indexes: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...] = field(repr=False)
    aliases: Mapping[str, Sequence[str]] = field(repr=False)
    parts: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def pick(self, cells: Sequence[str]) -> dict[str, str]:
        """Field -> verbatim text of one row; several phone cells become the lines of one text.

        A cell that has not the part that was looked for is given whole, for the judge of values to reject it.
        """
        picked = {
            name: cells[where[0]] if len(where) == 1 else "\n".join(filter(None, (cells[index] for index in where)))
            for name, where in self.indexes.items()
        }
        for name, pattern in self.parts.items():
            found = pattern.search(picked[name])
            picked[name] = (found[1] or "") if found else picked[name]
        return picked


def words_of(aliases: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """All known header names, folded: what ``open_export`` looks for."""
    return frozenset(_alias(alias)[0] for names in aliases.values() for alias in names) - {""}


def match_columns(
    header: Sequence[str],
    aliases: Mapping[str, Sequence[str]],
    *,
    feed: str,
    file: str,
    parts: Mapping[str, tuple[str, str]] = _NO_PARTS,
) -> Columns:
    """Find each field's column by its aliases, the first alias that is there winning. Raises nothing.

    A name that stands in the header twice is meant by occurrence: «Комментарий» or «Комментарий#1» is the first,
    «Комментарий#2» the second. Phones take every column of every alias. A column serves one field, the first that
    claims it; ``parts`` (field -> column, regular expression with one group) take theirs besides.
    """
    places = _places(header)
    free = set(range(len(header)))
    indexes: dict[str, tuple[int, ...]] = {}
    whole = {name: names for name, names in aliases.items() if name not in parts}
    pieces = {name: tuple(_wanted([column], places, False)) for name, (column, _take) in parts.items()}
    for name, names in whole.items():
        several = FIELDS.get(name) is FieldType.PHONES
        found = list(dict.fromkeys(index for index in _wanted(names, places, several) if index in free))
        if found:
            indexes[name] = tuple(found if several else found[:1])
            free.difference_update(indexes[name])
    indexes |= {name: found for name, found in pieces.items() if found}
    free.difference_update(*pieces.values())
    unknown = tuple(header[index] for index in sorted(free) if fold_header(header[index]))
    takes = {name: re.compile(take) for name, (_column, take) in parts.items() if name in indexes}
    return Columns(feed, file, tuple(header), indexes, unknown, aliases, takes)


def _places(header: Sequence[str]) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(header):
        places[fold_header(name)].append(index)
    return places


def _alias(alias: str) -> tuple[str, int | None]:
    """Folded name and occurrence (from 1) of an alias."""
    match = _OCCURRENCE.fullmatch(alias)
    return (fold_header(match[1]), int(match[2])) if match else (fold_header(alias), None)


def _wanted(names: Iterable[str], places: Mapping[str, list[int]], several: bool) -> Iterator[int]:
    for name, occurrence in map(_alias, names):
        found = places.get(name, []) if name else []
        if occurrence is None:
            yield from found if several else found[:1]
        else:
            yield from found[occurrence - 1 : occurrence] if occurrence else ()


def missing(columns: Columns, required: Iterable[str]) -> SourceError | None:
    """The refusal of a file that lacks a required column, or ``None``.

    A file in which hardly a column is known may have no header: its first row may be a patient, and is not shown.
    """
    absent = [name for name in required if name not in columns.indexes]
    if not absent:
        return None
    wanted = ", ".join(f"{name} ({_quoted(columns.aliases.get(name, ()), most=3)})" for name in absent)
    place = f"feeds.{columns.feed}.columns" + (f".{absent[0]}" if len(absent) == 1 else "")
    if len(columns.indexes) < _HEADER:
        text = _(
            "{file}: no header row with known names (wanted: {wanted}); check the file, or add its names to {place}"
        )
        if len(columns.header) == 1:
            text = _(
                "{file}: has one column only (wanted: {wanted}); export it with semicolons, commas, tabs or vertical"
                " bars between the columns, or add the name of that column to {place}"
            )
        return SourceError(text.format(file=columns.file, wanted=wanted, place=place))
    text = _("{file}: no column for {wanted}; the file has: {header}; add its name to {place}")
    return SourceError(
        text.format(file=columns.file, wanted=wanted, header=_quoted(filter(None, columns.header)), place=place)
    )


def _quoted(names: Iterable[str], most: int = _SHOWN) -> str:
    shown = [f"«{' '.join(name.split())}»" for name in names]
    return ", ".join(shown[:most]) + (", …" if len(shown) > most else "")
