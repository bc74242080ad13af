import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from dentsync.errors import SourceError
from dentsync.extract.layout import MAX_RECORD
from dentsync.extract.sift import Sift
from tests.extract.build import HEADER, ROWS, cells_of, read, rows_of, write, write_xlsx


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (89161234567.0, "89161234567"),
        (7, "7"),
        ("007", "007"),
        (1234.5, "1234.5"),
        (0.1 + 0.2, "0.3"),
        (-3, "-3"),
        (0, "0"),
        (1e-7, "0.0000001"),
        (True, "Да"),
        (False, "Нет"),
        (datetime(2026, 10, 5, 9, 0), "05.10.2026 09:00:00"),
        (datetime(2026, 10, 5, 9, 20), "05.10.2026 09:20:00"),
        (datetime(2026, 10, 5, 23, 59, 59, 999_900), "06.10.2026 00:00:00"),
        (date(2026, 10, 5), "05.10.2026"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=30), "30:00:00"),
        ("  Котова \n", "  Котова \n"),
    ],
)
def test_cell_becomes_the_text_a_person_would_have_typed(tmp_path: Path, value: object, text: str) -> None:
    path = write_xlsx(tmp_path, [HEADER, ["1", value, "x"]])
    assert cells_of(read(path)) == [["1", text, "x"]]


def test_rows_know_their_number_on_the_sheet(tmp_path: Path) -> None:
    sift = Sift(export := read(write_xlsx(tmp_path, [["Отчёт"], [], HEADER, ROWS[0], [], ["Итого", None, 2], ROWS[1]])))
    assert [(line, export.cells(raw)) for line, _fingerprint, raw in sift.fresh()] == [(4, ROWS[0]), (7, ROWS[1])]
    assert sift.ignored == {"preamble": 2, "blank": 1, "footer": 1}


def test_cell_to_the_right_of_the_table_is_a_fault(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path, [HEADER, ["1", "Котова", "", "", "x"], ROWS[0]])
    assert cells_of(read(path)) == ["в строке есть ячейки правее последнего столбца (5 вместо 3)", ROWS[0]]


def test_long_row_is_a_fault(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path, [[*HEADER, "Комментарий", "x"], ["x" * (MAX_RECORD // 3)] * 5, ROWS[0]])
    assert cells_of(read(path)) == ["строка длиннее 64 КиБ", [*ROWS[0], "", ""]]


def test_first_visible_sheet_is_read_unless_another_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].sheet_state = "hidden"
    for name in ("Первый", "Второй"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(["1", name, ""])
    path = tmp_path / "book.xlsx"
    book.save(path)
    assert cells_of(read(path)) == [["1", "Первый", ""]]
    assert cells_of(read(path, sheet="Второй")) == [["1", "Второй", ""]]
    with pytest.raises(SourceError, match=r"no sheet 'Третий' \(it has: Sheet, Первый, Второй\)"):
        read(path, sheet="Третий")


def test_empty_sheet_has_no_header_and_no_rows(tmp_path: Path) -> None:
    export = read(write_xlsx(tmp_path, []))
    assert export.layout.header == ()
    assert rows_of(export) == []


@pytest.mark.parametrize("left", [0.1, 0.5, 0.99])
def test_workbook_cut_off_is_refused(tmp_path: Path, left: float) -> None:
    whole = write_xlsx(tmp_path, [HEADER, *ROWS]).read_bytes()
    with pytest.raises(SourceError, match="damaged or cut off"):
        read(write(tmp_path, whole[: int(len(whole) * left)]))


def test_other_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="ZIP archive without a workbook"):
        read(write(tmp_path, _zip({"readme.txt": b"x"})))


def test_archive_that_unpacks_without_end_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    tight = _zip({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"0" * 2_000_000})
    with pytest.raises(SourceError, match="unpacks to more than 200 MB or is packed suspiciously tight"):
        read(write(tmp_path, tight))


def test_workbook_with_parts_in_another_letter_case_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_xlsx(tmp_path, [HEADER, *ROWS])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/Sheet1.XML"] = parts.pop("xl/worksheets/sheet1.xml")
    assert cells_of(read(write(tmp_path, _zip(parts)))) == ROWS


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
