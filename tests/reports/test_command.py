"""The command over what was really read: a folder, a store, no CRM anywhere."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell import MergedCell

from dentsync.cli import run
from dentsync.config import preset_text
from dentsync.load.report_show import _widths
from tests.clinic import Said

NOW = "2026-10-25T12:00"
HEAD = (
    "ID приёма;Номер карты;Ф.И.О.;Телефон;Дата и время приёма;Врач;Специализация;Статус визита;Администратор;Источник"
)
VISITS = (
    HEAD,
    "1;101;Соколова Анна Викторовна;89165550101;15.01.2026 10:00;Лапина;Терапия;Визит состоялся;Белова;Вывеска",
    "2;101;Соколова Анна Викторовна;89165550101;05.10.2026 10:00;Лапина;Терапия;Визит состоялся;Белова;Сайт",
    "3;101;Соколова Анна Викторовна;89165550101;05.10.2026 11:00;Смоляков;Хирургия;Визит состоялся;Белова;",
    "4;102;Котов Иван Петрович;89165550102;06.10.2026 9:00;Лапина;Терапия;Не пришёл;Котова;=СУММА(A1)",
    "5;102;Котов Иван Петрович;89165550102;08.10.2026 9:00;Смоляков;;Визит состоялся;Котова;=СУММА(A1)",
    "6;;Белова Ольга Ильинична;89165550103 не звонить;09.10.2026 9:00;Лапина;Терапия;Отменён клиникой;;",
)
PATIENTS = ("Номер карты;Ф.И.О.;Телефон;Завершено визитов", "101;Соколова Анна Викторовна;89165550101;3",
            "102;Котов Иван Петрович;89165550102;1")  # fmt: skip

TITLES = {
    "primary": "Первичные пациенты", "specialisations": "Специализации", "sources": "Источники",
    "conversion": "Конверсия", "no-shows": "Неявки", "losses": "Потери", "staff": "Администраторы",
    "calls": "Лист обзвона",
}  # fmt: skip

Say = Callable[..., Said]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic that has read two files, and was never connected to a CRM."""
    folder = tmp_path_factory.mktemp("reports")
    text = preset_text("helix-bitrix24").replace("visits_*.xlsx", "visits_*.csv").replace('"30h"', '""')
    (folder / "config.toml").write_text(text.replace("settle_seconds = 10", "settle_seconds = 0"), encoding="utf-8")
    (folder / "inbox").mkdir()
    for name, lines in (("visits_1.csv", VISITS), ("patients_1.csv", PATIENTS)):
        (folder / "inbox" / name).write_text("\r\n".join(lines) + "\r\n", encoding="cp1251")
    assert run(["--lang", "en", "extract", "-c", str(folder / "config.toml"), "--now", NOW]) == 0
    return folder


