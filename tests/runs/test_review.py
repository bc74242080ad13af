"""Doubtful names go to the clinic in a workbook, come back decided, and are decided for good."""

import getpass
import hashlib
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from dentsync.runs.reviewing import MOST
from dentsync.transform.version import RULES_VERSION
from tests.clinic import Clinic, Said

TYPO = "101;Соколова Анна Сергевна;8(916)555-01-01;VIP;Центральный;06.10.2026 9:00"
EITHER = "102;Роман Мартын;8(916)555-01-02;Активный;Северный;"
PLAIN = "103;Котов Иван Петрович;8(916)555-01-03;Активный;Северный;"
ONE_WORD = "104;Анна;8(916)555-01-04;Активный;Северный;"
COLUMNS = {"decision": "J", "last": "K", "first": "L", "patronymic": "M"}


def review(clinic: Clinic, *more: str) -> Path:
    path = clinic.folder / "names.xlsx"
    path.unlink(missing_ok=True)
    said = clinic.say("clean", "--review", str(path), *more)
    assert said.code == 0, said.all
    return path


def apply(clinic: Clinic, path: Path) -> Said:
    return clinic.say("clean", "--apply", str(path))


def sheet_of(book: Workbook) -> Worksheet:
    return book["Имена"]


def row_of(sheet: Worksheet, source: str) -> int:
    return next(cell.row for cell in sheet["A"] if cell.value == source)


def sources(path: Path) -> list[Any]:
    return [cell.value for cell in sheet_of(load_workbook(path))["A"][2:]]


def decide(path: Path, source: str, decision: str, **parts: str) -> None:
    """A person types a decision, in a spreadsheet program that writes the file anew."""
    book = load_workbook(path)
    sheet = sheet_of(book)
    row = row_of(sheet, source)
    for name, text in {"decision": decision, **parts}.items():
        sheet[f"{COLUMNS[name]}{row}"] = text
    book.save(path)


def people(clinic: Clinic) -> dict[str, tuple[str, ...]]:
    """By card: surname, given name, patronymic, and what a message says."""
    return {
        contact["UF_CRM_CARD_NUMBER"]: tuple(
            contact.get(field) or "" for field in ("lastName", "name", "secondName", "UF_CRM_SMS_NAME")
        )
        for contact in clinic.contacts()
    }


def test_what_was_decided_reaches_the_crm_once_and_holds_in_every_later_file(clinic: Clinic) -> None:
    clinic.patients(TYPO, EITHER, PLAIN)
    clinic.sync()
    assert people(clinic)["101"] == ("Соколова", "Анна", "Сергевна", "")
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    decide(book, "Роман Мартын", "исправить", last="мартын", first="Роман", patronymic="Ильич")
    said = apply(clinic, book)
    assert (said.code, said.out.splitlines()[0]) == (0, "taken 2, known before 0, refused 0, still open 0")
    summary = clinic.sync()
    assert (summary["operations"], summary["outcomes"]["applied"]) == (2, 2)
    assert people(clinic)["101"] == ("Соколова", "Анна", "Сергеевна", "Анна Сергеевна")
    assert people(clinic)["102"] == ("Мартын", "Роман", "Ильич", "Роман Ильич")
    assert people(clinic)["103"] == ("Котов", "Иван", "Петрович", "Иван Петрович")
    assert clinic.sync()["requests"] == 0
    # The MIS says something new of her, and names her as before.
    clinic.patients(TYPO.replace("VIP", "Активный"), EITHER, PLAIN, name="patients_2.csv")
    assert clinic.sync()["operations"] == 1
    assert people(clinic)["101"] == ("Соколова", "Анна", "Сергеевна", "Анна Сергеевна")
    assert sources(review(clinic)) == ["Спрашивать не о чем: все имена прочитаны уверенно."]


def test_a_workbook_applied_twice_changes_nothing(clinic: Clinic) -> None:
    clinic.patients(TYPO, ONE_WORD)
    clinic.sync()
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    decide(book, "Анна", "исправить", last="Белова", first="Анна")
    assert apply(clinic, book).out.startswith("taken 2")
    clinic.sync()
    assert apply(clinic, book).out.startswith("taken 0, known before 2, refused 0")
    assert clinic.sync()["operations"] == 0


