"""Answers come back in the workbook: taken once, held in every later run, refused with their cell."""

import json
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dentsync.load.pay_questions import SHEET
from dentsync.runs.pay_words import WHAT, parse_answer, words_of
from dentsync.transform.pay.questions import ANSWERS as ANSWERS_OF
from dentsync.transform.pay.questions import Kind
from tests.pay.test_command import PAYROLL, TIME, Desk, desk
from tests.pay.test_pay_book import needs_office
from tests.pay.test_pay_closing import plan_of_november

__all__ = ["desk"]
OPEN = [*TIME[:2], "Котова Анна Ильинична;02.10.2026;8:00;", *TIME[3:5], "Котова А.И.;07.10.2026;9:00;12:00"]
"""A day that was not closed, a shift without a clock, somebody written another way."""
UNCLOSED, NO_CLOCK, NAMED = "Рабочий день не закрыт", "Смена по графику без отметки о работе", "Сотрудник записан иначе"
ANSWERS = {
    UNCLOSED: {"G": "другое время", "H": "8:00", "I": "20:30"},
    NO_CLOCK: {"G": "Не оплачивать"},
    NAMED: {"G": "это сотрудник", "J": "Котова Анна Ильинична"},
}


@pytest.fixture
def asked(desk: Desk) -> Desk:
    desk.write(time=OPEN)
    return desk


def book_of(desk: Desk, name: str = "book.xlsx", code: int = 4) -> Path:
    path = desk.folder / name
    assert desk.say("--out", str(path))[0] == code
    return path


def fill(path: Path, answers: dict[str, dict[str, Any]]) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for row in sheet.iter_rows(min_row=3):
        for start, cells in answers.items():
            if str(row[1].value).startswith(start):
                for column, value in cells.items():
                    sheet[f"{column}{row[0].row}"] = value
    book.save(path)


def decide(desk: Desk, path: Path) -> tuple[int, list[str]]:
    code, out, err = desk.run("payroll", "decide", str(path))
    return code, (out + err).splitlines()


def questions(desk: Desk) -> list[str]:
    return [one["kind"] for one in json.loads(desk.say("--json")[1])["questions"]]


def test_every_kind_of_question_has_words_and_each_answer_is_understood() -> None:
    for kind in Kind:
        assert WHAT[kind]
        assert [parse_answer(kind, word.upper()) for word in words_of(kind)] == list(ANSWERS_OF[kind])


def test_every_question_is_a_row_with_its_evidence_and_a_list_to_choose_from(asked: Desk) -> None:
    sheet = openpyxl.load_workbook(book_of(asked))[SHEET]
    rows = [[cell.value for cell in row[:7]] for row in sheet.iter_rows(min_row=3)]
    assert [row[1] for row in rows] == [NAMED + ", чем в справочнике", NO_CLOCK, UNCLOSED]
    assert "time_10.csv, ячейка C3" in rows[2][4]
    assert str(rows[1][3])[:10] == "2026-10-06"
    offered = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert offered["G4"] == '"по графику,не оплачивать,другое время"'
    ids = sheet.column_dimensions["L"]
    assert (ids.hidden, ids.min, ids.max) == (True, 12, 14)


def test_answers_are_taken_once_and_hold_in_every_later_run(asked: Desk) -> None:
    path = book_of(asked)
    fill(path, ANSWERS)
    assert decide(asked, path) == (0, ["taken 3, known before 0, refused 0, still open 0"])
    assert questions(asked) == ["unscheduled_work"]  # hers, now that it is known whose it is
    assert decide(asked, path) == (0, ["taken 0, known before 3, refused 0, still open 0"])
    found = json.loads(asked.say("--json")[1])["employees"][0]
    assert found["minutes"]["overtime"] == 90 + 30
    again = book_of(asked, "again.xlsx")
    fill(again, {"Работа, которой нет в графике": {"G": "как переработку"}, NO_CLOCK: {"G": "по графику"}})
    assert decide(asked, again)[1] == ["taken 2, known before 2, refused 0, still open 0"]
    assert questions(asked) == []


def test_whose_a_name_is_holds_in_later_months_too(asked: Desk) -> None:
    path = book_of(asked)
    fill(path, ANSWERS)
    decide(asked, path)
    plan_of_november(asked)
    late = [*TIME, "Котова А.И.;10.11.2026;9:00;12:00", "Котова Анна Ильинична;01.11.2026;8:00;20:00"]
    (asked.folder / "pay" / "time_10.csv").write_text("\r\n".join(late), encoding="cp1251")
    _code, out, _err = asked.say("--json", month="2026-11", now="2026-12-01T08:00")
    assert [one["id"] for one in json.loads(out)["questions"]] == [
        "unscheduled_work:Котова Анна Ильинична:2026-11-10:09:00-12:00"
    ]
    assert json.loads(out)["unused_decisions"] == []


def test_a_question_whose_facts_changed_is_asked_anew(asked: Desk) -> None:
    path = book_of(asked)
    fill(path, ANSWERS)
    decide(asked, path)
    config = asked.folder / "config.toml"
    rules = "[[payroll.rules]]\nsince = 2026-01-01\nbreak = { minutes = 30 }\n"
    config.write_text(config.read_text(encoding="utf-8") + rules, encoding="utf-8")
    assert "no_clock" in questions(asked)  # eight and a half hours hang on it now
    code, lines = decide(asked, path)
    assert code == 4
    assert lines[0].startswith("  ! Вопросы!E4: данные с тех пор изменились")


