"""A closed month stays as it is; what changes later is paid with a later month."""

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from dentsync.runs.pay_words import changes
from tests.pay.test_command import PLAN, TIME, Desk, desk

__all__ = ["desk"]
LATER = [*TIME, "Котова Анна Ильинична;01.11.2026;8:00;20:00"]


def plan_of_november(desk: Desk) -> None:
    book = openpyxl.Workbook()
    for row in [["График на ноябрь 2026"], ["Сотрудник", *range(1, 31)], ["Котова Анна Ильинична", "8-20"]]:
        book.worksheets[0].append(row)
    book.save(desk.folder / "pay" / "plan_11.xlsx")


@pytest.fixture
def year(desk: Desk) -> Desk:
    """November is planned, too."""
    plan_of_november(desk)
    write_time(desk, LATER)
    return desk


def write_time(desk: Desk, time: list[str]) -> None:
    (desk.folder / "pay" / "time_10.csv").write_text("\r\n".join(time) + "\r\n", encoding="cp1251")


def close(desk: Desk, month: str = "2026-10", now: str = "2026-12-01T08:00") -> tuple[int, str]:
    code, out, err = desk.run("payroll", "close", "--month", month, now=now)
    return code, out + err


def late(desk: Desk) -> None:
    """Half an hour more on the 2nd of October."""
    write_time(desk, [line.replace("02.10.2026;8:00;20:00", "02.10.2026;8:00;20:30") for line in LATER])


def test_a_month_with_an_open_question_or_not_over_is_not_closed(year: Desk) -> None:
    assert close(year, now="2026-10-31T23:00")[0] == 5
    write_time(year, TIME[:-1])
    code, said = close(year)
    assert (code, "2026-10: open questions 1; answer them" in said) == (5, True)
    assert json.loads(year.say("--json")[1])["may_close"] is False


def test_a_closed_month_says_so_and_closing_it_again_changes_nothing(year: Desk) -> None:
    assert close(year) == (0, "2026-10 is closed as version 1: 13 527.00\n")
    assert close(year)[1] == "2026-10 is closed as version 1 already; nothing has changed since\n"
    assert "as version 1" in year.say()[1].splitlines()[-1]


def test_later_facts_make_a_version_whose_difference_is_paid_with_the_next_month(year: Desk) -> None:
    close(year)
    november = json.loads(year.say("--json", month="2026-11", now="2026-12-01T08:00")[1])["total"]
    late(year)
    assert "difference 175.00" in year.say()[1]
    assert close(year)[1].strip().endswith("version 2: 13 702.00; the difference of 175.00 is paid in 2026-11")
    found = json.loads(year.say("--json", month="2026-11", now="2026-12-01T08:00")[1])
    assert float(found["total"]) == float(november) + 175
    [line] = [line for line in found["employees"][0]["lines"] if line["code"] == "correction"]
    assert (line["amount"], line["rule"]) == ("175.00", "октябрь 2026, версия 2")
    assert close(year)[1] == "2026-10 is closed as version 2 already; nothing has changed since\n"


def test_a_difference_is_explained_by_what_changed_and_is_closed_with_its_month(year: Desk) -> None:
    close(year)
    late(year)
    close(year)
    given = ("--employee", "Котова Анна Ильинична")
    out = year.say("explain", *given, month="2026-11", now="2026-12-01T08:00")[1]
    assert "correction 175.00 = октябрь 2026, версия 2\n  переработка 525 → 700 (90 → 120)\n" in out
    assert close(year, "2026-11")[1] == "2026-11 is closed as version 1: 2 925.00\n"
    book = year.folder / "november.xlsx"
    year.say("--out", str(book), month="2026-11", now="2026-12-05T08:00")
    rows = openpyxl.load_workbook(book, data_only=True)["Расчёт"].iter_rows(values_only=True)
    [row] = [row for row in rows if row[1] == "Корректировка"]
    assert (row[8], row[9]) == (175, "октябрь 2026, версия 2; переработка 525 → 700 (90 → 120)")
    assert close(year, "2026-11")[1].endswith("nothing has changed since\n")


def test_cards_that_came_later_stand_in_the_evidence_of_a_difference() -> None:
    def line(amount: str, *came: str) -> dict[str, object]:
        return {"code": "primary", "amount": amount, "quantity": len(came), "came": came}

    assert [*changes([line("150", "1", "7")], [line("300", "1", "2", "9")])] == [
        "первичные 150 → 300 (2 → 3), карты +2 +9 −7"
    ]
    assert [*changes([line("150", "1")], [line("150", "1")])] == []


def test_a_difference_never_goes_into_a_month_that_is_closed(year: Desk) -> None:
    close(year)
    close(year, "2026-11")
    late(year)
    assert close(year)[1].strip().endswith("is paid in 2026-12")
    assert close(year, "2026-11")[1] == "2026-11 is closed as version 1 already; nothing has changed since\n"


def test_a_question_that_comes_up_later_opens_a_draft_even_where_no_amount_changes(year: Desk) -> None:
    close(year)
    write_time(year, [*LATER, "Носов Иван Петрович;20.10.2026;9:00;12:00"])
    assert year.say()[0] == 4
    out = year.folder / "book.xlsx"
    year.say("--out", str(out))
    assert str(heading(out)).startswith("Черновик версии 2: вопросов: 1")
    assert close(year)[0] == 5


def test_the_workbook_of_a_closed_month_is_the_one_it_was_closed_with(year: Desk) -> None:
    close(year)
    out = year.folder / "book.xlsx"
    year.say("--out", str(out), now="2026-12-05T08:00")
    first = out.read_bytes()
    year.say("--out", str(out), now="2026-12-09T08:00")
    assert out.read_bytes() == first
    assert str(heading(out)).startswith("Закрыт, версия 1")
    late(year)
    year.say("--out", str(out), now="2026-12-09T08:00")
    assert str(heading(out)).startswith("Черновик версии 2")


def heading(path: Path) -> object:
    return openpyxl.load_workbook(BytesIO(path.read_bytes()))["Итоги"]["A2"].value


def test_the_month_before_is_the_closed_one(year: Desk) -> None:
    close(year)
    late(year)  # not closed anew: what was paid is what was paid
    out = year.folder / "book.xlsx"
    year.say("--out", str(out), month="2026-11", now="2026-12-01T08:00")
    sheet = openpyxl.load_workbook(out, data_only=True)["Итоги"]
    assert sheet["A3"].value == "Прошлый месяц: октябрь 2026, версия 1"
    assert [sheet[cell].value for cell in ("A6", "R6")] == [PLAN[2][0], 8775]
