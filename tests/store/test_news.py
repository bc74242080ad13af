"""Which rows a CRM has yet to hear of, where one store serves two."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from dentsync.store import FileEntry, FreshRow, Store
from dentsync.store.incoming import Incoming
from dentsync.store.news import News
from dentsync.store.schema import MIGRATIONS

EIGHT, NINE, TEN, NOON = (datetime(2026, 10, 5, hour, tzinfo=UTC) for hour in (8, 9, 10, 12))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "dentsync.db") as store:
        put(store)
        yield store


def put(store: Store, cells: str = "1") -> None:
    """A file with one row."""
    file = store.facts.open_file(FileEntry("patients", cells, "patients.csv", 1, NOON.isoformat(), NOON.isoformat()))
    incoming = Incoming(store.facts, "patients", file)
    incoming.put(FreshRow("1", int(cells), 2, {"card_number": cells}), incoming.earlier("1"), silent=False)


def served(store: Store, target: str, wake: datetime | None = None, now: datetime = EIGHT) -> int:
    """A run that carries out all that is news; how much it was."""
    news = News(store.db, target)
    news.heal("rules", now)
    rows = list(news.rows(now))
    news.settle([(row.id, wake.isoformat() if wake else None) for row in rows])
    return len(rows)


def test_each_hears_of_a_row_once_and_again_when_it_changes(store: Store) -> None:
    assert [served(store, target) for target in ("a", "b", "a", "b")] == [1, 1, 0, 0]
    put(store, "2")
    assert [served(store, target) for target in ("b", "b", "a", "b")] == [1, 0, 1, 0]


def test_one_that_was_never_served_has_everything_before_it(store: Store) -> None:
    served(store, "a")
    assert News(store.db, "b").is_any(EIGHT, "rules")
    assert News(store.db, "b").count(EIGHT) == 1
    assert not News(store.db, "a").is_any(EIGHT, "rules")


def test_new_rules_of_one_are_no_news_for_the_other(store: Store) -> None:
    served(store, "a"), served(store, "b")
    News(store.db, "a").heal("other rules", EIGHT)
    assert [News(store.db, target).count(EIGHT) for target in ("a", "b")] == [1, 0]


@pytest.mark.parametrize(("first", "second"), [(NINE, TEN), (TEN, NINE), (NINE, None), (None, NINE)])
def test_the_earliest_clock_wakes_a_row_for_both_whoever_settled_it_last(
    store: Store, first: datetime | None, second: datetime | None
) -> None:
    served(store, "a", first), served(store, "b", second)
    assert [News(store.db, target).count(EIGHT) for target in ("a", "b")] == [0, 0]
    assert [served(store, target, now=NINE) for target in ("a", "b", "a", "b")] == [1, 1, 0, 0]


def test_of_one_alone_the_newest_moment_counts(store: Store) -> None:
    served(store, "a", NINE)
    put(store, "2")
    served(store, "a", TEN)
    assert served(store, "a", now=NINE) == 0


def test_whose_a_row_was_is_known_until_both_have_taken_it_from_there(store: Store) -> None:
    a, b = News(store.db, "a"), News(store.db, "b")
    served(store, "a"), served(store, "b")
    store.facts.set_person(1, "old")
    put(store, "2")
    served(store, "a")
    a.move(1, "new")
    [row] = b.rows(EIGHT)
    assert (row.person, row.left) == ("new", "old")
    served(store, "b")
    assert [(row.person, row.left) for row in store.facts.rows_of("new")] == [("new", None)]


def test_a_store_from_before_looks_at_everything_once_and_keeps_what_waited(tmp_path: Path) -> None:
    path = tmp_path / "dentsync.db"
    older(path)
    with Store(path) as store:
        assert store.ledger.held("amocrm") == [("deal", "1", "a.csv:2", "two cards")]
        assert store.ledger.approved("amocrm") == {"1f0c"}
        assert [served(store, target) for target in ("amocrm", "bitrix24", "amocrm")] == [1, 1, 0]


def older(path: Path) -> None:
    """A store as the release before made it, with a settled row."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        db = Database(raw)
        for step in MIGRATIONS[:5]:
            step(db)
        raw.execute("PRAGMA user_version = 5")
        raw.execute("INSERT INTO feeds VALUES (1, 'patients')")
        raw.execute("INSERT INTO files(id, feed, sha256, name) VALUES (1, 1, 'x', 'a.csv')")
        raw.execute(
            "INSERT INTO rows(feed, key, fingerprint, cells, file, line, settled) VALUES (1, '1', 1, '{}', 1, 2, 1)"
        )
        raw.execute("INSERT INTO cache VALUES ('amocrm', 'pace', '{}', '2026-10-05')")
        raw.execute("INSERT INTO held VALUES ('deal', '1', 'a.csv:2', 'two cards', '2026-10-05')")
        raw.execute("INSERT INTO meta VALUES ('rules', 'rules'), ('approved', '1f0c')")
