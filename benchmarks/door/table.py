"""One table: each scenario with every client, on the same sandbox, in one run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.door import peer, scenarios
from benchmarks.door.finding import HEAD, Finding
from benchmarks.door.ours import Clinic
from benchmarks.door.scenarios import LOOP, Scenario
from benchmarks.door.site import Site, built
from benchmarks.report import Table, seconds, thousands

LOOP_CAP = 60.0
BURST, LEAK = 50, 2.0
"""Requests at once and per second (limits.md of bitrix24/b24restdocs)."""

UPDATE = "crm.item.update"
REMARKS = (
    "S1 1 000 contacts and 1 000 deals are changed; S3 as many are created and the portal refuses one contact; S4 the"
    " reply to every tenth creating request is lost after the work was done; S5 the work of a method is twice what ten"
    " minutes allow; S6 4 000 + 4 000 changes, 160 requests. TLS, 30 ms on the way, 10 ms of work a command.",
    "Done: rows that are in the CRM as wanted. The caller knows: rows that the client itself handed over as done, with"
    " the right id. Twice: surplus items. 429: commands refused for working time. Wall: the whole process; S5 and the"
    f" loop's S3 and S4 by a clock {scenarios.LOOP_SPEED:.0f} times faster.",
)


def measured(work: Path, names: Sequence[str], clients: Sequence[str], runs: int) -> Table:
    """The table. ``clients`` are names of ``peer.PEERS`` and «dentsync»."""
    site, known = built(work / "door"), scenarios.usual()
    rows = [row for name in names for row in _rows(site, known[name], clients, runs)]
    return Table("At the CRM's door", "make bench-peers", HEAD, rows, REMARKS)


def _rows(site: Site, scenario: Scenario, clients: Sequence[str], runs: int) -> Iterator[list[str]]:
    clinic = scenarios.prepared(site, scenario)
    for name in clients:
        if name == "dentsync":
            yield from _ours(site, scenario, clinic, runs)
        elif name == LOOP and scenario.name == "S6":
            yield _computed(scenario)
        else:
            yield _peers(site, scenario, clinic, name, runs)


# ── the others ──


def _peers(site: Site, scenario: Scenario, clinic: Clinic, name: str, runs: int) -> list[str]:
    cap = LOOP_CAP if (name, scenario.name) == (LOOP, "S1") else scenarios.CAP
    times = runs if (name, scenario.name) == ("fast_bitrix24", "S1") else 1
    findings = [scenarios.with_peer(site, scenario, clinic, name, cap) for _turn in range(times)]
    return _middle(findings).row(scenario.name, name, _remark(scenario, findings, name))


def _computed(scenario: Scenario) -> list[str]:
    wall = 2 * scenario.count * peer.PAUSE
    return [scenario.name, LOOP, "not run", thousands(2 * scenario.count), f"{seconds(wall)}, computed", *[""] * 8]


def _remark(scenario: Scenario, findings: Sequence[Finding], name: str) -> str:
    last = findings[-1]
    if len(findings) > 1:
        walls = sorted(one.attempt.wall for one in findings)
        return f"median of {len(walls)}, {seconds(walls[0])}–{seconds(walls[-1])}"
    if name == LOOP and last.attempt.code is None:
        return f"all of it: {seconds(last.attempt.wall * 2 * scenario.count / last.done)}, computed"
    return _floor(last) if scenario.name == "S6" and last.attempt.code == 0 else ""


def _floor(one: Finding) -> str:
    """How long the requests took, against the least time that the rate of requests allows."""
    least = (len(one.trace.requests) - BURST) / LEAK
    return f"{(one.attempt.wall / least - 1):+.1%} of the least, {seconds(least)}"


def _middle(findings: Sequence[Finding]) -> Finding:
    wall = median(one.attempt.wall for one in findings)
    return min(findings, key=lambda one: abs(one.attempt.wall - wall))


# ── dentsync ──


def _ours(site: Site, scenario: Scenario, clinic: Clinic, runs: int) -> Iterator[list[str]]:
    if scenario.name == "S1":
        for argv in (("push", "plan.json"), ("sync",)):
            findings = [scenarios.with_ours(site, scenario, clinic, argv)[0] for _turn in range(runs)]
            name = f"dentsync {argv[0]}"
            yield _middle(findings).row(scenario.name, name, _remark(scenario, findings, name))
    elif scenario.creating:
        yield from _creating(site, scenario, clinic)
    else:
        one = scenarios.with_ours(site, scenario, clinic, ("push", "plan.json"))[0]
        yield one.row(scenario.name, "dentsync push", _waits(one) if scenario.name == "S5" else _floor(one))


def _creating(site: Site, scenario: Scenario, clinic: Clinic) -> Iterator[list[str]]:
    if scenario.lost:
        undisturbed = scenarios.with_ours(site, scenarios.undisturbed(scenario), clinic, ("sync",))[0]
        yield undisturbed.row(scenario.name, "dentsync sync", "nothing lost: to compare with")
    findings = scenarios.with_ours(site, scenario, clinic, ("sync",))
    for name, one in zip(("sync", "then sync", f"after {scenarios.LAG:.0f} s sync"), findings, strict=False):
        yield one.row(scenario.name, f"dentsync {name}")


def _waits(one: Finding) -> str:
    waits = ", ".join(f"{wait:+.1f}" for wait in one.trace.waits(UPDATE))
    return f"{thousands(round(one.trace.seconds))} s of the portal; went on {waits or '–'} s after the reset"
