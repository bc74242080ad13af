"""``payroll pull``: what a portal knows of a month's work, fetched and kept as it came."""

import os
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from dentsync.config import secret_at, secret_of
from dentsync.config_payroll import PaySettings, pay_settings
from dentsync.config_payroll_tables import PortalTable
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.model import PortalAnswer
from dentsync.runs.crm import clock_of
from dentsync.runs.pay_kept import end_of, read_pulled
from dentsync.runs.payroll import directory, month_of
from dentsync.runs.session import Session, moment, opened, wall_time
from dentsync.store.pay_pulls import PayPulls, Pulled
from dentsync.transform.pay.facts import Rate
from dentsync.transform.pay.minutes import months_later
from dentsync.transform.pay.portal_plan import EVENTS, names_of, rates_grid

if TYPE_CHECKING:
    from dentsync.load.bitrix24.pay import Month, PayReader

PACE = "pay_pace"
"""Where the state of the limits is kept: of a webhook that may be another one than the CRM's."""


@dataclass(frozen=True, slots=True)
class PullDone:
    """What a pull came to. ``over``: the month is.

    ``answers``: methods, and of how many people or rows each has told; ``changed``: how many answers of each are others
    than in the version before. ``unknown``: codes of employees of whom the portal does not tell, each with the reason.
    ``strangers``: codes of the files' directory that are nobody's on the portal. ``requests`` of HTTP.
    """

    month: date
    version: int
    over: bool
    changed: Counter[str]
    answers: Counter[str]
    unknown: tuple[tuple[str, str], ...]
    strangers: tuple[str, ...]
    requests: int


def pull(path: Path, month: str, now: str | None) -> PullDone:
    """Fetch ``month`` («2026-10», or «last») and keep it beside what was known. Raises ConfigError, TargetError."""
    settings = pay_settings(path)
    portal, first = _portal_of(settings, path), month_of(month, moment(now, settings.config))
    rates = directory(settings)
    with opened(path, now) as job:
        reader = _reader(job, portal)
        try:
            answers = _fetch(reader, portal, rates, _month(first, job))
        finally:
            job.store.ledger.cache("bitrix24", PACE, reader.pace(), wall_time())
        pulls, name = PayPulls(job.store.db), f"{first:%Y-%m}"
        before = pulls.newest(name)
        with job.store.transaction():
            kept = pulls.put(name, answers, job.now)
        doubts = read_pulled(settings, kept, first).doubts
    return PullDone(
        first,
        kept.version,
        end_of(first, settings) <= job.now,
        _changed(before, answers),
        _counted(answers),
        tuple(sorted({(one.employee, one.detail) for one in doubts if one.what in ("not_known", "plan_not_known")})),
        _strangers(rates, answers),
        reader.requests,
    )


def _portal_of(settings: PaySettings, path: Path) -> PortalTable:
    if settings.portal is None:
        line = _("{file}: there is no [payroll.bitrix24]; say there what is to be pulled, see docs/pay.md")
        raise ConfigError(line.format(file=path.name))
    return settings.portal


def _reader(job: Session, portal: PortalTable) -> "PayReader":
    from dentsync.load.bitrix24.pay import PayReader

    config = job.config
    if not portal.webhook and config.target != "bitrix24":
        line = _("{file}: payroll.bitrix24.webhook is missing; the CRM is another one")
        raise ConfigError(line.format(file=config.path.name))
    key = "payroll.bitrix24.webhook"
    secret = (
        secret_at(portal.webhook, key, config.path, os.environ) if portal.webhook else secret_of(config, os.environ)
    )
    pace = job.store.ledger.cached("bitrix24", PACE)
    certificates = config.access.get("certificates", "")
    return PayReader(secret, clock_of(config), pace[0] if pace else None, config.limits, certificates)


def _month(first: date, job: Session) -> "Month":
    from dentsync.load.bitrix24.pay import Month

    zone = job.config.zone
    start, end = (datetime.combine(day, time(), zone) for day in (first, months_later(first, 1)))
    return Month(start, end, job.now)


def _fetch(reader: "PayReader", portal: PortalTable, rates: list[Rate], month: "Month") -> list[PortalAnswer]:
    """Everything or nothing: half a month would look like a month."""
    scopes = {"timeman": portal.time, "calendar": portal.shifts, "lists": portal.rates, "user|user_basic": True}
    reader.check(scope for scope, is_needed in scopes.items() if is_needed)
    people = reader.people()
    answers = [people]
    codes = {rate.job.employee for rate in rates}
    if portal.rates:
        answers.append(reader.rates(portal.rates.number, portal.rates.type, [*portal.rates.columns.values()]))
        grid = rates_grid(answers, portal.rates.columns)
        codes |= {row[0] for row in grid.rows[1:]} if grid else set()
    users = _users(people, codes, portal.departments)
    if not users:
        raise ConfigError(_("no code in the rate directory is the id of a user of the portal; see docs/pay.md"))
    rows = people.body if isinstance(people.body, list) else []
    answers[0] = replace(people, body=[row for row in rows if str(row["ID"]) in users])
    answers += reader.time(users, month) if portal.time else []
    return answers + (reader.shifts(users, month, portal.shifts, portal.sections) if portal.shifts else [])


def _users(people: PortalAnswer, codes: set[str], departments: tuple[int, ...]) -> list[str]:
    """Ids of those who have a rate or belong to one of the departments."""
    rows = people.body if isinstance(people.body, list) else []
    wanted = {str(one) for one in departments}
    theirs = {str(row["ID"]) for row in rows if wanted & {str(one) for one in row.get("UF_DEPARTMENT") or ()}}
    return sorted(theirs | (codes & names_of([people]).keys()), key=int)


def _changed(before: Pulled | None, answers: list[PortalAnswer]) -> Counter[str]:
    if before is None:
        return Counter()
    old = {(one.method, one.about, one.month): (one.body, one.error) for one in before.answers}
    new = {(one.method, one.about, one.month): (one.body, one.error) for one in answers}
    return Counter(key[0] for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _strangers(rates: list[Rate], answers: list[PortalAnswer]) -> tuple[str, ...]:
    return tuple(sorted({rate.job.employee for rate in rates} - names_of(answers).keys()))


def _counted(answers: list[PortalAnswer]) -> Counter[str]:
    """Rows of what is told of everybody at once, employees of the rest."""
    told: dict[str, set[object]] = {}
    for one in answers:
        rows = one.body if isinstance(one.body, list) and one.method != EVENTS else None
        about = [one.about] if rows is None else range(len(rows))
        told.setdefault(one.method, set()).update(about if not one.error else ())
    return Counter({method: len(some) for method, some in told.items()})
