"""What the configuration says, as values."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from dentsync.model.fields import SIGNS, Entity, Status

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
