"""The shape of ``[payroll]``, table by table; ``config_payroll`` checks what a type cannot say. Keys: docs/pay.md."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from dentsync.config_tables import Table

Amount = str | int
Minutes = Annotated[int, msgspec.Meta(ge=0, le=1440)]
WeekHours = Annotated[int, msgspec.Meta(ge=1, le=40)]


class RateTable(Table, frozen=True):
    """``[[payroll.rate]]``: a row of the rate directory."""

    employee: str
    since: date
    hour: Amount
    overtime: Amount = ""
    id: str = ""
    position: str = ""
    branch: str = ""
    break_minutes: Minutes | None = None
    week_hours: WeekHours | None = None
    until: date | None = None


class BreakTable(Table, frozen=True):
    """``break`` of a set of rules."""

    minutes: Minutes = 60
    at_least: Minutes = 360
    night_minutes: Minutes = 0
    pauses_replace: bool = True


class OvertimeTable(Table, frozen=True):
    """``overtime`` of a set of rules."""

    basis: Literal["shift", "month", "period"] = "shift"
    norm: Literal["schedule", "calendar"] = "schedule"
    months: Literal[2, 3, 6, 12] = 3
    threshold: Minutes = 15


class NightTable(Table, frozen=True, rename={"first": "from", "last": "to"}):
    """``night`` of a set of rules; ``surcharge`` is a share of the hour, "20%"."""

    first: str = "22:00"
    last: str = "06:00"
    surcharge: str = "20%"


class RulesTable(Table, frozen=True, rename={"breaks": "break"}):
    """``[[payroll.rules]]``: in force from the first of a month. ``gap_months`` 0: only who never came is primary."""

    since: date
    breaks: BreakTable = BreakTable()
    overtime: OvertimeTable = OvertimeTable()
    night: NightTable = NightTable()
    holiday: Amount = 2
    tiers: dict[str, Amount] = msgspec.field(default_factory=dict)
    small_booked: int = 5
    small_per_visit: Amount = 100
    waitlist: Amount = 100
    credit: Literal["fulfilled_booking", "first_booker"] = "fulfilled_booking"
    gap_months: int = 6
    stack: bool = True
    clip_early_start: bool = True
    unclosed: Literal["by_schedule", "nothing"] = "by_schedule"
    norm_week: WeekHours = 40


class PortalRatesTable(Table, frozen=True, rename={"number": "list"}):
    """``payroll.bitrix24.rates``: a list of the portal, and which property is what."""

    number: int
    employee: str
    since: str
    hour: str
    overtime: str = ""
    position: str = ""
    branch: str = ""
    break_minutes: str = ""
    week_hours: str = ""
    until: str = ""
    type: str = "lists"

    @property
    def columns(self) -> dict[str, str]:
        """Our words of the directory -> properties of the list."""
        known = {
            "employee": self.employee, "since": self.since, "hour": self.hour, "overtime": self.overtime,
            "position": self.position, "branch": self.branch, "break": self.break_minutes, "week": self.week_hours,
            "until": self.until,
        }  # fmt: skip
        return {word: name for word, name in known.items() if name}


class PortalTable(Table, frozen=True):
    """``[payroll.bitrix24]``: what ``payroll pull`` fetches."""

    time: bool = False
    shifts: str = ""
    sections: tuple[int, ...] = ()
    departments: tuple[int, ...] = ()
    rates: PortalRatesTable | None = None
    webhook: str = ""


class PayFeedsTable(Table, frozen=True):
    """``[payroll.feeds]``: exports that are journals of bookings; not named: the preset's."""

    primary: tuple[str, ...] | None = None
    waitlist: tuple[str, ...] | None = None
    visits: tuple[str, ...] | None = None


class PayrollTable(Table, frozen=True):
    """``[payroll]``: patterns of files, relative to config.toml."""

    rates: str = ""
    plan: str = ""
    time: str = ""
    absences: str = ""
    calendar: str = ""
    codes: dict[str, str] = msgspec.field(default_factory=dict)
    zones: dict[str, str] = msgspec.field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    bitrix24: PortalTable | None = None
    feeds: PayFeedsTable = PayFeedsTable()
    not_counted: tuple[str, ...] = ("клиник", "тест", "дубл")
    mail: tuple[str, ...] = ()
    rate: tuple[RateTable, ...] = ()
    rules: tuple[RulesTable, ...] = ()


class YearTable(Table, frozen=True):
    """A year of the calendar's file. Without ``holidays`` these are those of art. 112."""

    holidays: tuple[date, ...] = ()
    days_off: tuple[date, ...] = ()
    short: tuple[date, ...] = ()
    working: tuple[date, ...] = ()
