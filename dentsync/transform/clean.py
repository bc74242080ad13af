"""The only judge of values: a raw row becomes a Record, or a Reject with all its faults at once.

An optional field that cannot be read is left absent, so that it never blanks a field of the CRM; its fault stays on the
record. An empty cell is ``None``; a column that is not in the file has no entry.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dentsync.model import FIELDS, CleanRules, Decisions, Fault, FieldType, RawRecord, Record, Reject, Status, Value
from dentsync.transform.damage import REPAIRED, all_digits, damage_of, unwrapped
from dentsync.transform.dates import parse_date, parse_datetime, parse_time
from dentsync.transform.garble import is_garbled, ungarbled
from dentsync.transform.money import parse_money, parse_number
from dentsync.transform.name_fields import NAME_FIELDS, WrittenName, fields_of, put_name, written_name
from dentsync.transform.personal_numbers import check_inn, check_snils
from dentsync.transform.phone_fields import put_told
from dentsync.transform.refusal import is_silent
from dentsync.transform.words import flag, fold, is_empty, opt_out, status, visible

if TYPE_CHECKING:  # names and phones cost half of what is imported here, and not every cell is one
    from dentsync.transform.name_decisions import Asked
    from dentsync.transform.names import Parts, PersonName
    from dentsync.transform.phones import PhoneCell


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one feed writes its values: what the parsers need to know, prepared once from the rules."""

    zone: ZoneInfo
    statuses: Mapping[str, Status]
    dates: tuple[str, ...]
    region: str
    area_code: str


# ── one parser for each type of field ─────────────────────────────────────────────────────────

_GROUPED = re.compile("\\d{1,3}(?:\u00a0\\d{3})+")
_WHOLE_FLOAT = re.compile(r"\d+\.0")


def parse_id(text: str) -> str:
    """Verbatim, apart from what 1C (groups of digits) and Excel (a fraction of zero) add to a number."""
    plain = text.strip()
    if _GROUPED.fullmatch(plain):
        return plain.replace("\u00a0", "")
    return all_digits(plain[:-2] if _WHOLE_FLOAT.fullmatch(plain) else visible(plain))


def _name(text: str) -> "PersonName":
    from dentsync.transform.names import parse_name

    name = parse_name(text)
    if name.action == "quarantine":
        raise ValueError("; ".join(name.reasons))
    return name


def _phones(text: str, dialect: Dialect) -> "PhoneCell":
    from dentsync.transform.phones import parse_phones

    cell = parse_phones(text, dialect.region, dialect.area_code)
    if not cell.usable:
        raise ValueError("; ".join(cell.reasons))
    return cell


PARSERS: Mapping[FieldType, Callable[[str, Dialect], Any]] = {
    FieldType.NAME: lambda text, _: _name(text),
    FieldType.PHONES: _phones,
    FieldType.TEXT: lambda text, _: visible(text),
    FieldType.ID: lambda text, _: parse_id(text),
    FieldType.DATE: lambda text, dialect: parse_date(text, dialect.dates),
    FieldType.TIME: lambda text, _: parse_time(text),
    FieldType.DATETIME: lambda text, dialect: parse_datetime(text, dialect.zone, dialect.dates),
    FieldType.MONEY: lambda text, _: parse_money(text),
    FieldType.NUMBER: lambda text, _: parse_number(text),
    FieldType.FLAG: lambda text, _: flag(text),
    FieldType.STATUS: lambda text, dialect: status(text, dialect.statuses),
}
"""How the text of a cell becomes a value; ValueError carries the reason in Russian. Empty cells do not come here."""

# ── what a type cannot say ────────────────────────────────────────────────────────────────────

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s.,;]{2,}")


def _check_email(value: str, _text: str) -> None:
    if not _EMAIL.fullmatch(value):
        raise ValueError("не похоже на адрес электронной почты")


def _check_birth(value: date, text: str) -> None:
    if str(value.year) not in text:
        raise ValueError("год рождения из двух цифр: неясно, какой век")


