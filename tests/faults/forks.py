"""``python -m tests.faults.forks``: a process that has imported everything and becomes one ``dentsync`` per line.

Reads orders as JSON lines, answers with endings as JSON lines. A fork costs milliseconds where a new interpreter costs
tenths of a second, and a sweep needs thousands.
"""

import gc
import importlib
import json
import os
import pkgutil
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from tests.faults.effects import Effects, Fault, number, set_clock_back, split_drives

NEVER = 99
"""``dentsync`` ends its process itself: a child does not come so far."""


@dataclass(frozen=True)
class Order:
    """What to run. ``point`` 0 strikes nothing; ``folder``: whose files are counted; ``only`` as for ``Effects``.

    ``late``: how many seconds the clock of this process is behind; ``room``: no file may grow beyond so many bytes;
    ``drives``: each folder of the clinic is on a drive of its own.
    """

    argv: tuple[str, ...]
    folder: str
    secrets: Mapping[str, str] = field(repr=False)
    point: int = 0
    fault: Fault = "kill"
    only: str = ""
    late: float = 0.0
    room: int = 0
    drives: bool = False


@dataclass(frozen=True)
class Ending:
    """How a run ended: its exit code (negative: the signal), what was struck, and what it printed."""

    code: int
    struck: str
    out: str = field(repr=False)
    err: str = field(repr=False)


class Forks:
    """The other end: gives orders and waits for endings."""

    def __enter__(self) -> "Forks":
        command = [sys.executable, "-m", "tests.faults.forks"]
        root = Path(__file__).parents[2]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=root)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()

    def run(self, order: Order) -> Ending:
        """Run ``dentsync`` as the order says."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        return Ending(**json.loads(self._process.stdout.readline()))


def main() -> None:
    _import_everything()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(asdict(_ending(Order(**json.loads(line))))), flush=True)


def _import_everything() -> None:
    import dentsync

    for module in pkgutil.walk_packages(dentsync.__path__, "dentsync."):
        if not module.name.startswith("dentsync.sandbox"):
            importlib.import_module(module.name)


def _ending(order: Order) -> Ending:
    heard, told = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            _become(order, told, out, err)
        os.close(told)
        with os.fdopen(heard) as struck:
            name = struck.read()
        _pid, status = os.waitpid(child, 0)
        return Ending(os.waitstatus_to_exitcode(status), name, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _become(order: Order, told: int, out: IO[bytes], err: IO[bytes]) -> None:
    """In the child: never comes back."""
    try:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        os.environ.update(order.secrets)
        if order.drives:
            split_drives(Path(order.folder))
        if order.late:
            set_clock_back(order.late)
        if order.room:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order.room, order.room))
        if order.point:
            number(Effects(Path(order.folder), order.point, order.fault, lambda name: _tell(told, name), order.only))
        from dentsync.cli import main as dentsync

        sys.argv[1:] = order.argv
        dentsync()
    finally:
        os._exit(NEVER)


def _tell(told: int, name: str) -> None:
    os.write(told, name.encode())


if __name__ == "__main__":
    main()
