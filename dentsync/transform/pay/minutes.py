"""Arithmetic of whole minutes. A minute is its number since 1970 in UTC, a span is the minutes from a up to b."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

Span = tuple[int, int]


def minute_of(moment: datetime) -> int:
    """The minute of an aware moment; its seconds are dropped."""
    return int(moment.timestamp()) // 60


def moment_of(minute: int, zone: tzinfo | None) -> datetime:
    """The beginning of a minute, in ``zone``."""
    return datetime.fromtimestamp(minute * 60, zone)


def length(spans: Iterable[Span]) -> int:
    """How many minutes."""
    return sum(end - start for start, end in spans)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same minutes in order; spans that touch or overlap are one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif start < end:
            result.append((start, end))
    return result


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The minutes of ``spans`` that are not in ``taken``."""
    rest = merged(spans)
    for start, end in taken:
        rest = [part for a, b in rest for part in ((a, min(b, start)), (max(a, end), b)) if part[0] < part[1]]
    return rest


def within(spans: Iterable[Span], bounds: Span) -> list[Span]:
    """The minutes of ``spans`` that lie in ``bounds``."""
    cut = ((max(start, bounds[0]), min(end, bounds[1])) for start, end in spans)
    return [(start, end) for start, end in cut if start < end]


def without_middle(spans: Sequence[Span], minutes: int) -> list[Span]:
    """Without so many minutes of the middle: nobody knows when a break was, and half of the shift is no bad guess."""
    first = (length(spans) - minutes) // 2
    if first < 0:
        return []
    return [*first_of(spans, first), *after(spans, first + minutes)]


def first_of(spans: Sequence[Span], minutes: int) -> list[Span]:
    """The first so many minutes."""
    result = []
    for start, end in spans:
        if minutes > 0:
            result.append((start, min(end, start + minutes)))
        minutes -= end - start
    return result


def after(spans: Sequence[Span], minutes: int) -> list[Span]:
    """All but the first so many minutes."""
    return without(spans, first_of(spans, minutes))


def cut_at_local_times(span: Span, times: Sequence[time], zone: ZoneInfo) -> Iterator[tuple[Span, datetime]]:
    """The span in pieces that no midnight and none of ``times`` divides, each with its local beginning."""
    start, end = span
    day, last = moment_of(start, zone).date(), moment_of(end, zone).date()
    bounds = {start, end}
    while day <= last:
        bounds |= {minute_of(datetime.combine(day, one, zone)) for one in (time(), *times)}
        day += timedelta(days=1)
    inside = sorted(bound for bound in bounds if start <= bound <= end)
    return (((a, b), moment_of(a, zone)) for a, b in pairwise(inside))


def is_night(clock: time, first: time, last: time) -> bool:
    """Whether a time of day lies from ``first`` to ``last``; the night may go over midnight, or be none."""
    if first <= last:
        return first <= clock < last
    return clock >= first or clock < last


def months_later(month: date, count: int) -> date:
    """The first day of the month that is so many months later."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)
