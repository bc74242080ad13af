"""Whole processes, measured from outside: wall time, CPU time, peak memory. Medians of several runs after a warm-up."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Literal

LAUNCHER = Path(__file__).with_name("launcher.py")
DENTSYNC = str(Path(sys.executable).with_name("dentsync"))
WEBHOOK, TOKEN = "DENTSYNC_WEBHOOK", "DENTSYNC_TOKEN"


@dataclass(frozen=True)
class Run:
    """One finished process: seconds of wall and of user + system time, peak memory in MB (10^6 bytes)."""

    wall: float
    cpu: float
    memory: float
    code: int
    out: str = field(repr=False)
    err: str = field(repr=False)


@dataclass(frozen=True)
class Command:
    """What is measured. ``prepare`` is called before each run and is not measured; ``check`` looks at each run."""

    argv: Sequence[str]
    prepare: Callable[[], object] = lambda: None
    check: Callable[[Run], object] = lambda _run: None
    webhook: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def dentsync(*argv: str) -> tuple[str, ...]:
    """The command line of dentsync, in English."""
    return (DENTSYNC, "--lang", "en", *argv)


def once(command: Command) -> Run:
    """Run a command to its end. Raises AssertionError where ``check`` is not content."""
    command.prepare()
    environment = {**_plain_environment(), WEBHOOK: command.webhook, TOKEN: command.token}
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(out), str(err), *command.argv]
        said = subprocess.run(launcher, env=environment, stdout=subprocess.PIPE, check=True)
        wall, cpu, kibibytes, code = json.loads(said.stdout)
        run = Run(wall, cpu, kibibytes * 1024 / 1e6, code, out.read_text("utf-8"), err.read_text("utf-8"))
    assert run.code == 0, f"{' '.join(command.argv)}: exit {run.code}\n{run.err}"
    command.check(run)
    return run


def _plain_environment() -> dict[str, str]:
    """Without what changes how Python starts: after the first run a program finds its modules compiled."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DENTSYNC"))}
    return {**kept, "LC_ALL": "C.UTF-8"}


def alternated(commands: Mapping[str, Command], times: int) -> dict[str, list[Run]]:
    """Each command once to warm up, then all of them in turn, A B A B, so that a busy minute hits every one."""
    for command in commands.values():
        once(command)
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _turn in range(times):
        for name, command in commands.items():
            runs[name].append(once(command))
    return runs


What = Literal["wall", "cpu", "memory"]


def middle(runs: Sequence[Run], what: What) -> float:
    """The median."""
    return median(_values(runs, what))


def spread(runs: Sequence[Run], what: What) -> tuple[float, float]:
    """The best and the worst."""
    values = _values(runs, what)
    return min(values), max(values)


def ratio(ours: Sequence[Run], theirs: Sequence[Run], what: What) -> float:
    """How many times more theirs took: the median of the ratios, pair by pair."""
    pairs = zip(_values(ours, what), _values(theirs, what), strict=True)
    return median(their / our for our, their in pairs)


def _values(runs: Sequence[Run], what: What) -> list[float]:
    return [float(getattr(run, what)) for run in runs]
