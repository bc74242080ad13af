"""The rows of one file, judged one by one: stored, rejected, or passed over."""

from collections.abc import Mapping
from datetime import datetime

from dentsync.config import Feed
from dentsync.extract.inbox import Found
from dentsync.extract.layout import RowFault
from dentsync.model import Fault, Origin, RawRecord, Record, Reject
from dentsync.runs.reading import Opened
from dentsync.runs.session import Session
from dentsync.store import FreshRow
from dentsync.store.facts import APART
from dentsync.store.incoming import Earlier, Incoming
from dentsync.transform.damage import GARBLED, REPAIRED
from dentsync.transform.file_guards import Contents, Tally
from dentsync.transform.name_reasons import asks
from dentsync.transform.owner import NAMES, is_another, may_be_another

_APART = "та же запись уже есть в строке {line}, но с другими данными: не взята ни одна"
_OTHER_OWNER = (
    "под этим номером был другой человек (другие имя и дата рождения): проверьте в МИС; если номера выдают заново,"
    " new_owners = true"
)


class Rows:
    """Judges the new rows of a file and stores the good ones, inside the caller's transaction.

    ``lost``: fingerprints of rejected rows. ``fresh``: stored rows. ``passed_over``: rows that say nothing new beside
    another row of the same key.
    """

    def __init__(self, job: Session, feed: Feed, found: Found, sha256: str, opened: Opened, *, silent: bool) -> None:
        self.job, self.feed, self.found, self.sha256 = job, feed, found, sha256
        self.opened, self.export, self.columns, self.silent = opened, opened.export, opened.columns, silent
        self.facts = job.store.facts
        self.contents = Contents()
        self.lost: set[int] = set()
        self.fresh = self.passed_over = 0
        self._contradicting: dict[str, int] = {}  # keys of which no row is believed, and the line of the first

    def begin(self, file: int) -> None:
        """The number that the file has in the store."""
        self.file = file
        self.incoming = Incoming(self.facts, self.feed.name, file)

    def take(self, line: int, fingerprint: int, raw: bytes) -> None:
        """Judge a row."""
        origin = Origin(self.found.path.name, self.sha256[:12], line)
        try:
            cells = self.columns.pick(self.export.cells(raw))
        except RowFault as error:
            return self._reject(line, fingerprint, Fault("", error.reason))
        record = self.job.cleaners[self.feed.name].clean(RawRecord(self.feed.name, origin, cells))
        self._tally(line, record)
        if isinstance(record, Reject):
            return self._reject(line, fingerprint, *record.faults, cells=_asked(cells, record))
        row = FreshRow(record.key, fingerprint, line, cells, record.faults)
        before = self.incoming.earlier(record.key)
        if self._is_wanted(record, row, before):
            self._store(record, row, before)
        return None

    def _tally(self, line: int, record: Record | Reject) -> None:
        reasons = {fault.reason for fault in record.faults}
        if GARBLED in reasons:
            self.contents.garbled.add(line)
        self.contents.repaired += REPAIRED in reasons
        opted_out = record.values.get("sms_opt_out") if isinstance(record, Record) else None
        if opted_out is not None:
            self.contents.asked += 1
            self.contents.opted_out += opted_out is True

    def _store(self, record: Record, row: FreshRow, before: Earlier | None) -> None:
        self.incoming.put(row, before, silent=self.silent)
        for name in {fault.field for fault in record.faults} - record.values.keys():
            self.contents.faulty.setdefault(name, Tally()).add(row.line)
        self.job.remember(record)
        self.fresh += 1

    # ── beside another row of its key ──

    def _is_wanted(self, record: Record, row: FreshRow, before: Earlier | None) -> bool:
        """Whether a good row is to be stored; if not, it is rejected or passed over."""
        if record.key in self._contradicting:
            self._reject_key(row, self._contradicting[record.key])
            return False
        if before is None:
            return True
        if before.file > self.file:  # rows of an older file may be judged late
            return False
        return self._is_wanted_beside(record, row, before)

    def _is_wanted_beside(self, record: Record, row: FreshRow, before: Earlier) -> bool:
        here = before.file == self.file
        if not (here or "changed_at" in row.cells or may_be_another(before.cells, row.cells)):
            return True
        stored = self._judged(before)
        if isinstance(stored, Reject):
            return True
        if here and stored.values == record.values:
            self.passed_over += 1
            return False
        later = _is_later(record, stored)
        if later is not None:
            return self._is_latest(later, here=here)
        return self._is_believed(record, row, before) if here else self._is_owner(stored, record, row)

    def _judged(self, row: Earlier) -> Record | Reject:
        origin = Origin(self.found.path.name, "", row.line)
        return self.job.cleaners[self.feed.name].clean(RawRecord(self.feed.name, origin, row.cells))

    def _is_latest(self, later: bool, *, here: bool) -> bool:
        """Of two versions the later one counts, in whatever order they stand and files come."""
        if later:
            self.fresh -= here
            self.passed_over += here
        else:
            self.passed_over += 1
        return later

    def _is_believed(self, record: Record, row: FreshRow, first: Earlier) -> bool:
        """Two rows of this file say different things of one key: neither is believed."""
        if self.incoming.take_back(first):
            self._contradicting[record.key] = first.line
            self.fresh -= 1
            self._reject_key(FreshRow(record.key, first.fingerprint, first.line, {}), row.line)
        self._reject_key(row, first.line)
        return False

    def _is_owner(self, before: Record, record: Record, row: FreshRow) -> bool:
        if self.feed.expect.new_owners or not is_another(before, record):
            return True
        self.contents.others.add(row.line)
        self._reject(row.line, row.fingerprint, Fault(self.feed.rules.key[0], _OTHER_OWNER))
        return False

    # ── what cannot be used ──

    def _reject_key(self, row: FreshRow, other: int) -> None:
        fault = Fault(self.feed.rules.key[0], _APART.format(line=other))
        self._reject(row.line, row.fingerprint, fault, lost=APART)

    def _reject(
        self, line: int, fingerprint: int, *faults: Fault, lost: int = True, cells: Mapping[str, str] | None = None
    ) -> None:
        self.lost.add(fingerprint)
        self.contents.rejected.add(line)
        self.contents.rejected_for.update({fault.field for fault in faults})
        self.facts.put_faults(self.feed.name, self.file, fingerprint, line, faults, lost=lost, cells=cells)


_ASKED = frozenset({*NAMES, "sex", "card_number", "phones", "branch"})


def _asked(cells: Mapping[str, str], reject: Reject) -> dict[str, str] | None:
    """Of a row that a doubtful name cost: what a person who judges the name has to see."""
    if not any(fault.field == "full_name" and asks(fault.reason) for fault in reject.faults):
        return None
    return {name: text for name, text in cells.items() if name in _ASKED}


def _is_later(record: Record, stored: Record) -> bool | None:
    """Whether a row was changed after another one, where both say when."""
    now, before = record.values.get("changed_at"), stored.values.get("changed_at")
    if isinstance(now, datetime) and isinstance(before, datetime) and now != before:
        return now > before
    return None
