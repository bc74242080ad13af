"""``sniff`` knows the files of pay, says what is wrong in them, and its lines are ones that ``payroll`` runs on."""

import json
import tomllib
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from dentsync.cli import run
from dentsync.config import preset_text
from tests.pay.test_command import PLAN, RATES, TIME, Desk, desk

__all__ = ["desk"]
ABSENCES = [["Сотрудник", "С", "По", "Вид"], ["Носов Иван Петрович", date(2026, 10, 5), date(2026, 10, 9), "отпуск"]]


def sniffed(desk: Desk, name: str, *argv: str, lang: str = "en") -> str:
    desk.read()
    assert run(["--lang", lang, "sniff", name, *argv]) == 0
    return str(desk.read().out)


def section_in(text: str) -> dict[str, str]:
    """The lines between blank ones that begin with [payroll]."""
    [lines] = [part for part in text.split("\n\n") if part.startswith("[payroll]")]
    found: dict[str, str] = tomllib.loads(lines)["payroll"]
    return found


@pytest.fixture
def folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    book = openpyxl.Workbook()
    for row in ABSENCES:
        book.worksheets[0].append(row)
    book.save(desk.folder / "pay" / "absences_2026-10.xlsx")
    monkeypatch.chdir(desk.folder)
    return desk


def test_each_file_of_pay_is_told_and_the_lines_together_compute_the_month(folder: Desk) -> None:
    found = {}
    for name, what in {
        "pay/rates.xlsx": "pay: the rate directory\n  sheet  Sheet\n  contents  rates 2 of 2 people",
        "pay/plan_10.xlsx": "pay: planned shifts\n  sheet  Sheet\n  contents  shifts 5 of 2 people, 01.10.2026–06.10",
        "./pay/time_10.csv": "pay: worked time\n  contents  times 5 of 2 people, 01.10.2026–06.10.2026; without an",
        "pay/absences_2026-10.xlsx": "pay: absences\n  sheet  Sheet\n  contents  absences 1 of 1 people",
    }.items():
        text = sniffed(folder, name)
        assert what in text
        assert "Носов" not in text
        found |= section_in(text)
    assert found == {
        "rates": "pay/rates.xlsx", "plan": "pay/plan_*.xlsx", "time": "pay/time_*.csv",
        "absences": "pay/absences_*.xlsx",
    }  # fmt: skip
    lines = "".join(f'{key} = "{value}"\n' for key, value in found.items())
    (folder.folder / "config.toml").write_text(preset_text("helix-bitrix24") + "\n[payroll]\n" + lines, "utf-8")
    assert (
        json.loads(folder.say("--json")[1])["total"] == "11767.00"
    )  # 8 775 + 12 h × 220 + 8 h × 44; the 6th fell into a holiday


def test_a_code_that_nobody_explained_is_proposed_with_hours_to_be_put_in(folder: Desk) -> None:
    plan = [*PLAN[:2], ["Котова Анна Ильинична", "Д", "в", "Н1", "б", "8-20"]]
    folder.write(plan=plan)
    text = sniffed(folder, "pay/plan_10.xlsx", lang="ru")
    assert section_in(text)["codes"] == {"д": "8-20", "н1": "8-20"}
    assert "какие часы? впишите" in text
    assert "смен 3, сотрудников 1" in text


def test_what_cannot_be_used_is_told_with_its_cell(folder: Desk) -> None:
    bad = [RATES[0], [*RATES[1][:4], -250, 350], [*RATES[2][:3], "с мая", 200, 300]]
    folder.write(rates=bad)
    book = openpyxl.load_workbook(folder.folder / "pay" / "rates.xlsx")
    text = sniffed(folder, "pay/rates.xlsx")
    assert "лист «Sheet», ячейка E2: «-250» не может быть ставкой" in text
    assert "ячейка D3: не похоже на дату" in text
    assert "cells that cannot be used: 2; mend them" in text
    book.worksheets[0].merge_cells("E1:F1")
    book.save(folder.folder / "pay" / "rates.xlsx")
    found = json.loads(sniffed(folder, "pay/rates.xlsx", "--json"))
    assert (found["role"], len(found["faults"])) == ("rates", 1)
    assert "E1:F1 в заголовке объединены" in found["faults"][0]


@pytest.mark.parametrize(
    ("name", "header", "role"),
    [
        ("График октябрь.csv", TIME[0], "planned shifts"),
        ("табель.csv", TIME[0], "worked time"),
        ("визиты.csv", "ФИО;Дата;Начало;Окончание;Телефон;Врач", "kind:"),
    ],
)
def test_a_list_of_shifts_has_the_columns_of_worked_time_and_an_export_of_visits_is_neither(
    folder: Desk, name: str, header: str, role: str
) -> None:
    row = TIME[1] + ";8(916)555-01-01;Петров" * ("Телефон" in header)
    Path(name).write_text(f"{header}\r\n{row}\r\n", encoding="cp1251")
    assert role in sniffed(folder, name)


def test_cards_full_of_dates_and_small_numbers_are_no_schedule(folder: Desk) -> None:
    cards = Path(__file__).parents[2] / "dentsync" / "samples" / "ident" / "patients_2026-10-05.csv"
    assert "tried on 61 rows: 61 good, 0 rejected" in sniffed(folder, str(cards))


def test_a_schedule_may_have_columns_for_the_doctor_and_the_phone(folder: Desk) -> None:
    header = "Врач;Телефон;" + ";".join(map(str, range(1, 11)))
    text = f"{header}\r\nНосов Иван Петрович;8(916)555-01-01;{';'.join(['9-18'] * 10)}\r\n"
    Path("График 2026-10.csv").write_text(text, encoding="cp1251")
    assert "planned shifts" in sniffed(folder, "График 2026-10.csv")
