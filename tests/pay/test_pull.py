"""``payroll pull`` over HTTP from the sandbox, and the month that comes out of what was pulled."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from dentsync.config import preset_text
from dentsync.runs.payroll import compute
from dentsync.sandbox.server import Running, running
from dentsync.transform.pay.payroll import Payroll
from tests.clinic import SPEED, Said

MOSCOW = ZoneInfo("Europe/Moscow")
RATES = 'rates = { list = 33, employee = "PROPERTY_951", since = "PROPERTY_953", hour = "PROPERTY_955", ' + (
    'overtime = "PROPERTY_957", break_minutes = "PROPERTY_959" }'
)
ALL = f'[payroll]\n[payroll.bitrix24]\ntime = true\nshifts = "Смена"\n{RATES}\n'
AFTER = "2026-11-01T09:00"


@dataclass
class House:
    """A clinic's folder, its portal and its command line."""

    folder: Path
    box: Running
    read: Callable[[], Any] = field(repr=False)

    def write(self, payroll: str) -> None:
        text = preset_text("helix-bitrix24").replace("[crm]", f"[crm]\nspeed = {SPEED}", 1)
        (self.folder / "config.toml").write_text(f"{text}\n{payroll}", encoding="utf-8")

    def say(self, *argv: str, month: str = "2026-10", now: str = AFTER, lang: str = "en") -> Said:
        from dentsync.cli import run

        self.read()
        config = str(self.folder / "config.toml")
        code = run(["--lang", lang, "payroll", *argv, "--month", month, "--now", now, "-c", config])
        captured = self.read()
        return Said(code, captured.out, captured.err)

    def pull(self, *argv: str, **more: str) -> Said:
        said = self.say("pull", *argv, **more)
        assert said.code == 0, said.all
        return said

    def month(self, now: str = AFTER) -> Payroll:
        return compute(self.folder / "config.toml", "2026-10", now)

    def questions(self, now: str = AFTER) -> list[str]:
        return [one.id for one in self.month(now).questions]

    def act(self, do: str, **more: Any) -> int:
        found: int = self.box.admin("POST", "act", {"do": do, **more})["id"]
        return found

    def settings(self, **switches: Any) -> None:
        self.box.admin("POST", "settings", switches)

    def planned(self, user: int, day: int, hours: str, **more: Any) -> None:
        start, end = _span(day, hours)
        self.act("plan", user=user, start=start, end=end, **more)

    def worked(self, user: int, day: int, hours: str, **more: Any) -> int:
        start, end = _span(day, hours)
        return self.act("clock", user=user, start=start, end=end, **more)

    def asked(self) -> dict[str, int]:
        found: dict[str, int] = self.box.admin("GET", "counters")["commands"]
        return found


def _span(day: int, hours: str) -> tuple[str, str]:
    """«8-20» of a day of October, «20-8» into the next; «20-» stays open."""
    first, last = hours.split("-")
    start = datetime(2026, 10, day, int(first), tzinfo=MOSCOW)
    if not last:
        return start.isoformat(), ""
    end = start.replace(hour=int(last)) + timedelta(days=int(int(last) <= int(first)))
    return start.isoformat(), end.isoformat()


@pytest.fixture(scope="module")
def _box() -> Iterator[Running]:
    with running(speed=SPEED) as box:
        yield box


