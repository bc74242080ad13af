"""What ``sniff`` found, as JSON. Names of columns are in it; cells are not, not even by their shape."""

from typing import TYPE_CHECKING, Any

import msgspec

from dentsync.redact import redact
from dentsync.show import dumps
from dentsync.transform.masks import masked

if TYPE_CHECKING:
    from dentsync.runs.sniffing import Sniffed
    from dentsync.transform.sniff_columns import ColumnGuess


def shown_header(guess: "ColumnGuess", found: "Sniffed") -> str:
    """The name of a column; its shape where the row may be no header but a patient."""
    header = " ".join(guess.column.header.split())
    return header if found.section and found.layout.hits >= 1 else masked(header)


def sniffed_json(found: "Sniffed") -> str:
    """Everything as one object."""
    judgement, feed = found.judgement, found.judgement.feed
    shown: dict[str, Any] = {
        "file": found.path.name,
        "size": found.size,
        "format": found.layout.format,
        "encoding": found.layout.encoding,
        "encoding_why": found.encoding_why,
        "delimiter": found.layout.delimiter,
        "sheet": found.layout.sheet,
        "header_line": found.layout.header_line,
        "rows": {"data": found.rows.data, "unreadable": found.rows.faulty, **found.rows.aside},
        "source": judgement.source,
        "columns": [_column_json(guess, found) for guess in judgement.columns],
        "entity": feed.entity.value,
        "kind": feed.kind,
        "why": feed.reason,
        "key": msgspec.to_builtins(feed.key),
        "statuses": [msgspec.to_builtins(word) for word in judgement.statuses],
        "notes": list(found.notes),
        "section": found.section,
        "proof": msgspec.to_builtins(found.proof),
    }
    return dumps(redact.each(shown))


def _column_json(guess: "ColumnGuess", found: "Sniffed") -> dict[str, Any]:
    contents = guess.column.contents
    return {
        "column": shown_header(guess, found),
        "field": guess.field,
        "percent": guess.percent,
        "why": guess.why,
        "taken": guess.is_taken,
        "sensitive": guess.is_sensitive,
        "inverted": guess.inverted,
        "contents": contents.kind,
        "filled": contents.filled,
        "distinct": contents.distinct,
        "dates": msgspec.to_builtins(found.judgement.dates.get(guess.column.index, ())),
    }
