"""The rate directory as a workbook that the head of the clinic edits: a row for each employee, job and date.

A second sheet with «От, %» and «За визит», where there is one, has the tiers of «доведение».
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from dentsync.model import Grid
from dentsync.transform.money import parse_money, parse_number
from dentsync.transform.pay.facts import Job, Rate
from dentsync.transform.pay.rules import Tier
from dentsync.transform.pay.staff import names_alike
from dentsync.transform.pay.table import WHO, Misread, Names, Row, gathered, parse_day, repeated, table_of
from dentsync.transform.words import fold

RATES: Names = {
    **WHO,
    "since": ("С даты", "Действует с", "Дата начала", "Начало действия", "С"),
    "until": ("По", "По дату", "Действует по", "Дата окончания", "Окончание действия"),
    "hour": ("Ставка часа", "Часовая ставка", "Ставка, руб/час", "Ставка, руб./ч", "Ставка", "Руб/час"),
    "overtime": (
        "Стоимость переработки",
        "Ставка переработки",
        "Час переработки",
        "Переработка, руб/час",
        "Переработка",
    ),
    "break": ("Перерыв, мин", "Перерыв, минут", "Перерыв"),
    "week": ("Часов в неделю", "Неделя, часов", "Норма недели"),
}
TIERS: Names = {
    "from": ("От, %", "Доведение от, %", "Процент от"),
    "per_visit": ("За визит", "За визит, руб", "За пациента", "Ставка доведения"),
}
MOST_BREAK = 240


@dataclass(frozen=True, slots=True)
class RateBook:
    """What the directory says; ``tiers`` are empty where it has none of its own."""

    rates: tuple[Rate, ...]
    tiers: tuple[Tier, ...]
    faults: tuple[str, ...]


def rate_book_of(grids: Iterable[Grid]) -> RateBook:
    """All sheets of the directory together. A fault is one line: file, sheet, cell, what and the way out."""
    rates: list[Rate] = []
    tiers: list[Tier] = []
    faults: list[str] = []
    for grid in grids:
        if not any(cell.strip() for row in grid.rows for cell in row):
            continue
        try:
            if _has_tiers(grid):
                tiers += _tiers(grid, faults)
            else:
                rates += gathered(table_of(grid, RATES, ("employee", "since", "hour")).rows(), _rate, faults)
        except Misread as fault:
            faults.append(str(fault))
    rates = same_spelling(rates)
    faults += check_rates(rates)
    return RateBook((*rates,), (*sorted(tiers, key=lambda tier: tier.from_percent),), (*faults,))


def _rate(row: Row) -> Rate:
    name = row.text("employee")
    if not name:
        raise row.misread("employee", "не указан сотрудник")
    since = row.value("since", parse_day)
    until = row.maybe("until", parse_day)
    if until and until < since:
        raise row.misread("until", f"последний день {until:%d.%m.%Y} раньше первого, {since:%d.%m.%Y}")
    return Rate(
        job=Job(row.who, row.text("position"), row.text("branch")),
        since=since,
        until=until,
        hour=row.value("hour", parse_price),
        overtime_hour=row.maybe("overtime", parse_price),
        break_minutes=row.maybe("break", _parse_break),
        week_hours=row.maybe("week", _parse_week),
        name=name,
        place=row.place("hour"),
    )


def parse_price(text: str) -> Decimal:
    """Roubles an hour: more than nothing."""
    price = parse_money(text)
    if price <= 0:
        raise ValueError("не может быть ставкой: ожидается сумма больше нуля")
    return price


def _parse_break(text: str) -> int:
    minutes = parse_number(text)
    if not 0 <= minutes <= MOST_BREAK:
        raise ValueError(f"не может быть перерывом: ожидается от 0 до {MOST_BREAK} минут")
    return minutes


def _parse_week(text: str) -> int:
    hours = parse_number(text)
    if not 1 <= hours <= 40:
        raise ValueError("не может быть неделей: ожидается от 1 до 40 часов; у сменного графика ячейка пуста")
    return hours


def same_spelling(rates: Iterable[Rate]) -> list[Rate]:
    """Employees, positions and branches as they are spelt first: letter case and spaces make nobody another."""
    first: dict[str, str] = {}

    def known(text: str) -> str:
        return first.setdefault(fold(text), text)

    return [
        replace(rate, job=Job(known(rate.job.employee), known(rate.job.position), known(rate.job.branch)))
        for rate in rates
    ]


def check_rates(rates: Iterable[Rate]) -> list[str]:
    """What rows of a directory say against each other, a line each."""
    every = list(rates)
    twice = repeated(((rate.job, rate.since), rate.place) for rate in every)
    faults = [f"{place}: вторая строка того же сотрудника на ту же дату (первая: {first})" for place, first in twice]
    faults += _overlapping(every)
    places = {rate.name: rate.place for rate in every}
    employees = {rate.name: rate.job.employee for rate in every}
    for one, other in names_alike(rate.name for rate in every if rate.name):
        if fold(employees[one]) in (fold(one), fold(other)) or employees[one] == employees[other]:
            reason = "сотрудник назван двояко: напишите одинаково, а разным людям дайте разные коды"
            faults.append(f"{places[other]}: {reason} (иначе: {places[one]})")
    return faults


def _overlapping(rates: Iterable[Rate]) -> Iterator[str]:
    """A row that begins before the one before it has ended: nobody can tell which of them holds."""
    ordered = sorted(rates, key=lambda rate: (rate.job, rate.since))
    for before, after in pairwise(ordered):
        if before.job == after.job and before.until and before.since < after.since <= before.until:
            until = f"{before.until:%d.%m.%Y}"
            yield f"{after.place}: сроки пересекаются: прежняя строка действует по {until} ({before.place})"


# ── tiers ─────────────────────────────────────────────────────────────────────────────────────


def _has_tiers(grid: Grid) -> bool:
    try:
        table_of(grid, TIERS, TIERS)
    except Misread:
        return False
    return True


def _tiers(grid: Grid, faults: list[str]) -> list[Tier]:
    tiers = gathered(table_of(grid, TIERS, TIERS).rows(), _tier, faults)
    places = repeated((tier.from_percent, grid.place()) for tier in tiers)
    faults += [f"{place}: одна и та же доля названа дважды" for place, _first in places]
    return tiers


def _tier(row: Row) -> Tier:
    share = row.value("from", lambda text: parse_money(text.removesuffix("%")))
    price = row.value("per_visit", parse_money)
    if not 0 <= share <= 100:
        raise row.misread("from", f"«{share}» не может быть долей: ожидается от 0 до 100 %")
    if price < 0:
        raise row.misread("per_visit", f"«{price}» меньше нуля")
    return Tier(share, price)
