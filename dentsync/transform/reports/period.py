"""The days that a report is about, and the steps it is divided into."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def __str__(self) -> str:
        if (self.first, self.last) == _month(self.first):
            return f"{MONTHS[self.first.month - 1]} {self.first.year}"
        return f"{self.first:%d.%m.%Y} – {self.last:%d.%m.%Y}"


@lru_cache(maxsize=4096)
def months_after(day: date, months: int) -> date:
    """Calendar months later; the 31st counts to the last day of a shorter month."""
    return day + relativedelta(months=months)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, months_after(first, 1) - timedelta(days=1)


def month_of(text: str, today: date) -> Period:
    """``2026-10``, or ``last`` and ``this`` month. Raises ValueError."""
    if text in ("this", "last"):
        return Period(*_month(today if text == "this" else today.replace(day=1) - timedelta(days=1)))
    year, _dash, month = text.partition("-")
    if not (len(year) == 4 and len(month) == 2 and (year + month).isdecimal()):
        raise ValueError(text)
    return Period(*_month(date(int(year), int(month), 1)))


def day_of(text: str) -> date:
    """``2026-10-05`` or ``05.10.2026``. Raises ValueError."""
    day, dot, rest = text.partition(".")
    if not dot:
        return date.fromisoformat(text)
    month, _dot, year = rest.partition(".")
    if len(year) != 4:
        raise ValueError(text)
    return date(int(year), int(month), int(day))


def steps_of(period: Period) -> tuple[tuple[str, Period], ...]:
    """Months of a period of more than two, weeks from Monday of one of more than two, otherwise days; each by name."""
    length = (period.last - period.first).days + 1
    steps: list[tuple[str, Period]] = []
    first = period.first
    while first <= period.last:
        if length > 62:
            last = min(_month(first)[1], period.last)
            name = f"{first:%m.%Y}"
        else:
            last = min(first + timedelta(days=6 - first.weekday()), period.last) if length > 14 else first
            name = f"{first:%d.%m}–{last:%d.%m}" if last > first else f"{first:%d.%m}"
        steps.append((name, Period(first, last)))
        first = last + timedelta(days=1)
    return tuple(steps)
