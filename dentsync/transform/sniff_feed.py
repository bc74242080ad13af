"""What kind of feed a file is: whom its rows speak of, whether it holds everybody, what makes a row unique."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dentsync.lang import _
from dentsync.model import Entity, FeedKind, FieldType
from dentsync.transform.dates import parse_datetime
from dentsync.transform.sniff_columns import ColumnGuess
from dentsync.transform.words import is_empty

SOON = timedelta(days=60)
FULL = 0.9
"""A field can be required, or be part of a key, when this share of its cells is filled."""
SPREAD = 2000
"""So many moments tell whether a file looks ahead or back."""

_ZONE = ZoneInfo("UTC")
_NOT_DIGITS = re.compile(r"\D")
_OF_VISITS = frozenset({"appointment_id", "start_at", "start_on", "status", "service", "task_id", "cancel_reason"})
_ALSO_OF_VISITS = frozenset({"doctor", "booked_at", "amount", "operator", "specialty"})
_OF_PATIENTS = frozenset(
    {"birth_date", "last_visit_at", "next_visit_at", "completed_visits", "balance", "first_visit_at"}
)
_KEYS: Mapping[Entity, tuple[tuple[str, ...], ...]] = {
    Entity.APPOINTMENT: (
        ("appointment_id",), ("task_id",), ("phones", "start_at", "doctor"), ("full_name", "start_at", "doctor"),
        ("phones", "start_at"), ("full_name", "start_at"), ("phones", "booked_at"), ("full_name", "booked_at"),
    ),
    Entity.PATIENT: (
        ("card_number",), ("patient_id",), ("phones", "full_name"), ("full_name", "birth_date"), ("full_name",),
    ),
}  # fmt: skip
"""What may make a row unique, the best first."""

Rows = Sequence[tuple[int, Sequence[str]]]
"""Physical line and cells of each row."""


@dataclass(frozen=True, slots=True)
class Key:
    """The fields that make a row unique.

    ``repeated``: how many rows have the key of an earlier one, ``lines`` the first of them, ``differing`` the fields in
    which such rows differ.
    """

    fields: tuple[str, ...]
    repeated: int = 0
    lines: tuple[int, ...] = ()
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedGuess:
    """What the file is. ``reason`` says, for people, why it is of this kind."""

    entity: Entity
    kind: FeedKind
    reason: str
    key: Key
    required: tuple[str, ...]
    first: date | None = None
    last: date | None = None


def feed_of(guesses: Sequence[ColumnGuess], rows: Rows, formats: Sequence[str], written: datetime) -> FeedGuess:
    """What the file is. ``written``: when; ``formats``: what its dates need besides the usual ones."""
    places = places_of(guesses)
    entity = entity_of(guesses)
    days = _days(rows, places, formats)
    kind, reason = _kind(entity, days, written.date())
    key = _key(entity, guesses, rows)
    first, last = (days[0], days[-1]) if days else (None, None)
    return FeedGuess(entity, kind, reason, key, _required(entity, key, guesses), first, last)


def places_of(guesses: Iterable[ColumnGuess]) -> dict[str, tuple[int, ...]]:
    """Field -> its columns, of what is taken."""
    places: dict[str, tuple[int, ...]] = {}
    for guess in guesses:
        if guess.is_taken:
            places[guess.field] = (*places.get(guess.field, ()), guess.column.index)
    return places


def entity_of(guesses: Iterable[ColumnGuess]) -> Entity:
    """Whom the rows speak of."""
    fields = {guess.field for guess in guesses if guess.is_taken}
    visits = _OF_VISITS & fields or (_ALSO_OF_VISITS & fields and not _OF_PATIENTS & fields)
    return Entity.APPOINTMENT if visits else Entity.PATIENT


# ── whom and when ─────────────────────────────────────────────────────────────────────────────


def _days(rows: Rows, places: Mapping[str, tuple[int, ...]], formats: Sequence[str]) -> list[date]:
    """The days of the visits, or of the patients' last visits, in order."""
    (place, *_more) = next(
        (places[name] for name in ("start_at", "start_on", "last_visit_at") if name in places), (None,)
    )
    if place is None:
        return []
    step = max(1, len(rows) // SPREAD)
    found = (_day(cells[place], tuple(formats)) for _line, cells in rows[::step])
    return sorted(day for day in found if day)


def _day(text: str, formats: tuple[str, ...]) -> date | None:
    if is_empty(text, FieldType.DATETIME):
        return None
    try:
        return parse_datetime(text, _ZONE, formats).date()
    except ValueError:
        return None


def _kind(entity: Entity, days: Sequence[date], written: date) -> tuple[FeedKind, str]:
    if entity is Entity.PATIENT:
        return _kind_of_patients(days, written)
    if not days:
        return "append", _("visits without a day: what is new is added")
    span = {"first": days[0], "last": days[-1]}
    if days[-1] < written:
        return "append", _("all visits are over, {first:%d.%m.%Y}–{last:%d.%m.%Y}: what is new is added").format(**span)
    if days[-1] - written > SOON or written - days[0] > SOON:
        text = _("visits far back or ahead, {first:%d.%m.%Y}–{last:%d.%m.%Y}: the timetable around its day")
        return "window", text.format(**span)
    return "window", _("visits around its day, {first:%d.%m.%Y}–{last:%d.%m.%Y}").format(**span)


def _kind_of_patients(days: Sequence[date], written: date) -> tuple[FeedKind, str]:
    most = days[len(days) // 10 : len(days) - len(days) // 10]  # one may be there by mistake
    if len(most) > 1 and most[-1] - most[0] <= timedelta(days=45) and most[-1] < written - timedelta(days=90):
        text = _("patients last seen {first:%d.%m.%Y}–{last:%d.%m.%Y}: a list to call")
        return "window", text.format(first=most[0], last=most[-1])
    return "snapshot", _("patients without visits: everybody")


# ── what makes a row unique ───────────────────────────────────────────────────────────────────


_Columns = Mapping[str, tuple[int, ...]]


def _key(entity: Entity, guesses: Sequence[ColumnGuess], rows: Rows) -> Key:
    """The best of the possible keys that repeats in no row; an id is taken also where it repeats: why it does has to be
    looked at, not to be hidden behind a longer key."""
    places = places_of(guesses)
    parts = {**places}
    if "start_at" not in parts and "start_on" in parts:
        parts["start_at"] = (*parts["start_on"], *parts.get("start_time", ()))
    if "full_name" not in parts and "last_name" in parts:
        parts["full_name"] = (*parts["last_name"], *parts.get("first_name", ()), *parts.get("patronymic", ()))
    full = {guess.column.index for guess in guesses if _is_full(guess)}
    possible = [names for names in _KEYS[entity] if all(full.intersection(parts.get(name, ())) for name in names)]
    counted: list[Key] = []
    for names in possible:
        counted.append(_counted(names, parts, places, rows))
        if len(names) == 1 or not counted[-1].repeated:
            return counted[-1]
    return counted[0] if counted else Key(())


def _is_full(guess: ColumnGuess) -> bool:
    contents = guess.column.contents
    return contents.filled >= FULL * contents.rows > 0


def _counted(names: tuple[str, ...], parts: _Columns, places: _Columns, rows: Rows) -> Key:
    """How often the key repeats, and in what such rows differ."""
    columns = [(place, _digits if name == "phones" else _plain) for name in names for place in parts[name]]
    seen: dict[tuple[str, ...], Sequence[str]] = {}
    lines: list[int] = []
    differing: set[int] = set()
    for line, cells in rows:
        value = tuple([plain(cells[place]) for place, plain in columns])
        first = seen.setdefault(value, cells) if any(value) else cells
        if first is not cells:
            lines.append(line)
            differing.update(place for place, cell in enumerate(cells) if cell != first[place])
    named = tuple(name for name, where in places.items() if differing.intersection(where))
    return Key(names, len(lines), tuple(lines[:3]), named)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _digits(text: str) -> str:
    """Without what is before the ten digits: +7 and 8 say nothing."""
    return _NOT_DIGITS.sub("", text)[-10:]


def _required(entity: Entity, key: Key, guesses: Sequence[ColumnGuess]) -> tuple[str, ...]:
    taken = [guess for guess in guesses if guess.is_taken]
    full = {one.field for one in taken if _is_full(one)}
    visit = entity is Entity.APPOINTMENT
    wanted = {
        "full_name": not full.isdisjoint({"full_name", "last_name"}),
        "start_at": visit and not full.isdisjoint({"start_at", "start_on"}),
        "status": visit and "status" in full,
    }
    return tuple(name for name, here in wanted.items() if here and name not in key.fields)
