"""Whose first visit it was: two definitions, never mixed up.

*New*: no completed visit before (the IDENT–amoCRM clinic: 0 completed visits). *Returned*: the last one was
``gap_months`` calendar months ago or more, that day included (the Хеликс clinic: «пришедшие впервые или спустя
полгода»). Both are primary for the Хеликс clinic; only the new ones are for the other. A completed visit counts, a card
alone does not.

The store begins some day: what was before is known only from the patient's card. Where neither tells, the kind is
unknown, and shown as that.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from dentsync.transform.reports.period import months_after

Kind = Literal["new", "returned", "repeat", "unknown"]
KINDS: dict[Kind, str] = {
    "new": "новые",
    "returned": "вернулись",
    "repeat": "повторные",
    "unknown": "неясно",
}
PRIMARY: tuple[Kind, ...] = ("new", "returned")
_A_YEAR = 12
_A_DAY = timedelta(days=1)


class Card(NamedTuple):
    """What the patient's card says of the past. ``completed`` visits were counted at the moment ``told_at``."""

    first_on: date | None = None
    last_on: date | None = None
    completed: int | None = None
    created_on: date | None = None
    told_at: datetime | None = None
    source: str = ""


class History(NamedTuple):
    """Days on which the patient came, in order; ``hidden``: there were visits that the store has no row of."""

    days: Sequence[date]
    hidden: bool | None
    first_on: date | None
    created_on: date | None


def history_of(came: Sequence[datetime], card: Card | None) -> History:
    """The past of one patient: the moments of completed visits, in order, and the card."""
    days = {moment.date() for moment in came}
    if card is None:
        return History(sorted(days), None, None, None)
    days.update(day for day in (card.first_on, card.last_on) if day)
    hidden = None
    if card.completed is not None:
        hidden = card.completed > _count(came, card.told_at)
    return History(sorted(days), hidden, card.first_on, card.created_on)


def _count(came: Sequence[datetime], before: datetime | None) -> int:
    """How many of the moments, in order, are before another one; mostly all of them."""
    return len(came) if not came or before is None or came[-1] < before else bisect_left(came, before)


def kind_of(day: date, past: History, gap_months: int, since: date | None) -> Kind:
    """What a visit on this day is. ``since``: from when on the store has every completed visit."""
    index = bisect_left(past.days, day)
    if not index:
        return _first_known(day, past, gap_months, since)
    previous = past.days[index - 1]
    if previous > long_ago(day, gap_months):
        return "repeat"
    whole = past.hidden is False or (since is not None and (previous >= since or _covered(day, gap_months, since)))
    return "returned" if whole else "unknown"


@lru_cache(maxsize=4096)
def long_ago(day: date, gap_months: int) -> date:
    """The last day that is ``gap_months`` before a day, or more: who came on it, and not since, returned."""
    if not gap_months:
        return date.min  # nobody returns
    before = months_after(day, -gap_months)
    while months_after(before + _A_DAY, gap_months) <= day:  # August 28 to 31 are half a year before February 28
        before += _A_DAY
    return before


def _covered(day: date, gap_months: int, since: date | None) -> bool:
    """Whether the store has everything of so many months before the day."""
    return since is not None and months_after(since, gap_months or _A_YEAR) <= day


def _first_known(day: date, past: History, gap_months: int, since: date | None) -> Kind:
    if _is_first(day, past, since):
        return "new"
    if past.hidden:
        if not gap_months:
            return "repeat"
        return "returned" if _covered(day, gap_months, since) else "unknown"
    return "new" if _covered(day, gap_months, since) else "unknown"


def _is_first(day: date, past: History, since: date | None) -> bool:
    """Whether the card shows that there was nothing before."""
    if past.hidden is False or (past.first_on is not None and day <= past.first_on):
        return True
    return past.created_on is not None and since is not None and past.created_on >= since
