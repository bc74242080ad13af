"""Pay as JSON: minutes are numbers, money is text."""

from typing import Any

from dentsync.show import dumps
from dentsync.transform.pay.lines import Line
from dentsync.transform.pay.payroll import Pay, Payroll
from dentsync.transform.pay.questions import ANSWERS, Question


def payroll_json(found: Payroll, whole: Payroll, branch: str = "") -> str:
    """A month as one object: minutes are numbers, money is text. ``found`` is a part of the whole, for a branch."""
    return dumps(
        {
            "month": f"{found.month:%Y-%m}",
            **({"branch": branch, "whole_total": whole.total} if branch else {}),
            "rules_since": found.rules.since,
            "total": found.total,
            "may_close": whole.may_close,
            "employees": [_pay(pay) for pay in found.pays],
            "questions": [_question(one) for one in found.questions],
            "answered": [one.id for one in found.answered],
            "unused_decisions": [one.question for one in found.unused],
        }
    )


def explained_json(pay: Pay) -> str:
    """One employee with all evidence."""
    lines = [_line(line) | {"evidence": _proof(line)} for line in pay.lines]
    return dumps(_pay(pay) | {"lines": lines})


def _pay(pay: Pay) -> dict[str, Any]:
    return {
        "id": pay.employee,
        "name": pay.name,
        "total": pay.total,
        "minutes": minutes_of(pay),
        "lines": [_line(line) for line in pay.lines],
        "remarks": [remark.text for remark in pay.remarks],
    }


def _line(line: Line) -> dict[str, Any]:
    job = {"position": line.job.position, "branch": line.job.branch} if line.job else {}
    count = line.count
    share = {"booked": len(count.booked), "came": len(count.came), "percent": count.percent} if count else {}
    return {
        "code": line.code,
        "quantity": line.quantity,
        "price": line.price,
        "factor": line.factor,
        "amount": line.amount,
        "rule": line.rule,
        **job,
        **share,
    }


def _proof(line: Line) -> dict[str, Any]:
    proof: dict[str, Any] = {"rates": [rate.place for rate in line.rates], "places": list(line.places)}
    if line.count:
        return proof | {"booked": list(line.count.booked), "came": list(line.count.came)}
    pieces = [{"start": one.start, "minutes": one.minutes, "places": list(one.places)} for one in line.pieces]
    return proof | {"pieces": pieces}


def _question(one: Question) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "employee": one.employee,
        "on": one.on,
        "minutes": one.minutes,
        "candidates": list(one.candidates),
        "cards": list(one.cards),
        "places": list(one.places),
        "answers": list(ANSWERS[one.kind]),
    }


def minutes_of(pay: Pay) -> dict[str, int]:
    """How many of each sort; night and holiday are counted among the others, too."""
    return {
        "normal": pay.minutes(lambda piece: not piece.overtime),
        "overtime": pay.minutes(lambda piece: piece.overtime),
        "night": pay.minutes(lambda piece: piece.night),
        "holiday": pay.minutes(lambda piece: piece.holiday),
    }
