"""Every effect of a process on the world outside, numbered; the k-th of them goes wrong.

An effect is what another process could see: a request, a commit, a file that is made, renamed or removed. Each has two
points, before and after. They are struck at the functions of libraries and of the system, never inside dentsync.
Writing inside a transaction is no effect, but it may fail as well: it is counted apart, with ``only=INSIDE``.
"""

import builtins
import errno
import http.client
import io
import os
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import time_machine

Fault = Literal["kill", "exception", "refusal", "interrupt", "terminate", "clock"]
FAULTS: tuple[Fault, ...] = ("kill", "exception", "refusal")
"""SIGKILL; an exception that nobody expects; what really comes there: a full disk, or a connection that breaks."""
GENTLE: tuple[Fault, ...] = ("interrupt", "terminate", "clock")
"""Ctrl-C; SIGTERM; and the clock is set back an hour while the run goes on."""
HOUR = 3600.0
INSIDE = "inside a transaction"

_REMOVING = ("unlink", "remove", "rmdir")
_MAKING = ("mkdir", "truncate")
_MOVING = ("replace", "rename", "link", "symlink")
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_COMMITS = re.compile(r"\s*(COMMIT|END|RELEASE)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|VACUUM|PRAGMA (journal_mode|user_version) *=)", re.IGNORECASE
)


class Struck(Exception):
    """An exception that nobody expects."""


class Effects:
    """Counts points and strikes number ``point``. ``tell`` hears what was struck, before it is.

    ``only``: count none but the points whose name begins so; without it, all but those inside transactions.
    """

    def __init__(self, folder: Path, point: int, fault: Fault, tell: Callable[[str], None], only: str = "") -> None:
        self._folder = str(folder.resolve()) + os.sep
        self._point, self._fault, self._tell, self._only = point, fault, tell, only
        self._lock = threading.Lock()
        self.passed = 0

    def around(self, what: str, refusal: Callable[[], Exception], do: Callable[[], Any]) -> Any:
        """Do it, with a point before and a point after."""
        self._pass(f"before {what}", refusal)
        result = do()
        self._pass(f"after {what}", refusal)
        return result

    def inside(self, what: str, refusal: Callable[[], Exception], do: Callable[[], Any]) -> Any:
        """Do it, with a point before, where it is a part of something that is not done yet."""
        self._pass(f"{INSIDE}: {what}", refusal)
        return do()

    def _pass(self, name: str, refusal: Callable[[], Exception]) -> None:
        if not (name.startswith(self._only) if self._only else not name.startswith(INSIDE)):
            return
        with self._lock:
            self.passed += 1
            if self.passed != self._point:
                return
            self._tell(name)
        match self._fault:
            case "kill" | "interrupt" | "terminate":
                os.kill(os.getpid(), SIGNALS[self._fault])
            case "clock":
                set_clock_back(HOUR)
            case "exception":
                raise Struck
            case "refusal":
                raise refusal()

    def concerns(self, path: Any) -> bool:
        """Whether it is a file of the clinic; Python's own caches and the like are not counted."""
        return isinstance(path, str | os.PathLike) and os.path.realpath(path).startswith(self._folder)


SIGNALS = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT, "terminate": signal.SIGTERM}


def set_clock_back(seconds: float) -> None:
    """For this process, for ever."""
    time_machine.travel(time.time() - seconds, tick=True).start()


def split_drives(folder: Path) -> None:
    """From now on nothing can be renamed from one of the folder's own folders into another."""
    for verb in ("replace", "rename"):
        setattr(os, verb, partial(_within_a_drive, getattr(os, verb), folder.resolve()))


def _within_a_drive(call: Callable[..., Any], folder: Path, source: Any, target: Any) -> Any:
    drives = {Path(path).resolve().relative_to(folder).parts[0] for path in (source, target)}
    if len(drives) > 1:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    return call(source, target)


def number(effects: Effects) -> None:
    """From now on every effect of this process is counted. There is no way back: it is for a process that ends."""
    _number_requests(effects)
    _number_commits(effects)
    _number_files(effects)


# ── requests ──


def _number_requests(effects: Effects) -> None:
    connection = http.client.HTTPConnection
    send, read = connection.endheaders, connection.getresponse

    def sent(self: Any, *args: Any, **given: Any) -> Any:
        return effects.around("a request is sent", _broken, lambda: send(self, *args, **given))

    def answered(self: Any) -> Any:
        # The work is done before the first byte of its answer comes; "after" is before the answer is read.
        return effects.around("a request is answered", _broken, lambda: read(self))

    connection.endheaders = sent  # type: ignore[method-assign]
    connection.getresponse = answered  # type: ignore[method-assign]


def _broken() -> Exception:
    return ConnectionResetError("the connection breaks")


# ── commits ──


def _number_commits(effects: Effects) -> None:
    class Numbered(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> Any:
            return self._numbered(sql, lambda: super(Numbered, self).execute(sql, *args))

        def executemany(self, sql: str, *args: Any) -> Any:
            return self._numbered(sql, lambda: super(Numbered, self).executemany(sql, *args))

        def executescript(self, sql: str) -> Any:
            return effects.around("a script", _full, lambda: super(Numbered, self).executescript(sql))

        def commit(self) -> None:
            effects.around("a commit", _full, super().commit)

        def _numbered(self, sql: str, do: Callable[[], Any]) -> Any:
            writes = _WRITES.match(sql)
            if _COMMITS.match(sql) or (writes and not self.in_transaction):
                return effects.around(f"a commit ({' '.join(sql.split()[:3])})", _full, do)
            return effects.inside(" ".join(sql.split()[:3]), _full, do) if writes else do()

    sqlite3.connect = partial(sqlite3.connect, factory=Numbered)  # type: ignore[assignment]


def _full() -> Exception:
    return sqlite3.OperationalError("database or disk is full")


# ── files ──


def _number_files(effects: Effects) -> None:
    for verb in (*_REMOVING, *_MAKING):
        _number_call(effects, verb, lambda args: args[0])
    for verb in _MOVING:
        _number_call(effects, verb, lambda args: args[1])
    _number_opening(effects)
    _number_descriptors(effects)


def _number_call(effects: Effects, verb: str, path_of: Callable[[tuple[Any, ...]], Any]) -> None:
    call = getattr(os, verb)

    def numbered(*args: Any, **given: Any) -> Any:
        path = path_of(args)
        if not effects.concerns(path):
            return call(*args, **given)
        return effects.around(f"{verb} {_name(path)}", _no_space, lambda: call(*args, **given))

    setattr(os, verb, numbered)


def _number_opening(effects: Effects) -> None:
    call = builtins.open

    def opened(file: Any, mode: str = "r", *args: Any, **given: Any) -> Any:
        if set(mode).isdisjoint("wxa+") or not effects.concerns(file):
            return call(file, mode, *args, **given)
        return effects.around(f"open {_name(file)} to write", _no_space, lambda: call(file, mode, *args, **given))

    builtins.open = io.open = opened  # type: ignore[assignment]


def _number_descriptors(effects: Effects) -> None:
    call = os.open

    def opened(path: Any, flags: int, *args: Any, **given: Any) -> Any:
        if not flags & _TO_WRITE or not effects.concerns(path):
            return call(path, flags, *args, **given)
        return effects.around(f"open {_name(path)} to write", _no_space, lambda: call(path, flags, *args, **given))

    os.open = opened


def _name(path: Any) -> str:
    return Path(path).name


def _no_space() -> Exception:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
