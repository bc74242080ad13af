"""What is found at the portal after a client was there: one row of the table."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.door.attempt import Attempt
from benchmarks.door.leaks import leaks
from benchmarks.door.scenario import Scenario
from benchmarks.door.site import Portal
from benchmarks.door.trace import Trace
from benchmarks.report import seconds, thousands

HEAD = (
    "scenario", "client", "ended", "requests", "wall", "connections", "done", "the caller knows", "twice", "503",
    "429", "printed secrets", "remarks",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """``done`` rows are in the CRM as wanted, ``known`` of them by the word of the client; ``twice`` is surplus."""

    attempt: Attempt
    trace: Trace
    done: int
    known: int
    twice: int
    blocked: int
    leaked: str

    def row(self, scenario: Scenario, client: str, remarks: str = "") -> list[str]:
        """Cells below ``HEAD``."""
        return [
            scenario.name,
            client,
            self.attempt.ended,
            thousands(len(self.trace.requests)),
            seconds(self.attempt.wall)
            if scenario.speed == 1
            else f"{seconds(self.trace.seconds)} (×{scenario.speed:.0f})",
            str(self.trace.connections),
            thousands(self.done),
            thousands(self.known),
            str(self.twice),
            str(self.trace.statuses()[503]),
            str(self.blocked),
            self.leaked,
            remarks,
        ]


def found(
    portal: Portal, attempt: Attempt, secret: str, updated: int, ids: Mapping[str, dict[str, int]], *, creating: bool
) -> Finding:
    """Look at the portal. ``updated`` and ``ids`` are what the client says that it did."""
    trace = portal.trace()  # first: to ask for the rest takes connections
    counters, state = portal.counters(), portal.state()
    there = {kind: {item["id"]: item["fields"].get("originId") for item in state[f"{kind}s"]} for kind in ids}
    twice = sum(counters["duplicates"].values())
    if creating:
        done = sum(map(len, there.values())) - twice
        known = sum(there[kind].get(number) == key for kind in ids for key, number in ids[kind].items())
    else:
        done, known = counters["updated_contact"] + counters["updated_deal"], updated
    return Finding(
        attempt,
        trace,
        done,
        known,
        twice,
        counters["refused_429"],
        leaks(attempt.said, secret, state["contacts"]),
    )
