"""``dentsync tick``: look at what people did in the CRM, and make the deals that follow."""

from collections.abc import Collection

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import Desired, Held, Operation
from dentsync.runs.crm import check_target, target_of
from dentsync.runs.following import Following
from dentsync.runs.main_job import Options, Report, plan_and_push, recorded
from dentsync.runs.planning import Work, changes_of, plan_of
from dentsync.runs.session import Session, opened


def tick(options: Options) -> Report:
    """Make what follows from what was changed in the CRM since the last time. Raises ConfigError, TargetError."""
    with opened(options.config, options.now) as job:
        if not job.config.follows:
            text = _("{file}: there is nothing to look for; write a [follows.…] table, or do without `dentsync tick`")
            raise ConfigError(text.format(file=job.config.path.name))
        return recorded(job, "tick", options, lambda run, report: _tick(job, run, report, options))


def _tick(job: Session, run: int, report: Report, options: Options) -> None:
    target, checked = target_of(job.config, job.store)
    if not checked and (problems := check_target(job, target)):
        raise ConfigError("\n".join(problems))
    following = Following(job, target)
    wanted = list(following.wanted())

    def planner(waiting: frozenset[str], only: Collection[str] | None) -> Work:
        return _planned(job, wanted, following.held if only is None else [], waiting, only)

    plan_and_push(job, run, report, options, planner=planner)
    # What was not made is looked for again, from the same moment on.
    if report.pushed and not (report.pushed.error or report.pushed.undone):
        with job.store.transaction():
            following.remember()


def _planned(
    job: Session, wanted: list[Desired], held: list[Held], waiting: frozenset[str], only: Collection[str] | None
) -> Work:
    operations: list[Operation] = []
    held = list(held)
    for desired in wanted:
        made = job.store.ledger.synced(job.config.target, desired.kind, desired.key)
        if made is None and (only is None or desired.item in only):
            changes, waits = changes_of(job, desired, waiting)
            operations += changes
            held += waits
    looked_at = {one.item for one in wanted} | {one.item for one in held}
    return Work(plan_of(job, job.store.mark(job.config.target), operations, held), looked_at=looked_at)
