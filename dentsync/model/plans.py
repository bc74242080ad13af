"""From record to operation and to what became of it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from dentsync.model.fields import Plain, Status
from dentsync.model.records import Origin
from dentsync.model.settings import StageRef

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
