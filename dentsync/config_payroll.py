"""``[payroll]`` of config.toml: where the files of pay lie, rates that stand in the configuration, rules with dates.

Read only where pay is asked for: a run of every half hour does not pay for it. Every key is in docs/pay.md.
"""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from dentsync.config import Config
from dentsync.config_checks import Checks, toml_of
from dentsync.config_payroll_tables import (
    Amount,
    PayFeedsTable,
    PayrollTable,
    PortalTable,
    RateTable,
    RulesTable,
    YearTable,
)
from dentsync.config_reader import load
from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.transform.dates import parse_time
from dentsync.transform.pay.calendar import PUBLIC, Calendar, Year
from dentsync.transform.pay.facts import Job, Rate
from dentsync.transform.pay.rate_sheet import parse_price
from dentsync.transform.pay.rules import TIERS, Break, Overtime, Primary, Rules, Tier

FILES = ("rates", "plan", "time", "absences")
USUAL_FEEDS = {"primary": ("primary",), "waitlist": ("waiting",), "visits": ("visits", "appointments")}
"""As the presets call them."""


@dataclass(frozen=True, slots=True)
class PayFeeds:
    """Exports that bookings come from. No ``primary``: a visit is primary by the patient's history."""

    primary: tuple[str, ...] = ()
    waitlist: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaySettings:
    """All that pay needs to know about a clinic. Patterns are relative to ``folder``; an empty one names no file."""

    config: Config
    folder: Path
    files: dict[str, str]
    codes: dict[str, str]
    rates: tuple[Rate, ...]
    sets: tuple[Rules, ...]
    calendar: Calendar
    feeds: PayFeeds
    not_counted: tuple[str, ...]  # beginnings of words for which a cancelled booking is in no count
    mail: tuple[str, ...]
    portal: PortalTable | None = None

    def zone_of(self, branch: str) -> ZoneInfo:
        """The time zone of a branch. ValueError for one that is not named, where branches have zones of their own."""
        rules = self.sets[0]
        if rules.zones and branch not in rules.zones:
            raise ValueError("часовой пояс этого филиала не назван в payroll.zones")
        return rules.zone_of(branch)


def pay_settings(path: Path) -> PaySettings:
    """Read and check ``[payroll]``. Raises ConfigError with one line for the first thing that is wrong."""
    config = load(path)
    data = toml_of(path).get("payroll")
    if data is None:
        raise ConfigError(
            _("{file}: there is no [payroll]; name its rates, plan and time, see docs/pay.md").format(file=path.name)
        )
    return _Reader(path, config).settings(data)


