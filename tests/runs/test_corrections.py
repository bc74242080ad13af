"""Ends that the MIS corrects: the next morning by itself, later and the other way round with a person's word only."""

import re

import pytest

from tests.clinic import Clinic
from tests.ident import BOOKED, CAME, NOT_COME, Visit, configured, stages, visits

BEFORE, EVENING, MORNING, LATER = "2026-10-05T14:00", "2026-10-06T20:00", "2026-10-07T09:00", "2026-10-10T09:00"
TUESDAY, DEAL = "2026-10-06 09:00", "06.10 09:00"


@pytest.fixture
def ident(clinic: Clinic) -> Clinic:
    ident = configured(clinic)
    said(ident, "Записан", BEFORE)
    return ident


def said(clinic: Clinic, status: str, at: str, *argv: str) -> dict[str, object]:
    visits(clinic, Visit(1, TUESDAY, status), at=at)
    return clinic.sync(*argv, now=at)


def approval(clinic: Clinic) -> str:
    found = re.search(r"dentsync sync --approve ([0-9a-f]{8})", clinic.say("status").out)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("end", "corrected", "stage"),
    [("Не пришел", "Завершен", CAME), ("Отменен", "Завершен", CAME), ("Отменен", "Записан", BOOKED)],
)
def test_an_end_is_corrected_the_next_morning(ident: Clinic, end: str, corrected: str, stage: str) -> None:
    said(ident, end, EVENING)
    assert stages(ident) == {DEAL: NOT_COME}
    assert said(ident, corrected, MORNING)["held"] == 0
    assert stages(ident) == {DEAL: stage}


def test_a_later_correction_waits_for_a_person_and_goes_out_when_it_is_approved(ident: Clinic) -> None:
    said(ident, "Не пришел", EVENING)
    assert said(ident, "Завершен", LATER)["exit_code"] == 4
    assert stages(ident) == {DEAL: NOT_COME}
    assert ident.sync(now=LATER)["exit_code"] == 0  # it waits, and was told
    assert ident.sync("--approve", approval(ident), now=LATER)["outcomes"]["applied"] == 1
    assert stages(ident) == {DEAL: CAME}
    assert "approve" not in ident.say("status").out
    assert ident.sync(now=LATER)["operations"] == 0


def test_how_long_after_the_visit_is_configured(ident: Clinic) -> None:
    ident.configure('corrections = "3d"', 'corrections = "5d"')
    said(ident, "Не пришел", EVENING)
    assert said(ident, "Завершен", LATER)["exit_code"] == 0
    assert stages(ident) == {DEAL: CAME}


def test_a_visit_that_took_place_is_taken_back_by_approval_only_also_the_same_evening(ident: Clinic) -> None:
    said(ident, "Завершен", EVENING)
    assert said(ident, "Не пришел", MORNING)["exit_code"] == 4
    assert stages(ident) == {DEAL: CAME}
    diff = ident.say("diff", "--all", "--values", "--approve", approval(ident), now=MORNING)
    assert NOT_COME in diff.out
    assert stages(ident) == {DEAL: CAME}  # a dry run approves nothing
    assert ident.sync(now=MORNING)["operations"] == 0
    ident.sync("--approve", approval(ident), now=MORNING)
    assert stages(ident) == {DEAL: NOT_COME}


def test_an_approval_lets_through_nothing_else(ident: Clinic) -> None:
    said(ident, "Завершен", EVENING)
    said(ident, "Не пришел", MORNING)
    given = approval(ident)
    said(ident, "Отменен", MORNING, "--approve", given)
    assert stages(ident) == {DEAL: CAME}
    assert approval(ident) != given


def test_an_approval_outlives_a_portal_that_is_silent_and_is_used_once(ident: Clinic) -> None:
    said(ident, "Завершен", EVENING)
    said(ident, "Не пришел", MORNING)
    ident.fault("error:ACCESS_DENIED", times=0)
    assert ident.sync("--approve", approval(ident), now=MORNING)["exit_code"] == 1
    ident.box.admin("DELETE", "faults")
    ident.sync(now=MORNING)
    assert stages(ident) == {DEAL: NOT_COME}
    said(ident, "Завершен", MORNING)
    assert stages(ident) == {DEAL: CAME}
    assert said(ident, "Не пришел", "2026-10-07T10:00")["exit_code"] == 4
    assert stages(ident) == {DEAL: CAME}
