"""Worked time as Bitrix24 gives it, verbatim -> clocks, and what has to be asked about it.

Sources: timeman-record-list.md and timeman-timecontrol-reports-get.md of bitrix24/b24restdocs. Seconds are dropped, as
everywhere in pay. Numbers may be strings; an open day has no end, in the older report it ends when that is made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dentsync.model import PortalAnswer
from dentsync.transform.pay.facts import Clock, Doubt, Job
from dentsync.transform.pay.minutes import months_later

RECORDS = "timeman.record.list"
REPORT = "timeman.timecontrol.reports.get"
REPORT_SETTINGS = "timeman.timecontrol.reports.settings.get"
AGREE = 60
"""Seconds by which two figures of one record may differ: they are rounded."""
_NO = (False, 0, "0", "N", "n", "false")


@dataclass(slots=True)
class Told:
    """What answers come to, as they are read one by one."""

    clocks: list[Clock] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def month_unknown(self, what: Literal["not_known", "plan_not_known"], user: str, month: date, why: str) -> None:
        """A whole month of somebody is not known, and the night that leads into it."""
        day = timedelta(days=1)
        first, last = month - day, months_later(month, 1) - day
        self.doubts.append(Doubt(what, user, first, last, why, f"Битрикс24, сотрудник {user}"))


@dataclass(frozen=True, slots=True)
class _Record:
    """One record. ``spent``: the seconds that the portal says were worked, breaks in or out; None: it does not say."""

    user: str
    start: datetime
    end: datetime | None
    breaks: int
    spent: int | None
    approved: bool
    place: str


def read_time(answers: Iterable[PortalAnswer], month: date, zone: ZoneInfo, told: Told) -> None:
    """Take in what was answered about worked time. Nothing that is missing is ever taken for "did not work"."""
    every = list(answers)
    is_off = any(
        one.method == REPORT_SETTINGS and isinstance(one.body, Mapping) and one.body.get("active") in _NO
        for one in every
    )
    for answer in every:
        if answer.method in (RECORDS, REPORT):
            records, why = _records(answer)
            if why and answer.month in ("", f"{month:%Y-%m}"):
                told.month_unknown("not_known", answer.about, month, "feature_off" if is_off else why)
            for record in records:
                _take(record, zone, told)


def _records(answer: PortalAnswer) -> tuple[list[_Record], str]:
    """The records of one employee, and why something may be missing."""
    if answer.error:
        return [], answer.error
    body = answer.body if isinstance(answer.body, Mapping) else {}
    home = body if answer.method == RECORDS else body.get("report")
    rows = home.get("items" if answer.method == RECORDS else "days") if isinstance(home, Mapping) else None
    if not isinstance(rows, list):
        return [], "unreadable"
    # It may only mean that nobody switched time control on (reports.get, "If the response has empty days").
    why = "no_days" if not rows and answer.method == REPORT else ""
    read = _record if answer.method == RECORDS else _day
    found = [read(answer.about, row) for row in rows]
    return [one for one in found if one], "unreadable" if None in found else why


def _record(user: str, row: Any) -> _Record | None:
    """A row of timeman.record.list; None for what cannot be read."""
    try:
        return _Record(
            user,
            _moment(row["startTime"]),
            _moment(row["endTime"]) if row.get("endTime") else None,
            _seconds(row.get("breakLength")) or 0,
            _seconds(row.get("duration")),
            row.get("isApproved") not in _NO,
            f"Битрикс24, запись {row.get('id')}",
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _day(user: str, row: Any) -> _Record | None:
    """A day of the report; its end is of no use while it is not complete."""
    try:
        start = _moment(row["workday_date_start"])
        return _Record(
            user,
            start,
            _moment(row["workday_date_finish"]) if row["workday_complete"] not in _NO else None,
            _seconds(row.get("workday_time_leaks_user")) or 0,
            _seconds(row.get("workday_duration_final")),
            True,
            f"Битрикс24, отчёт сотрудника {user} за {start:%d.%m.%Y}",
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _moment(text: Any) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no offset")
    return found


def _seconds(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def _take(record: _Record, zone: ZoneInfo, told: Told) -> None:
    start = record.start.astimezone(zone)
    doubt = Doubt("unapproved", record.user, start.date(), start.date(), f"{start:%H:%M}", record.place)
    job = Job(record.user)
    if record.end is None:
        told.clocks.append(Clock(job, start, None, place=record.place))
        return
    if not record.approved:
        told.doubts.append(doubt)
    length = int((record.end - record.start).total_seconds())
    net = length - record.breaks
    # Whether the figure of the portal has the breaks in it is not documented: both are believed, the less is paid.
    if net < 0 or (record.spent is not None and min(abs(record.spent - net), abs(record.spent - length)) > AGREE):
        told.doubts.append(replace(doubt, what="odd_record"))
        net = min(net, length if record.spent is None else record.spent)
    if length < 0:
        told.clocks.append(Clock(job, start, None, place=record.place))
        return
    pause = (length - max(net, 0)) // 60
    told.clocks.append(Clock(job, start, record.end.astimezone(zone), pause, record.place))