@pytest.fixture
def house(_box: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> House:
    _box.admin("POST", "reset", {})
    _box.admin("DELETE", "faults")
    _box.admin("POST", "settings", {"now": "2026-11-01T09:00:00+03:00", "speed": SPEED})
    monkeypatch.setenv("DENTSYNC_WEBHOOK", _box.webhook)
    made = House(tmp_path, _box, capsys.readouterr)
    made.write(ALL)
    return made


def an_ordinary_month(house: House) -> None:
    """Котова by day, with recorded pauses; Носов over nights, also over both ends of the month; Ершова in Ufa."""
    for day in (1, 2, 5, 6):
        house.planned(501, day, "8-20")
    house.worked(501, 1, "8-21", breaks=3540)
    house.worked(501, 2, "8-20", breaks=3600)
    house.worked(501, 5, "8-20")
    house.worked(501, 6, "9-20", breaks=100)
    for day in (1, 10, 31):
        house.planned(502, day, "20-8")
        house.worked(502, day, "20-8")
    september = {"start": "2026-09-30T20:00:00+03:00", "end": "2026-10-01T08:00:00+03:00"}
    house.act("plan", user=502, **september)
    house.act("clock", user=502, **september)
    ufa = {"start": "2026-10-07T10:00:00+05:00", "end": "2026-10-07T18:00:00+05:00"}
    house.act("plan", user=503, zone="Asia/Yekaterinburg", **ufa)
    house.act("clock", user=503, **ufa)


FILES = """
[payroll]
rates = "rates.xlsx"
plan = "plan.csv"
time = "time.csv"
"""


def the_same_month_in_files(house: House) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Код", "Сотрудник", "С даты", "Ставка часа", "Стоимость переработки", "Перерыв, мин"],
        ["501", "Котова Анна Ильинична", "01.01.2026", 250, 350, None],
        ["502", "Носов Иван Петрович", "01.01.2026", 220, 300, None],
        ["503", "Ершова Дарья Павловна", "01.01.2026", "220,50", 300, 30],
    ):
        book.worksheets[0].append(row)
    book.save(house.folder / "rates.xlsx")
    plan = [(501, "01.10", "8:00", "20:00"), (501, "02.10", "8:00", "20:00"), (501, "05.10", "8:00", "20:00")]
    plan += [(501, "06.10", "8:00", "20:00"), (503, "07.10", "8:00", "16:00")]
    plan += [(502, day, "20:00", "8:00") for day in ("30.09", "01.10", "10.10", "31.10")]
    pauses = {(501, "01.10"): 59, (501, "02.10"): 60, (501, "06.10"): 1}
    other = {(501, "01.10"): ("8:00", "21:00"), (501, "06.10"): ("9:00", "20:00")}
    header = "Код;Дата;Начало;Окончание"
    shifts = [f"{who};{day}.2026;{start};{end}" for who, day, start, end in plan]
    time = []
    for who, day, *hours in plan:
        start, end = other.get((who, day), hours)
        time.append(f"{who};{day}.2026;{start};{end};{pauses.get((who, day), '')}")
    (house.folder / "plan.csv").write_text("\n".join([header, *shifts, ""]), encoding="utf-8")
    (house.folder / "time.csv").write_text("\n".join([f"{header};Перерыв", *time, ""]), encoding="utf-8")
    house.write(FILES)


def totals(found: Payroll) -> dict[str, Decimal | None]:
    return {pay.employee: pay.total for pay in found.pays}


MONTH = {"501": Decimal("11351.66"), "502": Decimal("8976.00"), "503": Decimal("1653.75")}


# ── the same month ──


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"time_numbers": "string"},
        {"time_duration": "gross"},
        {"rest_v3": False},
        {"rest_v3": False, "time_numbers": "string"},
    ],
)
def test_a_month_of_the_portal_equals_the_same_month_in_files_to_the_kopeck(
    house: House, switches: dict[str, Any]
) -> None:
    an_ordinary_month(house)
    house.settings(**switches)
    house.pull()
    pulled = house.month()
    the_same_month_in_files(house)
    filed = house.month()
    assert totals(pulled) == totals(filed) == MONTH
    assert [pay.name for pay in pulled.pays] == [pay.name for pay in filed.pays]
    assert [[line.amount for line in pay.lines] for pay in pulled.pays] == [
        [line.amount for line in pay.lines] for pay in filed.pays
    ]
    assert pulled.questions == filed.questions == ()


def test_an_amount_leads_back_to_the_records_of_the_portal(house: House) -> None:
    an_ordinary_month(house)
    house.pull()
    said = house.say("explain", "--employee", "502")
    assert "Битрикс24, список 33, элемент 2, «Ставка часа»" in said.out
    assert "Битрикс24, событие 5; Битрикс24, запись 5" in said.out
    house.settings(rest_v3=False)
    house.pull()
    assert "Битрикс24, отчёт сотрудника 502 за 31.10.2026" in house.say("explain", "--employee", "502").out


