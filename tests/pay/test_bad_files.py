"""Files as people send them: a mistake is one line with file, sheet, cell and the way out, and nothing is paid."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.pay.test_command import PAYROLL, PLAN, RATES, TIME, Desk, desk

__all__ = ["desk"]
ANNA, IVAN = RATES[1:]
SHEET = "rates.xlsx, лист «Sheet»"
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)
"""How an .xls begins, and an .xlsx with a password."""


def rates(*rows: list[Any], header: list[Any] = RATES[0]) -> dict[str, Any]:
    return {"rates": [header, *rows]}


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a text where a number is due": (rates([*ANNA[:4], "двести", 350], IVAN), f"{SHEET}, ячейка E2: не похоже на су"),
    "two rows for one employee": (rates(ANNA, ANNA, IVAN), f"{SHEET}, ячейка E3: вторая строка того же сотрудника на"),
    "a negative rate": (rates([*ANNA[:4], -250, 350], IVAN), f"{SHEET}, ячейка E2: «-250» не может быть ставкой"),
    "a rate without a date": (rates([*ANNA[:3], None, 250, 350], IVAN), f"{SHEET}, ячейка D2: ячейка пуста"),
    "a date in words": (rates([*ANNA[:3], "с мая", 250, 350], IVAN), f"{SHEET}, ячейка D2: не похоже на дату"),
    "an American date": (rates([*ANNA[:3], "05/16/2026", 250, 350], IVAN), f"{SHEET}, ячейка D2: «05/16/2026» "),
    "one named two ways": (rates(ANNA, ["Котова А. И.", *ANNA[1:]], IVAN), f"{SHEET}, ячейка E2: сотрудник назван дво"),
    "a formula without a value": (rates([*ANNA[:4], "=200+50", 350], IVAN), f"{SHEET}, ячейка E2: формула сохранена "),
    "periods that overlap": (
        rates(
            [*ANNA, date(2026, 10, 31)], [*ANNA[:3], date(2026, 10, 16), 270, 370, ""], IVAN, header=[*RATES[0], "По"]
        ),
        f"{SHEET}, ячейка E3: сроки пересекаются: прежняя строка действует по 31.10.2026 ({SHEET}, ячейка E2)",
    ),
    "a period that ends before it begins": (
        rates([*ANNA, date(2025, 1, 1)], IVAN, header=[*RATES[0], "По"]),
        f"{SHEET}, ячейка G2: последний день 01.01.2025 раньше первого",
    ),
    "a shift of 26 hours": (
        {"plan": [*PLAN[:2], [PLAN[2][0], "8-10+1"], PLAN[3]]},
        "plan_10.xlsx, лист «Sheet», ячейка B3: «8-10+1» — это 26 ч подряд: больше 24 не бывает",
    ),
    "26 hours of work": (
        {"time": [*TIME, "Носов Иван Петрович;07.10.2026;7.10.2026 8:00;8.10.2026 10:00"]},
        "time_10.csv, ячейка D7: «8.10.2026 10:00» — это 26 ч подряд",
    ),
    "a code nobody explained": (
        {"plan": [*PLAN[:2], [PLAN[2][0], "8-20", "Ж"], PLAN[3]]},
        "plan_10.xlsx, лист «Sheet», ячейка C3: «Ж» не похоже на часы смены: ожидается вид 8:00-20:00 или код, чьи",
    ),
    "a column that was renamed": (
        {"time": [TIME[0].replace("Окончание", "Домой"), *TIME[1:]]},
        "time_10.csv: нет столбца «Окончание» (есть: «Сотрудник», «Дата», «Начало», «Домой»)",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_cell_that_cannot_be_used_is_one_line_and_nothing_is_computed(desk: Desk, name: str) -> None:
    files, expected = FAULTS[name]
    desk.write(**files)
    code, out, err = desk.say(lang="ru")
    assert (code, out) == (1, "")
    fault, summary = err.removeprefix("dentsync: ").splitlines()
    assert fault.startswith(expected)
    assert summary == "ячеек, которые нельзя использовать: 1; расчёта нет"


def test_a_merged_header_is_one_line(desk: Desk) -> None:
    path = desk.folder / "pay" / "rates.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("E1:F1")
    book.save(path)
    code, _out, err = desk.say()
    assert (code, f"{SHEET}, ячейка E1: ячейки E1:F1 в заголовке объединены: разъедините их\n" in err) == (1, True)


def emptied(_content: bytes) -> bytes:
    from io import BytesIO

    target = BytesIO()
    openpyxl.Workbook().save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (emptied, "rates.xlsx: nothing is written in it; fill it in, or take it away"),
        (lambda _content: b"", "rates.xlsx: is empty (zero bytes); export it again"),
        (lambda content: content[: len(content) // 2], "rates.xlsx: the workbook is damaged"),
        (lambda content: content[:200] + bytes(300) + content[500:], "rates.xlsx: the workbook is damaged"),
        (lambda _content: CFB, "rates.xlsx: is an old Excel workbook (XLS) or a workbook with a password, what"),
        (
            lambda _content: b"<html><table><tr><td>1</td></tr></table></html>",
            "rates.xlsx: is an HTML page, whatever its name says; open it in Excel",
        ),
    ],
    ids=["empty", "zero bytes", "cut", "torn", "xls or password", "html"],
)
def test_a_book_that_cannot_be_read_is_one_line(desk: Desk, change: Callable[[bytes], bytes], expected: str) -> None:
    path = desk.folder / "pay" / "rates.xlsx"
    path.write_bytes(change(path.read_bytes()))
    code, out, err = desk.say()
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert expected in err


def test_a_schedule_of_another_month_is_refused_with_the_months_that_are_there(desk: Desk) -> None:
    desk.write(plan=[["График на сентябрь 2026"], *PLAN[1:]])
    code, out, err = desk.say()
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "payroll.plan: no shift of 10.2026 (there are: 09.2026); put that month's schedule there" in err


def test_a_rate_that_has_ended_leaves_later_days_without_one(desk: Desk) -> None:
    desk.write(**rates([*ANNA, date(2026, 10, 1)], IVAN, header=[*RATES[0], "Действует по"]))
    code, out, _err = desk.say()
    assert (code, "? no rate in the directory; 22:00\n" in out) == (4, True)
    people = ('"Котова Анна Ильинична", until = 2026-10-01', '"Носов Иван Петрович"')
    rows = ", ".join(f"{{ employee = {one}, since = 2026-01-01, hour = 250, overtime = 350 }}" for one in people)
    desk.write(PAYROLL.replace('rates = "pay/rates.xlsx"', f"rate = [{rows}]"))
    assert "? no rate in the directory; 22:00\n" in desk.say()[1]


@pytest.mark.parametrize("written", ["01.01.2026", "2026-01-01", " 1.1.2026 "])
def test_a_date_that_is_a_text_is_a_date(desk: Desk, written: str) -> None:
    desk.write(**rates([*ANNA[:3], written, *ANNA[4:]], IVAN))
    assert desk.say()[1].splitlines()[-1].split() == ["total", "13", "527.00"]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "utf-16"])
def test_worked_time_is_the_same_in_every_encoding(desk: Desk, encoding: str) -> None:
    Path(desk.folder / "pay" / "time_10.csv").write_text("\n".join(TIME) + "\n", encoding=encoding)
    assert desk.say()[1].splitlines()[-1].split() == ["total", "13", "527.00"]


def test_one_who_is_written_otherwise_in_the_times_is_asked_about_and_not_paid_for_it(desk: Desk) -> None:
    desk.write(time=[*TIME, "Котова А.И.;07.10.2026;8:00;20:00"])
    code, out, _err = desk.say(lang="ru")
    assert code == 4
    assert "? сотрудник записан иначе; возможно, Котова Анна Ильинична; time_10.csv, ячейка C7" in out
    assert "решите: это сотрудник, не наш сотрудник" in out
    assert "ответьте в книге: dentsync payroll --month 2026-10 --out ФАЙЛ" in out
    assert "13 527.00" in out
