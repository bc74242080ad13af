import codecs
from pathlib import Path

import pytest

from dentsync.errors import ConfigError, SourceError
from dentsync.extract.export import open_export
from dentsync.extract.layout import MAX_LINES, MAX_RECORD
from dentsync.extract.sift import Sift
from tests.extract.build import HEADER, ROWS, cells_of, read, rows_of, text_of, write

TEXT = text_of([HEADER, *ROWS])


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(
    ("encoding", "bom", "found"),
    [
        ("cp1251", b"", "cp1251"),
        ("cp866", b"", "cp866"),
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
    ],
)
def test_encoding_and_delimiter_are_found_by_the_known_names(
    tmp_path: Path, encoding: str, bom: bytes, found: str, delimiter: str
) -> None:
    export = read(write(tmp_path, bom + text_of([HEADER, *ROWS], delimiter).encode(encoding)))
    assert (export.layout.encoding, export.layout.delimiter) == (found, delimiter)
    assert export.layout.header == tuple(HEADER)
    assert export.layout.hits == 3
    assert rows_of(export) == [(2, ROWS[0]), (3, ROWS[1])]


@pytest.mark.parametrize("encoding", ["cp1251", "cp866"])
def test_capitals_do_not_confuse_the_choice_of_encoding(tmp_path: Path, encoding: str) -> None:
    rows = [["НОМЕР КАРТЫ", "ФИО", "ТЕЛЕФОН"], ["1", "КОТОВА АННА", ""]]
    assert cells_of(read(write(tmp_path, text_of(rows), encoding=encoding))) == [rows[1]]


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8"])
def test_latin_header_leaves_the_encoding_to_the_letters_of_the_rows(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "id;name\r\n" + "1;Котова Анна\r\n" * 3, encoding=encoding)
    assert open_export(path, {"id", "name"}).layout.encoding == encoding


def test_letters_after_a_long_stretch_of_ascii_still_decide(tmp_path: Path) -> None:
    path = write(tmp_path, "id;name\r\n" + "1;Smith\r\n" * 20_000 + "2;Котова\r\n")
    assert cells_of(open_export(path, {"id", "name"}))[-1] == ["2", "Котова"]


def test_one_bad_byte_costs_its_row_and_not_the_encoding(tmp_path: Path) -> None:
    content = TEXT.encode() + b"9;\xca\xee\xf2;\r\n" + b"10;x;\r\n"
    assert rows_of(read(write(tmp_path, content)))[2:] == [
        (4, "строка не читается в кодировке utf-8"),
        (5, ["10", "x", ""]),
    ]


def test_configured_encoding_is_not_doubted(tmp_path: Path) -> None:
    export = read(write(tmp_path, TEXT, encoding="koi8-r"), encoding="KOI8-R")
    assert cells_of(export) == ROWS


def test_unknown_encoding_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    for name in ("cp12511", "base64", "undefined"):
        with pytest.raises(ConfigError, match=name):
            read(write(tmp_path, TEXT), encoding=name)


def test_header_is_found_below_a_title_and_the_title_is_counted(tmp_path: Path) -> None:
    sift = Sift(read(write(tmp_path, "Список пациентов\r\n\r\nза октябрь;;\r\n" + TEXT)))
    assert [line for line, _fingerprint, _raw in sift.fresh()] == [5, 6]
    assert sift.ignored == {"preamble": 3}


def test_header_below_the_fifteenth_row_is_not_a_header(tmp_path: Path) -> None:
    assert read(write(tmp_path, "x;y;z\r\n" * 14 + TEXT)).layout.header == tuple(HEADER)
    assert read(write(tmp_path, "x;y;z\r\n" * 15 + TEXT)).layout.hits == 0


def test_blank_rows_totals_and_repeated_headers_are_counted_and_not_handed_out(tmp_path: Path) -> None:
    noise = ["", ";;", ' ; "" ;\t', "---;---;---", text_of([HEADER]).strip(), "Итого;2;", "ВСЕГО: 2", ";Итого;1 500,00"]
    sift = Sift(read(write(tmp_path, TEXT + "\r\n".join(noise) + "\r\n")))
    assert len(list(sift.fresh())) == sift.read == 2
    assert sift.ignored == {"blank": 4, "header": 1, "footer": 3}


@pytest.mark.parametrize(
    ("header", "total"),
    [("ФИО;Врач;Телефон;Сумма;Комментарий", "Итого;Петров;;1 500,00;"), ("ФИО;Сумма", "Всего;1 500,00")],
)
def test_total_is_half_empty_or_has_no_words(tmp_path: Path, header: str, total: str) -> None:
    sift = Sift(read(write(tmp_path, f"{header}\r\n{total}\r\n")))
    assert list(sift.fresh()) == []
    assert sift.ignored == {"footer": 1}


def test_person_whose_name_begins_like_a_total_is_data(tmp_path: Path) -> None:
    rows = [["Всеголодов Иван", "7", ""], ["Итого Анна Петровна", "8", "Петров"]]
    path = write(tmp_path, text_of([["ФИО", "Номер карты", "Комментарий"], *rows]))
    assert cells_of(read(path)) == rows


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1;2;3;4", "в строке 4 ячейки вместо 3"),
        ("1;2;3;", "в строке 4 ячейки вместо 3"),
        ("1;2", "в строке 2 ячейки вместо 3"),
        ("1", "в строке 1 ячейка вместо 3"),
        ("1;2;3;4;5;6;7;8;9;10;11", "в строке 11 ячеек вместо 3"),
        ("1;\0;3", "в строке нулевые байты"),
        ('1;"2;3', "кавычка открыта и не закрыта"),
        ('"1";"a"b;c";3', "лишняя кавычка внутри ячейки"),
        (f"1;{'x' * MAX_RECORD};3", "строка длиннее 64 КиБ"),
    ],
)
def test_bad_row_costs_only_itself(tmp_path: Path, row: str, reason: str) -> None:
    export = read(write(tmp_path, text_of([HEADER, ROWS[0]]) + row + "\r\n" + text_of([ROWS[1]])))
    assert rows_of(export) == [(2, ROWS[0]), (3, reason), (4, ROWS[1])]


