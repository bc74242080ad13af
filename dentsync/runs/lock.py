"""One writer: the state directory is held by one run at a time, and the others are told by whom."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from dentsync.errors import Locked, StoreError
from dentsync.lang import _


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writer: hold the state directory, or say who does."""
    holder = folder / "lock.json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise Locked(
            _("{folder} is in use by another run{who}; wait for it").format(folder=folder, who=_who(holder))
        ) from None
    except OSError as error:
        raise StoreError(
            _("{folder}: cannot be locked: {reason}").format(folder=folder, reason=error.strerror)
        ) from None
    try:
        me = {"pid": os.getpid(), "host": os.uname().nodename, "since": datetime.now(UTC).isoformat(timespec="seconds")}
        with suppress(OSError):
            holder.write_bytes(msgspec.json.encode(me | {"command": " ".join(sys.argv[1:2])}))
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _who(holder: Path) -> str:
    try:
        it = msgspec.json.decode(holder.read_bytes(), type=dict[str, str | int])
        return _(" (process {pid} on {host}, since {since})").format(**it)
    except (OSError, msgspec.MsgspecError, KeyError):
        return ""
