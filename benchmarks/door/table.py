"""One table: each scenario with every client, on the same sandbox, in one run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.door import peer, visits
from benchmarks.door.finding import HEAD, Finding
from benchmarks.door.ours import Clinic
from benchmarks.door.scenario import LOOP, RTT, Scenario, as_run, undisturbed, usual
from benchmarks.door.site import Site, built
from benchmarks.report import Table, seconds, thousands

LOOP_CAP = 60.0
BURST, LEAK = 50, 2.0
"""Requests at once and per second (limits.md of bitrix24/b24restdocs)."""

FAST, OURS = "fast_bitrix24", "dentsync"
UPDATE = "crm.item.update"
REMARKS = (
    "S1: 1 000 contacts and 1 000 deals are changed. S3: as many are created, and the portal refuses one contact. S4:"
    " as many are created, and the reply to every tenth creating request is lost after the work was done. S5: as"
    " S1, but the work is twice what a method may do in ten minutes. S6: 4 000 + 4 000 changes, 160 requests.",
    "Done: rows that are in the CRM as wanted. The caller knows: rows that the client itself handed over as done, with"
    " the right id. Twice: surplus items in the CRM. 429: commands refused for working time. Wall: whole processes."
    " (×): from the first request to the last answer by the portal's clock, which ran so many times faster.",
)

Row = list[str]


def measured(work: Path, names: Sequence[str], clients: Sequence[str], runs: int) -> Table:
    """The table. ``clients`` are names of ``peer.PEERS`` and «dentsync»."""
    site, known = built(work / "door"), usual()
    rows = [row for name in names for row in _rows(site, known[name], clients, runs)]
    return Table("At the CRM's door", "make bench-peers", HEAD, rows, REMARKS)


def _rows(site: Site, scenario: Scenario, clients: Sequence[str], runs: int) -> Iterator[Row]:
    clinic = visits.prepared(site, scenario)
    racing = [name for name in (FAST, OURS) if name in clients] if scenario.name == "S1" else []
    if racing:
        yield from _raced(site, scenario, clinic, racing, runs)
    for name in clients:
        if name not in racing:
            yield from (_ours(site, scenario, clinic) if name == OURS else [_theirs(site, scenario, clinic, name)])


# ── S1: who is faster ──


def _raced(site: Site, scenario: Scenario, clinic: Clinic, racing: Sequence[str], runs: int) -> Iterator[Row]:
    """In turn, A B A B, so that a busy minute hits every one."""
    attempts: dict[str, Callable[[], Finding]] = {}
    if FAST in racing:
        attempts[FAST] = lambda: visits.with_peer(site, scenario, clinic, FAST)
    if OURS in racing:
        attempts["dentsync push"] = lambda: visits.with_ours(site, scenario, clinic, ("push", "plan.json"))[0]
        attempts["dentsync sync"] = lambda: visits.with_ours(site, scenario, clinic, ("sync",))[0]
    findings: Mapping[str, list[Finding]] = {name: [] for name in attempts}
    for _turn in range(runs):
        for name, attempt in attempts.items():
            findings[name].append(attempt())
    for name, found in findings.items():
        yield _middle(found).row(scenario, name, _spread(found, findings.get(FAST, found)))


def _middle(findings: Sequence[Finding]) -> Finding:
    wall = median(one.attempt.wall for one in findings)
    return min(findings, key=lambda one: abs(one.attempt.wall - wall))


def _spread(found: Sequence[Finding], fast: Sequence[Finding]) -> str:
    walls = sorted(one.attempt.wall for one in found)
    text = f"median of {len(walls)}, {seconds(walls[0])}–{seconds(walls[-1])}"
    if found is fast:
        return text
    ratio = median(one.attempt.wall / other.attempt.wall for one, other in zip(found, fast, strict=True))
    return f"{text}; {ratio:.2f} of fast_bitrix24's, pair by pair"


# ── the others ──


def _theirs(site: Site, scenario: Scenario, clinic: Clinic, name: str) -> Row:
    if (name, scenario.name) == (LOOP, "S6"):
        count = 2 * scenario.count
        return [
            "S6",
            name,
            "not run",
            thousands(count),
            seconds(count * _call_seconds(scenario)),
            *[""] * 7,
            "computed",
        ]
    cap = LOOP_CAP if (name, scenario.name) == (LOOP, "S1") else visits.CAP
    one = visits.with_peer(site, scenario, clinic, name, cap)
    row = one.row(as_run(scenario, name), name, _remark(scenario, one, name))
    if as_run(scenario, name) != scenario:
        # Its own milliseconds count fifty-fold on the fast clock: the pauses are what it takes.
        row[HEAD.index("wall")] = seconds(len(one.trace.requests) * _call_seconds(scenario))
    return row


def _call_seconds(scenario: Scenario) -> float:
    return peer.PAUSE + RTT / 1000 + float(scenario.served()["costs"][UPDATE])


def _remark(scenario: Scenario, one: Finding, name: str) -> str:
    if name == LOOP and one.attempt.code is None and one.done:
        return f"all of it: {seconds(one.attempt.wall * 2 * scenario.count / one.done)}, computed"
    if name == LOOP:
        return "wall computed"
    return _floor(one) if scenario.name == "S6" and one.attempt.code == 0 else ""


def _floor(one: Finding) -> str:
    """How long it took, against the least time that the rate of requests allows."""
    least = (len(one.trace.requests) - BURST) / LEAK
    share, sending = one.attempt.wall / least - 1, one.trace.sending / least - 1
    return f"least {seconds(least)}: the process {share:+.1%}, its requests {sending:+.1%}"


# ── dentsync ──


def _ours(site: Site, scenario: Scenario, clinic: Clinic) -> Iterator[Row]:
    if scenario.creating:
        yield from _creating(site, scenario, clinic)
    else:
        one = visits.with_ours(site, scenario, clinic, ("push", "plan.json"))[0]
        yield one.row(scenario, "dentsync push", _waits(one) if scenario.name == "S5" else _floor(one))


def _creating(site: Site, scenario: Scenario, clinic: Clinic) -> Iterator[Row]:
    remark = ""
    if scenario.lost:
        calm = visits.with_ours(site, undisturbed(scenario), clinic, ("sync",))[0]
        yield calm.row(scenario, "dentsync sync", "no reply lost: to compare with")
    findings = visits.with_ours(site, scenario, clinic, ("sync",))
    if scenario.lost:
        more = len(findings[0].trace.requests) / len(calm.trace.requests) - 1
        remark = (
            f"{more:+.0%} requests; {findings[0].trace.silence:.0f} s of waiting until the CRM's search can be believed"
        )
    yield findings[0].row(scenario, "dentsync sync", remark)
    for name, one in zip(("then sync", f"after {visits.LAG:.0f} s sync"), findings[1:], strict=False):
        yield one.row(scenario, f"dentsync {name}")


def _waits(one: Finding) -> str:
    waits = ", ".join(f"{wait:.1f}" for wait in one.trace.waits(UPDATE))
    return f"went on {waits or '–'} s after the reset that was told"
