"""Scenario 2: `dentsync sync` when there is nothing new. No CRM is running, so that any request would be a failure."""

import json
import shutil
from collections.abc import Callable
from itertools import count as numbers_from
from pathlib import Path

from benchmarks import data, state
from benchmarks.measure import Command, Run, alternated, dentsync, middle, spread
from benchmarks.report import Table, aim, megabytes, milliseconds, thousands

AIM_SECONDS, AIM_MEMORY = 0.15, 40.0
HEAD = ("in the inbox", "wall", "best–worst", "aim", "CPU", "peak memory", "aim", "requests")


def measured(work: Path, count: int, runs: int) -> Table:
    """The table."""
    found = alternated(commands(work, count), runs)
    remark = f"{thousands(count)} rows are known. Each run is a whole process, as cron starts it; no CRM is running."
    rows = [_row(name, of) for name, of in found.items()]
    return Table("A run with nothing new", f"python -m benchmarks quiet --rows {count}", HEAD, rows, (remark,))


def commands(work: Path, count: int) -> dict[str, Command]:
    """The three ways of having nothing new. Each has a clinic of its own."""
    source = state.after_first(work / f"state-{count}", count).parent
    seeds = numbers_from(1)

    def same(inbox: Path) -> object:
        return shutil.copy2(source / "patients_1.csv", inbox / "patients_1.csv")

    def reordered(inbox: Path) -> object:
        return data.write(inbox / "patients_1.csv", data.shuffled(count, next(seeds)))

    return {
        "nothing": _sync(state.copied(source, work / "quiet-nothing"), lambda _inbox: None),
        "the file that was read last": _sync(state.copied(source, work / "quiet-same"), same),
        "a new file, the same rows in another order": _sync(state.copied(source, work / "quiet-reordered"), reordered),
    }


def _sync(config: Path, drop: Callable[[Path], object]) -> Command:
    inbox = config.parent / "inbox"
    for file in inbox.iterdir():
        file.unlink()
    argv = dentsync("sync", "--json", "-c", str(config), "--now", data.NOW)
    return Command(argv, prepare=lambda: drop(inbox), check=_check)


def _check(run: Run) -> None:
    summary = json.loads(run.out)
    assert (summary["operations"], summary["requests"]) == (0, 0), run.out


def _row(name: str, runs: list[Run]) -> list[str]:
    wall, memory = middle(runs, "wall"), middle(runs, "memory")
    best, worst = spread(runs, "wall")
    return [
        name,
        milliseconds(wall),
        f"{best * 1000:.0f}–{worst * 1000:.0f}",
        aim(wall, AIM_SECONDS, milliseconds(AIM_SECONDS)),
        milliseconds(middle(runs, "cpu")),
        megabytes(memory),
        aim(memory, AIM_MEMORY, megabytes(AIM_MEMORY)),
        "0",
    ]
