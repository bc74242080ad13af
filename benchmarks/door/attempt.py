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
    """``code`` is None where the client was stopped; ``said`` is all it printed."""

    code: int | None
    wall: float
    said: str = field(repr=False)

    @property
    def ended(self) -> str:
        """How it ended, in a word or two."""
        if self.code is None:
            return "stopped"
        # asyncio tells of other tasks after the exception that ended the process.
        crash = _EXCEPTION.findall(self.said.partition("Task exception was never retrieved")[0])
        return f"crashed: {crash[-1].rpartition('.')[2]}" if self.code and crash else f"exit {self.code}"


def attempted(argv: Sequence[str], environment: Mapping[str, str], folder: Path, cap: float) -> Attempt:
    """Run a client in ``folder`` for at most ``cap`` seconds."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    said = folder / "said"
    with said.open("wb") as file:
        began = time.perf_counter()
        process = subprocess.Popen(
            argv, env={**kept, **environment}, cwd=folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
        code = _waited(process, cap)
        wall = time.perf_counter() - began
    return Attempt(code, wall, said.read_text("utf-8", "replace"))


def _waited(process: subprocess.Popen[bytes], cap: float) -> int | None:
    try:
        return process.wait(cap)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None