def test_cells_missing_at_the_end_are_allowed_only_where_the_feed_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, text_of([HEADER]) + "1;Котова\r\n")
    assert cells_of(read(path)) == ["в строке 2 ячейки вместо 3"]
    assert cells_of(read(path, pad=True)) == [["1", "Котова", ""]]


def test_quoted_line_breaks_and_delimiters_are_one_record_and_lines_stay_physical(tmp_path: Path) -> None:
    content = text_of([HEADER]) + '1;"Котова\r\nАнна; ""Аня""";\r\n2;Ёлкин;\r\n'
    assert rows_of(read(write(tmp_path, content))) == [(2, ["1", 'Котова\r\nАнна; "Аня"', ""]), (4, ["2", "Ёлкин", ""])]


def test_quotes_that_were_not_doubled_are_kept(tmp_path: Path) -> None:
    content = text_of([HEADER]) + '1;"ООО "Ромашка"";\r\n2;Трубка 5" и;\r\n'
    assert cells_of(read(write(tmp_path, content))) == [["1", 'ООО "Ромашка"', ""], ["2", 'Трубка 5" и', ""]]


@pytest.mark.parametrize("after", [0, MAX_LINES - 2, MAX_LINES, 300])
def test_unclosed_quote_costs_one_row_whatever_follows(tmp_path: Path, after: int) -> None:
    good = [[str(number), f"Котова {number}", ""] for number in range(after)]
    export = read(write(tmp_path, text_of([HEADER]) + '1;"Ёлкин;\r\n' + text_of(good)))
    expected = [(2, "кавычка открыта и не закрыта"), *((number + 3, row) for number, row in enumerate(good))]
    assert rows_of(export) == expected


def test_two_unclosed_quotes_cost_two_rows(tmp_path: Path) -> None:
    """The second quote would close the first: the cell in between is longer than any real one."""
    good = [[str(number), "Котова", ""] for number in range(MAX_LINES)]
    content = text_of([HEADER]) + '1;"Ёлкин;\r\n' + text_of(good) + '2;"Ёлкин;\r\n' + text_of(good)
    assert len([cells for cells in cells_of(read(write(tmp_path, content))) if isinstance(cells, str)]) == 2


def test_record_that_quotes_more_than_64_kib_is_a_bad_row_and_reading_resumes(tmp_path: Path) -> None:
    long = "\r\n".join(["x" * 9_000] * 9)
    rows = rows_of(read(write(tmp_path, text_of([HEADER]) + f'1;"{long}";\r\n2;Ёлкин;\r\n')))
    assert rows[0] == (2, "кавычка открыта и не закрыта")
    assert rows[-1] == (11, ["2", "Ёлкин", ""])


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_line_without_end_is_cut_and_keeps_its_one_number(tmp_path: Path, encoding: str) -> None:
    content = text_of([HEADER]) + "x" * 5 * MAX_RECORD + "\r\n" + text_of([ROWS[0]])
    assert rows_of(read(write(tmp_path, content, encoding=encoding))) == [(2, "строка длиннее 64 КиБ"), (3, ROWS[0])]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(tmp_path: Path, encoding: str, end: str) -> None:
    export = read(write(tmp_path, text_of([HEADER, *ROWS], end=end), encoding=encoding))
    assert rows_of(export) == [(2, ROWS[0]), (3, ROWS[1])]


def test_files_appended_to_each_other_have_their_second_header_and_bom_ignored(tmp_path: Path) -> None:
    sift = Sift(
        read(write(tmp_path, TEXT.encode("utf-8-sig") + text_of([HEADER, ["9", "Сом", ""]]).encode("utf-8-sig")))
    )
    assert len(list(sift.fresh())) == 3
    assert sift.ignored == {"header": 1}


def test_header_in_quotes_after_a_bom_is_known(tmp_path: Path) -> None:
    content = '\ufeff"Номер карты";"ФИО";"Телефон"\r\n"1";"Котова";""\r\n'
    assert cells_of(read(write(tmp_path, content, encoding="utf-8"))) == [["1", "Котова", ""]]


@pytest.mark.parametrize("content", ["", "\r\n\r\n", ";;;\r\n"])
def test_file_without_any_header_has_an_empty_layout_and_no_rows(tmp_path: Path, content: str) -> None:
    export = read(write(tmp_path, content.encode("utf-8-sig")))
    assert (export.layout.header, export.layout.header_line) == ((), 0)
    assert rows_of(export) == []


def test_header_only_file_has_its_header_and_no_rows(tmp_path: Path) -> None:
    export = read(write(tmp_path, text_of([HEADER])))
    assert export.layout.header == tuple(HEADER)
    assert rows_of(export) == []


def test_wide_file_cut_in_the_middle_of_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"export\.csv: breaks off"):
        read(write(tmp_path, TEXT.encode("utf-16")[:-1]))


def test_faulty_row_shows_nothing_of_itself(tmp_path: Path) -> None:
    export = read(write(tmp_path, text_of([HEADER]) + "Котова;89165550123\r\n"))
    assert "Котова" not in repr(rows_of(export)) + repr(export)
