"""Whatever an account of amoCRM answers to whichever request of a half hour: one clear line, the right code, the same
end once it is well. Its tokens end in the middle, and get lost between their reply and the disk.
"""

import itertools
import json
from collections.abc import Iterator

import pytest

from tests.faults.day import Day
from tests.faults.forks import Ending
from tests.faults.sides import AmoCrm, Side
from tests.faults.sweep import STORIES, Sweep
from tests.faults.test_portal import LOST, wrong_with

WELL = {0, 4}
"""Codes of a run that had nothing to do with the fault: two visits wait for a person."""
STOPS = {1}
ANSWERS: dict[str, set[int]] = {
    **dict.fromkeys(("too_many_html", "too_many_json", "unpaid:540"), WELL),
    **dict.fromkeys(("blocked", "ip_denied", "expired_token"), STOPS),
    "no_right": {1, 2},
    **dict.fromkeys(("drop_before", "drop_after", "drop_half", "truncated_json", "html_404", "search_failed"), LOST),
    **dict.fromkeys(("http_500", "http_500_after", "http_500_html", "html_502", "html_503"), LOST),
    **dict.fromkeys(("html_504", "html_504_after", "html_504_half", "system_error", "system_error_after"), LOST),
    **dict.fromkeys(("html_200", "empty_200", "empty_200_after"), LOST),
}
"""What one request is answered with -> exit codes that are right for that."""
WRITES = ("POST contacts", "POST leads", "PATCH contacts", "PATCH leads")
USUAL = (
    ("html_504_half", "POST contacts"),
    ("drop_half", "PATCH leads"),
    ("blocked", "PATCH leads"),
    ("ip_denied", "POST contacts"),
    ("unpaid:540", "POST leads"),
    ("too_many_json", "PATCH contacts"),
)


def well_again(day: Day) -> None:
    day.clinic.box.admin("DELETE", "faults")
    day.clinic.box.admin("POST", "settings", {"blocked": False})


def answered(sweep: Sweep, what: str, match: str = "*", nth: int = 1, times: int = 1) -> Ending | None:
    """The half hour's run with its n-th request of a kind answered so; None where there is no such request."""
    sweep.day.back()
    before = sweep.day.clinic.counters()["faults"]
    sweep.day.clinic.fault(what, match, nth=nth, times=times)
    ending = sweep.day.run()
    struck = sweep.day.clinic.counters()["faults"] > before
    well_again(sweep.day)
    return ending if struck else None


@pytest.fixture
def side(request: pytest.FixtureRequest) -> Side:
    return AmoCrm(oauth=getattr(request, "param", False))


@pytest.fixture
def sweep(day: Day) -> Iterator[Sweep]:
    yield Sweep(day, STORIES["half hour"])
    well_again(day)


def test_a_request_with_changes_may_be_answered_as_accounts_do(sweep: Sweep) -> None:
    for what, match in USUAL:
        ending = answered(sweep, what, match)
        assert ending, (what, match)
        assert list(wrong_with(sweep, ending, ANSWERS[what])) == [], (what, match)


def test_a_blocked_account_is_asked_nothing_more_in_this_run(sweep: Sweep) -> None:
    assert answered(sweep, "blocked", "PATCH leads")
    before = sweep.day.clinic.counters()["requests"]
    sweep.day.clinic.box.admin("POST", "settings", {"blocked": True})
    assert sweep.day.run().code == 1
    assert sweep.day.clinic.counters()["requests"] - before <= 8, "a handful that had set off together"


@pytest.mark.slow
@pytest.mark.parametrize("what", ANSWERS)
def test_any_request_may_be_answered_with_anything(sweep: Sweep, what: str) -> None:
    for nth in itertools.count(1):
        ending = answered(sweep, what, nth=nth)
        if not ending:
            break
        assert list(wrong_with(sweep, ending, ANSWERS[what])) == [], nth
    assert nth > len(WRITES)


@pytest.mark.slow
@pytest.mark.parametrize("what", sorted(set(ANSWERS) - {"unpaid:540", "too_many_json"}))
def test_an_account_that_goes_wrong_at_any_request_and_stays_so_is_left_alone(sweep: Sweep, what: str) -> None:
    for nth in itertools.count(1):
        ending = answered(sweep, what, nth=nth, times=0)
        if not ending:
            break
        assert list(wrong_with(sweep, ending, {1, 2, 4})) == [], nth
    assert nth > len(WRITES)


# ── tokens ──

oauth = pytest.mark.parametrize("side", [True], indirect=True, ids=["oauth"])


def exchanges(day: Day) -> int:
    commands: dict[str, int] = day.clinic.counters()["commands"]
    return commands.get("POST oauth2/access_token", 0)


@oauth
@pytest.mark.parametrize("match", WRITES)
def test_a_token_that_ends_in_the_middle_is_exchanged_once_and_nothing_is_lost(sweep: Sweep, match: str) -> None:
    before = exchanges(sweep.day)
    ending = answered(sweep, "expired_token", match)
    assert ending
    assert ending.code in WELL
    assert exchanges(sweep.day) == before + 1
    assert sweep.end() == []


@oauth
def test_a_pair_that_was_lost_between_its_reply_and_the_disk_is_told_and_a_fresh_code_goes_on(sweep: Sweep) -> None:
    day = sweep.day
    day.back()
    day.clinic.fault("expired_token", "PATCH leads")
    assert day.run(1, only="before open .amocrm-tokens.json.part").struck
    well_again(day)
    # The token of before lives on for its day; when it ends, there is nothing to exchange.
    day.clinic.box.admin("POST", "settings", {"advance": 90_000})
    ending = day.run()
    assert ending.code == 1
    error = json.loads(ending.out)["error"]
    assert "authorise the integration anew" in error
    assert not error.count("\n")
    day.secrets["DENTSYNC_CODE"] = day.clinic.box.admin("POST", "code", {})["code"]
    assert day.run().code in WELL
    day.secrets.pop("DENTSYNC_CODE")
    assert sweep.end() == []


@oauth
@pytest.mark.slow
def test_wherever_an_exchange_is_killed_a_fresh_code_is_all_that_is_needed(sweep: Sweep) -> None:
    """The token has ended before the run: it begins with the exchange."""
    day = sweep.day
    for point in itertools.count(1):
        day.back()
        day.clinic.box.admin("POST", "settings", {"advance": 90_000})
        ending = day.run(point)
        if not ending.struck:
            break
        if day.run().code == 1:
            day.secrets["DENTSYNC_CODE"] = day.clinic.box.admin("POST", "code", {})["code"]
            assert day.run().code in WELL, ending.struck
            day.secrets.pop("DENTSYNC_CODE")
        assert sweep.end() == [], ending.struck
    assert point > 60