def test_a_correction_of_a_word_that_is_no_whole_name_is_about_one_patient_only(clinic: Clinic) -> None:
    clinic.patients(ONE_WORD, PLAIN)
    clinic.sync()
    book = review(clinic).rename(clinic.folder / "first.xlsx")
    decide(book, "Анна", "исправить", last="Белова", first="Анна")
    apply(clinic, book)
    clinic.sync()
    assert people(clinic)["104"] == ("Белова", "Анна", "", "Анна")
    another = ONE_WORD.replace("104;", "105;").replace("01-04", "01-05")
    clinic.patients(ONE_WORD, another, PLAIN, name="patients_2.csv")
    clinic.sync()
    assert "105" not in people(clinic)
    assert sources(review(clinic)) == ["Анна"]
    # In the same book her name still is hers, and the other's is asked about.
    decide(book, "Анна", "исправить", last="Белова", first="Анна", patronymic="Ильинична")
    assert apply(clinic, book).out.startswith("taken 1")
    clinic.sync()
    assert people(clinic)["104"] == ("Белова", "Анна", "Ильинична", "Анна Ильинична")
    assert "105" not in people(clinic)


def test_a_word_that_several_patients_are_written_as_cannot_be_corrected_for_all(clinic: Clinic) -> None:
    clinic.patients(ONE_WORD, ONE_WORD.replace("104;", "105;").replace("01-04", "01-05"), PLAIN)
    clinic.sync()
    book = review(clinic)
    assert [cell.value for cell in sheet_of(load_workbook(book))["H"][2:]] == [2]
    decide(book, "Анна", "исправить", last="Белова", first="Анна")
    said = apply(clinic, book)
    assert (said.code, said.out.count("Имена!K3")) == (4, 1)
    assert clinic.sync()["operations"] == 0


