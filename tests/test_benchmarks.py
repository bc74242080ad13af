"""The harness of `make bench` at its smallest: it still runs, and what it prepares is what a real run leaves."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import amoload, data, dirty, exports, names, online, phones, state, traffic
from benchmarks.measure import once
from benchmarks.portal import clinic

COUNT = 300
LEFT = {
    "rows": "key, fingerprint, cells, line, person, settled, wake_at, silent",
    "people": "key, name_key, card",
    "aliases": "key, person",
    "phones": "phone, person",
    "items": "target, kind, key, contact, pipeline, stage, status, fields, unsure, theirs",
    "journal": "run, target, action, kind, key, result, reason",
}
"""All that `diff` and `sync` work with, but for moments of the wall clock and the order in which the CRM counts."""


def test_diff_finds_exactly_what_is_different(tmp_path: Path) -> None:
    diff = exports.ours(tmp_path, COUNT)
    assert exports.planned(diff) == {"update": 3, "create": 1}
    run = once(diff)
    assert run.wall > 0 < run.cpu
    assert 5 < run.memory < 500


@pytest.mark.slow
def test_the_prepared_state_is_what_a_run_against_the_sandbox_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "SLICE", 70)
    prepared = state.after_first(tmp_path / "prepared", COUNT)
    with clinic(tmp_path / "real", speed=1.0) as there:
        there.drop("patients_1.csv", data.first(COUNT))
        there.run("sync")
        for table, columns in LEFT.items():
            assert _rows(prepared, table, columns) == _rows(there.config, table, columns), table
        assert _rows(prepared, "items", "crm_id") == _rows(there.config, "items", "crm_id")


def _rows(config: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(config.parent / "state" / "dentsync.db")) as db:
        found = sorted(db.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr)
    assert found
    return found


def test_ten_contacts_and_ten_deals_take_one_request_and_two_where_people_may_have_been_there(tmp_path: Path) -> None:
    with clinic(tmp_path / "traffic", traffic.SPEED) as there:
        traffic.known(there, 10)
        assert len(traffic.plain(there, 10).requests) == traffic.fewest(10, 0) == 1
        visit = traffic.with_reading(there, 10)
        assert len(visit.requests) == traffic.fewest(10, 1) == 2
        assert traffic.reading(visit) == 1


def test_a_first_load_into_amocrm_writes_in_as_few_requests_as_there_can_be(tmp_path: Path) -> None:
    with amoload.clinic(tmp_path / "amoload") as there:
        first, second = amoload.first(there, COUNT), amoload.second(there, COUNT)
    assert first[3] == str(amoload.fewest([COUNT, COUNT]))
    assert second[3] == second[4] == str(amoload.fewest([3, 3, 1, 1]))


@pytest.mark.slow
def test_what_people_did_is_found_in_one_request_and_one_more(tmp_path: Path) -> None:
    with clinic(tmp_path / "online", online.SPEED) as there:
        online.loaded(there, COUNT)
        assert len(online.look(there, Counter()).requests) == 1
        assert len(online.look(there, online.touched(there, COUNT)).requests) <= 2


def test_phone_cells_are_read_right_and_the_table_says_how_others_read_them() -> None:
    for kind, category, count, ours, *others in phones.accuracy().rows:
        assert ours == count, (kind, category)
        assert category != "all" or all(other != count for other in others)
    assert phones.seconds_of("mixed", "dentsync", 200) > 0


def test_no_name_of_any_list_is_given_wrong_for_use(tmp_path: Path) -> None:
    rows = names.accuracy(tmp_path, others=()).rows
    assert {row[0] for row in rows} == {*names.LISTS.values(), "held out, both"}
    assert not [row for row in rows if "wrong" in row[3]]
    assert sum(int(row[2]) for row in rows if row[1] == "all") == len(names.cases())


def test_what_nobody_asked_about_and_is_not_expected_is_wrong() -> None:
    right = ("Петров", "Иван", "")
    answers = [names.Answer(parts, asked) for parts in (right, ("", "", "")) for asked in (True, False)]
    assert [names.verdict(answer, right) for answer in answers] == ["right, asked", "right", "asked", "wrong"]


def test_names_that_were_seen_cost_nothing() -> None:
    assert names.seconds_of("mixed", 300) > names.seconds_of("again", 300) * 20


def test_of_a_dirty_file_only_what_changed_is_judged_again(tmp_path: Path) -> None:
    came = {step: dirty.what_came(once(command).out) for step, command in dirty.commands(tmp_path, COUNT).items()}
    judged, new, changed = came.values()
    assert new == f"{judged.split()[0]} create"
    assert changed == "3 update"
