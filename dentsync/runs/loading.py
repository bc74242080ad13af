"""One file into the store: whole or not at all, every row accounted for."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from dentsync.config import Feed, digest_of
from dentsync.errors import Refused, SourceError
from dentsync.extract.columns import Columns, missing
from dentsync.extract.export import Export
from dentsync.extract.inbox import Found, is_settled
from dentsync.extract.layout import RowFault
from dentsync.extract.sift import Sift
from dentsync.lang import _
from dentsync.runs.file_check import Dates, Headers, dates_of, made_by, past_of, polarity_refusal, refuse
from dentsync.runs.files import FileReport, Progress, Request
from dentsync.runs.reading import open_feed, verdicts
from dentsync.runs.remarks import Diary, layout_of, remarks_of
from dentsync.runs.rows import Rows
from dentsync.runs.session import Session, wall_time
from dentsync.store import FileEntry
from dentsync.transform.file_guards import content_refusals, size_refusal
from dentsync.transform.version import RULES_VERSION


def load_file(job: Session, found: Found, sha256: str, request: Request, *, given: bool) -> FileReport:
    """Read a file that was never read. Raises SourceError, Refused; then nothing of it is in the store.

    A list that is older than what was read since is set aside, and so is one that cannot be used and has an older day
    in its name: nobody needs it any more.
    """
    dates = dates_of(job, found)
    aside = FileReport(found.feed, found.path.name, "seen", _("is older than what was read since; set aside"))
    asked_for = given or sha256[:8] in request.approved
    if dates.overtaken and not asked_for:
        return aside
    try:
        return _load(job, found, sha256, request, dates, given=given)
    except (Refused, SourceError):
        if given or not dates.superseded:
            raise
    return aside


def _load(job: Session, found: Found, sha256: str, request: Request, dates: Dates, *, given: bool) -> FileReport:
    feed = job.config.feeds[found.feed]
    approved = sha256[:8] in request.approved
    if not (given or approved):
        refuse(found, sha256, dates.refusals(job.now, feed))
    opened = open_feed(feed, found.path)
    export, columns = opened.export, opened.columns
    refusal = missing(columns, needed(feed, columns)) or polarity_refusal(feed, columns, found.path.name)
    if refusal and (export.layout.header or not feed.expect.allow_empty):
        raise refusal
    if not (given or approved):
        refuse(found, sha256, made_by(dates, export, job.config.zone).refusals(job.now, feed))
    with job.store.transaction():
        headers = Headers(job, feed, export, columns)
        past = past_of(job, feed)
        diary = Diary({}) if given else Diary.of(job.store.facts.layout(feed.name))
        loading = _Loading(job, feed, found, sha256, opened, silent=given or feed.silent)
        report = loading.run(dates.believed_at, request.progress)
        rows = loading.contents.rows
        if not approved:
            usual = () if given else (size_refusal(rows, past.files, feed.expect), headers.refusal(rows))
            refuse(found, sha256, (*usual, *content_refusals(loading.contents, past, feed.expect)), given=given)
        if not given:
            headers.remember(certain=approved)
            if entry := diary.entry(layout_of(export), job.now):
                job.store.facts.put_layout(feed.name, entry)
        if not is_settled(found, 0, wall_time().timestamp()):
            raise SourceError(
                _("{file}: changed while it was read; the next run will read it").format(file=report.name)
            )
    remarks = tuple(remarks_of(feed, export, loading.contents, diary))
    return replace(report, vanished=headers.unneeded, remarks=remarks)


def export_of(feed: Feed, path: Path) -> Export:
    """A file as this feed reads its files. Raises SourceError."""
    return open_feed(feed, path).export


def judge_again(job: Session, path: Path, feed_name: str, sha256: str, file: int, lines: Collection[int]) -> None:
    """Judge these rows of a file that was read before, by the rules of now. Raises SourceError.

    ``file`` is its number in the store, which has forgotten why they were rejected.
    """
    feed = job.config.feeds[feed_name]
    found = Found(path, feed_name, 0, 0)
    loading = _Loading(job, feed, found, sha256, open_feed(feed, path), silent=feed.silent)
    loading.judge(file, lines)


def needed(feed: Feed, columns: Columns) -> list[str]:
    """Columns that must be there: required and key fields, unless a default, their parts or other columns give them."""
    signs = tuple(chain.from_iterable(chain.from_iterable(feed.rules.signs.values())))
    given = {"full_name": ("last_name",), "start_at": ("start_on",), "status": signs}
    fields = dict.fromkeys((*feed.rules.required, *feed.rules.key))
    wanted = [name for name in fields if name not in feed.rules.defaults]
    return [name for name in wanted if columns.indexes.keys().isdisjoint(given.get(name, ()))]


class _Loading(Rows):
    """One file on its way into the store, inside one transaction."""

    def run(self, modified_at: datetime, progress: Progress | None) -> FileReport:
        """Store what is new, count everything."""
        entry = self._entry(modified_at)
        self.begin(self.facts.open_file(entry))
        stored, lost_before = self.facts.row_count(self.feed.name), self.facts.lost_among(self.feed.name)
        sift = Sift(self.export, self.facts.known(self.feed.name), salt=self._salt)
        for line, fingerprint, raw in sift.fresh():
            self.take(line, fingerprint, raw)
            if progress:
                progress(sift.read)
        rejected = len(self.lost) + len(lost_before - sift.vanished)
        ignored = sum(sift.ignored.values()) + sift.duplicates + self.passed_over
        report = self._report(sift, rejected, ignored, lost_before)
        self.contents.rows = report.loaded + rejected or self.passed_over
        self.contents.rejected.count = rejected
        self._look_back(sift)
        counts = {name: getattr(report, name) for name in ("read", "loaded", "rejected", "ignored", "fresh", "missing")}
        self.facts.close_file(self.file, replace(entry, **counts))
        if self.feed.kind == "snapshot":
            self.contents.known = stored - report.missing
        return report

    def _look_back(self, sift: Sift) -> None:
        """What only the whole file shows."""
        self.contents.broken_off = self._broken_off(*sift.last)
        if self.feed.expect.totals and sift.ignored["footer"]:
            self.contents.totals = verdicts(self.opened)
        for line, fingerprint in sorted(self.incoming.zeros_lost()):
            if fingerprint in sift.vanished:
                self.contents.zeros_lost.add(line)

    def judge(self, file: int, lines: Collection[int]) -> None:
        """Store those of these rows that are good now; the others are rejected again."""
        self.begin(file)
        for line, fingerprint, raw in Sift(self.export, salt=self._salt).fresh():
            if line in lines:
                self.take(line, fingerprint, raw)

    @property
    def _salt(self) -> str:
        return digest_of(dict(self.columns.indexes), self.job.config.reading[self.feed.name], RULES_VERSION)

    def _report(self, sift: Sift, rejected: int, ignored: int, lost_before: set[int]) -> FileReport:
        gone = sift.vanished
        missing_rows = 0
        if self.feed.kind != "append":
            self.facts.drop_faults(self.feed.name, gone & lost_before)
            self.incoming.forget_contradictions()
        if self.feed.kind == "snapshot":
            missing_rows = len(gone - lost_before) - len(self.facts.unfingerprinted(self.feed.name, gone - lost_before))
        read = sift.read + sum(sift.ignored.values())
        return FileReport(
            feed=self.feed.name,
            name=self.found.path.name,
            state="read",
            read=read,
            loaded=read - rejected - ignored,
            rejected=rejected,
            ignored=ignored,
            fresh=self.fresh,
            missing=missing_rows,
            unknown=self.columns.unknown,
        )

    def _entry(self, modified_at: datetime) -> FileEntry:
        return FileEntry(
            feed=self.feed.name,
            sha256=self.sha256,
            name=self.found.path.name,
            size=self.found.size,
            modified_at=modified_at.isoformat(timespec="seconds"),
            read_at=self.job.now.isoformat(timespec="seconds"),
        )

    def _broken_off(self, line: int, raw: bytes) -> int:
        """The line of a last record that ends in the middle (no line end, too few cells), or 0."""
        whole = not raw or raw.endswith((b"\n", b"\r")) or self.feed.pad or self.export.layout.format != "csv"
        if whole or self.export.noise(raw):
            return 0
        try:
            self.export.cells(raw)
        except RowFault:
            return line
        return 0
