"""A feed's file, opened as the feed says it is to be read: reshaped, its columns found, its last lines checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dentsync.config import Feed
from dentsync.extract.columns import Columns, match_columns, words_of
from dentsync.extract.export import Export, open_export
from dentsync.model import FIELDS, FieldType

if TYPE_CHECKING:
    from dentsync.transform.totals import Verdict


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that can be read. ``rows`` has a row for each row of the file, ``export`` one for each record."""

    rows: Export
    export: Export
    columns: Columns


def open_feed(feed: Feed, path: Path) -> Opened:
    """Open a file of a feed. Raises SourceError."""
    words = words_of(feed.aliases)
    rows = open_export(path, words, sheet=feed.sheet, encoding=feed.encoding, pad=feed.pad, rejoin=feed.rejoin)
    if feed.groups or feed.fill_down:
        from dentsync.extract.carried import carried

        rows = carried(rows, feed.groups, feed.fill_down, feed.aliases, feed.name)
    columns = match_columns(rows.layout.header, feed.aliases, feed=feed.name, file=path.name, parts=feed.parts)
    return Opened(rows, _merged(feed, rows, columns), columns)


def _merged(feed: Feed, rows: Export, columns: Columns) -> Export:
    if not feed.rules.merge:
        return rows
    from dentsync.extract.merged import merged

    return merged(rows, columns, feed.rules.key, feed.rules.merge)


def verdicts(opened: Opened) -> "dict[int, Verdict]":
    """What the lines below the rows say of them, by physical line. Reads the whole file once more."""
    from dentsync.extract.footers import declared_count
    from dentsync.transform.totals import Totals

    rows, width = opened.rows, len(opened.rows.layout.header)
    hidden = "hidden" in rows.bent  # a sum of what is to be seen
    found: dict[int, Verdict] = {}
    sums = (
        [] if hidden else [index for name, where in opened.columns.indexes.items() for index in where if _is_sum(name)]
    )
    totals = Totals(sums)
    for line, raw in rows.rows():
        noise = rows.noise(raw)
        if noise == "footer":
            cells = rows.loose(raw)
            found[line] = totals.judge(cells, declared_count([cell for cell in cells if cell.strip()]))
        elif not noise:
            totals.add(rows.loose(raw) if sums else (), width)
    return found


def _is_sum(name: str) -> bool:
    return FIELDS[name] is FieldType.MONEY
