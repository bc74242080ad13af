"""The pay of a month from the files that the configuration names: read all, complain about all, compute."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from dentsync.config_payroll import FILES, PaySettings, pay_settings
from dentsync.errors import ConfigError, SourceError
from dentsync.extract.grid import read_grids
from dentsync.lang import _
from dentsync.model import Grid
from dentsync.runs.pay_kept import Kept, kept_in
from dentsync.runs.session import looked_into, moment
from dentsync.transform.pay.branches import branches_of, of_branch
from dentsync.transform.pay.calendar import UnknownYear
from dentsync.transform.pay.facts import Booking, Correction, Decision, Facts, Rate
from dentsync.transform.pay.minutes import months_later
from dentsync.transform.pay.payroll import Pay, Payroll, payroll
from dentsync.transform.pay.plan_sheet import plan_of
from dentsync.transform.pay.rate_sheet import RATES, TIERS, RateBook, check_rates, rate_book_of, same_spelling
from dentsync.transform.pay.rules import NoRules, Rules, rules_of
from dentsync.transform.pay.staff import are_alike
from dentsync.transform.pay.table import Names
from dentsync.transform.pay.time_sheet import ABSENCES, TIMES, absences_of, clocks_of
from dentsync.transform.words import fold


def compute(
    path: Path, month: str, now: str | None, bookings: Iterable[Booking] = (), decisions: Iterable[Decision] = ()
) -> Payroll:
    """The pay of ``month`` («2026-10», or «last»). ``bookings`` and ``decisions`` come from whoever keeps them.

    Raises ConfigError, and SourceError with a line for each cell that cannot be used: the rest is not computed.
    """
    settings = pay_settings(path)
    present = moment(now, settings.config)
    first = month_of(month, present)
    with looked_into(path, now) as job:
        kept = kept_in(job, settings, first)
    return computed(settings, first, present, kept, bookings, decisions)


def computed(
    settings: PaySettings,
    first: date,
    present: datetime,
    kept: Kept,
    bookings: Iterable[Booking] = (),
    decisions: Iterable[Decision] = (),
    corrections: Iterable[Correction] = (),
) -> Payroll:
    """The pay of the month that begins on ``first``; ``kept``: what a portal says of it. Raises as ``compute`` does."""
    book, facts = _facts(settings, kept.rates)
    sets = [_with_tiers(rules, book) for rules in settings.sets]
    facts = replace(kept.added_to(facts), bookings=(*bookings,), decisions=(*decisions,), corrections=(*corrections,))
    rules_in(settings, first)
    _check_planned(first, facts, settings)
    try:
        return payroll(first, facts, sets, settings.calendar, kept.until or present)
    except UnknownYear as error:
        text = _(
            "the days off of {year} are not known: update the library holidays, or write the year into payroll.calendar"
        )
        raise ConfigError(text.format(year=error)) from None


def _check_planned(first: date, facts: Facts, settings: PaySettings) -> None:
    """Raises SourceError where the schedules are of other months: nobody would be paid for this one, or on a guess."""
    planned = {one.start.date().replace(day=1) for one in facts.shifts}
    if settings.files["plan"] and planned and first not in planned:
        months = ", ".join(f"{month:%m.%Y}" for month in sorted(planned))
        text = _("payroll.plan: no shift of {month:%m.%Y} (there are: {months}); put that month's schedule there")
        raise SourceError(text.format(month=first, months=months))


def rules_in(settings: PaySettings, first: date) -> Rules:
    """The rules in force in a month. Raises ConfigError."""
    try:
        return rules_of(first, settings.sets)
    except NoRules:
        text = _("{file}: payroll.rules: none are in force in {month:%Y-%m}; add a set with an earlier since")
        raise ConfigError(text.format(file=settings.config.path.name, month=first)) from None


def month_of(text: str, now: datetime) -> date:
    """The first day of a month that is written «2026-10» or «last». Raises ConfigError."""
    if text == "last":
        return months_later(now.date(), -1)
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise ConfigError(_("--month: {text!r} is not a month; for example 2026-10, or last").format(text=text))
    return date.fromisoformat(f"{text}-01")


def directory(settings: PaySettings) -> list[Rate]:
    """Rates of the files and of the configuration. Raises SourceError."""
    book = _book(settings)
    if book.faults:
        raise SourceError("\n".join(book.faults))
    return same_spelling((*settings.rates, *book.rates))


def _book(settings: PaySettings, *listed: Grid) -> RateBook:
    return rate_book_of([*_grids(settings, "rates", {**RATES, **TIERS}), *listed])


def _facts(settings: PaySettings, listed: Grid | None) -> tuple[RateBook, Facts]:
    """What all files say, and the directory of a portal. Raises SourceError with everything that is wrong in them."""
    book = _book(settings, *filter(None, [listed]))
    rates = same_spelling((*settings.rates, *book.rates))
    plan = plan_of(_grids(settings, "plan", TIMES), settings.zone_of, settings.codes)
    time = clocks_of(_grids(settings, "time", TIMES), settings.zone_of)
    absent = absences_of(_grids(settings, "absences", ABSENCES))
    faults = [*book.faults, *plan.faults, *time.faults, *absent.faults]
    faults += [fault for fault in check_rates(rates) if fault not in faults]
    if faults:
        summary = _("cells that cannot be used: {count}; nothing was computed").format(count=len(faults))
        raise SourceError("\n".join([*faults, summary]))
    if not rates:
        raise ConfigError(_("there is no rate: name the directory in payroll.rates, or write [[payroll.rate]]"))
    return book, Facts((*rates,), plan.shifts, time.clocks, (*plan.absences, *absent.absences))


def _grids(settings: PaySettings, name: str, names: Names) -> list[Grid]:
    """The sheets of all files that a pattern names. Raises SourceError where it names none."""
    pattern = settings.files[name]
    if not pattern:
        return []
    found = sorted(path for path in settings.folder.glob(pattern) if not path.name.startswith(("~$", ".")))
    if not found:
        text = _("payroll.{name}: no file matches {pattern}; put it there, or leave the key out")
        raise SourceError(text.format(name=name, pattern=pattern))
    words = [alias for aliases in names.values() for alias in aliases]
    return [grid for path in found for grid in _filled(path, words)]


def _filled(path: Path, words: Collection[str]) -> tuple[Grid, ...]:
    grids = read_grids(path, words)
    if not any(cell.strip() for grid in grids for row in grid.rows for cell in row):
        raise SourceError(_("{file}: nothing is written in it; fill it in, or take it away").format(file=path.name))
    return grids


def file_problems(settings: PaySettings) -> list[str]:
    """What is wrong with the files of pay, each in one line; all of them are read."""
    problems: list[str] = []
    for name in FILES:
        try:
            _grids(settings, name, {})
        except SourceError as error:
            problems.append(str(error))
    listed = settings.portal and settings.portal.rates  # the portal has them
    if not problems and not listed:
        try:
            _facts(settings, None)
        except (SourceError, ConfigError) as error:
            problems += str(error).splitlines()
    return problems


def _with_tiers(rules: Rules, book: RateBook) -> Rules:
    """The directory's tiers go before those of the configuration."""
    return replace(rules, primary=replace(rules.primary, tiers=book.tiers)) if book.tiers else rules


