"""The sweep of ``test_sweep`` into an account of amoCRM: the same stories, the same judge."""

import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.faults.day import NOON, Day, half_hour
from tests.faults.effects import GENTLE, INSIDE, Fault
from tests.faults.sides import AmoCrm, Side
from tests.faults.sweep import STORIES, swept
from tests.faults.test_sweep import DONE, FEWEST, FIRST, late

STRIDE = 131
"""Every so-many-th point in the quick sweep."""
QUICK: tuple[tuple[str, Fault], ...] = (
    ("half hour", "kill"),
    ("half hour, people before the next run", "refusal"),
)


@pytest.fixture
def side(request: pytest.FixtureRequest) -> Side:
    return AmoCrm(paid=getattr(request, "param", True))


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES)
def test_wherever_a_run_is_killed_the_account_ends_as_undisturbed(day: Day, story: str) -> None:
    assert swept(day, story, "kill") > FEWEST


@pytest.mark.slow
@pytest.mark.parametrize("side", [False], indirect=True, ids=["unpaid"])
def test_where_nothing_can_be_filtered_by_a_field_it_ends_as_undisturbed(day: Day) -> None:
    assert swept(day, "half hour", "kill") > FEWEST


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["exception", "refusal"])
@pytest.mark.parametrize("story", ["first load", "half hour"])
def test_whatever_effect_fails_the_account_ends_as_undisturbed(day: Day, story: str, fault: Fault) -> None:
    assert swept(day, story, fault) > FEWEST


@pytest.mark.slow
def test_whatever_is_written_in_a_transaction_fails_and_the_account_ends_as_undisturbed(day: Day) -> None:
    assert swept(day, "half hour", "refusal", only=INSIDE) > FEWEST


@pytest.mark.slow
@pytest.mark.parametrize("fault", GENTLE)
def test_whenever_a_run_is_stopped_or_its_clock_is_set_back_it_ends_as_undisturbed(day: Day, fault: Fault) -> None:
    assert swept(day, "half hour", fault) > FEWEST


@pytest.mark.parametrize(("story", "fault"), QUICK)
def test_some_of_the_effects_fail_and_the_account_ends_as_undisturbed(day: Day, story: str, fault: Fault) -> None:
    assert swept(day, story, fault, first=FIRST[fault], stride=STRIDE) > FEWEST // STRIDE


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["kill", "refusal"])
def test_what_the_account_does_a_minute_after_the_connection_broke_is_not_done_twice(day: Day, fault: Fault) -> None:
    assert late(day, fault) == []


def test_an_undisturbed_half_hour_has_everything_in_it(day: Day) -> None:
    """As in Bitrix24; and a caller's lead that is taken over, a reason for losing, cards that wait for a person."""
    half_hour(day)
    before = {deal["id"]: deal for deal in day.clinic.deals()}
    summary = day.clinic.sync(now=NOON)
    after = {deal["id"]: deal for deal in day.clinic.deals()}
    assert sum(before[number]["pipeline"] != after[number]["pipeline"] for number in before) == 2
    assert [after[number]["name"] for number in before if before[number]["name"] == "Звонок"] == [
        "Зимин Олег Львович, 06.10 12:00, Орлова"
    ]
    assert "Отменил запись" in {deal["loss_reason"] for deal in after.values()}
    assert {name: summary["outcomes"][name] for name in ("kept", "held")} == {"kept": 1, "held": 2}
    assert Counter(task["completed"] for task in day.clinic.state()["tasks"]) == {True: 1, False: 2}
    [anna] = [one for one in day.clinic.contacts() if one["name"] == "Анна Соколова"]
    assert (anna["phones"], anna["tags"]) == (["+79165550111", "8 900 555-01-99"], ["МИС", "постоянная"])
    with closing(sqlite3.connect(day.clinic.folder / "state" / "dentsync.db")) as db:
        done = db.execute("SELECT DISTINCT action, kind FROM journal WHERE run = (SELECT max(run) FROM journal)")
        assert set(done) == DONE
