"""A month as it is kept when it is closed: plain values, spelled the same in every version of the program."""

from decimal import Decimal
from typing import Any

from dentsync.transform.pay.lines import Line
from dentsync.transform.pay.payroll import Payroll


def frozen_of(found: Payroll) -> dict[str, dict[str, Any]]:
    """By employee the name, the total and the lines. What is equal is the same version: add no key without need."""
    return {
        pay.employee: {"name": pay.name, "total": _text(pay.total), "lines": list(map(_line, pay.lines))}
        for pay in found.pays
    }


def _line(line: Line) -> dict[str, Any]:
    job, count = line.job, line.count
    return {
        "code": line.code,
        "position": job.position if job else "",
        "branch": job.branch if job else "",
        "rule": line.rule,
        "quantity": line.quantity,
        "price": _text(line.price),
        "factor": _text(line.factor),
        "amount": _text(line.amount),
        "booked": list(count.booked) if count else [],
        "came": list(count.came) if count else [],
    }


def _text(amount: Decimal | None) -> str | None:
    """Without an exponent and without zeros at the end: 250 and 250.00 are one price."""
    return None if amount is None else f"{amount.normalize():f}"
