import io
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from dentsync.errors import SourceError
from dentsync.extract.layout import MAX_RECORD
from dentsync.extract.sift import Sift
from dentsync.model import NO_VALUE
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


def bomb() -> bytes:
    """A workbook of 210 MB of texts in 1 MB, which says that it is small."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = b"<si><t>1</t></si>" * 60_000
    packed = b"".join(packer.compress(piece) for _time in range(210)) + packer.flush()
    whole = _zip({"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": b"0"})
    stored = zlib.compressobj(-1, zlib.DEFLATED, -zlib.MAX_WBITS)
    one = stored.compress(b"0") + stored.flush()
    assert whole.count(one) == 1
    at = whole.index(one)
    moved = len(packed) - len(one)
    content = bytearray(whole[:at] + packed + whole[at + len(one) :])
    # the packed sizes and the place of the directory are true: only what it unpacks to is not
    for header, field in ((content.rindex(b"PK\x03\x04", 0, at), 18), (content.rindex(b"PK\x01\x02"), 20)):
        content[header + field : header + field + 4] = len(packed).to_bytes(4, "little")
    end = content.rindex(b"PK\x05\x06")
    content[end + 16 : end + 20] = (int.from_bytes(content[end + 16 : end + 20], "little") + moved).to_bytes(
        4, "little"
    )
    return bytes(content)


def test_archive_that_unpacks_without_end_is_refused_whatever_size_it_declares(tmp_path: Path) -> None:
    path = write(tmp_path, bomb())
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("xl/sharedStrings.xml").file_size == 1
    with pytest.raises(SourceError, match="unpacks to more than 200 MB"):
        read(path)


@pytest.mark.parametrize("far", ["XFD1048576", "C100000", "XFD4"])
def test_lost_cell_far_from_the_table_is_named_unless_it_takes_no_room(tmp_path: Path, far: str) -> None:
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.worksheets[0].append(row)
    book.worksheets[0][far] = "x" if far.startswith("XFD") else " "
    book.save(path := tmp_path / "book.xlsx")
    if far == "XFD1048576":
        with pytest.raises(
            SourceError, match="sheet 'Sheet' reaches to cell XFD1048576, 1048576 rows by 16384 columns"
        ):
            read(path)
    else:
        assert len([cells for cells in cells_of(read(path)) if isinstance(cells, list)]) == 2


def test_styled_empty_cells_far_away_do_not_count(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.worksheets[0].append(row)
    book.worksheets[0]["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(path := tmp_path / "book.xlsx")
    assert cells_of(read(path)) == ROWS


def test_cells_that_do_not_say_where_they_stand_are_counted(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_xlsx(tmp_path, [HEADER, *ROWS])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    wide = b"<row>" + b"<c><v>1</v></c>" * 20_000 + b"</row>" + b"<row><c><v>1</v></c></row>" * 600
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b"</sheetData>", wide + b"</sheetData>"
    )
    with pytest.raises(SourceError, match=r"60\d rows by 20000 columns"):
        read(write(tmp_path, _zip(parts)))


def test_formula_without_a_value_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path, [HEADER, ["=1+1", "Котова", ""], ROWS[1]])
    assert cells_of(read(path)) == [[NO_VALUE, "Котова", ""], ROWS[1]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (b'<c r="A2"><f>B1</f><v>7</v></c>', "7"),
        (b'<c r="A2" t="str"><f>IF(1,"")</f><v></v></c>', ""),
        (b'<c r="A2"><f t="shared" si="0"/></c>', NO_VALUE),
        (b'<c r="A2"><f>B1</f></c>', NO_VALUE),
        (b"<c r='A2' s='1' >\n<f>B1</f>\n<v/></c>", NO_VALUE),
        (b'<x:c r="A2"><x:f>B1</x:f></x:c>', NO_VALUE),
    ],
)
def test_formulas_are_known_however_they_are_written(tmp_path: Path, cell: bytes, text: str) -> None:
    with zipfile.ZipFile(write_xlsx(tmp_path, [HEADER, ["a", "Котова", ""]])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    old = b'<c r="A2" t="inlineStr"><is><t>a</t></is></c>'
    assert old in parts[name]
    space = b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    parts[name] = parts[name].replace(old, cell).replace(b"<worksheet ", space)
    assert cells_of(read(write(tmp_path, _zip(parts)))) == [[text, "Котова", ""]]


def test_hidden_rows_and_other_sheets_are_counted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.worksheets[0].append(row)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.create_sheet("Второй")
    book.create_sheet("Скрытый").sheet_state = "hidden"
    book.save(path := tmp_path / "book.xlsx")
    assert read(path).bent == {"hidden": 1, "sheets": 1}
    assert read(path, sheet="Sheet").bent == {"hidden": 1}
    assert cells_of(read(path)) == ROWS


def test_header_of_two_rows_is_put_together(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in [
        ["Отчёт"],
        ["Номер карты", "Пациент", None, "Врач"],
        [None, "ФИО", "Телефон", None],
        ["7", "К", "8", "П"],
    ]:
        sheet.append(row)
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("D2:D3")
    book.save(path := tmp_path / "book.xlsx")
    export = read(path)
    assert export.layout.header == ("Номер карты", "ФИО", "Телефон", "Врач")
    assert (export.set_aside, export.preamble) == ({"preamble": 1, "header": 1}, ("Отчёт",))
    assert rows_of(export) == [(4, ["7", "К", "8", "П"])]


def test_number_beyond_the_digits_of_excel_is_seen_to_have_lost_some(tmp_path: Path) -> None:
    assert (
        cells_of(read(write_xlsx(tmp_path, [HEADER, [1234567890123456789, "К", ""]])))[0][0] == "1.23456789012346e+18"
    )


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
