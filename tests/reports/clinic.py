"""An invented clinic of five patients: small enough to count every figure by hand."""

from datetime import date, datetime
from typing import Any

from dentsync.model import Status
from dentsync.transform.reports.clinic import Known, Terms, known
from dentsync.transform.reports.history import Card
from dentsync.transform.reports.period import Period
from dentsync.transform.reports.visits import Visit
from tests.builders import ZONE

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
NOW = datetime(2026, 10, 25, 12, tzinfo=ZONE)
_LINES = iter(range(1, 1_000_000))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def visit(person: str, start: str | None, status: str = "completed", **given: Any) -> Visit:
    """An appointment; ``asked`` is the day of the request."""
    asked = given.pop("asked", None)
    usual: dict[str, Any] = {"branch": "Центральный", "doctor": "Лапина", "specialty": "Терапия", "operator": "Белова"}
    return Visit(
        person, (1, next(_LINES)), at(start) if start else None, Status(status),
        booked_on=date.fromisoformat(asked) if asked else None, **usual | given,
    )  # fmt: skip


VISITS = (
    # Anna: came in January, so October is eight months later: returned; two appointments of one day
    visit("anna", "2026-01-15T10:00", source="Вывеска"),
    visit("anna", "2026-10-05T10:00", source="Сайт", asked="2026-10-01"),
    visit("anna", "2026-10-05T11:00", doctor="Смоляков", specialty="Хирургия"),
    visit("anna", "2026-10-12T10:00"),  # a week later: repeat
    # Boris: did not come, then came; new, and from nowhere
    visit("boris", "2026-10-06T10:00", "no_show", operator="Котова", asked="2026-10-02"),
    visit("boris", "2026-10-08T10:00", operator="Белова", doctor="Смоляков", specialty="", asked="2026-10-06"),
    # Vera: cancelled three hours before, and is not booked again; her card says that she never came
    visit("vera", "2026-10-07T15:00", "cancelled", reason="заболела", cancelled_at=at("2026-10-07T12:00"), operator=""),
    # Gleb: the clinic cancelled; booked again, ahead; his card has visits that nobody else has
    visit("gleb", "2026-10-09T10:00", "cancelled", own=True, reason="врач заболел"),
    visit("gleb", "2026-10-30T10:00", "booked"),
    # Dina: waits for a time
    visit("dina", None, "waiting", asked="2026-10-20", waitlist=True),
)
CARDS = {
    "anna": Card(completed=4, told_at=NOW),
    "boris": Card(completed=1, told_at=NOW),
    "vera": Card(completed=0, told_at=NOW, source="Сайт"),
    "gleb": Card(completed=7, told_at=NOW),
    "dina": Card(completed=0, told_at=NOW),
}


def october(visits: Any = VISITS, branch: str = "", **terms: Any) -> Known:
    return known(visits, CARDS, OCTOBER, NOW, Terms(**terms), branch)
