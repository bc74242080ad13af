"""Every effect of a run goes wrong in turn, as SQLite tests itself: point 1, 2, 3 … until a run passes untouched.

After each the CRM has to end as after an undisturbed run: nothing twice, nothing lost, no wrong stage, and nobody
written to twice. The whole sweep is ``make test-all``; ``make test`` takes every so-many-th point.
"""

import itertools
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.faults.day import NOON, Day, half_hour
from tests.faults.effects import FAULTS, GENTLE, INSIDE, Fault
from tests.faults.sides import annas_task
from tests.faults.sweep import STORIES, Sweep, swept

STRIDE = 41
"""Every so-many-th point in the quick sweep."""
QUICK: tuple[tuple[str, Fault], ...] = (
    ("first load", "kill"),
    ("half hour", "exception"),
    ("half hour, people before the next run", "refusal"),
    ("half hour, the MIS takes it back", "kill"),
)
FIRST: dict[Fault, int] = {"kill": 3, "exception": 5, "refusal": 7}
LATE = 60
"""Seconds of the portal's clock: as long as a request may work."""
DONE = {(action, kind) for action in ("create", "update") for kind in ("contact", "deal", "task")} | {("move", "deal")}
FEWEST = 60
"""A run that has fewer points than this was not swept."""


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("story", STORIES)
def test_whatever_effect_fails_the_crm_ends_as_undisturbed(day: Day, story: str, fault: Fault) -> None:
    assert swept(day, story, fault) > FEWEST


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["exception", "refusal"])
@pytest.mark.parametrize("story", ["first load", "half hour"])
def test_whatever_is_written_in_a_transaction_fails_and_the_crm_ends_as_undisturbed(
    day: Day, story: str, fault: Fault
) -> None:
    assert swept(day, story, fault, only=INSIDE) > FEWEST


@pytest.mark.slow
@pytest.mark.parametrize("fault", GENTLE)
def test_whenever_a_run_is_stopped_or_its_clock_is_set_back_the_crm_ends_as_undisturbed(day: Day, fault: Fault) -> None:
    assert swept(day, "half hour", fault) > FEWEST


@pytest.mark.parametrize(("story", "fault"), QUICK)
def test_some_of_the_effects_fail_and_the_crm_ends_as_undisturbed(day: Day, story: str, fault: Fault) -> None:
    assert swept(day, story, fault, first=FIRST[fault], stride=STRIDE) > FEWEST // STRIDE


def late(day: Day, fault: Fault) -> list[str]:
    """Each request in turn is worked on a minute after its connection broke, and the next run comes at once."""
    sweep = Sweep(day, STORIES["half hour"])
    wrong: list[str] = []
    for request in itertools.count(1):
        day.back()
        day.clinic.fault(f"drop_late:{LATE}", nth=request)
        ending = day.run(request, fault, only="before a request is answered")
        day.clinic.box.admin("DELETE", "faults")
        if not ending.struck:
            break
        wrong += sweep.end()
    assert request > 4
    return wrong


@pytest.mark.parametrize("fault", ["kill", pytest.param("refusal", marks=pytest.mark.slow)])
def test_what_the_portal_does_a_minute_after_the_connection_broke_is_not_done_twice(day: Day, fault: Fault) -> None:
    """The next run finds nothing yet, and must not believe it."""
    assert late(day, fault) == []


def test_an_undisturbed_half_hour_has_everything_in_it(day: Day) -> None:
    """What is swept is worth it: every kind of operation, moves into another pipeline, people's choices, rejects."""
    half_hour(day)
    before = {deal["id"]: deal["pipeline"] for deal in day.clinic.deals()}
    summary = day.clinic.sync(now=NOON)
    after = {deal["id"]: deal["pipeline"] for deal in day.clinic.deals()}
    assert sum(before[number] != after[number] for number in before) == 2
    assert Counter(task["completed"] for task in day.clinic.state()["tasks"]) == {True: 1, False: 2}
    assert summary["outcomes"]["kept"] == 1
    assert sum(file["rejected"] for file in summary["files"]) == 2
    with closing(sqlite3.connect(day.clinic.folder / "state" / "dentsync.db")) as db:
        done = db.execute("SELECT DISTINCT action, kind FROM journal WHERE run = (SELECT max(run) FROM journal)")
        assert set(done) == DONE


def test_the_judge_finds_differences_of_every_kind(day: Day) -> None:
    half_hour(day)
    clinic, good = day.clinic, day.board()
    assert good.differences(day.board()) == []
    first, second, third = [deal["id"] for deal in clinic.deals() if deal["pipeline"] == "Оповещение о визите"][:3]
    clinic.act("move", deal=first, stage="Пришёл")
    assert "wrong stages: 1" in good.differences(day.board())
    clinic.act("delete", deal=second)
    assert "lost or changed: 2" in good.differences(day.board())
    clinic.act("move", deal=third, stage="Запись подтверждена")
    clinic.act("move", deal=third, stage="Записан")
    assert any(one.startswith("messages sent twice") for one in good.differences(day.board()))
    clinic.act("create_contact", fields={"name": "Анна", "originId": "1", "originatorId": "dentsync"})
    clinic.act("create_contact", fields={"name": "Анна", "originId": "1", "originatorId": "dentsync"})
    assert "duplicates: 1" in good.differences(day.board())
    clinic.act("complete_task", task=annas_task(clinic))
    assert {"tasks lost or changed: 1", "tasks too many or changed: 1"} < set(good.differences(day.board()))
