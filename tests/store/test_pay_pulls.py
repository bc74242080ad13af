"""Pulled months: versions side by side, in the store and in a copy that is restored."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

from dentsync.model import PortalAnswer
from dentsync.store import Store
from dentsync.store.pay_pulls import PayPulls
from dentsync.store.restoring import keep_ledger

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
FIRST = [PortalAnswer("timeman.record.list", "503", {"items": [{"id": "7", "endTime": None}]})]
SECOND = [PortalAnswer("timeman.record.list", "503", error="REFUSED")]


def versions(store: Store) -> list[tuple[int, str]]:
    return store.db.execute("SELECT version, pulled_at FROM pay_pulls ORDER BY month, version").fetchall()


def test_the_newest_version_counts_and_the_others_stay(tmp_path: Path) -> None:
    with Store(tmp_path / "dentsync.db") as store:
        pulls = PayPulls(store.db)
        assert pulls.newest("2026-10") is None
        for answers in (FIRST, SECOND, FIRST):
            pulls.put("2026-10", answers, AT)
        pulls.put("2026-11", SECOND, AT)
        found = pulls.newest("2026-10")
        assert found is not None
        assert (found.version, found.at, list(found.answers)) == (3, AT, FIRST)
        assert len(versions(store)) == 4


def test_what_is_said_again_word_for_word_is_only_later(tmp_path: Path) -> None:
    with Store(tmp_path / "dentsync.db") as store:
        for hour in (9, 10):
            assert PayPulls(store.db).put("2026-10", FIRST, AT.replace(hour=hour)).version == 1
        assert versions(store) == [(1, "2026-11-01T10:00:00+00:00")]


def test_a_restored_copy_has_what_was_pulled_since(tmp_path: Path) -> None:
    present, copy = tmp_path / "dentsync.db", tmp_path / "copy.db"
    with Store(present) as store:
        PayPulls(store.db).put("2026-10", FIRST, AT)
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copyfile(present, copy)
        PayPulls(store.db).put("2026-10", SECOND, AT)
    keep_ledger(copy, present)
    with closing(Store(copy, anew=True).db) as db:
        newest = PayPulls(db).newest("2026-10")
    assert newest is not None
    assert list(newest.answers) == SECOND
