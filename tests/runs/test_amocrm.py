"""The main job into amoCRM: the same command, the same promises, another ``[crm]``."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dentsync.sandbox.server import Running
from tests.account import SPEED, AmoClinic
from tests.clinic import ANNA, ANNAS_VISIT, IVAN

CONFIG = """
[clinic]
name = "Ваша улыбка"
timezone = "Europe/Moscow"
branch = "Центральный"
phone = {{ region = "RU", area_code = "473" }}

[files]
settle_seconds = 0

[crm]
target  = "amocrm"
address = "{address}"
{access}
tag     = "МИС"
speed   = {speed}

[crm.fields.contact]
card_number    = "Номер медкарты"
patient_status = "Статус пациента"
next_visit_at  = "Дата и время будущего ближайшего приема"

[crm.fields.deal]
start_at = "Дата и время приема"
doctor   = "ФИО врача к которому записан пациент"

[feeds.patients]
files    = "patients_*.csv"
kind     = "snapshot"
entity   = "patient"
key      = ["card_number"]
required = ["full_name"]

[feeds.reminders]
files    = "reminders_*.csv"
kind     = "window"
entity   = "appointment"
key      = ["phones", "start_at", "doctor"]
required = ["full_name", "phones", "start_at"]
defaults = {{ status = "Записан" }}

[routes.primary]
feeds    = ["reminders"]
pipeline = "Первичные пациенты"
title    = "{{full_name}}, {{start_at:%d.%m %H:%M}}"
people   = ["Взяли в работу"]
fields   = ["start_at", "doctor"]