@pytest.mark.parametrize(
    ("answers", "cell", "reason"),
    [
        ({NO_CLOCK: {"G": "как смену"}}, "G4", "нет такого решения; выберите из списка: по графику"),
        ({UNCLOSED: {"G": "другое время", "H": "8:00"}}, "I5", "не похоже на время"),
        ({UNCLOSED: {"G": "другое время", "H": "8:00", "I": "25:00"}}, "I5", "не похоже на время"),
        ({NO_CLOCK: {"G": "по графику", "H": "8:00"}}, "H4", "а время вписано"),
        ({NO_CLOCK: {"H": "8:00", "I": "9:00"}}, "G4", "а решение не выбрано"),
        ({NAMED: {"G": "это сотрудник"}}, "J3", "не выбрано, кто это"),
        ({NAMED: {"G": "это сотрудник", "J": "Некто"}}, "J3", "такого сотрудника нет"),
        ({NO_CLOCK: {"G": "по графику", "C": "Котова"}}, "B4", "вопрос или служебный столбец изменены"),
        ({NO_CLOCK: {"G": "по графику", "L": "no_clock:x"}}, "B4", "вопрос или служебный столбец изменены"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_refused_with_its_cell_and_the_others_are_taken(
    asked: Desk, answers: dict[str, dict[str, str]], cell: str, reason: str
) -> None:
    path = book_of(asked)
    fill(path, {**ANSWERS, **answers})
    for name in answers:
        assert {**ANSWERS, **answers}[name] == answers[name]
    code, lines = decide(asked, path)
    assert code == 4
    assert lines[0].startswith(f"  ! Вопросы!{cell}: ")
    assert reason in lines[0]
    assert lines[-1] == "taken 2, known before 0, refused 1, still open 0"


def test_a_time_that_the_sheet_made_its_own_is_understood_and_an_early_end_is_of_the_next_day(asked: Desk) -> None:
    from datetime import time

    path = book_of(asked)
    fill(path, {UNCLOSED: {"G": "другое время", "H": time(19, 0), "I": time(1, 30)}})
    assert decide(asked, path)[0] == 0
    shown = asked.say("explain", "--employee", "Котова Анна Ильинична")[1]
    assert "02.10  19:00" in shown


@pytest.mark.slow
@needs_office
def test_answers_survive_another_programs_hands(asked: Desk) -> None:
    path = book_of(asked)
    fill(path, ANSWERS)
    assert decide(asked, saved_by_office(path))[1] == ["taken 3, known before 0, refused 0, still open 0"]


def saved_by_office(path: Path) -> Path:
    folder = path.parent
    command = [
        "soffice",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    given = ["--outdir", str(folder / "saved"), str(path)]
    subprocess.run([*command, *given], check=True, capture_output=True, timeout=120)
    return folder / "saved" / path.name


def test_what_was_decided_meanwhile_in_another_book_stays(asked: Desk) -> None:
    first, second = book_of(asked, "first.xlsx"), book_of(asked, "second.xlsx")
    fill(first, {NO_CLOCK: {"G": "по графику"}})
    fill(second, {NO_CLOCK: {"G": "не оплачивать"}})
    decide(asked, first)
    code, lines = decide(asked, second)
    assert (code, "за это время решено иначе" in lines[0]) == (4, True)


@pytest.mark.parametrize("name", ["plan_10.xlsx", "rates.xlsx"])
def test_a_workbook_that_is_none_of_ours_is_refused(asked: Desk, name: str) -> None:
    code, lines = decide(asked, asked.folder / "pay" / name)
    assert (code, len(lines)) == (1, 1)
    assert "is no pay workbook" in lines[0]


def test_a_workbook_of_another_clinic_is_refused(asked: Desk) -> None:
    path = book_of(asked)
    config = asked.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("Ваша улыбка", "Другая"), encoding="utf-8")
    assert "of another clinic" in decide(asked, path)[1][0]


def test_what_only_the_directory_can_answer_is_told_so(desk: Desk) -> None:
    desk.write(
        payroll=PAYROLL, rates=[["Сотрудник", "С даты", "Ставка часа"], ["Котова Анна Ильинична", "01.11.2026", 250]]
    )
    path = book_of(desk)
    texts = {str(row[1].value): row[6].value for row in openpyxl.load_workbook(path)[SHEET].iter_rows(min_row=3)}
    assert texts["Нет ставки"] == "исправьте ставки или график"
    assert decide(desk, path)[0] == 0


def test_a_book_with_answers_that_nobody_took_is_not_written_over(asked: Desk) -> None:
    path = book_of(asked)
    book_of(asked)
    fill(path, ANSWERS)
    filled = path.read_bytes()
    code, out, err = asked.say("--out", str(path))
    assert (code, path.read_bytes()) == (2, filled)
    assert "book.xlsx: has answers that were not taken; first: dentsync payroll decide FILE" in out + err
    assert decide(asked, path)[0] == 0
    book_of(asked)
    assert path.read_bytes() != filled
