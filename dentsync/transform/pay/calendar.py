"""The production calendar: public holidays, transferred days off, short days, working weekends, norms of hours.

Source: Labour Code art. 95, 104, 112; the library ``holidays`` knows the government's transfers, a year at a time.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

DAY = timedelta(days=1)
PUBLIC = frozenset({*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})
"""Art. 112. A day off that was transferred is none of these: nobody is paid double for it."""
_SUBSTITUTED = re.compile(r"substituted from (\d\d)/(\d\d)/(\d{4})")


class UnknownYear(ValueError):
    """A year whose transfers the government has not published, or this version of ``holidays`` does not know."""


@dataclass(frozen=True, slots=True)
class Year:
    """What of a year differs from Monday to Friday. ``holidays`` are those of art. 112."""

    holidays: frozenset[date]
    days_off: frozenset[date] = frozenset()
    short: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Years by number; what is not in ``years`` is asked of the library. Raises UnknownYear."""

    years: Mapping[int, Year]

    def year(self, day: date) -> Year:
        """The year that a day is in."""
        return self.years.get(day.year) or published(day.year)

    def is_holiday(self, day: date) -> bool:
        """Whether work on this day is paid double. Unlike days off, this is known of every year."""
        year = self.years.get(day.year)
        return day in year.holidays if year else (day.month, day.day) in PUBLIC

    def is_short(self, day: date) -> bool:
        """Whether the working day is an hour shorter."""
        return day in self.year(day).short

    def is_working(self, day: date) -> bool:
        """Of a five-day week."""
        year = self.year(day)
        return day in year.working or (day.weekday() < 5 and day not in year.holidays | year.days_off)

    def day_norm(self, day: date, week_hours: int) -> int:
        """Minutes of one working day of a five-day week."""
        return week_hours * 60 // 5 - 60 * self.is_short(day)

    def norm(self, first: date, end: date, week_hours: int = 40) -> int:
        """Minutes of a five-day week from ``first`` up to, and without, ``end``."""
        return sum(self.day_norm(day, week_hours) for day in days(first, end) if self.is_working(day))


def days(first: date, end: date) -> Iterator[date]:
    """The days from ``first`` up to, and without, ``end``."""
    return (first + number * DAY for number in range((end - first).days))


@cache
def published(year: int) -> Year:
    """The year as the government published it. Raises UnknownYear: the library then has only the bare holidays."""
    import holidays

    names = holidays.country_holidays("RU", years=year, language="en_US")
    public = frozenset(day for day in names if (day.month, day.day) in PUBLIC)
    off = frozenset(names) - public
    if not off:
        raise UnknownYear(year)
    working = frozenset(day for day in names.weekend_workdays if day.year == year)
    return Year(public, off, _short(year, names, public, off, working), working)


def _short(
    year: int, names: Mapping[date, str], public: frozenset[date], off: frozenset[date], working: frozenset[date]
) -> frozenset[date]:
    """Working days before a public holiday; a working Saturday is as long as the day that it was exchanged for."""
    eves = {day - DAY for day in (*public, date(year + 1, 1, 1)) if day - DAY not in public}
    exchanged = {_origin(name): day for day, name in names.items() if _SUBSTITUTED.search(name)}
    usual = {day for day in eves if day in working or (day.weekday() < 5 and day not in off)}
    short = usual | {saturday for saturday in working if exchanged.get(saturday) in eves}
    return frozenset(day for day in short if day.year == year)


def _origin(name: str) -> date:
    found = _SUBSTITUTED.search(name)
    assert found is not None
    month, day, year = map(int, found.groups())
    return date(year, month, day)
