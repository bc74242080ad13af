"""Patients brought to the chair: who is counted for whom, and what a visit is worth. Patients, not appointments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from dentsync.model import Status
from dentsync.transform.pay.facts import Booking, Journal
from dentsync.transform.pay.questions import Asking, Kind, Question
from dentsync.transform.pay.rules import Primary, Rules

CAME = (Status.COMPLETED,)
OPEN = (Status.WAITING, Status.BOOKED, Status.CONFIRMED, Status.ARRIVED, Status.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class Count:
    """Patients of one journal and employee in a month, by card: who was booked, and who of them came."""

    journal: Journal
    employee: str
    booked: tuple[str, ...] = field(repr=False)
    came: tuple[str, ...] = field(repr=False)

    @property
    def percent(self) -> Decimal | None:
        """To be shown, to 0.01; a tier is never chosen by it. None: nobody was booked."""
        if not self.booked:
            return None
        return (Decimal(len(self.came)) * 100 / len(self.booked)).quantize(Decimal("0.01"))


def is_primary(visit_on: date, previous_on: date | None, gap_months: int | None) -> bool:
    """Whether a visit is a first one: nobody came before, or came last so many calendar months ago or more."""
    if previous_on is None:
        return True
    return gap_months is not None and previous_on + relativedelta(months=gap_months) <= visit_on


def counts(month: date, bookings: Iterable[Booking], rules: Rules, asking: Asking) -> list[Count]:
    """Every employee's patients, by the month of the visit. A patient counts once, for one employee, in a journal.

    What is credited to nobody has an empty employee.
    """
    mine = [one for one in bookings if (one.visit_on.year, one.visit_on.month) == (month.year, month.month)]
    mine = [one for one in mine if not one.excluded and one.status is not Status.RESCHEDULED]
    settled = [one for one in sorted(mine, key=_order) if not _is_open(one, asking)]
    patients: dict[tuple[Journal, str], list[Booking]] = {}
    for one in settled:
        patients.setdefault((one.journal, one.patient), []).append(one)
    booked: dict[tuple[Journal, str], list[str]] = {}
    came: dict[tuple[Journal, str], list[str]] = {}
    for (journal, patient), own in patients.items():
        key = journal, _credited(own, rules.primary).author
        booked.setdefault(key, []).append(patient)
        if any(one.status in CAME for one in own):
            came.setdefault(key, []).append(patient)
    found = (Count(key[0], key[1], _sorted(cards), _sorted(came.get(key, ()))) for key, cards in booked.items())
    return sorted(_stacked(found, rules), key=lambda count: (count.journal, count.employee))


def _order(one: Booking) -> tuple[date, float, str, str, str]:
    return one.visit_on, one.booked_at.timestamp() if one.booked_at else 0.0, one.card, one.author, one.place


def _sorted(cards: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(cards, key=lambda card: (len(card), card)))


def _is_open(one: Booking, asking: Asking) -> bool:
    """A visit of the past that nobody marked counts for nothing until somebody says so; then as not come."""
    if one.status not in OPEN or not one.author:
        return one.status in OPEN
    detail = f"{one.journal} {one.patient}"
    cards, places = (one.patient,), (one.place,)
    return asking.ask(Question(Kind.OPEN_VISIT, one.author, one.visit_on, detail, cards=cards, places=places)) is None


def _credited(own: Sequence[Booking], primary: Primary) -> Booking:
    """The booking whose author is credited with a patient; ``own`` are in order."""
    if primary.credit == "first_booker":
        return own[0]
    return next((one for one in own if one.status in CAME), own[-1])


def _stacked(found: Iterable[Count], rules: Rules) -> list[Count]:
    """Without patients of the waiting list who are paid for as primary ones, where the rules pay once."""
    every = list(found)
    if rules.stack:
        return every
    primary = {card for count in every if count.journal == "primary" for card in count.came}
    return [
        count
        if count.journal == "primary"
        else Count("waitlist", count.employee, count.booked, tuple(card for card in count.came if card not in primary))
        for count in every
    ]


def per_visit(count: Count, rules: Rules) -> Decimal:
    """What one patient who came is worth, by the exact share: 79.99 % is not 80."""
    if count.journal == "waitlist":
        return rules.waitlist_per_visit
    booked, came = len(count.booked), len(count.came)
    if booked < rules.primary.small_booked:
        return rules.primary.small_per_visit
    reached = [tier for tier in rules.primary.tiers if came * 100 >= tier.from_percent * booked]
    return max(reached, key=lambda tier: tier.from_percent).per_visit if reached else Decimal(0)
