"""Lines of pay: one price each, rounded once, each with what it was made of."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

from dentsync.transform.pay.facts import Correction, Job, Rate
from dentsync.transform.pay.pieces import Piece
from dentsync.transform.pay.rules import Rules
from dentsync.transform.pay.visits import Count, per_visit

KOPECK = Decimal("0.01")

Code = Literal["hours", "overtime", "night_extra", "holiday_extra", "primary", "waitlist", "correction"]
CODES: tuple[Code, ...] = ("hours", "holiday_extra", "night_extra", "overtime", "primary", "waitlist", "correction")
"""In the order of a pay slip."""


@dataclass(frozen=True, slots=True)
class Line:
    """``amount`` = ``price`` × ``factor`` × ``quantity``, half up to the kopeck; None while the price is not known.

    ``quantity`` are minutes of an hourly ``price``, or patients who came; of a correction 1. ``rule`` says in a word
    which rule made the line. Evidence: ``pieces`` of time with their ``rates``, or ``count`` with card numbers.
    """

    employee: str
    code: Code
    quantity: int
    price: Decimal | None
    amount: Decimal | None
    factor: Decimal = Decimal(1)
    job: Job | None = None
    rule: str = ""
    pieces: tuple[Piece, ...] = field(default=(), repr=False)
    rates: tuple[Rate, ...] = ()
    count: Count | None = None
    places: tuple[str, ...] = ()


def pay_of(minutes: int, price: Decimal, factor: Decimal = Decimal(1)) -> Decimal:
    """Pay of so many minutes at an hourly price, half up to the kopeck."""
    return (price * factor * minutes / 60).quantize(KOPECK, ROUND_HALF_UP)


def greatest_cut(month_pay: Decimal) -> Decimal:
    """The most that bonuses may be cut by for a sanction: a fifth of the month's pay (Labour Code art. 135)."""
    return (month_pay / 5).quantize(KOPECK, ROUND_DOWN)


def time_lines(pieces: Iterable[Piece], rules: Rules) -> Iterator[Line]:
    """Lines of worked time: a line for each job and price."""
    every = list(pieces)
    surcharges: list[tuple[Code, Decimal, str, Callable[[Piece], bool]]] = [
        ("hours", Decimal(1), "rate.hour", lambda piece: not piece.overtime),
        ("overtime", Decimal(1), f"overtime.{rules.overtime.basis}", lambda piece: piece.overtime),
        ("night_extra", rules.night_surcharge, "night.surcharge", lambda piece: piece.night),
        ("holiday_extra", rules.holiday_multiplier - 1, "holiday.multiplier", lambda piece: piece.holiday),
    ]
    for code, factor, rule, belongs in surcharges:
        groups: defaultdict[tuple[Job, Decimal | None], list[Piece]] = defaultdict(list)
        for piece in filter(belongs, every):
            groups[piece.job, _price(piece, code)].append(piece)
        for (job, price), some in groups.items():
            yield _time_line(code, job, price, factor, rule, some)


def _price(piece: Piece, code: Code) -> Decimal | None:
    if piece.rate is None:
        return None
    return piece.rate.overtime_hour if code == "overtime" else piece.rate.hour


def _time_line(code: Code, job: Job, price: Decimal | None, factor: Decimal, rule: str, some: list[Piece]) -> Line:
    minutes = sum(piece.minutes for piece in some)
    ordered = sorted(some, key=lambda piece: (piece.start, piece.minutes))
    return Line(
        employee=job.employee,
        code=code,
        quantity=minutes,
        price=price,
        amount=None if price is None else pay_of(minutes, price, factor),
        factor=factor,
        job=job,
        rule=rule,
        pieces=(*ordered,),
        rates=tuple(dict.fromkeys(piece.rate for piece in ordered if piece.rate)),
    )


def visit_line(count: Count, rules: Rules) -> Line:
    """The line of one count of patients."""
    price = per_visit(count, rules)
    rule = "waitlist.per_visit"
    if count.journal == "primary":
        rule = "primary.small" if len(count.booked) < rules.primary.small_booked else "primary.tiers"
    came = len(count.came)
    amount = (price * came).quantize(KOPECK, ROUND_HALF_UP)
    return Line(count.employee, count.journal, came, price, amount, rule=rule, count=count)


def correction_line(one: Correction) -> Line:
    """Money of an earlier month."""
    amount = one.amount.quantize(KOPECK, ROUND_HALF_UP)
    return Line(one.employee, "correction", 1, amount, amount, rule=one.reason, places=(one.place,))
