"""What a file is, judged from its cells: columns, dates, status words, kind of feed. Nothing here opens a file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dentsync.model import FIELDS, Entity, FieldType
from dentsync.transform.masks import masked
from dentsync.transform.sniff_columns import Column, ColumnGuess, Names, guesses_of, source_of
from dentsync.transform.sniff_dates import DateShape, date_shapes, formats_of
from dentsync.transform.sniff_feed import FeedGuess, Rows, entity_of, feed_of
from dentsync.transform.sniff_kinds import contents_of
from dentsync.transform.status_shown import looks_like_status
from dentsync.transform.status_words import Guess, KnownWords
from dentsync.transform.words import fold, is_empty, visible

_DATED = frozenset({FieldType.DATE, FieldType.DATETIME})


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file. ``folded`` are its header names as they are compared, ``written`` when it was written."""

    header: Sequence[str] = field(repr=False)
    folded: Sequence[str] = field(repr=False)
    rows: Rows = field(repr=False)
    written: datetime


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the vocabularies know: header names, and by source what each status word means there."""

    names: Names
    statuses: Mapping[str, Mapping[str, str]]
    words: KnownWords


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A status word of the file. ``status``: what the source says it means; ``guess``: what it may mean if it says
    nothing. ``word`` is its shape where it may be a person (``is_word`` is false then)."""

    word: str
    count: int
    status: str = ""
    guess: Guess | None = None
    is_word: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a table is. ``dates``: by column, how its dates are written; ``source``: the vocabulary that fits best."""

    source: str
    hits: int
    columns: tuple[ColumnGuess, ...]
    dates: Mapping[int, tuple[DateShape, ...]]
    statuses: tuple[StatusWord, ...]
    feed: FeedGuess

    @property
    def formats(self) -> list[str]:
        """What ``dates`` of the feed has to be told."""
        return formats_of(shape for shapes in self.dates.values() for shape in shapes)


def judge(table: Table, known: Knowledge) -> Judgement:
    """What a table is. Raises nothing."""
    cells = list(zip(*(cells for _line, cells in table.rows), strict=True)) or [()] * len(table.header)
    words = frozenset(word for meanings in known.statuses.values() for word in meanings if any(map(str.isalpha, word)))
    columns = [
        Column(index, header, folded, contents_of(column, words), list(table.folded[:index]).count(folded))
        for index, (header, folded, column) in enumerate(zip(table.header, table.folded, cells, strict=True))
    ]
    source = source_of(columns, known.names)
    guesses = _of_whom(_moments(guesses_of(columns, known.names, source)))
    dates = {guess.column.index: date_shapes(cells[guess.column.index]) for guess in guesses if _is_dated(guess)}
    formats = formats_of(shape for shapes in dates.values() for shape in shapes)
    feed = feed_of(guesses, table.rows, formats, table.written)
    column = next((guess.column.index for guess in guesses if guess.field == "status" and guess.is_taken), None)
    statuses = () if column is None else _status_words(cells[column], known, source)
    hits = sum(source in known.names.get(column.folded, {}) for column in columns)
    return Judgement(source, hits, guesses, dates, statuses, feed)


def _moments(guesses: tuple[ColumnGuess, ...]) -> tuple[ColumnGuess, ...]:
    """A «Дата записи» that has the time as well is when the visit begins, or, beside that, when it was booked."""
    fields = {guess.field for guess in guesses}
    instead = next((name for name in ("start_at", "booked_at") if name not in fields), "")
    if not instead or (instead == "start_at" and "start_time" in fields):
        return guesses
    return tuple(
        replace(one, field=instead, percent=60, why="like")
        if one.field == "start_on" and one.column.contents.kind == "datetime"
        else one
        for one in guesses
    )


def _of_whom(guesses: tuple[ColumnGuess, ...]) -> tuple[ColumnGuess, ...]:
    """A comment in a list of patients is about the patient."""
    if entity_of(guesses) is Entity.APPOINTMENT:
        return guesses
    return tuple(replace(one, field="patient_comment") if one.field == "comment" else one for one in guesses)


def _is_dated(guess: ColumnGuess) -> bool:
    return guess.column.contents.kind in ("date", "datetime") or FIELDS.get(guess.field) in _DATED


def _status_words(cells: Sequence[str], known: Knowledge, source: str) -> tuple[StatusWord, ...]:
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for text, count in Counter(cells).items():
        if not is_empty(text, FieldType.STATUS):
            counts[fold(text)] += count
            spelled.setdefault(fold(text), visible(text))
    return tuple(_status_word(spelled[word], count, known, source) for word, count in counts.most_common())


def _status_word(word: str, count: int, known: Knowledge, source: str) -> StatusWord:
    status = known.statuses.get(source, {}).get(fold(word), "")
    if not status and not looks_like_status(word, known.words):
        return StatusWord(masked(word), count, is_word=False)
    return StatusWord(word, count, status, None if status else known.words.guess(word))
