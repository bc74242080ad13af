"""What ``sniff`` found, on a terminal. Cells are shown by their shape only."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from dentsync.lang import _
from dentsync.load.console import Piece, show
from dentsync.redact import redact
from dentsync.show_sniff_json import shown_header

if TYPE_CHECKING:
    from dentsync.runs.sniffing import Sniffed
    from dentsync.transform.sniff import StatusWord
    from dentsync.transform.sniff_columns import ColumnGuess
    from dentsync.transform.sniff_dates import DateShape

WIDE, USUAL = 100, 120
"""From so many characters on there is room for all columns; so many are supposed where nobody looks."""
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE"}
KINDS = {
    "empty": "empty", "email": "e-mail", "datetime": "date, time", "date": "date", "time": "time", "phone": "phone",
    "status": "status", "flag": "yes/no", "sex": "sex", "name": "name", "number": "number", "money": "money",
    "id": "id", "text": "text",
}  # fmt: skip
ASIDE = {
    "preamble": "above the header", "blank": "blank", "header": "header again", "footer": "totals",
    "group": "group rows", "other": "other elements",
}  # fmt: skip
DOUBTS = {
    "order": "day or month first? no value tells: look, and write dates",
    "mixed": "some values have the day first, some the month: they cannot be told apart",
    "swapped": "the month stands first: export them with the day first",
    "century": "years of two digits: birth dates are not read",
}
STYLES = {"header": "green", "like": "yellow", "contents": "yellow", "against": "red", "": "dim"}


def show_sniffed(found: "Sniffed") -> None:
    """Everything, and the section to paste, which is never cut."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else USUAL
    show(lines_above(found, width))
    if found.section:
        click.echo(f"\n{_said(found.section)}\n")
        show(lines_below(found, width))


def lines_above(found: "Sniffed", width: int) -> Iterator[list[Piece]]:
    """What stands above the section."""
    yield from _head_lines(found, width)
    yield from _column_lines(found, width)
    for line in (*_remarks(found), *_feed_lines(found), *_date_lines(found), *_status_lines(found)):
        yield from _wrapped(line, width)


def lines_below(found: "Sniffed", width: int) -> Iterator[list[Piece]]:
    """What the section is worth, and what to do with it."""
    for line in _proof_lines(found):
        yield from _wrapped(line, width)


def _said(text: str) -> str:
    """Names of columns and files are people's choice; on a terminal they are shown as they are."""
    return text if sys.stdout.isatty() else redact(text)


def _wrapped(text: str, width: int, label: str = "", style: str = "") -> Iterator[list[Piece]]:
    """A text in lines that fit, after a label."""
    indent = len(label) or 2
    for number, line in enumerate(textwrap.wrap(_said(text), max(width - indent, 30)) or [""]):
        yield [(label if not number else " " * indent, style), (line, "")] if label or number else [(line, "")]


def _head_lines(found: "Sniffed", width: int) -> Iterator[list[Piece]]:
    size = _("{size} bytes").format(size=f"{found.size:,}".replace(",", " "))
    yield [(_said(found.path.name), "bold"), (f" · {size}", "")]
    facts = list(_facts(found))
    longest = max(len(label) for label, _text in facts)
    for label, text in facts:
        yield from _wrapped(text, width, f"  {label:<{longest}}  ", "dim")
    yield []


def _facts(found: "Sniffed") -> Iterator[tuple[str, str]]:
    layout, rows = found.layout, found.rows
    yield _("format"), "; ".join([layout.format.upper(), *found.notes])
    if layout.encoding:
        yield _("encoding"), f"{ENCODINGS.get(layout.encoding, layout.encoding)}: {found.encoding_why}"
    if layout.delimiter:
        names = {"\t": _("tab"), ";": _("semicolon"), ",": _("comma")}
        yield _("delimiter"), names[layout.delimiter]
    if layout.sheet:
        yield _("sheet"), layout.sheet
    yield _("header"), _header(found)
    aside = "".join(f"; {_(ASIDE.get(kind, kind))} {count}" for kind, count in rows.aside.items() if count)
    yield _("rows"), f"{rows.data}{aside}{_unreadable(found)}"


def _header(found: "Sniffed") -> str:
    if not found.section:
        return _("none that is known")
    line = _("line {line}, {width} columns; {hits} of them known to the vocabulary «{source}»")
    known = found.judgement.source or "helix"
    return line.format(
        line=found.layout.header_line or 1, width=len(found.layout.header), hits=found.judgement.hits, source=known
    )


def _unreadable(found: "Sniffed") -> str:
    rows = found.rows
    if not rows.faulty:
        return ""
    places = ", ".join(f":{line} {reason}" for line, reason in rows.unreadable)
    return "; " + _("unreadable {count} ({places})").format(count=rows.faulty, places=places)


# ── columns ───────────────────────────────────────────────────────────────────────────────────


def _column_lines(found: "Sniffed", width: int) -> Iterator[list[Piece]]:
    """A table that fits: names of our fields whole, names of columns and examples as far as there is room."""
    columns = found.judgement.columns
    if not columns:
        return
    wide = width >= WIDE
    titles = (_("column"), _("field"), "%", _("contents"), *((_("filled"),) if wide else ()), _("for example"))
    rows = [_cells(guess, found, wide) for guess in columns]
    widths = [max(len(title), *(len(row[place][0]) for row in rows)) for place, title in enumerate(titles)]
    widths[0] = min(widths[0], 40 if wide else 24)
    widths[-1] = max(width - sum(widths[:-1]) - 2 * len(titles), 8)
    yield _row([(title, "dim") for title in titles], widths)
    yield [("  " + "─" * min(sum(widths) + 2 * len(widths) - 2, width - 2), "dim")]
    for row in rows:
        yield _row(row, widths)
    yield []


