"""What of a month's pay belongs to one branch. Closing, the letter and the workbook are always of the whole month."""

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP

from dentsync.transform.pay.lines import KOPECK, Line
from dentsync.transform.pay.payroll import Pay, Payroll
from dentsync.transform.pay.visits import Count
from dentsync.transform.words import fold


def branches_of(found: Payroll, home: str = "") -> tuple[str, ...]:
    """Branches that time was worked or patients were booked for, by name. ``home``: where nothing says which."""
    jobs = (line.job.branch for pay in found.pays for line in pay.lines if line.job)
    booked = (one.branch for one in found.facts.bookings)
    names = {fold(name): name for name in (name or home for name in (*booked, *jobs)) if name}
    return tuple(sorted(names.values()))


def of_branch(found: Payroll, branch: str, home: str = "") -> Payroll:
    """The part of a month that belongs to a branch: time that was worked for it, patients whose cards are its own.

    A price is the one of the whole month: a tier is chosen by the patients of all branches. Corrections belong to none.
    """

    def is_here(name: str) -> bool:
        return fold(name or home) == fold(branch)

    cards = {one.patient for one in found.facts.bookings if is_here(one.branch)}
    parts = [_part(pay, is_here, cards) for pay in found.pays]
    jobs = (*(one.job for one in found.facts.shifts), *(one.job for one in found.facts.clocks))
    planned = {job.employee for job in jobs if is_here(job.branch)}
    pays = tuple(part for part in parts if part.lines or part.employee in planned)
    known = {pay.employee for pay in found.pays}
    mine = {pay.employee for pay in pays}
    questions = tuple(one for one in found.questions if one.employee in mine or one.employee not in known)
    return replace(found, pays=pays, questions=questions)


def _part(pay: Pay, is_here: Callable[[str], bool], cards: set[str]) -> Pay:
    lines = (_of_patients(line, line.count, cards) if line.count else line for line in pay.lines)
    counts = (_counted(count, cards) for count in pay.counts)
    return replace(
        pay,
        lines=tuple(one for one in lines if (one.count and one.count.booked) or (one.job and is_here(one.job.branch))),
        pieces=tuple(one for one in pay.pieces if is_here(one.job.branch)),
        counts=tuple(one for one in counts if one.booked),
    )


def _counted(count: Count, cards: set[str]) -> Count:
    booked, came = (tuple(card for card in some if card in cards) for some in (count.booked, count.came))
    return replace(count, booked=booked, came=came)


def _of_patients(line: Line, whole: Count, cards: set[str]) -> Line:
    """The line for a branch's patients; its rule says what share of the whole the price comes from."""
    count = _counted(whole, cards)
    if count == whole or line.price is None:
        return replace(line, count=count)
    amount = (line.price * len(count.came)).quantize(KOPECK, ROUND_HALF_UP)
    rule = f"{line.rule}, {len(whole.came)}/{len(whole.booked)}"
    return replace(line, count=count, quantity=len(count.came), amount=amount, rule=rule)
