"""What was pulled of a portal, read again from the state store: the facts of a month."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from dentsync.config_payroll import PaySettings
from dentsync.config_payroll_tables import PortalTable
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.runs.session import Session
from dentsync.store.pay_pulls import PayPulls, Pulled
from dentsync.transform.pay.facts import Clock, Doubt, Facts, Shift
from dentsync.transform.pay.minutes import months_later
from dentsync.transform.pay.portal_plan import ListGrid, rates_grid, shifts_of
from dentsync.transform.pay.portal_time import Told, read_time
from dentsync.transform.pay.rules import NoRules, Rules, rules_of


@dataclass(frozen=True, slots=True)
class Kept:
    """What a portal gives to the facts of a month. ``until``: when it was asked, if the month was not over then."""

    clocks: tuple[Clock, ...] = ()
    shifts: tuple[Shift, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    rates: ListGrid | None = None
    until: datetime | None = None

    def added_to(self, facts: Facts) -> Facts:
        """The facts with these."""
        return replace(
            facts,
            clocks=(*facts.clocks, *self.clocks),
            shifts=(*facts.shifts, *self.shifts),
            doubts=(*facts.doubts, *self.doubts),
        )


def kept_in(job: Session, settings: PaySettings, month: date) -> Kept:
    """Of the month, and of those whose overtime it settles. ConfigError where one was not pulled, or too soon."""
    if settings.portal is None:
        return Kept()
    months = _months(month, settings.sets)
    pulled = [PayPulls(job.store.db).newest(f"{one:%Y-%m}") for one in months]
    present = job.now
    every: list[Kept] = []
    for first, one in zip(months, pulled, strict=True):
        if one is None:
            line = _("nothing was pulled of {month:%Y-%m}; run: dentsync payroll pull --month {month:%Y-%m}")
            raise ConfigError(line.format(month=first))
        end = end_of(first, settings)
        if one.at < end <= present:
            line = _("{month:%Y-%m} was pulled before its end; run again: dentsync payroll pull --month {month:%Y-%m}")
            raise ConfigError(line.format(month=first))
        every.append(_own(read_pulled(settings, one, first), first, months))
    own = every[-1]
    until = pulled[-1].at if pulled[-1] and present < end_of(month, settings) else None
    return Kept(
        clocks=tuple(clock for one in every for clock in one.clocks),
        shifts=tuple(shift for one in every for shift in one.shifts),
        doubts=tuple(doubt for one in every for doubt in one.doubts),
        rates=own.rates,
        until=until,
    )


def _months(month: date, sets: tuple[Rules, ...]) -> list[date]:
    try:
        overtime = rules_of(month, sets).overtime
    except NoRules:
        return [month]
    settles = overtime.basis == "period" and month.month % overtime.months == 0
    return [months_later(month, -back) for back in reversed(range(overtime.months if settles else 1))]


def end_of(first: date, settings: PaySettings) -> datetime:
    """The first moment after a month, in the clinic's zone."""
    return datetime.combine(months_later(first, 1), time(), settings.config.zone)


def read_pulled(settings: PaySettings, one: Pulled, month: date) -> Kept:
    """The answers as facts."""
    portal, zone, told = settings.portal or PortalTable(), settings.config.zone, Told()
    read_time(one.answers, month, zone, told)
    shifts = shifts_of(one.answers, portal.shifts, month, zone, told) if portal.shifts else ()
    rates = rates_grid(one.answers, portal.rates.columns) if portal.rates else None
    return Kept((*told.clocks,), shifts, (*told.doubts,), rates)


def _own(kept: Kept, month: date, months: list[date]) -> Kept:
    """Without what another of the months has pulled itself: what was open at its end may be closed by now."""
    others = {one for one in months if one != month}

    def is_own(start: datetime) -> bool:
        return start.date().replace(day=1) not in others

    return replace(
        kept,
        clocks=tuple(one for one in kept.clocks if is_own(one.start)),
        shifts=tuple(one for one in kept.shifts if is_own(one.start)),
    )
