"""``tick``: what follows from what people did in the CRM since the last look.

A change is looked at more than once (the CRM shows some late), and a deal that follows is made once: its key names the
deal it follows, and what was ever made stays in the store.
"""

from collections.abc import Collection, Iterator

from dentsync.lang import _
from dentsync.load.target import Changes, Needs, Target
from dentsync.model import Desired, Follow, Held, Present, Record, Value
from dentsync.runs.session import Session, wall_time
from dentsync.transform.contacts import known_of
from dentsync.transform.follows import fits, followed_by, follower_key, follower_of, origin_of, spares

SEEN = "followed"
"""In the store's cache: the CRM's time up to which changes were looked at."""


class Following:
    """Looks at the CRM and says which deals are wanted."""

    def __init__(self, job: Session, target: Target) -> None:
        self._job, self._target = job, target
        self._ledger, self._crm = job.store.ledger, job.config.target
        self._follows = tuple(job.config.follows.values())
        self.held: list[Held] = []
        self._until: float | None = None

    def wanted(self) -> Iterator[Desired]:
        """Deals that follow from what was changed since the last look. Raises TargetError."""
        changes = self._changes()
        self._until = changes.until
        waiting = self._waiting()
        for deal in {deal.crm_id: deal for deal in (*waiting, *changes.deals)}.values():
            for follow in (one for one in self._follows if fits(one, deal, self._job.now)):
                if self._is_new(follow, deal) and (desired := self._desired(follow, deal)):
                    yield desired

    def remember(self) -> None:
        """All that was seen is done, or waits for a person."""
        self._ledger.cache(self._crm, SEEN, self._until, wall_time())

    def _changes(self) -> Changes:
        seen = self._ledger.cached(self._crm, SEEN)
        pipelines: Collection[str] = dict.fromkeys(name for follow in self._follows for name in follow.pipelines)
        return self._target.changed_deals(pipelines, float(seen[0]) if seen else None)

    def _waiting(self) -> Collection[Present]:
        """Deals of which what follows had to wait for a person."""
        keys = (followed_by(key) for _kind, key, _origin, _reason in self._ledger.held(self._crm))
        numbers = frozenset(key[1] for key in keys if key)
        return self._target.read(Needs(deal_ids=numbers)).deals.values() if numbers else ()

    def _is_new(self, follow: Follow, deal: Present) -> bool:
        return not self._ledger.was_left(self._crm, "deal", follower_key(follow, deal))

    def _desired(self, follow: Follow, deal: Present) -> Desired | None:
        contact = next(
            filter(None, (self._ledger.key_of(self._crm, "contact", one) for one in deal.contacts or ())), None
        )
        if contact and follow.unless and spares(follow, self._known(contact), self._job.now):
            return None
        pipeline = self._came_from(deal) if follow.back else follow.pipeline
        if contact and pipeline:
            return follower_of(follow, deal, contact, pipeline)
        unknown = (
            _("it is not known which pipeline it came from") if contact else _("its contact is no patient of the MIS")
        )
        self.held.append(Held("deal", follower_key(follow, deal), origin_of(deal), unknown))
        return None

    def _known(self, contact: str) -> dict[str, Value]:
        """What the MIS says of a patient."""
        records = (self._job.clean(row) for row in self._job.store.facts.rows_of(contact))
        return known_of([one for one in records if isinstance(one, Record)], self._job.masters)

    def _came_from(self, deal: Present) -> str | None:
        """The pipeline of the deal that this one followed."""
        key = self._ledger.key_of(self._crm, "deal", deal.crm_id) or ""
        followed = followed_by(key)
        if followed is None:
            return None
        source = self._target.read(Needs(deal_ids=frozenset({followed[1]}))).deals.get(followed[1])
        return source.pipeline if source else None
