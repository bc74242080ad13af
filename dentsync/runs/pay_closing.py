"""Closing a month: its lines are frozen; what changes later becomes a version with a difference, never a recount."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from dentsync.errors import Refused
from dentsync.lang import _
from dentsync.runs.deciding import user_name
from dentsync.runs.pay_issue import made_of
from dentsync.runs.pay_month import PayMonth, forgotten_at, key_of, pay_month
from dentsync.runs.session import Session, opened, wall_time
from dentsync.show_payroll import roubles
from dentsync.store.pay import PayJournal, Version
from dentsync.transform.pay.frozen import frozen_of
from dentsync.transform.pay.minutes import months_later


def close(path: Path, month: str, now: str | None) -> str:
    """Freeze a month, or what changed in a closed one; what to tell. Raises Refused, and as ``pay_month`` does."""
    with opened(path, now) as job:
        seen = pay_month(job, path, month)
        if seen.is_frozen:
            line = _("{month} is closed as version {number} already; nothing has changed since")
            return line.format(month=seen.key, number=seen.number)
        _check(seen)
        version, journal = _version(job, seen), PayJournal(job.store.db)
        with job.store.durably(), job.store.transaction():
            journal.close(version)
            journal.keep_book(version, made_of(job, replace(seen, closed=version)))
        at = forgotten_at(job, seen.found.month) if seen.closed is None else ""
    warning = _("; the store was restored on {at}: was it closed before? compare with the workbook that was mailed")
    return _told(seen, version) + (warning.format(at=at) if at else "")


def _check(seen: PayMonth) -> None:
    """Raises Refused while the month is not over, or something is open."""
    if seen.present.date() < months_later(seen.found.month, 1):
        raise Refused(_("{month} is not over; close it on the first of the next month").format(month=seen.key))
    if not seen.found.may_close:
        count = len(seen.found.questions)
        line = _(
            "{month}: open questions {count}; answer them: dentsync payroll --month {month} --out FILE, then decide"
        )
        raise Refused(line.format(month=seen.key, count=count))


def _version(job: Session, seen: PayMonth) -> Version:
    at = wall_time().astimezone(job.config.zone).isoformat(timespec="seconds")
    paid_in = key_of(_first_open(PayJournal(job.store.db), seen.found.month))
    return Version(seen.key, seen.number, frozen_of(seen.found), paid_in, at, user_name())


def _first_open(journal: PayJournal, month: date) -> date:
    """The month after that can still pay a difference."""
    later = months_later(month, 1)
    while journal.is_closed(key_of(later)):
        later = months_later(later, 1)
    return later


def _told(seen: PayMonth, version: Version) -> str:
    assert seen.found.total is not None
    facts = {"month": seen.key, "number": version.number, "total": roubles(seen.found.total)}
    if seen.closed is None:
        return _("{month} is closed as version {number}: {total}").format(**facts)
    before = sum((seen.closed.total(employee) for employee in seen.closed.frozen), Decimal(0))
    line = _("{month} is closed as version {number}: {total}; the difference of {difference} is paid in {paid_in}")
    return line.format(**facts, difference=roubles(seen.found.total - before), paid_in=version.paid_in)
