"""Retention: what has served goes, also from the bytes of the file; what is open, young or not ours stays."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from dentsync.store.copies import problems_of
from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic, Said
from tests.runs.test_failures import one_line, rows

CANARY, REJECTED = "Канарейка", "12345678901234"
VISIT = "Код записи;Ф.И.О.;Телефон;Дата и время приёма;Врач;Статус"


@pytest.fixture
def store(clinic: Clinic) -> Path:
    """The journal knows a status that Anna had once; an appended file had a row that nobody can read."""
    clinic.patients(ANNA.replace("VIP", CANARY), IVAN)
    clinic.sync()
    clinic.patients(ANNA, IVAN, name="patients_2.csv")
    clinic.reminders(ANNAS_VISIT)
    visits = [f"{n};Соколова Анна;8(916)555-01-01;04.10.2026 {n}:00;Петров;Завершен" for n in range(10, 20)]
    clinic.drop("visits_1.xlsx", *visits, f"501;Соколова Анна;{REJECTED};04.10.2026;Петров;Небывалый", header=VISIT)
    clinic.sync()
    return clinic.folder / "state" / "dentsync.db"


def pruned(clinic: Clinic, *argv: str, days: int = 500) -> Said:
    """``dentsync prune`` so many days later."""
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
        said = clinic.say("prune", *argv, now="")
    assert said.code == 0, said
    return said


def ask(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(store)) as db:
        return db.execute(sql).fetchall()


def change(store: Path, sql: str) -> None:
    with closing(sqlite3.connect(store)) as db, db:
        db.execute(sql)


def holds(store: Path, text: str) -> bool:
    """Whether the text is anywhere in the store's files."""
    return any(text.encode() in path.read_bytes() for path in store.parent.glob("dentsync.db*"))


def test_old_lines_of_the_journal_keep_what_was_done_and_lose_whom_it_was_about(clinic: Clinic, store: Path) -> None:
    kept = "SELECT id, run, target, action, kind, key, result, crm_id, reason, intended_at, settled_at FROM journal"
    before = ask(store, kept)
    pruned(clinic, days=399)
    assert ask(store, "SELECT count(*) FROM journal WHERE operation IS NULL") == [(0,)]
    said = pruned(clinic, days=401)
    assert f"journal lines without data {len(before)}" in said.out
    assert ask(store, kept) == before
    assert ask(store, "SELECT DISTINCT operation FROM journal") == [(None,)]


def test_what_is_pruned_is_gone_from_the_bytes_of_the_file(clinic: Clinic, store: Path) -> None:
    assert holds(store, CANARY)
    assert holds(store, REJECTED)
    pruned(clinic)
    assert not holds(store, CANARY)
    assert not holds(store, REJECTED)
    assert problems_of(store) == []


def test_open_intentions_are_never_touched(clinic: Clinic, store: Path) -> None:
    change(store, "UPDATE journal SET result = NULL, settled_at = NULL WHERE id = 1")
    change(store, "UPDATE journal SET result = 'unknown' WHERE id = 2")
    pruned(clinic)
    assert ask(store, "SELECT id FROM journal WHERE operation IS NOT NULL") == [(1,), (2,)]
    assert (1,) in ask(store, "SELECT id FROM runs"), "their run is not over"
    assert clinic.say("state", "check", now="").code == 0


def test_old_runs_go_and_the_last_one_stays(clinic: Clinic, store: Path) -> None:
    for _time in range(3):
        clinic.sync()
    pruned(clinic)
    assert len(ask(store, "SELECT id FROM runs")) == 1
    assert clinic.sync()["exit_code"] == 0
    assert clinic.say("status").code == 0


