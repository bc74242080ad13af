"""Plan and push, and once more for what has no known end, when the CRM has had time to show it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from dentsync.model import NAME_WAITS, Held, Plan
from dentsync.runs.planning import Work, make_plan
from dentsync.runs.pushed import Pushed
from dentsync.runs.pushing import Pusher, Tick
from dentsync.runs.recovery import recover, seconds_left
from dentsync.runs.session import Session, wall_time

ROUNDS = 3
"""The plan, what was lost of it, and what was lost of that; a CRM that loses more is left to the next run."""


Planner = Callable[[frozenset[str], Collection[str] | None], Work]
"""Makes a plan. Given are the items ("kind:key") that have to wait, and those that alone are meant, or None."""


def rows_planner(job: Session, feeds: Collection[str], tick: Tick | None) -> Planner:
    """Plans what the rows of these feeds want; of all feeds where none is named."""
    progress = (lambda count, total: tick("plan", count, total)) if tick else None

    def plan(waiting: frozenset[str], only: Collection[str] | None) -> Work:
        return make_plan(
            job, mark=job.store.mark(job.config.target), waiting=waiting, feeds=feeds, only=only, progress=progress
        )

    return plan


@dataclass(slots=True)
class Done:
    """What the rounds came to. ``uncertain``: items whose last operation still has no known end."""

    plan: Plan
    uncertain: int = 0
    newly_held: int = 0


@dataclass(slots=True)
class _Books:
    """What is open over all rounds, by item ("kind:key")."""

    undone: set[str] = field(default_factory=set)
    held: dict[str, Held] = field(default_factory=dict)
    looked_at: set[str] = field(default_factory=set)
    judged: set[str] = field(default_factory=set)

    def enter(self, work: Work, pushed: Pushed | None, only: Collection[str]) -> None:
        """Take up a round: what it was about is no longer as the round before left it."""
        self.looked_at.update(work.looked_at, *work.rows.values())
        self.judged |= work.judged
        self.undone -= set(only)
        self.held = {name: one for name, one in self.held.items() if name not in only}
        held = [*work.plan.held, *(pushed.held if pushed else ())]
        self.held |= {one.item: one for one in held}
        # A name that waits has no news until it is decided: its row is not asked about in every run.
        self.undone |= {name for name, one in self.held.items() if one.reason != NAME_WAITS}
        self.undone |= pushed.undone if pushed else set()


def carry_out(
    job: Session,
    run: int,
    pusher: Pusher,
    is_refused: Callable[[Plan], bool],
    planner: Planner,
    *,
    whole: bool,
) -> Done:
    """Plan all that has news and push it, unless the plan is refused; then what was lost of it, after the search lag.

    ``whole``: the planner looks at all that may wait. Raises KeyboardInterrupt or Terminated where it was asked to end,
    once all that was in flight is recorded.
    """
    books, done, only = _Books(), None, frozenset[str]()
    for number in range(ROUNDS):
        with job.store.transaction():
            waiting = recover(job)
            work = planner(waiting, only if number else None)
        done = done or Done(work.plan)
        pushed = None if is_refused(done.plan) else pusher.push(run, work.plan, doubted=bool(number))
        books.enter(work, pushed, only)
        if pushed is None:
            break
        _settle(job, work, books.undone)
        pushed.put_off(waiting)
        only = waiting | pushed.again
        if not only or pushed.error or not pusher.wait(seconds_left(job) or 0.0):
            break
    assert done is not None
    with job.store.transaction():
        done.uncertain = len(job.store.ledger.uncertain(job.config.target))
        looked_at = None if whole else books.looked_at
        # A run of one feed knows nothing of what waits in another.
        done.newly_held = job.store.ledger.replace_held(
            job.config.target, books.held.values(), wall_time(), looked_at, books.judged
        )
    return done


def _settle(job: Session, work: Work, undone: Collection[str]) -> None:
    """Rows are settled when everything they speak for is as planned; the others have news again next time."""
    finished = [(row, work.wakes.get(row)) for row, items in work.rows.items() if items.isdisjoint(undone)]
    with job.store.transaction():
        job.news.settle(finished)
        for row, _wake_at in finished:
            if row in work.moved:
                job.news.move(row, work.moved[row])
