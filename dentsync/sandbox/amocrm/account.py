"""One account that is switched on: its data, its switches, its faults and what was counted."""

import random
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from dentsync.sandbox.amocrm import furnish
from dentsync.sandbox.amocrm.blueprint import Blueprint, Owner
from dentsync.sandbox.amocrm.fault_names import KNOWN
from dentsync.sandbox.amocrm.fields import Fields
from dentsync.sandbox.amocrm.pipelines import Pipelines
from dentsync.sandbox.amocrm.settings import Settings
from dentsync.sandbox.amocrm.storage import Storage
from dentsync.sandbox.bucket import LeakyBucket
from dentsync.sandbox.clock import VirtualClock
from dentsync.sandbox.faults import Faults
from dentsync.sandbox.journal import Journal


class Account:
    """Everything a request can touch. One thread; the clock is shared with the accounts beside it."""

    def __init__(self, folder: Path, blueprint: Blueprint, owner: Owner, clock: VirtualClock) -> None:
        self.owner = owner
        self.clock = clock
        self._blueprint = blueprint
        self.storage = Storage(folder)
        if self.storage.is_new:
            furnish.furnish(self.storage, blueprint, owner)
        self._start_over()

    def reset(self) -> None:
        """A fresh account, with every switch, counter and fault back at its start."""
        furnish.furnish(self.storage, self._blueprint, self.owner)
        self._start_over()

    def _start_over(self) -> None:
        self.settings = Settings()
        self.faults = Faults(KNOWN)
        self.journal = Journal()
        self.bucket, self.account_bucket = LeakyBucket(), LeakyBucket()
        self.breaches: deque[float] = deque()
        self.unpaid_until = 0.0
        # A rehearsal that is repeated meets the same shuffles and the same lags.
        self.random = random.Random(self.owner.id)  # noqa: S311
        self.changed = 0
        self.started = time.time_ns()
        self._fields: dict[str, Fields] = {}
        self._pipelines: Pipelines | None = None

    @property
    def now(self) -> int:
        """Virtual epoch seconds, whole as amoCRM keeps them."""
        return int(self.clock.now())

    @property
    def zone(self) -> ZoneInfo:
        """The account's time zone."""
        return ZoneInfo(self.settings.timezone or self.owner.timezone)

    def fields(self, kind: str) -> Fields:
        """The custom fields of a kind of entity."""
        if kind not in self._fields:
            self._fields[kind] = Fields.read(self.storage, kind)
        return self._fields[kind]

    @property
    def pipelines(self) -> Pipelines:
        """The pipelines with their statuses."""
        if self._pipelines is None:
            self._pipelines = Pipelines.read(self.storage)
        return self._pipelines

    def structure_changed(self) -> None:
        """Fields, pipelines or statuses are not what they were."""
        self._fields.clear()
        self._pipelines = None
        self.changed += 1

    def is_active_user(self, number: object) -> bool:
        """Whether somebody can be made responsible."""
        return self.storage.row("SELECT 1 FROM users WHERE id = ? AND active", (number,)) is not None

    def lag(self) -> float:
        """How long the next write stays unfound, in virtual seconds."""
        return self.random.uniform(*self.settings.search_lag)

    def later(self, work: Callable[[], None]) -> Callable[[], None]:
        """The work, made durable at once, for what happens outside a request."""

        def done() -> None:
            work()
            self.storage.commit()

        return done
