"""A bad morning: an older copy takes the store's place, and the CRM has nothing twice, nothing lost, nothing undone."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dentsync.runs.keeping import backups
from dentsync.store.copies import problems_of
from tests.clinic import ANNA, ANNAS_VISIT, DAY, IVAN, Clinic, Said
from tests.runs.test_failures import finished, one_line, process, rows, wait_for

BELOV = "103;Белов Пётр Ильич;8(916)555-01-03;Новый;Центральный;"
BELOVS_VISIT = "Белов Пётр Ильич;+7 916 555-01-03;06.10.2026 10:00:00;Петров;"


@pytest.fixture
def state(clinic: Clinic) -> Path:
    """In the morning Anna and Ivan are known and a copy is made; by noon Belov came, Anna changed, people worked."""
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT + "Записан")
    clinic.sync()
    assert clinic.say("state", "backup", now="").code == 0
    clinic.patients(ANNA.replace("VIP", "Активный"), IVAN, BELOV, name="patients_2.csv")
    clinic.reminders(ANNAS_VISIT + "Подтвержден", BELOVS_VISIT + "Записан", name="reminders_2.csv")
    assert clinic.sync()["exit_code"] == 0
    by_card = {contact["UF_CRM_CARD_NUMBER"]: contact["id"] for contact in clinic.contacts()}
    clinic.act("edit", contact=by_card["102"], fields={"name": "Ваня"})
    clinic.act("add_phone", contact=by_card["101"], phone="8 900 555-01-99")
    belov = next(deal for deal in clinic.deals() if deal["title"].startswith("Белов"))
    clinic.act("move", deal=belov["id"], stage="Уточнить")
    return clinic.folder / "state"


def nothing(store: Path) -> None:
    """The store is whole: somebody restores by mistake."""


def facts_torn(store: Path) -> None:
    zero(store, "rows")


def ledger_torn(store: Path) -> None:
    zero(store, "items")


def zero(store: Path, table: str) -> None:
    with closing(sqlite3.connect(store)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    with store.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(bytes(4096))


def rubbish(store: Path) -> None:
    store.write_bytes(b"not a database at all" * 500)


def missing(store: Path) -> None:
    store.unlink()


def folder_but_copies(store: Path) -> None:
    for path in store.parent.iterdir():
        if path.name != "backups":
            path.unlink()


KEPT, DOUBTED = [nothing, facts_torn], [ledger_torn, rubbish]


def restored(clinic: Clinic, *argv: str) -> Said:
    """Restoring some hours after the last run: there is nothing to wait for."""
    for path in (clinic.folder / "state").glob("*.*"):
        os.utime(path, (0, 0))
    said = clinic.say("state", "restore", *argv)
    assert said.code == 0, said
    assert clinic.say("state", "check", now="").code == 0
    return said


def board(clinic: Clinic) -> dict[str, Any]:
    """What there is in the CRM, without the clock."""
    names = ("id", "name", "UF_CRM_PATIENT_STATUS", "phones", "originId")
    contacts = [{name: contact.get(name) for name in names} for contact in clinic.contacts()]
    deals = [{name: deal.get(name) for name in ("id", "title", "stage", "contacts")} for deal in clinic.deals()]
    return {"contacts": contacts, "deals": deals}


@pytest.mark.parametrize("damage", [*KEPT, *DOUBTED, missing, folder_but_copies])
def test_after_restoring_the_crm_stays_as_it_was_and_nothing_is_made_twice(
    clinic: Clinic, state: Path, damage: Callable[[Path], None]
) -> None:
    before = board(clinic)
    damage(state / "dentsync.db")
    said = restored(clinic)
    assert ("is known" in said.out) == (damage in KEPT)
    assert "in the inbox again: patients_2.csv" in said.out
    assert "in the inbox again: reminders_2.csv" in said.out
    for _time in range(2):
        assert clinic.sync()["exit_code"] in (0, 4)
    assert board(clinic) == before
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}
    assert clinic.sync()["requests"] == 0


@pytest.mark.parametrize("damage", KEPT)
def test_what_the_mis_says_about_who_was_changed_since_is_news_whatever_it_says(
    clinic: Clinic, state: Path, damage: Callable[[Path], None]
) -> None:
    shutil.rmtree(clinic.folder / "archive")
    damage(state / "dentsync.db")
    restored(clinic)
    clinic.patients(ANNA, IVAN, BELOV, name="patients_3.csv")
    clinic.sync()
    anna = next(contact for contact in clinic.contacts() if contact["UF_CRM_CARD_NUMBER"] == "101")
    assert anna["UF_CRM_PATIENT_STATUS"] == "VIP"
    ivan = next(contact for contact in clinic.contacts() if contact["UF_CRM_CARD_NUMBER"] == "102")
    assert ivan["name"] == "Ваня"


@pytest.mark.parametrize("damage", [*KEPT, *DOUBTED])
def test_a_value_that_went_back_in_the_mis_meanwhile_goes_back_in_the_crm(
    clinic: Clinic, state: Path, damage: Callable[[Path], None]
) -> None:
    damage(state / "dentsync.db")
    restored(clinic)
    clinic.patients(ANNA, IVAN, BELOV, name="patients_3.csv")
    clinic.reminders(ANNAS_VISIT + "Отменен", name="reminders_3.csv")
    clinic.sync()
    clinic.sync()
    anna = next(contact for contact in clinic.contacts() if contact["UF_CRM_CARD_NUMBER"] == "101")
    assert anna["UF_CRM_PATIENT_STATUS"] == "VIP"
    assert len(anna["phones"]) == 2
    assert {deal["stage"] for deal in clinic.deals()} == {"Запись отменена", "Уточнить"}
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}


@pytest.mark.parametrize("damage", [*KEPT, *DOUBTED])
def test_who_came_without_a_card_and_has_one_now_stays_one_contact(
    clinic: Clinic, state: Path, damage: Callable[[Path], None]
) -> None:
    jana = "Юдина Яна Олеговна;+7 916 555-01-07;06.10.2026 12:00:00;Петров;"
    clinic.reminders(ANNAS_VISIT + "Подтвержден", BELOVS_VISIT + "Записан", jana + "Записан", name="reminders_4.csv")
    clinic.sync()
    card = "107;Юдина Яна Олеговна;8(916)555-01-07;Новый;Центральный;"
    clinic.patients(ANNA.replace("VIP", "Активный"), IVAN, BELOV, card, name="patients_4.csv")
    clinic.sync()
    assert len(clinic.contacts()) == 4
    damage(state / "dentsync.db")
    restored(clinic)
    clinic.sync()
    clinic.sync()
    assert len(clinic.contacts()) == 4
    assert len(clinic.deals()) == 3


def test_what_people_corrected_stays_where_the_mis_has_no_news(clinic: Clinic, state: Path) -> None:
    rubbish(state / "dentsync.db")
    restored(clinic)
    clinic.sync()
    ivan = next(contact for contact in clinic.contacts() if contact["UF_CRM_CARD_NUMBER"] == "102")
    assert ivan["name"] == "Ваня"


def test_a_deal_that_people_deleted_since_stays_deleted_where_the_ledger_is_whole(clinic: Clinic, state: Path) -> None:
    belov = next(deal for deal in clinic.deals() if deal["title"].startswith("Белов"))
    clinic.act("delete", deal=belov["id"])
    clinic.sync()
    facts_torn(state / "dentsync.db")
    restored(clinic)
    clinic.sync()
    assert len(clinic.deals()) == 1


def test_a_plan_of_before_is_refused(clinic: Clinic, state: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    clinic.patients(ANNA.replace("VIP", "Новый"), IVAN, BELOV, name="patients_3.csv")
    clinic.say("diff", "--out", str(plan))
    restored(clinic)
    said = clinic.say("push", str(plan))
    assert (said.code, "make it again" in one_line(said)) == (5, True)


def test_a_plan_of_the_moment_of_the_copy_is_refused_although_nothing_else_tells_them_apart(
    clinic: Clinic, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    clinic.patients(ANNA)
    clinic.sync()
    clinic.patients(ANNA.replace("VIP", "Новый"), name="patients_3.csv")
    clinic.say("diff", "--out", str(plan))
    clinic.say("state", "backup", now="")
    clinic.sync()
    restored(clinic, "--as-was")
    said = clinic.say("push", str(plan))
    assert (said.code, "make it again" in one_line(said)) == (5, True)
    with closing(sqlite3.connect(clinic.folder / "state" / "dentsync.db")) as db:
        assert db.execute("SELECT count(*) FROM cache").fetchone() == (0,), "what the CRM said then is asked again"


def test_what_was_there_is_set_aside_and_can_be_gone_back_to(clinic: Clinic, state: Path) -> None:
    said = restored(clinic)
    [aside] = state.glob("dentsync.db.before-*")
    assert str(aside) in said.out
    assert oct(aside.stat().st_mode & 0o777) == "0o600"
    assert problems_of(aside) == []
    restored(clinic, str(aside))
    clinic.sync()
    clinic.sync()
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}
    assert len(clinic.contacts()) == 3


def test_another_clinics_copy_gets_in_only_by_a_persons_word(
    clinic: Clinic, state: Path, tmp_path: Path, portal: Any
) -> None:
    from tests.clinic import founded

    other = founded(tmp_path / "other", portal, clinic.read)
    other.patients(IVAN)
    other.sync()
    other.say("state", "backup", str(tmp_path / "other.db"), now="")
    before = (state / "dentsync.db").read_bytes()
    said = clinic.say("state", "restore", str(tmp_path / "other.db"))
    assert (said.code, "another clinic's" in one_line(said)) == (1, True)
    assert (state / "dentsync.db").read_bytes() == before
    word = said.err.split("--lineage ")[1].strip()
    assert clinic.say("state", "restore", str(tmp_path / "other.db"), "--lineage", "0" * 8).code == 1
    restored(clinic, str(tmp_path / "other.db"), "--lineage", word)


@pytest.mark.parametrize("spoil", [lambda path: os.truncate(path, 8192), lambda path: path.write_bytes(b"words")])
def test_a_damaged_copy_is_refused_before_anything_is_touched(
    clinic: Clinic, state: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(backups(state)[0])
    before = sorted((path.name, path.read_bytes()) for path in state.iterdir() if path.is_file())
    said = clinic.say("state", "restore")
    assert said.code == 1
    one_line(said)
    assert sorted((path.name, path.read_bytes()) for path in state.iterdir() if path.is_file()) == before


def test_without_a_copy_one_line_says_so(clinic: Clinic) -> None:
    clinic.say("status")
    said = clinic.say("state", "restore")
    assert (said.code, "there is no backup" in one_line(said)) == (1, True)


def test_nothing_is_restored_under_a_run_that_is_at_work(clinic: Clinic, state: Path) -> None:
    clinic.patients(*rows(30), name="patients_5.csv")
    clinic.fault("slow:2", "batch")
    running = process(clinic, "sync")
    wait_for(state / "lock.json")
    assert clinic.say("state", "restore").code == 6
    assert finished(running).code in (0, 5)


def test_what_may_be_on_its_way_into_the_crm_is_waited_for(clinic: Clinic, state: Path) -> None:
    rubbish(state / "dentsync.db")
    assert "waiting" in clinic.say("state", "restore").err
    facts_torn(state / "dentsync.db")
    for path in state.iterdir():
        if path.is_file():
            os.utime(path, (0, 0))
    assert clinic.say("state", "restore", "--as-was").err == ""


def test_appended_files_that_are_too_old_are_named_and_lists_are_not(clinic: Clinic, state: Path) -> None:
    header = "Код записи;Ф.И.О.;Телефон;Дата и время приёма;Врач;Статус"
    visit = "501;Соколова Анна Викторовна;8(916)555-01-01;04.10.2026 9:00;Петров;Завершен"
    path = clinic.drop("visits_1.xlsx", visit, header=header)
    assert clinic.sync("visits")["exit_code"] == 0
    [archived] = (clinic.folder / "archive").glob("*/visits/*")
    for file in (clinic.folder / "archive").glob("*/*/*"):
        os.utime(file, (0, 0))
    said = restored(clinic)
    assert f"dentsync import {archived} --feed visits" in said.out
    assert "in the inbox again" not in said.out
    assert not path.exists()
    assert clinic.say("import", str(archived), "--feed", "visits").code == 0


def test_what_the_mis_dropped_meanwhile_is_not_replaced(clinic: Clinic, state: Path) -> None:
    path = clinic.patients(ANNA, IVAN, BELOV, name="patients_2.csv")
    before = path.read_bytes()
    said = restored(clinic)
    assert "patients_2.csv" not in said.out
    assert path.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_killed_at_any_moment_restoring_can_be_done_again(clinic: Clinic, state: Path, seed: int) -> None:
    chance = random.Random(seed)
    before = board(clinic)
    command = [
        sys.executable,
        "-m",
        "dentsync.cli",
        "state",
        "restore",
        "-c",
        str(clinic.folder / "config.toml"),
        "--now",
        DAY,
    ]
    rubbish(state / "dentsync.db")
    for _attempt in range(6):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.1, 0.5))
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert clinic.say("status").code in (0, 1)
    restored(clinic)
    assert not list(state.glob(".*part*"))
    clinic.sync()
    clinic.sync()
    assert board(clinic) == before
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}
    shutil.rmtree(state)
