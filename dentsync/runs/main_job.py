"""The main job: read, plan, push, under one lock; and its parts.

What a quiet run does not need (planning, pushing, cleaning) is imported when it is needed.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dentsync.errors import ConfigError, DentsyncError, ExitCode, Terminated
from dentsync.extract.inbox import Found
from dentsync.lang import _
from dentsync.model import Plan, Result
from dentsync.redact import redact
from dentsync.runs.files import FileReport, Request
from dentsync.runs.intake import read_file, read_inbox
from dentsync.runs.session import Session, opened, wall_time

if TYPE_CHECKING:
    from dentsync.load.target import Patience
    from dentsync.runs.online import Survey
    from dentsync.runs.pushed import Pushed
    from dentsync.runs.rounds import Planner

Tick = Callable[[str, int, int], None]
"""Progress: what is being done, how much is done, out of how much (0: unknown); "wait" and for how many seconds."""


@dataclass(frozen=True, slots=True)
class Options:
    """What every run is told. ``watch`` is shown the report as soon as there is one, while it is being filled in."""

    watch: "Callable[[Report], None] | None" = field(default=None, kw_only=True)
    config: Path
    now: str | None = None
    approved: Collection[str] = ()
    strict: bool = False
    tick: Tick | None = None
    deadline: float | None = None  # seconds after ``started`` at which the run ends, done or not
    started: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Report:
    """What a run did, or would do."""

    command: str
    clinic: str
    target: str
    now: datetime
    files: list[FileReport] = field(default_factory=list)
    plan: Plan | None = None
    pushed: "Pushed | None" = None
    seen: "Survey | None" = None  # what people did in the CRM, if that was asked for
    uncertain: int = 0  # items whose last creation may still be on its way
    held_for_names: int = 0  # records that wait until their names are decided
    newly_held: int = 0  # items that wait and did not wait after the last run
    code: ExitCode = ExitCode.DONE

    def summary(self) -> dict[str, Any]:
        """Counts for the journal of runs and ``--json``: no personal data."""
        pushed = self.pushed
        return {
            "command": self.command,
            "target": self.target,
            "now": self.now.isoformat(timespec="seconds"),
            "exit_code": int(self.code),
            "files": [{k: getattr(f, k) for k in _FILE_KEYS} | {"name": f.shown} for f in self.files],
            "plan": self.plan.digest if self.plan else None,
            "operations": len(self.plan.operations) if self.plan else 0,
            "held": len(self.plan.held) if self.plan else 0,
            "held_for_names": self.held_for_names,
            "refusals": list(self.plan.refusals) if self.plan else [],
            "outcomes": {result.value: pushed.count(result) for result in Result} if pushed else {},
            "drift": len(pushed.drift) if pushed else 0,
            "requests": pushed.requests if pushed else 0,
            "waited": round(pushed.waited, 1) if pushed else 0.0,
            "left": pushed.left if pushed else 0,
            "uncertain": self.uncertain,
            "error": redact(str(pushed.error)) if pushed and pushed.error else "",
        }


_FILE_KEYS = (
    "feed", "name", "state", "message", "read", "loaded", "rejected", "ignored", "fresh", "missing", "remarks",
)  # fmt: skip


# ── the main job ──────────────────────────────────────────────────────────────────────────────


def sync(options: Options, feeds: Collection[str] = ()) -> Report:
    """Read, plan and push under one lock: the cron line."""
    with opened(options.config, options.now, approved=options.approved) as job:
        _know(job, feeds)
        request = Request(feeds, options.approved, progress=_reading(options))
        report = _run(job, "sync", options, feeds, lambda: read_inbox(job, request))
        _prune(job)
        return report


def _prune(job: Session) -> None:
    """Once a day what has served is forgotten."""
    if job.is_pruning_due:
        from dentsync.runs.retention import prune_daily

        prune_daily(job)


def import_file(options: Options, path: Path, feed: str) -> Report:
    """Read one file as a feed and push it, silently: no robot of the CRM fires for what it creates."""
    with opened(options.config, options.now, approved=options.approved) as job:
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
    with opened(options.config, options.now, approved=options.approved) as job:
        return _run(job, "push", options, (), list)


def push_plan(options: Options, path: Path) -> Report:
    """Apply a saved plan exactly, if nothing has moved since it was made."""
    from dentsync.runs import plan_file
    from dentsync.runs.pushing import Pusher

    plan = plan_file.read(path)
    with opened(options.config, options.now, approved=options.approved) as job:
        plan_file.check_current(plan, job.config, mark=job.store.mark(job.config.target))
        report = _watched(options, Report("push", job.config.clinic, job.config.target, job.now, plan=plan))
        run = job.store.ledger.start_run("push", wall_time(), job.now)
        if not _refused(report, options):
            report.pushed = Pusher(job, patience_of(job, options), options.tick).push(run, plan)
            report.uncertain = len(job.store.ledger.uncertain(job.config.target))
        return _finish(job, run, report, options)


def extract(options: Options, feeds: Collection[str] = ()) -> Report:
    """Read the inbox into the store; plan and send nothing."""
    with opened(options.config, options.now, approved=options.approved) as job:
        _know(job, feeds)
        run = job.store.ledger.start_run("extract", wall_time(), job.now)
        files = read_inbox(job, Request(feeds, options.approved, progress=_reading(options)))
        return _finish(job, run, Report("extract", job.config.clinic, job.config.target, job.now, files), options)


def diff(options: Options, feeds: Collection[str] = (), *, online: bool = False) -> Report:
    """What ``sync`` would do now. Leaves no trace: files stay where they are, the store as it was.

    ``online``: look at our items in the CRM before; what people did to them is kept, the plan is made after it.
    """
    with opened(options.config, options.now, approved=options.approved) as job:
        _know(job, feeds)
        seen = _seen(job, options) if online else None
        from dentsync.runs.planning import make_plan
        from dentsync.runs.recovery import recover

        mark = job.store.mark(job.config.target)
        with job.store.rehearsal():
            waiting = recover(job)
            request = Request(feeds, options.approved, rehearse=True, progress=_reading(options))
            files = read_inbox(job, request)
            progress = _ticking(options, "plan")
            plan = make_plan(job, mark=mark, waiting=waiting, feeds=feeds, progress=progress).plan
        report = Report("diff", job.config.clinic, job.config.target, job.now, files, plan, seen=seen)
        _refused(report, options)
        report.code = _code(report, options)
        return report


def _seen(job: Session, options: Options) -> "Survey":
    from dentsync.runs.online import survey

    return survey(job, _ticking(options, "look"))


def _run(
    job: Session, command: str, options: Options, feeds: Collection[str], read: Callable[[], list[FileReport]]
) -> Report:
    def work(run: int, report: Report) -> None:
        report.files = read()
        if job.news.is_any(job.now, job.rules):
            plan_and_push(job, run, report, options, feeds)

    return recorded(job, command, options, work)


def recorded(job: Session, command: str, options: Options, work: Callable[[int, Report], None]) -> Report:
    """Do the work of a command as a run of the journal, however it ends."""
    run = job.store.ledger.start_run(command, wall_time(), job.now)
    report = _watched(options, Report(command, job.config.clinic, job.config.target, job.now))
    try:
        work(run, report)
    except DentsyncError as error:
        report.code = error.exit_code
        job.store.ledger.finish_run(run, wall_time(), int(report.code), report.summary())
        raise
    except (KeyboardInterrupt, Terminated) as interrupt:
        report.code = ExitCode.INTERRUPTED if isinstance(interrupt, KeyboardInterrupt) else ExitCode.TERMINATED
        _remember_approval(job, report, options)
        job.store.ledger.finish_run(run, wall_time(), int(report.code), report.summary())
        raise
    return _finish(job, run, report, options)


def plan_and_push(
    job: Session, run: int, report: Report, options: Options, feeds: Collection[str] = (),
    planner: "Planner | None" = None,
) -> None:  # fmt: skip
    """Plan and push in rounds: what the rows of these feeds want, or what another planner says."""
    from dentsync.runs.pushing import Pusher
    from dentsync.runs.rounds import carry_out, rows_planner

    def is_refused(plan: Plan) -> bool:
        report.plan = plan
        return _refused(report, options)

    pusher = Pusher(job, patience_of(job, options), options.tick)
    try:
        whole = not (feeds or planner)
        planner = planner or rows_planner(job, feeds, options.tick)
        done = carry_out(job, run, pusher, is_refused, planner, whole=whole)
        report.uncertain, report.newly_held = done.uncertain, done.newly_held
    finally:
        report.pushed = pusher.total


def patience_of(job: Session, options: Options) -> "Patience":
    """How long this run may go on, by the clock of the CRM."""
    from dentsync.load.target import Patience
    from dentsync.runs.crm import clock_of

    clock = clock_of(job.config)
    if options.deadline is None:
        return Patience(clock)
    left = options.deadline - (time.monotonic() - options.started)
    return Patience(clock, clock.time() + left / clock.real(1.0))


def _watched(options: Options, report: Report) -> Report:
    if options.watch:
        options.watch(report)
    return report


def _refused(report: Report, options: Options) -> bool:
    plan = report.plan
    return bool(plan and plan.refusals and plan.digest not in options.approved)


def _finish(job: Session, run: int, report: Report, options: Options) -> Report:
    _remember_approval(job, report, options)
    report.held_for_names = job.store.ledger.held_for_names(job.config.target) if job.config.holds_doubtful else 0
    report.code = _code(report, options)
    job.store.ledger.finish_run(run, wall_time(), int(report.code), report.summary())
    return report


def _remember_approval(job: Session, report: Report, options: Options) -> None:
    if report.plan and report.pushed:
        from dentsync.runs.approval import remember

        remember(job, report.plan, report.pushed, options.approved)


def _code(report: Report, options: Options) -> ExitCode:
    """The worst thing that happened, as an exit code."""
    states = {file.state for file in report.files}
    pushed = report.pushed
    if _refused(report, options) or "refused" in states:
        return ExitCode.REFUSED
    if (pushed and pushed.error) or "failed" in states:
        return ExitCode.FAILED
    if report.uncertain or report.newly_held or (pushed and (pushed.failed or pushed.left)):
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


def _ticking(options: Options, what: str) -> Callable[[int, int], None] | None:
    tick = options.tick
    return (lambda done, total: tick(what, done, total)) if tick else None
