"""Rows beside other rows of their key, and files beside the files before them."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.clinic import PATIENTS, Clinic
from tests.runs.test_refusals import digest_in

ANNA = "0101;Соколова Анна Викторовна;8(916)555-01-01;VIP;Центральный;06.10.2026 9:00"
IVAN = "0102;Котов Иван Петрович;8 (473) 255-01-02;Активный;Северный;"
BORN = "Номер карты;Ф.И.О.;Телефон;Дата рождения"


def stored(clinic: Clinic) -> dict[str, str]:
    """Cells of all rows that the store has, by the number in their key."""
    with closing(sqlite3.connect(clinic.folder / "state" / "dentsync.db")) as db:
        return {key.rpartition("/")[2]: cells for key, cells in db.execute("SELECT key, cells FROM rows")}


def read(clinic: Clinic, *rows: str, name: str, header: str = PATIENTS, code: int = 0) -> Any:
    clinic.drop(name, *rows, header=header)
    said = clinic.say("extract")
    assert said.code == code, said.all
    return said


def test_of_two_contradicting_rows_none_is_used_and_what_was_known_stays(clinic: Clinic) -> None:
    read(clinic, ANNA, IVAN, name="patients_1.csv")
    before = stored(clinic)
    read(clinic, ANNA.replace("VIP", "Новый"), IVAN, ANNA.replace("VIP", "Архив"), name="patients_2.csv")
    assert stored(clinic) == before
    said = clinic.say("clean").out
    assert "patients_2.csv:2" in said
    assert "patients_2.csv:4" in said
    read(clinic, ANNA.replace("VIP", "Новый"), IVAN, name="patients_3.csv")
    assert "Новый" in stored(clinic)["0101"]
    assert clinic.say("clean").out.startswith("0 rows rejected")


def test_a_third_row_does_not_decide_between_two(clinic: Clinic) -> None:
    rows = [ANNA.replace("VIP", status) for status in ("Новый", "Архив", "Активный")]
    read(clinic, *rows, IVAN, name="patients_1.csv")
    assert list(stored(clinic)) == ["0102"]
    assert clinic.say("clean").out.count("не взята ни одна") == 3


def test_contradiction_among_many_rows_does_not_cost_the_others(clinic: Clinic) -> None:
    others = [f"{n:04};Котов Иван Петрович;8(916)555-{n // 100:02}-{n % 100:02};А;Ц;" for n in range(200, 230)]
    read(clinic, *others, ANNA, ANNA.replace("VIP", "Новый"), name="patients_1.csv")
    assert len(stored(clinic)) == 30


def test_numbers_that_lost_their_zeros_are_refused_until_somebody_approves(clinic: Clinic) -> None:
    read(clinic, ANNA, IVAN, name="patients_1.csv")
    said = read(clinic, ANNA.removeprefix("0"), IVAN, name="patients_2.csv", code=5)
    assert "1 numbers without the zeros that they began with (:2)" in said.out
    assert clinic.say("extract", "--approve", digest_in(said)).code == 0
    assert "101" in stored(clinic)


def test_number_beside_another_one_with_zeros_is_a_number_of_its_own(clinic: Clinic) -> None:
    read(clinic, ANNA, IVAN, name="patients_1.csv")
    read(clinic, ANNA, IVAN, ANNA.removeprefix("0"), name="patients_2.csv")
    assert len(stored(clinic)) == 3


def test_card_of_another_person_is_held_until_the_configuration_says_it_may_be(clinic: Clinic) -> None:
    anna, boris = "101;Соколова Анна;8(916)555-01-01;05.03.1986", "101;Белов Борис;8(916)555-01-09;07.07.1977"
    rest = [f"{n};Котов Иван Петрович;8(926)555-{n // 100:02}-{n % 100:02};01.02.1990" for n in range(200, 230)]
    read(clinic, anna, *rest, name="patients_1.csv", header=BORN)
    read(clinic, boris, *rest, name="patients_2.csv", header=BORN)
    assert "Соколова" in stored(clinic)["101"]
    assert "под этим номером был другой человек" in clinic.say("clean").out
    clinic.configure('min_share = "80%" }', 'min_share = "80%", new_owners = true }')
    assert clinic.say("extract").code == 0
    assert "Белов" in stored(clinic)["101"]


@pytest.mark.parametrize(
    "later", ["101;Котова Анна;8(916)555-01-01;05.03.1986", "101;Белова Яна;8(916)555-01-01;05.03.1986"]
)
def test_new_surname_or_corrected_name_is_no_other_person(clinic: Clinic, later: str) -> None:
    read(clinic, "101;Соколова Анна;8(916)555-01-01;05.03.1986", name="patients_1.csv", header=BORN)
    read(clinic, later, name="patients_2.csv", header=BORN)
    assert later.split(";")[1] in stored(clinic)["101"]


def test_how_a_file_is_read_is_remembered_and_a_change_is_told_once(clinic: Clinic) -> None:
    assert "read otherwise" not in read(clinic, ANNA, IVAN, name="patients_1.csv").out
    clinic.drop("patients_2.csv", ANNA, IVAN, header=PATIENTS, encoding="utf-8-sig")
    told = "read otherwise than the last file: encoding cp1251 → utf-8-sig"
    assert told in clinic.say("diff").out
    assert told in clinic.say("extract").out, "what a dry run told is not yet known"
    clinic.drop("patients_3.csv", ANNA, IVAN, IVAN, header=PATIENTS, encoding="utf-8-sig")
    assert "read otherwise" not in clinic.say("extract").out
    assert "read otherwise since 05.10.2026: encoding cp1251 → utf-8-sig" in clinic.say("status").out
    assert clinic.sync()["files"] == []


def test_remarks_are_in_the_report_for_programs(clinic: Clinic) -> None:
    read(clinic, ANNA, IVAN, name="patients_1.csv")
    clinic.drop("patients_2.csv", PATIENTS, ANNA, IVAN, header="Выгрузка пациентов")
    (file,) = clinic.sync()["files"]
    assert file["remarks"] == ["read otherwise than the last file: header row 1 → 2"]
