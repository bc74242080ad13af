"""What staff do about their work: they are hired, press the button of the day, plan shifts, keep the list of rates.

Moments are ISO 8601 with an offset; the offset of a time record's start is the employee's zone.

- ``hire``: ``user`` (fields of the portal's file); ``dismiss``: ``user`` (id)
- ``clock``: ``user``, ``start``, ``end`` (left out: the day is open), ``breaks`` (seconds), ``approved``
- ``correct_clock``: ``record``, and what changes; ``delete_clock``: ``record``
- ``plan``: ``user`` (or ``calendar`` of group or company_calendar, and ``owner``), ``start``, ``end``, ``name``,
  ``zone``, ``private``, ``section``, ``whole_day``, ``rule``; ``cancel_plan``: ``event``
- ``enter``: ``list``, ``values`` (field id -> text), ``name``
- ``amend``: ``element``, ``values``; ``strike``: ``element``
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from dentsync.sandbox.bitrix24 import staff
from dentsync.sandbox.bitrix24.portal import User
from dentsync.sandbox.bitrix24.world import World

Act = dict[str, Any]


def _hire(world: World, sent: Act) -> int:
    return staff.keep(world.storage, msgspec.convert(sent["user"], User))


def _dismiss(world: World, sent: Act) -> int:
    user = _known(world, sent["user"])
    return staff.keep(world.storage, msgspec.structs.replace(user, active=False))


def _known(world: World, number: Any) -> User:
    user = staff.of(world.storage, number) if isinstance(number, int) else None
    if user is None:
        raise ValueError("no such user")
    return user


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment needs its offset, as in 2026-10-05T08:00+03:00")
    return found


def _clock(world: World, sent: Act) -> int:
    start = _moment(sent["start"])
    offset = int((start.utcoffset() or timedelta()).total_seconds())
    return world.storage.run(
        "INSERT INTO time_records (user, began, ended, offset, breaks, approved) VALUES (?, ?, ?, ?, ?, ?)",
        (
            _known(world, sent["user"]).id, int(start.timestamp()), _end(sent), offset, int(sent.get("breaks", 0)),
            bool(sent.get("approved", True)),
        ),
    )  # fmt: skip


def _end(sent: Act) -> int | None:
    return int(_moment(sent["end"]).timestamp()) if sent.get("end") else None


def _correct_clock(world: World, sent: Act) -> int:
    number = _existing(world, "time_records", sent["record"])
    changes: Act = {name: sent[name] for name in ("breaks", "approved") if name in sent}
    changes |= {"began": int(_moment(sent["start"]).timestamp())} if "start" in sent else {}
    changes |= {"ended": _end(sent)} if "end" in sent else {}
    for name, value in changes.items():
        world.storage.run(f"UPDATE time_records SET {name} = ? WHERE id = ?", (value, number))  # noqa: S608
    return number


def _existing(world: World, table: str, number: Any) -> int:
    if world.storage.row(f"SELECT 1 FROM {table} WHERE id = ?", (number,)) is None:  # noqa: S608
        raise ValueError("no such id")
    return int(number)


def _remover(table: str, key: str) -> Callable[[World, Act], int]:
    def remove(world: World, sent: Act) -> int:
        number = _existing(world, table, sent[key])
        world.storage.run(f"DELETE FROM {table} WHERE id = ?", (number,))  # noqa: S608
        return number

    return remove


def _plan(world: World, sent: Act) -> int:
    kind = sent.get("calendar", "user")
    owner = _known(world, sent["user"]).id if kind == "user" else int(sent.get("owner", 0))
    start, end = (int(_moment(sent[name]).timestamp()) for name in ("start", "end"))
    return world.storage.run(
        "INSERT INTO events (type, owner, section, name, began, ended, zone, private, whole_day, rule)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kind, owner, int(sent.get("section", 1)), sent.get("name", "Смена"), start, end,
            sent.get("zone", "Europe/Moscow"), bool(sent.get("private")), bool(sent.get("whole_day")),
            json.dumps(sent["rule"]) if "rule" in sent else "",
        ),
    )  # fmt: skip


def _enter(world: World, sent: Act) -> int:
    number = _existing(world, "lists", sent["list"])
    values = _values(world, number, sent["values"])
    return world.storage.run(
        "INSERT INTO elements (list, name, data) VALUES (?, ?, ?)", (number, sent.get("name", "Ставка"), values)
    )


def _amend(world: World, sent: Act) -> int:
    number = _existing(world, "elements", sent["element"])
    home, data = world.storage.row("SELECT list, data FROM elements WHERE id = ?", (number,)) or ()
    values = _values(world, home, json.loads(data) | sent["values"])
    world.storage.run("UPDATE elements SET data = ? WHERE id = ?", (values, number))
    return number


def _values(world: World, number: int, sent: Act) -> str:
    known = {str(field) for (field,) in world.storage.rows("SELECT id FROM list_fields WHERE list = ?", (number,))}
    if unknown := set(sent) - known:
        raise ValueError(f"no field {min(unknown)} in this list")
    return json.dumps({key: str(text) for key, text in sent.items() if str(text)}, ensure_ascii=False)


ACTS: Mapping[str, Callable[[World, Act], int]] = {
    "hire": _hire, "dismiss": _dismiss, "clock": _clock, "correct_clock": _correct_clock,
    "delete_clock": _remover("time_records", "record"), "plan": _plan, "cancel_plan": _remover("events", "event"),
    "enter": _enter, "amend": _amend, "strike": _remover("elements", "element"),
}  # fmt: skip
