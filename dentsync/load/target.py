"""The door to a CRM: one Protocol, and one visible dict of those who implement it.

Promises every target keeps (design: "Promises at the CRM's door"):

1. A creation that may have happened is reported ``UNKNOWN`` and never repeated by the target itself.
2. Each operation has its own outcome; one bad row never hides the others.
3. Limits of the CRM are kept before they bite; waiting goes through the ``Clock``.
4. Nothing raised or returned carries personal data or a secret.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dentsync.model import CrmField, Kind, Operation, Outcome, Plain, Present, Route

GONE = "gone"
"""Reason of an operation whose item was deleted or merged in the CRM."""


class Clock(Protocol):
    """Time as a target sees it: epoch seconds, waiting, and how long that takes in real seconds."""

    def time(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...
    def real(self, seconds: float) -> float: ...


class WallClock:
    """Real time as it was at the start, and what has passed since: a clock that is set meanwhile moves nothing."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()

    def time(self) -> float:
        return self._start + time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def real(self, seconds: float) -> float:
        return seconds


class FastClock:
    """Real time sped up: for a sandbox whose own clock runs ``speed`` times faster."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start, self._zero = time.time(), time.monotonic()

    def time(self) -> float:
        return self._start + (time.monotonic() - self._zero) * self._speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)

    def real(self, seconds: float) -> float:
        return seconds / self._speed


GLANCE = 0.2
"""Real seconds after which a wait looks whether it should end."""


class Patience:
    """How long a run may go on: until its deadline (epoch seconds of the clock), or until somebody asks it to end."""

    def __init__(self, clock: Clock, deadline: float | None = None) -> None:
        self.clock = clock
        self.deadline = deadline
        self.asked = False

    def over(self, at: float | None = None) -> bool:
        """Whether the run has to end: now, or before ``at``."""
        return self.asked or (self.deadline is not None and (at or self.clock.time()) >= self.deadline)

    def wait(self, until: float) -> bool:
        """Wait until then; False at once where the run has to end before, or as soon as it is asked to."""
        if self.over(until):
            return False
        step = GLANCE / max(self.clock.real(1.0), 1e-9)
        while (left := until - self.clock.time()) > 0 and not self.asked:
            self.clock.sleep(min(left, step))
        return not self.asked


@dataclass(frozen=True, slots=True)
class Needs:
    """What to read from the CRM before writing: items by our key, by CRM id, contacts by phone (E.164).

    ``open_deals_of``: contacts (CRM ids) whose deals that have not ended are asked for. ``tasks_of``: deals (their key
    and CRM id) whose tasks are asked for, open and done.
    """

    contact_keys: frozenset[str] = frozenset()
    deal_keys: frozenset[str] = frozenset()
    contact_ids: frozenset[int] = frozenset()
    deal_ids: frozenset[int] = frozenset()
    phones: frozenset[str] = field(default=frozenset(), repr=False)
    open_deals_of: frozenset[int] = frozenset()
    task_ids: frozenset[int] = frozenset()
    tasks_of: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. A phone or key that nothing answers to is absent; a dead id is absent.

    ``by_phone`` lists contacts (CRM ids, all of them also in ``contacts``) that hold the phone in any spelling.
    ``tasks`` have their key, which is that of the deal, only where the tasks of the deal were asked for.
    ``gone``: contacts whose open deals were asked for and that are there no more, where the CRM tells.
    """

    contacts: Mapping[int, Present] = field(default_factory=dict)
    deals: Mapping[int, Present] = field(default_factory=dict)
    by_phone: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    tasks: Mapping[int, Present] = field(default_factory=dict)
    gone: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """Deals that were changed, with their contacts. ``until``: the CRM's time (epoch seconds) up to which all are here.

    A target asks for ``OVERLAP`` more than it is asked, because a CRM shows some changes late.
    """

    deals: tuple[Present, ...]
    until: float


OVERLAP = 600.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Operations that travel in one request. ``request`` is the target's own and is opaque to the caller."""

    operations: tuple[Operation, ...]
    request: Any = field(repr=False)


# ── carrying operations out ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sending:
    """These operations go out next: their intention has to be stored before the caller goes on."""

    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of operations that went out, or of those that never will: for the caller to record."""

    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing can go before ``until`` (epoch seconds of the clock): the CRM's limits."""

    until: float


