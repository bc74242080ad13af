"""Bookings out of the exports that the state store keeps: whose they are, of which day, and which count."""

import json
from datetime import date, datetime
from typing import Any

import pytest

from dentsync.model import Entity, Origin, Record, Status
from dentsync.store import Store
from dentsync.transform.pay.journals import Entry, Journals, bookings_of, entry_of
from tests.pay.build import ZONE
from tests.pay.test_command import PAYROLL, TIME, Desk, desk

__all__ = ["desk"]
PRIMARY = "Номер карты;Ф.И.О.;Телефон;Дата записи;Дата и время приёма;Результат;Администратор;Причина отмены"
VISITS = "Код записи;Номер карты;Ф.И.О.;Телефон;Дата и время приёма;Статус;Администратор"
KOTOVA, NOSOV = "Котова Анна Ильинична", "Носов Иван Петрович"


def entry(patient: str = "1", status: Status = Status.COMPLETED, day: str | None = "2026-10-06", **given: Any) -> Entry:
    booked = datetime.fromisoformat(given.pop("booked", "2026-10-01T10:00")).replace(tzinfo=ZONE)
    on = date.fromisoformat(day) if day else None
    return Entry(f"patient/main/{patient}", status, given.pop("author", "E1"), on, booked, **given)


def seen(known: Journals, gap: int | None = 6) -> list[tuple[str, str, str, str]]:
    return [(one.journal, one.patient, str(one.visit_on), one.status.value) for one in bookings_of(known, gap)]


def test_a_journal_that_names_no_day_speaks_of_the_next_visit_after_the_booking() -> None:
    journal = entry(status=Status.BOOKED, day=None)
    before, after = entry(day="2026-09-30"), entry(day="2026-10-20")
    later = entry(day="2026-11-20")
    assert seen(Journals((journal,), visits=(before, later, after))) == [
        ("primary", "1", "2026-10-20", "completed"),
    ]


def test_a_journal_that_names_no_day_of_a_patient_without_a_visit_counts_on_the_day_of_booking() -> None:
    assert seen(Journals((entry(status=Status.NO_SHOW, day=None),))) == [("primary", "1", "2026-10-01", "no_show")]


def test_the_visit_knows_the_result_that_the_journal_does_not() -> None:
    known = Journals((), waitlist=(entry(status=Status.BOOKED),), visits=(entry(),))
    assert seen(known) == [("waitlist", "1", "2026-10-06", "completed")]
    elsewhere = Journals((), waitlist=(entry(status=Status.BOOKED),), visits=(entry("2"),))
    assert seen(elsewhere) == [("waitlist", "1", "2026-10-06", "booked")]
    said = Journals((), waitlist=(entry(status=Status.NO_SHOW),), visits=(entry(),))
    assert seen(said) == [("waitlist", "1", "2026-10-06", "no_show")]


@pytest.mark.parametrize(
    ("came", "gap", "is_primary"),
    [("2026-04-06", 6, True), ("2026-04-07", 6, False), ("2020-01-01", None, False), ("2026-10-06", 6, True)],
)
def test_without_a_journal_a_visit_is_primary_by_the_patients_history(
    came: str, gap: int | None, is_primary: bool
) -> None:
    history = {"patient/main/1": frozenset({date.fromisoformat(came)})}
    found = bookings_of(Journals(None, visits=(entry(),), past=history), gap)
    assert bool(found) is is_primary


def test_a_second_visit_of_the_month_is_not_primary_any_more() -> None:
    known = Journals(None, visits=(entry(), entry(day="2026-10-20")))
    assert [day for _journal, _card, day, _status in seen(known)] == ["2026-10-06"]


def test_equal_cards_of_two_branches_are_two_patients() -> None:
    other = Entry("patient/north/1", Status.COMPLETED, "E1", date(2026, 10, 6), None)
    assert [one.patient for one in bookings_of(Journals((entry(), other)), 6)] == ["main/1", "north/1"]


@pytest.mark.parametrize(
    ("status", "words", "excluded"),
    [
        (Status.CANCELLED, "Отменён клиникой", True),
        (Status.CANCELLED, "Отменён дубль записи", True),
        (Status.CANCELLED, "Отменён пациентом", False),
        (Status.ARRIVED, "Пациент в клинике", False),
    ],
)
def test_what_the_clinic_cancelled_is_in_no_count(status: Status, words: str, excluded: bool) -> None:
    values = {"status": status, "start_at": datetime(2026, 10, 6, 9, tzinfo=ZONE), "operator": "E1"}
    record = Record(Entity.APPOINTMENT, "primary", "k", Origin("f.csv", "0" * 12, 2), values)
    made = entry_of(record, "patient/main/1", words, ("клиник", "тест", "дубл"))
    assert made is not None
    assert bool(made.excluded) is excluded


