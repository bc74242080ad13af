"""Facts of pay for tests: valid unless the test says otherwise. All people are invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.model import Status
from dentsync.transform.pay.calendar import Calendar
from dentsync.transform.pay.facts import Booking, Clock, Facts, Job, Journal, Rate, Shift
from dentsync.transform.pay.payroll import Payroll, payroll
from dentsync.transform.pay.rules import Rules

ZONE = ZoneInfo("Europe/Moscow")
MAY = date(2026, 5, 1)
RULES = Rules(since=date(2020, 1, 1), zone=ZONE)
CALENDAR = Calendar({})
JOB = Job("E1", "администратор", "A")


def at(text: str) -> datetime:
    """«2026-05-08T20:00», and «2026-05-08T08:00+1» for the day after."""
    plain, _plus, days = text.partition("+")
    return datetime.fromisoformat(plain).replace(tzinfo=ZONE) + timedelta(days=int(days or 0))


def rate(hour: str = "250.00", overtime: str | None = "350.00", since: str = "2026-01-01", **given: Any) -> Rate:
    job = given.pop("job", JOB)
    return Rate(job, date.fromisoformat(since), Decimal(hour), Decimal(overtime) if overtime else None, **given)


def shift(day: str, start: str = "08:00", end: str = "20:00", job: Job = JOB) -> Shift:
    return Shift(job, at(f"{day}T{start}"), at(f"{day}T{end}"), f"plan {job.employee} {day} {start}")


def clock(day: str, start: str = "08:00", end: str | None = "20:00", job: Job = JOB, pause: int = 0) -> Clock:
    return Clock(
        job, at(f"{day}T{start}"), at(f"{day}T{end}") if end else None, pause, f"clock {job.employee} {day} {start}"
    )


def booking(day: str, author: str = "E1", status: Status = Status.COMPLETED, card: str = "1", **given: Any) -> Booking:
    usual: dict[str, Any] = {"journal": "primary", "booked_at": None}
    return Booking(card=card, author=author, visit_on=date.fromisoformat(day), status=status, **usual | given)


def patients(
    author: str, booked: int, came: int, journal: Journal = "primary", day: str = "2026-05-15"
) -> list[Booking]:
    """So many patients, of whom so many came."""
    return [
        booking(day, author, Status.COMPLETED if n < came else Status.NO_SHOW, f"{author}-{n}", journal=journal)
        for n in range(booked)
    ]


def month(*facts: Any, rules: Rules = RULES, of: date = MAY, **given: Any) -> Payroll:
    """The month of these facts: rates, shifts, clocks and whatever is named."""
    known: dict[str, Sequence[Any]] = {
        "rates": [one for one in facts if isinstance(one, Rate)] or [rate()],
        "shifts": [one for one in facts if isinstance(one, Shift)],
        "clocks": [one for one in facts if isinstance(one, Clock)],
        "bookings": [one for one in facts if isinstance(one, Booking)],
    }
    return payroll(of, Facts(**{name: tuple(some) for name, some in (known | given).items()}), [rules], CALENDAR)


def rules(**given: Any) -> Rules:
    return replace(RULES, **given)


def lines(found: Payroll) -> list[tuple[str, str]]:
    """Codes and amounts."""
    return [(line.code, str(line.amount)) for pay in found.pays for line in pay.lines]


def open_kinds(found: Payroll) -> list[str]:
    return [question.kind.value for question in found.questions]