def test_one_request_an_employee_and_otherwise_as_few_as_there_are_methods(house: House) -> None:
    an_ordinary_month(house)
    said = house.pull()
    assert said.out.splitlines() == [
        "2026-10: version 1; requests 7",
        "  people: 3",
        "  rate directory: 3",
        "  worked time: 3",
        "  planned shifts: 3",
    ]
    assert house.asked()["timeman.record.list"] == 3
    found = json.loads(house.pull("--json").out)
    assert (found["month"], found["version"], found["changed"], found["unknown"]) == ("2026-10-01", 1, {}, [])
    house.settings(rest_v3=False)
    assert house.pull().out.splitlines()[0] == "2026-10: version 2; requests 9"  # one refused, settings, three months


# ── what the portal does not tell ──


def test_whose_time_is_refused_is_asked_about_and_the_others_are_paid(house: House) -> None:
    an_ordinary_month(house)
    house.settings(time_hidden=[502])
    said = house.say("pull")
    denied = "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION"
    assert (said.code, f"? not known: employee 502: {denied}" in said.out) == (4, True)
    assert house.questions() == [f"not_known:502:{denied}"]
    assert totals(house.month()) == {**MONTH, "502": Decimal(0)}
    shown = house.say()
    assert (shown.code, "worked time that the portal does not tell" in shown.out) == (4, True)


def test_whose_time_is_not_known_may_be_paid_as_planned(house: House) -> None:
    from dentsync.transform.pay.facts import Decision

    an_ordinary_month(house)
    house.settings(time_hidden=[502])
    house.say("pull")
    (question,) = house.questions()
    path = house.folder / "config.toml"
    found = compute(path, "2026-10", AFTER, decisions=[Decision(question, "as_planned")])
    assert (totals(found), found.questions) == (MONTH, ())
    found = compute(path, "2026-10", AFTER, decisions=[Decision(question, "nothing")])
    assert (totals(found)["502"], found.questions) == (Decimal(0), ())


def test_time_that_a_file_tells_is_paid_though_the_portal_refuses_it(house: House) -> None:
    house.planned(501, 1, "8-20")
    house.write(ALL.replace("[payroll]\n", '[payroll]\ntime = "time.csv"\n', 1))
    (house.folder / "time.csv").write_text("Код;Дата;Начало;Окончание\n501;01.10.2026;8:00;20:00\n", encoding="utf-8")
    house.settings(time_hidden=[501])
    house.say("pull")
    assert totals(house.month())["501"] == Decimal("2750.00")


@pytest.mark.parametrize("denied", [[], [502]])
def test_an_empty_report_is_never_taken_for_did_not_work(house: House, denied: list[int]) -> None:
    an_ordinary_month(house)
    house.settings(rest_v3=False, timecontrol=False, time_hidden=denied)
    assert house.say("pull").code == 4
    assert house.questions() == [f"not_known:{user}:feature_off" for user in (501, 502, 503)]
    assert not any(house.month().pay(user).total for user in ("501", "502", "503"))


def test_no_days_of_one_employee_where_the_feature_is_on_are_asked_about_too(house: House) -> None:
    house.planned(501, 1, "8-20")
    house.worked(501, 1, "8-20")
    house.planned(502, 1, "8-20")
    house.settings(rest_v3=False)
    house.say("pull")
    assert house.questions() == ["not_known:502:no_days", "not_known:503:no_days"]


def test_who_pressed_no_button_in_a_shift_is_asked_about(house: House) -> None:
    house.planned(501, 1, "8-20")
    house.pull()
    assert house.questions() == ["no_clock:501:2026-10-01:08:00-20:00"]


@pytest.mark.parametrize("switches", [{}, {"time_open_end": "absent"}, {"time_open_end": "empty"}, {"rest_v3": False}])
def test_an_open_night_shift_is_a_day_that_was_not_closed(house: House, switches: dict[str, Any]) -> None:
    """The button cannot be pressed after midnight: the older report would end it at the moment it is made."""
    house.planned(502, 10, "20-8")
    house.worked(502, 10, "20-")
    house.worked(501, 9, "8-9")
    house.worked(503, 9, "8-9")
    house.settings(**switches)
    house.pull()
    assert "unclosed_day:502:2026-10-10:20:00" in house.questions()
    assert house.month().pay("502").minutes() == 12 * 60  # to the end of the shift, no automatic break by night