def test_a_patronymic_that_the_mis_does_not_know_is_added_to_one_patient_and_never_to_two(clinic: Clinic) -> None:
    twin = EITHER.replace("102;", "105;").replace("01-02", "01-05")
    clinic.patients(EITHER, twin, PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Роман Мартын", "исправить", last="Мартын", first="Роман", patronymic="Ильич")
    assert "! Имена!K3: так записано пациентов: 2" in apply(clinic, book).out
    decide(book, "Роман Мартын", "исправить", last="Мартын", first="Роман", patronymic="")
    assert apply(clinic, book).out.startswith("taken 1")
    clinic.sync()
    assert {people(clinic)[card] for card in ("102", "105")} == {("Мартын", "Роман", "", "Роман")}


def test_a_visit_and_a_card_with_one_value_are_asked_about_once_and_count_as_one_patient(clinic: Clinic) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.reminders("Соколова Анна Сергевна;+7 916 555-01-01;06.10.2026 9:00;Петров;")
    clinic.sync()
    book = review(clinic)
    sheet = sheet_of(load_workbook(book))
    assert [(row[0].value, row[7].value, row[8].value) for row in sheet.iter_rows(min_row=3)] == [
        ("Соколова Анна Сергевна", 1, "101")
    ]
    decide(book, "Соколова Анна Сергевна", "принять")
    apply(clinic, book)
    clinic.sync()
    assert [deal["title"] for deal in clinic.deals()] == ["Соколова Анна Сергеевна, 06.10 09:00, Петров"]


def test_a_name_that_contradicts_the_sex_is_asked_about_for_each_sex(clinic: Clinic) -> None:
    header = "Номер карты;Ф.И.О.;Пол;Телефон"
    rows = ("1;Иванова Александр;Ж;89165550101", "2;Иванова Александр;М;89165550102", "3;Котов Иван;М;89165550103")
    clinic.drop("patients_1.csv", *rows, header=header)
    clinic.sync()
    book = load_workbook(review(clinic))
    rows_by_sex = {cells[1].value: cells[0].row for cells in sheet_of(book).iter_rows(min_row=3)}
    assert set(rows_by_sex) == {"Ж", "М"}
    for sex, (last, first) in {"Ж": ("Иванова", "Александра"), "М": ("Иванов", "Александр")}.items():
        for column, text in zip("JKL", ("исправить", last, first), strict=True):
            sheet_of(book)[f"{column}{rows_by_sex[sex]}"] = text
    book.save(clinic.folder / "names.xlsx")
    assert apply(clinic, clinic.folder / "names.xlsx").code == 0
    clinic.sync()
    assert {card: name[:2] for card, name in people(clinic).items()} == {
        "1": ("Иванова", "Александра"), "2": ("Иванов", "Александр"), "3": ("Котов", "Иван"),
    }  # fmt: skip


# ── what is not taken ─────────────────────────────────────────────────────────────────────────


def test_a_decision_about_a_value_that_the_mis_has_put_right_is_refused_and_the_others_are_taken(
    clinic: Clinic,
) -> None:
    clinic.patients(TYPO, EITHER, PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "исправить", last="Сомова", first="Анна")
    decide(book, "Роман Мартын", "принять")
    clinic.patients(TYPO.replace("Сергевна", "Сергеевна"), EITHER, PLAIN, name="patients_2.csv")
    clinic.sync()
    said = apply(clinic, book)
    row = row_of(sheet_of(load_workbook(book)), "Соколова Анна Сергевна")
    assert f"! Имена!A{row}: этого значения в прочитанных выгрузках больше нет" in said.out
    assert (said.code, "taken 1, known before 0, refused 1" in said.out) == (4, True)
    clinic.sync()
    assert people(clinic)["101"][:3] == ("Соколова", "Анна", "Сергеевна")
    assert people(clinic)["102"][3] == "Мартын"


@pytest.mark.parametrize(
    ("typed", "cell", "reason"),
    [
        ({"J": "да"}, "J", "нет такого решения"),
        ({"J": "исправить"}, "K", "впишите фамилию"),
        ({"J": "исправить", "K": "Соколова 2", "L": "Анна"}, "K", "не похоже на имя"),
        ({"J": "исправить", "K": "Соколова Анна Сергеевна"}, "K", "в разные столбцы"),
        ({"K": "Соколова", "L": "Анна"}, "J", "решение не выбрано"),
        ({"J": "принять", "K": "Сомова"}, "K", "исправление вписано"),
        ({"J": "принять", "E": "Степановна"}, "A", "значение, предложение или служебный столбец изменены"),
        ({"J": "принять", "A": "Сомова Анна Сергевна"}, "A", "изменены"),
        ({"J": "принять", "O": "0123456789abcdef"}, "A", "изменены"),
        ({"J": "спросить снова"}, "J", "только о том, что было решено"),
    ],
)
def test_a_decision_that_is_not_clear_is_refused_with_its_cell(
    clinic: Clinic, typed: dict[str, str], cell: str, reason: str
) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.say("extract")
    path = review(clinic)
    book = load_workbook(path)
    for column, text in typed.items():
        sheet_of(book)[f"{column}3"] = text
    book.save(path)
    said = apply(clinic, path)
    assert said.code == 4
    assert f"! Имена!{cell}3: " in said.out
    assert reason in said.out
    assert "taken 0, known before 0, refused 1, still open 0" in said.out
    assert not any(name in said.all for name in ("Сокол", "Сомов", "Анна"))


def test_what_has_no_name_to_propose_or_to_leave_cannot_be_accepted(clinic: Clinic) -> None:
    clinic.patients("104;Тест Тестов;8(916)555-01-04;Активный;Северный;", PLAIN)
    clinic.say("extract")
    for word in ("принять", "оставить как есть"):
        book = review(clinic)
        decide(book, "Тест Тестов", word)
        assert "Имена!J3: " in apply(clinic, book).out
    decide(book, "Тест Тестов", "в карантин")
    assert apply(clinic, book).code == 0
    assert sources(review(clinic)) == ["Спрашивать не о чем: все имена прочитаны уверенно."]


def test_one_value_decided_twice_and_differently_is_refused_both_times(clinic: Clinic) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.say("extract")
    path = review(clinic)
    decide(path, "Соколова Анна Сергевна", "принять")
    book = load_workbook(path)
    sheet = sheet_of(book)
    for column in range(1, 18):
        sheet.cell(4, column, sheet.cell(3, column).value)
    sheet["J4"] = "в карантин"
    book.save(path)
    said = apply(clinic, path)
    assert ("refused 2" in said.out, "Имена!J3" in said.out, "Имена!J4" in said.out) == (True, True, True)


def test_rows_may_be_sorted_and_deleted_but_not_one_column_alone(clinic: Clinic) -> None:
    clinic.patients(TYPO, EITHER, PLAIN)
    clinic.say("extract")
    path = review(clinic)
    book = load_workbook(path)
    sheet = sheet_of(book)
    for column in range(1, 18):
        cells = sheet.cell(3, column), sheet.cell(4, column)
        cells[0].value, cells[1].value = cells[1].value, cells[0].value
    sheet["J3"] = sheet["J4"] = "принять"
    book.save(path)
    assert apply(clinic, path).out.startswith("taken 2")
    sheet["O3"].value, sheet["O4"].value = sheet["O4"].value, sheet["O3"].value
    book.save(path)
    assert "refused 2" in apply(clinic, path).out


# ── books that are not ours ───────────────────────────────────────────────────────────────────


def test_a_book_of_another_clinic_is_refused_whole(clinic: Clinic) -> None:
    clinic.patients(TYPO)
    clinic.say("extract")
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    clinic.configure('name = "Ваша улыбка"', 'name = "Другая"')
    said = apply(clinic, book)
    assert (said.code, "another clinic" in said.err) == (1, True)


def test_what_is_no_review_workbook_is_refused_with_a_line(clinic: Clinic) -> None:
    clinic.patients(TYPO)
    clinic.say("extract")
    path = review(clinic)
    whole = path.read_bytes()
    other = Workbook()
    other.save(clinic.folder / "other.xlsx")
    for name, contents in {
        "cut.xlsx": whole[: len(whole) // 2],
        "empty.xlsx": b"",
        "text.xlsx": b"a;b;c",
        "torn.xlsx": whole[:3000] + bytes(400) + whole[3400:],
    }.items():
        (clinic.folder / name).write_bytes(contents)
    for name in ("cut.xlsx", "empty.xlsx", "text.xlsx", "torn.xlsx", "other.xlsx", "missing.xlsx"):
        said = apply(clinic, clinic.folder / name)
        assert (said.code, said.err.count("\n"), name in said.err) == (1, 1, True), said.all


def test_a_book_that_somebody_may_be_filling_in_is_not_replaced(clinic: Clinic) -> None:
    clinic.patients(TYPO)
    clinic.say("extract")
    book = review(clinic)
    before = book.read_bytes()
    said = clinic.say("clean", "--review", str(book))
    assert (said.code, "is there already" in said.err, book.read_bytes()) == (2, True, before)


def test_a_book_that_lost_a_column_is_refused(clinic: Clinic) -> None:
    clinic.patients(TYPO)
    clinic.say("extract")
    path = review(clinic)
    book = load_workbook(path)
    sheet_of(book).delete_cols(2)
    book.save(path)
    said = apply(clinic, path)
    assert (said.code, "are gone or moved" in said.err) == (1, True)


# ── later words ───────────────────────────────────────────────────────────────────────────────


def test_a_later_decision_wins_and_an_older_book_does_not_undo_it(clinic: Clinic) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.sync()
    first = review(clinic).rename(clinic.folder / "first.xlsx")
    second = review(clinic)
    decide(second, "Соколова Анна Сергевна", "исправить", last="Соколова", first="Анна", patronymic="Степановна")
    assert apply(clinic, second).code == 0
    decide(first, "Соколова Анна Сергевна", "принять")
    said = apply(clinic, first)
    assert ("за это время решено иначе" in said.out, said.code) == (True, 4)
    third = review(clinic, "--all")
    assert sheet_of(load_workbook(third))["J3"].value == "исправить"
    book = load_workbook(third)
    for column, text in {"J": "принять", "K": None, "L": None, "M": None}.items():
        sheet_of(book)[f"{column}3"] = text
    book.save(third)
    assert apply(clinic, third).code == 0
    clinic.sync()
    assert people(clinic)["101"][2:] == ("Сергеевна", "Анна Сергеевна")


def test_a_decision_about_one_patient_is_changed_and_forgotten_by_itself(clinic: Clinic) -> None:
    clinic.patients(ONE_WORD, PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Анна", "исправить", last="Белова", first="Анна")
    apply(clinic, book)
    another = ONE_WORD.replace("104;", "105;").replace("01-04", "01-05")
    clinic.patients(ONE_WORD, another, PLAIN, name="patients_2.csv")
    clinic.sync()
    book = review(clinic, "--all")
    sheet = sheet_of(load_workbook(book))
    rows = {str(cells[8].value): (cells[9].value, cells[10].value) for cells in sheet.iter_rows(min_row=3)}
    assert rows == {"105": (None, None), "104": ("исправить", "Белова")}
    opened = load_workbook(book)
    sheet_of(opened)["J4"], sheet_of(opened)["K4"], sheet_of(opened)["L4"] = "спросить снова", None, None
    opened.save(book)
    assert [apply(clinic, book).out[:22] for _ in range(2)] == ["taken 1, known before ", "taken 0, known before "]
    assert "refused 0" in apply(clinic, book).out
    assert [cells[7].value for cells in sheet_of(load_workbook(review(clinic))).iter_rows(min_row=3)] == [2]


def test_what_is_said_of_a_value_does_not_touch_a_patient_who_was_decided_alone(clinic: Clinic) -> None:
    clinic.patients(ONE_WORD, PLAIN)
    clinic.sync()
    first = review(clinic).rename(clinic.folder / "first.xlsx")
    decide(first, "Анна", "исправить", last="Белова", first="Анна")
    apply(clinic, first)
    another = ONE_WORD.replace("104;", "105;").replace("01-04", "01-05")
    clinic.patients(ONE_WORD, another, PLAIN, name="patients_2.csv")
    clinic.sync()
    book = review(clinic)
    decide(book, "Анна", "оставить как есть")
    assert apply(clinic, book).code == 0
    clinic.sync()
    assert {card: people(clinic)[card][:2] for card in ("104", "105")} == {
        "104": ("Белова", "Анна"), "105": ("", "Анна"),
    }  # fmt: skip
    # The first row was about one patient, and still is when another word stands there.
    decide(first, "Анна", "в карантин", last="", first="")
    assert "refused 1" in apply(clinic, first).out  # the second book is newer
    third = review(clinic, "--all")
    opened = load_workbook(third)
    row = next(cells[0].row for cells in sheet_of(opened).iter_rows(min_row=3) if cells[8].value == "104")
    for column, text in {"J": "оставить как есть", "K": None, "L": None}.items():
        sheet_of(opened)[f"{column}{row}"] = text
    opened.save(third)
    assert apply(clinic, third).out.startswith("taken 1")
    clinic.sync()
    assert people(clinic)["104"][:2] == ("", "Анна")


def test_who_changes_the_word_of_a_row_changes_it_for_the_patient_it_was_about(clinic: Clinic) -> None:
    clinic.patients(ONE_WORD, PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Анна", "исправить", last="Белова", first="Анна")
    apply(clinic, book)
    decide(book, "Анна", "оставить как есть", last="", first="")
    assert apply(clinic, book).out.startswith("taken 1")
    clinic.sync()
    assert people(clinic)["104"][:2] == ("", "Анна")


def test_who_erred_corrects_the_same_book_and_applies_it_again(clinic: Clinic) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "оставить как есть")
    apply(clinic, book)
    clinic.sync()
    assert people(clinic)["101"][2:] == ("Сергевна", "Анна Сергевна")
    decide(book, "Соколова Анна Сергевна", "принять")
    assert apply(clinic, book).out.startswith("taken 1")
    clinic.sync()
    assert people(clinic)["101"][2:] == ("Сергеевна", "Анна Сергеевна")


def test_a_decision_can_be_forgotten_and_then_no_message_has_the_name(clinic: Clinic) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    apply(clinic, book)
    clinic.sync()
    book = review(clinic, "--all")
    decide(book, "Соколова Анна Сергевна", "спросить снова")
    assert [apply(clinic, book).out[:7] for _ in range(2)] == ["taken 1", "taken 0"]
    clinic.sync()
    assert people(clinic)["101"] == ("Соколова", "Анна", "Сергевна", "")
    assert sources(review(clinic)) == ["Соколова Анна Сергевна"]


def test_a_decision_outlives_the_rules_it_was_made_under(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.patients(TYPO, ONE_WORD, PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "исправить", last="Сомова", first="Анна")
    decide(book, "Анна", "исправить", last="Белова", first="Анна")
    apply(clinic, book)
    clinic.sync()
    monkeypatch.setattr("dentsync.runs.session.RULES_VERSION", 1_000)
    monkeypatch.setattr("dentsync.runs.reviewing.RULES_VERSION", 1_000)
    assert clinic.sync()["operations"] == 0
    assert sources(review(clinic)) == ["Спрашивать не о чем: все имена прочитаны уверенно."]
    assert {card: name[:2] for card, name in people(clinic).items()} == {
        "101": ("Сомова", "Анна"), "103": ("Котов", "Иван"), "104": ("Белова", "Анна"),
    }  # fmt: skip


def test_what_waits_in_the_archive_no_more_comes_with_the_next_file(clinic: Clinic) -> None:
    clinic.patients(ONE_WORD, PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Анна", "исправить", last="Белова", first="Анна")
    apply(clinic, book)
    for file in (clinic.folder / "archive").rglob("*.csv"):
        file.unlink()
    clinic.sync()
    assert "104" not in people(clinic)
    clinic.patients(ONE_WORD, PLAIN.replace("Активный", "VIP"), name="patients_2.csv")
    clinic.sync()
    assert people(clinic)["104"][:2] == ("Белова", "Анна")


def test_a_plan_that_was_saved_before_a_decision_is_out_of_date(clinic: Clinic) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.say("diff", "--out", str(clinic.folder / "before.json"))
    clinic.say("extract")
    plan = clinic.folder / "plan.json"
    clinic.say("diff", "--out", str(plan))
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "в карантин")
    apply(clinic, book)
    assert clinic.say("push", str(plan)).code != 0
    assert clinic.contacts() == []
    clinic.sync()
    assert set(people(clinic)) == {"103"}


# ── held ──────────────────────────────────────────────────────────────────────────────────────


def test_where_doubtful_names_hold_a_record_it_goes_out_when_it_is_decided(clinic: Clinic) -> None:
    clinic.configure('doubtful = "without_name"', 'doubtful = "hold"')
    clinic.patients(TYPO, PLAIN)
    summary = clinic.sync()
    assert (summary["held_for_names"], summary["exit_code"], set(people(clinic))) == (1, 4, {"103"})
    status = clinic.say("status").out
    assert "held for their names 1" in status
    assert "rows with news 0" in status  # what waits costs a quiet run nothing
    again = clinic.sync()
    assert (again["held_for_names"], again["exit_code"], again["requests"]) == (1, 0, 0)
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    apply(clinic, book)
    assert clinic.sync()["held_for_names"] == 0
    assert people(clinic)["101"] == ("Соколова", "Анна", "Сергеевна", "Анна Сергеевна")
    assert "held for their names" not in clinic.say("status").out


def test_a_held_visit_makes_no_deal_and_leaves_its_patient_alone(clinic: Clinic) -> None:
    clinic.configure('doubtful = "without_name"', 'doubtful = "hold"')
    clinic.patients(PLAIN)
    clinic.sync()
    clinic.reminders("Котов Иван Петровч;+7 916 555-01-03;06.10.2026 9:00;Петров;")
    summary = clinic.sync()
    assert (summary["held_for_names"], clinic.deals()) == (1, [])
    assert people(clinic)["103"][:3] == ("Котов", "Иван", "Петрович")


def test_a_name_that_came_into_doubt_does_not_reach_a_contact_by_way_of_other_rows(clinic: Clinic) -> None:
    clinic.configure('doubtful = "without_name"', 'doubtful = "hold"')
    clinic.patients(TYPO, PLAIN)
    clinic.sync()
    clinic.patients(TYPO, PLAIN.replace("Петрович", "Петровч"), name="patients_2.csv")
    clinic.reminders("Котов Иван Петрович;+7 916 555-01-03;06.10.2026 9:00;Петров;")
    clinic.sync()
    assert len(clinic.deals()) == 1
    assert "rows with news 0" in clinic.say("status").out
    assert people(clinic)["103"] == ("Котов", "Иван", "Петрович", "Иван Петрович")


def test_a_card_waits_for_its_name_also_while_a_visit_of_its_patient_goes_out(clinic: Clinic) -> None:
    clinic.configure('doubtful = "without_name"', 'doubtful = "hold"')
    clinic.patients(TYPO, PLAIN)
    clinic.sync()
    clinic.reminders("Соколова Анна Сергеевна;+7 916 555-01-01;06.10.2026 9:00;Петров;")
    summary = clinic.sync()
    assert (summary["held_for_names"], len(clinic.deals())) == (1, 1)
    assert "held for their names 1" in clinic.say("status").out
    clinic.patients(TYPO.replace("Сергевна", "Сергеевна"), PLAIN, name="patients_2.csv")
    assert clinic.sync()["held_for_names"] == 0


def test_status_counts_what_waits_and_a_decision_takes_it_off_the_list(clinic: Clinic) -> None:
    clinic.patients(TYPO, ONE_WORD, PLAIN)
    clinic.sync()
    assert "rows with a doubtful name 2" in clinic.say("status").out
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    decide(book, "Анна", "в карантин")
    apply(clinic, book)
    clinic.sync()
    assert "doubtful name" not in clinic.say("status").out


# ── what happens to programs and machines ─────────────────────────────────────────────────────


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # one that came inside a destructor
def test_an_interrupted_apply_takes_all_or_nothing_and_can_be_repeated(clinic: Clinic) -> None:
    clinic.patients(TYPO, EITHER, ONE_WORD, PLAIN)
    clinic.say("extract")
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    decide(book, "Роман Мартын", "принять")
    decide(book, "Анна", "в карантин")
    before = shutil.copytree(clinic.folder / "state", clinic.folder / "before")
    seen = set()
    for milliseconds in (*range(1, 41), 500, 5000):  # whatever else the machine has to do
        shutil.rmtree(clinic.folder / "state")
        shutil.copytree(before, clinic.folder / "state")
        with interrupted(milliseconds / 1000):
            said = apply(clinic, book)
        with closing(sqlite3.connect(clinic.folder / "state" / "dentsync.db")) as db:
            taken = db.execute("SELECT count(*) FROM decisions").fetchone()[0]
        seen.add((said.code, taken))
    assert seen <= {(130, 0), (130, 3), (0, 3)}
    assert {(130, 0), (0, 3)} <= seen
    apply(clinic, book)
    again = apply(clinic, book)
    assert (again.code, again.out.split(", refused")[0]) == (0, "taken 0, known before 3")


@contextmanager
def interrupted(after: float) -> Iterator[None]:
    """Ctrl-C, so many seconds from now, if decisions are being taken then."""

    def press(number: int, frame: FrameType | None) -> None:
        while frame and not frame.f_code.co_filename.endswith("deciding.py"):
            frame = frame.f_back
        if frame:
            signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGALRM, press)
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_decisions_survive_a_store_that_went_back_in_time(clinic: Clinic) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.sync()
    clinic.say("state", "backup", str(clinic.folder / "copy.db"), now="")
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    apply(clinic, book)
    assert clinic.say("state", "restore", str(clinic.folder / "copy.db")).code == 0
    clinic.sync()
    assert people(clinic)["101"] == ("Соколова", "Анна", "Сергеевна", "Анна Сергеевна")


def test_the_journal_says_who_decided_when_and_in_which_file(clinic: Clinic) -> None:
    clinic.patients(TYPO, PLAIN)
    clinic.say("extract")
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    apply(clinic, book)
    with closing(sqlite3.connect(clinic.folder / "state" / "dentsync.db")) as db:
        ((by, at, sha256, rules),) = db.execute("SELECT made_by, made_at, sha256, rules FROM decisions").fetchall()
    assert (by, sha256) == (getpass.getuser(), hashlib.sha256(book.read_bytes()).hexdigest())
    assert datetime.now(UTC) - datetime.fromisoformat(at) < timedelta(minutes=5)
    assert rules == RULES_VERSION
    assert f"решено {datetime.fromisoformat(at):%d.%m.%Y}, {by}" in str(
        sheet_of(load_workbook(review(clinic, "--all")))["F3"].value
    )


def test_a_visit_that_is_long_past_is_not_asked_about(clinic: Clinic) -> None:
    clinic.reminders("Соколова Анна Сергевна;+7 916 555-01-01;06.10.2026 9:00;Петров;")
    clinic.say("extract")
    assert sources(review(clinic)) == ["Соколова Анна Сергевна"]
    path = clinic.folder / "november.xlsx"
    clinic.say("clean", "--review", str(path), now="2026-11-10T14:00")
    assert sources(path) == ["Спрашивать не о чем: все имена прочитаны уверенно."]


def test_no_more_than_three_hundred_values_are_asked_about_at_once(clinic: Clinic) -> None:
    clinic.configure('max_age = "30h", min_share = "80%"', 'max_age = "30h", max_faulty = ""')
    surnames = [f"{first}{second}аренко" for first in "БВГДЖЗКЛМНПРСТФХЦЧШ" for second in "аеиоуыэюя" for _ in "ab"]
    rows = [f"{n};{name}{'в' * (n % 2)} Анна Сергевна;8916555{n:04};;;" for n, name in enumerate(surnames)]
    clinic.patients(*rows, PLAIN)
    clinic.say("extract")
    said = clinic.say("clean", "--review", str(clinic.folder / "names.xlsx"))
    assert f"names {MOST}" in said.out
    assert f"{len(set(surnames)) * 2 - MOST} more wait" in said.out


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_book_that_libreoffice_has_saved_is_read_like_ours(clinic: Clinic) -> None:
    clinic.patients(TYPO, EITHER, "105;=Анна;8(916)555-01-05;;;", PLAIN)
    clinic.sync()
    book = review(clinic)
    decide(book, "Соколова Анна Сергевна", "принять")
    decide(book, "Роман Мартын", "исправить", last="Мартын", first="Роман", patronymic="Ильич")
    decide(book, "=Анна", "исправить", last="Белова", first="Анна")
    profile = f"-env:UserInstallation={(clinic.folder / 'profile').as_uri()}"
    saved = clinic.folder / "saved"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved)]
    subprocess.run([*command, str(book)], check=True, capture_output=True, timeout=120)
    sheet = sheet_of(load_workbook(saved / book.name))
    assert sheet.column_dimensions["O"].hidden
    assert {str(one.sqref) for one in sheet.data_validations.dataValidation} == {"J3:J5"}
    said = apply(clinic, saved / book.name)
    assert (said.code, said.out.splitlines()[0]) == (0, "taken 3, known before 0, refused 0, still open 0")
    clinic.sync()
    assert people(clinic)["105"][:2] == ("Белова", "Анна")


def test_a_patient_without_a_card_keeps_the_contact_when_the_name_is_decided(clinic: Clinic) -> None:
    clinic.reminders("Роман Мартын;+7 916 555-01-02;06.10.2026 9:00;Петров;")
    clinic.sync()
    before = [(contact["id"], contact["lastName"]) for contact in clinic.contacts()]
    book = review(clinic)
    decide(book, "Роман Мартын", "исправить", last="Мартын", first="Роман")
    apply(clinic, book)
    clinic.sync()
    assert [(contact["id"], contact["lastName"]) for contact in clinic.contacts()] == [(before[0][0], "Мартын")]
    clinic.reminders("Роман Мартын;+7 916 555-01-02;07.10.2026 9:00;Петров;", name="reminders_2.csv")
    clinic.sync()
    assert len(clinic.contacts()) == 1
    assert len(clinic.deals()) == 2
