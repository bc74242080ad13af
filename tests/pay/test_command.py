"""The command over real files: a clinic's folder with rates, a schedule and worked time."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dentsync.cli import run
from dentsync.config import preset_text
from dentsync.config_payroll_tables import (
    BreakTable,
    NightTable,
    OvertimeTable,
    PayrollTable,
    PortalRatesTable,
    PortalTable,
    RateTable,
    RulesTable,
    YearTable,
)
from dentsync.runs.pay_words import REMARKS, WHAT
from dentsync.runs.payroll import compute
from dentsync.show_payroll import KINDS
from dentsync.show_payroll import REMARKS as ENGLISH
from dentsync.transform.pay.questions import Kind
from dentsync.transform.pay.time_sheet import KINDS as KINDS_OF_ABSENCE
from tests.pay.build import patients
from tests.pay.test_cases import worked_month

PAYROLL = """
[payroll]
rates = "pay/rates.xlsx"
plan  = "pay/plan_*.xlsx"
time  = "pay/time_*.csv"
"""
RATES = [
    ["Сотрудник", "Должность", "Филиал", "С даты", "Ставка часа", "Стоимость переработки"],
    ["Котова Анна Ильинична", "администратор", "", date(2026, 1, 1), 250, 350],
    ["Носов Иван Петрович", "оператор", "", date(2026, 1, 1), "220,00", 300],
]
PLAN = [
    ["График на октябрь 2026"],
    ["Сотрудник", *range(1, 32)],
    ["Котова Анна Ильинична", "8-20", "8-20", "", "", "8-20"],
    ["Носов Иван Петрович", "20-8", "", "", "", "", "9-18"],
]
TIME = [
    "Сотрудник;Дата;Начало;Окончание",
    "Котова Анна Ильинична;01.10.2026;8:00;21:30",
    "Котова Анна Ильинична;02.10.2026;8:00;20:00",
    "Котова Анна Ильинична;05.10.2026;8:00;20:00",
    "Носов Иван Петрович;01.10.2026;20:00;08:00",
    "Носов Иван Петрович;06.10.2026;9:00;18:00",
]


@dataclass
class Desk:
    """The folder of a clinic, and what its commands said."""

    folder: Path
    read: Callable[[], Any]

    def write(
        self, payroll: str = PAYROLL, rates: list[Any] = RATES, plan: list[Any] = PLAN, time: list[str] = TIME
    ) -> None:
        (self.folder / "config.toml").write_text(preset_text("helix-bitrix24") + payroll, encoding="utf-8")
        (self.folder / "pay").mkdir(exist_ok=True)
        for name, rows in (("rates.xlsx", rates), ("plan_10.xlsx", plan)):
            book = openpyxl.Workbook()
            for row in rows:
                book.worksheets[0].append(list(row))
            book.save(self.folder / "pay" / name)
        (self.folder / "pay" / "time_10.csv").write_text("\r\n".join(time) + "\r\n", encoding="cp1251")

    def say(
        self, *argv: str, month: str = "2026-10", now: str = "2026-11-01T08:00", lang: str = "en"
    ) -> tuple[int, str, str]:
        return self.run("payroll", *argv, "--month", month, now=now, lang=lang)

    def run(self, *argv: str, now: str = "2026-11-01T08:00", lang: str = "en") -> tuple[int, str, str]:
        self.read()
        code = run(["--lang", lang, *argv, "--now", now, "-c", str(self.folder / "config.toml")])
        captured = self.read()
        return code, captured.out, captured.err

    def drop(self, name: str, *lines: str) -> None:
        """An export of the MIS, an hour old."""
        (self.folder / "inbox").mkdir(exist_ok=True)
        path = self.folder / "inbox" / name
        path.write_text("\r\n".join(lines) + "\r\n", encoding="cp1251")
        written = datetime(2026, 11, 1, 4).timestamp()
        os.utime(path, (written, written))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path, capsys.readouterr)
    made.write()
    return made


def test_every_setting_is_in_the_documents() -> None:
    page = (Path(__file__).parents[2] / "docs" / "pay.md").read_text(encoding="utf-8")
    tables = (PayrollTable, RateTable, RulesTable, BreakTable, OvertimeTable, NightTable, YearTable)
    tables += (PortalTable, PortalRatesTable)
    keys = {key for table in tables for key in table.__struct_encode_fields__}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", page)] == []
    assert [kind for kind in Kind if f"`{kind}`" not in page] == []


def test_a_month_comes_out_of_three_files(desk: Desk) -> None:
    code, out, err = desk.say("--json")
    found = json.loads(out)
    assert (code, err, found["total"], found["may_close"]) == (0, "", "13527.00", True)
    assert {pay["name"]: pay["total"] for pay in found["employees"]} == {
        "Котова Анна Ильинична": "8775.00",  # 33 h × 250, 1.5 h × 350
        "Носов Иван Петрович": "4752.00",  # 20 h × 220, 8 h at night × 44
    }
    assert found["employees"][0]["minutes"] == {"normal": 1980, "overtime": 90, "night": 0, "holiday": 0}


def test_the_table_has_a_row_for_everybody_and_the_total(desk: Desk) -> None:
    code, out, _err = desk.say(month="last")
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("Котова")] == [
        "Котова Анна Ильинич…  33:00   1:30      —      —      —     —    —     8 775.00"
    ]
    assert out.splitlines()[-1].split() == ["total", "13", "527.00"]
    assert max(map(len, out.splitlines())) <= 80
    assert "сотрудник" in desk.say(lang="ru")[1]


def test_open_questions_end_with_code_4_and_say_what_may_be_decided(desk: Desk) -> None:
    desk.write(time=TIME[:-1])
    code, out, _err = desk.say()
    assert code == 4
    assert "? a shift that nobody clocked; 8:00; plan_10.xlsx, лист «Sheet», ячейка G4" in out
    assert "no_clock:Носов Иван Петрович:2026-10-06:09:00-18:00 оператор" in out
    assert "decide: as_planned, nothing, times" in out


def test_an_amount_is_explained_with_minutes_rate_and_cells(desk: Desk) -> None:
    code, out, _err = desk.say("explain", "--employee", "котова анна ильинична")
    assert code == 0
    assert "hours 8 250.00 = 1980 min × 250.00 / 60 (rate.hour)\n  rates.xlsx, лист «Sheet», ячейка E2\n" in out
    assert "overtime 525.00 = 90 min × 350.00 / 60 (overtime.shift)" in out
    assert "01.10  20:00    1:30  plan_10.xlsx, лист «Sheet», ячейка B3; time_10.csv, ячейка C2" in out
    lines = json.loads(desk.say("explain", "--employee", "Котова Анна Ильинична", "--json")[1])["lines"]
    assert sum(piece["minutes"] for piece in lines[0]["evidence"]["pieces"]) == 1980


def test_patients_are_explained_by_their_cards(desk: Desk) -> None:
    from dentsync.show_payroll import explained_lines

    bookings = patients("Котова Анна Ильинична", 5, 4, day="2026-10-06")
    pay = compute(desk.folder / "config.toml", "2026-10", "2026-11-01", bookings).pays[0]
    text = "\n".join("".join(part for part, _style in line) for line in explained_lines(pay))
    assert "primary patients 600.00 = 4 × 150.00 (primary.tiers)" in text
    assert "came 4 of 5, 80.00 %" in text
    assert "did not come: Котова Анна Ильинична-4" in text


def test_a_month_that_is_not_over_has_only_the_shifts_that_have_begun(desk: Desk) -> None:
    desk.write(time=TIME[:3])
    code, out, _err = desk.say("--json", now="2026-10-02T22:00")
    assert [one["id"] for one in json.loads(out)["questions"]] == [
        "no_clock:Носов Иван Петрович:2026-10-01:20:00-08:00 оператор"
    ]
    assert code == 4


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"payroll": ""}, "config.toml: there is no [payroll]"),
        ({"payroll": PAYROLL.replace("plan_*", "graph_*")}, "payroll.plan: no file matches pay/graph_*.xlsx"),
        ({"payroll": PAYROLL + "rats = 1"}, "config.toml: payroll: unknown key 'rats' (did you mean 'rates'?)"),
        ({"payroll": PAYROLL.replace("pay/rates", "/pay/rates")}, "config.toml: payroll.rates: write a path relative"),
        ({"payroll": PAYROLL + "[[payroll.rules]]\nsince = 2026-01-15"}, "rules[1].since: rules change on the first"),
        ({"payroll": PAYROLL + "[[payroll.rules]]\nsince = 2027-01-01"}, "payroll.rules: none are in force in 2026-10"),
        ({"payroll": PAYROLL + "[payroll.zones]\nA = 'Moskau'"}, "payroll.zones.A: no time zone 'Moskau'"),
        ({"payroll": PAYROLL + "[[payroll.rules]]\nsince = 2026-01-01\nholiday = 'x'"}, "holiday: 'x' is not a number"),
        ({"payroll": "\n[payroll]\n"}, "there is no rate"),
        ({"payroll": PAYROLL + 2 * "[[payroll.rules]]\nsince = 2026-01-01\n"}, "two sets begin on the same day"),
        ({"payroll": PAYROLL + "[[payroll.rules]]\nsince = 2026-01-01\nnorm_week = 0"}, ">= 1 `rules[0].norm_week`"),
        ({"payroll": PAYROLL + "calendar = 'pay/plan_10.xlsx'"}, "plan_10.xlsx: is not UTF-8"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_configuration_is_one_line(desk: Desk, change: dict[str, Any], expected: str) -> None:
    desk.write(**change)
    code, _out, err = desk.say()
    assert code in (1, 2)
    assert expected in err
    assert err.count("\n") == 1


def test_all_bad_cells_are_told_at_once_and_nothing_is_computed(desk: Desk) -> None:
    bad = [RATES[0], [*RATES[1][:4], -250, 350], [*RATES[2][:4], "много", 300]]
    desk.write(rates=bad, time=[*TIME, "Носов Иван Петрович;07.10.2026;07.10.2026 8:00;08.10.2026 10:00"])
    code, out, err = desk.say()
    assert (code, out) == (1, "")
    assert err.removeprefix("dentsync: ").splitlines() == [
        "rates.xlsx, лист «Sheet», ячейка E2: «-250» не может быть ставкой: ожидается сумма больше нуля",
        "rates.xlsx, лист «Sheet», ячейка E3: не похоже на сумму: ожидается число вида 1 234,50",
        "time_10.csv, ячейка D7: «08.10.2026 10:00» — это 26 ч подряд: больше 24 не бывает, проверьте день и часы",
        "cells that cannot be used: 3; nothing was computed",
    ]


def test_a_year_that_is_not_published_is_refused_and_can_be_written_down(desk: Desk) -> None:
    rates = [RATES[0], *([*row[:3], date(2040, 1, 1), *row[4:]] for row in RATES[1:])]
    plan = [["Октябрь 2045"], *PLAN[1:]]
    time = [line.replace("2026", "2045") for line in TIME]
    desk.write(rates=rates, plan=plan, time=time)
    code, _out, err = desk.say(month="2045-10", now="2045-11-01")
    assert (code, "the days off of 2045 are not known" in err) == (2, True)
    desk.write(PAYROLL + 'calendar = "pay/calendar.toml"\n', rates, plan, time)
    (desk.folder / "pay" / "calendar.toml").write_text("[2045]\ndays_off = [2045-11-06]\n", encoding="utf-8")
    assert desk.say(month="2045-10", now="2045-11-01")[0] == 0


def test_rates_may_stand_in_the_configuration_and_rules_may_be_other_ones(desk: Desk) -> None:
    text = (
        PAYROLL.replace('rates = "pay/rates.xlsx"\n', "")
        + """