def test_a_dry_run_counts_the_same_and_changes_nothing(clinic: Clinic, store: Path) -> None:
    before = ask(store, "SELECT * FROM journal"), ask(store, "SELECT * FROM faults"), ask(store, "SELECT * FROM runs")
    files = sorted(clinic.folder.rglob("*"))
    would = pruned(clinic, "--dry-run").out
    assert before == (
        ask(store, "SELECT * FROM journal"), ask(store, "SELECT * FROM faults"), ask(store, "SELECT * FROM runs"),
    )  # fmt: skip
    assert sorted(clinic.folder.rglob("*")) == files
    assert would.removeprefix("would go") == pruned(clinic).out.splitlines()[0].removeprefix("gone") + "\n"
    assert "archived files 4" in would


def test_what_is_not_limited_is_kept(clinic: Clinic, store: Path) -> None:
    for line in ('journal = "400d"', 'runs    = "400d"', 'rejects = "90d"', 'archive = "90d"', "backups = 14"):
        clinic.configure(line, "")
    pruned(clinic, days=5000)
    assert holds(store, CANARY)
    assert len(list((clinic.folder / "archive").glob("*/*/*"))) == 4


# ── rejects ──


def test_rejected_rows_go_after_their_time_and_come_again_with_the_file_that_still_has_them(
    clinic: Clinic, store: Path
) -> None:
    clinic.patients(ANNA, IVAN, f"103;Иксов Игрек Зедович;{REJECTED};;;", name="patients_3.csv")
    clinic.sync()
    pruned(clinic, days=91)
    assert ask(store, "SELECT count(*) FROM faults WHERE lost = 1") == [(0,)]
    clinic.patients(
        ANNA, IVAN, f"103;Иксов Игрек Зедович;{REJECTED};;;", "104;Новый Пациент;;;;", name="patients_4.csv"
    )
    clinic.sync()
    assert holds(store, REJECTED)


def test_a_field_that_cannot_be_read_is_forgotten_as_soon_as_its_row_is_right(clinic: Clinic, store: Path) -> None:
    clinic.patients(ANNA, IVAN.replace("255-01-02", REJECTED), name="patients_3.csv")
    clinic.sync()
    assert holds(store, REJECTED)
    assert "phones" in clinic.say("clean").out
    change(store, "DELETE FROM faults WHERE lost = 1")  # those of the other file
    clinic.patients(ANNA.replace("VIP", "Новый"), IVAN, name="patients_4.csv")
    clinic.sync()
    assert ask(store, "SELECT count(*) FROM faults") == [(0,)]


def test_a_field_of_a_patient_who_is_still_listed_stays_known(clinic: Clinic, store: Path) -> None:
    clinic.patients(ANNA, IVAN.replace("255-01-02", "12"), name="patients_3.csv")
    clinic.sync()
    pruned(clinic)
    assert "phones" in clinic.say("clean").out


# ── files ──


def test_old_files_of_the_archive_go_and_what_is_not_ours_stays(clinic: Clinic, store: Path, tmp_path: Path) -> None:
    archive = clinic.folder / "archive"
    [day] = archive.iterdir()
    (day / "notes.txt").write_text("mine")
    (archive / "2020-01-01" / "patients").mkdir(parents=True)
    (archive / "2020-01-01" / "patients" / "12345678_patients_1.csv").write_text("old")
    (archive / "2020-01-01" / "patients" / "my own copy.csv").write_text("mine")
    (archive / "2020-13-45").mkdir()
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "patients").mkdir(parents=True)
    (elsewhere / "patients" / "12345678_patients_1.csv").write_text("theirs")
    (archive / "2020-02-02").symlink_to(elsewhere)
    (archive / "2020-03-03").mkdir()
    (archive / "2020-03-03" / "patients").symlink_to(elsewhere / "patients")
    pruned(clinic, days=20)
    assert len(list(day.glob("*/*"))) == 4
    pruned(clinic)
    left = {str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file() or path.is_symlink()}
    assert left == {
        f"{day.name}/notes.txt", "2020-01-01/patients/my own copy.csv", "2020-02-02", "2020-03-03/patients",
    }  # fmt: skip
    assert (elsewhere / "patients" / "12345678_patients_1.csv").exists()
    assert (archive / "2020-13-45").exists()
    assert sorted(path.name for path in day.iterdir()) == ["notes.txt"], "empty folders are gone"


