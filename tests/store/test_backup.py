"""Copies of the store: made while a run writes, proven, never half, never in another file's place."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from dentsync.runs.keeping import backups
from dentsync.store.copies import contents_of, opened, problems_of
from tests.clinic import ANNA, ANNAS_VISIT, Clinic
from tests.runs.test_failures import finished, one_line, process, rows, wait_for


@pytest.fixture
def state(clinic: Clinic) -> Path:
    """The state of a clinic with a patient and a deal."""
    clinic.patients(ANNA)
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    return clinic.folder / "state"


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def fill(store: Path, count: int) -> None:
    """Make the store so large that copying it takes a while."""
    with closing(sqlite3.connect(store)) as db, db:
        feed, file = db.execute("SELECT feed, id FROM files").fetchone()
        values = ((feed, f"filler/{n}", -n, f'{{"full_name": "{"x" * 200}"}}', file) for n in range(count))
        db.executemany(
            "INSERT INTO rows(feed, key, fingerprint, cells, file, settled) VALUES (?, ?, ?, ?, ?, 1)", values
        )


def test_a_copy_holds_what_the_store_holds_and_is_its_owners_alone(clinic: Clinic, state: Path) -> None:
    said = clinic.say("state", "backup", now="")
    assert said.code == 0, said
    [path] = backups(state)
    assert str(path) in said.out
    assert "contacts 1, deals 1" in said.out
    assert (mode(path), mode(path.parent)) == ("0o600", "0o700")
    assert problems_of(path) == []
    with closing(opened(path)) as copy, closing(opened(state / "dentsync.db")) as store:
        assert contents_of(copy) == contents_of(store)
    assert list(path.parent.iterdir()) == [path]


def test_a_copy_says_no_patients_name_where_it_is_told_of(clinic: Clinic, state: Path) -> None:
    said = clinic.say("state", "backup", now="")
    said_too = clinic.say("state", "check", now="")
    for canary in ("Соколова", "Анна", "5550101", "555-01"):
        assert canary not in said.all + said_too.all


def test_a_copy_made_while_a_run_is_at_work_is_whole_and_can_be_gone_on_from(clinic: Clinic) -> None:
    clinic.patients(*rows(40))
    clinic.fault("slow:1", "crm.item.batchImport", times=0)
    running = process(clinic, "sync")
    wait_for(clinic.folder / "state" / "lineage.json")
    counts = []
    while running.poll() is None:
        said = clinic.say("state", "backup", now="")
        assert said.code == 0, said
        newest = backups(clinic.folder / "state")[0]
        with closing(opened(newest)) as db:
            counts.append((contents_of(db).journal, contents_of(db).open))
        assert clinic.say("state", "check", str(newest), now="").code == 0
        time.sleep(0.1)
    assert finished(running).code == 0
    clinic.box.admin("DELETE", "faults")
    assert counts == sorted(counts, key=lambda one: one[0])
    assert any(count for _journal, count in counts), "none was made while a request was in flight"
    middle = next(path for path in reversed(backups(clinic.folder / "state")) if has_open(path))
    assert clinic.say("state", "restore", str(middle), "--as-was", now="").code == 0
    for _attempt in range(3):
        clinic.sync()
    assert len(clinic.contacts()) == 40
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}


def has_open(path: Path) -> bool:
    with closing(opened(path)) as db:
        return contents_of(db).open > 0


def test_a_copy_of_its_own_name_replaces_nothing(clinic: Clinic, state: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy [1].db"
    assert clinic.say("state", "backup", str(target), now="").code == 0
    before = target.read_bytes()
    said = clinic.say("state", "backup", str(target), now="")
    assert (said.code, "not touched" in one_line(said)) == (2, True)
    assert target.read_bytes() == before
    assert mode(target) == "0o600"
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_a_link_laid_in_the_way_is_not_written_through(clinic: Clinic, state: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    (tmp_path / f".copy.db.{os.getpid()}.part").symlink_to(tmp_path / "elsewhere")
    assert clinic.say("state", "backup", str(target), now="").code != 0
    assert not (tmp_path / "elsewhere").exists()


def test_only_the_newest_copies_are_kept_and_only_those_without_a_name(clinic: Clinic, state: Path) -> None:
    named = state / "backups" / "before-the-move.db"
    for _time in range(4):
        clinic.say("state", "backup", now="")
    assert len(backups(state)) == 4
    shutil.copy(backups(state)[0], named)
    newest = backups(state)[:2]
    said = clinic.say("state", "backup", "--keep", "2", now="")
    assert "older copies deleted: 3" in said.out
    assert backups(state)[1] == newest[0]
    assert named.exists()
    assert clinic.say("state", "backup", "x.db", "--keep", "2", now="").code == 2


def test_as_many_copies_are_kept_as_the_configuration_says(clinic: Clinic, state: Path) -> None:
    clinic.configure("backups = 14", "backups = 2")
    for _time in range(4):
        clinic.say("state", "backup", now="")
    assert len(backups(state)) == 2


def test_a_damaged_store_gives_no_copy_and_costs_no_good_one(clinic: Clinic, state: Path) -> None:
    clinic.say("state", "backup", now="")
    good = backups(state)
    os.truncate(state / "dentsync.db", 8192)
    said = clinic.say("state", "backup", "--keep", "1", now="")
    assert (said.code, "damaged" in one_line(said)) == (1, True)
    assert backups(state) == good
    assert list((state / "backups").iterdir()) == good


def test_a_store_that_makes_no_sense_gives_no_copy(clinic: Clinic, state: Path) -> None:
    spoil(state / "dentsync.db", "UPDATE rows SET file = 99")
    said = clinic.say("state", "backup", now="")
    assert (said.code, f"{state / 'dentsync.db'}: 2 entries" in one_line(said)) == (1, True)
    assert list((state / "backups").iterdir()) == []


def test_a_full_disk_leaves_nothing_of_a_copy(clinic: Clinic, state: Path) -> None:
    import resource

    fill(state / "dentsync.db", 5_000)
    limit = (300_000, 300_000)
    command = [sys.executable, "-m", "dentsync.cli", "--lang", "en", "state", "backup", "-c"]
    done = subprocess.run(
        [*command, str(clinic.folder / "config.toml")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert list((state / "backups").iterdir()) == []
    assert clinic.sync()["exit_code"] == 0


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_killed_at_any_moment_no_half_copy_has_a_name_and_the_store_is_whole(
    clinic: Clinic, state: Path, seed: int
) -> None:
    fill(state / "dentsync.db", 30_000)
    chance = random.Random(seed)
    command = [sys.executable, "-m", "dentsync.cli", "state", "backup", "-c", str(clinic.folder / "config.toml")]
    started = time.monotonic()
    assert subprocess.run(command, capture_output=True).returncode == 0
    whole = time.monotonic() - started
    for _attempt in range(3):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.3, 1.0) * whole)
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert all(problems_of(path) == [] for path in backups(state))
    assert clinic.say("state", "check", now="").code == 0
    left = [path for path in (state / "backups").iterdir() if path.suffix != ".db"]
    for path in left:
        os.utime(path, (0, 0))
    assert clinic.say("state", "backup", now="").code == 0
    assert all(path.suffix == ".db" for path in (state / "backups").iterdir())


def test_there_is_nothing_to_copy_before_the_first_run(clinic: Clinic) -> None:
    said = clinic.say("state", "backup", now="")
    assert (said.code, "the first run makes it" in one_line(said)) == (1, True)
    assert not (clinic.folder / "state").exists()


# ── check ──


def spoil(store: Path, *statements: str) -> None:
    with closing(sqlite3.connect(store)) as db, db:
        for statement in statements:
            db.execute(statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE rows SET file = 99", "2 entries point to something that is not there"),
        ("UPDATE rows SET person = 'nobody'", "point to something"),
        ("DELETE FROM people", "point to something"),
        ("DELETE FROM feeds", "point to something"),
        ("UPDATE items SET fields = substr(fields, 1, 9)", "2 entries cannot be read"),
        ("UPDATE rows SET cells = 'x'", "cannot be read"),
        ("UPDATE journal SET result = NULL, operation = NULL", "cannot be read"),
        ("DELETE FROM meta", "no state store"),
        ("PRAGMA user_version = 99", "newer dentsync"),
        (
            "INSERT INTO items(target, kind, key, crm_id, fields, unsure)"
            " SELECT target, kind, 'patient/main/other', crm_id, fields, unsure FROM items WHERE kind = 'contact'",
            "belong to two patients",
        ),
    ],
)
def test_the_check_names_what_makes_no_sense_with_the_way_out(
    clinic: Clinic, state: Path, statement: str, words: str
) -> None:
    assert clinic.say("state", "check", now="").code == 0
    spoil(state / "dentsync.db", statement)
    said = clinic.say("state", "check", now="")
    assert said.code == 1
    assert words in said.err
    assert all("dentsync" in line for line in said.err.splitlines())


def test_what_a_prune_leaves_makes_sense(clinic: Clinic, state: Path) -> None:
    spoil(state / "dentsync.db", "UPDATE journal SET operation = NULL", "DELETE FROM runs WHERE id = 0")
    assert clinic.say("state", "check", now="").code == 0


def test_the_check_sees_a_store_that_does_not_belong_here(clinic: Clinic, state: Path) -> None:
    clinic.say("state", "backup", now="")
    spoil(state / "dentsync.db", "UPDATE meta SET value = 'x' WHERE name = 'lineage'")
    said = clinic.say("state", "check", now="")
    assert (said.code, "belongs here" in one_line(said)) == (1, True)
    assert clinic.say("state", "check", str(backups(state)[0]), now="").code == 0


@pytest.mark.parametrize("content", [b"", b"words", b"SQLite format 3\0" + bytes(84)])
def test_a_file_that_is_no_copy_is_one_line(clinic: Clinic, state: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "copy.db").write_bytes(content)
    said = clinic.say("state", "check", str(tmp_path / "copy.db"), now="")
    assert said.code == 1
    one_line(said)
    one_line(clinic.say("state", "check", str(tmp_path / "missing.db"), now=""))
