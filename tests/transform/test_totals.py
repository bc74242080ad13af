"""Lines below the rows, compared with them."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.extract.footers import declared_count, is_footer
from dentsync.transform.totals import Totals, Verdict


def judged(rows: Sequence[str], line: Sequence[str], declared: int | None = None) -> Verdict:
    totals = Totals([1])
    for amount in rows:
        totals.add(["x", amount], 2)
    return totals.judge(line, declared)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (["Итого", "4 200,50"], "agrees"),
        (["Итого", "4200.50 ₽"], "agrees"),
        (["Итого", "4 200,51"], "sum"),
        (["Итого", "—"], "sum"),
        (["Итого", ""], "unknown"),
        (["Итого", "x"], "unknown"),
        (["Итого"], "unknown"),
    ],
)
def test_sum_is_compared_to_the_kopeck(line: list[str], verdict: Verdict) -> None:
    assert judged(["1 500,00", "2000.5", "700", ""], line) == verdict


@pytest.mark.parametrize(("declared", "verdict"), [(3, "agrees"), (2, "rows"), (0, "rows")])
def test_number_of_rows_is_compared(declared: int, verdict: Verdict) -> None:
    assert judged(["1", "2", "x"], [], declared) == verdict


def test_sum_of_a_row_that_cannot_be_read_is_compared_with_nothing() -> None:
    assert judged(["1", "сто"], ["Итого", "1"]) == "unknown"


def test_line_is_about_all_rows_or_those_since_a_line_before_it() -> None:
    totals = Totals([0])
    said = []
    for amounts, total in (("12", "3"), ("4", "4"), ("", "7"), ("", "4"), ("", "5")):
        for amount in amounts:
            totals.add([amount], 1)
        said.append(totals.judge([total], None))
    assert said == ["agrees", "agrees", "agrees", "agrees", "sum"]


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), max_size=20))
def test_what_comes_to_a_sum_agrees_and_a_kopeck_more_does_not(amounts: list[Decimal]) -> None:
    rows = [f"{amount}" for amount in amounts]
    assert judged(rows, ["Итого", str(sum(amounts, Decimal()))]) == "agrees"
    assert judged(rows, ["Итого", str(sum(amounts, Decimal("0.01")))]) == "sum"


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        (["(40 rows affected)"], 40),
        (["(1 row affected)"], 1),
        (["(строк обработано: 40)"], 40),
        (["Затронуто строк: 7"], 7),
        (["Всего записей:", "1\xa0040"], 1040),
        (["Количество записей в выгрузке - 12"], 12),
        (["Строк: 5,00"], 5),
        (["Итого: 40"], None),  # of what?
        (["Всего пациентов: 40"], None),  # who may have come twice
        (["Строка 5"], None),
    ],
)
def test_number_of_rows_is_known_only_where_nothing_else_can_be_meant(cells: list[str], count: int | None) -> None:
    assert declared_count(cells) == count


@pytest.mark.parametrize(
    "cells",
    [["Итого", "5"], ["Страница 2 из 5"], ["Главный врач ______", "Петров П. П."], ["Конец выгрузки"], ["Лист 3"]],
)
def test_lines_below_the_rows_are_known(cells: list[str]) -> None:
    assert is_footer(cells, 6)


@pytest.mark.parametrize(
    "cells",
    [["Итого Анна Петровна", "8", "Терапевт", "к"], ["Листов Пётр"], ["Строков Иван"], ["Числова Анна", "8 916"]],
)
def test_people_with_such_names_are_people(cells: list[str]) -> None:
    assert not is_footer(cells, 5)
