"""Which of the first rows is the header, and what its columns are called, also where it takes two rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dentsync.extract.columns import fold_header

HEADER_ROWS = 15
"""The header row is looked for among so many first rows."""


@dataclass(frozen=True, slots=True)
class Header:
    """Names of the columns; ``first`` and ``last`` are indexes of the rows they stand in. ``hits``: known names."""

    names: tuple[str, ...] = field(default=(), repr=False)
    first: int = 0
    last: int = 0
    hits: int = 0

    @property
    def width(self) -> int:
        """How many columns have a name."""
        return sum(_is_named(name) for name in self.names)

    @property
    def set_aside(self) -> dict[str, int]:
        """Rows that stand above the rows of data: of the first header row alone nobody needs to be told."""
        counts = {"preamble": self.first, "header": self.last - self.first}
        return {kind: count for kind, count in counts.items() if count}


def header_of(rows: Sequence[Sequence[str]], words: frozenset[str]) -> Header:
    """The row that looks most like a header: by known names, without any by filled cells.

    Two rows are one header where together they have more known names than either: «Пациент» above «ФИО» and «Телефон»,
    beside it «Врач» in the upper row alone.
    """
    single = [Header(tuple(row), index, index, _hits(row, words)) for index, row in enumerate(rows)]
    best = max(single, key=lambda one: (one.hits, one.width, -one.first), default=Header())
    for upper, lower in pairwise(single):
        if upper.hits and lower.hits and _is_names(lower, words):
            names = _joined(upper.names, lower.names)
            hits = _hits(names, words)
            if hits > max(best.hits, upper.hits, lower.hits):
                best = Header(names, upper.first, lower.last, hits)
    return best if best.width else Header()


def _is_named(text: str) -> bool:
    return any(map(str.isalnum, text))


def _hits(row: Sequence[str], words: frozenset[str]) -> int:
    return len(words & {fold_header(cell) for cell in row})


def _is_names(row: Header, words: frozenset[str]) -> bool:
    """Whether at least half of what stands there is known: a row of data may have one such word by chance."""
    return 2 * sum(fold_header(name) in words for name in row.names) >= row.width


def _joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """The lower name, or the upper one where there is none; both where the lower one alone is not unique."""
    width = max(len(upper), len(lower))
    above, below = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    folded = [fold_header(name) for name in below]
    names, group = [], ""
    for over, name, plain in zip(above, below, folded, strict=True):
        group = over if _is_named(over) else group
        if not plain:
            names.append(over)
        else:
            names.append(f"{group.strip()}.{name.strip()}" if group and folded.count(plain) > 1 else name)
    return tuple(names)
