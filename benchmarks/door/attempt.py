"""One client at work: a whole process, start-up included, with a cap on its time."""

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
_EXCEPTION = re.compile(r"^([\w.]+(?:Error|Exception)\w*)(?::|$)", re.MULTILINE)


@dataclass(frozen=True)
class Attempt:
    """``code`` is None where the client was stopped; ``out`` and ``err`` are what it printed."""

    code: int | None
    wall: float
    out: str = field(repr=False)
    err: str = field(repr=False)

    @property
    def said(self) -> str:
        """All it printed."""
        return self.out + self.err

    @property
    def ended(self) -> str:
        """How it ended, in a word or two."""
        if self.code is None:
            return "stopped"
        # asyncio tells of other tasks after the exception that ended the process.
        crash = _EXCEPTION.findall(self.err.partition("Task exception was never retrieved")[0])
        return f"crashed: {crash[-1].rpartition('.')[2]}" if self.code and crash else f"exit {self.code}"


def attempted(argv: Sequence[str], environment: Mapping[str, str], folder: Path, cap: float) -> Attempt:
    """Run a client in ``folder`` for at most ``cap`` seconds."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    said = folder / "out", folder / "err"
    with said[0].open("wb") as out, said[1].open("wb") as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            argv, env={**kept, **environment}, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        code = _waited(process, cap)
        wall = time.perf_counter() - began
    return Attempt(code, wall, *(file.read_text("utf-8", "replace") for file in said))


def _waited(process: subprocess.Popen[bytes], cap: float) -> int | None:
    try:
        return process.wait(cap)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None
