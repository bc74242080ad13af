"""A file of pay that nobody has described: rates, schedule, worked time, absences; and the lines that name it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from dentsync.errors import SourceError
from dentsync.extract.grid import read_grids
from dentsync.lang import _
from dentsync.model import Grid
from dentsync.runs.sniffing import pattern_of
from dentsync.transform.pay.plan_sheet import plan_of
from dentsync.transform.pay.rate_sheet import RATES, TIERS, rate_book_of
from dentsync.transform.pay.sheet_kinds import Role, role_of, unknown_codes
from dentsync.transform.pay.time_sheet import ABSENCES, TIMES, absences_of, clocks_of
from dentsync.transform.toml_text import value_of

MOST_BYTES = 2_000_000
"""People fill in no greater file by hand; reading an export of a MIS twice would take as long again."""
_NAMES = [alias for names in (RATES, TIERS, TIMES, ABSENCES) for aliases in names.values() for alias in aliases]
_ANY = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class PaySniffed:
    """What a file of pay is. ``contents`` is in the terminal's language; ``faults`` as ``payroll`` says them."""

    path: Path
    size: int
    role: Role
    sheets: tuple[str, ...]
    contents: str
    faults: tuple[str, ...]
    codes: tuple[str, ...]
    section: str = field(repr=False)


def sniff_pay(path: Path) -> PaySniffed | None:
    """What a file of pay is; None where it is none, or cannot be read: then somebody else says why."""
    try:
        size = path.stat().st_size
        grids = read_grids(path, _NAMES) if size <= MOST_BYTES else ()
    except (SourceError, OSError):
        return None
    role = role_of(grids)
    if role is None:
        return None
    codes = tuple(unknown_codes(grids)) if role == "plan" else ()
    contents, faults = _read(role, grids, codes)
    sheets = tuple(grid.sheet for grid in grids if grid.sheet)
    return PaySniffed(path, size, role, sheets, contents, faults, codes, _section(path, role, codes))


def _read(role: Role, grids: Sequence[Grid], codes: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """What the readers of ``payroll`` find, and what they complain about. A code stands for any hours here."""
    match role:
        case "rates":
            book = rate_book_of(grids)
            people = {rate.job.employee for rate in book.rates}
            line = _("rates {rates} of {people} people, {days}; tiers {tiers}")
            days = _days(rate.since for rate in book.rates)
            return line.format(rates=len(book.rates), people=len(people), days=days, tiers=len(book.tiers)), book.faults
        case "plan":
            plan = plan_of(grids, lambda _branch: _ANY, dict.fromkeys(codes, "8-20"))
            people = {one.job.employee for one in plan.shifts} | {one.employee for one in plan.absences}
            line = _("shifts {count} of {people} people, {days}; absences {absences}")
            facts = {"days": _days(one.start.date() for one in plan.shifts), "absences": len(plan.absences)}
            return line.format(count=len(plan.shifts), people=len(people), **facts), plan.faults
        case "time":
            time = clocks_of(grids, lambda _branch: _ANY)
            people = {one.job.employee for one in time.clocks}
            line = _("times {count} of {people} people, {days}; without an end {open}")
            facts = {"days": _days(one.start.date() for one in time.clocks)}
            facts |= {"open": sum(one.end is None for one in time.clocks)}
            return line.format(count=len(time.clocks), people=len(people), **facts), time.faults
    absent = absences_of(grids)
    line = _("absences {count} of {people} people, {days}")
    facts = {"people": len({one.employee for one in absent.absences})}
    return line.format(
        count=len(absent.absences), days=_days(day for one in absent.absences for day in (one.first, one.last)), **facts
    ), absent.faults


def _days(days: Iterable[date]) -> str:
    found = sorted(days)
    return f"{found[0]:%d.%m.%Y}–{found[-1]:%d.%m.%Y}" if found else "—"


def _section(path: Path, role: Role, codes: Iterable[str]) -> str:
    """Lines of ``[payroll]``. A directory has one file, of the others there is one a month."""
    name = path.name if role == "rates" else pattern_of(path)
    place = path.parent / name if not path.is_absolute() else Path(name)
    lines = ["[payroll]", f"{role:<8} = {value_of(re.sub(r'^(?:[.]/)+', '', place.as_posix()))}"]
    if codes:
        hours = dict.fromkeys(codes, "8-20")
        lines.append(f"{'codes':<8} = {value_of(hours)}  # {_('which hours? put them in')}")
    return "\n".join(lines)
