"""The deals that rows want, by the routes of their feeds, and when the clock alone will make them want others."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import cached_property
from itertools import chain

from dentsync.model import Desired, Entity, Record, Route, Value
from dentsync.runs.session import Session
from dentsync.transform.contacts import known_of, passes_at
from dentsync.transform.groups import completed_before, grouped, has_ended, route_of
from dentsync.transform.no_show import due_at
from dentsync.transform.routes import deal_key, deal_of, wakes_at
from dentsync.transform.tasks import task_of


@dataclass(frozen=True)
class Patient:
    """Somebody with all rows that speak of them, oldest first. Rows of ``masters`` outweigh the others.

    ``spoken``: feeds and keys of rows that another row speaks of.
    """

    key: str
    records: Sequence[Record]
    masters: frozenset[str]
    spoken: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def rows(self) -> dict[tuple[str, str], Record]:
        """The rows by feed and key."""
        return {(record.feed, record.key): record for record in self.records}

    @cached_property
    def known(self) -> dict[str, Value]:
        """What all rows say of the patient."""
        return known_of(self.records, self.masters)


class Deals:
    """Asks the routes of a configuration."""

    def __init__(self, job: Session) -> None:
        self._job = job
        self._groups = _by_feed(job.config.routes.values())

    def of(self, record: Record, patient: Patient, *, silent: bool) -> Iterator[Desired]:
        """The deals that a row wants, each with its task."""
        for group in self._groups[record.feed]:
            if deal := self._deal(group, record, patient, silent):
                yield from self._with_task(deal, record)

    def _with_task(self, deal: Desired, record: Record) -> Iterator[Desired]:
        yield deal
        if task := task_of(self._job.config.routes[deal.rule.removeprefix("routes.")], record, deal):
            yield task

    def following(self, patient: Patient, told: Collection[Record]) -> Iterator[Desired]:
        """Deals of rows without news, which news of their patient may end or lead into another pipeline.

        ``told`` has news.
        """
        keys = {(record.feed, record.key) for record in told}
        for name, record in patient.rows.items():
            for group in self._groups[record.feed] if name not in keys else ():
                if name in patient.spoken or (len(group) > 1 and not has_ended(record)):
                    deal = self._deal(group, record, patient, silent=False)
                    if deal:
                        yield from self._with_task(replace(deal, creates=False), record)

    def _deal(self, group: tuple[Route, ...], record: Record, patient: Patient, silent: bool) -> Desired | None:
        window = self._job.config.safety.corrections
        if len(group) == 1:
            known = patient.known if _asks_patient(group[0], record) else {}
            return deal_of(group[0], record, patient.key, self._job.now, known=known, silent=silent, corrections=window)
        known = patient.known
        if record.entity is Entity.APPOINTMENT:
            before = completed_before(record, patient.records, known.get("completed_visits"))
            known = known | {"completed_visits": before}
        synced = self._job.store.ledger.synced(self._job.config.target, "deal", deal_key(group[0], record))
        route = route_of(group, record, known, self._job.now, synced)
        return deal_of(route, record, patient.key, self._job.now, known=known, silent=silent, corrections=window)

    def wakes(self, record: Record) -> str | None:
        """The next moment (ISO 8601, UTC) at which the clock alone gives this row news."""
        now = self._job.now
        moments = [wakes_at(route, record, now) for route in chain.from_iterable(self._groups[record.feed])]
        due = due_at(record, self._job.config.feeds[record.feed].no_show_after)
        if due:  # once it is due, it waits for a file that is young enough to say so
            moments.append(due if due > now else now + timedelta(hours=1))
        passes = passes_at(record)
        if passes and passes >= now:
            moments.append(passes + timedelta(seconds=1))
        return min((moment.astimezone(UTC).isoformat() for moment in moments if moment), default=None)


def _asks_patient(route: Route, record: Record) -> bool:
    """Whether a route asks what the row itself does not say."""
    return bool(route.unless) or any(record.values.get(condition.field) is None for condition in route.when)


def _by_feed(routes: Collection[Route]) -> defaultdict[str, list[tuple[Route, ...]]]:
    """The routes of each feed, those of one group together."""
    result: defaultdict[str, list[tuple[Route, ...]]] = defaultdict(list)
    for feed in {feed for route in routes for feed in route.feeds}:
        result[feed] = grouped(route for route in routes if feed in route.feeds)
    return result