def test_copies_beyond_their_number_and_stores_set_aside_go(clinic: Clinic, store: Path) -> None:
    clinic.configure("backups = 14", "backups = 0")
    for _time in range(3):
        clinic.say("state", "backup", now="")
    clinic.say("state", "restore")
    clinic.configure("backups = 0", "backups = 2")
    half_made = store.parent / "backups" / ".dentsync-20261005-140000.db.77.part"
    half_made.write_text("half")
    said = pruned(clinic, days=1)
    assert "backups 1, stores set aside 0" in said.out
    assert not half_made.exists() or half_made.stat().st_mtime > time.time() - 86_400
    said = pruned(clinic, days=91)
    assert "backups 0, stores set aside 1" in said.out
    assert list(store.parent.glob("*before*")) == []
    assert not half_made.exists()


# ── by itself ──


def test_sync_prunes_once_a_day_and_wipes_what_it_prunes(clinic: Clinic, store: Path) -> None:
    assert ask(store, "SELECT count(*) FROM meta WHERE name = 'pruned_on'") == [(1,)]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=500)):
        assert clinic.sync()["exit_code"] == 0
        assert not holds(store, CANARY)
        assert not holds(store, REJECTED)
        change(store, "UPDATE journal SET operation = '{}' WHERE id = 1")
        clinic.sync()
        assert ask(store, "SELECT operation FROM journal WHERE id = 1") == [("{}",)], "not twice a day"
    assert list((clinic.folder / "archive").glob("*/*/*")) == []
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1000)):
        clinic.sync()
    assert ask(store, "SELECT operation FROM journal WHERE id = 1") == [(None,)]


def test_a_file_that_cannot_be_deleted_is_named_and_the_run_is_done(
    clinic: Clinic, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refused(path: Path, **given: bool) -> None:
        if "archive" in path.parts:
            raise PermissionError(13, "Permission denied")
        unlink(path, **given)

    monkeypatch.setattr(Path, "unlink", refused)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=500)):
        said = clinic.say("sync")
        assert (said.code, "cannot be deleted" in one_line(said)) == (0, True)
        said = clinic.say("prune", now="")
        assert (said.code, "cannot be deleted" in one_line(said)) == (1, True)
    assert not holds(store, CANARY)


def test_a_rehearsed_moment_prunes_nothing(clinic: Clinic, store: Path) -> None:
    change(store, "DELETE FROM meta WHERE name = 'pruned_on'")
    clinic.sync(now="2031-10-05T14:00")
    assert holds(store, CANARY)
    assert len(list((clinic.folder / "archive").glob("*/*/*"))) == 4


def test_looking_prunes_nothing(clinic: Clinic, store: Path) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=500)):
        for command in ("diff", "status", "extract", "check"):
            clinic.say(command)
    assert holds(store, CANARY)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_killed_at_any_moment_of_a_prune_the_store_is_whole(clinic: Clinic, store: Path, seed: int) -> None:
    clinic.patients(ANNA, IVAN, *rows(2000), name="patients_3.csv")
    clinic.say("extract")
    change(store, "UPDATE journal SET settled_at = '2020-01-01T00:00:00+00:00'")
    columns = "run, target, action, kind, key, operation, intended_at, result, crm_id, reason, settled_at"
    for _time in range(12):
        change(store, f"INSERT INTO journal({columns}) SELECT {columns} FROM journal")
    chance = random.Random(seed)
    command = [sys.executable, "-m", "dentsync.cli", "prune", "-c", str(clinic.folder / "config.toml")]
    rows_before = ask(store, "SELECT count(*) FROM rows")
    for _attempt in range(4):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.15, 0.6))
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert problems_of(store) == []
        assert ask(store, "SELECT count(*) FROM rows") == rows_before
    assert subprocess.run(command, env={**os.environ}, capture_output=True).returncode == 0
    assert not holds(store, CANARY)
    assert clinic.say("state", "check", now="").code == 0