def _check_visits(value: int, _text: str) -> None:
    if value < 0:
        raise ValueError("отрицательное число визитов")


CHECKS: Mapping[str, Callable[[Any, str], None]] = {
    "email": _check_email,
    "birth_date": _check_birth,
    "completed_visits": _check_visits,
    "inn": check_inn,
    "snils": check_snils,
}
"""Further judgement of single fields, after their type."""

# ── the row ───────────────────────────────────────────────────────────────────────────────────

_ASSEMBLED = frozenset({*NAME_FIELDS, "sms_name", "start_on", "start_time"})
_STARTS = ("start_at", "start_on", "start_time")
_WHOSE = frozenset({"card_number", "branch", "phones"})
TELLING = ("do_not_contact", "sex", *NAME_FIELDS, *sorted(_WHOSE))
"""The cells that ``Cleaner.refuses`` looks at."""
# A fault of any of these explains why the field is missing.
_CAUSES: Mapping[str, frozenset[str]] = {
    "start_at": frozenset({"start_at", "start_on", "start_time"}),
    **dict.fromkeys(NAME_FIELDS, frozenset({"full_name"})),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says. ``read`` is false when nothing of it is usable; ``reasons`` may also be against a part."""

    value: Any = field(default=None, repr=False)
    reasons: tuple[str, ...] = ()
    read: bool = True


@dataclass(slots=True)
class _Row:
    """A row being cleaned."""

    cells: Mapping[str, str] = field(repr=False)
    values: dict[str, Value] = field(default_factory=dict, repr=False)
    faults: list[Fault] = field(default_factory=list)
    doubtful: bool = False
    typed: "Parts | None" = field(default=None, repr=False)


class Cleaner:
    """Cleans the rows of one feed. Built once: it remembers the cells that it has read.

    ``decisions``: what people said of names; they outweigh every rule.
    """

    def __init__(self, rules: CleanRules, decisions: Decisions | None = None) -> None:
        self._rules, self._decisions = rules, decisions or {}
        self._dialect = Dialect(
            zone=ZoneInfo(rules.timezone),
            statuses={fold(word): meaning for word, meaning in rules.statuses.items()},
            dates=rules.dates,
            region=rules.region,
            area_code=rules.area_code,
        )
        self._signs = rules.signs
        self._needed = tuple(dict.fromkeys((*rules.required, *rules.key)))
        self._read = lru_cache(maxsize=65536)(self._reading)

    def clean(self, raw: RawRecord) -> Record | Reject:
        """The clean row, or why it cannot be used. Raises nothing."""
        row = _Row({**raw.cells, **self._defaults_for(raw.cells)} if self._rules.defaults else raw.cells)
        for name in row.cells:
            if name not in _ASSEMBLED:
                self._put(name, row)
        self._put_name(row)
        put_told(row.values, row.cells, self._rules.region, self._rules.area_code)
        self._put_start(row)
        self._put_status(row)
        missing = [name for name in self._needed if row.values.get(name) in (None, "", ())]
        if missing:
            return Reject(raw.feed, raw.origin, (*row.faults, *_absences(missing, row)))
        # A key that the name is part of was made before the name was decided, and stays.
        key = key_of({**row.values, **fields_of(row.typed)} if row.typed else row.values, self._rules)
        faults = tuple(row.faults)
        return Record(self._rules.entity, raw.feed, key, raw.origin, row.values, faults, row.doubtful, row.typed)

    def value_of(self, name: str, text: str | None) -> Value:
        """What one cell says by itself, as in ``clean``: for who needs a few fields of very many rows.

        ``None``: no such column. Nothing where the cell is empty or cannot be read.
        """
        cells = {} if text is None else {name: text}
        reading = self._read(name, {**cells, **self._defaults_for(cells, (name,))}.get(name, ""))
        return reading.value if reading.read else None

    def start_of(self, cells: Mapping[str, str]) -> Value:
        """When the visit begins, from all cells that may say so, as in ``clean``."""
        row = _Row({**cells, **self._defaults_for(cells, _STARTS)})
        if "start_at" in row.cells:
            self._put("start_at", row)
        self._put_start(row)
        return row.values.get("start_at")

    def status_of(self, cells: Mapping[str, str]) -> Value:
        """The status, from all cells that may say so, as in ``clean``."""
        row = _Row({**cells, **self._defaults_for(cells, ("status",))})
        if "status" in row.cells:
            self._put("status", row)
        self._put_status(row)
        return row.values.get("status")

    def refuses(self, cells: Mapping[str, str]) -> bool:
        """Whether any cell of a row says that the patient wants no calls, as in ``clean``."""
        row = _Row({**cells, **self._defaults_for(cells)})
        if is_silent(row.cells):
            return False
        for name in ("do_not_contact", *_WHOSE):
            if name in row.cells:
                self._put(name, row)
        self._put_name(row)
        put_told(row.values, row.cells, self._rules.region, self._rules.area_code)
        return bool(row.values.get("do_not_contact"))

    def _defaults_for(self, cells: Mapping[str, str], names: Collection[str] | None = None) -> dict[str, str]:
        """What the configuration says where the file says nothing: no column, or an empty cell."""
        given = ((name, text) for name, text in self._rules.defaults.items() if names is None or name in names)
        return {name: text for name, text in given if is_empty(cells.get(name, ""), FIELDS[name])}

    def _reading(self, name: str, text: str) -> Reading:
        """One cell, judged by its type and by the checks of its field."""
        kind = FIELDS[name]
        text, *repairs = self._intact(text)
        if is_empty(text, kind):
            return Reading()
        if damage := damage_of(text, kind):
            return Reading(reasons=(damage,), read=False)
        try:
            value = self._value(name, kind, text)
            if name in CHECKS:
                CHECKS[name](value, text)
        except ValueError as error:
            return Reading(reasons=(str(error),), read=False)
        if kind is FieldType.PHONES and not isinstance(value, str):  # several lines of a record are one text
            return Reading(value.usable, (*value.reasons, *repairs))
        return Reading(value, tuple(repairs))

    def _intact(self, text: str) -> list[str]:
        """The text before other programs marked or, where that may be put right, garbled it; and what was put right."""
        text = unwrapped(text)
        plain = ungarbled(text) if self._rules.fix_garbled and is_garbled(text) else None
        return [text] if plain is None else [plain, REPAIRED]

    def _value(self, name: str, kind: FieldType, text: str) -> Any:
        inverted = name in self._rules.inverted
        if name == "sms_opt_out":
            return opt_out(text, inverted=inverted)
        if name in self._rules.merge:
            return self._together(kind, text.split("\n"))
        value = PARSERS[kind](text, self._dialect)
        return not value if inverted else value

    def _together(self, kind: FieldType, lines: list[str]) -> Any:
        """The lines of one record: added up where they are sums, otherwise each once."""
        values = [PARSERS[kind](line, self._dialect) for line in lines if not is_empty(line, kind)]
        if kind in (FieldType.MONEY, FieldType.NUMBER):
            return sum(values)
        return ", ".join(dict.fromkeys(map(str, values)))

    def _take(self, name: str, row: _Row) -> Reading:
        reading = self._read(name, row.cells[name])
        row.faults += [Fault(name, reason, row.cells[name]) for reason in reading.reasons]
        return reading

    def _put(self, name: str, row: _Row) -> None:
        reading = self._take(name, row)
        if reading.read:
            row.values[name] = reading.value

    def asked_of(self, cells: Mapping[str, str]) -> "Asked | None":
        """The name in the cells of a row, as a person may have to judge it; ``None`` where there is none to read."""
        row = _Row({**cells, **self._defaults_for(cells)})
        for name in _WHOSE & cells.keys():
            self._put(name, row)
        written = self._written(row)
        if written is None or is_empty(written.typed, FieldType.NAME) or written.damage:
            return None
        return self._asked(written, written.read(), row)

    def _asked(self, written: WrittenName, name: "PersonName", row: _Row) -> "Asked":
        from dentsync.transform.name_decisions import asked_of

        return asked_of(written.texts, written.sex, name, row.values, self._rules.branch)

    def _written(self, row: _Row) -> WrittenName | None:
        texts = {name: self._intact(row.cells[name]) for name in NAME_FIELDS if name in row.cells}
        row.faults += [Fault(name, text[1], row.cells[name]) for name, text in texts.items() if text[1:]]
        whole = {name: text[0] for name, text in texts.items()}
        return written_name(whole, row.cells.get("sex", ""), self._rules.name_order)

    def _put_name(self, row: _Row) -> None:
        """Last and first name, patronymic and the full name, from three columns or from one."""
        if written := self._written(row):

            def decide(name: "PersonName") -> "PersonName":
                return self._asked(written, name, row).decided(self._decisions) if self._decisions else name

            row.doubtful, row.typed = put_name(written, row.values, row.faults, decide)

    def _put_start(self, row: _Row) -> None:
        """``start_at`` from a column for the day and one for the time, when it has no text of its own.

        A column for the day may hold the time as well. A day without any time is its midnight only where the file has
        no column for the time.
        """
        if "start_on" not in row.cells or row.values.get("start_at") is not None:
            return
        text = row.cells["start_on"]
        whole = self._read("start_at", text)
        row.faults += [Fault("start_on", reason, text) for reason in whole.reasons]
        clock = self._take("start_time", row) if "start_time" in row.cells else Reading()
        if not (whole.read and clock.read):
            return
        if whole.value is not None and clock.value is not None:
            row.values["start_at"] = datetime.combine(whole.value, clock.value, self._dialect.zone)
        elif whole.value is None or "start_time" not in row.cells or whole.value.time() != time():
            row.values["start_at"] = whole.value
        else:
            row.faults.append(Fault("start_time", "не указано время", row.cells["start_time"]))

    def _put_status(self, row: _Row) -> None:
        """What another column says outright (a cancel reason, the moment a visit ended) is more than a word."""
        for meaning, signs in self._signs.items():
            for names in (names for names in signs if row.cells.keys() >= set(names)):
                readings = [(name, self._read(name, row.cells[name])) for name in names]
                if unread := [name for name, reading in readings if not reading.read]:
                    row.values.pop("status", None)
                    row.faults.append(Fault("status", f"не понять статус: не читается {unread[0]}"))
                    return
                if all(reading.value not in (None, False, "", ()) for _name, reading in readings):
                    row.values["status"] = meaning
                    return


def _absences(missing: list[str], row: _Row) -> list[Fault]:
    """A fault for every needed field that is missing and has none that explains it."""
    explained = {fault.field for fault in row.faults}
    unexplained = [name for name in missing if explained.isdisjoint(_CAUSES.get(name, {name}))]
    return [
        Fault(
            name,
            "нет такой колонки" if _CAUSES.get(name, {name}).isdisjoint(row.cells) else "пусто",
            row.cells.get(name, ""),
        )
        for name in unexplained
    ]


# ── the key ───────────────────────────────────────────────────────────────────────────────────


def key_of(values: Mapping[str, Value], rules: CleanRules) -> str:
    """``<entity>/<branch>/<id>`` for a single key field that is an id, otherwise ``<entity>/<branch>/~<hash>``.

    Keys go to logs: a natural one shows nothing of the values that it is made of.
    """
    branch = fold(str(values.get("branch") or rules.branch)).replace(" ", "-")
    if len(rules.key) == 1 and FIELDS[rules.key[0]] is FieldType.ID:
        return f"{rules.entity}/{branch}/{values[rules.key[0]]}"
    text = "\x1f".join(_normal(values[name]) for name in rules.key)
    return f"{rules.entity}/{branch}/~{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


def _normal(value: Value) -> str:
    match value:
        case tuple():
            return value[0]
        case datetime() | date():
            return value.isoformat()
        case _:
            return fold(str(value))
