"""A visit that nobody marked: a no-show only where the clinic asks for it, and by a list that is young enough."""

import json

import pytest

from tests.clinic import Clinic
from tests.ident import BOOKED, CAME, NOT_COME, Visit, configured, stages, visits

DEAL, NEXT_DAY = "06.10 09:00", "2026-10-07T12:00"
UNMARKED = Visit(1, "2026-10-06 09:00")


@pytest.fixture
def ident(clinic: Clinic) -> Clinic:
    ident = configured(clinic)
    ident.configure("[feeds.appointments]", '[feeds.appointments]\nno_show_after = "24h"')
    visits(ident, UNMARKED)
    ident.sync()
    return ident


def listed(clinic: Clinic, number: int, at: str) -> None:
    """The list at a moment: the visit is in it as before, and a new one."""
    visits(clinic, UNMARKED, Visit(number, f"2026-10-08 1{number}:00"), at=at)


def test_the_next_days_list_makes_it_a_no_show_and_time_alone_does_not(ident: Clinic) -> None:
    ident.sync(now=NEXT_DAY)
    assert stages(ident) == {DEAL: BOOKED}, "no list was written since"
    listed(ident, 2, at="2026-10-07T08:00")
    ident.sync(now=NEXT_DAY)
    assert stages(ident)[DEAL] == BOOKED, "nor one after a day was over"
    listed(ident, 3, at="2026-10-07T12:30")
    ident.sync(now="2026-10-07T13:30")
    assert stages(ident)[DEAL] == NOT_COME
    assert ident.sync(now="2026-10-07T13:30")["requests"] == 0


def test_it_is_corrected_like_any_other_end(ident: Clinic) -> None:
    listed(ident, 2, at=NEXT_DAY)
    ident.sync(now=NEXT_DAY)
    assert stages(ident)[DEAL] == NOT_COME
    visits(ident, Visit(1, "2026-10-06 09:00", "Завершен"), at="2026-10-07T18:00")
    ident.sync(now="2026-10-07T18:00")
    assert stages(ident)[DEAL] == CAME


def test_a_clinic_that_does_not_ask_for_it_has_no_such_no_shows(clinic: Clinic) -> None:
    ident = configured(clinic)
    visits(ident, UNMARKED)
    ident.sync()
    listed(ident, 2, at=NEXT_DAY)
    ident.sync(now=NEXT_DAY)
    assert stages(ident)[DEAL] == BOOKED


def ends(clinic: Clinic, at: str) -> dict[str, int]:
    """What the report says of the day, in all."""
    said = clinic.say("report", "no-shows", "--from", "2026-10-06", "--to", "2026-10-06", "--json", now=at)
    total = json.loads(said.out)["tables"][0]["total"]
    return {key: total[key]["n"] for key in ("no_show", "open")}


def test_a_report_says_of_it_what_the_plan_does(ident: Clinic) -> None:
    listed(ident, 2, at="2026-10-07T08:00")
    ident.sync(now=NEXT_DAY)
    assert ends(ident, NEXT_DAY) == {"no_show": 0, "open": 1}, "no list was written since"
    listed(ident, 3, at="2026-10-07T12:30")
    ident.sync(now="2026-10-07T13:30")
    assert ends(ident, "2026-10-07T13:30") == {"no_show": 1, "open": 0}
    visits(ident, Visit(1, "2026-10-06 09:00", "Завершен"), at="2026-10-07T18:00")
    ident.sync(now="2026-10-07T18:00")
    assert ends(ident, "2026-10-07T18:00") == {"no_show": 0, "open": 0}


def test_a_report_asks_no_crm_for_it(ident: Clinic) -> None:
    """Its row is not linked: no run has planned it."""
    visits(ident, UNMARKED, Visit(4, "2026-10-06 11:00"), at=NEXT_DAY)
    assert ident.say("extract", now=NEXT_DAY).code == 0
    assert ends(ident, NEXT_DAY) == {"no_show": 2, "open": 0}
