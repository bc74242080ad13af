"""A file that nobody has described: read, judged, and proved against the section that is proposed for it."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dentsync.config import Feed
from dentsync.config_feeds import vocabulary
from dentsync.config_reader import Reader
from dentsync.errors import SourceError
from dentsync.extract.charset import bom_of, is_utf8, known_encoding, likeness, sample_of
from dentsync.extract.columns import fold_header, match_columns
from dentsync.extract.export import Export, open_export
from dentsync.extract.files import opened, readable
from dentsync.extract.layout import Layout, RowFault
from dentsync.lang import _
from dentsync.model import Origin, RawRecord, Reject
from dentsync.runs.vocabularies import knowledge
from dentsync.transform.clean import Cleaner
from dentsync.transform.sniff import Judgement, Table, judge
from dentsync.transform.sniff_columns import ColumnGuess
from dentsync.transform.sniff_feed import Rows
from dentsync.transform.sniff_kinds import contents_of
from dentsync.transform.sniff_section import section_of

MOST_ROWS = 100_000
"""So many rows are judged; the others are counted."""
PROVED = 300
"""So many rows, spread over the file, are cleaned as a trial."""

_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ISO_DAY = re.compile(r"(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)")
_DAY_OR_NUMBER = re.compile(r"[\d.:T _-]*\d[\d.:T _-]*")
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What the rows of a file are. ``aside``: what is no data, by kind; ``unreadable``: the first lines and reasons."""

    data: int
    aside: Mapping[str, int]
    faulty: int = 0
    unreadable: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The section tried on ``rows`` rows of the file: how many it rejects, because of which fields."""

    rows: int
    rejected: int
    fields: Mapping[str, int]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is. ``encoding_why`` and ``notes`` are in the terminal's language.

    ``section`` is TOML to paste; empty where the file has no header, for its columns could not be named.
    """

    path: Path
    size: int
    layout: Layout
    encoding_why: str
    rows: RowCounts
    judgement: Judgement
    section: str = field(repr=False)
    proof: Proof | None = None
    notes: tuple[str, ...] = ()


def sniff(path: Path) -> Sniffed:
    """What a file is. Raises SourceError for one that cannot be read."""
    with readable(path):
        stat = path.stat()
    if path.is_dir():
        raise SourceError(_("{file}: is a folder; name one export file").format(file=path.name))
    known = knowledge()
    export = open_export(path, known.names)
    table, counts = _table(export, _written(path, datetime.fromtimestamp(stat.st_mtime, UTC)))
    judgement = judge(table, known)
    has_header = _has_header(export.layout, judgement, table)
    section = _section(path, export.layout, judgement, counts) if has_header else ""
    proof = _proof(section, export, table) if section else None
    why = _encoding_why(path, export.layout)
    return Sniffed(
        path, stat.st_size, export.layout, why, counts, judgement, section, proof, _notes(export, has_header)
    )


def _written(path: Path, modified: datetime) -> datetime:
    """A copy has a new time stamp, and the old day in its name."""
    found = _ISO_DAY.search(path.name)
    try:
        named = datetime.strptime("".join(found.groups()), "%Y%m%d").replace(tzinfo=UTC) if found else modified
    except ValueError:
        return modified
    return min(named, modified)


# ── reading ───────────────────────────────────────────────────────────────────────────────────


def _table(export: Export, written: datetime) -> tuple[Table, RowCounts]:
    rows: list[tuple[int, list[str]]] = []
    aside = Counter(export.set_aside)
    unreadable: list[tuple[int, str]] = []
    data = 0
    for line, raw in export.rows():
        if noise := export.noise(raw):
            aside[noise] += 1
            continue
        data += 1
        try:
            if len(rows) < MOST_ROWS:
                rows.append((line, export.cells(raw)))
        except RowFault as error:
            unreadable.append((line, error.reason))
    header = export.layout.header
    table = Table(header, tuple(map(fold_header, header)), rows, written)
    return table, RowCounts(data, aside, len(unreadable), tuple(unreadable[:3]))


def _has_header(layout: Layout, judgement: Judgement, table: Table) -> bool:
    """Whether the row that was taken for the header is one: known names, or nothing that stands below it as well.

    Where it is none it is a patient, and must not be shown.
    """
    if layout.hits >= 2 or not layout.header:
        return layout.hits >= 2
    return layout.hits + 2 <= len(layout.header) and not any(_is_data(guess, table) for guess in judgement.columns)


def _is_data(guess: ColumnGuess, table: Table) -> bool:
    column, name = guess.column, guess.column.header
    kind = contents_of([name], frozenset()).kind
    return (
        (kind not in ("empty", "text") and kind == column.contents.kind)
        or any(map(str.isdigit, name))
        or any(cells[column.index] == name for _line, cells in table.rows if name)
    )