def test_time_that_waits_for_the_heads_confirmation_is_paid_and_asked_about(house: House) -> None:
    house.planned(501, 1, "8-20")
    house.worked(501, 1, "8-20", approved=False)
    house.pull()
    assert house.questions() == ["unapproved:501:2026-10-01:08:00"]
    assert house.month().pay("501").total == Decimal("2750.00")


def test_a_private_shift_is_hidden_and_its_work_is_asked_about(house: House) -> None:
    house.planned(501, 1, "8-20", private=True)
    house.worked(501, 1, "8-20")
    house.pull()
    assert house.questions() == ["unscheduled_work:501:2026-10-01:08:00-20:00"]


@pytest.mark.parametrize(
    ("more", "why"), [({"rule": {"FREQ": "WEEKLY"}}, "repeating"), ({"whole_day": True}, "whole_day")]
)
def test_an_event_whose_hours_are_not_sure_makes_the_plan_unknown(house: House, more: dict[str, Any], why: str) -> None:
    house.planned(501, 1, "8-20", **more)
    assert house.say("pull").code == 4
    assert house.questions() == [f"plan_not_known:501:{why}"]


def test_other_events_are_no_shifts(house: House) -> None:
    house.planned(501, 1, "8-20", name="Планёрка")
    house.planned(501, 2, "8-20", name="СМЕНА, Северный")
    house.pull()
    assert house.questions() == ["no_clock:501:2026-10-02:08:00-20:00"]


# ── versions ──


def test_a_later_pull_of_a_past_month_stands_beside_the_earlier_one(house: House) -> None:
    an_ordinary_month(house)
    house.pull()
    house.pull(now="2026-11-02T09:00")
    assert house.pull(now="2026-11-03T09:00").out.startswith("2026-10: version 1;")
    house.act("correct_clock", record=1, end="2026-10-01T20:00:00+03:00")
    said = house.pull(now="2026-11-04T09:00")
    assert said.out.startswith("2026-10: version 2;")
    assert "changed since the version before: worked time, 1" in said.out
    assert "the month is over: version 2 counts now" in said.out
    with closing(sqlite3.connect(house.folder / "state" / "dentsync.db")) as db:
        rows = db.execute("SELECT version, pulled_at, answers FROM pay_pulls ORDER BY version").fetchall()
    assert [(row[0], row[1][:10]) for row in rows] == [(1, "2026-11-03"), (2, "2026-11-04")]
    assert '"endTime":"2026-10-01T21:00:00+03:00"' in rows[0][2]
    assert '"endTime":"2026-10-01T20:00:00+03:00"' in rows[1][2]
    assert totals(house.month())["501"] == Decimal("10995.83")  # 61 minutes of overtime less


def test_an_older_report_that_says_the_same_is_no_new_version(house: House) -> None:
    an_ordinary_month(house)
    house.settings(rest_v3=False)
    house.pull()
    house.settings(advance=3600)
    assert house.pull(now="2026-11-02T09:00").out.startswith("2026-10: version 1;")


def test_answers_are_kept_as_they_came(house: House) -> None:
    house.worked(501, 1, "8-20", breaks=3540)
    house.settings(time_numbers="string")
    house.pull()
    with closing(sqlite3.connect(house.folder / "state" / "dentsync.db")) as db:
        answers = json.loads(db.execute("SELECT answers FROM pay_pulls").fetchone()[0])
    kept = next(one for one in answers if one["method"] == "timeman.record.list" and one["about"] == "501")
    assert kept["body"]["items"][0] == {
        "id": "1", "userId": "501", "startTime": "2026-10-01T08:00:00+03:00", "endTime": "2026-10-01T20:00:00+03:00",
        "duration": "39660", "breakLength": "3540", "state": "CLOSED", "isApproved": True,
    }  # fmt: skip