def _row(cells: Iterable[Piece], widths: Iterable[int]) -> list[Piece]:
    pairs = zip(cells, widths, strict=True)
    return [(f"  {_cut(text, size):<{size}}", style) for (text, style), size in pairs]


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"


def _cells(guess: "ColumnGuess", found: "Sniffed", wide: bool) -> list[Piece]:
    contents = guess.column.contents
    style = "magenta" if guess.is_sensitive else STYLES[guess.why]
    mark = " ✗" if guess.is_sensitive else "" if guess.is_taken or not guess.field else " ?"
    named = f"{'≠ ' if guess.inverted else ''}{guess.field or '—'}{mark}"
    filled = f"{100 * contents.filled // contents.rows:>3}%" if contents.rows else "—"
    row = [(_said(shown_header(guess, found)), ""), (named, style), (f"{guess.percent or '':>3}", style)]
    row.append((_(KINDS[contents.kind]), ""))
    return [*row, *([(filled, "")] if wide else []), ("  ".join(contents.samples), "dim")]


def _remarks(found: "Sniffed") -> Iterator[str]:
    for guess in found.judgement.columns:
        if guess.why == "against":
            line = _("«{header}» is {field} by its name, but holds {kind}: look at it")
            kind = _(KINDS[guess.column.contents.kind])
            yield line.format(header=shown_header(guess, found), field=guess.field, kind=kind)
    columns = found.judgement.columns
    legend = [
        (any(guess.is_sensitive for guess in columns), _("✗ sensitive: not read unless columns names it")),
        (
            any(guess.field and not (guess.is_taken or guess.is_sensitive) for guess in columns),
            _("? not certain: not taken"),
        ),
        (any(guess.inverted for guess in columns), _("≠ means the opposite: inverted")),
    ]
    shown = [text for here, text in legend if here]
    if shown:
        yield "; ".join(shown)


# ── the feed ──────────────────────────────────────────────────────────────────────────────────


def _feed_lines(found: "Sniffed") -> Iterator[str]:
    feed, key = found.judgement.feed, found.judgement.feed.key
    yield _("kind: {kind} ({reason})").format(kind=feed.kind, reason=feed.reason)
    names = " + ".join(key.fields)
    if not key.fields:
        yield _("key: nothing in the file makes a row unique")
    elif not key.repeated:
        yield _("key: {names}: repeats nowhere").format(names=names)
    else:
        line = _("key: {names}: {count} rows repeat it ({lines}), and differ in {fields}")
        lines = ", ".join(f":{line}" for line in key.lines) + (", …" if key.repeated > len(key.lines) else "")
        differing = ", ".join(key.differing) or _("nothing")
        yield line.format(names=names, count=key.repeated, lines=lines, fields=differing)


def _date_lines(found: "Sniffed") -> Iterator[str]:
    """Columns that are written alike share a line."""
    alike: dict[tuple[DateShape, ...], list[str]] = {}
    for guess in found.judgement.columns:
        if shapes := found.judgement.dates.get(guess.column.index):
            alike.setdefault(_uncounted(shapes), []).append(shown_header(guess, found))
    for written, headers in alike.items():
        said = "; ".join(_date(shape) for shape in written)
        yield _("dates: {said} ({headers})").format(said=said, headers=", ".join(f"«{one}»" for one in headers))


def _uncounted(shapes: "tuple[DateShape, ...]") -> "tuple[DateShape, ...]":
    return tuple(replace(shape, count=0) for shape in shapes)


def _date(shape: "DateShape") -> str:
    told = f" → {shape.format}" if shape.format else ""
    return shape.shape + told + (f": {_(DOUBTS[shape.doubt])}" if shape.doubt else "")


def _status_lines(found: "Sniffed") -> Iterator[str]:
    words = found.judgement.statuses
    if words:
        yield _("status words:")
        width = min(max(len(word.word) for word in words), 32)
        yield from (f"{word.count:>7} × {word.word:<{width}}  {_meaning(word)}" for word in words[:20])
    if len(words) > 20:
        yield " " * 10 + _("and {count} more").format(count=len(words) - 20)


def _meaning(word: "StatusWord") -> str:
    if word.status:
        return word.status
    if not word.is_word:
        return _("unknown; looks like no status")
    if word.guess:
        line = _("unknown; {status}? {percent}%, like «{like}»")
        return line.format(status=word.guess.status.value, percent=word.guess.percent, like=word.guess.like)
    return _("unknown; what it means is for you to say")


def _proof_lines(found: "Sniffed") -> Iterator[str]:
    proof = found.proof
    if proof is None:
        return
    line = _("tried on {rows} rows: {good} good, {rejected} rejected")
    text = line.format(rows=proof.rows, good=proof.rows - proof.rejected, rejected=proof.rejected)
    if proof.rejected:
        fields = ", ".join(f"{name} {count}" for name, count in proof.fields.items())
        text += f" ({fields}; {', '.join(f':{line}' for line in proof.lines)})"
    yield text
    yield _("paste it into config.toml, then: dentsync check; dentsync diff")
