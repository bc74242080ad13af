"""One store, two CRMs: the same files by two configurations, each CRM hears everything, once, in whatever order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dentsync.runs.alerting import address_of
from dentsync.runs.telling import Telling
from dentsync.sandbox.server import Running, running
from dentsync.store import Store
from tests.account import SPEED, AmoClinic
from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic
from tests.faults.day import MARIA_WAITS, WAITING
from tests.faults.sides import amocrm_config

NEXT = "2026-10-05T17:00"
OLGA = "Сомова Ольга Павловна;8(916)555-01-06;06.10.2026 11:30:00;Орлова;"
IVANS_VISIT = "Котов Иван Петрович;8 (473) 255-01-02;06.10.2026 10:00:00;Петров;"
BOOKED, CONFIRMED, CANCELLED = "Записан", "Подтвержден", "Отменен"
SAME = {
    ("Первичные пациенты", "Записан на прием", None): ("Оповещение о визите", "Записан"),
    ("Первичные пациенты", "Посетил", None): ("Оповещение о визите", "Запись подтверждена"),
    ("Первичные пациенты", "Закрыто и не реализовано", "Отменил запись"): ("Оповещение о визите", "Запись отменена"),
}
"""Where a lead stands in the account -> where the same deal stands in the portal."""


@dataclass
class Two:
    """A clinic with both: ``bitrix24`` by ``config.toml``, ``amocrm`` by ``amocrm.toml``."""

    bitrix24: Clinic
    amocrm: AmoClinic

    def in_order(self, order: str) -> Iterator[Clinic]:
        yield from ({"b": self.bitrix24, "a": self.amocrm}[letter] for letter in order)

    def boards(self) -> tuple[Any, Any]:
        """Both in the portal's words: names with phones and cards, deals with their place and whose they are."""
        portal, account = self.bitrix24, self.amocrm
        cards = {
            one["id"]: (f"{one['name']} {one['lastName']}", one.get("UF_CRM_CARD_NUMBER")) for one in portal.contacts()
        }
        leads = {one["id"]: (one["name"], one.get("Номер медкарты")) for one in account.contacts()}
        return (
            (
                sorted((*cards[one["id"]], *sorted(one["phones"])) for one in portal.contacts()),
                sorted(
                    (d["title"], (d["pipeline"], d["stage"]), [cards[n] for n in d["contacts"]]) for d in portal.deals()
                ),
            ),
            (
                sorted((*leads[one["id"]], *sorted(one["phones"])) for one in account.contacts()),
                sorted(
                    (d["name"], SAME[d["pipeline"], d["status"], d["loss_reason"]], [leads[n] for n in d["contacts"]])
                    for d in account.deals()
                ),
            ),
        )  # fmt: skip

    def agree(self) -> None:
        portal, account = self.boards()
        assert portal == account


@pytest.fixture(scope="module")
def account() -> Iterator[Running]:
    with running(crm="amocrm", speed=SPEED) as box:
        yield box