def test_who_waits_without_a_booking_is_no_booking() -> None:
    record = Record(Entity.APPOINTMENT, "waiting", "k", Origin("f.csv", "0" * 12, 2), {"status": Status.WAITING})
    assert entry_of(record, "patient/main/1", "Ожидает", ()) is None


# ── from files to money ───────────────────────────────────────────────────────────────────────


def journal_row(card: int, result: str, author: str = KOTOVA, reason: str = "", day: str = "06.10.2026 9:00") -> str:
    return f"{card};Соколова Анна Викторовна;8916555{card:04};01.10.2026 10:{card:02};{day};{result};{author};{reason}"


def fill(desk: Desk) -> None:
    """Five of whom four came, one cancelled by the clinic, one of November."""
    rows = [journal_row(card, "Визит состоялся") for card in range(1, 4)]
    rows += [journal_row(4, "Записан"), journal_row(5, "Записался, но не пришел")]
    rows += [journal_row(6, "Отменен", reason="отмена клиникой"), journal_row(7, "Записан", day="06.11.2026 9:00")]
    desk.drop("primary_1.csv", PRIMARY, *rows)
    desk.drop("visits_1.csv", VISITS, "9;4;Соколова Анна Викторовна;89165550004;06.10.2026 9:00;Завершён;Носов")
    desk.drop(
        "waiting_1.csv",
        "Номер карты;Ф.И.О.;Телефон;Дата обращения;Дата и время приёма;Результат;Администратор",
        f"1;Соколова Анна Викторовна;89165550001;20.09.2026 10:00;06.10.2026 9:00;Визит состоялся;{NOSOV}",
        f"8;Котов Иван Петрович;89165550008;20.09.2026 10:00;;Ожидает;{NOSOV}",
    )
    config = desk.folder / "config.toml"
    text = config.read_text(encoding="utf-8").replace("visits_*.xlsx", "visits_*.csv")
    config.write_text(
        text.replace('expect   = { max_age = "30h" }', 'expect   = { max_rejects = "" }'), encoding="utf-8"
    )
    code, out, err = desk.run("extract")
    assert (code, err) == (0, ""), out + err


def test_the_command_counts_patients_from_the_store_alone(desk: Desk) -> None:
    fill(desk)
    code, out, err = desk.say("--json")
    assert (code, err) == (0, "")
    found = {pay["name"]: pay for pay in json.loads(out)["employees"]}
    [primary] = [line for line in found[KOTOVA]["lines"] if line["code"] == "primary"]
    assert (primary["booked"], primary["came"], primary["amount"]) == (5, 4, "600.00")
    assert [line["amount"] for line in found[NOSOV]["lines"] if line["code"] == "waitlist"] == ["100.00"]
    shown = desk.say("explain", "--employee", KOTOVA)[1]
    assert "came: 1, 2, 3, 4\n" in shown
    assert "did not come: 5\n" in shown


def test_a_row_without_a_card_is_whose_the_sync_decided(desk: Desk) -> None:
    fill(desk)
    desk.drop(
        "primary_2.csv", PRIMARY, journal_row(4, "Визит состоялся").replace("4;", ";", 1).replace("10:04", "10:44")
    )
    assert desk.run("extract")[0] == 0
    assert "came 5 of 6" in desk.say("explain", "--employee", KOTOVA)[1]
    with Store(desk.folder / "state" / "dentsync.db") as store:
        rows = list(store.facts.rows_in(["primary"]))
        store.facts.set_person(rows[-1].id, "patient/центральный/4")
    shown = desk.say("explain", "--employee", KOTOVA)[1]
    assert "came: 1, 2, 3, 4\n" in shown


def test_an_author_whom_nobody_knows_is_asked_about(desk: Desk) -> None:
    desk.write(time=TIME)
    fill(desk)
    desk.drop("primary_2.csv", PRIMARY, journal_row(11, "Визит состоялся", "Некто Неизвестный"))
    assert desk.run("extract")[0] == 0
    code, out, _err = desk.say("--json")
    assert code == 4
    assert [one["id"] for one in json.loads(out)["questions"]] == ["unknown_employee:Некто Неизвестный"]


def test_a_feed_that_is_not_there_is_one_line(desk: Desk) -> None:
    desk.write(payroll=PAYROLL + "[payroll.feeds]\nprimary = ['first']\n")
    code, _out, err = desk.say()
    assert code == 2
    assert "payroll.feeds.primary: no feed 'first' (there are: patients, reminders" in err
