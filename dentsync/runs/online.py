"""``diff --online``: what people did to our items in the CRM. It reads all of them and changes nothing there.

What was seen is kept in the store: it is a fact about the CRM. So is the new id of an item that people merged, where
exactly one living item carries our key.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec

from dentsync.errors import ConfigError, TargetError
from dentsync.load.target import Target
from dentsync.model import Drift, Kind, Operation, Plan, Present, Synced
from dentsync.runs.crm import check_target, target_of
from dentsync.runs.session import Session, wall_time
from dentsync.runs.tracing import traced
from dentsync.transform.drift import Traces, doubted_by, drift_of, has_left, place_of, relinked

VERSION = 1
"""Of what ``dumps`` writes."""

FEW = 50
"""So many items may be deleted before it looks as if the webhook had lost the right to see them."""

Progress = Callable[[int, int], None]
"""Called with items looked at and items in all."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was seen of our items. Of an item that was linked to its new id, ``Drift.crm_id`` is that id."""

    drift: tuple[Drift, ...] = field(default=(), repr=False)
    contacts: int = 0
    deals: int = 0
    requests: int = 0
    tasks: int = 0

    @property
    def blind(self) -> bool:
        """Whether most of what is ours seems deleted."""
        deleted = sum(one.what == "deleted" for one in self.drift)
        return deleted > max(FEW, (self.contacts + self.deals + self.tasks) // 2)


def survey(job: Session, progress: Progress | None = None) -> Survey:
    """Look at every item of ours and keep what was seen. Raises TargetError, ConfigError; then nothing is kept."""
    ledger, crm = job.store.ledger, job.config.target
    if not ledger.item_counts(crm):
        return Survey()
    target, checked = target_of(job.config, job.store)
    looking = _Looking(job, target)
    try:
        if not checked and (problems := check_target(job, target)):
            raise ConfigError("\n".join(problems))
        looking.look(progress)
    except TargetError:
        ledger.forget(crm, "directory")
        raise
    finally:
        ledger.cache(crm, "pace", target.pace(), wall_time())
    with job.store.transaction():
        looking.keep()
    counts = looking.counts
    return Survey(tuple(looking.drift), counts["contact"], counts["deal"], target.requests, counts["task"])


def dumps(plan: Plan, seen: Survey) -> str:
    """The plan and what people did, as indented JSON; it names patients."""
    value = {
        "version": VERSION, "plan": plan, "drift": seen.drift, "contacts": seen.contacts, "deals": seen.deals,
        "tasks": seen.tasks, "requests": seen.requests,
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()


class _Looking:
    def __init__(self, job: Session, target: Target) -> None:
        self.config, self.target = job.config, target
        self.ledger, self.crm = job.store.ledger, job.config.target
        self.ids = self.ledger.ids(self.crm)
        self.counts: Counter[Kind] = Counter()
        self.drift: list[Drift] = []
        self.links: list[tuple[Synced, int]] = []  # items that live on under another id
        self.left: list[tuple[Synced, Present]] = []  # deals that their contact has not any more
        self.successors: dict[str, tuple[int, ...]] = {}  # of contacts whose id died, by key
        self.pending: defaultdict[tuple[Kind, str], list[Operation]] = defaultdict(list)
        for _number, operation, _at in self.ledger.open_intentions(self.crm):
            self.pending[operation.kind, operation.key].append(operation)

    def look(self, progress: Progress | None) -> None:
        """Read and judge everything; the deals' contacts last, when it is known which of these have died."""
        total = sum(self.ledger.item_counts(self.crm).values())
        for item, traces in traced(self.ledger.items(self.crm), self.target.read):
            self._judge(self._doubted(item), traces)
            self.counts[item.kind] += 1
            if progress:
                progress(self.counts.total(), total)
        for deal, present in self.left:
            self._judge_contact(deal, present)
        self.drift.sort(key=lambda one: (one.kind, one.crm_id, one.field))
        self.drift = [replace(one, origin=self.ledger.last_origin(self.crm, one.kind, one.key)) for one in self.drift]

    def keep(self) -> None:
        """Store what was seen; an item that is linked anew has drifted no more."""
        for item, crm_id in self.links:
            self.ledger.link(self.crm, item, crm_id, wall_time())
        linked = {(item.kind, item.key) for item, _crm_id in self.links}
        drift = (one for one in self.drift if one.what != "merged" or (one.kind, one.key) not in linked)
        self.ledger.replace_drift(self.crm, None, drift, wall_time())

    def _judge(self, item: Synced, traces: Traces) -> None:
        place = place_of(item, self._untaken(item, traces))
        self.drift += [place.drift] if place.drift else []
        lives_on = place.present is not None and place.present.crm_id == item.crm_id
        if item.kind == "contact" and not lives_on:
            self.successors[item.key] = place.successors
        if place.present is None:
            return
        if not lives_on:
            self.links.append((item, place.present.crm_id))
        self.drift += drift_of(item, place.present, self.target.as_read, self.config.fields.get(item.kind, {}))
        if item.contact and has_left(item, place.present, self.ids.get("contact:" + item.contact)):
            self.left.append((item, place.present))

    def _judge_contact(self, deal: Synced, present: Present) -> None:
        assert deal.contact is not None
        drift = relinked(deal, present, self.ids["contact:" + deal.contact], self.successors.get(deal.contact))
        self.drift += [drift] if drift else []

    def _doubted(self, item: Synced) -> Synced:
        operations = self.pending.get((item.kind, item.key))
        return doubted_by(item, operations) if operations else item

    def _untaken(self, item: Synced, traces: Traces) -> Traces:
        """What is another one's of ours is not followed, whatever key it carries."""
        free = tuple(one for one in traces.by_key if one.crm_id == item.crm_id or not self._is_taken(item, one))
        return traces if free == traces.by_key else replace(traces, by_key=free, alike=traces.by_key)

    def _is_taken(self, item: Synced, present: Present) -> bool:
        return self.ledger.key_of(self.crm, item.kind, present.crm_id) not in (None, item.key)
