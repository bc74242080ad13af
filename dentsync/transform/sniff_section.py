"""The section of the configuration that reads a file, as text to paste. What is not certain stands behind ``#``."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from dentsync.lang import _
from dentsync.transform.sniff import Judgement
from dentsync.transform.sniff_columns import LIKELY, USUAL, ColumnGuess
from dentsync.transform.sniff_feed import places_of
from dentsync.transform.toml_text import Toml, key_of, value_of

POSSIBLE = 30
"""Percent from which a column is named in a comment."""
OF_SERVICES = frozenset(
    {"service", "service_codes", "amount", "amount_due", "amount_rendered", "amount_received", "discount"}
)
BOOKED = "Записан"
SIGNS: Mapping[str, tuple[str, ...]] = {
    "rescheduled": ("is_rescheduled",),
    "cancelled": ("is_deleted", "cancelled_at", "cancel_reason"),
    "completed": ("ended_at", "receipt_at"),
    "in_progress": ("started_at",),
    "arrived": ("arrived_at",),
    "confirmed": ("confirmed_at", "is_confirmed"),
}
"""Columns that say a status outright, the strongest first. That somebody did not come is never concluded."""
MAX_AGE = {"snapshot": "30h", "window": "12h", "append": "30h"}


def section_of(
    name: str, files: str, judgement: Judgement, given: Mapping[str, tuple[int, ...]], *, pad: bool = False
) -> str:
    """``[feeds.name]``. ``given``: the columns that the vocabulary takes by itself; ``pad``: rows lack cells."""
    feed = judgement.feed
    signs = _signs(judgement)
    keys: list[tuple[str, Toml, str]] = [
        ("files", files, ""),
        ("source", judgement.source or USUAL, ""),
        ("kind", feed.kind, feed.reason),
        ("entity", feed.entity.value, ""),
        ("key", feed.key.fields or _any_key(judgement.columns), _on_key(judgement)),
        ("merge", _merge(judgement), _("a visit has several rows, one for each service")),
        ("required", feed.required, ""),
        ("dates", judgement.formats, ""),
        ("status_from", signs, _("columns that say the status")),
        ("inverted", tuple(guess.field for guess in judgement.columns if guess.inverted and guess.is_taken), ""),
        ("defaults", _defaults(judgement, signs), _("what the file means where it says nothing")),
        ("pad", pad, _("some rows lack cells at their end")),
        ("expect", {"max_age": MAX_AGE[feed.kind]}, ""),
    ]
    lines = [_line(key, value, why) for key, value, why in keys if value]
    return "\n".join([f"[feeds.{key_of(name)}]", *lines, *_doubtful_words(judgement), *_table(name, judgement, given)])


def _table(name: str, judgement: Judgement, given: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Names of columns in a table of their own: there is a line for each to be changed, and to be switched on."""
    own = [*_columns(judgement.columns, given), *_doubtful_columns(judgement.columns)]
    if not own:
        return []
    longest = max(len(mark) + len(field) for mark, field, _headers, _why in own)
    title = _("names beyond the vocabulary «{source}»").format(source=judgement.source or USUAL)
    lines = [mark + _line(field, headers, why, longest - len(mark)) for mark, field, headers, why in own]
    return ["", f"[feeds.{key_of(name)}.columns]  # {title}", *lines]


def _line(key: str, value: Toml, why: str = "", width: int = 8) -> str:
    return f"{key:<{width}} = {value_of(value)}" + (f"  # {why}" if why else "")


def header_of(guess: ColumnGuess, columns: Sequence[ColumnGuess]) -> str:
    """The name of a column as the configuration writes it: the second of one name is «Комментарий#2»."""
    same = [other.column.index for other in columns if other.column.folded == guess.column.folded]
    text = " ".join(guess.column.header.split())
    return f"{text}#{same.index(guess.column.index) + 1}" if len(same) > 1 else text


_Line = tuple[str, str, list[str], str]
"""A mark before it, field, headers, and why it is said."""


def _columns(columns: Sequence[ColumnGuess], given: Mapping[str, tuple[int, ...]]) -> Iterator[_Line]:
    """The names that the source's vocabulary does not know, or takes for something else."""
    for name, places in places_of(columns).items():
        if tuple(sorted(given.get(name, ()))) != places:
            yield "", name, [header_of(columns[place], columns) for place in places], ""


def _any_key(columns: Sequence[ColumnGuess]) -> tuple[str, ...]:
    taken = places_of(columns)
    return tuple(name for name in ("phones", "full_name", "start_at") if name in taken) or ("full_name",)


def _on_key(judgement: Judgement) -> str:
    key = judgement.feed.key
    if not key.fields:
        return _("nothing in the file makes a row unique: look at this line")
    if not key.repeated:
        return ""
    return _("{count} rows repeat it").format(count=key.repeated)


def _merge(judgement: Judgement) -> list[str]:
    """What rows of one key differ in, if that is nothing but services and their sums."""
    key = judgement.feed.key
    return list(key.differing) if key.repeated and OF_SERVICES.issuperset(key.differing) else []


def _signs(judgement: Judgement) -> dict[str, Toml]:
    """Beside a status column only what was deleted says more than the word."""
    taken = places_of(judgement.columns)
    signs = {status: [name for name in names if name in taken] for status, names in SIGNS.items()}
    if "status" in taken:
        signs = {"cancelled": ["is_deleted"] if "is_deleted" in taken else []}
    return {status: names for status, names in signs.items() if names}


def _defaults(judgement: Judgement, signs: Mapping[str, Toml]) -> dict[str, Toml]:
    """A visit of which nothing else is said is booked, if it is to come or other columns would have said more."""
    visit, has_status = judgement.feed.entity == "appointment", "status" in places_of(judgement.columns)
    return {"status": BOOKED} if visit and not has_status and (signs or judgement.feed.kind == "window") else {}


# ── what a person has to decide ───────────────────────────────────────────────────────────────


def _doubtful_words(judgement: Judgement) -> Iterator[str]:
    likely: dict[str, list[str]] = defaultdict(list)
    for word in judgement.statuses:
        if word.guess:
            likely[word.guess.status.value].append(word.word)
    if likely:
        yield "# " + _line("statuses", likely, _("unknown words: check, then uncomment"))


def _doubtful_columns(columns: Sequence[ColumnGuess]) -> Iterator[_Line]:
    for guess in columns:
        if guess.is_sensitive and guess.percent >= LIKELY:
            yield "# ", guess.field, [header_of(guess, columns)], _("sensitive: only if you need it")
        elif POSSIBLE <= guess.percent < LIKELY and guess.why != "against":
            why = _("perhaps, {percent}%").format(percent=guess.percent)
            yield "# ", guess.field, [header_of(guess, columns)], why
