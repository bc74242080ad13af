"""Rows that are put into shape: groups, merged cells, several rows for one record, broken lines."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.extract.carried import carried
from dentsync.extract.columns import match_columns
from dentsync.extract.export import Export
from dentsync.extract.merged import merged
from dentsync.extract.sift import Sift
from tests.extract.build import cells_of, read, rows_of, text_of, write

ALIASES = {
    "card_number": ["Номер карты"],
    "full_name": ["ФИО"],
    "phones": ["Телефон"],
    "doctor": ["Врач"],
    "branch": ["Филиал"],
    "start_on": ["День"],
    "amount": ["Сумма"],
    "service": ["Услуга"],
}
HEADER = ["Номер карты", "ФИО", "Телефон", "Сумма"]
ANNA, PETER = ["7", "Котова Анна", "8 916", "5"], ["8", "Ёлкин Пётр", "8 926", ""]


def grouped(folder: Path, rows: Sequence[Sequence[str]], groups: Sequence[str], fill: Sequence[str] = ()) -> Export:
    return carried(read(write(folder, text_of(rows))), groups, fill, ALIASES, "it")


def alone(text: str, *more: str) -> list[str]:
    return [text, *more, *[""] * (len(HEADER) - 1 - len(more))]


@pytest.mark.parametrize(
    ("row", "doctor"),
    [
        (alone("Петров П. П."), "Петров П. П."),
        (alone("Врач: Петров П. П."), "Петров П. П."),
        (alone("Врач", "Петров П. П."), "Петров П. П."),
        (["Петров П. П.", "", "", "1 500,00"], "Петров П. П."),
        (["Петров П. П."], "Петров П. П."),
        (["", "Петров П. П.", "", ""], "Петров П. П."),
    ],
)
def test_row_of_its_own_is_carried_into_the_rows_below(tmp_path: Path, row: list[str], doctor: str) -> None:
    export = grouped(tmp_path, [HEADER, row, ANNA, PETER], ["doctor"])
    assert export.layout.header == (*HEADER, "Врач")
    assert rows_of(export) == [(3, [*ANNA, doctor]), (4, [*PETER, doctor])]


def test_patient_of_whom_only_name_and_phone_are_known_is_no_group(tmp_path: Path) -> None:
    sparse = ["", "Котова Анна", "8 916", ""]
    export = grouped(tmp_path, [HEADER, alone("Петров"), sparse, ["7", "Котова", "", ""]], ["doctor"])
    assert [cells[1] for cells in cells_of(export)] == ["Котова Анна", "Котова"]


def test_inner_group_changes_alone_and_the_outer_one_with_it(tmp_path: Path) -> None:
    rows = [HEADER, alone("Центр"), alone("Петров"), ANNA, alone("Зуева"), ANNA, alone("Север"), alone("Зуева"), ANNA]
    found = cells_of(grouped(tmp_path, rows, ["branch", "doctor"]))
    assert [cells[-2:] for cells in found] == [["Центр", "Петров"], ["Центр", "Зуева"], ["Север", "Зуева"]]


def test_same_row_under_two_doctors_is_two_rows(tmp_path: Path) -> None:
    sift = Sift(grouped(tmp_path, [HEADER, alone("Петров"), ANNA, alone("Зуева"), ANNA], ["doctor"]))
    assert len(list(sift.fresh())) == 2
    assert (sift.duplicates, sift.ignored) == (0, {"group": 2})


@pytest.mark.parametrize(
    ("above", "day"),
    [
        (["Записи на 06.10.2026"], "06.10.2026"),
        (["Отчёт", "Период: 06.10.2026 - 06.10.2026"], "06.10.2026"),
        (["за 6 октября 2026 г."], "6 октября 2026"),
        (["Период: 06.10.2026 - 07.10.2026"], None),
    ],
)
def test_day_may_stand_above_the_header(tmp_path: Path, above: list[str], day: str | None) -> None:
    rows = [*(alone(line) for line in above), HEADER, ANNA]
    assert cells_of(grouped(tmp_path, rows, ["start_on"])) == [
        [*ANNA, day] if day else "над строкой нет заголовка группы"
    ]


def test_column_that_the_file_has_needs_no_group(tmp_path: Path) -> None:
    rows = [[*HEADER, "Врач"], [*ANNA, "Зуева"], ["Петров", "", "", "", ""]]
    assert cells_of(grouped(tmp_path, rows, ["doctor"]))[0] == [*ANNA, "Зуева"]


def test_faulty_row_and_totals_stay_what_they_are(tmp_path: Path) -> None:
    export = grouped(tmp_path, [HEADER, alone("Петров"), [*ANNA, "x"], ["Итого", "", "", "5"], ANNA], ["doctor"])
    sift = Sift(export)
    assert rows_of(export)[0] == (3, "в строке 5 ячеек вместо 4")
    assert len(list(sift.fresh())) == 2
    assert sift.ignored == {"group": 1, "footer": 1}


def test_empty_cells_say_what_the_cell_above_says_until_another_group_begins(tmp_path: Path) -> None:
    header = ["День", "Врач", "ФИО"]
    rows = [header, ["6", "П", "a"], ["", "", "b"], ["", "З", "c"]]
    assert cells_of(grouped(tmp_path, rows, [], ["start_on", "doctor"])) == [
        ["6", "П", "a"],
        ["6", "П", "b"],
        ["6", "З", "c"],
    ]


# ── several rows for one record ──


def one_for_each(folder: Path, rows: Sequence[Sequence[str]]) -> Export:
    export = read(write(folder, text_of(rows)))
    columns = match_columns(export.layout.header, ALIASES, feed="it", file="f")
    return merged(export, columns, ["card_number"], ["service", "amount"])


SERVICES = ["Номер карты", "ФИО", "Услуга", "Сумма", "Код"]


def test_rows_of_one_key_are_one_row_wherever_they_stand(tmp_path: Path) -> None:
    rows = [SERVICES, ["7", "К", "Осмотр", "5", "a"], ["8", "Ё", "Осмотр", "5", "a"], ["7", "", "Снимок", "9", "b"]]
    export = one_for_each(tmp_path, [*rows, ["Итого", "", "", "19", ""], ["7", "К", "Осмотр"]])
    sift = Sift(export)
    assert [(line, export.cells(raw)) for line, _fingerprint, raw in list(sift.fresh())[:2]] == [
        (2, ["7", "К", "Осмотр\nСнимок", "5\n9", "a"]),
        (3, ["8", "Ё", "Осмотр", "5", "a"]),
    ]
    assert sift.ignored == {"joined": 1, "footer": 1}
    assert cells_of(export)[-1] == "в строке 3 ячейки вместо 5"


def test_rows_that_contradict_each_other_stay_apart(tmp_path: Path) -> None:
    rows = [SERVICES, ["7", "К", "Осмотр", "5", "a"], ["7", "Ё", "Снимок", "9", "a"]]
    assert cells_of(one_for_each(tmp_path, rows)) == rows[1:]


def test_one_more_service_makes_the_visit_new_and_no_other(tmp_path: Path) -> None:
    rows = [SERVICES, ["7", "К", "Осмотр", "5", "a"], ["8", "Ё", "Осмотр", "5", "a"]]
    known = [fingerprint for _line, fingerprint, _raw in Sift(one_for_each(tmp_path, rows)).fresh()]
    later = Sift(one_for_each(tmp_path, [*rows, ["7", "К", "Снимок", "9", "b"]]), known)
    assert [line for line, _fingerprint, _raw in later.fresh()] == [2]
    assert later.vanished == {known[0]}


# ── broken lines ──


def rejoined(folder: Path, *lines: str, pad: bool = False) -> list[tuple[int, list[str] | str]]:
    text = "\r\n".join(["Номер карты;ФИО;Комментарий;Телефон", *lines, ""])
    return rows_of(read(write(folder, text), rejoin=True, pad=pad))


def test_broken_comment_is_put_together_where_the_row_begins(tmp_path: Path) -> None:
    found = rejoined(tmp_path, "7;Котова;звонить", "после 18", "или утром;8 916", "8;Ёлкин;;8 926")
    assert found == [(2, ["7", "Котова", "звонить\nпосле 18\nили утром", "8 916"]), (5, ["8", "Ёлкин", "", "8 926"])]


def test_broken_last_cell_is_put_together(tmp_path: Path) -> None:
    assert rejoined(tmp_path, "7;Котова;;8 916", "мама", "8;Ёлкин;;1")[0] == (2, ["7", "Котова", "", "8 916\nмама"])


@pytest.mark.parametrize(
    "lines",
    [
        ("7;Котова", "8;Ёлкин;x"),  # two short rows
        ("7;Котова;звонить", "после;18;или;утром;нет"),  # too many cells
        ("7;Котова;звонить", "8"),  # a piece that begins like a row
        ("Котова;7;звонить", "после;8"),  # rows that do not begin with a number
        ("7;Котова;звонить", "Итого;2"),  # a line below the rows
    ],
)
def test_pieces_of_which_something_else_may_be_meant_stay_faulty_rows(tmp_path: Path, lines: tuple[str, ...]) -> None:
    found = rejoined(tmp_path, *lines, "9;Сомова;;8 999")
    assert found[-1] == (4, ["9", "Сомова", "", "8 999"])
    assert all(isinstance(cells, str) for _line, cells in found[:-1])


def test_row_that_may_be_short_is_not_filled_with_the_next(tmp_path: Path) -> None:
    assert rejoined(tmp_path, "7;Котова;x", "8;Ёлкин;;1", pad=True) == [
        (2, ["7", "Котова", "x", ""]),
        (3, ["8", "Ёлкин", "", "1"]),
    ]


lines = st.lists(st.text(st.sampled_from('аб7;" '), max_size=9), max_size=30)


@settings(max_examples=100, deadline=None)
@given(lines, st.booleans())
def test_no_byte_of_a_row_is_lost_whether_lines_are_rejoined_or_not(texts: list[str], pad: bool) -> None:
    with TemporaryDirectory() as folder:
        path = write(Path(folder), "Номер карты;ФИО;Комментарий\n" + "\n".join(texts))
        plain = [raw for _line, raw in read(path, pad=pad).rows()]
        joined = [raw for _line, raw in read(path, pad=pad, rejoin=True).rows()]
    assert b"".join(joined) == b"".join(plain)


@settings(max_examples=100, deadline=None)
@given(lines, st.booleans(), st.booleans())
def test_every_row_that_is_reshaped_is_accounted_for(texts: list[str], groups: bool, several: bool) -> None:
    with TemporaryDirectory() as folder:
        path = write(Path(folder), "Номер карты;ФИО;Сумма\n" + "\n".join(texts))
        export = read(path)
        total = len(list(export.rows()))
        if groups:
            export = carried(export, ["doctor"], ["full_name"], ALIASES, "it")
        columns = match_columns(export.layout.header, ALIASES, feed="it", file="f")
        if several:
            export = merged(export, columns, ["card_number"], ["amount"])
        sift = Sift(export)
        found = list(sift.fresh())
        assert all(len(cells) == len(export.layout.header) for cells in cells_of(export) if isinstance(cells, list))
    assert sift.read + sum(sift.ignored.values()) == total
    assert len(found) == sift.taken
