"""From files to facts: every file of every feed is read whole or not at all, and every row of it is accounted for."""

from dataclasses import replace
from pathlib import Path

from dentsync.errors import Refused, SourceError
from dentsync.extract.inbox import Found, archive, is_settled, scan, sha256_of
from dentsync.lang import _
from dentsync.runs.files import FileReport, Request, State
from dentsync.runs.session import Session, wall_time
from dentsync.store.rejected import Rejected


def read_inbox(job: Session, request: Request) -> list[FileReport]:
    """Read every settled file of the inbox, oldest first, feeds in the order of the configuration.

    Before that, what could not be used is judged again if the configuration or the rules have changed.
    """
    healed = _healed(job)
    inbox = scan(job.config.inbox, {feed.name: feed.files for feed in job.config.feeds.values()})
    order = list(job.config.feeds)
    wanted = [found for found in inbox.found if not request.feeds or found.feed in request.feeds]
    wanted.sort(key=lambda found: order.index(found.feed))
    reports = healed + [read_file(job, found, request) for found in wanted]
    reports += [_aside(path, "writing", _("is unfinished; left alone")) for path in inbox.skipped]
    return reports + [_aside(path, "unknown", _("is of no feed; left alone")) for path in inbox.unknown]


def _healed(job: Session) -> list[FileReport]:
    if Rejected(job.store.db).judged_with() == job.reading:
        return []
    from dentsync.runs.healing import heal

    return heal(job)


def _aside(path: Path, state: State, message: str) -> FileReport:
    return FileReport("", path.name, state, message)


def read_file(job: Session, found: Found, request: Request, *, given: bool = False) -> FileReport:
    """Read one file. ``given`` by name: neither age nor settling is asked about, new items are made silently."""
    report = FileReport(found.feed, found.path.name, "read")
    if not given and not is_settled(found, job.config.settle_seconds, wall_time().timestamp()):
        return replace(report, state="writing", message=_("is still being written; the next run will read it"))
    try:
        sha256 = sha256_of(found)
        # The list of tomorrow may return to what it was an hour ago, and that is news; other files do not.
        last = job.config.feeds[found.feed].kind == "window"
        if job.store.facts.seen(found.feed, sha256, last=last):
            report = replace(report, state="seen", message=_("was read before"))
        else:
            from dentsync.runs.loading import load_file

            report = load_file(job, found, sha256, request, given=given)
        if not (request.rehearse or given) and job.config.archive:
            archive(found, job.config.archive, sha256, job.now)
    except SourceError as error:
        return replace(report, state="failed", message=str(error))
    except Refused as error:
        return replace(report, state="refused", message=str(error))
    return report
