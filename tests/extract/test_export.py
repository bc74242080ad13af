from pathlib import Path

import pytest

from dentsync import lang
from dentsync.errors import SourceError
from dentsync.extract.export import _SUSPECT
from dentsync.extract.foreign import _DBF_TABLE, _HTML_PAGE, _SIGNS, _TEXTS
from tests.extract.build import HEADER, ROWS, cells_of, read, text_of, write, write_xlsx, xml_of


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MOXCEL\x00\x08\x00", "1C table document.*save it as XLSX or CSV: in 1C"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook.*save it as XLSX or CSV"),
        (b"\xef\xbb\xbf \r\n<HTML><table>", "HTML page.*save it as XLSX or CSV"),
        (b"<!DOCTYPE html>", "HTML page"),
        ("<html>".encode("utf-16"), "HTML page"),
        (b"%PDF-1.7", "PDF document.*let the program export a table"),
        (b"{\\rtf1", "RTF document.*save it as"),
        (b"Rar!\x1a\x07", "packed archive \\(RAR\\).*unpack it"),
        (b"\x1f\x8b\x08\x00", "packed archive \\(GZIP\\)"),
        (b'{"data": [{"id": 1}]}', "JSON"),
        (b'[{"id": 1}]', "JSON"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "web archive"),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook>', "Excel 2003 workbook in XML"),
        (b"\x03\x7e\x0a\x05" + b"\0" * 40, "dBase or FoxPro table"),
    ],
)
@pytest.mark.parametrize("name", ["patients.csv", "patients.xlsx"])
def test_foreign_format_is_named_whatever_the_name_says(tmp_path: Path, content: bytes, said: str, name: str) -> None:
    with pytest.raises(SourceError, match=f"^{name}: is an? {said}|^{name}: is {said}"):
        read(write(tmp_path, content, name))


def test_real_format_is_decided_by_the_bytes(tmp_path: Path) -> None:
    assert read(write_xlsx(tmp_path, [HEADER, *ROWS], "a.csv")).layout.format == "xlsx"
    assert read(write(tmp_path, xml_of([{"ФИО": "Котова"}] * 2), "a.xlsx")).layout.format == "xml"
    assert read(write(tmp_path, text_of([HEADER, *ROWS]), "a.xml")).layout.format == "csv"


def test_three_formats_say_the_same(tmp_path: Path) -> None:
    records = [dict(zip(["НомерКарты", "ФИО", "Телефон"], row, strict=True)) for row in ROWS]
    as_csv = read(write(tmp_path, text_of([HEADER, *ROWS])))
    as_xml = read(write(tmp_path, xml_of(records), "export.xml"))
    as_xlsx = read(write_xlsx(tmp_path, [HEADER, *ROWS]))
    assert cells_of(as_csv) == cells_of(as_xml) == cells_of(as_xlsx) == ROWS
    assert as_csv.layout.hits == as_xml.layout.hits == as_xlsx.layout.hits == 3


def test_zero_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"export\.csv: is empty"):
        read(write(tmp_path, b""))


def test_vanished_file_is_said_to_be_gone(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^gone\.csv: is not there"):
        read(tmp_path / "gone.csv")


def test_file_that_vanishes_between_opening_and_reading_is_said_to_be_gone(tmp_path: Path) -> None:
    path = write(tmp_path, text_of([HEADER, *ROWS]))
    export = read(path)
    path.unlink()
    with pytest.raises(SourceError, match="is not there"):
        cells_of(export)


def test_what_cannot_be_opened_is_said_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_an_export_can_be_read_twice(tmp_path: Path) -> None:
    records = [{"ФИО": "Котова"}, {"ФИО": "Ёлкин"}]
    for path in (
        write(tmp_path, text_of([HEADER, *ROWS])),
        write(tmp_path, xml_of(records), "a.xml"),
        write_xlsx(tmp_path, [HEADER, *ROWS]),
    ):
        export = read(path)
        assert cells_of(export) == cells_of(export) != []


def test_every_foreign_format_and_its_way_out_has_its_russian() -> None:
    known = [_HTML_PAGE, _DBF_TABLE, *(foreign for _sign, foreign in (*_SIGNS, *_TEXTS))]
    assert {text for one in known for text in (one.name, one.way_out)} <= set(lang._catalogue())


def test_no_foreign_format_begins_unsuspected() -> None:
    assert all(sign[0] in _SUSPECT for sign, _foreign in _SIGNS)
