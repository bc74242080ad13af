"""The door to a CRM: one Protocol, and one visible dict of those who implement it.

Promises every target keeps (design: "Promises at the CRM's door"):

1. A creation that may have happened is reported ``UNKNOWN`` and never repeated by the target itself.
2. Each operation has its own outcome; one bad row never hides the others.
3. Limits of the CRM are kept before they bite; waiting goes through the ``Clock``.
4. Nothing raised or returned carries personal data or a secret.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dentsync.model import CrmField, Kind, Operation, Outcome, Plain, Present, Route

GONE = "gone"
"""Reason of an operation whose item was deleted or merged in the CRM."""


class Clock(Protocol):
    """Time as a target sees it: epoch seconds, and waiting."""

    def time(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class WallClock:
    """Real time."""

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class FastClock:
    """Real time sped up: for a sandbox whose own clock runs ``speed`` times faster."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start = time.time()

    def time(self) -> float:
        return self._start + (time.time() - self._start) * self._speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)


@dataclass(frozen=True, slots=True)
class Needs:
    """What to read from the CRM before writing: items by our key, by CRM id, contacts by phone (E.164)."""

    contact_keys: frozenset[str] = frozenset()
    deal_keys: frozenset[str] = frozenset()
    contact_ids: frozenset[int] = frozenset()
    deal_ids: frozenset[int] = frozenset()
    phones: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. A phone or key that nothing answers to is absent; a dead id is absent.

    ``by_phone`` lists contacts (CRM ids, all of them also in ``contacts``) that hold the phone in any spelling.
    """

    contacts: Mapping[int, Present] = field(default_factory=dict)
    deals: Mapping[int, Present] = field(default_factory=dict)
    by_phone: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Operations that travel in one request. ``request`` is the target's own and is opaque to the caller."""

    operations: tuple[Operation, ...]
    request: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """What a target is built from. ``fields`` maps kind -> our field -> field of the CRM."""

    secret: str = field(repr=False)
    originator: str
    timezone: str
    fields: Mapping[str, Mapping[str, CrmField]]
    routes: tuple[Route, ...]
    directory: Mapping[str, Any] | None = None  # what ``check`` returned last time, if it is still good
    pace: Mapping[str, Any] | None = None  # what ``pace`` returned at the end of the last run


@dataclass(frozen=True, slots=True)
class Checked:
    """Result of ``check``. ``directory`` is JSON-able and may be cached; ``problems`` are lines for a person."""

    directory: Mapping[str, Any]
    problems: tuple[str, ...] = ()


class Target(Protocol):
    """A CRM. Not thread-safe; one writer."""

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        ...

    def check(self) -> Checked:
        """Resolve pipelines, stages and fields by name and check rights. Raises TargetError."""
        ...

    def read(self, needs: Needs) -> Reading:
        """Read present items in as few requests as possible. Raises TargetError; changes nothing."""
        ...

    def chunks(self, operations: Sequence[Operation], ids: Mapping[str, int]) -> Iterator[Chunk]:
        """Group operations into requests, in order, lazily: each chunk is sized by how the last one went.

        ``ids`` maps ``"contact:<key>"`` / ``"deal:<key>"`` to CRM ids and is kept up to date by the caller between
        chunks. A deal whose contact has neither an id nor a creation in the same chunk is left out and must be
        reported by the caller as held.
        """
        ...

    def send(self, chunk: Chunk) -> list[Outcome]:
        """Send one request; exactly one outcome for each operation of the chunk, in order.

        Refusals that prove nothing was done (rate, operating budget) are waited out and repeated inside. Raises
        Forbidden when the CRM refuses everything, Unavailable when it cannot be reached; then nothing of the chunk
        was done. An item that is not there any more fails with the reason ``GONE``.
        """
        ...

    def as_read(self, kind: Kind, fields: Mapping[str, Plain]) -> Mapping[str, Plain]:
        """How values of ours look in a ``Present``; fields the CRM has no place for are absent.

        A date field loses the time, a list the case of a label: comparing ``as_read`` with a ``Present`` finds what
        people changed and nothing else. Makes no request where the directory is known.
        """
        ...

    def pace(self) -> Mapping[str, Any]:
        """JSON-able state of the limits, for the next run."""
        ...


def needs_of(operations: Iterable[Operation], fields: Mapping[str, Mapping[str, CrmField]]) -> Needs:
    """What has to be read before these operations.

    Keys of creations and phones of new contacts (they may be there already), deals that are to move, and items whose
    phones or ``fill_if_empty`` fields are to change: there the CRM's present state decides.
    """
    keys: dict[str, set[str]] = {"contact": set(), "deal": set()}
    ids: dict[str, set[int]] = {"contact": set(), "deal": set()}
    phones: set[str] = set()
    for operation in operations:
        if operation.action == "create":
            keys[operation.kind].add(operation.key)
            phones.update(*(c.new for c in operation.changes if c.field == "phones" and isinstance(c.new, tuple)))
        elif operation.crm_id is not None and _depends_on_present(operation, fields[operation.kind]):
            ids[operation.kind].add(operation.crm_id)
    return Needs(
        contact_keys=frozenset(keys["contact"]),
        deal_keys=frozenset(keys["deal"]),
        contact_ids=frozenset(ids["contact"]),
        deal_ids=frozenset(ids["deal"]),
        phones=frozenset(phones),
    )


def _depends_on_present(operation: Operation, fields: Mapping[str, CrmField]) -> bool:
    return operation.action == "move" or any(
        change.field == "phones" or (change.field in fields and fields[change.field].policy == "fill_if_empty")
        for change in operation.changes
    )