def test_of_employees_calendars_and_of_colleagues_only_what_pay_needs_is_kept(house: House) -> None:
    house.planned(501, 1, "8-20")
    house.planned(501, 2, "8-20", name="К врачу")
    house.pull()
    with closing(sqlite3.connect(house.folder / "state" / "dentsync.db")) as db:
        answers = db.execute("SELECT answers FROM pay_pulls").fetchone()[0]
    assert "Котова" in answers
    assert [word for word in ("врач", "Сотникова", "Лунин") if word in answers] == []


def test_a_month_that_was_not_pulled_or_too_soon_is_not_computed(house: House) -> None:
    said = house.say()
    assert (said.code, "nothing was pulled of 2026-10" in said.err) == (2, True)
    house.pull(now="2026-10-20T09:00")
    said = house.say()
    assert (said.code, "2026-10 was pulled before its end" in said.err) == (2, True)


def test_a_running_month_is_computed_up_to_its_pull(house: House) -> None:
    for day in (1, 20, 21):
        house.planned(501, day, "8-20")
    house.worked(501, 1, "8-20")
    house.settings(now="2026-10-20T07:00:00+03:00")
    house.pull(now="2026-10-20T07:00")
    assert house.questions(now="2026-10-20T21:00") == []


def test_overtime_of_a_period_needs_each_of_its_months_from_its_own_pull(house: House) -> None:
    rules = '[[payroll.rules]]\nsince = 2026-01-01\novertime = { basis = "period", months = 2 }\n'
    house.write(ALL + rules)
    night = {"start": "2026-09-30T20:00:00+03:00", "end": "2026-10-01T08:00:00+03:00"}
    house.act("plan", user=502, **night)
    record = house.act("clock", user=502, **{**night, "end": ""})
    house.pull()
    said = house.say()
    assert (said.code, "nothing was pulled of 2026-09" in said.err) == (2, True)
    house.act("correct_clock", record=record, end=night["end"])
    house.pull(month="2026-09")
    assert house.questions() == []
    assert house.month().pay("502").minutes() == 8 * 60


# ── people and rates ──


def test_the_dismissed_are_paid_and_strangers_of_the_directory_are_named(house: House) -> None:
    house.act("enter", list=33, values={"951": "504", "953": "01.01.2026", "955": "200|RUB"})
    house.write(ALL + '[[payroll.rate]]\nemployee = "Гость"\nid = "77"\nsince = 2026-01-01\nhour = 100\n')
    house.planned(504, 1, "8-12")
    house.worked(504, 1, "8-12")
    assert "no user of the portal has these codes of the directory: 77" in house.pull().out
    assert totals(house.month()) == {"504": Decimal("800.00")}


def test_somebody_of_a_department_who_has_no_rate_is_asked_about(house: House) -> None:
    house.write(ALL.replace("time = true", "time = true\ndepartments = [3]"))
    house.worked(504, 1, "8-12")
    house.pull()
    assert house.questions() == ["unknown_employee:504"]


def test_lists_and_records_of_more_than_a_page_are_read_to_the_end(house: House) -> None:
    for day in range(1, 53):
        since = datetime(2026, 1, 1) + timedelta(days=day)
        house.act("enter", list=33, values={"951": "501", "953": f"{since:%d.%m.%Y}", "955": "300|RUB"})
    for number in range(51):
        start = datetime(2026, 10, 1, 8, tzinfo=MOSCOW) + timedelta(minutes=2 * number)
        house.act("clock", user=501, start=start.isoformat(), end=(start + timedelta(minutes=1)).isoformat())
    house.act("plan", user=501, start="2026-10-01T08:00+03:00", end="2026-10-01T11:00+03:00")
    assert "rate directory: 55" in house.pull().out
    assert house.month().pay("501").minutes() == 51


