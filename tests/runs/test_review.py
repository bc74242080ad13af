"""Doubtful names go to the clinic in a workbook, come back decided, and are decided for good."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.clinic import DAY, Clinic, Said

TYPO = "101;Соколова Анна Сергевна;8(916)555-01-01;VIP;Центральный;06.10.2026 9:00"
EITHER = "102;Роман Мартын;8(916)555-01-02;Активный;Северный;"
PLAIN = "103;Котов Иван Петрович;8(916)555-01-03;Активный;Северный;"
ONE_WORD = "104;Анна;8(916)555-01-04;Активный;Северный;"
COLUMNS = {"decision": "J", "last": "K", "first": "L", "patronymic": "M"}


@pytest.fixture
def clinic(clinic: Clinic) -> Clinic:
    """With a field for what a message calls the patient."""
    clinic.configure('# sms_name     = "UF', 'sms_name     = "UF')
    return clinic


def review(clinic: Clinic, *more: str) -> Path:
    path = clinic.folder / "names.xlsx"
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
