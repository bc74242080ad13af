"""Whom a run's end is told to: once when it starts to fail, once when it works again, never twice."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.errors import ExitCode
from dentsync.transform.alerts import Ending, Standing, after, due, event_of, knows, notice_of
from tests.builders import NOW

CODES = [0, 1, 2, 3, 4, 5, 6, 130, 143]


def told(
    codes: Iterable[int], places: tuple[str, ...] = ("mail",), lost: Iterable[bool] = ()
) -> list[tuple[int, str, int]]:
    """Run by run: which run told what about which code. ``lost``: whether a run's letters do not arrive."""
    standing, found, losses = Standing(), [], iter(lost)
    for number, code in enumerate(codes):
        standing = after(standing, Ending(code, NOW + timedelta(hours=number), f"error {code}"))
        is_lost = next(losses, False)
        for place in due(standing, places):
            if not is_lost:
                found.append((number, event_of(standing, place), standing.code))
                standing = knows(standing, place)
    return found


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([0, 0, 0], []),
        ([0, 1, 1, 0], [(1, "failing", 1), (3, "recovered", 0)]),
        ([1, 1, 1], [(0, "failing", 1)]),
        ([1, 5, 5, 0, 0], [(0, "failing", 1), (1, "changed", 5), (3, "recovered", 0)]),
        ([6, 6, 0], []),
        ([6, 6, 6, 6, 0], [(2, "failing", 6), (4, "recovered", 0)]),
        ([1, 6, 1, 6, 6, 1], [(0, "failing", 1)]),
        ([6, 6, 1, 6, 6, 0], [(2, "failing", 1), (5, "recovered", 0)]),
        ([143, 6, 143], [(2, "failing", 143)]),
        ([130, 130, 130, 130], []),
        ([1, 130, 1, 0], [(0, "failing", 1), (3, "recovered", 0)]),
        ([10, 10], []),
        ([6, 130, 6, 130, 6], [(4, "failing", 6)]),
    ],
)  # fmt: skip
def test_a_change_is_told_once(codes: list[int], expected: list[tuple[int, str, int]]) -> None:
    assert told(codes) == expected


def test_a_letter_that_did_not_arrive_is_sent_again_by_the_next_run() -> None:
    assert told([1, 1, 1, 0], lost=[True, True]) == [(2, "failing", 1), (3, "recovered", 0)]
    assert told([1, 0, 0, 0], lost=[False, True]) == [(0, "failing", 1), (2, "recovered", 0)]


def test_trouble_that_was_over_before_anybody_heard_of_it_is_not_told() -> None:
    assert told([1, 0], lost=[True]) == []


def test_each_place_is_told_for_itself() -> None:
    standing = knows(after(Standing(), Ending(1, NOW)), "mail")
    assert due(standing, ("mail", "webhook")) == ("webhook",)


def test_trouble_begins_when_it_stopped_being_well_whatever_came_after() -> None:
    standing = Standing()
    for hours, code in enumerate([0, 1, 5, 1]):
        standing = after(standing, Ending(code, NOW + timedelta(hours=hours)))
    assert standing.since == NOW + timedelta(hours=1)


def test_a_lock_that_lasts_began_with_its_first_run() -> None:
    standing = Standing()
    for hours in range(3):
        standing = after(standing, Ending(6, NOW + timedelta(hours=hours)))
    assert (standing.code, standing.since) == (6, NOW)


def test_a_notice_says_who_what_since_when_and_what_to_do() -> None:
    standing = after(Standing(), Ending(5, NOW, "300 перемещений сделок: больше 30%"))
    notice = notice_of("failing", standing, clinic="Ваша улыбка", line="sync visits", at=NOW, run="0a1b2c3d")
    assert notice.subject == "dentsync: Ваша улыбка: sync visits — остановлено предохранителем, ничего не отправлено"
    for word in (
        "Ваша улыбка",
        "dentsync sync visits",
        "300 перемещений",
        "код 5",
        "05.10.2026 14:00",
        "--approve",
        "0a1b2c3d",
    ):
        assert word in notice.text


def test_a_recovery_says_since_when_it_was_not_well() -> None:
    standing = after(after(Standing(), Ending(1, NOW)), Ending(0, NOW + timedelta(hours=2)))
    notice = notice_of("recovered", standing, clinic="", line="sync", at=NOW + timedelta(hours=2), run="x")
    assert "снова работает" in notice.subject
    assert "Не в порядке было с: 05.10.2026 14:00" in notice.text
    assert "Сейчас: 05.10.2026 16:00" in notice.text


@pytest.mark.parametrize("code", [code for code in ExitCode if code not in (0, 10, 130)])
def test_every_end_has_words_of_its_own(code: int) -> None:
    texts = {notice_of("failing", Standing(code=one), clinic="", line="", at=NOW, run="").text for one in (code, 99)}
    assert len(texts) == 2


# ── laws ──────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.sampled_from(CODES)), st.lists(st.booleans()))
def test_nobody_is_told_the_same_twice_in_a_row(codes: list[int], lost: list[bool]) -> None:
    news = [code for _number, _event, code in told(codes, lost=lost)]
    assert all(one != following for one, following in pairwise(news))
    assert 0 not in news[:1]


@given(st.lists(st.sampled_from(CODES)), st.lists(st.booleans()))
def test_when_letters_arrive_again_everybody_knows_how_it_stands(codes: list[int], lost: list[bool]) -> None:
    news = told([*codes, 1], lost=[*(lost + [False] * len(codes))[: len(codes)], False])
    assert news[-1][2] == 1
