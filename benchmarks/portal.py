"""A clinic beside a sandbox: files are dropped, dentsync runs as a process, requests are counted at the portal."""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import data, state
from benchmarks.measure import Command, Run, dentsync, once
from dentsync.sandbox.server import Running, running

POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Asked:
    """One request at the portal: when, by its clock, and its commands by method."""

    at: datetime
    commands: Counter[str]


def asked(entry: dict[str, Any]) -> Asked:
    """A line of the portal's log."""
    return Asked(datetime.fromisoformat(entry["at"]), Counter(entry["methods"]))


@dataclass(frozen=True)
class Visit:
    """One run of dentsync and what it asked of the portal."""

    run: Run
    summary: dict[str, Any]
    requests: tuple[Asked, ...]


@dataclass(frozen=True)
class Clinic:
    """A clinic's folder and its portal."""

    config: Path
    box: Running = field(repr=False)

    def drop(self, name: str, rows: Iterable[str], header: str = data.PATIENTS) -> Path:
        """Put an export into the inbox in place of the others."""
        inbox = self.config.parent / "inbox"
        inbox.joinpath(name).unlink(missing_ok=True)
        return data.write(inbox / name, rows, header)

    def run(self, *argv: str) -> Visit:
        """Run a command with ``--json``; fails unless it ends with 0."""
        before = len(self._log())
        command = dentsync(*argv, "--json", "-c", str(self.config), "--now", data.NOW)
        token = self.box.doors[0].keys.get("token", "")
        run = once(Command(command, webhook=self.box.webhook, token=token))
        requests = tuple(map(asked, self._log()[before:]))
        summary = json.loads(run.out)
        assert summary["requests"] == len(requests), (summary["requests"], len(requests))
        return Visit(run, summary, requests)

    def counters(self) -> dict[str, Any]:
        """What the portal counted since it was made."""
        found: dict[str, Any] = self.box.admin("GET", "counters")
        return found

    def _log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.box.admin("GET", "log")
        return found


@contextmanager
def clinic(folder: Path, speed: float) -> Iterator[Clinic]:
    """A new clinic and an empty portal whose clock, and dentsync's with it, runs ``speed`` times faster."""
    faster = ('target = "bitrix24"', f'target = "bitrix24"\nspeed = {speed}')
    config = state.founded(folder, *[faster] * (speed != 1))
    with running() as box, _faster_from_the_first_request(box, speed):
        yield Clinic(config, box)


@contextmanager
def _faster_from_the_first_request(box: Running, speed: float) -> Iterator[None]:
    """dentsync's clock starts to run faster when it turns to the CRM, so until then the portal's must not."""
    done = threading.Event()

    def watch() -> None:
        while not box.admin("GET", "log") and not done.wait(POLL_SECONDS):
            pass
        box.admin("POST", "settings", {"speed": speed, "delay": True})

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
