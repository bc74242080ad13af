"""What touches the outside: the command line with its output kept, and a run that is killed at its k-th effect."""

import contextlib
import http.client
import io
import json
import os
import signal
import sqlite3
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dentsync.cli import run
from tests.clinic import Clinic


@dataclass
class Printed:
    """What a command printed since it was asked for last."""

    out: str = ""
    err: str = ""


@dataclass
class Screen:
    """Catches what is printed: a state machine has no capsys."""

    _out: io.StringIO = field(default_factory=io.StringIO)
    _err: io.StringIO = field(default_factory=io.StringIO)

    def read(self) -> Printed:
        printed = Printed(self._out.getvalue(), self._err.getvalue())
        for stream in (self._out, self._err):
            stream.seek(0)
            stream.truncate()
        return printed

    @contextlib.contextmanager
    def watched(self) -> Any:
        with contextlib.redirect_stdout(self._out), contextlib.redirect_stderr(self._err):
            yield


@dataclass(frozen=True)
class Ran:
    """How a run ended. ``summary`` is what ``--json`` said, if it came so far; a killed run has no code."""

    code: int | None
    summary: dict[str, Any]
    err: str = ""

    @property
    def requests(self) -> int:
        return int(self.summary.get("requests", 0))


def is_done(ran: Ran) -> bool:
    """Whether a run says that nothing is left to do. A file that was refused is another matter."""
    outcomes = ran.summary.get("outcomes", {})
    left = any(outcomes.get(name) for name in ("failed", "unknown", "held"))
    return ran.code == 0 or (ran.code == 5 and ran.summary != {} and not left and not ran.summary.get("error"))


def argv_of(clinic: Clinic, now: str, *argv: str) -> list[str]:
    return ["--lang", "en", *argv, "-c", str(clinic.folder / "config.toml"), "--now", now]


def run_here(clinic: Clinic, screen: Screen, now: str, *argv: str) -> Ran:
    """The command line in this process."""
    screen.read()
    with screen.watched():
        code = run(argv_of(clinic, now, *argv))
    said = screen.read()
    try:
        summary = json.loads(said.out)
    except ValueError:
        summary = {}
    return Ran(int(code), summary, said.err)


# ── kill −9 ───────────────────────────────────────────────────────────────────────────────────


def run_killed(clinic: Clinic, screen: Screen, now: str, *argv: str, at: int) -> tuple[Ran, bool]:
    """The command line in a fork that dies at its ``at``-th effect, as by kill −9, and whether it had sent anything.

    An effect is a send, a reply that came, a commit (before and after), a rename (before and after).
    """
    told, tells = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the server's thread stays here, and holds nothing
        child = os.fork()
    if child == 0:
        _die_at(at, lambda: os.write(tells, b"s"))
        ran = Ran(3, {})
        with contextlib.suppress(BaseException):
            ran = run_here(clinic, screen, now, *argv)
            os.write(tells, json.dumps(ran.summary).encode())
        os._exit(int(ran.code or 0))
    os.close(tells)
    with os.fdopen(told, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    summary = said.lstrip(b"s")
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    return Ran(code, json.loads(summary) if summary and code is not None else {}), said.startswith(b"s")


def _die_at(at: int, on_send: Callable[[], object]) -> None:
    """Count effects at the doors of the libraries; the last one is never finished."""
    seen = 0

    def effect(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if sql != "COMMIT":
                return super().execute(sql, *given)
            effect()
            cursor = super().execute(sql)
            effect()
            return cursor

    connect, send, reply, replace = (
        sqlite3.connect, http.client.HTTPConnection.send, http.client.HTTPConnection.getresponse, os.replace,
    )  # fmt: skip

    def sent(self: Any, data: Any) -> None:
        on_send()
        effect()
        send(self, data)

    def answered(self: Any, *given: Any) -> Any:
        response = reply(self, *given)
        effect()
        return response

    def renamed(*given: Any, **named: Any) -> None:
        effect()
        replace(*given, **named)
        effect()

    sqlite3.connect = lambda *given, **named: connect(*given, **{"factory": Watched} | named)
    http.client.HTTPConnection.send = sent  # type: ignore[method-assign]
    http.client.HTTPConnection.getresponse = answered  # type: ignore[method-assign]
    os.replace = renamed  # type: ignore[assignment]