def test_a_rate_that_cannot_be_used_is_named_by_its_element(house: House) -> None:
    house.act("amend", element=1, values={"955": "много"})
    house.act("amend", element=2, values={"957": "5|USD"})
    house.act("enter", list=33, values={"951": "503", "953": "01.01.2026", "955": "1|RUB"})
    house.pull()
    said = house.say()
    assert said.code == 1
    assert said.err.removeprefix("dentsync: ").splitlines() == [
        "Битрикс24, список 33, элемент 1, «Ставка часа»: не похоже на сумму: ожидается число вида 1 234,50",
        "Битрикс24, список 33, элемент 2, «Стоимость переработки»: не похоже на сумму: ожидается число вида 1 234,50",
        "Битрикс24, список 33, элемент 4, «Ставка часа»: вторая строка того же сотрудника на ту же дату (первая: "
        "Битрикс24, список 33, элемент 3, «Ставка часа»)",
        "cells that cannot be used: 3; nothing was computed",
    ]


def test_a_rate_of_a_list_may_end(house: House) -> None:
    """The list has no column for it of its own; the one of the price of overtime stands in for it."""
    house.planned(501, 1, "8-20")
    house.planned(501, 5, "8-20")
    house.write(ALL.replace('overtime = "PROPERTY_957"', 'until = "PROPERTY_957"'))
    for element in (1, 2, 3):
        house.act("amend", element=element, values={"957": "03.10.2026"})
    house.worked(501, 1, "8-20")
    house.worked(501, 5, "8-20")
    house.pull()
    assert [one.split(":")[0] for one in house.questions() if ":501" in one] == ["no_rate"]


# ── the door ──


def test_a_webhook_without_a_scope_is_told_which_one(house: House) -> None:
    house.settings(webhooks=[{"secret": "h3l1xsandboxhook", "scopes": ["user", "lists"]}])
    said = house.say("pull")
    assert (said.code, "the webhook has no access to calendar, timeman" in said.err) == (2, True)


def test_the_webhook_of_pay_may_be_another_one_and_is_never_shown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.write(ALL.replace("time = true", 'time = true\nwebhook = "env:PAY_WEBHOOK"'))
    house.settings(webhooks=[{"secret": "hrsecrethook", "scopes": ["user", "lists", "calendar", "timeman"]}])
    monkeypatch.setenv("PAY_WEBHOOK", f"{house.box.url}/rest/1/hrsecrethook/")
    assert "hrsecrethook" not in house.pull().all
    monkeypatch.setenv("PAY_WEBHOOK", f"{house.box.url}/rest/1/wrongsecret/")
    said = house.say("pull")
    assert (said.code, "wrongsecret" in said.all) == (1, False)
    assert "refuses the webhook" in said.err


@pytest.mark.parametrize(
    "what", ["drop_after", "http_500", "query_limit", "html_200", "truncated_json", "redirect_302"]
)
def test_a_request_that_fails_is_asked_again(house: House, what: str) -> None:
    an_ordinary_month(house)
    house.box.admin("POST", "faults", {"what": what, "match": "timeman.record.list", "nth": 2, "times": 1})
    house.pull()
    assert totals(house.month()) == MONTH


def test_a_pull_that_breaks_off_keeps_nothing(house: House) -> None:
    house.box.admin("POST", "faults", {"what": "html_200", "match": "calendar.event.get", "nth": 1, "times": 99})
    said = house.say("pull")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "nothing was pulled" in house.say().err
    house.box.admin("DELETE", "faults")
    house.settings(time_hidden=[])
    house.write(ALL.replace("list = 33", "list = 34"))
    said = house.say("pull")
    assert (said.code, "Bitrix24 refused lists.element.get: ERROR_IBLOCK_NOT_FOUND" in said.err) == (1, True)


@pytest.mark.parametrize(
    ("payroll", "expected"),
    [
        ("[payroll]\n", "there is no [payroll.bitrix24]"),
        ("[payroll]\n[payroll.bitrix24]\ntimes = true\n", "unknown key 'times' (did you mean 'time'?)"),
        ("[payroll]\n[payroll.bitrix24]\ntime = true\n", "no code in the rate directory is the id of a user"),
        ('[payroll]\n[payroll.bitrix24]\nwebhook = "https://x/rest/1/y/"\n', 'must be "env:NAME" or "file:PATH"'),
    ],
)
def test_a_mistake_in_the_configuration_is_one_line(house: House, payroll: str, expected: str) -> None:
    house.write(payroll)
    said = house.say("pull")
    assert (said.code, expected in said.err, said.err.count("\n")) == (2, True, 1)
