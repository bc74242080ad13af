"""What could not be used is judged again when the configuration or the rules have changed.

Rows that were loaded are judged from their stored cells. Of a rejected row nothing but its faults is kept, so it is
read again from its file: in the archive, or where it lies in the inbox.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from dentsync.errors import SourceError
from dentsync.extract.archived import archived
from dentsync.lang import _
from dentsync.model import Record
from dentsync.runs.files import FileReport
from dentsync.runs.loading import judge_again
from dentsync.runs.session import Session
from dentsync.store.rejected import LostRows, Rejected


def heal(job: Session) -> list[FileReport]:
    """Judge all rejected rows, and all fields that could not be read, by the rules of now. Says what came of it."""
    rejected = Rejected(job.store.db)
    with job.store.transaction():
        _heal_fields(job, rejected)
        lost = [rows for rows in rejected.lost() if rows.feed in job.config.feeds]
        kept = _archive(job, lost)
        reports = [_heal_rows(job, rejected, rows, kept.get((rows.feed, rows.sha256[:8]))) for rows in lost]
        rejected.put_judged_with(job.reading)
    return [report for report in reports if report]


def _heal_fields(job: Session, rejected: Rejected) -> None:
    for faulty in rejected.faulty():
        if faulty.row.feed in job.config.feeds:
            record = job.cleaners[faulty.row.feed].clean(faulty.row.raw)
            if isinstance(record, Record) and record.faults != faulty.faults:
                rejected.put_faults(faulty, record.faults)


def _archive(job: Session, lost: list[LostRows]) -> Mapping[tuple[str, str], Path]:
    """Where the archive has what, by feed and the beginning of the SHA-256; not looked into for nothing."""
    if not (lost and job.config.archive):
        return {}
    return {(file.feed, file.sha8): file.path for file in archived(job.config.archive)}


def _heal_rows(job: Session, rejected: Rejected, lost: LostRows, kept: Path | None) -> FileReport | None:
    report = FileReport(lost.feed, lost.name, "seen")
    path = next(_whole(job, lost, kept), None)
    if path is None:
        message = _("is gone: {rows} rejected rows of it cannot be judged again; they count as before")
        return _said(report, message.format(rows=len(lost.lines)))
    try:
        with job.store.transaction():
            rejected.drop_lost(lost.file)
            judge_again(job, path, lost.feed, lost.sha256, lost.file, lost.lines)
    except SourceError as error:
        return _said(report, str(error))
    healed = len(lost.lines & rejected.loaded_lines(lost.file))
    message = _("was read before; {healed} of its {rows} rejected rows can be used now")
    return _said(report, message.format(healed=healed, rows=len(lost.lines)), healed) if healed else None


def _said(report: FileReport, message: str, healed: int = 0) -> FileReport:
    return FileReport(report.feed, report.name, report.state, message, fresh=healed)


def _whole(job: Session, lost: LostRows, kept: Path | None) -> Iterator[Path]:
    """Where the very bytes lie that were read."""
    folder = job.config.inbox / Path(job.config.feeds[lost.feed].files).parent
    for path in filter(None, (kept, folder / lost.name)):
        with suppress(OSError), path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == lost.sha256:
                yield path
