"""A month of pay from everything that is known: files, bookings of the state store, decisions, closed months."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from dentsync.config_payroll import PaySettings, pay_settings
from dentsync.errors import DentsyncError
from dentsync.runs.pay_journals import journals_of
from dentsync.runs.pay_kept import kept_in
from dentsync.runs.pay_words import changes
from dentsync.runs.payroll import computed, month_of, rules_in
from dentsync.runs.session import Session
from dentsync.store.pay import Difference, PayEntry, PayJournal, Version
from dentsync.transform.pay.facts import Answer, Correction, Decision
from dentsync.transform.pay.frozen import frozen_of
from dentsync.transform.pay.journals import Journals, bookings_of
from dentsync.transform.pay.minutes import months_later
from dentsync.transform.pay.payroll import Payroll
from dentsync.transform.pay.questions import ABOUT_NAMES

MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PayMonth:
    """A month as it is computed now, beside the version that was closed last.

    ``journals``: those of every month; ``decided``: the decisions that it was computed with.
    """

    settings: PaySettings
    found: Payroll
    present: datetime
    closed: Version | None
    journals: Journals = field(repr=False)
    decided: tuple[PayEntry, ...] = ()

    @property
    def key(self) -> str:
        """«2026-10»."""
        return key_of(self.found.month)

    @property
    def is_frozen(self) -> bool:
        """Whether the last closed version is still what the facts say."""
        return self.closed is not None and self.found.may_close and self.closed.frozen == frozen_of(self.found)

    @property
    def number(self) -> int:
        """The version that this is, or that the draft would become."""
        last = self.closed.number if self.closed else 0
        return last if self.is_frozen else last + 1

    @property
    def issue(self) -> str:
        """What a letter is about: sent once for each. Before a month is over, about its days up to now."""
        if self.present.date() < months_later(self.found.month, 1):
            return f"{self.key} until {self.present:%Y-%m-%d}"
        return f"{self.key} {'version' if self.is_frozen else 'draft'} {self.number}"


def key_of(month: date) -> str:
    """«2026-10»."""
    return f"{month:%Y-%m}"


def forgotten_at(job: Session, month: date) -> str:
    """When («2026-11-03 09:00») a store was put in place that may have forgotten what was done about a month that was
    over by then: closed, decided, mailed. Empty: nothing was.
    """
    text = job.store.facts.restored_at()
    at = datetime.fromisoformat(text).astimezone(job.config.zone) if text else None
    return f"{at:%Y-%m-%d %H:%M}" if at and at.date() >= months_later(month, 1) else ""


def title_of(month: date) -> str:
    """«октябрь 2026»."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def pay_month(job: Session, path: Path, month: str) -> PayMonth:
    """Compute a month («2026-10», or «last»). Raises ConfigError, SourceError."""
    settings = pay_settings(path)
    return month_at(job, settings, month_of(month, job.now), journals_of(job, settings))


def month_at(job: Session, settings: PaySettings, first: date, journals: Journals) -> PayMonth:
    """The month that begins on ``first``."""
    journal = PayJournal(job.store.db)
    rules = rules_in(settings, first)
    begun = months_later(first, 1 - rules.overtime.months) if rules.overtime.basis == "period" else first
    decided = _decided(journal, key_of(begun), key_of(first))
    corrections = map(_correction, journal.differences(key_of(first)))
    bookings = bookings_of(journals, rules.primary.gap_months)
    found = computed(
        settings, first, job.now, kept_in(job, settings, first), bookings, map(decision_of, decided), corrections
    )
    own = {entry.question for entry in decided if entry.month >= key_of(begun)}
    found = replace(found, unused=tuple(one for one in found.unused if one.question in own))
    versions = journal.versions(key_of(first))
    return PayMonth(settings, found, job.now, versions[-1] if versions else None, journals, decided)


def _correction(one: Difference) -> Correction:
    month = title_of(date.fromisoformat(f"{one.month}-01"))
    return Correction(one.employee, one.amount, f"{month}, версия {one.number}", "; ".join(changes(one.was, one.now)))


def _decided(journal: PayJournal, begun: str, month: str) -> tuple[PayEntry, ...]:
    """The last word about each question of these months, and about each name whenever it was said."""
    found: dict[tuple[str, str], PayEntry] = {}
    for entry in journal.entries(month):
        about_name = entry.question.split(":")[0] in ABOUT_NAMES
        if about_name or entry.month >= begun:
            found["" if about_name else entry.month, entry.question] = entry
    return tuple(found.values())


def decision_of(entry: PayEntry) -> Decision:
    """As the calculation knows it."""
    start, end = (datetime.fromisoformat(text) if text else None for text in (entry.start, entry.end))
    answer = cast(Answer, entry.answer)
    return Decision(entry.question, answer, start, end, entry.employee, entry.made_by, entry.evidence)


def paid_before(job: Session, now: PayMonth) -> tuple[str, dict[str, Any]]:
    """The month before, its name and pay: as it was closed, else as computed; nothing where it cannot be."""
    first = months_later(now.found.month, -1)
    versions = PayJournal(job.store.db).versions(key_of(first))
    if versions:
        return f"{title_of(first)}, версия {versions[-1].number}", dict(versions[-1].frozen)
    try:
        before = month_at(job, now.settings, first, now.journals).found
    except DentsyncError:
        return "нет данных", {}
    known = {employee: pay for employee, pay in frozen_of(before).items() if pay["total"] is not None}
    return (f"{title_of(first)}, не закрыт" if known else "нет данных"), known
