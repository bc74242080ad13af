from pathlib import Path

import pytest

from dentsync.errors import SourceError
from dentsync.extract.layout import MAX_RECORD
from dentsync.extract.sift import Sift
from tests.extract.build import cells_of, read, rows_of, write, xml_of

RECORDS = [{"ФИО": "Котова Анна", "Телефон": "8 916 555-01-23"}, {"ФИО": "Ёлкин Пётр", "Телефон": ""}]
CELLS = [list(record.values()) for record in RECORDS]


@pytest.mark.parametrize(
    ("written", "declared", "found"),
    [
        ("cp1251", "windows-1251", "cp1251"),
        ("utf-8", "UTF-8", "utf-8"),
        ("utf-8-sig", "windows-1251", "utf-8-sig"),
        ("utf-8", "windows-1251", "utf-8"),
        ("cp1251", "UTF-8", "cp1251"),
        ("cp866", "cp866", "cp866"),
        ("cp1251", "base64", "cp1251"),
        ("utf-16", "UTF-16", "utf-16-le"),
        ("utf-16-be", "UTF-16", "utf-16-be"),
    ],
)
def test_bytes_are_believed_before_the_declaration(tmp_path: Path, written: str, declared: str, found: str) -> None:
    export = read(write(tmp_path, xml_of(RECORDS, declared=declared), encoding=written))
    assert export.layout.encoding == found
    assert cells_of(export) == CELLS


def test_declaration_may_be_absent_or_stand_below_a_blank_line(tmp_path: Path) -> None:
    text = xml_of(RECORDS)
    assert rows_of(read(write(tmp_path, text.partition("\n")[2])))[0] == (2, CELLS[0])
    assert rows_of(read(write(tmp_path, "\r\n\n" + text)))[0] == (5, CELLS[0])


def test_rows_know_the_line_where_they_begin(tmp_path: Path) -> None:
    text = "<Выгрузка>\n <Прием>\n  <ФИО>Котова</ФИО>\n </Прием>\n <Прием><ФИО>Ёлкин</ФИО></Прием>\n</Выгрузка>"
    assert rows_of(read(write(tmp_path, text))) == [(2, ["Котова"]), (5, ["Ёлкин"])]


def test_attributes_and_children_are_columns_and_namespaces_are_not(tmp_path: Path) -> None:
    text = (
        '<d:Выгрузка xmlns:d="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<d:Прием НомерКарты="007"><d:ФИО xsi:type="x">Котова</d:ФИО><d:Телефон xsi:nil="true"/></d:Прием>'
        '<d:Прием НомерКарты="8"><d:ФИО>Ёлкин</d:ФИО><d:Телефон>8 916</d:Телефон></d:Прием></d:Выгрузка>'
    )
    export = read(write(tmp_path, text))
    assert export.layout.header == ("НомерКарты", "ФИО", "Телефон")
    assert cells_of(export) == [["007", "Котова", ""], ["8", "Ёлкин", "8 916"]]


def test_child_that_a_record_lacks_is_empty_and_one_that_comes_late_is_a_column(tmp_path: Path) -> None:
    export = read(write(tmp_path, xml_of([{"ФИО": "Котова"}, {"Телефон": "8 916"}])))
    assert cells_of(export) == [["Котова", ""], ["", "8 916"]]


def test_several_children_of_one_name_are_lines_of_one_cell(tmp_path: Path) -> None:
    text = "<В><П><ФИО>Котова</ФИО><Телефон>1</Телефон><Телефон/><Телефон>2</Телефон></П><П><ФИО>Ёлкин</ФИО></П></В>"
    assert cells_of(read(write(tmp_path, text))) == [["Котова", "1\n2"], ["Ёлкин", ""]]


def test_records_inside_a_group_are_found_by_their_names(tmp_path: Path) -> None:
    row = "<Прием><ФИО>Котова</ФИО><Телефон>1</Телефон></Прием>"
    export = read(
        write(tmp_path, f'<В><Шапка><Дата/></Шапка><Врачи><Врач Комментарий="1">{row}{row}</Врач></Врачи></В>')
    )
    assert export.layout.header == ("ФИО", "Телефон")
    assert len(list(export.rows())) == 2