class _Reader(Checks):
    """Knows where it is, so that errors can say so."""

    def __init__(self, path: Path, config: Config) -> None:
        super().__init__(path)
        self._config = config

    def settings(self, data: Any) -> PaySettings:
        table = self.table(data, PayrollTable, "payroll")
        folder = self.path.resolve().parent
        for name in FILES:
            if Path(getattr(table, name)).is_absolute():
                self.fail(f"payroll.{name}", _("write a path relative to the folder of config.toml"))
        zones = {branch: self._zone_of(f"payroll.zones.{branch}", name) for branch, name in table.zones.items()}
        return PaySettings(
            config=self._config,
            folder=folder,
            files={name: getattr(table, name) for name in FILES},
            codes=table.codes,
            rates=tuple(self._rate(f"payroll.rate[{n}]", one) for n, one in enumerate(table.rate, 1)),
            sets=self._sets(table, zones),
            calendar=self._calendar(folder / table.calendar) if table.calendar else Calendar({}),
            portal=table.bitrix24,
            feeds=self._feeds(table.feeds),
            not_counted=table.not_counted,
            mail=self._mail_to(table.mail),
        )

    def _feeds(self, table: PayFeedsTable) -> PayFeeds:
        found: dict[str, tuple[str, ...]] = {}
        for role, usual in USUAL_FEEDS.items():
            named: tuple[str, ...] | None = getattr(table, role)
            for name in named or ():
                if name not in self._config.feeds:
                    known = ", ".join(self._config.feeds)
                    self.fail(
                        f"payroll.feeds.{role}",
                        _("no feed {name!r} (there are: {names})").format(name=name, names=known),
                    )
            found[role] = named if named is not None else tuple(name for name in usual if name in self._config.feeds)
        return PayFeeds(**found)

    def _mail_to(self, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for address in addresses:
            self._address("payroll.mail", address)
        return addresses

    def _zone_of(self, where: str, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError):
            self.fail(where, _("no time zone {name!r}; for example Europe/Moscow").format(name=name))

    def _rate(self, where: str, one: RateTable) -> Rate:
        try:
            hour = parse_price(str(one.hour))
            overtime = parse_price(str(one.overtime)) if one.overtime != "" else None
        except ValueError as error:
            self.fail(where, str(error))
        return Rate(
            job=Job(one.id or one.employee, one.position, one.branch),
            since=one.since,
            hour=hour,
            overtime_hour=overtime,
            break_minutes=one.break_minutes,
            week_hours=one.week_hours,
            name=one.employee,
            place=f"{self.path.name}, {where}",
            until=one.until,
        )

    def _sets(self, table: PayrollTable, zones: dict[str, ZoneInfo]) -> tuple[Rules, ...]:
        given = table.rules or (RulesTable(since=date(2000, 1, 1)),)
        if len({one.since for one in given}) < len(given):
            self.fail("payroll.rules", _("two sets begin on the same day; leave one"))
        return tuple(self._rules(f"payroll.rules[{n}]", one, table, zones) for n, one in enumerate(given, 1))

    def _rules(self, where: str, one: RulesTable, table: PayrollTable, zones: dict[str, ZoneInfo]) -> Rules:
        if one.since.day != 1:
            self.fail(f"{where}.since", _("rules change on the first of a month"))
        night = one.night
        return Rules(
            since=one.since,
            zone=self._config.zone,
            zones=zones,
            breaks=Break(one.breaks.minutes, one.breaks.at_least, one.breaks.night_minutes, one.breaks.pauses_replace),
            overtime=Overtime(one.overtime.basis, one.overtime.norm, one.overtime.months, one.overtime.threshold),
            primary=Primary(
                tiers=self._tiers(f"{where}.tiers", one.tiers),
                small_booked=one.small_booked,
                small_per_visit=self._number(f"{where}.small_per_visit", one.small_per_visit),
                credit=one.credit,
                gap_months=one.gap_months or None,
            ),
            waitlist_per_visit=self._number(f"{where}.waitlist", one.waitlist),
            stack=one.stack,
            clip_early_start=one.clip_early_start,
            unclosed=one.unclosed,
            night_from=self._time(f"{where}.night.from", night.first),
            night_to=self._time(f"{where}.night.to", night.last),
            night_surcharge=Decimal(self._percent(f"{where}.night.surcharge", night.surcharge) or 0) / 100,
            holiday_multiplier=self._number(f"{where}.holiday", one.holiday),
            norm_week=one.norm_week,
            ignored=table.ignored,
        )

    def _tiers(self, where: str, tiers: dict[str, Amount]) -> tuple[Tier, ...]:
        found = (Tier(self._number(where, low.rstrip("% ")), self._number(where, each)) for low, each in tiers.items())
        return tuple(sorted(found, key=lambda tier: tier.from_percent)) or TIERS

    def _number(self, where: str, text: Amount) -> Decimal:
        try:
            number = Decimal(str(text).replace(",", "."))
        except InvalidOperation:
            number = Decimal(-1)
        if not number.is_finite() or number < 0:
            self.fail(where, _('{text!r} is not a number; for example 150 or "150.50"').format(text=text))
        return number

    def _time(self, where: str, text: str) -> time:
        try:
            return parse_time(text)
        except ValueError:
            self.fail(where, _("{text!r} is not a time of day; for example 22:00").format(text=text))

    def _calendar(self, path: Path) -> Calendar:
        years: dict[int, Year] = {}
        for name, data in toml_of(path).items():
            try:
                table, year = msgspec.convert(data, YearTable), int(name)
            except ValueError as error:
                raise ConfigError(f"{path.name}: {name}: {error}") from None
            every = (*table.holidays, *table.days_off, *table.short, *table.working)
            if any(day.year != year for day in every):
                raise ConfigError(_("{file}: {year}: a day of another year").format(file=path.name, year=name))
            public = table.holidays or [date(year, month, day) for month, day in PUBLIC]
            years[year] = Year(frozenset(public), *map(frozenset, (table.days_off, table.short, table.working)))
        return Calendar(years)
