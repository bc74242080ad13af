"""One portal that is switched on: its data, its clock, its switches, its faults and what was counted."""

import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

from dentsync.sandbox.bitrix24 import pipelines, schema
from dentsync.sandbox.bitrix24 import portal as portals
from dentsync.sandbox.bitrix24.fault_names import KNOWN
from dentsync.sandbox.bitrix24.limits import Operating
from dentsync.sandbox.bitrix24.pipelines import Stage
from dentsync.sandbox.bitrix24.settings import Settings, Webhook
from dentsync.sandbox.bitrix24.storage import TABLES, Storage
from dentsync.sandbox.bucket import LeakyBucket
from dentsync.sandbox.clock import VirtualClock
from dentsync.sandbox.faults import Faults
from dentsync.sandbox.journal import Journal

_SURPLUS = (
    "SELECT ifnull(sum(n - 1), 0) FROM (SELECT count(*) n FROM {} WHERE json_extract(data, '$.originId') IS NOT NULL "
    "GROUP BY json_extract(data, '$.originId'), json_extract(data, '$.originatorId'))"
)


class World:
    """Everything a request can touch. One thread."""

    def __init__(self, folder: Path, portal: str, speed: float) -> None:
        self.storage = Storage(folder)
        if self.storage.is_new:
            portals.build(self.storage, portal)
        self._speed = speed
        self._start_over()

    def reset(self, portal: str | None = None) -> None:
        """A fresh portal, with every switch, counter and fault back at its start."""
        portals.build(self.storage, portal or self.portal_name)
        self._start_over()

    def _start_over(self) -> None:
        self.portal_name: str = self.storage.value("SELECT value FROM meta WHERE key = 'portal'")
        self.portal = portals.load(self.portal_name)
        self.zone = _offset(self.portal.portal.timezone)
        self.clock = VirtualClock(self._speed)
        self.settings = Settings()
        self.faults = Faults(KNOWN)
        self.journal = Journal()
        self.buckets: dict[str, LeakyBucket] = {}
        self.operating = Operating()
        self.changed = 0
        self.started = time.time_ns()
        self._schemas: dict[str, schema.Schema] = {}
        self._stages: dict[str, Stage] = {}

    def webhook(self, user: int, secret: str) -> Webhook | None:
        """The webhook of that user with that secret."""
        hooks = self.settings.webhooks or self.portal.webhooks
        return next((hook for hook in hooks if (hook.user, hook.secret) == (user, secret)), None)

    def schema(self, kind: str) -> schema.Schema:
        """The fields of a kind of item."""
        if kind not in self._schemas:
            self._schemas[kind] = schema.read(self.storage, kind)
        return self._schemas[kind]

    def stages(self) -> dict[str, Stage]:
        """Stages of deals by STATUS_ID, in the order of their pipelines."""
        if not self._stages:
            self._stages = {stage.code: stage for stage in pipelines.read(self.storage)}
        return self._stages

    def structure_changed(self) -> None:
        """Fields, pipelines or stages are not what they were."""
        self._schemas.clear()
        self._stages = {}
        self.changed += 1

    def duplicates(self) -> dict[str, int]:
        """Surplus items that share originatorId and originId, by kind."""
        return {kind: int(self.storage.value(_SURPLUS.format(table))) for kind, table in TABLES.items()}

    def counters(self) -> dict[str, object]:
        """What was counted since the start or the last reset."""
        names = (
            "requests", "created_contact", "created_deal", "imported_contact", "imported_deal", "updated_contact",
            "updated_deal", "created_tasks", "moved", "automations", "messages", "acts", "refused_503", "refused_429",
            "cut", "faults",
        )  # fmt: skip
        counts: Counter[str] = self.journal.counts
        found: dict[str, object] = {name: counts[name] for name in names}
        return found | {"commands": dict(sorted(self.journal.commands.items())), "duplicates": self.duplicates()}


def _offset(text: str) -> timezone:
    moment = datetime.strptime(text, "%z")
    return timezone(moment.utcoffset() or timedelta())
