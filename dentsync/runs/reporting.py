"""Reports from the state store alone: no CRM, no network, and no value that was cleaned earlier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from dentsync.config import Reports
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import Entity
from dentsync.runs.report_people import Whose
from dentsync.runs.report_rows import cards_of, visits
from dentsync.runs.session import Session, looked_into
from dentsync.store.sayings import Sayings
from dentsync.transform.reports.clinic import Known, Terms, known
from dentsync.transform.reports.losses import calls
from dentsync.transform.reports.period import Period, day_of, month_of
from dentsync.transform.reports.registry import COUNTED, LISTED, REPORTS
from dentsync.transform.reports.tables import Report
from dentsync.transform.reports.visits import Visit
from dentsync.transform.words import fold, is_among


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know: a month, or days from and to, both included; one branch or all."""

    month: str | None = None
    first: str | None = None
    last: str | None = None
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """Reports of one period, and what their lists show patients by: the card, else the place in a file.

    ``remark``: why all figures are zero.
    """

    clinic: str
    period: Period
    branch: str
    now: datetime
    reports: tuple[Report, ...]
    cards: Mapping[str, str] = field(repr=False)
    files: Mapping[int, str] = field(repr=False)
    lists: bool = False
    remark: str = ""

    def card_of(self, visit: Visit) -> str:
        """The card number, or where the file says that there is none."""
        number, line = visit.place
        return self.cards.get(visit.person) or f"{self.files.get(number, '?')}:{line}"


def report(config: Path, now: str | None, names: Sequence[str], asked: Asked, *, lists: bool = False) -> Reported:
    """Make reports, with the lines behind their figures only where somebody wants ``lists``.

    Raises ConfigError for a period or a branch that is none.
    """
    with looked_into(config, now) as job:
        period = _period(asked, job.now.date())
        source = Sayings(job.store.db)
        whose = Whose(job, source)
        wanted = LISTED if lists else frozenset().union(*(COUNTED[name] for name in names))
        rows, cards = visits(job, source, whose, wanted), cards_of(job, source, whose)
        here = known(rows, cards, period, job.now, _terms(job.config.reports), asked.branch)
        _check_read(here, job)
        _check_branch(asked.branch, here)
        reports = tuple(calls(here, whose.refuses) if name == "calls" else REPORTS[name](here) for name in names)
        files = {number: name for number, (name, _at) in source.files().items()}
        return Reported(
            job.config.clinic, period, asked.branch, job.now, reports, whose.cards, files, lists, _remark(here)
        )


# ── what was asked ──


def _period(asked: Asked, today: date) -> Period:
    if asked.month and (asked.first or asked.last):
        raise ConfigError(_("--month or --from and --to, not both"))
    if not asked.first and not asked.last:
        return _month(asked.month or "this", today)
    first = _day("--from", asked.first) if asked.first else None
    last = _day("--to", asked.last) if asked.last else today
    if first is None:
        raise ConfigError(_("--to needs --from; or give a month: --month 2026-10"))
    if first > last:
        raise ConfigError(_("--from {first} is after --to {last}").format(first=first, last=last))
    return Period(first, last)


def _month(text: str, today: date) -> Period:
    try:
        return month_of(text, today)
    except ValueError:
        raise ConfigError(
            _("--month: {text!r} is no month; for example 2026-10, last, this").format(text=text)
        ) from None


def _day(option: str, text: str) -> date:
    try:
        return day_of(text)
    except ValueError:
        line = _("{option}: {text!r} is no day; for example 2026-10-05 or 05.10.2026")
        raise ConfigError(line.format(option=option, text=text)) from None


def _check_read(here: Known, job: Session) -> None:
    """Zeros of what was never read would be taken for an answer."""
    if here.span:
        return
    feeds = [name for name, feed in job.config.feeds.items() if feed.rules.entity is Entity.APPOINTMENT]
    if not feeds:
        line = _('{file}: no feed has entity = "appointment": there is nothing to report of')
        raise ConfigError(line.format(file=job.config.path.name))
    line = _("no visit was read yet ({feeds}); read them: dentsync sync, or without a CRM: dentsync extract")
    raise ConfigError(line.format(feeds=", ".join(feeds)))


def _remark(here: Known) -> str:
    if here.cases or here.requests or not here.span:
        return ""
    first, last = here.span
    line = _("nothing of {period} was read; there are visits of {first:%d.%m.%Y} to {last:%d.%m.%Y}")
    return line.format(period=here.period, first=first, last=last)


def _check_branch(branch: str, here: Known) -> None:
    if branch and not is_among(branch, here.branches):
        names = ", ".join(here.branches) or "—"
        raise ConfigError(
            _("no branch {branch!r} in what was read (there are: {names})").format(branch=branch, names=names)
        )


def _terms(reports: Reports) -> Terms:
    groups = {fold(word): group for group, words in reports.specialisations.items() for word in (group, *words)}
    return Terms(reports.gap_months, groups)
