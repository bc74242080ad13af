"""The workbook of rejected rows."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dentsync.errors import DentsyncError
from dentsync.load.workbook import LABELS, RejectLine, write_rejects
from dentsync.model import FIELDS


def line(**changes: object) -> RejectLine:
    values = {
        "feed": "reminders",
        "file": "reminders_2026-03-01.csv",
        "line": 7,
        "field": "phones",
        "raw": "8916555012",
        "reason": "в номере не хватает цифр",
        "lost": True,
    }
    return RejectLine(**(values | changes))  # type: ignore[arg-type]


def rows(path: Path, sheet: str) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in load_workbook(path)[sheet].iter_rows()]


def test_each_fault_is_a_line_that_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write_rejects(
        path, [line(), line(line=9, field="birth_date", raw="31.02.1980", reason="нет такой даты", lost=False)]
    )
    header, first, second = rows(path, "Отклонено")
    assert header == ("Файл", "Строка", "Поле", "Значение", "Причина", "Что сделать", "Итог")
    assert first[:5] == ("reminders_2026-03-01.csv", 7, "Телефон", "8916555012", "в номере не хватает цифр")
    assert "Исправьте телефон" in str(first[5])
    assert (first[6], second[6]) == ("строка не загружена", "строка загружена")


@pytest.mark.parametrize(
    "text", ["=1+1", "=HYPERLINK(1)", "+79165550123", "@SUM(A1)", "-5", "#Н/Д", "#N/A", "007", "1E5"]
)
def test_a_value_never_becomes_a_formula_or_a_number(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rejects.xlsx"
    write_rejects(path, [line(raw=text)])
    cell = load_workbook(path)["Отклонено"]["D2"]
    assert (cell.value, cell.data_type, cell.number_format) == (text, "s", "@")


def test_control_characters_and_endless_text_do_not_break_the_workbook(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write_rejects(path, [line(raw="a\x00b\x0bc"), line(raw="ы" * 40_000)])
    assert rows(path, "Отклонено")[1][3] == "a b c"
    assert len(str(rows(path, "Отклонено")[2][3])) == 32_767


def test_the_counts_add_up_by_feed_field_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write_rejects(
        path, [line(), line(line=8), line(lost=False), line(feed="patients"), line(field="status", reason="слово")]
    )
    header, *counts, total = rows(path, "Сводка")
    assert header[3:] == ("Строка не загружена", "Строка загружена", "Всего")
    assert counts[0] == ("reminders", "Телефон", "в номере не хватает цифр", 2, 1, 3)
    assert len(counts) == 3
    assert total == ("Всего", None, None, 4, 1, 5)


def test_without_rejects_there_are_headers_only(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write_rejects(path, [])
    assert (len(rows(path, "Отклонено")), len(rows(path, "Сводка"))) == (1, 1)


def test_the_sheet_is_ready_for_work_and_for_paper(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write_rejects(path, [line(), line()])
    sheet = load_workbook(path)["Отклонено"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:G3")
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert all(sheet.column_dimensions[letter].width >= 8 for letter in "ABCDEFG")


def test_a_long_text_gets_the_lines_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write_rejects(path, [line(raw="слово " * 20)])
    height = load_workbook(path)["Отклонено"].row_dimensions[2].height
    assert height is not None
    assert height >= 4 * 15


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_rejects(path, [line()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failure_leaves_the_old_file_and_no_debris(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    path.mkdir()
    (path / "kept").write_text("kept", encoding="utf-8")
    with pytest.raises(DentsyncError, match=r"rejects\.xlsx"):
        write_rejects(path, [line()])
    assert [entry.name for entry in tmp_path.iterdir()] == ["rejects.xlsx"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DentsyncError, match="nowhere"):
        write_rejects(tmp_path / "nowhere" / "rejects.xlsx", [line()])


def test_every_field_has_a_label_for_the_people_of_the_clinic() -> None:
    assert set(LABELS) == set(FIELDS)


def test_the_module_costs_nothing_until_it_writes() -> None:
    code = "import sys, dentsync.load.workbook; sys.exit(bool({'pandas', 'openpyxl'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
