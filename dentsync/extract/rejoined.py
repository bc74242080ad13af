"""Comments whose line breaks nobody quoted: their pieces are put together where nothing else can be meant."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

_KEY = re.compile(rb"\"?\d[\d .:/\\-]*\"?(?=[;,\t|\r\n]|$)")
"""A first cell that is a number, a day or a moment: only a new row begins so."""

Row = tuple[int, bytes]


def rejoined(
    found: Iterator[Row],
    delimiter: bytes,
    wanted: tuple[int, int],
    is_noise: Callable[[bytes], bool],
    bent: Counter[str],
) -> Iterator[Row]:
    """Rows with the lines that belong to them. ``wanted``: the least and the most cells that a whole row has.

    A line is a piece of the row above if it does not begin like a row, and that row does, and together they have no
    more cells than a row. Pieces that do not come to a whole row stay what they are: faulty rows. ``bent`` counts.
    """
    rows: list[Row] = []
    cells = 0
    for line, raw in found:
        more = raw.count(delimiter)
        if rows and not (_KEY.match(raw) or is_noise(raw)) and cells + more <= wanted[1]:
            rows.append((line, raw))
            cells += more
            continue
        yield from _closed(rows, cells, wanted, bent)
        rows, cells = [], 0
        if _KEY.match(raw):
            rows, cells = [(line, raw)], more + 1
        else:
            yield line, raw
    yield from _closed(rows, cells, wanted, bent)


def _closed(rows: list[Row], cells: int, wanted: tuple[int, int], bent: Counter[str]) -> Iterator[Row]:
    if len(rows) < 2 or not wanted[0] <= cells <= wanted[1]:
        yield from rows
        return
    bent["rejoined"] += 1
    yield rows[0][0], b"\n".join([*(raw.rstrip(b"\r\n") for _line, raw in rows[:-1]), rows[-1][1]])
