"""What the command line can ask for: one function a command, each returning a value to be shown."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dentsync.errors import ConfigError, ExitCode
from dentsync.extract.inbox import Found
from dentsync.lang import _
from dentsync.model import Plain, Plan, Record, Result
from dentsync.runs import plan_file
from dentsync.runs.intake import FileReport, Request, read_file, read_inbox
from dentsync.runs.planning import Work, make_plan
from dentsync.runs.pushing import Pushed, check_target, push, recover, target_of
from dentsync.runs.session import Session, opened, wall_time
from dentsync.store import FaultLine, FileEntry
from dentsync.transform.contacts import contact_of
from dentsync.transform.phones import parse_phones

Tick = Callable[[str, int, int], None]
"""Progress: what is being done, how much is done, out of how much (0: unknown)."""


@dataclass(frozen=True, slots=True)
class Options:
    """What every run is told."""

    config: Path
    now: str | None = None
    approved: Collection[str] = ()
    strict: bool = False
    tick: Tick | None = None


@dataclass(slots=True)
class Report:
    """What a run did, or would do."""

    command: str
    clinic: str
    now: datetime
    files: list[FileReport] = field(default_factory=list)
    plan: Plan | None = None
    pushed: Pushed | None = None
    code: ExitCode = ExitCode.DONE

    def summary(self) -> dict[str, Any]:
        """Counts for the journal of runs and ``--json``: no personal data."""
        pushed = self.pushed or Pushed()
        return {
            "command": self.command,
            "now": self.now.isoformat(timespec="seconds"),
            "exit_code": int(self.code),
            "files": [{k: getattr(f, k) for k in _FILE_KEYS} for f in self.files],
            "plan": self.plan.digest if self.plan else None,
            "operations": len(self.plan.operations) if self.plan else 0,
            "held": len(self.plan.held) if self.plan else 0,
            "refusals": list(self.plan.refusals) if self.plan else [],
            "outcomes": {result.value: pushed.count(result) for result in Result},
            "drift": len(pushed.drift),
            "requests": pushed.requests,
        }


_FILE_KEYS = ("feed", "name", "state", "message", "read", "loaded", "rejected", "ignored", "fresh", "missing")


# ── the main job ──────────────────────────────────────────────────────────────────────────────


def sync(options: Options, feeds: Collection[str] = ()) -> Report:
    """Read, plan and push under one lock: the cron line."""
    with opened(options.config, options.now) as job:
        _know(job, feeds)
        request = Request(feeds, options.approved, progress=_reading(options))
        return _run(job, "sync", options, feeds, lambda: read_inbox(job, request))


def import_file(options: Options, path: Path, feed: str) -> Report:
    """Read one file as a feed and push it, silently: no robot of the CRM fires for what it creates."""
    with opened(options.config, options.now) as job:
        _know(job, [feed])
        try:
            status = path.stat()
        except OSError as error:
            raise ConfigError(_("{file}: cannot be read: {reason}").format(file=path, reason=error.strerror)) from None
        found = Found(path, feed, status.st_size, status.st_mtime_ns)
        request = Request([feed], options.approved, progress=_reading(options))
        return _run(job, "import", options, [feed], lambda: [read_file(job, found, request, given=True)])


def push_stored(options: Options) -> Report:
    """Plan from the facts in the store and push, reading no file."""
    with opened(options.config, options.now) as job:
        return _run(job, "push", options, (), list)


def push_plan(options: Options, path: Path) -> Report:
    """Apply a saved plan exactly, if nothing has moved since it was made."""
    plan = plan_file.read(path)
    with opened(options.config, options.now) as job:
        plan_file.check_current(plan, config=job.config.digest, mark=job.store.mark())
        report = Report("push", job.config.clinic, job.now, plan=plan)
        run = job.store.ledger.start_run("push", wall_time(), job.now)
        if not _refused(report, options):
            report.pushed = push(job, run, plan, _pushing(options))
        return _finish(job, run, report, options)


def extract(options: Options, feeds: Collection[str] = ()) -> Report:
    """Read the inbox into the store; plan and send nothing."""
    with opened(options.config, options.now) as job:
        _know(job, feeds)
        run = job.store.ledger.start_run("extract", wall_time(), job.now)
        files = read_inbox(job, Request(feeds, options.approved, progress=_reading(options)))
        return _finish(job, run, Report("extract", job.config.clinic, job.now, files), options)


def diff(options: Options, feeds: Collection[str] = ()) -> Report:
    """What ``sync`` would do now. Leaves no trace: files stay where they are, the store as it was."""
    with opened(options.config, options.now) as job:
        _know(job, feeds)
        mark = job.store.mark()
        with job.store.rehearsal():
            waiting = recover(job)
            request = Request(feeds, options.approved, rehearse=True, progress=_reading(options))
            files = read_inbox(job, request)
            plan = make_plan(job, mark=mark, waiting=waiting, feeds=feeds).plan
        report = Report("diff", job.config.clinic, job.now, files, plan)
        _refused(report, options)
        report.code = _code(report, options)
        return report


def _run(
    job: Session, command: str, options: Options, feeds: Collection[str], read: Callable[[], list[FileReport]]
) -> Report:
    run = job.store.ledger.start_run(command, wall_time(), job.now)
    with job.store.transaction():
        waiting = recover(job)
    report = Report(command, job.config.clinic, job.now, read())
    with job.store.transaction():
        work = make_plan(job, mark=job.store.mark(), waiting=waiting, feeds=feeds)
        job.store.ledger.replace_held(work.plan.held, wall_time())
    report.plan = work.plan
    if not _refused(report, options):
        report.pushed = push(job, run, work.plan, _pushing(options))
        _settle(job, work, report.pushed)
    return _finish(job, run, report, options)


def _settle(job: Session, work: Work, pushed: Pushed) -> None:
    """Rows are settled when everything they speak for is as planned; the others have news again next time."""
    undone = pushed.undone | {f"{held.kind}:{held.key}" for held in work.plan.held}
    done = [(row, work.wakes.get(row)) for row, items in work.rows.items() if not items & undone]
    with job.store.transaction():
        job.store.facts.settle_rows(done)


def _refused(report: Report, options: Options) -> bool:
    plan = report.plan
    return bool(plan and plan.refusals and plan.digest not in options.approved)


def _finish(job: Session, run: int, report: Report, options: Options) -> Report:
    report.code = _code(report, options)
    job.store.ledger.finish_run(run, wall_time(), int(report.code), report.summary())
    return report


def _code(report: Report, options: Options) -> ExitCode:
    """The worst thing that happened, as an exit code."""
    states = {file.state for file in report.files}
    pushed = report.pushed or Pushed()
    if _refused(report, options) or "refused" in states:
        return ExitCode.REFUSED
    if pushed.error or "failed" in states:
        return ExitCode.FAILED
    if pushed.count(Result.FAILED) or pushed.count(Result.UNKNOWN) or pushed.count(Result.HELD):
        return ExitCode.PARTIAL
    if options.strict and any(file.rejected for file in report.files):
        return ExitCode.PARTIAL
    return ExitCode.DONE


def _know(job: Session, feeds: Collection[str]) -> None:
    for name in feeds:
        if name not in job.config.feeds:
            known = ", ".join(job.config.feeds)
            raise ConfigError(_("no feed {name!r} (there are: {names})").format(name=name, names=known))


def _reading(options: Options) -> Callable[[int], None] | None:
    tick = options.tick
    return (lambda rows: tick("read", rows, 0)) if tick else None


def _pushing(options: Options) -> Callable[[int, int], None] | None:
    tick = options.tick
    return (lambda done, total: tick("push", done, total)) if tick else None


# ── looking ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed at a glance; ``last`` is its last good file."""

    name: str
    kind: str
    last: FileEntry | None
    age_hours: int | None
    late: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What ``status`` shows."""

    clinic: str
    now: datetime
    feeds: tuple[FeedStatus, ...]
    runs: tuple[Mapping[str, Any], ...]
    held: tuple[Mapping[str, str], ...]
    faults: tuple[FaultLine, ...]
    contacts: int
    deals: int
    drift: int
    unsettled: int


def status(options: Options) -> Overview:
    """Feeds, runs, what waits and what was rejected."""
    with opened(options.config, options.now) as job:
        last = {entry.feed: entry for entry in job.store.facts.last_files()}
        counts = job.store.ledger.item_counts(job.config.target)
        held = [dict(zip(("kind", "key", "origin", "reason"), row, strict=True)) for row in job.store.ledger.held()]
        names = ("id", "command", "now", "finished_at", "exit_code", "summary")
        return Overview(
            clinic=job.config.clinic,
            now=job.now,
            feeds=tuple(_feed_status(job, name, last.get(name)) for name in job.config.feeds),
            runs=tuple(dict(zip(names, row, strict=True)) for row in job.store.ledger.runs()),
            held=tuple(held),
            faults=tuple(job.store.facts.faults()),
            contacts=counts.get("contact", 0),
            deals=counts.get("deal", 0),
            drift=job.store.ledger.drift_count(),
            unsettled=job.store.facts.unsettled_count(job.now),
        )


def _feed_status(job: Session, name: str, last: FileEntry | None) -> FeedStatus:
    feed = job.config.feeds[name]
    if last is None:
        return FeedStatus(name, feed.kind, None, None, late=False)
    age = int((job.now - datetime.fromisoformat(last.modified_at)).total_seconds() // 3600)
    limit = feed.expect.max_age_hours
    return FeedStatus(name, feed.kind, last, age, late=limit is not None and age > limit)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may be calling. Fields are our words; ``crm_id`` is the contact in the CRM."""

    key: str
    crm_id: int | None
    fields: Mapping[str, Plain] = field(repr=False)