@pytest.fixture
def two(clinic: Clinic, account: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    account.admin("POST", "reset", {})
    account.admin("POST", "settings", {"speed": SPEED})
    monkeypatch.setenv("DENTSYNC_TOKEN", account.doors[0].keys["token"])
    other = AmoClinic(clinic.folder, account, clinic.read, config="amocrm.toml")
    (clinic.folder / other.config).write_text(amocrm_config(account.doors[0].url, SPEED), encoding="utf-8")
    clinic.configure("settle_seconds = 10", "settle_seconds = 0")
    assert other.say("setup").code == 0
    yield Two(clinic, other)
    account.admin("DELETE", "faults")


def first_day(two: Two) -> None:
    two.bitrix24.patients(ANNA, IVAN)
    two.bitrix24.reminders(ANNAS_VISIT + BOOKED, OLGA + BOOKED)


def second_day(two: Two) -> None:
    anna = ANNA.replace("555-01-01", "555-01-11").replace("VIP", "Активный")
    two.bitrix24.patients(anna, IVAN, name="patients_2.csv", at=NEXT)
    rows = (ANNAS_VISIT + CONFIRMED, OLGA + CANCELLED, IVANS_VISIT + BOOKED)
    two.bitrix24.reminders(*rows, name="reminders_2.csv", at=NEXT)


@pytest.mark.parametrize("order", ["ba", "ab", "bbaa", "aabb"])
def test_the_same_days_are_in_both_and_are_sent_once(two: Two, order: str) -> None:
    first_day(two)
    for crm in two.in_order(order):
        assert crm.sync()["exit_code"] == 0
    two.agree()
    second_day(two)
    for crm in two.in_order(order[::-1]):
        assert crm.sync(now=NEXT)["exit_code"] == 0
    two.agree()
    for crm in two.in_order("abba"):
        quiet = crm.sync(now=NEXT)
        assert (quiet["requests"], quiet["plan"]) == (0, None), "nobody even looks for work"
    (contacts, deals), _account = two.boards()
    assert (len(contacts), len(deals)) == (3, 3)


def test_what_one_reads_in_the_morning_and_the_other_at_noon_is_carried_by_both(two: Two) -> None:
    first_day(two)
    two.bitrix24.sync()
    second_day(two)
    read = {file["feed"]: file["fresh"] for file in two.amocrm.sync(now=NEXT)["files"]}
    assert read == {"patients": 1, "reminders": 3}, "one patient has changed since the other read them"
    two.bitrix24.sync(now=NEXT)
    two.agree()


def test_a_feed_that_only_one_of_them_has_is_none_of_the_others_business(two: Two) -> None:
    config = two.amocrm.folder / two.amocrm.config
    text = config.read_text("utf-8")
    for table in (r"\[feeds\.waiting\].*?\n\n", r"\[routes\.waiting\].*?\n\n"):
        text = re.sub(table, "", text, flags=re.DOTALL)
    config.write_text(text, encoding="utf-8")
    two.bitrix24.drop("waiting_1.csv", MARIA_WAITS + "Ожидает", header=WAITING)
    assert two.bitrix24.sync()["operations"] == 2
    assert two.amocrm.sync()["operations"] == 0
    assert [crm.sync()["plan"] for crm in two.in_order("ab")] == [None, None]


def test_a_crm_that_is_down_hears_later_what_the_other_has_long_heard(two: Two) -> None:
    first_day(two)
    two.bitrix24.fault("portal_off_html_404", times=0)
    assert two.bitrix24.sync()["exit_code"] == 1
    assert two.amocrm.sync()["exit_code"] == 0
    second_day(two)
    two.amocrm.sync(now=NEXT)
    two.bitrix24.box.admin("DELETE", "faults")
    assert two.bitrix24.sync(now=NEXT)["exit_code"] == 0
    two.agree()


def test_what_waits_in_one_does_not_wait_in_the_other(two: Two) -> None:
    for _time in range(2):
        two.amocrm.act("create_contact", name="Анна Соколова", phones=["8 (916) 555-01-01"])
    two.amocrm.box.admin("POST", "settings", {"advance": 60})
    two.bitrix24.patients(ANNA, IVAN)
    assert two.amocrm.sync()["exit_code"] == 4
    assert two.bitrix24.sync()["exit_code"] == 0
    assert "held: patient" in two.amocrm.say("status").out
    assert "held: patient" not in two.bitrix24.say("status").out
    assert "run 1: sync (amocrm) at" in two.bitrix24.say("status").out
    assert "run 1: sync at" in two.amocrm.say("status").out
    assert "in bitrix24: contacts 2, deals 0; rows with news 0" in two.bitrix24.say("status").out
    assert "in amocrm: contacts 1, deals 0; rows with news 1" in two.amocrm.say("status").out
    numbers = [crm.contacts()[-1]["id"] for crm in (two.bitrix24, two.amocrm)]
    for crm, number in zip((two.bitrix24, two.amocrm), numbers, strict=True):
        assert str(number) in crm.say("whois", "8 473 255-01-02", "--json").out


def test_the_clock_wakes_a_row_for_both(two: Two) -> None:
    first_day(two)
    later = "2026-10-06T10:00"
    for crm in two.in_order("ba"):
        crm.sync()
    for crm in two.in_order("ab"):
        assert crm.sync(now=later)["operations"] == 1
    assert "UF_CRM_NEXT_VISIT" not in str([one for one in two.bitrix24.contacts() if one["lastName"] == "Соколова"])
    [anna] = [one for one in two.amocrm.contacts() if one["name"] == "Анна Соколова"]
    assert "Дата и время будущего ближайшего приема" not in anna
    for crm in two.in_order("ba"):
        assert crm.sync(now=later)["plan"] is None


def test_a_visit_that_turns_out_to_be_somebody_elses_leaves_its_old_contact_in_both(two: Two) -> None:
    """The name was misspelt, so there are two contacts; only one of them is left with the visit."""
    two.bitrix24.patients(ANNA)
    two.bitrix24.reminders(ANNAS_VISIT.replace("СОКОЛОВА анна", "СОКОЛОВА инна") + BOOKED)
    for crm in two.in_order("ba"):
        crm.sync()
    two.bitrix24.reminders(ANNAS_VISIT + BOOKED, name="reminders_2.csv", at=NEXT)
    for crm in two.in_order("ba"):
        assert crm.sync(now=NEXT)["exit_code"] == 0
    two.agree()
    portal = {one["name"]: one.get("UF_CRM_NEXT_VISIT") for one in two.bitrix24.contacts()}
    account = {
        one["name"].split()[0]: one.get("Дата и время будущего ближайшего приема") for one in two.amocrm.contacts()
    }
    assert {name: bool(value) for name, value in portal.items()} == {"Анна": True, "Инна": False}
    assert {name: bool(value) for name, value in account.items()} == {"Анна": True, "Инна": False}


def test_a_plan_is_for_one_of_them_and_the_others_runs_do_not_spoil_it(two: Two) -> None:
    first_day(two)
    assert two.bitrix24.say("extract").code == 0
    plan = str(two.bitrix24.folder / "plan.json")
    assert two.bitrix24.say("diff", "--out", plan).code == 0
    refused = two.amocrm.say("push", plan)
    assert refused.code == 5
    assert "is for bitrix24" in refused.err
    assert two.amocrm.sync()["exit_code"] == 0
    assert two.bitrix24.say("push", plan).code == 0
    two.agree()


def test_what_a_person_lets_through_is_let_through_in_one_of_them(tmp_path: Path) -> None:
    with Store(tmp_path / "dentsync.db") as store:
        store.ledger.approve("bitrix24", {"1f0c", "9a3e"})
        assert (store.ledger.approved("bitrix24"), store.ledger.approved("amocrm")) == ({"1f0c", "9a3e"}, frozenset())


def test_after_a_restore_neither_is_given_anything_twice_and_both_are_put_right(two: Two) -> None:
    """The copy knows the first day only, and what was left in both since is lost."""
    first_day(two)
    for crm in two.in_order("ba"):
        crm.sync()
    copy = str(two.bitrix24.folder / "copy.db")
    assert two.bitrix24.say("state", "backup", copy, now="").code == 0
    second_day(two)
    for crm in two.in_order("ab"):
        crm.sync(now=NEXT)
    said = two.bitrix24.say("state", "restore", copy, "--as-was", now="")
    assert said.code == 0, said.err
    for crm in two.in_order("abab"):
        assert crm.sync(now=NEXT)["exit_code"] == 0
    two.agree()
    assert two.bitrix24.counters()["duplicates"] == {"contact": 0, "deal": 0}
    assert two.amocrm.counters()["duplicates"] == {"contacts": 0, "leads": 0}
    [anna] = [one for one in two.amocrm.contacts() if one["name"] == "Анна Соколова"]
    assert anna["Статус пациента"] == "Активный"


def test_an_alert_of_one_is_not_taken_back_by_a_good_run_of_the_other() -> None:
    lines = []
    for config in ("config.toml", "amocrm.toml"):
        telling = Telling()
        telling.begin("sync", (), Path(config), None, None)
        lines.append(telling.line)
    assert lines == ["sync", "sync -c amocrm.toml"]
    assert [address_of("https://checks.example/{line}", line, 0) for line in lines] == [
        "https://checks.example/sync",
        "https://checks.example/sync-amocrm.toml",
    ]
