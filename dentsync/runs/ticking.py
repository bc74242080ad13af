"""``dentsync tick``: look at what people did in the CRM, and make the deals that follow."""

from collections.abc import Collection

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import Desired, Held, Operation
from dentsync.runs.crm import check_target, target_of
from dentsync.runs.following import Following
from dentsync.runs.main_job import Options, Report, plan_and_push, recorded
from dentsync.runs.planning import IN_DOUBT, Work, plan_of
from dentsync.runs.session import Session, opened
from dentsync.transform.diff import operations_of


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
        name = f"{desired.kind}:{desired.key}"
        if only is not None and name not in only:
            continue
        if name in waiting:
            held.append(Held(desired.kind, desired.key, desired.origin, IN_DOUBT))
            continue
        ledger, crm = job.store.ledger, job.config.target
        synced = ledger.synced(crm, desired.kind, desired.key)
        if synced is None:
            doubted = ledger.doubted(crm, desired.kind, desired.key)
            operations += operations_of(desired, None, job.config.fields[desired.kind], doubted)[0]
    looked_at = {f"{one.kind}:{one.key}" for one in wanted} | {f"{one.kind}:{one.key}" for one in held}
    return Work(plan_of(job, job.store.mark(job.config.target), operations, held), looked_at=looked_at)