def part_of(found: Payroll, branch: str | None, settings: PaySettings) -> Payroll:
    """What belongs to a branch; all of it where none is named. Raises ConfigError for a branch that has no pay."""
    if branch is None:
        return found
    known = {feed.rules.branch for feed in settings.config.feeds.values()}
    home = known.pop() if len(known) == 1 else ""
    names = branches_of(found, home)
    if fold(branch) not in map(fold, names):
        text = _("--branch: no pay of {branch!r} in {month:%Y-%m} (there are: {names})")
        raise ConfigError(text.format(branch=branch, month=found.month, names=", ".join(names) or "—"))
    return of_branch(found, branch, home)


def pay_of_employee(found: Payroll, employee: str) -> Pay:
    """The pay of whoever is called so, has this code, or may be the only one meant: «Котова», «Анна Котова».

    Raises ConfigError, which names nobody.
    """
    wanted = fold(employee)
    called = [pay for pay in found.pays if wanted in (fold(pay.name), fold(pay.employee))]
    called = called or [pay for pay in found.pays if are_alike(employee, pay.name)]
    if len(called) == 1:
        return called[0]
    if called:
        raise ConfigError(_("--employee: several people of that name have pay; give the code of one"))
    text = _("--employee: nobody of that name has pay in {month:%Y-%m}; look: dentsync payroll --month {month:%Y-%m}")
    raise ConfigError(text.format(month=found.month))
