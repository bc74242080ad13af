"""The nouns of dentsync: frozen values that cross the doors between its rooms.

Imports only the standard library. Datetimes are aware, in the clinic's zone; money is ``Decimal``.
Names and phones are kept out of ``repr`` so that no traceback or log line shows a patient.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

# ── values ────────────────────────────────────────────────────────────────────────────────────

Value = str | int | bool | Decimal | date | datetime | tuple[str, ...] | None
"""A clean value of a field. ``None`` is an empty cell; an absent column has no entry at all."""

Plain = str | int | bool | tuple[str, ...] | None
"""A value as it is compared, stored and written to a plan: datetimes in ISO 8601 with offset, dates as
``YYYY-MM-DD``, money as a decimal string, phones as a tuple of E.164 strings."""


class FieldType(StrEnum):
    """How the text of a cell becomes a value. ``transform.clean`` has one parser for each."""

    NAME = "name"  # a whole name in one cell
    PHONES = "phones"  # one or several numbers in one cell
    TEXT = "text"
    ID = "id"  # digits and letters kept verbatim: leading zeros matter
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    MONEY = "money"
    NUMBER = "number"
    FLAG = "flag"
    STATUS = "status"


FIELDS: Mapping[str, FieldType] = {
    # the patient
    "full_name": FieldType.NAME,
    "last_name": FieldType.TEXT,
    "first_name": FieldType.TEXT,
    "patronymic": FieldType.TEXT,
    "sms_name": FieldType.TEXT,  # «Имя Отчество» or «Имя» for messages: made from a name that is certain, else empty
    "phones": FieldType.PHONES,
    "phone_note": FieldType.TEXT,  # the words in the cell of the phones: «мама», «раб.»
    "card_number": FieldType.ID,
    "patient_id": FieldType.ID,
    "patient_status": FieldType.TEXT,
    "representative": FieldType.TEXT,
    "representative_phones": FieldType.PHONES,
    "sex": FieldType.TEXT,
    "birth_date": FieldType.DATE,
    "email": FieldType.TEXT,
    "branch": FieldType.TEXT,
    "lead_source": FieldType.TEXT,
    "sms_opt_out": FieldType.FLAG,
    "do_not_contact": FieldType.FLAG,  # also what «не звонить» beside a name or a phone says
    "completed_visits": FieldType.NUMBER,
    "last_visit_at": FieldType.DATETIME,
    "next_visit_at": FieldType.DATETIME,
    "balance": FieldType.MONEY,
    "lifetime_total": FieldType.MONEY,
    "discount": FieldType.TEXT,
    "archive_reason": FieldType.TEXT,
    "age": FieldType.NUMBER,  # changes by itself: a birth date is better
    "first_visit_at": FieldType.DATETIME,
    "is_new": FieldType.FLAG,
    "patient_created_at": FieldType.DATETIME,
    "sanation": FieldType.TEXT,
    "patient_comment": FieldType.TEXT,
    "extra_comment": FieldType.TEXT,
    "address": FieldType.TEXT,
    "snils": FieldType.ID,
    "inn": FieldType.ID,
    # the appointment (also a request, a line of the waiting list)
    "appointment_id": FieldType.ID,
    "start_at": FieldType.DATETIME,
    "start_on": FieldType.DATE,  # with start_time: the two halves of start_at in two columns
    "start_time": FieldType.TIME,
    "doctor": FieldType.TEXT,
    "specialty": FieldType.TEXT,
    "status": FieldType.STATUS,
    "recommendation": FieldType.FLAG,
    "complex_treatment": FieldType.FLAG,  # set by people on a deal: the patient is to be offered a plan
    "service": FieldType.TEXT,
    "amount": FieldType.MONEY,
    "operator": FieldType.TEXT,
    "booked_at": FieldType.DATETIME,
    "changed_at": FieldType.DATETIME,  # of two rows of one key the later one counts
    "cancel_reason": FieldType.TEXT,
    "comment": FieldType.TEXT,
    "end_at": FieldType.DATETIME,
    "visit_type": FieldType.TEXT,
    "request_topic": FieldType.TEXT,
    "request_id": FieldType.ID,
    "service_codes": FieldType.TEXT,
    "amount_due": FieldType.MONEY,
    "amount_rendered": FieldType.MONEY,
    "amount_received": FieldType.MONEY,
    # what says a status where there is no word for it (``CleanRules.status_from``)
    "confirmed_at": FieldType.DATETIME,
    "arrived_at": FieldType.DATETIME,
    "started_at": FieldType.DATETIME,
    "ended_at": FieldType.DATETIME,
    "receipt_at": FieldType.DATETIME,
    "is_notified": FieldType.FLAG,  # a reminder was sent: no confirmation by itself
    "is_confirmed": FieldType.FLAG,
    "cancelled_at": FieldType.DATETIME,
    "is_rescheduled": FieldType.FLAG,
    "rescheduled_from": FieldType.ID,
    "is_deleted": FieldType.FLAG,
    # the task of a check-up
    "task_id": FieldType.ID,
    "task_doctor": FieldType.TEXT,
    "task_from_at": FieldType.DATETIME,
    "task_comment": FieldType.TEXT,
    "task_closed_at": FieldType.DATETIME,
}
"""Every field dentsync knows, by name. Columns, conditions, titles and CRM fields are configured in these words."""

PATIENT_FIELDS: tuple[str, ...] = tuple(FIELDS)[: tuple(FIELDS).index("appointment_id")]
"""The fields that describe the person, whichever feed carries them."""

SENSITIVE: frozenset[str] = frozenset(
    {"address", "comment", "extra_comment", "inn", "patient_comment", "snils", "task_comment"}
)
"""Fields that no vocabulary and no preset takes by itself: a clinic has to name their column, and where they go."""


DRIFTING: frozenset[str] = frozenset({"age"})
"""Fields that change by themselves: by default no reason to change anything in a CRM (``CrmField.quiet``)."""


class Entity(StrEnum):
    """What one row of a feed describes."""

    PATIENT = "patient"
    APPOINTMENT = "appointment"
    TASK = "task"


class Status(StrEnum):
    """Of an appointment, as the MIS knows it. A CRM *stage* is something else."""

    WAITING = "waiting"  # on the waiting list, no time yet
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


STRENGTH: Mapping[Status, int] = {
    Status.WAITING: 0,
    Status.BOOKED: 1,
    Status.CONFIRMED: 2,
    Status.ARRIVED: 3,
    Status.IN_PROGRESS: 3,
    Status.COMPLETED: 4,
    Status.NO_SHOW: 4,
    Status.CANCELLED: 4,
    Status.RESCHEDULED: 4,
}
"""How much a status weighs against a stage that a person chose: plain booking never outweighs a person."""

SIGNS = (
    Status.RESCHEDULED,
    Status.CANCELLED,
    Status.COMPLETED,
    Status.NO_SHOW,
    Status.IN_PROGRESS,
    Status.ARRIVED,
    Status.CONFIRMED,
    Status.BOOKED,
    Status.WAITING,
)
"""Where several columns each say a status: what ended a visit counts before how far it had come."""

# ── from file to record ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact comes from: file name, first 12 hex digits of its SHA-256, physical line (from 1)."""

    file: str
    sha256: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


