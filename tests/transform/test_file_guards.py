"""Guards of files: what looks like a broken export is refused, what is usual for a feed is not."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.model import FileRules
from dentsync.transform.file_guards import (
    FEW,
    Contents,
    Counts,
    Past,
    Tally,
    age_refusal,
    column_refusal,
    content_refusals,
    future_refusal,
    size_refusal,
    vanished,
)
from tests.builders import NOW


def tally(count: int) -> Tally:
    found = Tally()
    for line in range(2, count + 2):
        found.add(line)
    return found


def contents(rows: int, **given: Any) -> Contents:
    counted = {name: tally(value) if isinstance(value, int) else value for name, value in given.items()}
    return Contents(rows, **counted)


def files(*rows: int) -> Sequence[Counts]:
    return [(count, 0) for count in rows]


# ── when it was written ──


@pytest.mark.parametrize(("hours", "refused"), [(11, False), (12, False), (13, True)])
def test_a_stale_file_is_refused(hours: int, refused: bool) -> None:
    assert bool(age_refusal(NOW - timedelta(hours=hours), NOW, FileRules(max_age_hours=12))) is refused


@pytest.mark.parametrize(("minutes", "refused"), [(-600, False), (60, False), (61, True)])
def test_a_file_from_the_future_is_refused_where_its_age_matters(minutes: int, refused: bool) -> None:
    ahead = NOW + timedelta(minutes=minutes)
    assert bool(future_refusal(ahead, NOW, FileRules(max_age_hours=12))) is refused
    assert future_refusal(ahead, NOW, FileRules()) == ""


# ── how much of it there is ──


def test_a_file_cut_short_is_refused_once_there_is_something_usual() -> None:
    rules = FileRules(min_percent=80)
    assert size_refusal(500, files(1000, 1000, 990), rules)
    assert size_refusal(900, files(1000, 1000, 990), rules) == ""
    assert size_refusal(500, files(1000, 1000), rules) == ""


def test_the_usual_size_is_compared_exactly() -> None:
    assert size_refusal(500, files(1000, 1000, 1000), FileRules(min_percent=50)) == ""
    assert size_refusal(499, files(1000, 1000, 1000), FileRules(min_percent=50))
    assert size_refusal(3000, files(1000, 1000, 1000), FileRules(max_percent=300)) == ""
    assert size_refusal(3001, files(1000, 1000, 1000), FileRules(max_percent=300))


def test_a_short_list_may_grow_after_a_holiday() -> None:
    assert size_refusal(54, files(4, 4, 4), FileRules()) == ""
    assert size_refusal(55, files(4, 4, 4), FileRules())


def test_an_empty_file_is_refused_unless_it_may_be() -> None:
    assert size_refusal(0, files(20), FileRules())
    assert size_refusal(0, files(20, 20, 20), FileRules(allow_empty=True)) == ""
    assert size_refusal(0, [], FileRules()) == ""


def test_row_counts_outside_the_expected_are_refused() -> None:
    rules = FileRules(min_rows=20, max_rows=400)
    assert size_refusal(19, [], rules)
    assert size_refusal(401, [], rules)
    assert size_refusal(20, [], rules) == ""


def test_earlier_counts_that_cannot_be_read_are_no_reason_to_believe() -> None:
    assert "cannot be read" in size_refusal(20, [(None, None), (None, 3)], FileRules())
    assert size_refusal(20, [(None, None), (20, 0)], FileRules()) == ""


# ── what stands in it ──


def test_rejects_beyond_the_share_are_refused_with_their_fields_and_lines() -> None:
    bad = contents(100, rejected=21, rejected_for=Counter({"status": 20, "phones": 1}))
    [refusal] = content_refusals(bad, Past(), FileRules())
    assert "21 of 100 rows rejected (:2, :3, :4)" in refusal
    assert "because of status 20, phones 1" in refusal
    assert content_refusals(contents(100, rejected=20), Past(), FileRules()) == ()


def test_a_feed_with_many_rejects_is_not_refused_every_day() -> None:
    usual = Past(files=[(100, 30), (100, 31), (90, 28)])
    assert content_refusals(contents(100, rejected=45), usual, FileRules()) == ()
    assert content_refusals(contents(100, rejected=70), usual, FileRules())


def test_one_bad_day_is_not_the_usual() -> None:
    once = Past(files=[(100, 1), (100, 60), (100, 2)])
    assert content_refusals(contents(100, rejected=60), once, FileRules())


def test_a_field_that_cannot_be_read_in_many_rows_is_refused() -> None:
    shifted = contents(100, faulty={"birth_date": tally(31), "email": tally(30)})
    [refusal] = content_refusals(shifted, Past(rows=1000, faulty={"birth_date": 10}), FileRules())
    assert "birth_date unreadable in 31 of 100 rows" in refusal
    assert content_refusals(shifted, Past(rows=1000, faulty={"birth_date": 200}), FileRules()) == ()


def test_letters_of_a_wrong_encoding_are_refused_also_in_a_small_file() -> None:
    assert content_refusals(contents(2, garbled=2), Past(), FileRules())
    assert content_refusals(contents(20, garbled=2), Past(), FileRules()) == ()
    assert content_refusals(contents(100, garbled=6), Past(), FileRules())
    assert content_refusals(contents(100, garbled=5), Past(), FileRules()) == ()


def test_a_last_line_that_breaks_off_is_refused_unless_it_may() -> None:
    assert content_refusals(Contents(20), Past(), FileRules()) == ()
    torn = Contents(20, broken_off=21)
    assert "line 21" in content_refusals(torn, Past(), FileRules())[0]
    assert content_refusals(torn, Past(), FileRules(whole=False)) == ()


def test_a_guard_that_is_switched_off_says_nothing() -> None:
    rules = FileRules(
        min_percent=None, max_percent=None, max_rejects=None, max_faulty=None, max_garbled=None, whole=False
    )
    worst = contents(100, rejected=100, garbled=100, faulty={"email": tally(100)})
    assert content_refusals(worst, Past(), rules) == ()
    assert size_refusal(1, files(100, 100, 100), rules) == ""
    assert size_refusal(9999, files(100, 100, 100), rules) == ""


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 100))
def test_shares_of_rows_are_exact(count: int, more: int, percent: int) -> None:
    rows = count + more
    rules = FileRules(max_rejects=percent, max_faulty=percent)
    found = content_refusals(contents(rows, rejected=count, faulty={"email": tally(count)}), Past(), rules)
    assert len(found) == 2 * (count >= FEW and count * 100 > percent * rows)


@settings(deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=6), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_what_is_usual_never_depends_on_the_order_of_files(counts: list[int], rows: int, chance: Any) -> None:
    shuffled = list(counts)
    chance.shuffle(shuffled)
    assert size_refusal(rows, files(*counts), FileRules()) == size_refusal(rows, files(*shuffled), FileRules())


# ── its columns ──


def test_a_column_that_earlier_files_had_is_missed() -> None:
    assert vanished(["full_name", "doctor", "phones"], ["full_name", "phones"]) == ("doctor",)
    assert vanished([], ["full_name"]) == ()


def test_one_column_may_become_its_parts_and_parts_one_column() -> None:
    parts = ["last_name", "first_name", "patronymic"]
    assert vanished(["full_name"], parts) == ()
    assert vanished(parts, ["full_name"]) == ()
    assert vanished(["start_on", "start_time"], ["start_at"]) == ()
    assert vanished(["start_at"], ["start_on", "start_time"]) == ()
    assert vanished(parts, ["last_name"]) == ("first_name", "patronymic")
    assert vanished(["start_on", "start_time"], ["start_on"]) == ("start_time",)


def test_a_missed_column_is_named_as_the_file_would_name_it() -> None:
    assert "doctor («Врач»)" in column_refusal(["doctor"], {"doctor": ("Врач", "Доктор")})
    assert column_refusal([], {}) == ""
