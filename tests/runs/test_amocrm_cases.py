"""What a naive client of amoCRM does wrong, end to end; the index of all such cases is test_thirty_five.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dentsync.sandbox.server import Running
from tests.account import AmoClinic
from tests.ident_days import Card, Mis
from tests.runs.ident_account import ident_clinic

NOW = "2026-10-05T14:00"
ANNA = Card("0101", "Соколова Анна Викторовна", "8(916)555-01-01")
SURNAMES = (
    "Соколова",
    "Орлова",
    "Зимина",
    "Белова",
    "Громова",
    "Крылова",
    "Лебедева",
    "Новикова",
    "Морозова",
    "Павлова",
)
FIRSTS = ("Анна", "Мария", "Ольга", "Елена", "Ирина")


@pytest.fixture
def clinic(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[AmoClinic]:
    monkeypatch.setenv("DENTSYNC_TOKEN", server.doors[0].keys["token"])
    yield ident_clinic(server, tmp_path / "clinic", capsys.readouterr)
    server.admin("DELETE", "faults?account=smile")


def fifty(branch: str = "Взрослая") -> list[Card]:
    """Patients of one request."""
    names = [f"{last} {first} Ивановна" for last in SURNAMES for first in FIRSTS]
    return [Card(f"{500 + at}", name, f"+7916555{1000 + at}", branch=branch) for at, name in enumerate(names)]


def fresh(mis: Mis, clinic: AmoClinic, at: str = NOW) -> str:
    """The next export."""
    mis.at(at)
    mis.drop(clinic)
    return at


@pytest.mark.parametrize("fault", ["html_504_half", "drop_half"])
def test_of_fifty_of_which_half_was_stored_without_an_answer_all_are_there_once(clinic: AmoClinic, fault: str) -> None:
    mis = Mis(fifty())
    clinic.box.admin("POST", "faults?account=smile", {"what": fault, "match": "POST contacts"})
    assert clinic.sync(now=fresh(mis, clinic))["exit_code"] == 0
    assert sorted(one["Номер медкарты"] for one in clinic.contacts()) == [card.number for card in mis.cards]


def test_three_rows_of_one_patient_in_one_export_are_one_contact_though_the_search_lags(clinic: AmoClinic) -> None:
    clinic.box.admin("POST", "settings?account=smile", {"search_lag": [30, 30]})
    mis = Mis([ANNA])
    mis.book(1, ANNA, "2026-10-06 09:00")
    mis.book(2, ANNA, "2026-10-07 09:00")
    clinic.sync(now=fresh(mis, clinic))
    [contact] = clinic.contacts()
    assert [deal["contacts"] for deal in clinic.deals()] == [[contact["id"]], [contact["id"]]]


def test_a_label_that_the_account_has_not_costs_one_of_fifty_and_names_its_row(clinic: AmoClinic) -> None:
    clinic.configure('# branch           = "Филиал"', 'branch           = "Филиал"')
    mis = Mis(fifty())
    mis.cards[6].branch = "Дальняя"
    said = clinic.say("sync", now=fresh(mis, clinic))
    assert said.code == 4
    assert len(clinic.contacts()) == 49
    assert f"patient/дальняя/{mis.cards[6].number}" in said.all
    assert "Филиал" in said.all


def test_kopecks_are_written_once_however_they_are_spelled(clinic: AmoClinic) -> None:
    mis = Mis([ANNA])
    visit = mis.book(1, ANNA, "2026-10-06 09:00", due="45000,50")
    clinic.sync(now=fresh(mis, clinic))
    assert clinic.deals()[0]["Сумма к оплате"] == "45000.5"
    writes = clinic.writes
    visit.due = "45 000.5"
    assert clinic.sync(now=fresh(mis, clinic, "2026-10-05T15:00"))["operations"] == 0
    assert clinic.writes == writes


def test_who_left_the_clinic_stops_nothing_that_was_theirs(clinic: AmoClinic) -> None:
    mis = Mis([ANNA])
    visit = mis.book(1, ANNA, "2026-10-06 09:00")
    clinic.sync(now=fresh(mis, clinic))
    clinic.act("responsible", lead=clinic.deals()[0]["id"], user="Ольга Дёмина")
    clinic.act("responsible", contact="Анна Соколова", user="Ольга Дёмина")
    clinic.act("deactivate", user="Ольга Дёмина")
    mis.at("2026-10-06T12:00")
    mis.say(visit, "Завершен")
    assert clinic.sync(now=fresh(mis, clinic, "2026-10-06T12:00"))["exit_code"] == 0
    assert clinic.deals()[0]["status"] == "Посетил"
    assert clinic.contacts()[0]["Завершено"] == "1"


def test_a_parent_who_called_is_not_taken_for_the_child_nor_the_call_for_the_childs(clinic: AmoClinic) -> None:
    clinic.act("create_contact", name="Мария Орлова", phones=["8 916 555-01-08"])
    [mother] = clinic.contacts()
    clinic.act("create_lead", name="Звонок", contact=mother["id"], pipeline="Первичные пациенты", status="Новый лид")
    lev = Card("0108", "Орлов Лев Ильич", "8(916)555-01-08", born="01.05.2018", speaks="Орлова Мария (мать)")
    mis = Mis([lev])
    mis.book(1, lev, "2026-10-06 09:00")
    assert clinic.sync(now=fresh(mis, clinic))["exit_code"] == 0
    assert [contact["name"] for contact in clinic.contacts()] == ["Мария Орлова", "Лев Орлов"]
    assert [(deal["status"], deal["contacts"]) for deal in clinic.deals()] == [
        ("Новый лид", [mother["id"]]), ("Записан на прием", [clinic.contacts()[1]["id"]]),
    ]  # fmt: skip


def test_a_contact_that_people_merged_is_found_by_our_key_and_has_the_news(clinic: AmoClinic) -> None:
    mis = Mis([ANNA])
    clinic.sync(now=fresh(mis, clinic))
    clinic.act("create_contact", name="Аня", phones=["8 916 777-01-01"])
    ours, theirs = (one["id"] for one in clinic.contacts())
    clinic.act("merge", contacts=[theirs, ours])
    mis.cards = [Card(ANNA.number, ANNA.name, ANNA.phone, done=1)]
    at = fresh(mis, clinic, "2026-10-05T15:00")
    clinic.sync(now=at)
    clinic.sync(now=at)
    assert [(one["id"], one["Завершено"]) for one in clinic.contacts()] == [(theirs, "1")]
    assert clinic.sync(now=at)["requests"] == 0


def test_a_lead_in_the_bin_is_not_made_again(clinic: AmoClinic) -> None:
    mis = Mis([ANNA])
    visit = mis.book(1, ANNA, "2026-10-06 09:00")
    clinic.sync(now=fresh(mis, clinic))
    clinic.act("delete", lead=clinic.deals()[0]["id"])
    mis.at("2026-10-05T15:00")
    mis.say(visit, "Отменен")
    clinic.sync(now=fresh(mis, clinic, "2026-10-05T15:00"))
    assert clinic.deals() == []


def test_our_tag_has_no_twin_that_differs_by_a_blank(clinic: AmoClinic) -> None:
    clinic.configure('target  = "amocrm"', 'target  = "amocrm"\ntag     = "МИС "')
    clinic.act("create_contact", name="Кто-то")
    clinic.act("tag", contact="Кто-то", name="МИС")
    clinic.sync(now=fresh(Mis([ANNA]), clinic))
    assert {one["name"]: one["tags"] for one in clinic.contacts()} == {"Кто-то": ["МИС"], "Анна Соколова": ["МИС"]}


def test_no_refusal_of_the_account_shows_a_patient(clinic: AmoClinic) -> None:
    clinic.configure('# branch           = "Филиал"', 'branch           = "Филиал"')
    log, report = clinic.folder / "log.jsonl", clinic.folder / "run.json"
    clinic.box.admin("POST", "faults?account=smile", {"what": "system_error", "match": "POST leads"})
    mis = Mis([ANNA, fifty()[7]])
    mis.book(1, mis.cards[1], "2026-10-06 09:00")
    said = clinic.say("sync", "--log", str(log), "--report", str(report), now=fresh(mis, clinic))
    assert said.code == 4
    told = said.all + log.read_text("utf-8") + report.read_text("utf-8")
    assert "patient/topsmile/0101" in told
    assert not [piece for piece in ("Соколова", "Зимина", "5550101", "5551007", "555-01-01") if piece in told]


def test_more_won_deals_than_a_page_are_each_followed_once_though_all_are_looked_at_twice(
    clinic: AmoClinic, server: Running
) -> None:
    clinic.box.admin("POST", "settings?account=smile", {"rate": 0, "account_rate": 0})
    clinic.sync(now=fresh(Mis([ANNA]), clinic))
    assert clinic.say("tick", now=NOW).code == 0
    url, token = server.doors[0].url, server.doors[0].keys["token"]
    pipeline = next(one for one in called(url, token, "leads/pipelines", None) if one["name"] == "Первичные пациенты")
    [anna] = clinic.contacts()
    won = {"pipeline_id": pipeline["id"], "status_id": 142, "_embedded": {"contacts": [{"id": anna["id"]}]}}
    for start in range(0, 260, 52):
        called(url, token, "leads", [{"name": f"Приём {start + at}", **won} for at in range(52)])
    for _time in range(2):
        assert clinic.say("tick", now=NOW).code == 0
    followers = [deal["name"] for deal in clinic.deals() if deal["pipeline"] == "NPS"]
    assert sorted(followers) == sorted(f"NPS: Приём {number}" for number in range(260))


def called(url: str, token: str, path: str, sent: list[dict[str, object]] | None) -> list[dict[str, object]]:
    """What another program does with the same account."""
    verb = "POST" if sent else "GET"
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.request(verb, f"{url}/api/v4/{path}", json=sent, headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
    [found] = answer.json()["_embedded"].values()
    return list(found)