NO_VALUE = "#ФОРМУЛА БЕЗ ЗНАЧЕНИЯ#"
"""Text of a workbook's cell whose formula was saved without its value: nobody knows what stands there."""


@dataclass(frozen=True, slots=True)
class PortalAnswer:
    """What a portal said of somebody's month, as it said it. ``about``: the user's id there; empty: of everybody.

    ``month``: YYYY-MM where the method answers by the calendar month. ``error`` is the code of its refusal; then there
    is no ``body``, and nothing is known.
    """

    method: str
    about: str
    body: object = dataclasses.field(default=None, repr=False)
    error: str = ""
    month: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet that people fill in by hand, as it stands: ``rows`` of texts, rows and columns counted from 0.

    A CSV file is one grid without a ``sheet``. ``merged``: first row and column, last row and column of each range.
    """

    file: str
    sheet: str
    rows: tuple[tuple[str, ...], ...] = dataclasses.field(repr=False)
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def place(self, row: int | None = None, column: int = 0) -> str:
        """Where a cell stands, in Russian: it is the people of the clinic who look for it."""
        sheet = f", лист «{self.sheet}»" if self.sheet else ""
        if row is None:
            return f"{self.file}{sheet}"
        return f"{self.file}{sheet}, ячейка {cell_name(row, column)}"


def cell_name(row: int, column: int) -> str:
    """«A1» for 0, 0."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One row as it stands in the file. ``cells`` maps our field names to verbatim text of the mapped columns."""

    feed: str
    origin: Origin
    cells: Mapping[str, str] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason against one field. ``reason`` is Russian: clinic people read it. ``raw`` is the cell's text."""

    field: str
    reason: str
    raw: str = dataclasses.field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be used, with all its faults at once."""

    feed: str
    origin: Origin
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A clean row. ``values`` has only the fields whose columns are in the file (three kinds of empty).

    ``faults`` are those that did not cost the row: an optional field that could not be read is left absent.
    """

    entity: Entity
    feed: str
    key: str
    origin: Origin
    values: Mapping[str, Value] = dataclasses.field(repr=False)
    faults: tuple[Fault, ...] = ()
    doubtful: bool = False  # the name waits for a person: it stands as it was typed, and in no message
    typed: tuple[str, str, str] | None = dataclasses.field(default=None, repr=False)  # the name before it was decided


