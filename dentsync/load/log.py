"""The log for programs: one JSON object a line, version 1, through the redactor.

``v``, ``time`` (ISO 8601 with zone), ``level``, ``run`` (an id that the report and alerts carry too), ``event``, and
its facts: counts, keys, file names. Our modules write ``getLogger("dentsync…").info("event", extra=facts(…))``; what
libraries warn of arrives as the event "library".
"""

import logging
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.redact import redact

VERSION = 1
STDERR = Path("-")
"""Where a line goes that is asked for on standard error."""


def facts(**given: Any) -> dict[str, Any]:
    """What ``extra`` of a log call carries."""
    return {"facts": given}


class JsonLines(logging.Handler):
    """Appends lines to a file that only its owner may read, or to standard error."""

    def __init__(self, place: Path, run: str) -> None:
        super().__init__()
        self._run = run
        self._broken = False
        self._handle = sys.stderr.fileno() if place == STDERR else _opened(place)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            os.write(self._handle, self._line(record))  # one write: lines of several runs do not mix
        except OSError as error:
            self._complain(error)

    def _line(self, record: logging.LogRecord) -> bytes:
        ours = record.name.partition(".")[0] == "dentsync"
        said = {"event": record.getMessage()} if ours else {"event": "library", "text": record.getMessage()}
        line = {
            "v": VERSION,
            "time": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "run": self._run,
            **redact.each(said | getattr(record, "facts", {})),
        }
        return msgspec.json.encode(line) + b"\n"

    def _complain(self, error: OSError) -> None:
        if not self._broken:
            self._broken = True
            sys.stderr.write(_("dentsync: the log cannot be written: {reason}").format(reason=error.strerror) + "\n")

    def close(self) -> None:
        if self._handle > 2:
            os.close(self._handle)
            self._handle = -1
        super().close()


def _opened(place: Path) -> int:
    try:
        return os.open(place, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise ConfigError(_("{file}: cannot be written: {reason}").format(file=place, reason=error.strerror)) from None


def start(place: Path, run: str) -> JsonLines:
    """Everything that is logged goes there from now on: our events, and warnings of libraries. Raises ConfigError."""
    handler = JsonLines(place, run)
    logging.getLogger().addHandler(handler)
    logging.getLogger("dentsync").setLevel(logging.INFO)
    return handler


def stop(handler: JsonLines) -> None:
    """The run is over."""
    logging.getLogger().removeHandler(handler)
    logging.getLogger("dentsync").setLevel(logging.NOTSET)
    handler.close()