Step = Sending | Ended | Waiting


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """What a target is built from. ``fields`` maps kind -> our field -> field of the CRM."""

    secret: str = field(repr=False)
    originator: str
    timezone: str
    fields: Mapping[str, Mapping[str, CrmField]]
    routes: tuple[Route, ...]
    access: Mapping[str, str] = field(default_factory=dict, repr=False)  # what the target needs beside the secret
    limits: Path | None = None  # folder where the runs of this machine share the CRM's limits
    directory: Mapping[str, Any] | None = None  # what ``check`` returned last time, if it is still good
    pace: Mapping[str, Any] | None = None  # what ``pace`` returned at the end of the last run


@dataclass(frozen=True, slots=True)
class Checked:
    """Result of ``check``. ``directory`` is JSON-able and may be cached; ``problems`` are lines for a person."""

    directory: Mapping[str, Any]
    problems: tuple[str, ...] = ()


class Target(Protocol):
    """A CRM. Called from one thread; one writer."""

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        ...

    @property
    def carries_tasks(self) -> bool:
        """Whether it knows tasks: without, no operation of that kind may be given to ``carry_out``."""
        ...

    def check(self) -> Checked:
        """Resolve pipelines, stages, fields and types of tasks by name and check rights. Raises TargetError."""
        ...

    def setup(self) -> tuple[str, ...]:
        """Make what the target itself needs in the CRM and has not yet; a line for each. Raises TargetError."""
        ...

    def read(self, needs: Needs) -> Reading:
        """Read present items in as few requests as possible. Raises TargetError; changes nothing."""
        ...

    def changed_deals(self, pipelines: Collection[str], since: float | None) -> Changes:
        """Deals of these pipelines (names) that anybody changed since then (epoch seconds of the CRM; None: just now).

        Raises TargetError; changes nothing.
        """
        ...

    def carry_out(self, operations: Sequence[Operation], ids: Mapping[str, int], patience: Patience) -> Iterator[Step]:
        """Send operations, side by side as far as their order and the CRM's limits allow; what happens, as it happens.

        ``ids`` maps ``"contact:<key>"`` / ``"deal:<key>"`` to CRM ids and is kept up to date by the caller as it
        records what has ended. Operations of one item keep their order, a deal's come after its contact's, and a task's
        after its deal's, whose key it has. A task that is done is never opened again.
        Each operation ends at most once, after it was ``Sending``; those that were not sent when ``patience`` was
        over do not end. Refusals that prove nothing was done (rate, operating budget) are waited out and repeated. An
        item that is not there any more fails with the reason ``GONE``.

        Raises Forbidden when the CRM refuses everything, Unavailable when it cannot be reached: then all that was in
        flight has ended before. Closing the iterator abandons what is in flight.
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
    phones or ``fill_if_empty`` fields are to change: there the CRM's present state decides. Of tasks all that are to
    change; a new one is looked for at its deal (``tasks_of``).
    """
    keys: dict[str, set[str]] = {"contact": set(), "deal": set()}
    ids: dict[str, set[int]] = {"contact": set(), "deal": set(), "task": set()}
    phones: set[str] = set()
    for operation in operations:
        if operation.kind == "task":
            ids["task"].update({operation.crm_id} if operation.crm_id is not None else ())
        elif operation.action == "create":
            keys[operation.kind].add(operation.key)
            phones.update(*(c.new for c in operation.changes if c.field == "phones" and isinstance(c.new, tuple)))
        elif operation.crm_id is not None and _depends_on_present(operation, fields[operation.kind]):
            ids[operation.kind].add(operation.crm_id)
            if operation.action == "move":  # its deal may have been merged into another one
                keys[operation.kind].add(operation.key)
    return Needs(
        contact_keys=frozenset(keys["contact"]),
        deal_keys=frozenset(keys["deal"]),
        contact_ids=frozenset(ids["contact"]),
        deal_ids=frozenset(ids["deal"]),
        phones=frozenset(phones),
        task_ids=frozenset(ids["task"]),
    )


def _depends_on_present(operation: Operation, fields: Mapping[str, CrmField]) -> bool:
    return operation.action == "move" or any(
        change.field == "phones" or (change.field in fields and fields[change.field].policy == "fill_if_empty")
        for change in operation.changes
    )
