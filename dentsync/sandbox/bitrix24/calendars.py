"""calendar.event.get (api-reference/calendar/calendar-event/calendar-event-get.md): rows of text."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json
from dentsync.sandbox.bitrix24.call import Call

LOCAL = "%d.%m.%Y %H:%M:%S"
"""How the portal's site format shows a moment."""


def events(call: Call) -> Answer:
    """Events of one calendar that touch the window, by default from a month ago to three months ahead.

    What somebody else keeps private is not in it, and nothing says so.
    """
    for name in ("type", "ownerId"):
        if name not in call.params:
            text = f'The required parameter "{name}" for the method "calendar.event.get" is not set'
            raise ApiError("", text)
    today = datetime.fromtimestamp(call.world.clock.now(), call.world.zone).date()
    first = _day(call.params.get("from"), today - timedelta(days=30))
    last = _day(call.params.get("to"), today + timedelta(days=91))
    bounds = [datetime.combine(day, time(), call.world.zone).timestamp() for day in (first, last + timedelta(days=1))]
    kind, owner = php.as_text(call.params["type"]), php.as_int(call.params["ownerId"])
    sections = [php.as_int(one) for one in php.as_list(call.params.get("section")) or ()]
    rows = call.world.storage.rows(
        "SELECT id, section, name, began, ended, zone, private, whole_day, rule FROM events"
        " WHERE type = ? AND owner = ? AND began < ? AND ended > ? ORDER BY began, id",
        (kind, owner, bounds[1], bounds[0]),
    )
    shown = [row for row in rows if (not sections or row[1] in sections) and not _is_private(call, kind, owner, row[6])]
    return Answer([_row(kind, owner, *row) for row in shown])


def _is_private(call: Call, kind: str, owner: int, private: int) -> bool:
    return bool(private) and kind == "user" and owner != call.webhook.user


def _day(sent: Any, usual: date) -> date:
    try:
        return date.fromisoformat(php.as_text(sent)[:10])
    except ValueError:
        return usual


def _row(
    kind: str,
    owner: int,
    number: int,
    section: int,
    name: str,
    began: int,
    ended: int,
    zone: str,
    private: int,
    whole_day: int,
    rule: str,
) -> Json:
    start, end = (datetime.fromtimestamp(moment, ZoneInfo(zone)) for moment in (began, ended))
    return {
        "ID": str(number),
        "PARENT_ID": str(number),
        "DELETED": "N",
        "CAL_TYPE": kind,
        "OWNER_ID": str(owner),
        "NAME": name,
        "DATE_FROM": start.strftime(LOCAL),
        "DATE_TO": end.strftime(LOCAL),
        "TZ_FROM": zone,
        "TZ_TO": zone,
        "TZ_OFFSET_FROM": _offset(start),
        "TZ_OFFSET_TO": _offset(end),
        "DATE_FROM_TS_UTC": str(int(start.astimezone(UTC).timestamp())),
        "DATE_TO_TS_UTC": str(int(end.astimezone(UTC).timestamp())),
        "DT_SKIP_TIME": "Y" if whole_day else "N",
        "DT_LENGTH": ended - began,
        "EVENT_TYPE": None,
        "CREATED_BY": str(owner),
        "PRIVATE_EVENT": "1" if private else "",
        "ACCESSIBILITY": "busy",
        "IS_MEETING": False,
        "RRULE": json.loads(rule) if rule else "",
        "SECTION_ID": str(section),
    }


def _offset(moment: datetime) -> str:
    return str(int((moment.utcoffset() or timedelta()).total_seconds()))
