"""Lines below the rows say how many rows there are and what they come to: a check that costs nothing."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from dentsync.transform.money import parse_money

Verdict = Literal["agrees", "rows", "sum", "unknown"]
"""``rows`` and ``sum``: what does not agree. ``unknown``: nothing in the line can be compared."""


class Totals:
    """Rows counted and sums added up while a file is read. ``sums``: the columns of sums, from 0.

    A line may be about all rows above it or about those since any such line before it: totals of groups and pages.
    """

    def __init__(self, sums: Collection[int]) -> None:
        self._rows = 0
        self._sums: dict[int, Decimal | None] = dict.fromkeys(sums, Decimal())
        self._marks: list[tuple[int, Mapping[int, Decimal | None]]] = [(0, dict(self._sums))]

    @property
    def rows(self) -> int:
        """So many rows were added."""
        return self._rows

    def add(self, cells: Sequence[str], width: int) -> None:
        """One row of data; one that has not as many cells as the header cannot be added up."""
        self._rows += 1
        for index, total in self._sums.items():
            value = _sum_of(cells[index]) if len(cells) == width else None
            self._sums[index] = None if total is None or value is None else total + value

    def judge(self, cells: Sequence[str], declared: int | None) -> Verdict:
        """What a line below the rows says of them. ``declared``: the number of rows that it names outright."""
        counts = {self._rows - rows for rows, _sums in self._marks}
        verdicts = {self._compared(index, text) for index, text in enumerate(cells) if index in self._sums}
        before = self._marks[-1]
        if before[0] != self._rows:
            self._marks.append((self._rows, dict(self._sums)))
        if declared is not None:
            return "agrees" if declared in counts else "rows"
        if "sum" in verdicts:
            return "sum"
        return "agrees" if "agrees" in verdicts else "unknown"

    def _compared(self, index: int, text: str) -> Verdict:
        total, said = self._sums[index], _sum_of(text) if text.strip() else None
        if total is None or said is None:
            return "unknown"
        earlier = (sums[index] for _rows, sums in self._marks)
        return "agrees" if any(one is not None and total - one == said for one in earlier) else "sum"


def _sum_of(text: str) -> Decimal | None:
    if not text.strip(" \t\r\n\xa0-—–"):
        return Decimal()
    try:
        return parse_money(text)
    except ValueError:
        return None
