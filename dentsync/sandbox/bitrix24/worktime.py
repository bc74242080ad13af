"""Time records: what the button of the working day leaves behind, and timeman.record.list of REST v3.

Source: api-reference/timeman/record/timeman-record-list.md. What ``state`` says and what an open record has for an end
is not documented: the end is a switch.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from dentsync.sandbox.bitrix24 import v3_rows
from dentsync.sandbox.bitrix24.answers import Answer, Json, V3Error
from dentsync.sandbox.bitrix24.call import Call
from dentsync.sandbox.bitrix24.settings import Settings
from dentsync.sandbox.bitrix24.storage import Storage

DEFAULT = ("id", "userId", "startTime", "endTime", "duration", "breakLength", "state", "isApproved")
SORTABLE = ("id", "userId", "startTime", "endTime", "duration")


@dataclass(frozen=True, slots=True)
class TimeRecord:
    """One press of "start" and one of "end". Moments and ``offset`` (of the employee's zone) in seconds."""

    id: int
    user: int
    began: int
    ended: int | None
    offset: int
    breaks: int
    approved: bool

    def shown(self, moment: int | None) -> str | None:
        """A moment in the zone that the day was begun in."""
        zone = timezone(timedelta(seconds=self.offset))
        return None if moment is None else datetime.fromtimestamp(moment, zone).isoformat(timespec="seconds")

    def day(self, moment: int | None = None) -> str:
        """YYYYMMDD of a moment, of the start where none is given."""
        zone = timezone(timedelta(seconds=self.offset))
        return f"{datetime.fromtimestamp(self.began if moment is None else moment, zone):%Y%m%d}"


def of_user(storage: Storage, user: int) -> list[TimeRecord]:
    """All records of somebody, oldest first."""
    sql = "SELECT id, user, began, ended, offset, breaks, approved FROM time_records WHERE user = ? ORDER BY began, id"
    return [TimeRecord(*row) for row in storage.rows(sql, (user,))]


def is_hidden(call: Call, user: int) -> bool:
    """Whether the role of the webhook's owner does not let it read this time."""
    return user in call.world.settings.time_hidden or not (call.webhook.admin or user == call.webhook.user)


def records(call: Call) -> Answer:
    """timeman.record.list: records of exactly one employee."""
    wanted = v3_rows.conditions(call.params.get("filter", []))
    user = _user(wanted)
    if is_hidden(call, user):
        raise V3Error("ACCESSDENIED", "Access denied", 403, "filter.userId")
    found = [_row(one) for one in of_user(call.world.storage, user) if _meets(one, wanted)]
    ordered = v3_rows.ordered(found, call.params.get("order"), SORTABLE)
    page = v3_rows.page(ordered, call.params.get("pagination"), call.world.settings.v3_page)
    shown = [_shown(row, call.world.settings) for row in page]
    return Answer({"items": [v3_rows.selected(row, call.params.get("select")) for row in shown]})


def _user(wanted: list[v3_rows.Condition]) -> int:
    users = {int(value) for name, operator, value in wanted if name == "userId" and _is_id(operator, value)}
    if not users:
        text = "Required field `filter.userId` is not specified"
        raise V3Error("VALIDATION_REQUESTVALIDATION", text, field="filter.userId")
    if len(users) > 1:
        raise V3Error("INVALIDFILTER", "Multiple different userId values", field="filter.userId")
    return users.pop()


def _is_id(operator: str, value: Any) -> bool:
    if operator != "=" or not str(value).isdigit():
        raise V3Error("INVALIDFILTER", "userId must equal one number", field="filter.userId")
    return True


def _meets(one: TimeRecord, wanted: list[v3_rows.Condition]) -> bool:
    return all(name == "userId" or _began(one, name, operator, value) for name, operator, value in wanted)


def _began(one: TimeRecord, name: str, operator: str, value: Any) -> bool:
    if name not in DEFAULT:
        raise V3Error("UNKNOWNDTOPROPERTY", f"Unknown property `{name}`")
    if name != "startTime" or operator in ("!=", "in"):
        raise V3Error("INVALIDFILTER", f"Cannot filter by `{name}`")
    try:
        moments = [datetime.fromisoformat(text).timestamp() for text in (value if operator == "between" else [value])]
    except (TypeError, ValueError):
        raise V3Error("INVALIDFILTER", "startTime is not a moment") from None
    return v3_rows.holds(operator, one.began, moments if operator == "between" else moments[0])


def _row(one: TimeRecord) -> Json:
    """``gross`` is for the switch alone."""
    length = 0 if one.ended is None else one.ended - one.began
    return {
        "id": one.id,
        "userId": one.user,
        "startTime": one.shown(one.began),
        "endTime": one.shown(one.ended),
        "duration": max(length - one.breaks, 0),
        "breakLength": one.breaks,
        "state": "OPENED" if one.ended is None else "CLOSED",
        "isApproved": bool(one.approved),
        "gross": length,
    }


def _shown(row: Json, settings: Settings) -> Json:
    gross = row.pop("gross")
    if settings.time_duration == "gross":
        row["duration"] = gross
    if row["endTime"] is None and settings.time_open_end == "absent":
        del row["endTime"]
    elif row["endTime"] is None and settings.time_open_end == "empty":
        row["endTime"] = ""
    if settings.time_numbers == "string":
        row |= {name: str(row[name]) for name in ("id", "userId", "duration", "breakLength")}
    return row
