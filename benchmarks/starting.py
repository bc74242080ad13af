"""Scenario 3: how long a command line takes to say its version."""

from pathlib import Path

from benchmarks import peers
from benchmarks.measure import DENTSYNC, Command, alternated, middle, ratio, spread
from benchmarks.report import Table, aim, megabytes, milliseconds, times

AIM_SECONDS = 0.08
HEAD = ("command", "wall", "best–worst", "aim", "peak memory", "theirs ÷ ours")


def measured(work: Path, runs: int) -> Table:
    """The table."""
    bin_of_peers = peers.environment(work)
    commands = {
        "dentsync --version": Command((DENTSYNC, "--version")),
        "csv-diff --version": Command((str(bin_of_peers / "csv-diff"), "--version")),
        "sqlite-utils --version": Command((str(bin_of_peers / "sqlite-utils"), "--version")),
    }
    found = alternated(commands, runs)
    ours = found["dentsync --version"]
    rows = []
    for name, of in found.items():
        wall, (best, worst) = middle(of, "wall"), spread(of, "wall")
        met = aim(wall, AIM_SECONDS, milliseconds(AIM_SECONDS)) if of is ours else ""
        share = times(ratio(ours, of, "wall")) if of is not ours else ""
        spoken = f"{best * 1000:.0f}–{worst * 1000:.0f}"
        rows.append([f"`{name}`", milliseconds(wall), spoken, met, megabytes(middle(of, "memory")), share])
    return Table("Starting", "python -m benchmarks start", HEAD, rows)
