"""The rules of pay as settings. A set of rules is in force from the first of a month until the next set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Break:
    """The unpaid break that nobody presses a button for: so many minutes of a shift that lasts at least so long."""

    minutes: int = 60
    at_least: int = 360
    night_minutes: int = 0  # of a shift at least half of which is night
    pauses_replace: bool = True  # where pauses were recorded, there is no automatic break beside them


@dataclass(frozen=True, slots=True)
class Overtime:
    """Worked beyond the norm of a shift, of the month, or of a period of 2, 3, 6 or 12 ``months``, in its last one.

    The norm is the schedule's; of a month or a period it may be the production calendar's. Less than ``threshold``
    minutes in one of these is neither overtime nor paid.
    """

    basis: Literal["shift", "month", "period"] = "shift"
    norm: Literal["schedule", "calendar"] = "schedule"
    months: int = 3
    threshold: int = 15


@dataclass(frozen=True, slots=True)
class Tier:
    """From this share of booked patients who came, so much for each who came."""

    from_percent: Decimal
    per_visit: Decimal


TIERS = tuple(Tier(Decimal(low), Decimal(sum_)) for low, sum_ in ((0, 0), (60, 50), (70, 100), (80, 150), (90, 200)))


@dataclass(frozen=True, slots=True)
class Primary:
    """Money for primary patients brought to the chair. Fewer than ``small_booked`` patients have no meaningful share.

    ``gap_months``: who came last so many calendar months ago, or more, is primary again; None: only who never came.
    """

    tiers: tuple[Tier, ...] = TIERS
    small_booked: int = 5
    small_per_visit: Decimal = Decimal(100)
    credit: Literal["fulfilled_booking", "first_booker"] = "fulfilled_booking"
    gap_months: int | None = 6


@dataclass(frozen=True, slots=True)
class Rules:
    """One set of rules. ``zone`` is the clinic's; ``zones`` has branches that lie in another one."""

    since: date
    zone: ZoneInfo
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    breaks: Break = Break()
    overtime: Overtime = Overtime()
    primary: Primary = Primary()
    waitlist_per_visit: Decimal = Decimal(100)
    stack: bool = True  # a primary patient of the waiting list is paid for twice
    clip_early_start: bool = True
    unclosed: Literal["by_schedule", "nothing"] = "by_schedule"
    night_from: time = time(22)
    night_to: time = time(6)
    night_surcharge: Decimal = Decimal("0.20")
    holiday_multiplier: Decimal = Decimal(2)
    norm_week: int = 40
    longest_minutes: int = 24 * 60
    ignored: tuple[str, ...] = ()  # authors of bookings who are not on this payroll: an online form, doctors

    def zone_of(self, branch: str) -> ZoneInfo:
        """The time zone of a branch."""
        return self.zones.get(branch, self.zone)


class NoRules(ValueError):
    """A month before the first set of rules."""


def rules_of(month: date, sets: Iterable[Rules]) -> Rules:
    """The set in force in the month that begins on ``month``. Raises NoRules."""
    known = [rules for rules in sets if rules.since <= month]
    if not known:
        raise NoRules(f"no rules are in force on {month}")
    return max(known, key=lambda rules: rules.since)
