"""Status words that nobody has told the meaning of, from what was read and from what waits in the inbox."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from dentsync.config import Config
from dentsync.config_checks import toml_of
from dentsync.errors import ConfigError, SourceError
from dentsync.extract.columns import match_columns
from dentsync.extract.inbox import Found, scan, sha256_of
from dentsync.extract.layout import RowFault
from dentsync.lang import _
from dentsync.model import Status
from dentsync.runs.loading import export_of
from dentsync.runs.main_job import Options
from dentsync.runs.session import Session, looked_into
from dentsync.runs.vocabularies import known_words
from dentsync.store.rejected import Rejected
from dentsync.transform.masks import masked
from dentsync.transform.status_shown import looks_like_status
from dentsync.transform.status_words import Guess, KnownWords
from dentsync.transform.toml_text import value_of
from dentsync.transform.words import fold, visible

ORIGINS = 3
_OURS = frozenset(status.value for status in Status)


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word of one feed. ``word`` is its shape where it may be a person (``is_word`` is false then).

    ``origins`` are the first places where it stands, ``count`` is the number of rows.
    """

    feed: str
    word: str
    is_word: bool
    count: int
    origins: tuple[str, ...]
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class Statuses:
    """Unknown words, most frequent first; ``lines``: by feed, what to put into its section."""

    words: tuple[UnknownWord, ...]
    lines: Mapping[str, str]


@dataclass(slots=True)
class _Met:
    spelling: str = field(repr=False)
    count: int = 0
    origins: list[str] = field(default_factory=list)

    def add(self, origin: str) -> None:
        self.count += 1
        if len(self.origins) < ORIGINS:
            self.origins.append(origin)


def unknown_words(options: Options, feeds: Collection[str] = ()) -> Statuses:
    """What ``dentsync statuses`` shows. Raises ConfigError for a feed that there is not."""
    with looked_into(options.config, options.now) as job:
        for name in feeds:
            if name not in job.config.feeds:
                names = ", ".join(job.config.feeds)
                raise ConfigError(_("no feed {name!r} (there are: {names})").format(name=name, names=names))
        known = known_words(job.config)
        met = _met(job, feeds or job.config.feeds)
    found = [_judged(feed, each, known) for (feed, _word), each in met.items()]
    found.sort(key=lambda word: (list(job.config.feeds).index(word.feed), -word.count))
    return Statuses(tuple(found), _lines(job.config, found))


def _met(job: Session, feeds: Collection[str]) -> dict[tuple[str, str], _Met]:
    known = {name: {fold(word) for word in job.config.feeds[name].rules.statuses} | _OURS for name in feeds}
    met: dict[tuple[str, str], _Met] = {}
    for feed, text, origin in (*_rejected(job), *_waiting(job, feeds)):
        word = fold(text)
        if feed in known and word and word not in known[feed]:
            met.setdefault((feed, word), _Met(visible(text))).add(origin)
    return met


def _rejected(job: Session) -> Iterator[tuple[str, str, str]]:
    for line in job.store.facts.faults():
        for fault in line.faults:
            if fault.field == "status" and fault.raw:
                yield line.feed, fault.raw, str(line.origin)


def _waiting(job: Session, feeds: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Of files in the inbox that were not read yet: one with many unknown words is refused whole."""
    with suppress(ConfigError):
        for found in scan(job.config.inbox, {name: job.config.feeds[name].files for name in feeds}).found:
            with suppress(SourceError):
                if not Rejected(job.store.db).was_read(found.feed, sha256_of(found)):
                    yield from _words_in(job, found)


def _words_in(job: Session, found: Found) -> Iterator[tuple[str, str, str]]:
    feed = job.config.feeds[found.feed]
    export = export_of(feed, found.path)
    columns = match_columns(export.layout.header, feed.aliases, feed=feed.name, file=found.path.name)
    (place, *_more) = columns.indexes.get("status", (None,))
    if place is None:
        return
    for line, raw in export.rows():
        with suppress(RowFault):
            if not export.noise(raw):
                yield found.feed, export.cells(raw)[place], f"{found.path.name}:{line}"


def _judged(feed: str, met: _Met, known: KnownWords) -> UnknownWord:
    word = met.spelling
    if not looks_like_status(word, known):
        return UnknownWord(feed, masked(word), False, met.count, tuple(met.origins))
    return UnknownWord(feed, word, True, met.count, tuple(met.origins), known.guess(word))


def _lines(config: Config, found: list[UnknownWord]) -> dict[str, str]:
    """What the configuration says already stays in the line: a key stands in a section once."""
    likely: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for word in found:
        if word.guess:
            likely[word.feed][word.guess.status.value].append(word.word)
    written = toml_of(config.path)["feeds"]
    return {feed: f"statuses = {value_of(_merged(written[feed], more))}" for feed, more in likely.items()}


def _merged(section: Mapping[str, Mapping[str, list[str]]], more: Mapping[str, list[str]]) -> dict[str, list[str]]:
    merged = {status: list(words) for status, words in section.get("statuses", {}).items()}
    for status, words in more.items():
        merged[status] = [*merged.get(status, []), *words]
    return merged
