"""Visits that are still booked though their time has passed: what planning makes of them, reports say, too."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import msgspec

from dentsync.model import Origin, RawRecord, Record, Reject, Status
from dentsync.runs.session import Session
from dentsync.store.sayings import SayingRow
from dentsync.transform.no_show import EXPECTED, with_no_shows
from dentsync.transform.reschedule import moves_among


class Ends:
    """How visits ended of which no list says it. Only feeds with ``no_show_after`` have any."""

    def __init__(self, job: Session) -> None:
        self.job, feeds = job, job.config.feeds.values()
        self.after = {feed.name: feed.no_show_after for feed in feeds if feed.no_show_after}
        self.told = {name: job.store.facts.newest(name) for name in self.after}
        self.moved = {feed.name: feed.moved for feed in feeds if feed.moved}
        self._of = cache(self._statuses)

    def status_of(self, feed: str, row: SayingRow, status: Status, start: datetime) -> Status:
        """The status of a row, or what it has become by the clock."""
        if feed not in self.after or status not in EXPECTED or start > self.job.now:
            return status
        number, person, _file, line, text = row
        if person:
            return self._of(person).get(number, status)
        # Not linked yet: what other rows say of the visit outweighs this one where they are joined.
        raw = RawRecord(feed, Origin("", "", line), msgspec.json.decode(text, type=dict[str, str]))
        return self._ended([self.job.cleaners[feed].clean(raw)])[0] or status

    def _statuses(self, person: str) -> dict[int, Status]:
        """Of the rows that speak of a person, by their numbers."""
        rows = self.job.store.facts.rows_of(person)
        ended = self._ended([self.job.clean(row) for row in rows])
        return {row.id: status for row, status in zip(rows, ended, strict=True) if status}

    def _ended(self, judged: Sequence[Record | Reject]) -> list[Status | None]:
        """As a plan has them, from all that is known of a patient; None of what is no visit."""
        records = [record for record in judged if isinstance(record, Record)]
        moved = moves_among(records, self.moved).records
        ended = iter(with_no_shows(moved, self.after, self.told, self.job.now))
        found = [next(ended).values.get("status") if isinstance(one, Record) else None for one in judged]
        return [Status(str(status)) if status else None for status in found]
