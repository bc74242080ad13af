"""What the Labour Code's least would be for a month, beside what the rules give: orientation, not advice.

Art. 99, 104, 152: beyond the production calendar's norm the first two hours cost one and a half times, others twice.
It is read either as two hours of the whole period, or as two for each shift; since 1 September 2024 the price of these
hours has bonuses in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from dentsync.transform.pay.facts import Job
from dentsync.transform.pay.lines import KOPECK
from dentsync.transform.pay.minutes import length, months_later, within
from dentsync.transform.pay.payroll import Pay, Payroll
from dentsync.transform.pay.pieces import Piece, calendar_norm

Reading = Literal["period", "shift"]


@dataclass(frozen=True, slots=True)
class Least:
    """One job's month under one reading. Minutes of public holidays, which are paid double, are left out everywhere.

    ``short`` is what ``paid`` lacks to ``least``; zero where it lacks nothing.
    """

    job: Job
    reading: Reading
    with_bonuses: bool
    norm: int
    worked: int
    least: Decimal
    paid: Decimal
    short: Decimal


def leasts(found: Payroll, pay: Pay) -> list[Least]:
    """Each job under both readings, without and with bonuses in the price; none where a price is open."""
    if pay.total is None:
        return []
    bonuses = sum((line.amount for line in pay.lines if line.count and line.amount), Decimal(0))
    hour = bonuses / (pay.minutes() or 1) * 60
    return [
        _least(job, reading, hour if with_bonuses else None, pay, norm)
        for job in sorted({piece.job for piece in pay.pieces})
        for norm in [calendar_norm(job, found.month, months_later(found.month, 1), found.facts.absences, found.terms)]
        for reading in READINGS
        for with_bonuses in (False, True)
    ]


READINGS: tuple[Reading, ...] = ("period", "shift")


def _least(job: Job, reading: Reading, bonus_hour: Decimal | None, pay: Pay, norm: int) -> Least:
    pieces = [piece for piece in pay.pieces if piece.job == job and not piece.holiday]
    shifts = len({piece.shift_on for piece in pieces})
    least = _cost(pieces, norm, 120 if reading == "period" else 120 * shifts, bonus_hour or Decimal(0))
    paid = sum((_price(piece) * piece.minutes / 60 for piece in pieces), Decimal(0))
    worked = sum(piece.minutes for piece in pieces)
    amounts = [one.quantize(KOPECK, ROUND_HALF_UP) for one in (least, paid, max(least - paid, Decimal(0)))]
    return Least(job, reading, bonus_hour is not None, norm, worked, *amounts)


def _cost(pieces: Iterable[Piece], norm: int, first: int, bonus_hour: Decimal) -> Decimal:
    """Minutes in order: the norm at its price, the ``first`` ones beyond it at one and a half, the others at two."""
    total, done = Decimal(0), 0
    for piece in pieces:
        assert piece.rate is not None
        usual, half, twice = (
            length(within([(done, done + piece.minutes)], bounds))
            for bounds in ((0, norm), (norm, norm + first), (norm + first, done + piece.minutes))
        )
        done += piece.minutes
        beyond = piece.rate.hour + bonus_hour
        total += (piece.rate.hour * usual + beyond * half * 3 / 2 + beyond * 2 * twice) / 60
    return total


def _price(piece: Piece) -> Decimal:
    price = piece.rate and (piece.rate.overtime_hour if piece.overtime else piece.rate.hour)
    return price or Decimal(0)