def test_nested_names_are_short_where_they_are_unique(tmp_path: Path) -> None:
    row = "<Прием><Пациент><ФИО>Котова</ФИО><Телефон>1</Телефон></Пациент><Врач><ФИО>Петров</ФИО></Врач></Прием>"
    export = read(write(tmp_path, f"<В>{row}{row}</В>"))
    assert export.layout.header == ("Пациент.ФИО", "Телефон", "Врач.ФИО")


def test_single_record_is_known_by_its_names(tmp_path: Path) -> None:
    assert cells_of(read(write(tmp_path, xml_of(RECORDS[:1])))) == CELLS[:1]


def test_elements_beside_the_records_are_counted(tmp_path: Path) -> None:
    text = xml_of(RECORDS).replace("</Выгрузка>", "<Отмена><ФИО>Сом</ФИО></Отмена></Выгрузка>")
    sift = Sift(read(write(tmp_path, text)))
    assert len(list(sift.fresh())) == 2
    assert sift.ignored == {"other": 1}


@pytest.mark.parametrize("text", ["<Выгрузка/>", "<Выгрузка>\n</Выгрузка>", "<В><Дата>05.10.2026</Дата></В>"])
def test_file_without_records_has_no_header_and_no_rows(tmp_path: Path, text: str) -> None:
    export = read(write(tmp_path, text))
    assert export.layout.header == ()
    assert rows_of(export) == []


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.99])
def test_file_that_breaks_off_gives_no_rows_at_all(tmp_path: Path, cut: float) -> None:
    content = xml_of(RECORDS * 2000).encode("cp1251")
    with pytest.raises(SourceError, match=r"export\.csv: the XML is damaged or cut off at line \d+"):
        read(write(tmp_path, content[: int(len(content) * cut)]))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE В>",
        '<!DOCTYPE В [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE В [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_doctype_and_entities_are_refused(tmp_path: Path, doctype: str) -> None:
    with pytest.raises(SourceError, match="DOCTYPE"):
        read(write(tmp_path, doctype + "<В><П><ФИО>1</ФИО></П></В>"))


def test_deep_nesting_and_endless_new_tags_are_refused(tmp_path: Path) -> None:
    deep = "".join(f"<т{n}>" for n in range(40)) + "".join(f"</т{n}>" for n in reversed(range(40)))
    many = "<В>" + "".join(f"<т{n}/>" for n in range(3000)) + "</В>"
    for text in (deep, many):
        with pytest.raises(SourceError, match="nested too deeply or has too many"):
            read(write(tmp_path, text))


def test_control_characters_are_taken_away_and_counted(tmp_path: Path) -> None:
    export = read(write(tmp_path, xml_of([{"ФИО": "Котова\x0bАнна\x1f"}] * 2)))
    assert cells_of(export)[0] == ["Котова Анна"]
    assert export.bent == {"control": 4}


def test_lost_character_is_left_visible_in_its_cell(tmp_path: Path) -> None:
    assert cells_of(read(write(tmp_path, xml_of([{"ФИО": "Кот\0ова"}] * 2))))[0] == ["Кот\ufffdова"]


@pytest.mark.parametrize(("written", "declared", "lies"), [("utf-8", "windows-1251", 1), ("cp1251", "UTF-8", 1)])
def test_declaration_that_lies_is_told(tmp_path: Path, written: str, declared: str, lies: int) -> None:
    export = read(write(tmp_path, xml_of(RECORDS, declared=declared), encoding=written))
    assert export.bent == {"declared": lies}
    assert read(write(tmp_path, xml_of(RECORDS), encoding="cp1251")).bent == {}


def test_record_that_is_too_long_is_a_bad_row(tmp_path: Path) -> None:
    long = {"ФИО": "x" * MAX_RECORD + "y"}
    assert cells_of(read(write(tmp_path, xml_of([long, {"ФИО": "Котова"}])))) == ["строка длиннее 64 КиБ", ["Котова"]]
