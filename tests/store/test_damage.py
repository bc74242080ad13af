"""A store that is damaged, or gone, is refused with one line and never taken for an empty one."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dentsync.errors import StoreError
from dentsync.store import Store
from dentsync.store.lineage import NOTE, Lineage, lineage_of, read_note, sign
from tests.clinic import ANNA, DAY, IVAN, Clinic
from tests.runs.test_failures import one_line, process, rows, wait_for


@pytest.fixture
def store(clinic: Clinic) -> Path:
    """The store of a clinic that has been at work for a while."""
    clinic.patients(ANNA, *rows(60))
    clinic.sync()
    clinic.patients(ANNA.replace("VIP", "Активный"), *rows(60), name="patients_2.csv")
    clinic.sync()
    return clinic.folder / "state" / "dentsync.db"


def is_refused(clinic: Clinic, word: str, *commands: str) -> None:
    """Every command says one line with the word and leaves with 1; the CRM is not asked for anything."""
    requests = clinic.counters()["requests"]
    for command in commands or ("sync", "diff", "status", "check", "push", "extract"):
        said = clinic.say(command)
        assert (said.code, word in one_line(said)) == (1, True), (command, said)
    assert clinic.counters()["requests"] == requests


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def torn(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1000)


def other_magic(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"SQLITE FORMAT 2\0")


def text_file(path: Path) -> None:
    path.write_text("Здесь была база\n" * 300, encoding="utf-8")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def zeroed_schema(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(bytes(3996))


def rubbish_inside(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


@pytest.mark.parametrize("damage", [cut, torn, other_magic, text_file, zeros, zeroed_schema, rubbish_inside])
def test_a_damaged_store_is_refused_by_every_command(
    clinic: Clinic, store: Path, damage: Callable[[Path], None]
) -> None:
    damage(store)
    is_refused(clinic, "dentsync state restore")
    assert clinic.say("state", "check", now="").code == 1


@pytest.mark.parametrize("page", ["rows", "items", "journal", "files", "meta", "runs"])
def test_a_zeroed_page_is_found_where_it_is_needed_and_by_the_check(clinic: Clinic, store: Path, page: str) -> None:
    with closing(sqlite3.connect(store)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (page,)).fetchone()[0]
    with store.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(bytes(4096))
    said = clinic.say("state", "check", now="")
    assert said.code == 1
    assert "damaged" in said.err
    clinic.patients(ANNA.replace("VIP", "Новый"), *rows(60), name="patients_3.csv")
    said = clinic.say("sync")
    assert (said.code, "damaged" in one_line(said)) == (1, True), said


def missing(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def folder_emptied(path: Path) -> None:
    for file in path.parent.iterdir():
        file.unlink()


def folder_gone(path: Path) -> None:
    shutil.rmtree(path.parent)


def only_a_copy_is_left(path: Path) -> None:
    (path.parent / "backups").mkdir()
    path.rename(path.parent / "backups" / "dentsync-20261005-140000.db")
    (path.parent / NOTE).unlink()
    shutil.rmtree(path.parent.parent / "archive")


@pytest.mark.parametrize("loss", [missing, emptied, folder_emptied, folder_gone, only_a_copy_is_left])
def test_a_store_that_vanished_is_missed_and_not_made_anew(
    clinic: Clinic, store: Path, loss: Callable[[Path], None]
) -> None:
    loss(store)
    left = {path for path in store.parent.glob("dentsync.db*") if path.stat().st_size == 0}
    is_refused(clinic, "dentsync state new")
    assert set(store.parent.glob("dentsync.db*")) == left, "not even an empty file is made"
    assert clinic.say("state", "backup", now="").code == 1
    assert clinic.say("state", "check", now="").code == 1


def test_a_clinics_first_evening_is_none_of_this(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    assert clinic.sync()["exit_code"] == 0
    assert read_note(clinic.folder / "state")


def test_a_run_that_was_killed_while_it_made_the_store_leaves_nothing_in_the_way(clinic: Clinic) -> None:
    path = clinic.folder / "state" / "dentsync.db"
    path.parent.mkdir()
    path.touch()
    assert clinic.say("status").code == 0
    path.unlink()
    (path.parent / NOTE).unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size > 0
    clinic.patients(ANNA)
    assert clinic.sync()["exit_code"] == 0


def test_a_store_of_another_place_is_refused(clinic: Clinic, store: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "other" / "dentsync.db"):
        pass
    shutil.copy(tmp_path / "other" / "dentsync.db", store)
    is_refused(clinic, "is not the state store that belongs here")


def test_a_copy_that_somebody_laid_there_by_hand_is_refused_for_its_age(clinic: Clinic, store: Path) -> None:
    shutil.copy(store, store.with_name("mine"))
    clinic.sync()
    clinic.sync()
    shutil.copy(store.with_name("mine"), store)
    is_refused(clinic, f"dentsync state restore {store}")
    said = clinic.say("state", "restore", str(store), now="")
    assert said.code == 0, said
    assert clinic.sync()["exit_code"] == 0


def test_a_killed_run_whose_wal_was_taken_away_is_not_taken_for_a_first_evening(clinic: Clinic) -> None:
    clinic.patients(*rows(30))
    clinic.fault("slow:5", "batch")
    running = process(clinic, "sync")
    wait_for(clinic.folder / "state" / NOTE)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    wal = clinic.folder / "state" / "dentsync.db-wal"
    assert wal.stat().st_size > 0
    wal.unlink()
    is_refused(clinic, "dentsync state restore", "sync")


def test_a_database_of_another_program_is_not_filled_with_our_tables(clinic: Clinic) -> None:
    path = clinic.folder / "state" / "dentsync.db"
    path.parent.mkdir()
    for version in (0, 1):
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE IF NOT EXISTS theirs (x)")
            db.execute(f"PRAGMA user_version = {version}")
        is_refused(clinic, "dentsync state restore", "sync", "status")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_a_note_that_cannot_be_read_still_says_that_there_was_a_store(clinic: Clinic, store: Path) -> None:
    (store.parent / NOTE).write_bytes(b"{torn")
    assert clinic.sync()["exit_code"] == 0
    note = read_note(store.parent)
    assert note
    assert note.id
    (store.parent / NOTE).write_bytes(b"")
    shutil.rmtree(clinic.folder / "archive")
    store.unlink()
    is_refused(clinic, "dentsync state new", "sync")


def test_the_note_follows_the_store_and_remembers_its_history(tmp_path: Path) -> None:
    with Store(tmp_path / "dentsync.db") as store:
        sign(tmp_path, lineage_of(store.db))
        first = read_note(tmp_path)
    (tmp_path / "dentsync.db").unlink()
    with Store(tmp_path / "dentsync.db", anew=True) as store:
        sign(tmp_path, lineage_of(store.db))
    second = read_note(tmp_path)
    assert first
    assert second
    assert second.before == (first.id,)
    assert second == Lineage(second.id, 0, (first.id,))


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    with Store(tmp_path / "dentsync.db") as store:
        store.db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer dentsync"):
        Store(tmp_path / "dentsync.db")


def test_beginning_anew_is_a_persons_word_and_finds_everybody_again(clinic: Clinic, store: Path) -> None:
    store.unlink()
    said = clinic.say("state", "new", now="")
    assert (said.code, "--yes" in one_line(said)) == (2, True)
    assert clinic.say("state", "new", "--yes", now="").code == 0
    clinic.patients(ANNA, IVAN, *rows(60), name="patients_9.csv")
    assert clinic.sync()["exit_code"] == 0
    assert len(clinic.contacts()) == 62
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}


def test_beginning_anew_sets_the_damaged_store_aside(clinic: Clinic, store: Path) -> None:
    store.write_bytes(b"not a database at all" * 500)
    said = clinic.say("state", "new", "--yes", now="")
    assert said.code == 0
    [aside] = store.parent.glob("dentsync.db.before-*")
    assert str(aside) in said.out
    assert aside.read_bytes().startswith(b"not a database")
    assert clinic.say("status", now=DAY).code == 0
