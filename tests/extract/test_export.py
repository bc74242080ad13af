from pathlib import Path

import pytest

from dentsync.errors import SourceError
from tests.extract.build import HEADER, ROWS, cells_of, read, text_of, write, write_xlsx, xml_of


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MOXCEL\x00\x08\x00", "1C table document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b"\xef\xbb\xbf \r\n<HTML><table>", "HTML page"),
        (b"<!DOCTYPE html>", "HTML page"),
        ("<html>".encode("utf-16"), "HTML page"),
        (b"%PDF-1.7", "PDF document"),
    ],
)
@pytest.mark.parametrize("name", ["patients.csv", "patients.xlsx"])
def test_foreign_format_is_named_whatever_the_name_says(tmp_path: Path, content: bytes, said: str, name: str) -> None:
    with pytest.raises(SourceError, match=f"^{name}: is an? {said}.*save it as XLSX or CSV"):
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
    with pytest.raises(SourceError, match=r"^gone\.csv: is no longer there"):
        read(tmp_path / "gone.csv")


def test_file_that_vanishes_between_opening_and_reading_is_said_to_be_gone(tmp_path: Path) -> None:
    path = write(tmp_path, text_of([HEADER, *ROWS]))
    export = read(path)
    path.unlink()
    with pytest.raises(SourceError, match="is no longer there"):
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
