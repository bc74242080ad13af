"""A director's first evening with pay: every command of docs/pay.md, in an empty folder."""

import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dentsync.cli import run
from tests.pay.test_cases import BOOK

PAGE = (Path(__file__).parents[2] / "docs" / "pay.md").read_text(encoding="utf-8")
NOW = "2026-06-01T08:00"
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    monkeypatch.chdir(tmp_path)

    def say(*argv: str, lang: str = "en") -> tuple[int, str]:
        capsys.readouterr()
        code = run(["--lang", lang, *argv])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    assert say("init", "--preset", "helix-bitrix24")[0] == 0
    code, said = say("payroll", "example")
    assert code == 0
    with Path("config.toml").open("a", encoding="utf-8") as file:
        file.write("\n[payroll]\n" + said.split("[payroll]\n")[1].split("\n\n")[0] + "\n")
    Path("inbox").mkdir()
    for path in (*Path("pay").glob("primary_*"), *Path("pay").glob("waiting_*")):
        target = Path("inbox") / path.name
        target.write_bytes(path.read_bytes())
        written = datetime(2026, 6, 1, 4).timestamp()
        os.utime(target, (written, written))
    code, said = say("extract", "primary", "waiting", "--now", NOW)
    assert (code, said.count(" 0 +       0 ")) == (0, 2)
    return say


def test_the_example_is_the_worked_month_to_the_kopeck(evening: Say) -> None:
    code, said = evening("payroll", "--month", "2026-05", "--json")
    found, expected = json.loads(said), BOOK["month"]["expected"]
    assert (code, found["total"]) == (4, expected["grand_total"])
    lines = [[(line["code"], line["amount"]) for line in one["lines"]] for one in found["employees"]]
    assert lines == [[(line["code"], line["amount"]) for line in expected[f"E{n}"]["lines"]] for n in (1, 2, 3)]


def shown(commands: str) -> list[str]:
    """What docs/pay.md says that a command says, up to an ellipsis, line by line."""
    block = re.search(rf"\$ {re.escape(commands)}[^\n]*\n(.*?)\n(?:\$|```)", PAGE, re.DOTALL)
    assert block, commands
    return [line for line in block[1].splitlines() if line.strip() not in ("", "…")]


def test_why_so_much_and_which_patients_is_one_command_as_the_page_shows_it(evening: Say) -> None:
    given = ["payroll", "explain", "--month", "2026-05", "--employee", "Мельникова Ольга Сергеевна"]
    said = evening(*given, lang="ru")[1]
    page = shown('dentsync payroll explain --month 2026-05 --employee "Мельникова Ольга Сергеевна"')
    assert "Мельникова Ольга Сергеевна: 31 690.00" in page
    assert [line for line in page if line not in said.splitlines()] == []
    said = evening("payroll", "--month", "2026-05", lang="ru")[1]
    assert shown("dentsync payroll --month 2026-05") == [line for line in said.splitlines() if line]


def test_the_month_is_answered_and_closed_twice_in_a_row(evening: Say) -> None:
    month = ("--month", "2026-05")
    assert evening("payroll", "close", *month)[0] == 5
    assert evening("payroll", *month, "--out", "may.xlsx")[0] == 4
    book: Any = openpyxl.load_workbook("may.xlsx")
    book["Вопросы"]["G3"] = "по графику"
    book.save("may.xlsx")
    assert [evening("payroll", "decide", "may.xlsx")[1] for _time in range(2)] == [
        "taken 1, known before 0, refused 0, still open 0\n", "taken 0, known before 1, refused 0, still open 0\n",
    ]  # fmt: skip
    assert evening("payroll", "close", *month)[1] == "2026-05 is closed as version 1: 105 422.33\n"
    assert evening("payroll", "close", *month)[0] == 0
    assert evening("payroll", *month)[0] == 0


def test_nothing_is_written_over_and_what_is_no_workbook_of_ours_is_one_line(evening: Say) -> None:
    assert evening("payroll", "example") == (1, "dentsync: pay/rates.xlsx: is there already; name another folder\n")
    code, said = evening("payroll", "decide", "pay/rates.xlsx")
    assert (code, said.count("\n"), "is no pay workbook" in said) == (1, 1, True)
    code, said = evening("payroll", "--month", "2026-10")
    assert (code, said.count("\n"), "there are: 04.2026, 05.2026" in said) == (1, 1, True)


def test_each_file_of_the_example_is_sniffed_to_the_line_that_names_it(evening: Say) -> None:
    lines = [evening("sniff", f"pay/{name}")[1] for name in ("rates.xlsx", "plan_2026.xlsx", "time_2026-05.csv")]
    assert ["pay/rates.xlsx" in lines[0], "pay/plan_*.xlsx" in lines[1], "pay/time_*.csv" in lines[2]] == [True] * 3
