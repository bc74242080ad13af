"""Files that people fill in by hand: real workbooks and CSV, and one clear line for everything that cannot be used."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dentsync.errors import SourceError
from dentsync.extract.grid import read_grids
from dentsync.model import Grid, cell_name
from dentsync.transform.pay.facts import Job
from dentsync.transform.pay.plan_sheet import plan_of
from dentsync.transform.pay.rate_sheet import RATES, rate_book_of
from dentsync.transform.pay.rules import Tier
from dentsync.transform.pay.time_sheet import TIMES, absences_of, clocks_of, parse_spells
from tests.pay.build import ZONE, at

RATE_HEADER = ["Сотрудник", "Должность", "Филиал", "С даты", "Ставка часа", "Стоимость переработки", "Перерыв, мин"]
ANNA = ["Котова Анна", "администратор", "A", date(2026, 1, 1), 250, "350,50", None]
TIME_HEADER = ["Сотрудник", "Дата", "Начало", "Окончание", "Перерыв, мин"]
NAMES = [alias for aliases in (*RATES.values(), *TIMES.values()) for alias in aliases]

Cells = Sequence[object]


def book(
    folder: Path, *rows: Cells, sheet: str = "Ставки", merge: str = "", name: str = "rates.xlsx"
) -> tuple[Grid, ...]:
    """A real workbook, read back."""
    made = openpyxl.Workbook()
    page = made.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    if merge:
        page.merge_cells(merge)
    made.save(folder / name)
    return read_grids(folder / name, NAMES)


def csv(folder: Path, *lines: str, encoding: str = "cp1251", name: str = "time.csv") -> tuple[Grid, ...]:
    (folder / name).write_bytes("".join(line + "\r\n" for line in lines).encode(encoding))
    return read_grids(folder / name, NAMES)


def zone_of(_branch: str) -> Any:
    return ZONE


# ── rates ─────────────────────────────────────────────────────────────────────────────────────


def test_a_row_of_the_directory_is_a_rate_with_its_cell(tmp_path: Path) -> None:
    found = rate_book_of(book(tmp_path, ["Ставки на 2026 год"], [], RATE_HEADER, ANNA, ["Итого", "", "", "", 250]))
    (rate,) = found.rates
    assert (found.faults, rate.job) == ((), Job("Котова Анна", "администратор", "A"))
    assert (rate.since, rate.hour, rate.overtime_hour, rate.break_minutes) == (
        date(2026, 1, 1),
        250,
        Decimal("350.50"),
        None,
    )
    assert rate.place == "rates.xlsx, лист «Ставки», ячейка E4"


def test_a_second_sheet_has_the_tiers(tmp_path: Path) -> None:
    book(tmp_path, RATE_HEADER, ANNA)
    made = openpyxl.load_workbook(tmp_path / "rates.xlsx")
    page = made.create_sheet("Доведение")
    for row in (["От, %", "За визит"], ["80 %", 150], [0, 0]):
        page.append(row)
    made.save(tmp_path / "rates.xlsx")
    found = rate_book_of(read_grids(tmp_path / "rates.xlsx", NAMES))
    assert found.tiers == (Tier(Decimal(0), Decimal(0)), Tier(Decimal(80), Decimal(150)))
    assert found.faults == ()


def test_an_employee_is_the_same_in_capitals_and_by_a_code(tmp_path: Path) -> None:
    later = ["КОТОВА  Анна", *ANNA[1:3], date(2026, 5, 16), 270, 370, 0]
    rates = rate_book_of(book(tmp_path, RATE_HEADER, ANNA, later)).rates
    assert {rate.job.employee for rate in rates} == {"Котова Анна"}
    coded = rate_book_of(book(tmp_path, ["Код", *RATE_HEADER], [503, *ANNA])).rates
    assert [(rate.job.employee, rate.name) for rate in coded] == [("503", "Котова Анна")]


BAD_RATES: dict[str, tuple[list[Cells], str, str]] = {
    "text": ([RATE_HEADER, [*ANNA[:4], "двести", *ANNA[5:]]], "", "E2: не похоже на сумму"),
    "negative": ([RATE_HEADER, [*ANNA[:4], -250, *ANNA[5:]]], "", "E2: «-250» не может быть ставкой"),
    "zero": ([RATE_HEADER, [*ANNA[:5], 0, None]], "", "F2: «0» не может быть ставкой"),
    "empty": ([RATE_HEADER, [*ANNA[:4], None, *ANNA[5:]]], "", "E2: ячейка пуста"),
    "nobody": ([RATE_HEADER, ["", *ANNA[1:]]], "", "A2: не указан сотрудник"),
    "date": ([RATE_HEADER, [*ANNA[:3], "с мая", *ANNA[4:]]], "", "D2: не похоже на дату"),
    "break": ([RATE_HEADER, [*ANNA[:6], 600]], "", "G2: «600» не может быть перерывом"),
    "merged header": ([RATE_HEADER, ANNA], "E1:F1", "E1: ячейки E1:F1 в заголовке объединены: разъедините их"),
    "merged rows": ([RATE_HEADER, ANNA, ANNA], "A2:A3", "A2: ячейки A2:A3 в таблице объединены: разъедините их"),
    "no column": ([["Сотрудник", "С даты"]], "", "нет столбца «Ставка часа» (есть: «Сотрудник», «С даты»)"),
    "column twice": ([[*RATE_HEADER, "Ставка"], ANNA], "", "H1: второй столбец «Ставка»: оставьте один"),
    "row twice": ([RATE_HEADER, ANNA, ANNA], "", "E3: вторая строка того же сотрудника на ту же дату (первая: "),
    "two ways": ([RATE_HEADER, ANNA, ["Котова А.", *ANNA[1:]]], "", "E2: сотрудник назван двояко: "),
    "formula": ([RATE_HEADER, [*ANNA[:4], "=1+1", *ANNA[5:]]], "", "E2: формула сохранена без значения"),
    "two readings": ([RATE_HEADER, [*ANNA[:4], "1.250", *ANNA[5:]]], "", "E2: «1.250» сумму можно прочесть двояко"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_RATES)
def test_a_bad_directory_is_one_line_with_file_sheet_and_cell(tmp_path: Path, name: str) -> None:
    rows, merge, expected = BAD_RATES[name]
    (fault,) = rate_book_of(book(tmp_path, *rows, merge=merge)).faults
    assert fault.startswith("rates.xlsx, лист «Ставки»")
    assert expected in fault
    assert "\n" not in fault


def test_a_title_of_merged_cells_above_the_header_is_no_fault(tmp_path: Path) -> None:
    assert rate_book_of(book(tmp_path, ["Ставки", None, None], RATE_HEADER, ANNA, merge="A1:G1")).faults == ()


def test_one_bad_row_does_not_hide_another(tmp_path: Path) -> None:
    rows = [RATE_HEADER, [*ANNA[:4], "?", *ANNA[5:]], ANNA, ["Носов Иван", *ANNA[1:4], -1, 5, None]]
    found = rate_book_of(book(tmp_path, *rows))
    assert (len(found.rates), len(found.faults)) == (1, 2)


# ── the schedule ──────────────────────────────────────────────────────────────────────────────


def schedule(
    folder: Path, *rows: Cells, days: Sequence[object] = range(1, 31), sheet: str = "Октябрь 2026", **given: Any
) -> Any:
    """Names down, days across."""
    codes = given.pop("codes", {})
    above = [[given.pop("title")]] if "title" in given else []
    grids = book(folder, *above, ["Сотрудник", *days], *rows, sheet=sheet, name="plan.xlsx", **given)
    return plan_of(grids, zone_of, codes)


def test_a_schedule_of_names_and_days_is_shifts(tmp_path: Path) -> None:
    found = schedule(
        tmp_path, ["", "Пт", "Сб"], ["Котова Анна", "8-20", "20:00–08:00", "в", "9-13, 14.30-18", "с 8 до 20"]
    )
    times = [(f"{one.start:%d.%m %H:%M}", f"{one.end:%d.%m %H:%M}") for one in found.shifts]
    assert times == [
        ("01.10 08:00", "01.10 20:00"), ("02.10 20:00", "03.10 08:00"), ("04.10 09:00", "04.10 13:00"),
        ("04.10 14:30", "04.10 18:00"), ("05.10 08:00", "05.10 20:00"),
    ]  # fmt: skip
    assert (found.faults, found.shifts[1].place) == ((), "plan.xlsx, лист «Октябрь 2026», ячейка C3")


def test_codes_of_shifts_and_of_absence(tmp_path: Path) -> None:
    found = schedule(tmp_path, ["Котова Анна", "Д", "Н", "Б", "б", "отпуск", "", "О"], codes={"Д": "8-20", "Н": "20-8"})
    assert [f"{one.start:%d %H}-{one.end:%d %H}" for one in found.shifts] == ["01 08-01 20", "02 20-03 08"]
    assert [(one.kind, one.first.day, one.last.day) for one in found.absences] == [
        ("sick", 3, 4),
        ("vacation", 5, 5),
        ("vacation", 7, 7),
    ]


def test_a_schedule_may_have_dates_in_its_header_and_a_list_a_row_for_each_shift(tmp_path: Path) -> None:
    days = [datetime(2026, 9, 28 + n) if n < 3 else datetime(2026, 10, n - 2) for n in range(8)]
    dated = schedule(tmp_path, ["Котова Анна", "8-20", "", "", "8-20"], days=days, sheet="Лист1")
    assert [one.start.date() for one in dated.shifts] == [date(2026, 9, 28), date(2026, 10, 1)]
    listed = plan_of(csv(tmp_path, "Сотрудник;Дата;Начало;Конец", "Котова Анна;28.09.2026;20:00;8:00"), zone_of, {})
    assert [(one.start, one.end) for one in listed.shifts] == [(at("2026-09-28T20:00"), at("2026-09-29T08:00"))]


BAD_PLANS: dict[str, tuple[list[Cells], dict[str, Any], str]] = {
    "excel": ([["Котова", datetime(2026, 8, 20)]], {}, "B2: Excel принял часы за дату"),
    "hours": ([["Котова", 12]], {}, "B2: «12» не похоже на часы смены"),
    "26 hours": ([["Котова", "8-10+1"]], {}, "B2: «8-10+1» — это 26 ч подряд"),
    "no such time": ([["Котова", "8-26"]], {}, "B2: «8-26» не похоже на часы смены: такого времени не бывает"),
    "code": ([["Котова", "Ж"]], {"codes": {"Д": "8-9"}}, "«Ж» не похоже на часы смены: ожидается вид"),
    "nobody": ([["", "8-20"]], {}, "A2: не указан сотрудник"),
    "row twice": ([["Котова", "8-20"], ["КОТОВА", "", "8-20"]], {}, "A3: вторая строка того же сотрудника"),
    "no month": ([["Котова", "8-20"]], {"sheet": "Лист1"}, "не видно, какой это месяц"),
    "day twice": ([["Котова", "8-20"]], {"days": [1, 1, 2, 3, 4, 5, 6]}, "C1: день 01.10 стоит в заголовке дважды"),
    "day 31": ([["Котова", *([""] * 30), "8-20"]], {"days": range(1, 32), "sheet": "2026-09"}, "AF1: дня 31 в этом"),
    "two months": ([["Котова", "8-20"]], {"title": "График на ноябрь 2026"}, "разные месяцы: 10.2026, 11.2026"),
    "no day": ([["Котова", "8-20", "8-20"]], {"days": [1, "", 3, 4, 5, 6, 7, 8]}, "C1: в заголовке не написан день"),
    "beyond": ([["Котова", *([""] * 7), "8-20", 12]], {"days": range(1, 8)}, "I2: над часами смены не написан день"),
    "merged": ([["Котова", "8-20", ""]], {"merge": "B2:C2"}, "B2: ячейки B2:C2 в таблице объединены"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_PLANS)
def test_a_bad_schedule_is_one_line_with_file_sheet_and_cell(tmp_path: Path, name: str) -> None:
    rows, given, expected = BAD_PLANS[name]
    (fault,) = schedule(tmp_path, *rows, **given).faults
    assert fault.startswith("plan.xlsx, лист «")
    assert expected in fault
    assert "\n" not in fault


@pytest.mark.parametrize("title", ["Утверждён 25.09.2026", "от 25 сентября 2026 г.", "2026-09-25", "за октябрь 2026"])
def test_a_date_above_the_schedule_is_not_its_month(tmp_path: Path, title: str) -> None:
    (one,) = schedule(tmp_path, ["Котова", "8-20"], title=title).shifts
    assert (one.start.year, one.start.month) == (2026, 10)


@pytest.mark.parametrize("sheet", ["Октябрь 2026", "октября 2026 г.", "2026-10", "10.2026", "график_2026-10"])
def test_the_month_is_read_from_the_name_of_the_sheet(tmp_path: Path, sheet: str) -> None:
    (one,) = schedule(tmp_path, ["Котова", "8-20"], sheet=sheet).shifts
    assert (one.start.year, one.start.month) == (2026, 10)


def test_a_person_in_two_sheets_of_a_month_is_told(tmp_path: Path) -> None:
    rows = [["Сотрудник", *range(1, 31)], ["Котова", "8-20"]]
    sheets = [book(tmp_path, *rows, sheet=name)[0] for name in ("Октябрь 2026", "Октябрь 2026 (2)", "Ноябрь 2026")]
    (fault,) = plan_of(sheets, zone_of, {}).faults
    assert "лист «Октябрь 2026 (2)», ячейка A2: вторая строка того же сотрудника" in fault


def test_the_same_person_in_two_positions_has_two_rows(tmp_path: Path) -> None:
    rows = [
        ["Сотрудник", "Должность", *range(1, 31)],
        ["Котова", "администратор", "8-14"],
        ["Котова", "оператор", "14-20"],
    ]
    found = plan_of(book(tmp_path, *rows, sheet="2026-10"), zone_of, {})
    assert (found.faults, {one.job.position for one in found.shifts}) == ((), {"администратор", "оператор"})


@pytest.mark.parametrize(
    ("text", "hours"), [("8-20", 12), ("20-8", 12), ("8-8", 24), ("08:30 — 9.00", 0.5), ("0-24", 24), ("20-8+1", 12)]
)
def test_hours_of_a_shift(text: str, hours: float) -> None:
    ((start, end),) = parse_spells(text, date(2026, 10, 1), ZONE)
    assert (end - start).total_seconds() == hours * 3600


# ── worked time and absences ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8-sig", "utf-16"])
def test_worked_time_is_read_from_csv(tmp_path: Path, encoding: str) -> None:
    rows = ["Сотрудник;Дата;Начало;Окончание;Перерыв, мин", "Котова Анна;06.10.2026;08:01:37;20:00;0:30"]
    rows += ["Носов Иван;06.10.2026;20:00;8:00;", "Носов Иван;08.10.2026;20:00;;"]
    found = clocks_of(csv(tmp_path, *rows, encoding=encoding), zone_of)
    assert found.faults == ()
    assert [(one.job.employee, one.start, one.end, one.pause_minutes) for one in found.clocks] == [
        ("Котова Анна", at("2026-10-06T08:01:37"), at("2026-10-06T20:00"), 30),
        ("Носов Иван", at("2026-10-06T20:00"), at("2026-10-07T08:00"), 0),
        ("Носов Иван", at("2026-10-08T20:00"), None, 0),
    ]
    assert found.clocks[0].place == "time.csv, ячейка C2"


def test_worked_time_is_read_from_a_workbook(tmp_path: Path) -> None:
    rows: list[Cells] = [TIME_HEADER, ["Котова", date(2026, 10, 6), time(8), time(20), 45]]
    rows += [["Котова", None, datetime(2026, 10, 7, 20), datetime(2026, 10, 8, 8), None]]
    found = clocks_of(book(tmp_path, *rows), zone_of)
    assert [(one.start, one.end, one.pause_minutes) for one in found.clocks] == [
        (at("2026-10-06T08:00"), at("2026-10-06T20:00"), 45),
        (at("2026-10-07T20:00"), at("2026-10-08T08:00"), 0),
    ]


BAD_TIMES = {
    "26 hours": [
        "06.10.2026 8:00",
        "07.10.2026 10:00",
        "D2: «07.10.2026 10:00» — это 26 ч подряд: больше 24 не бывает",
    ],
    "backwards": ["06.10.2026 8:00", "05.10.2026 10:00", "D2: «05.10.2026 10:00» не позже начала, 06.10.2026 08:00"],
    "text": ["утром", "20:00", "C2: не похоже на время"],
    "no start": ["", "20:00", "C2: ячейка пуста"],
}


@pytest.mark.parametrize("name", BAD_TIMES)
def test_bad_time_is_one_line_with_file_and_cell(tmp_path: Path, name: str) -> None:
    start, end, expected = BAD_TIMES[name]
    (fault,) = clocks_of(
        csv(tmp_path, "Сотрудник;Дата;Начало;Окончание", f"Котова;06.10.2026;{start};{end}"), zone_of
    ).faults
    assert fault.startswith("time.csv, ячейка ")
    assert expected in fault


def test_time_that_ends_at_the_hour_at_which_it_began_is_a_day_and_a_night(tmp_path: Path) -> None:
    (one,) = clocks_of(csv(tmp_path, "Сотрудник;Дата;Начало;Окончание", "Котова;06.10.2026;8:00;8:00"), zone_of).clocks
    assert one.end == at("2026-10-07T08:00")


def test_the_same_time_twice_is_told(tmp_path: Path) -> None:
    row = "Котова;06.10.2026;8:00;20:00"
    (fault,) = clocks_of(csv(tmp_path, "Сотрудник;Дата;Начало;Окончание", row, row), zone_of).faults
    assert "C3: то же время того же сотрудника, что и time.csv, ячейка C2" in fault


def test_codes_may_stand_for_names(tmp_path: Path) -> None:
    found = clocks_of(csv(tmp_path, "Код;Дата;Начало;Окончание", "503;06.10.2026;8:00;20:00"), zone_of)
    assert [one.job.employee for one in found.clocks] == ["503"]


def test_absences_have_their_first_and_last_day(tmp_path: Path) -> None:
    rows: list[Cells] = [
        ["Сотрудник", "С", "По", "Вид"],
        ["Котова", date(2026, 10, 5), date(2026, 10, 9), "Больничный"],
    ]
    (one,) = absences_of(book(tmp_path, *rows)).absences
    assert (one.first.day, one.last.day, one.kind) == (5, 9, "sick")
    wrong = absences_of(book(tmp_path, rows[0], ["Котова", date(2026, 10, 9), date(2026, 10, 5), ""]))
    assert "C2: последний день 05.10.2026 раньше первого" in wrong.faults[0]


# ── files ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 torn", "damaged"),
        (b"%PDF-1.7", "PDF"),
        (b"<?xml version='1.0'?><a/>", "neither a workbook"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "rates.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=expected):
        read_grids(path, NAMES)


def test_a_lost_cell_far_away_is_refused(tmp_path: Path) -> None:
    book(tmp_path, RATE_HEADER, ANNA)
    made = openpyxl.load_workbook(tmp_path / "rates.xlsx")
    made.worksheets[0]["XFD1048576"] = "?"
    made.save(tmp_path / "rates.xlsx")
    with pytest.raises(SourceError, match="reaches to cell XFD1048576"):
        read_grids(tmp_path / "rates.xlsx", NAMES)


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    book(tmp_path, RATE_HEADER, ANNA)
    made = openpyxl.load_workbook(tmp_path / "rates.xlsx")
    made.create_sheet("Старые").sheet_state = "hidden"
    made.save(tmp_path / "rates.xlsx")
    assert [grid.sheet for grid in read_grids(tmp_path / "rates.xlsx", NAMES)] == ["Ставки"]


@pytest.mark.parametrize(
    ("row", "column", "name"), [(0, 0, "A1"), (6, 25, "Z7"), (0, 26, "AA1"), (9, 701, "ZZ10"), (0, 702, "AAA1")]
)
def test_cells_are_called_as_in_excel(row: int, column: int, name: str) -> None:
    assert cell_name(row, column) == name


def test_an_empty_book_says_nothing(tmp_path: Path) -> None:
    readers: list[Callable[[tuple[Grid, ...]], Any]] = [rate_book_of, absences_of]
    assert [reader(book(tmp_path)).faults for reader in readers] == [(), ()]
