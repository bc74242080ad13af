"""Whatever stands in the cells: a line for each that cannot be used, never a crash, and nothing is lost in silence."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.model import NO_VALUE, Grid
from dentsync.transform.pay.plan_sheet import plan_of
from dentsync.transform.pay.rate_sheet import rate_book_of
from dentsync.transform.pay.time_sheet import absences_of, clocks_of
from tests.pay.build import ZONE

PARTS = [
    "8",
    "20",
    "-",
    ":",
    "+",
    "00",
    ".",
    "/",
    " ",
    "%",
    "01.10.2026",
    "2026-10-05",
    "31",
    "-5",
    "1e9",
    "99999999999",
    "с ",
    "до",
]
PARTS += [
    "Котова",
    "б",
    "Д",
    "итого",
    "\u0661",
    "½",
    "²",
    "\x00",
    "0",
    "24",
    "2026",
    ",",
    ";",
    "46000",
    "T08:00+03:00",
    "Z",
]
CELLS = st.one_of(st.lists(st.sampled_from(PARTS), max_size=4).map("".join), st.text(max_size=6), st.just(NO_VALUE))
ROWS = st.lists(st.lists(CELLS, max_size=8).map(tuple), max_size=5).map(tuple)
MANY = settings(max_examples=120, deadline=None, derandomize=True)
HEADERS = {
    "rates": ("Сотрудник", "С даты", "Ставка часа", "Стоимость переработки", "Перерыв, мин", "Часов в неделю"),
    "tiers": ("От, %", "За визит"),
    "time": ("Сотрудник", "Дата", "Начало", "Окончание", "Перерыв, мин"),
    "absences": ("Сотрудник", "С", "По", "Вид"),
    "plan": ("Сотрудник", *map(str, range(1, 32))),
    "none": (),
}


def readers(grid: Grid) -> list[Any]:
    return [
        rate_book_of([grid]),
        plan_of([grid], lambda _branch: ZONE, {"Д": "8-20"}),
        clocks_of([grid], lambda _branch: ZONE),
        absences_of([grid]),
    ]


@MANY
@given(st.sampled_from(sorted(HEADERS)), ROWS)
def test_any_cells_are_read_or_complained_about(header: str, rows: tuple[tuple[str, ...], ...]) -> None:
    for found in readers(Grid("book.xlsx", "2026-10", (HEADERS[header], *rows))):
        assert all(fault.startswith("book.xlsx, лист «2026-10»") and "\n" not in fault for fault in found.faults)


@MANY
@given(ROWS)
def test_every_row_of_worked_time_is_a_fact_or_a_fault(rows: tuple[tuple[str, ...], ...]) -> None:
    grid = Grid("book.xlsx", "2026-10", (HEADERS["time"], *rows))
    found = clocks_of([grid], lambda _branch: ZONE)
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    totals = sum(next(cell for cell in row if cell.strip()).strip().lower().startswith("итого") for row in filled)
    twice = sum("то же время" in fault for fault in found.faults)
    assert len(found.clocks) + len(found.faults) - twice >= len(filled) - totals
