"""Older ways to worked time: a month's report, its settings, and the day that is open now.

Source: api-reference/timeman/timecontrol/ and api-reference/timeman/base/timeman-status.md.
"""

from datetime import datetime, timedelta
from itertools import groupby

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import staff, worktime
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json, iso, required
from dentsync.sandbox.bitrix24.call import Call
from dentsync.sandbox.bitrix24.worktime import TimeRecord

WORKDAY_HOURS = 8


def report(call: Call) -> Answer:
    """timeman.timecontrol.reports.get: one employee, one calendar month.

    Where nobody switched time control on there are no days, though people worked. A day that is not complete ends at
    the moment of the report.
    """
    number, month, year = (php.as_int(required(call.params, name)) for name in ("USER_ID", "MONTH", "YEAR"))
    user = staff.known(call, number)
    if worktime.is_hidden(call, number):
        raise ApiError("USER_ACCESS_ERROR", "Access denied to the user")
    if not (1 <= month <= 12 and 1970 <= year <= 9998):
        raise ApiError(100, "Could not find value for parameter {MONTH}")
    hours = php.as_int(call.params.get("WORKDAY_HOURS")) or WORKDAY_HOURS
    every = worktime.of_user(call.world.storage, number) if call.world.settings.timecontrol else []
    mine = [one for one in every if one.day().startswith(f"{year:04}{month:02}")]
    first = datetime(year, month, 1, tzinfo=call.world.zone)
    after = (first + timedelta(days=31)).replace(day=1)
    days = [_day(call, index, list(some), hours * 3600) for index, some in groupby(mine, TimeRecord.day)]
    return Answer(
        {
            "report": {
                "month_title": f"{first:%B}",
                "date_start": first.isoformat(),
                "date_finish": (after - timedelta(seconds=1)).isoformat(),
                "days": days,
            },
            "user": {
                "id": number,
                "active": user.active,
                "name": f"{user.name} {user.last_name}".strip(),
                "first_name": user.name,
                "last_name": user.last_name,
                "work_position": user.position,
                "last_activity_date": iso(call.world.clock.now(), call.world.zone),
            },
        }
    )


def _day(call: Call, index: str, some: list[TimeRecord], norm: int) -> Json:
    """A day that was opened again is one day; the time between is a break."""
    last = some[-1]
    ended = last.ended if last.ended is not None else int(call.world.clock.now())
    length = ended - some[0].began
    worked = sum((one.ended if one.ended is not None else ended) - one.began - one.breaks for one in some)
    found: Json = {
        "index": index,
        "day_title": f"{index[6:]}.{index[4:6]}.{index[:4]}",
        "workday_date_start": some[0].shown(some[0].began),
        "workday_date_finish": last.shown(ended),
        "workday_complete": last.ended is not None,
        "workday_time_leaks_user": length - worked,
        "workday_time_leaks_final": norm - length,
        "workday_duration": length,
        "workday_duration_final": length,
        "workday_duration_config": norm,
        "reports": [],
        "workday_time_leaks_real": 0,
    }
    if call.world.settings.time_numbers == "string":
        found |= {name: str(value) for name, value in found.items() if type(value) is int}
    return found


def settings(call: Call) -> Answer:
    """timeman.timecontrol.reports.settings.get: whether time control is on, and what the caller may see of it."""
    admin = call.webhook.admin
    return Answer(
        {
            "active": call.world.settings.timecontrol,
            "user_id": call.webhook.user,
            "user_admin": admin,
            "user_head": False,
            "departments": [{"id": "1", "name": call.world.portal.portal.name}] if admin else [],
            "minimum_idle_for_report": 15,
            "report_view_type": "full" if admin else "simple",
        }
    )


def status(call: Call) -> Answer:
    """timeman.status: the last working day of somebody; it is of no use for a month."""
    number = php.as_int(call.params.get("USER_ID", call.webhook.user))
    staff.known(call, number)
    if worktime.is_hidden(call, number):
        raise ApiError("ACCESS_ERROR", "Access denied")
    every = worktime.of_user(call.world.storage, number)
    if not every:
        return Answer({"STATUS": "CLOSED", "TIME_START": None, "TIME_FINISH": None, "DURATION": "00:00:00"})
    last, now = every[-1], int(call.world.clock.now())
    expired = last.ended is None and last.day() < last.day(now)
    found: Json = {
        "STATUS": "CLOSED" if last.ended is not None else "EXPIRED" if expired else "OPENED",
        "TIME_START": last.shown(last.began),
        "TIME_FINISH": last.shown(last.ended),
        "DURATION": _clock(last.ended - last.began - last.breaks if last.ended is not None else 0),
        "TIME_LEAKS": _clock(last.breaks),
        "ACTIVE": bool(last.approved),
        "TZ_OFFSET": last.offset,
    }
    if expired:
        found["TIME_FINISH_DEFAULT"] = iso(last.began + WORKDAY_HOURS * 3600, call.world.zone)
    return Answer(found)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