def _encoding_why(path: Path, layout: Layout) -> str:
    """What speaks for the encoding that was chosen."""
    if layout.format == "xlsx":
        return ""
    with opened(path) as file:
        sample = sample_of(file)
    if bom_of(sample):
        return _("it begins with a byte order mark")
    declared = _DECLARED.search(sample[:1024])
    if layout.format == "xml" and declared and known_encoding(declared[1].decode()) != layout.encoding:
        return _("by its bytes, though it declares {declared}").format(declared=declared[1].decode())
    if sample.isascii():
        return _("nothing but ASCII: any would do")
    if layout.format == "xml" and declared:
        return _("as it declares, and its bytes agree")
    if layout.encoding.startswith("utf-16"):
        return _("zero bytes between the letters")
    if layout.encoding == "utf-8" and is_utf8([sample], final=False):
        return _("valid UTF-8")
    share = likeness(sample.decode(layout.encoding, "replace"))
    text = _("not UTF-8; read so, {hits} names of its header are known and {share:.0%} of its letters are Russian")
    return text.format(hits=layout.hits, share=share)


def _notes(export: Export, has_header: bool) -> tuple[str, ...]:
    notes = []
    suffix = export.path.suffix.lower().lstrip(".")
    usual = {"csv": ("csv", "txt", "tsv"), "xml": ("xml",), "xlsx": ("xlsx", "xlsm")}[export.layout.format]
    if suffix and suffix not in usual:
        line = _("it is {format}, whatever its name says; dentsync reads it all the same")
        notes.append(line.format(format=export.layout.format.upper()))
    if not has_header:
        notes.append(
            _("no header row with names: its columns cannot be named; export it with the names of the columns")
        )
    return tuple(notes)


# ── the section ───────────────────────────────────────────────────────────────────────────────


def _section(path: Path, layout: Layout, judgement: Judgement, counts: RowCounts) -> str:
    source = judgement.source or "helix"
    aliases = {name: tuple(words) for name, words in vocabulary(source)["columns"].items()}
    given = match_columns(layout.header, aliases, feed="", file=path.name).indexes
    name = _name_of(path, judgement)
    return section_of(name, pattern_of(path), judgement, given, pad=_is_short(counts))


def _is_short(counts: RowCounts) -> bool:
    """Whether rows that cannot be read lack one cell at their end."""
    cells = [tuple(map(int, re.findall(r"\d+", reason)[:2])) for _line, reason in counts.unreadable]
    return bool(cells) and all(len(pair) == 2 and pair[0] == pair[1] - 1 for pair in cells)


def _name_of(path: Path, judgement: Judgement) -> str:
    """Of the file without its date; a name in Russian letters gives way to what the rows are."""
    stem = _SLUG.sub("_", _DAY_OR_NUMBER.sub("_", path.stem.lower())).strip("_")
    usual = "patients" if judgement.feed.entity == "patient" else "visits"
    return stem if stem and path.stem.isascii() else usual


def pattern_of(path: Path) -> str:
    """Dates and numbers in a file's name change every day: ``reminders_*.csv``."""
    pattern = re.sub(r"\d[\d.:T_-]*\d|\d", "*", path.stem)
    escaped = re.sub(r"[\[\]?]", "?", pattern)
    return re.sub(r"\*+", "*", escaped) + path.suffix


def _proof(section: str, export: Export, table: Table) -> Proof:
    """The section, read by the configuration's own reader, tried on rows of the file. Raises ConfigError: a bug."""
    (feed,) = feeds_of(section).values()
    aliases, cleaner = feed.aliases, Cleaner(feed.rules)
    columns = match_columns(export.layout.header, aliases, feed=feed.name, file=export.path.name)
    rows = _padded(export.path) if feed.pad else table.rows
    tried = rows[:: max(1, len(rows) // PROVED)]
    fields: Counter[str] = Counter()
    lines = []
    for line, cells in tried:
        record = cleaner.clean(RawRecord(feed.name, Origin(export.path.name, "", line), columns.pick(cells)))
        if isinstance(record, Reject):
            lines.append(line)
            fields.update({fault.field for fault in record.faults})
    return Proof(len(tried), len(lines), dict(fields.most_common(3)), tuple(lines[:3]))


def _padded(path: Path) -> Rows:
    export = open_export(path, knowledge().names, pad=True)
    return _table(export, datetime.now(UTC))[0].rows


def feeds_of(section: str) -> Mapping[str, Feed]:
    """Sections as the configuration's reader understands them. Raises ConfigError."""
    around: dict[str, Any] = {
        "clinic": {"name": "sniff", "timezone": "Europe/Moscow"},
        "crm": {"target": "bitrix24", "webhook": "env:DENTSYNC_WEBHOOK"},
        "routes": {},
    }
    return Reader(Path("config.toml")).config(around | tomllib.loads(section)).feeds
