"""The workbook of doubtful names, as a person opens it."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dentsync.extract.book_texts import book_texts
from dentsync.load.review_book import (
    COLUMNS,
    HELP,
    HIDDEN,
    OURS,
    SHEET,
    WORDS,
    BookFacts,
    ReviewLine,
    print_of,
    write_review,
)

FACTS = BookFacts("Ваша улыбка", "0123456789ab", 7, 3)


def line(**changes: object) -> ReviewLine:
    values = {
        "key": "0123456789abcdef",
        "source": "Соколова Анна Сергевна",
        "sex": "Ж",
        "parts": ("Соколова", "Анна", "Сергеевна"),
        "reason": "похоже на опечатку",
        "confidence": "средняя",
        "patients": 2,
        "where": "101, 102",
    }
    return ReviewLine(**(values | changes))  # type: ignore[arg-type]


def written(path: Path, *lines: ReviewLine) -> Path:
    write_review(path / "names.xlsx", lines, FACTS)
    return path / "names.xlsx"


def test_a_line_says_what_stands_there_what_is_proposed_why_and_whose_it_is(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, line()))[SHEET]
    assert ["".join(str(cell.value).split("\n")) for cell in sheet[2]][:2] == ["Записано в МИС", "Пол"]
    assert [cell.value for cell in sheet[3]][:9] == [
        "Соколова Анна Сергевна", "Ж", "Соколова", "Анна", "Сергеевна", "похоже на опечатку", "средняя", 2, "101, 102",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "+79165550123", "@SUM(A1)", "-5", "007", "1E5", "'Анна"])
def test_a_name_never_becomes_a_formula_or_a_number(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, line(source=text, where=text))
    cells = [load_workbook(path)[SHEET][place] for place in ("A3", "I3")]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in cells] == [(text, "s", "@")] * 2
    assert cells[0].quotePrefix is text.startswith(("=", "+", "-", "@"))
    assert book_texts(path)[SHEET][2][0] == text


def test_what_people_type_stays_text(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, line()))[SHEET]
    assert {sheet[f"{column}3"].number_format for column in "JKLMN"} == {"@"}


def test_the_sheet_is_ready_for_work_and_for_paper(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, line(), line(source="Другая")))[SHEET]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("B3", "A2:Q4", "$1:$2")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert "$A$1:$N$4" in str(sheet.print_area)
    assert all(sheet.column_dimensions[letter].hidden for letter in "OPQ")
    assert all(
        sheet.column_dimensions[letter].width == width
        for letter, width in zip("ABCDEFGHIJKLMN", COLUMNS.values(), strict=True)
    )
    assert "выберите «Решение»" in str(sheet["A1"].value)


def test_a_decision_is_chosen_from_a_list_of_every_word(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, line(), line()))[SHEET]
    (offer,) = sheet.data_validations.dataValidation
    assert (offer.type, str(offer.sqref), offer.showErrorMessage) == ("list", "J3:J4", True)
    assert offer.formula1 == f'"{",".join(WORDS.values())}"'
    helped = {row[0].value for row in load_workbook(written(tmp_path, line()))[HELP].iter_rows(min_row=2, max_row=6)}
    assert helped == set(WORDS.values())


def test_the_colour_says_how_sure_the_proposal_is(tmp_path: Path) -> None:
    lines = [line(confidence=confidence) for confidence in ("средняя", "низкая", "решено")]
    sheet = load_workbook(written(tmp_path, *lines))[SHEET]
    colours = [sheet[f"C{row}"].fill.fgColor.rgb for row in (3, 4, 5)]
    assert len(set(colours)) == 3
    assert all(sheet[f"G{row}"].fill.fgColor.rgb == colours[row - 3] for row in (3, 4, 5))


def test_long_texts_are_wrapped_and_get_the_height_they_need(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, line(reason="слово и слово " * 10), line()))[SHEET]
    assert sheet["F3"].alignment.wrap_text
    assert sheet.row_dimensions[3].height >= 4 * 15 > sheet.row_dimensions[4].height  # type: ignore[operator]


def test_what_the_book_says_of_itself_is_hidden_and_whole(tmp_path: Path) -> None:
    path = written(tmp_path, line())
    book = load_workbook(path)
    assert (book.active.title, book[OURS].sheet_state) == (SHEET, "hidden")  # type: ignore[union-attr]
    key, mark, rules = [cell.value for cell in book[SHEET][3]][-len(HIDDEN) :]
    assert (key, rules) == ("0123456789abcdef", "3")
    assert mark == print_of(str(key), "Соколова Анна Сергевна", ("Соколова", "Анна", "Сергеевна"))
    assert mark != print_of(str(key), "Соколова Анна Сергевна", ("Соколова", "Анна", "Степановна"))
    assert {"clinic", "book", "seen", "rules"} <= {row[0] for row in book_texts(path)[OURS]}


def test_an_earlier_decision_stands_where_it_was_typed(tmp_path: Path) -> None:
    corrected = ("Сомова", "Анна", "")
    path = written(tmp_path, line(decision="correct", corrected=corrected, confidence="решено"))
    assert [load_workbook(path)[SHEET][f"{column}3"].value or "" for column in "JKLM"] == ["исправить", *corrected]


def test_control_characters_and_endless_text_do_not_break_the_book(tmp_path: Path) -> None:
    path = written(tmp_path, line(source="Ан\x00на\x0b"), line(source="ы" * 40_000))
    first, second = book_texts(path)[SHEET][2:4]
    assert (first[0].split(), len(second[0])) == (["Ан", "на"], 32_767)
    assert first[15] == print_of(first[14], first[0], first[2:5])
    assert second[15] == print_of(second[14], second[0], second[2:5])


def test_only_the_owner_can_read_the_book(tmp_path: Path) -> None:
    (tmp_path / "names.xlsx").write_bytes(b"old")
    (tmp_path / "names.xlsx").chmod(0o644)
    assert stat.S_IMODE(written(tmp_path, line()).stat().st_mode) == 0o600


def test_without_doubts_the_book_says_so(tmp_path: Path) -> None:
    assert "не о чем" in str(load_workbook(written(tmp_path))[SHEET]["A3"].value)


def test_the_module_costs_nothing_until_it_writes() -> None:
    code = "import sys, dentsync.load.review_book; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
