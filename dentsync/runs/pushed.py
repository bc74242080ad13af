"""What became of a plan, and of the rounds after it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from dentsync.errors import TargetError
from dentsync.lang import _
from dentsync.model import Drift, Held, Operation, Outcome, Result


@dataclass(slots=True)
class Settled:
    """A plan as the CRM leaves it to be sent."""

    ready: list[Operation] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)  # of what is not sent: kept, held, or there already
    drift: list[Drift] = field(default_factory=list)
    creations: dict[str, Operation] = field(default_factory=dict)  # of adopted items: what was wanted, by item
    replaced: set[str] = field(default_factory=set)  # operations that others stand for
    theirs: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)  # numbers of people, by item


@dataclass(slots=True)
class Pushed:
    """What became of a plan."""

    outcomes: list[Outcome] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    requests: int = 0
    waited: float = 0.0  # seconds for the CRM's limits and its search lag, by the CRM's clock
    error: TargetError | None = None
    again: set[str] = field(default_factory=set)  # items ("kind:key") that another round may settle

    @property
    def failed(self) -> bool:
        """Whether the CRM refused something, or its end is not known."""
        return any(o.result in (Result.FAILED, Result.UNKNOWN) or not o.linked for o in self.outcomes)

    @property
    def held(self) -> list[Held]:
        """What waits, with its reasons."""
        waiting = (o for o in self.outcomes if o.result is Result.HELD)
        return [Held(o.operation.kind, o.operation.key, o.operation.origin, o.reason) for o in waiting]

    def count(self, result: Result) -> int:
        """Operations that ended so."""
        return sum(outcome.result is result for outcome in self.outcomes)

    def then(self, later: "Pushed") -> "Pushed":
        """Both rounds as one: what the later one was about ended there."""
        settled = [one for one in self.outcomes if one.operation.item not in self.again]
        return Pushed(
            outcomes=[*settled, *later.outcomes],
            drift=[*self.drift, *later.drift],
            requests=self.requests + later.requests,
            waited=self.waited + later.waited,
            error=later.error,
            again=later.again,
        )

    def put_off(self, waiting: Collection[str]) -> None:
        """Another round may settle what was held because the items ("kind:key") that it needs had to wait."""
        held = [one.operation for one in self.outcomes if one.result is Result.HELD]
        for kind in ("deal", "task"):  # a task waits for a deal that waits for its contact
            ready = {*waiting, *self.again}
            self.again |= {one.item for one in held if one.kind == kind and one.waits_for in ready}

    @property
    def left(self) -> int:
        """Operations that were not sent for want of time or of an answer."""
        return sum(one.result is Result.HELD and one.reason == _("not sent") for one in self.outcomes)

    @property
    def undone(self) -> set[str]:
        """Items ("kind:key") that are not yet as planned."""
        open_results = (Result.FAILED, Result.UNKNOWN, Result.HELD)
        return {o.operation.item for o in self.outcomes if o.result in open_results or not o.linked}
