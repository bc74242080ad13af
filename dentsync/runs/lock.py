"""One writer: the state directory is held by one run at a time, and the others are told by whom.

The lock is the operating system's and vanishes with its process. ``lock.json`` beside it only says who holds it; one
that a killed run left behind means nothing. A lock that outlives its holder (a file system that keeps locks, a child
that inherited it, another machine) is freed by a person: ``dentsync state unlock``.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from dentsync.errors import Locked, StoreError
from dentsync.lang import _
from dentsync.store.private import make_folder, write_file

if TYPE_CHECKING:
    from filelock import BaseFileLock

TOO_LONG = timedelta(hours=6)
"""A run that is older than this hangs, or somebody has to look at it."""

_PROC = Path("/proc")
_LOOKS, _PAUSE = 3, 0.1
"""A run that has just begun has not said who it is yet, and what the file says is about the one before."""

Fate = Literal["alive", "dead", "elsewhere", "unknown"]
"""Of a holder: dead is certain, elsewhere cannot be asked from here."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds the lock. ``started``, ``boot`` and ``space`` are Linux's: when the process began (clock ticks), which
    start of the machine it was, and the container (PID namespace) in which its number counts; empty elsewhere.
    """

    pid: int
    host: str
    since: datetime
    command: str = ""
    started: str = ""
    boot: str = ""
    space: str = ""


def myself() -> Holder:
    """This process as a holder."""
    return Holder(
        pid=os.getpid(),
        host=os.uname().nodename,
        since=datetime.now(UTC).replace(microsecond=0),
        command=_command(),
        started=_started(os.getpid()),
        boot=_text(_PROC / "sys/kernel/random/boot_id"),
        space=_space(),
    )


def _command() -> str:
    """``sync``, ``state backup``: never the arguments."""
    context = click.get_current_context(silent=True)
    return context.command_path.partition(" ")[2] if context else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _space() -> str:
    try:
        return str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process began, ``"gone"`` for one that only waits to be buried, empty where that cannot be read."""
    fields = _text(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    if len(fields) < 20:
        return ""
    return "gone" if fields[0] in "ZX" else fields[19]


def fate_of(holder: Holder | None) -> Fate:
    """What became of a holder, as far as this machine can tell."""
    if holder is None:
        return "unknown"
    here = myself()
    if holder.host != here.host or _differ(holder.space, here.space):
        return "elsewhere"
    if _differ(holder.boot, here.boot) or not _runs(holder.pid):
        return "dead"
    return "dead" if _differ(holder.started, _started(holder.pid)) else "alive"


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # somebody else's is running, too
        return True
    return True


# ── holding ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writer: hold the state directory, or say who does. Raises Locked, StoreError."""
    lock = _taken(folder)
    said = msgspec.json.encode(myself())
    try:
        with suppress(OSError):  # a full disk must not stop the run that frees it
            write_file(_sign(folder), said)
        yield
    finally:
        with suppress(OSError):
            if _sign(folder).read_bytes() == said:
                _sign(folder).unlink()
        lock.release()


def _sign(folder: Path) -> Path:
    return folder / "lock.json"


def _taken(folder: Path) -> "BaseFileLock":
    try:
        make_folder(folder)
        lock, holder = _tried(folder)
    except OSError as error:
        line = _("{folder}: cannot be locked: {reason}")
        raise StoreError(line.format(folder=folder, reason=error.strerror)) from None
    if lock is None:
        raise Locked(_refusal(folder, holder))
    return lock


def _tried(folder: Path) -> "tuple[BaseFileLock | None, Holder | None]":
    """The lock, or None and who has it as far as that is known. Raises OSError."""
    from filelock import FileLock, Timeout  # who only reads takes no lock: a report

    holder = None
    for look in range(_LOOKS):
        time.sleep(_PAUSE if look else 0)
        lock = FileLock(folder / "lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            holder = holder_of(folder)
        else:
            return lock, None
        if fate_of(holder) in ("alive", "elsewhere"):
            break
    return None, holder


def holder_of(folder: Path) -> Holder | None:
    """Who says that it holds the directory."""
    try:
        return msgspec.json.decode(_sign(folder).read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return None


# ── saying who ────────────────────────────────────────────────────────────────────────────────


def _refusal(folder: Path, holder: Holder | None) -> str:
    if holder is None:
        line = _(
            "{folder} is in use by a run that does not say who it is; wait for it, or if nobody has {file} open: "
            "dentsync state unlock --host {host}"
        )
        return line.format(folder=folder, file=folder / "lock", host=os.uname().nodename)
    age = datetime.now(UTC) - holder.since
    line = _way_out(fate_of(holder), age)
    return line.format(folder=folder, who=_who(holder, age), pid=holder.pid, host=holder.host)


def _way_out(fate: Fate, age: timedelta) -> str:
    match fate:
        case "dead":
            return _("{folder} is locked by a run that is gone{who}; free it: dentsync state unlock")
        case "elsewhere":
            return _(
                "{folder} is in use by a run on another machine{who}; wait for it, or if that machine is gone: "
                "dentsync state unlock --host {host}"
            )
        case _ if age > TOO_LONG:
            return _(
                "{folder} is in use by another run{who}; no run takes that long: look at it, and if it hangs: "
                "kill {pid}"
            )
        case _:
            return _("{folder} is in use by another run{who}; wait for it")


def _who(holder: Holder, age: timedelta) -> str:
    since = f"{holder.since.astimezone():%d.%m.%Y %H:%M}"
    line = _(" ({command}, process {pid} on {host}, since {since}: {age})")
    command = holder.command or "dentsync"
    return line.format(command=command, pid=holder.pid, host=holder.host, since=since, age=in_words(age))


def in_words(span: timedelta) -> str:
    """A time span as a person says it: ``2 h 10 min``. A clock that was set back gives no negative ones."""
    minutes = max(int(span.total_seconds()), 0) // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return _("{days} d {hours} h").format(days=days, hours=hours % 24)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes % 60)
    return _("{minutes} min").format(minutes=minutes) if minutes else _("less than a minute")


# ── freeing ───────────────────────────────────────────────────────────────────────────────────


def unlock(folder: Path, host: str | None = None) -> bool:
    """Free a directory whose holder is gone; whether there was anything to free. Raises Locked, StoreError.

    A holder that is alive here keeps it. One on another machine cannot be asked: a person names that machine as
    ``host``, and so says that nothing runs there any more.
    """
    if not folder.exists():
        return False
    try:
        lock, holder = _tried(folder)
        if lock is not None:
            _sign(folder).unlink(missing_ok=True)
            lock.release()
            return False
        _check_freeable(folder, holder, host)
        (folder / "lock").unlink(missing_ok=True)
        _sign(folder).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            _("{folder}: cannot be unlocked: {reason}").format(folder=folder, reason=error.strerror)
        ) from None
    return True


def _check_freeable(folder: Path, holder: Holder | None, host: str | None) -> None:
    fate = fate_of(holder)
    named = holder.host if holder else os.uname().nodename
    if fate == "alive" or (fate in ("elsewhere", "unknown") and host != named):
        raise Locked(_refusal(folder, holder))