codes = { "Д" = "8-20" }
rate = [{ employee = "Котова Анна Ильинична", since = 2026-01-01, hour = "300.00", overtime = 400 },
        { employee = "Носов Иван Петрович", since = 2026-01-01, hour = 200, overtime = 300 }]
[[payroll.rules]]
since = 2026-10-01
night = { from = "23:00", surcharge = "50%" }
overtime = { threshold = 120 }
tiers = { "50" = 10, "99.5" = "20.50" }
"""
    )
    desk.write(text)
    found = compute(desk.folder / "config.toml", "2026-10", "2026-11-01")
    assert [str(pay.total) for pay in found.pays] == ["9900.00", "4700.00"]
    assert [(str(tier.from_percent), str(tier.per_visit)) for tier in found.rules.primary.tiers] == [
        ("50", "10"),
        ("99.5", "20.50"),
    ]


def test_tiers_of_the_directory_go_before_those_of_the_rules(desk: Desk) -> None:
    book = openpyxl.load_workbook(desk.folder / "pay" / "rates.xlsx")
    for row in (["От, %", "За визит"], [0, 0], [70, 500]):
        book["Доведение"].append(row) if "Доведение" in book else book.create_sheet("Доведение").append(row)
    book.save(desk.folder / "pay" / "rates.xlsx")
    bookings = patients("Котова Анна Ильинична", 5, 4, day="2026-10-06")
    pay = compute(desk.folder / "config.toml", "2026-10", "2026-11-01", bookings).pays[0]
    assert [str(line.amount) for line in pay.lines if line.count] == ["2000.00"]


def test_a_workbook_that_is_open_in_excel_is_no_second_one(desk: Desk) -> None:
    desk.write(PAYROLL.replace("pay/rates.xlsx", "pay/*rates.xlsx"))
    (desk.folder / "pay" / "~$rates.xlsx").write_bytes(b"locked by somebody")
    assert desk.say()[0] == 0


def test_where_branches_have_zones_a_row_without_a_branch_is_refused(desk: Desk) -> None:
    desk.write(PAYROLL + 'zones = { "Уфа" = "Asia/Yekaterinburg" }')
    code, _out, err = desk.say()
    assert code == 1
    assert "time_10.csv, ячейка A2: часовой пояс этого филиала не назван в payroll.zones" in err
    assert "cells that cannot be used: 7" in err


@pytest.mark.parametrize("month", ["2026-13", "october", "26-10"])
def test_a_month_that_is_none_is_refused(desk: Desk, month: str) -> None:
    code, _out, err = desk.say(month=month)
    assert (code, "is not a month" in err) == (2, True)


def test_namesakes_are_told_apart_by_their_codes(desk: Desk) -> None:
    rates = [["Код", *RATES[0]], *([code, *RATES[1]] for code in (7, 8))]
    plan = [["Код", "Дата", "Начало", "Окончание"], *([code, date(2026, 10, 1), "8:00", "20:00"] for code in (7, 8))]
    desk.write(rates=rates, plan=plan, time=["Код;Дата;Начало;Окончание", "7;01.10.2026;8:00;20:00"])
    code, _out, err = desk.say("explain", "--employee", "Котова Анна Ильинична")
    assert (code, "give the code of one" in err) == (2, True)
    assert desk.say("explain", "--employee", "7")[0] == 0


def test_the_configuration_and_the_directory_may_spell_somebody_differently(desk: Desk) -> None:
    job = 'employee = "КОТОВА Анна Ильинична", position = "Администратор"'
    desk.write(PAYROLL + f"rate = [{{ {job}, since = 2026-10-02, hour = 300, overtime = 400 }}]")
    found = compute(desk.folder / "config.toml", "2026-10", "2026-11-01")
    assert [str(line.price) for line in found.pays[0].lines] == ["250.00", "300.00", "350.00"]


@pytest.mark.parametrize("name", ["Котова", "анна котова", "Котова А. И.", "КОТОВА Анна Ильинична"])
def test_a_part_of_a_name_is_enough_where_it_can_be_only_one(desk: Desk, name: str) -> None:
    assert desk.say("explain", "--employee", name)[1].startswith("Котова Анна Ильинична: 8 775.00\n")
    rates = [RATES[0], RATES[1], ["Котова Анна Петровна", *RATES[1][1:]]]
    desk.write(rates=rates, plan=[*PLAN[:3], ["Котова Анна Петровна", *PLAN[3][1:]]], time=TIME[:4])
    code, out, err = desk.say("explain", "--employee", "Котова")
    assert (code, out, "several people of that name" in err) == (2, "", True)


def test_somebody_without_pay_cannot_be_explained(desk: Desk) -> None:
    code, _out, err = desk.say("explain", "--employee", "Кто-то")
    assert (code, "nobody of that name" in err) == (2, True)


def test_the_worked_month_comes_out_of_files_as_it_does_of_facts(desk: Desk) -> None:
    """May 2026 of the cases: a directory with codes, a list of shifts, worked time with an open day, absences."""
    every = worked_month().facts
    rates: list[Any] = [["Код", "Перерыв, мин", *RATES[0]]]
    for row in every.rates:
        job = [row.name, row.job.position, row.job.branch]
        rates.append([row.job.employee, row.break_minutes, *job, row.since, row.hour, row.overtime_hour])
    plan: list[Any] = [["Код", "Дата", "Начало", "Окончание"]]
    plan += [[one.job.employee, one.start.date(), f"{one.start:%H:%M}", f"{one.end:%H:%M}"] for one in every.shifts]
    ends = [f"{one.end:%H:%M}" if one.end else "" for one in every.clocks]
    time = [f"{one.job.employee};{one.start:%d.%m.%Y;%H:%M};{end}" for one, end in zip(every.clocks, ends, strict=True)]
    time.insert(0, "Код;Дата;Начало;Окончание")
    desk.write(PAYROLL + 'absences = "pay/absences.csv"', rates, plan, time)
    absent = [f"{one.employee};{one.first:%d.%m.%Y};{one.last:%d.%m.%Y};больничный" for one in every.absences]
    (desk.folder / "pay" / "absences.csv").write_text("\n".join(["Код;С;По;Вид", *absent]) + "\n", encoding="utf-8")
    found = compute(desk.folder / "config.toml", "2026-05", "2026-06-01T09:00", every.bookings)
    assert str(found.total) == "105422.33"
    assert [one.kind.value for one in found.questions] == ["unclosed_day"]


def test_remarks_are_said_in_the_language_of_the_terminal_and_in_russian_in_the_workbook(desk: Desk) -> None:
    late = [TIME[0], TIME[1].replace(";8:00;21:30", ";8:40;20:00"), TIME[2].replace("20:00", "20:05"), *TIME[3:]]
    desk.write(PAYROLL + 'absences = "pay/absences.csv"', time=late)
    absences = "Сотрудник;С;По;Вид\nКотова Анна Ильинична;12.10.2026;14.10.2026;больничный\n"
    (desk.folder / "pay" / "absences.csv").write_text(absences, encoding="utf-8")
    given = ("explain", "--employee", PLAN[2][0])
    assert [line for line in desk.say(*given)[1].splitlines() if line.startswith("·")] == [
        "· sick, 12.10.2026–14.10.2026",
        "· 01.10.2026: late, 40 min",
        "· 02.10.2026: overtime below the threshold, not paid, 5 min",
    ]
    russian = [
        "больничный, 12.10.2026–14.10.2026", "01.10.2026: опоздание, 40 мин",
        "02.10.2026: переработка меньше порога, не оплачена, 5 мин",
    ]  # fmt: skip
    said = desk.say(*given, lang="ru")[1]
    assert [line for line in said.splitlines() if line.startswith("·")] == [f"· {line}" for line in russian]
    assert "(ставка часа)" in said
    desk.say("--out", str(desk.folder / "book.xlsx"))
    sheet = openpyxl.load_workbook(desk.folder / "book.xlsx")["Замечания"]
    assert [row[1] for row in sheet.iter_rows(min_row=3, values_only=True) if row[0] == PLAN[2][0]] == russian


def test_every_remark_and_every_question_has_its_words_in_both_languages() -> None:
    root = Path(__file__).parents[2] / "dentsync" / "transform" / "pay"
    asked = {word for path in root.glob("*.py") for word in re.findall(r'remark\("(\w+)"', path.read_text("utf-8"))}
    assert asked >= {"late", "small_n"}
    assert {*asked, *KINDS_OF_ABSENCE, "absent"} == set(ENGLISH) == set(REMARKS)
    assert set(WHAT) == set(KINDS) == set(Kind)


@pytest.mark.parametrize(("width", "name"), [(80, "Котова Анна Ильинич…"), (120, "Котова Анна Ильинична")])
def test_a_terminal_shows_as_much_of_a_name_as_there_is_room_for(desk: Desk, width: int, name: str) -> None:
    from dentsync.show_payroll import explained_lines, payroll_lines

    found = compute(desk.folder / "config.toml", "2026-10", "2026-11-01")
    table = ["".join(part for part, _style in line) for line in payroll_lines(found, width)]
    assert table[2].startswith(f"{name} ")
    days = ["".join(part for part, _style in line) for line in explained_lines(found.pays[0], width)]
    assert max(map(len, [*table, *days])) <= width
    [first] = [number for number, line in enumerate(days) if line.startswith("  01.10  08:00")]
    assert days[first + 1].startswith("  02.10" if width == 120 else " " * 24 + "ячейка C2")
