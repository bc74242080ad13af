"""What a run did, as a JSON file for programs: no personal data, also when the run failed.

The schema is ``docs/run.schema.json``; ``schema()`` makes it from the types that are written. A file that says
``exit_code: null`` is of a run that is still at work, or was killed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from dentsync import __version__
from dentsync.errors import ConfigError, ExitCode
from dentsync.lang import _
from dentsync.model import Action, Kind, Operation, Outcome, Result
from dentsync.redact import redact
from dentsync.runs.files import State
from dentsync.store.private import write_file

if TYPE_CHECKING:
    from dentsync.runs.main_job import Report

VERSION = 1
PROBLEMS = 200
"""So many operations that did not simply succeed are listed; ``outcomes`` counts all."""


End = Literal[
    "unfinished", "done", "failed", "usage", "bug", "partial", "refused", "locked", "changes", "interrupted",
    "terminated", "other",
]  # fmt: skip
_ENDS: Mapping[int, End] = {
    0: "done", 1: "failed", 2: "usage", 3: "bug", 4: "partial", 5: "refused", 6: "locked", 10: "changes",
    130: "interrupted", 143: "terminated",
}  # fmt: skip


class FileCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One file. ``read = loaded + rejected + ignored``; the name of a file of no feed is not shown."""

    feed: str
    name: str
    state: State
    message: str
    read: int
    loaded: int
    rejected: int
    ignored: int
    fresh: int
    missing: int
    remarks: list[str] = []


_FILE = FileCounts.__struct_fields__


class PlanCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The plan. ``operations``: action, then kind, then how many; ``refusals``: safety limits it passes."""

    digest: str
    operations: dict[Action, dict[Kind, int]]
    held: int
    refusals: list[str]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An operation that did not simply succeed, by our key, with the line of the file behind it."""

    action: Action
    kind: Kind
    key: str
    result: Result
    reason: str
    file: str
    line: int


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What the next run has to do: operations that are not as planned, files that could not be used."""

    operations: int = 0
    files: int = 0


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """A run. Moments are ISO 8601 with offset, real ones; ``now`` is what it planned by."""

    version: int = VERSION
    dentsync: str = __version__
    run: str
    command: str
    feeds: list[str]
    clinic: str = ""
    started_at: str
    finished_at: str | None = None
    now: str | None = None
    exit_code: int | None = None
    end: End = "unfinished"
    error: str = ""
    files: list[FileCounts] = []
    plan: PlanCounts | None = None
    outcomes: dict[Result, int] = {}
    problems: list[Problem] = []
    held: int = 0
    drift: int = 0
    requests: int = 0
    waited_seconds: float = 0.0
    left: Left = Left()


def write(path: Path, report: RunReport) -> None:
    """Replace the file in one step; 0600. Raises ConfigError."""
    value = redact.each(msgspec.to_builtins(report))
    try:
        write_file(path, msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    except OSError as error:
        raise ConfigError(_("{file}: cannot be written: {reason}").format(file=path, reason=error.strerror)) from None


def schema() -> dict[str, Any]:
    """JSON Schema of a report, always spelled the same."""
    from dentsync.runs.plan_file import ordered

    made: dict[str, Any] = ordered(msgspec.json.schema(RunReport))
    return made


# ── from a run to its report ──────────────────────────────────────────────────────────────────


def begun(run: str, command: str, feeds: Iterable[str], started_at: datetime) -> RunReport:
    """The report of a run that has not ended."""
    return RunReport(run=run, command=command, feeds=sorted(feeds), started_at=_moment(started_at))


def ended(report: RunReport, code: int, error: str, finished_at: datetime, done: "Report | None") -> RunReport:
    """The same after the end; ``done`` is what is known of it: nothing, where it failed before it began."""
    known: dict[str, Any] = _known(done) if done else {}
    return msgspec.structs.replace(
        report, exit_code=code, end=_end(code), error=error, finished_at=_moment(finished_at), **known
    )


def _known(done: "Report") -> dict[str, Any]:
    summary = done.summary()
    outcomes = done.pushed.outcomes if done.pushed else []
    unused = ("failed", "refused")
    return {
        "clinic": done.clinic,
        "now": _moment(done.now),
        "files": [FileCounts(**{name: file[name] for name in _FILE}) for file in summary["files"]],
        "plan": _plan(done),
        "outcomes": summary["outcomes"],
        "problems": [_problem(one) for one in outcomes if one.result is not Result.APPLIED][:PROBLEMS],
        "held": summary["held"],
        "drift": summary["drift"],
        "requests": summary["requests"],
        "waited_seconds": summary.get("waited", 0.0),
        "left": Left(operations=_undone(done), files=sum(file.state in unused for file in done.files)),
    }


def _plan(done: "Report") -> PlanCounts | None:
    plan = done.plan
    if plan is None:
        return None
    return PlanCounts(
        digest=plan.digest,
        operations=_counts(plan.operations),
        held=len(plan.held),
        refusals=list(plan.refusals),
    )


def _counts(operations: Iterable[Operation]) -> dict[Action, dict[Kind, int]]:
    counts: dict[Action, dict[Kind, int]] = {}
    for (action, kind), count in sorted(Counter((one.action, one.kind) for one in operations).items()):
        counts.setdefault(action, {})[kind] = count
    return counts


def _problem(outcome: Outcome) -> Problem:
    operation = outcome.operation
    return Problem(
        action=operation.action,
        kind=operation.kind,
        key=operation.key,
        result=outcome.result,
        reason=outcome.reason,
        file=operation.origin.file,
        line=operation.origin.line,
    )


def _undone(done: "Report") -> int:
    if done.pushed:
        return sum(one.result in (Result.FAILED, Result.UNKNOWN, Result.HELD) for one in done.pushed.outcomes)
    return len(done.plan.operations) if done.plan else 0


def _end(code: int) -> End:
    return _ENDS.get(code, "other")


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


# ── for the log ───────────────────────────────────────────────────────────────────────────────

Event = tuple[str, str, dict[str, Any]]
"""Level, event, facts."""


def events_of(report: RunReport) -> Iterator[Event]:
    """What the log says at the end of a run: its files, its plan, what did not succeed, how it ended."""
    for file in report.files:
        level = "warning" if file.state in ("failed", "refused") else "info"
        yield level, "file", {name: value for name, value in msgspec.structs.asdict(file).items() if value != ""}
    if report.plan:
        yield "warning" if report.plan.refusals else "info", "plan", msgspec.structs.asdict(report.plan)
    for problem in report.problems:
        yield "warning", "operation", msgspec.structs.asdict(problem)
    ended = ("exit_code", "end", "error", "outcomes", "held", "drift", "requests", "waited_seconds")
    facts = {name: getattr(report, name) for name in ended} | {"left": msgspec.structs.asdict(report.left)}
    yield "error" if report.exit_code else "info", "end", facts


# ── what went wrong, in a line ────────────────────────────────────────────────────────────────


def error_line(done: "Report") -> str:
    """Why a run that came to its end did not end well; nothing where it did."""
    pushed, plan = done.pushed, done.plan
    lines = [file.said for file in done.files if file.state in ("failed", "refused")]
    if plan and not pushed:
        lines += [_("{refusal} (plan {digest})").format(refusal=one, digest=plan.digest) for one in plan.refusals]
    if pushed and pushed.error:
        lines.append(str(pushed.error))
    elif done.code is ExitCode.PARTIAL:
        lines.append(_partial(done))
    return "; ".join(lines)


def _partial(done: "Report") -> str:
    outcomes = done.pushed.outcomes if done.pushed else []
    counts = {
        _("failed {n}"): sum(one.result is Result.FAILED for one in outcomes),
        _("of unknown end {n}"): max(sum(one.result is Result.UNKNOWN for one in outcomes), done.uncertain),
        _("deals without their contact {n}"): sum(not one.linked for one in outcomes),
        _("not sent {n}"): done.pushed.left if done.pushed else 0,
        _("newly waiting for a person {n}"): done.newly_held,
        _("rejected rows {n}"): sum(file.rejected for file in done.files),
    }
    return ", ".join(text.format(n=n) for text, n in counts.items() if n)