@pytest.fixture
def say(folder: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    def command(*argv: str, now: str = NOW) -> Said:
        capsys.readouterr()
        code = run(["--lang", "en", "report", *argv, "-c", str(folder / "config.toml"), "--now", now])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return command


def made(say: Say, *argv: str) -> Any:
    said = say(*argv, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_a_report_is_made_from_the_store_alone(say: Say) -> None:
    found = made(say, "primary", "--month", "2026-10")
    total = {key: one["n"] for key, one in found["tables"][0]["total"].items()}
    assert total == {
        "visits": 3, "days": 2, "patients": 2, "new": 1, "returned": 1, "primary": 2, "repeat": 0, "unknown": 0,
    }  # fmt: skip
    assert (found["from"], found["to"]) == ("2026-10-01", "2026-10-31")


def test_the_terminal_shows_tables_bars_apart(say: Say) -> None:
    said = say("sources", "--month", "2026-10")
    rows = [line.split() for line in said.out.splitlines()]
    assert ["Вывеска", "1", "50,0%", "0", "1", "2", "1", "1", "0", "0"] in rows
    assert ["всего", "2", "100,0%", "1", "1", "3", "2", "2", "0", "0"] in rows
    assert "█" not in said.out  # bars are for terminals
    assert "\x1b" not in said.out


GOLDEN = """\
Ваша улыбка · октябрь 2026 · все филиалы

Конверсия. Первичные пациенты
Шаг                         всего    дошли
──────────────────────────────────────────
заявки → записи                 0      0 —
записи → визиты (доведение)     2 2 100,0%
визиты → оплаты                 0      0 —
"""


def test_what_is_piped_is_plain_text(say: Say) -> None:
    lines = [line.rstrip() for line in say("conversion", "--month", "2026-10").out.splitlines()]
    assert "\n".join(line for line in lines[:8] if line) == "\n".join(line for line in GOLDEN.splitlines() if line)


@pytest.mark.parametrize("width", [80, 120])
def test_on_a_terminal_no_line_is_wider_than_it_is_and_bars_are_drawn(folder: Path, width: int) -> None:
    ours, theirs = pty.openpty()
    argv = ("report", "all", "--month", "2026-10", "-c", str(folder / "config.toml"), "--now", NOW)
    environ = {**os.environ, "COLUMNS": str(width), "TERM": "dumb", "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen((sys.executable, "-m", "dentsync.cli", *argv), stdout=theirs, env=environ) as command:
        os.close(theirs)
        lines = b"".join(_read(ours)).decode().splitlines()
    assert command.returncode == 0
    assert max(map(len, lines)) <= width
    assert any("█" in line for line in lines)


def _read(screen: int) -> Iterator[bytes]:
    with suppress(OSError):  # so a pty says that nobody writes any more
        while chunk := os.read(screen, 65536):
            yield chunk
    os.close(screen)


def test_a_figure_opens_to_its_cards(say: Say) -> None:
    said = say("primary", "--month", "2026-10", "--column", "new")
    assert [line.split("\t")[:2] for line in said.out.splitlines()[1:]] == [["102", "08.10.2026 09:00"]]
    lost = say("losses", "--month", "2026-10", "--row", "отменила клиника: причина не указана")
    assert lost.out.splitlines()[1].split("\t")[0] == "visits_1.csv:7"  # no card: the place in the file
    assert "Белова Ольга" not in lost.out


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (("--month", "2026-13"), "--month: '2026-13' is no month; for example 2026-10, last, this"),
        (("--month", "октябрь"), "--month: 'октябрь' is no month; for example 2026-10, last, this"),
        (("--from", "06.10.2026", "--to", "05.10.2026"), "--from 2026-10-06 is after --to 2026-10-05"),
        (("--from", "31.02.2026"), "--from: '31.02.2026' is no day; for example 2026-10-05 or 05.10.2026"),
        (("--to", "05.10.2026"), "--to needs --from; or give a month: --month 2026-10"),
        (("--month", "2026-10", "--to", "05.10.2026"), "--month or --from and --to, not both"),
        (("--branch", "Луна"), "no branch 'Луна' in what was read (there are: Центральный)"),
        (("--row", "Луна"), "--row: no row 'Луна' (there are: 28.09–04.10"),
        (("--column", "moon"), "--column: no column 'moon' (there are: visits, days, patients, new"),
    ],
)
def test_what_cannot_be_is_one_line(say: Say, argv: tuple[str, ...], line: str) -> None:
    said = say("primary", *argv)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(f"dentsync: {line.split('28.09')[0]}")


@pytest.mark.parametrize("month", ["2020-01", "2030-01"])
def test_a_period_of_which_nothing_was_read_says_so(say: Say, month: str) -> None:
    said = say("losses", "--month", month)
    assert said.code == 0
    assert said.err.startswith("dentsync: nothing of январь 20")
    assert said.err.endswith(" was read; there are visits of 15.01.2026 to 09.10.2026\n")


def test_before_anything_was_read_there_are_no_zeros(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.toml"
    path.write_text(preset_text("helix-bitrix24"), encoding="utf-8")
    assert run(["--lang", "en", "report", "primary", "-c", str(path)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith(
        "dentsync: no visit was read yet (reminders, recommendations, visits, primary, waiting);"
    )


def test_at_80_columns_nothing_of_a_table_is_cut_and_no_word_is_broken() -> None:
    titles = ("Специализация", "приёмы", "дни", "пациенты", "новые", "вернулись", "первичные", "повторные", "неясно")
    row = ("Детство", "2430 33,8%", "2425", "2155", "0", "7", "7 26,9%", "2398", "0")
    widths, bar = _widths(titles, [row, ("всего", "7196 100,0%", *row[2:])], 80)
    assert sum(widths) + len(widths) - 1 <= 80
    words = [max(map(len, f"{title} {cell}".split())) for title, cell in zip(titles, row, strict=True)]
    assert all(width >= word for width, word in zip(widths, words, strict=True))
    assert bar == 0
    assert _widths(titles, [row], 120)[1] > 10


def test_every_number_of_the_workbook_leads_to_a_list_of_that_many(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "october.xlsx"
    assert say("all", "--month", "2026-10", "--xlsx", str(path)).code == 0
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    book = openpyxl.load_workbook(path)
    assert [name for name in book.sheetnames if "список" not in name] == list(TITLES.values())
    for title in TITLES.values():
        shown = 0
        for row in book[title].iter_rows():
            whole = 0
            for cell in row[1:]:
                if not isinstance(cell.value, int | float) or isinstance(cell, MergedCell):
                    continue
                if cell.number_format != "0.0%":
                    whole = int(cell.value)
                if cell.hyperlink is None:
                    assert cell.value == 0, (title, cell.coordinate)
                    continue
                sheet, _sep, area = cell.hyperlink.location.rpartition("!")
                ones = sum(one.value or 0 for line in book[sheet.strip("'")][area] for one in line)
                assert ones == whole, (title, cell.coordinate)  # a share leads where its figure does
                shown += 1
        assert shown > 0 or title == "Лист обзвона", title


def test_the_workbook_has_the_figures_of_the_terminal(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "october.xlsx"
    say("staff", "--month", "2026-10", "--xlsx", str(path))
    sheet = openpyxl.load_workbook(path)["Администраторы"]
    rows = {row[0].value: [one.value for one in row if one.number_format == "#,##0"] for row in sheet.iter_rows()}
    table = made(say, "staff", "--month", "2026-10")["tables"][0]
    for label, figures in [(row["row"], row["figures"]) for row in table["rows"]] + [("Всего", table["total"])]:
        assert rows[label] == [figure["n"] for figure in figures.values()]


def test_a_word_that_looks_like_a_formula_stays_a_word(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "sources.xlsx"
    say("sources", "--month", "2026-10", "--xlsx", str(path))
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "=СУММА(A1)"]
    assert len(cells) >= 2
    assert {cell.data_type for cell in cells} == {"s"}


def test_who_asked_not_to_be_called_is_told_apart(say: Say) -> None:
    found = made(say, "calls", "--month", "2026-10", "--list")
    assert [(one["row"], one["card"]) for one in found["list"]] == [("просит не звонить", "visits_1.csv:7")]


def test_a_branch_without_visits_in_the_period_is_no_mistake(say: Say) -> None:
    found = made(say, "primary", "--month", "2026-10", "--branch", "центральный")
    assert found["tables"][0]["total"]["visits"] == {"n": 3}
