"""The admin API: what is the same for every CRM. What was asked, the faults, the clock."""

from datetime import datetime
from typing import Any, Protocol

from dentsync.sandbox.clock import VirtualClock
from dentsync.sandbox.faults import Faults
from dentsync.sandbox.journal import Journal


class Unknown(Exception):
    """There is no such admin call."""


class Desk(Protocol):
    """A portal or an account, as far as this module knows it."""

    journal: Journal
    faults: Faults


def answer(desk: Desk, verb: str, name: str, sent: Any) -> Any:
    """Run one admin call. Raises Unknown, ``ValueError`` or ``msgspec.ValidationError`` for what is not understood."""
    match verb, name:
        case "GET", "log":
            return desk.journal.log()
        case "GET", "faults":
            return [{"what": rule.what, "match": rule.match, "seen": rule.seen} for rule in desk.faults.rules]
        case "POST", "faults":
            desk.faults.add(sent if isinstance(sent, list) else [sent])
            return {"rules": len(desk.faults.rules)}
        case "DELETE", "faults":
            desk.faults.rules.clear()
            return {"rules": 0}
    raise Unknown(f"no {verb} /admin/{name}")


def set_clock(clock: VirtualClock, speed: Any = None, advance: Any = None, now: Any = None) -> None:
    """Change the speed, jump by seconds, or move to a moment in ISO; in what is None nothing changes."""
    if now is not None:
        clock.move_to(datetime.fromisoformat(now).timestamp())
    if speed is not None:
        clock.set_speed(float(speed))
    if advance is not None:
        clock.advance(float(advance))