[routes.primary.stages]
booked    = "Записан на прием"
completed = {{ won = "Успешно реализовано" }}
cancelled = {{ lost = "Отменил запись" }}
"""
TOKEN = 'token   = "env:DENTSYNC_TOKEN"'


@pytest.fixture
def found(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[str], AmoClinic]]:
    """Founds a clinic with a fresh account; the argument says how the account is opened."""
    server.admin("POST", "reset", {})
    server.admin("POST", "settings?account=smile", {"speed": SPEED})
    keys = server.doors[0].keys
    monkeypatch.setenv("DENTSYNC_TOKEN", keys["token"])
    monkeypatch.setenv("DENTSYNC_SECRET", keys["client_secret"])

    def founded(access: str) -> AmoClinic:
        clinic = AmoClinic(tmp_path / "clinic", server, capsys.readouterr)
        (clinic.folder / "inbox").mkdir(parents=True)
        text = CONFIG.format(address=server.doors[0].url, access=access, speed=SPEED)
        (clinic.folder / "config.toml").write_text(text, encoding="utf-8")
        return clinic

    yield founded
    server.admin("DELETE", "faults?account=smile")


@pytest.fixture
def clinic(found: Callable[[str], AmoClinic]) -> AmoClinic:
    """A clinic that has set up its account."""
    clinic = found(TOKEN)
    assert clinic.say("setup").code == 0
    return clinic


def test_check_says_what_is_missing_and_setup_makes_it(found: Callable[[str], AmoClinic]) -> None:
    clinic = found(TOKEN)
    said = clinic.say("check")
    assert said.code == 2
    assert "dentsync setup" in said.err
    assert "made the field 'DENTSYNC_KEY' in a contact" in clinic.say("setup").out
    assert clinic.say("setup").out.strip() == "nothing to set up"
    assert "all in place" in clinic.say("check").out


def test_a_day_of_the_clinic_is_in_the_crm_and_a_second_run_asks_nothing(clinic: AmoClinic) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT)
    assert clinic.sync()["exit_code"] == 0
    assert sorted(contact["name"] for contact in clinic.contacts()) == ["Анна Соколова", "Иван Котов"]
    deal = clinic.deals()[0]
    assert (deal["pipeline"], deal["status"], deal["tags"]) == ("Первичные пациенты", "Записан на прием", ["МИС"])
    assert (deal["name"], deal["Дата и время приема"]) == (
        "Соколова Анна Викторовна, 06.10 09:00",
        "2026-10-06T09:00:00+03:00",
    )
    requests = clinic.counters()["requests"]
    clinic.patients(ANNA, IVAN, name="patients_2.csv")
    assert clinic.sync()["exit_code"] == 0
    assert clinic.counters()["requests"] == requests


def test_a_dry_run_changes_nothing_in_the_crm(clinic: AmoClinic) -> None:
    clinic.patients(ANNA)
    before = clinic.writes
    assert clinic.say("diff").code == 0
    assert clinic.say("diff", "--online").code == 0
    assert clinic.writes == before


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "html_504_half"])
@pytest.mark.parametrize("what", ["POST contacts", "POST leads"])
def test_a_lost_answer_is_settled_in_the_same_run_and_nobody_is_made_twice(
    clinic: AmoClinic, fault: str, what: str
) -> None:
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT)
    clinic.box.admin("POST", "faults?account=smile", {"what": fault, "match": what})
    summary = clinic.sync()
    assert summary["exit_code"] == 0, summary
    assert len(clinic.contacts()) == 2
    assert [deal["contacts"] for deal in clinic.deals()] == [
        [next(one["id"] for one in clinic.contacts() if one["name"] == "Анна Соколова")]
    ]
    assert clinic.counters()["duplicates"] == {"contacts": 0, "leads": 0}


def test_news_moves_a_deal_and_what_a_person_moved_stays(clinic: AmoClinic) -> None:
    clinic.patients(ANNA)
    clinic.reminders(ANNAS_VISIT, ANNAS_VISIT.replace("9:00:00", "12:00:00"))
    clinic.sync()
    first, second = (deal["id"] for deal in clinic.deals())
    clinic.act("move", lead=second, status="Взяли в работу")
    cancelled = [row + "Отменён" for row in (ANNAS_VISIT, ANNAS_VISIT.replace("9:00:00", "12:00:00"))]
    clinic.reminders(*cancelled, name="reminders_2.csv", at="2026-10-05T15:00")
    clinic.sync(now="2026-10-05T15:00")
    states = {deal["id"]: (deal["status"], deal["loss_reason"]) for deal in clinic.deals()}
    assert states[first] == ("Закрыто и не реализовано", "Отменил запись")


def test_a_card_that_staff_made_is_adopted_and_its_second_phone_stays(clinic: AmoClinic) -> None:
    clinic.act("create_contact", name="Соколова Анна Викторовна")
    number = clinic.contacts()[0]["id"]
    for phone in ("8 (916) 555-01-01", "8 (495) 111-22-33"):
        clinic.act("add_phone", contact=number, phone=phone)
    clinic.box.admin("POST", "settings?account=smile", {"advance": 60})
    clinic.patients(ANNA)
    assert clinic.sync()["exit_code"] == 0
    card = clinic.contacts()[0]
    assert [one["id"] for one in clinic.contacts()] == [number]
    assert (card["Номер медкарты"], card["phones"]) == ("101", ["8 (916) 555-01-01", "8 (495) 111-22-33"])


def test_a_lead_that_was_to_be_taken_over_when_the_run_had_to_stop_is_taken_over_by_the_next_one(
    clinic: AmoClinic,
) -> None:
    clinic.configure('people   = ["Взяли в работу"]', 'adopt    = ["Взяли в работу"]')
    clinic.act("create_contact", name="Соколова Анна Викторовна", phones=["8 (916) 555-01-01"])
    [contact] = clinic.contacts()
    clinic.act(
        "create_lead", name="Звонок", contact=contact["id"], pipeline="Первичные пациенты", status="Взяли в работу"
    )
    clinic.box.admin("POST", "settings", {"advance": 60})
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT)
    for what, match in (("slow:0.1", "PATCH contacts"), ("ip_denied", "POST contacts")):
        clinic.box.admin("POST", "faults?account=smile", {"what": what, "match": match})
    assert clinic.sync()["exit_code"] == 1
    assert [deal["status"] for deal in clinic.deals()] == ["Взяли в работу"]
    for _time in range(2):
        clinic.sync()
    assert [deal["status"] for deal in clinic.deals()] == ["Записан на прием"]
    assert sorted(one["Номер медкарты"] for one in clinic.contacts()) == ["101", "102"]


def test_oauth_changes_its_tokens_and_keeps_them_in_the_state_folder(
    found: Callable[[str], AmoClinic], server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = server.doors[0].keys
    monkeypatch.setenv("DENTSYNC_CODE", server.admin("POST", "code?account=smile", {})["code"])
    own = f'client_id = "{keys["client_id"]}", redirect_uri = "{keys["redirect_uri"]}"'
    clinic = found(f'oauth = {{ {own}, client_secret = "env:DENTSYNC_SECRET", code = "env:DENTSYNC_CODE" }}')
    assert clinic.say("setup").code == 0
    file = clinic.folder / "state" / "amocrm-tokens.json"
    before = file.read_bytes()
    monkeypatch.delenv("DENTSYNC_CODE")
    server.admin("POST", "settings?account=smile", {"advance": 90_000})
    clinic.patients(ANNA)
    assert clinic.sync()["exit_code"] == 0
    assert file.read_bytes() != before
    assert len(clinic.contacts()) == 1


def test_a_blocked_account_ends_the_run_with_one_line(clinic: AmoClinic) -> None:
    clinic.box.admin("POST", "faults?account=smile", {"what": "blocked", "match": "*", "times": 0})
    clinic.patients(ANNA)
    before = clinic.counters()["requests"]
    said = clinic.say("sync")
    assert said.code == 1
    assert "support" in said.all
    assert clinic.counters()["requests"] <= before + 8


def test_a_contact_in_the_bin_is_made_again_when_the_mis_has_news_of_it(clinic: AmoClinic) -> None:
    clinic.patients(ANNA)
    clinic.sync()
    clinic.act("delete", contact=clinic.contacts()[0]["id"])
    clinic.patients(ANNA.replace("VIP", "Активный"), name="patients_2.csv", at="2026-10-05T15:00")
    clinic.sync(now="2026-10-05T15:00")
    assert [one["Статус пациента"] for one in clinic.contacts()] == ["Активный"]


FOLLOWS = """
[follows.sale]
from     = { pipelines = ["Первичные пациенты"], ends = "won" }
pipeline = "Продажа лечения"
stage    = "Нужно комплексное лечение"
title    = "Лечение: {title}"
"""


def test_what_people_won_wants_the_next_deal_once(clinic: AmoClinic) -> None:
    config = clinic.folder / "config.toml"
    config.write_text(config.read_text("utf-8") + FOLLOWS, encoding="utf-8")
    clinic.patients(ANNA)
    clinic.reminders(ANNAS_VISIT)
    clinic.sync()
    assert clinic.say("tick").code == 0
    clinic.act("move", lead=clinic.deals()[0]["id"], status="Успешно реализовано")
    for _time in range(2):
        said = clinic.say("tick")
        assert said.code == 0, said.all
    assert {deal["name"]: deal["status"] for deal in clinic.deals()} == {
        "Соколова Анна Викторовна, 06.10 09:00": "Успешно реализовано",
        "Лечение: Соколова Анна Викторовна, 06.10 09:00": "Нужно комплексное лечение",
    }