def whois(options: Options, phone: str) -> list[Caller]:
    """Everybody the store knows by this number, in any spelling."""
    with opened(options.config, options.now) as job:
        numbers = parse_phones(phone, job.config.phone_region, job.config.area_code).numbers
        if not numbers:
            raise ConfigError(_("this is not a phone number; for example +79161234567"))
        return [_caller(job, person.key) for person in job.store.facts.people_with(numbers)]


def _caller(job: Session, person: str) -> Caller:
    rows = job.store.facts.rows_of(person)
    records = [record for row in rows if isinstance(record := job.clean(row), Record)]
    masters = frozenset(feed.name for feed in job.config.feeds.values() if feed.kind == "snapshot")
    shown = ("card_number", "patient_status", "branch", "last_visit_at", "next_visit_at")
    contact = contact_of(person, records, masters, shown, job.now)
    item = job.store.ledger.synced(job.config.target, "contact", person)
    return Caller(person, item.crm_id if item else None, contact.fields)


def check(options: Options) -> tuple[str, ...]:
    """Problems with folders and the CRM, each with its way out; nothing when all is in place."""
    with opened(options.config, options.now) as job:
        problems = []
        if not job.config.inbox.is_dir():
            problems.append(
                _("{folder}: no such folder; the MIS has to drop its files there").format(folder=job.config.inbox)
            )
        target, _checked = target_of(job.config, job.store)
        return (*problems, *check_target(job, target))


def write_rejects(faults: Collection[FaultLine], path: Path) -> None:
    """The workbook for the clinic: one line a fault."""
    from dentsync.load.workbook import RejectLine
    from dentsync.load.workbook import write_rejects as write

    lines = [
        RejectLine(line.feed, line.origin.file, line.origin.line, fault.field, fault.raw, fault.reason, line.lost)
        for line in faults
        for fault in line.faults
    ]
    write(path, lines)
