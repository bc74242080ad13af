"""Whatever the portal answers to whichever request: one clear line, the right code, the same end once it is well."""

import itertools
import json
from collections.abc import Iterator

import pytest

from tests.faults.day import Day
from tests.faults.forks import Ending
from tests.faults.sweep import STORIES, Sweep

LOST = {0, 1, 4}
ANSWERS: dict[str, set[int]] = {
    "query_limit": {0},
    "redirect_302": {0},
    "expired_token": {1},
    "access_denied_plan": {1},
    "overload": {1},
    "portal_deleted": {1},
    "error_key_200": {1, 4},
    **dict.fromkeys(("drop_before", "drop_after", "half_batch:1", "truncated_json"), LOST),
    **dict.fromkeys(("http_500", "http_500_after", "http_502_html", "http_504_html_after"), LOST),
    **dict.fromkeys(("html_200", "empty_200", "empty_200_after", "portal_off_html_404"), LOST),
}
"""What one request is answered with -> exit codes that are right for that."""
WRITES = 5
"""The request of the half hour that carries most of its changes."""
USUAL = (
    "redirect_302", "expired_token", "html_200", "error_key_200", "empty_200_after", "truncated_json",
    "portal_off_html_404", "portal_deleted", "overload",
)  # fmt: skip


def answered(sweep: Sweep, what: str, nth: int, times: int) -> Ending | None:
    """The half hour's run with its n-th request answered so; None where there is no such request."""
    box = sweep.day.clinic.box
    sweep.day.back()
    before = sweep.day.clinic.counters()["faults"]
    sweep.day.clinic.fault(what, nth=nth, times=times)
    ending = sweep.day.run()
    box.admin("DELETE", "faults")
    return ending if sweep.day.clinic.counters()["faults"] > before else None


def wrong_with(sweep: Sweep, ending: Ending, codes: set[int]) -> Iterator[str]:
    """What is wrong with what the run said, and with where the next ones ended."""
    error = json.loads(ending.out)["error"]
    if ending.code not in codes:
        yield f"code {ending.code}"
    if ending.err not in ("", f"dentsync: {error}\n") or error.count("\n") or (ending.code == 1 and not error):
        yield f"not one clear line: {error}{ending.err}"
    yield from sweep.shown(ending)
    yield from sweep.end()


@pytest.fixture
def sweep(day: Day) -> Sweep:
    return Sweep(day, STORIES["half hour"])


def test_the_request_with_the_changes_may_be_answered_with_anything(sweep: Sweep) -> None:
    for what in USUAL:
        ending = answered(sweep, what, WRITES, times=1)
        assert ending, what
        assert list(wrong_with(sweep, ending, ANSWERS[what])) == [], what


def test_a_portal_that_is_switched_off_in_the_middle_is_left_alone(sweep: Sweep) -> None:
    for what in ("portal_off_html_404", "overload"):
        ending = answered(sweep, what, WRITES - 1, times=0)
        assert ending, what
        assert list(wrong_with(sweep, ending, {1})) == [], what


@pytest.mark.slow
@pytest.mark.parametrize("what", ANSWERS)
def test_any_request_may_be_answered_with_anything(sweep: Sweep, what: str) -> None:
    for nth in itertools.count(1):
        ending = answered(sweep, what, nth, times=1)
        if not ending:
            break
        assert list(wrong_with(sweep, ending, ANSWERS[what])) == [], nth
    assert nth > WRITES


@pytest.mark.slow
@pytest.mark.parametrize("what", sorted(set(ANSWERS) - {"redirect_302"}))
def test_a_portal_that_goes_wrong_at_any_request_and_stays_so_is_left_alone(sweep: Sweep, what: str) -> None:
    for nth in itertools.count(1):
        ending = answered(sweep, what, nth, times=0)
        if not ending:
            break
        assert list(wrong_with(sweep, ending, {1, 4})) == [], nth
    assert nth > WRITES