Verdict = Literal["accept", "correct", "keep", "dismiss", "reopen"]
"""What a person says of a doubtful name: the proposal is right, other parts are, it is right as typed, it is no
patient's name, or (of an earlier decision) it is to be asked again."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one source value: the parts that the name has from now on, "" for a missing one."""

    verdict: Verdict
    last: str = dataclasses.field(default="", repr=False)
    first: str = dataclasses.field(default="", repr=False)
    patronymic: str = dataclasses.field(default="", repr=False)


Decisions = Mapping[str, Mapping[str, Decision]]
"""By the hash of the source value, then by the patient it is about; "" is everybody with this value."""


# ── what the configuration says, as values ────────────────────────────────────────────────────

FeedKind = Literal["snapshot", "window", "append"]
Totals = Literal["check", "require", "report", ""]


@dataclass(frozen=True, slots=True)
class CleanRules:
    """All that cleaning needs to know about a clinic and a feed.

    ``statuses`` maps a folded status word (``transform.words.fold``) to a status. ``defaults`` gives text
    where the file says nothing: no column, or an empty cell. ``dates`` are ``strptime`` formats, tried in order, in
    addition to ISO. ``status_from``: for a status the signs any of which says it outright: a field, or ``"a + b"``;
    the first status in the order of ``SIGNS`` that has one wins over the word for it.
    """

    timezone: str
    branch: str
    region: str = "RU"
    area_code: str = ""
    statuses: Mapping[str, Status] = dataclasses.field(default_factory=dict)
    required: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    entity: Entity = Entity.PATIENT
    defaults: Mapping[str, str] = dataclasses.field(default_factory=dict)
    dates: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()  # flags whose column means the opposite
    merge: tuple[str, ...] = ()  # fields of which a record has several lines: sums are added up, words listed
    name_order: Literal["", "last_first", "first_last"] = ""  # how the names of the feed are typed, where that is known
    fix_garbled: bool = False  # letters of a wrong encoding are put right where that is exact
    status_from: Mapping[Status, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    @property
    def signs(self) -> Mapping[Status, tuple[tuple[str, ...], ...]]:
        """``status_from`` in the order that counts: for each status its signs, each as fields that all speak."""
        return {
            status: tuple(tuple(sign.replace("+", " ").split()) for sign in self.status_from[status])
            for status in SIGNS
            if status in self.status_from
        }


@dataclass(frozen=True, slots=True)
class MovedRules:
    """When a cancelled visit counts as moved: another one was booked ``within`` so long of it, to the same doctor."""

    within: timedelta
    same_doctor: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one field: data, never code.

    ``one_of``: the value is among these. ``low``/``high``: inclusive range in ``unit``: plain numbers, or whole
    calendar months / days between the value and now (``months_ago``, ``days_ago``, ``days_ahead``).
    ``present``: the value is there, or is not.
    """

    field: str
    one_of: tuple[str | int | bool, ...] | None = None
    low: int | None = None
    high: int | None = None
    unit: Literal["number", "months_ago", "days_ago", "days_ahead"] = "number"
    present: bool | None = None


@dataclass(frozen=True, slots=True)
class StageRef:
    """A stage by its name in the CRM; ``ends`` says what the CRM must know it as."""

    name: str
    ends: Literal["won", "lost"] | None = None


@dataclass(frozen=True, slots=True)
class TaskRules:
    """The task that a deal of a route carries: its type in the CRM, the field of its deadline, its text's template."""

    type: str
    deadline: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Which records want a deal, in which pipeline, at which stage for which status.

    Routes of one ``group`` share one deal for each record: it moves between their pipelines. ``adopt``: stages at which
    an open deal that somebody made for the patient is taken over instead of a new one.
    """

    name: str
    feeds: tuple[str, ...]
    pipeline: str
    title: str
    stages: Mapping[str, StageRef]  # status value, or "default" -> stage
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()  # true of the row or of its patient: no new deal
    per: str | None = None
    people: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    group: str = ""
    adopt: tuple[str, ...] = ()
    task: TaskRules | None = None


FOLLOWED = ":deal/"
"""In the key of a deal that follows another deal: the rule before it, the CRM id of that deal behind it."""


@dataclass(frozen=True, slots=True)
class Follow:
    """What follows from what people did in the CRM.

    A deal in one of ``pipelines`` that ended so (``ends``), or stands at one of ``stages``, and of which ``when`` is
    true, wants another deal at ``stage`` of ``pipeline``, ``unless`` its patient is one of these. ``back``: instead of
    there, in the pipeline of the deal that it followed itself, at its stage in ``places`` or else at ``stage``.
    ``fields`` are taken along.
    """

    name: str
    pipelines: tuple[str, ...]
    pipeline: str
    stage: str
    title: str
    ends: Literal["won", "lost"] | None = None
    stages: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    back: bool = False
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    places: Mapping[str, str] = dataclasses.field(default_factory=dict)  # pipeline -> stage


Policy = Literal["mis_wins", "crm_wins", "fill_if_empty", "never_clear"]


@dataclass(frozen=True, slots=True)
class CrmField:
    """One of our fields in the CRM: its name there, and who wins. ``quiet``: it changes along with others only."""

    name: str
    policy: Policy = "mis_wins"
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The most a plan may change: a share of what is known (percent), a count, or both."""

    percent: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class SafetyRules:
    """Limits of a plan. What there are at most ``free`` of is never refused for its share.

    ``field`` and ``cleared``: how many of the values that we left in one field may be replaced, and emptied; ``fields``
    has limits of their own for fields that change more. ``stage``: the share of a pipeline's moves that may end at one
    stage where not half as many usually stand. ``corrections``: how long after a visit its end is corrected without
    asking; None: always.
    """

    free: int = 50
    updates: Limit = Limit(percent=30)
    moves: Limit = Limit(percent=30)
    lost: Limit = Limit(percent=20)
    creates: Limit = Limit()
    field: Limit = Limit(percent=30)
    cleared: Limit = Limit(percent=10)
    stage: Limit = Limit(percent=50)
    fields: Mapping[str, Limit] = dataclasses.field(default_factory=dict)
    corrections: timedelta | None = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class FileRules:
    """What a feed's file usually is. ``max_age_hours`` against now; a limit that is ``None`` is not asked about.

    ``min_percent`` and ``max_percent`` of the usual row count, ``min_known`` of those known before, in a list of all;
    in percent of the rows, ``max_rejects`` rejected ones, ``max_faulty`` with an unreadable value in one field,
    ``max_garbled`` with letters of a wrong encoding.
    ``optional`` are fields whose column may be gone; ``whole``: the last line must not break off. ``totals``: whether
    the lines below the rows are compared with them; ``new_owners``: a number may belong to somebody else than before.
    """

    max_age_hours: int | None = None
    min_percent: int | None = 50
    max_percent: int | None = 300
    min_known: int | None = 10
    min_rows: int | None = None
    max_rows: int | None = None
    max_rejects: int | None = 20
    max_faulty: int | None = 30
    max_garbled: int | None = 5
    optional: tuple[str, ...] = ()
    whole: bool = True
    allow_empty: bool = False
    totals: Totals = "check"
    new_owners: bool = False


# ── from record to operation ──────────────────────────────────────────────────────────────────

Lies = Literal["ahead", "recent", "past"]
"""Where a visit lies in time: not begun; so short ago that its end may still be corrected; longer ago."""

Kind = Literal["contact", "deal", "task"]
Action = Literal["create", "update", "move"]


@dataclass(frozen=True, slots=True)
class Desired:
    """What one item of the CRM should be, because of which record and rule.

    ``fields`` are in our words; a task has ``type``, ``deadline``, ``text`` and ``done``, and the key of its deal. A
    deal's ``contact`` is the key of its contact item. ``creates`` is false where the record may change an existing item
    but no longer wants a new one. ``follows``: another pipeline is news. ``lies``: where a deal's visit lies in time.
    """

    kind: Kind
    key: str
    origin: Origin
    rule: str
    fields: Mapping[str, Plain] = dataclasses.field(repr=False)
    contact: str | None = None
    pipeline: str | None = None
    stage: StageRef | None = None
    status: Status | None = None
    creates: bool = True
    silent: bool = False
    follows: bool = False
    lies: Lies = "recent"

    @property
    def item(self) -> str:
        """The item it is about: "kind:key"."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Synced:
    """What we last left in the CRM. ``unsure``: fields, ``stage`` or ``contact`` of which the end is not known.

    ``theirs``: phones (E.164) of ours that people had typed in before us.
    """

    kind: Kind
    key: str
    crm_id: int
    fields: Mapping[str, Plain] = dataclasses.field(repr=False)
    contact: str | None = None
    pipeline: str | None = None
    stage: str | None = None
    status: Status | None = None
    unsure: tuple[str, ...] = ()
    theirs: tuple[str, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One field, old → new. ``old`` is what we last left there; ``known`` is false where we never wrote it.

    In a creation: what an earlier one may have left, of which the end is not known.
    """

    field: str
    old: Plain = dataclasses.field(repr=False)
    new: Plain = dataclasses.field(repr=False)
    known: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do in the CRM. ``id`` is unique in its plan: ``{action}:{kind}:{key}``.

    ``pipeline``/``stage`` are names; a create carries the first stage, a move the next one and ``from_pipeline``,
    ``from_stage``, where we last left it. ``silent``: no automation of the CRM may fire.
    """

    action: Action
    kind: Kind
    key: str
    origin: Origin
    rule: str
    changes: tuple[Change, ...] = ()
    crm_id: int | None = None
    contact: str | None = None
    pipeline: str | None = None
    stage: StageRef | None = None
    from_stage: str | None = None
    from_pipeline: str | None = None  # where it differs from ``pipeline``
    status: Status | None = None
    silent: bool = False
    claims: bool = False  # an item that was found in the CRM gets our key
    label: str = dataclasses.field(default="", repr=False)  # how a person knows it: a name, or a deal's title

    @property
    def id(self) -> str:
        """Unique in its plan."""
        return f"{self.action}:{self.kind}:{self.key}"

    @property
    def item(self) -> str:
        """The item it is about: "kind:key"."""
        return f"{self.kind}:{self.key}"

    @property
    def waits_for(self) -> str:
        """The item ("kind:key") that has to be there first, if any: a deal's contact, a task's deal."""
        if self.kind == "task":
            return f"deal:{self.key}"
        return f"contact:{self.contact}" if self.contact is not None else ""


@dataclass(frozen=True, slots=True)
class Held:
    """Something that is wanted but waits for a person or for certainty. ``reason`` is in the terminal's language."""

    kind: Kind
    key: str
    origin: Origin
    reason: str

    @property
    def item(self) -> str:
        """The item it is about: "kind:key"."""
        return f"{self.kind}:{self.key}"


NAME_WAITS = "имя ждёт решения: dentsync clean --review"
"""The reason of a record that is held for its name, where the configuration wants it so."""


# ── from operation to outcome ─────────────────────────────────────────────────────────────────


class Result(StrEnum):
    """How an operation ended."""

    APPLIED = "applied"  # the CRM said yes
    FAILED = "failed"  # the CRM said no; it was not done
    UNKNOWN = "unknown"  # it may have happened; never repeated blindly
    KEPT = "kept"  # a person's choice in the CRM stays; nothing was sent
    HELD = "held"  # not sent: what it needs is not certain yet


DriftKind = Literal["deleted", "merged", "duplicate", "unkeyed", "moved", "relinked", "edited", "added"]
"""What people did to an item, as ``transform.drift`` finds it."""


@dataclass(frozen=True, slots=True)
class Drift:
    """The CRM holds something else than we left there: somebody changed it, and it stays.

    ``field`` is one of our words, or ``id``, ``key``, ``stage``, ``contact``. ``origin``: of what we last wrote.
    """

    kind: Kind
    key: str
    crm_id: int
    field: str
    ours: Plain = dataclasses.field(repr=False)
    theirs: Plain = dataclasses.field(repr=False)
    what: DriftKind = "edited"
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation. ``crm_id`` is known for what was applied; ``reason`` names no person."""

    operation: Operation
    result: Result
    crm_id: int | None = None
    reason: str = ""
    linked: bool = True  # a created deal has its contact
    present: "Present | None" = None  # the item as the CRM's answer shows it


@dataclass(frozen=True, slots=True)
class Present:
    """An item as the CRM has it now. ``fields`` are in our words, only those that are configured.

    ``contacts`` are those of a deal (CRM ids), where the CRM shows them. ``unsorted``: a deal that nobody has taken up.
    A task has ``type``, ``deadline``, ``text`` and ``done``.
    """

    kind: Kind
    crm_id: int
    key: str | None
    fields: Mapping[str, Plain] = dataclasses.field(repr=False)
    pipeline: str | None = None
    stage: str | None = None
    ends: Literal["won", "lost"] | None = None
    contacts: tuple[int, ...] | None = None
    unsorted: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do, as a value: printed, saved, approved, applied exactly.

    ``now`` is ISO 8601 with offset; ``config`` and ``mark`` say what it was made from: applied only if both still hold.
    ``refusals`` are safety limits that it passes; it is applied only when its ``digest`` is approved.
    """

    version: int
    now: str
    clinic: str
    target: str
    config: str
    mark: str
    digest: str
    operations: tuple[Operation, ...] = ()
    held: tuple[Held, ...] = ()
    refusals: tuple[str, ...] = ()
