"""The preset of the clinic with IDENT and amoCRM, on the sandbox: one deal for each visit, from the lead to its end."""

from pathlib import Path

import pytest

from dentsync.config import preset_text
from dentsync.sandbox.server import Running
from tests.account import SPEED, AmoClinic
from tests.ident import ANNA, PATIENTS, Visit, visits
from tests.runs.test_found import until_quiet

TUESDAY, FRIDAY, MONDAY = "2026-10-06 09:00", "2026-10-09 10:00", "2026-10-12 11:00"
OLD, NEW, NEWEST = "06.10 09:00", "09.10 10:00", "12.10 11:00"
PRIMARY, REPEAT = "Первичные пациенты", "Повторные приемы"
BOOKED, LOST = "Записан на прием", "Закрыто и не реализовано"
TASKS = "Номер медкарты;ФИО;ID Профосмотра;Врач;Актуально с;Комментарий"


@pytest.fixture
def clinic(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> AmoClinic:
    server.admin("POST", "reset", {})
    server.admin("POST", "settings?account=smile", {"speed": SPEED})
    monkeypatch.setenv("DENTSYNC_TOKEN", server.doors[0].keys["token"])
    clinic = AmoClinic(tmp_path / "clinic", server, capsys.readouterr)
    (clinic.folder / "inbox").mkdir(parents=True)
    text = preset_text("ident-amocrm").replace("%d.%m %H:%M}, {doctor}", "%d.%m %H:%M}")
    account = f'"{server.doors[0].url}"\nspeed   = {SPEED}'
    (clinic.folder / "config.toml").write_text(text.replace('"example.amocrm.ru"', account), encoding="utf-8")
    assert clinic.say("setup").code == 0
    said = clinic.say("check")
    assert said.code == 0, said.all
    clinic.drop("patients_1.csv", f"{ANNA};8(916)555-01-01;0", header=PATIENTS)
    return clinic


def board(clinic: AmoClinic) -> dict[str, tuple[str, ...]]:
    """Pipeline, stage and loss reason by the last part of the deal's title."""
    return {
        deal["name"].rpartition(", ")[2]: tuple(
            deal[name] for name in ("pipeline", "status", "loss_reason") if deal[name]
        )
        for deal in clinic.deals()
    }


def test_a_visit_is_booked_and_visited_and_those_after_it_are_repeats(clinic: AmoClinic) -> None:
    visits(clinic, Visit(1, TUESDAY), Visit(2, MONDAY))
    until_quiet(clinic)
    assert board(clinic) == {OLD: (PRIMARY, BOOKED), NEWEST: (PRIMARY, BOOKED)}
    visits(clinic, Visit(1, TUESDAY, "Завершен"), at="2026-10-06T14:00")
    clinic.sync(now="2026-10-06T14:00")
    assert board(clinic) == {OLD: (PRIMARY, "Посетил"), NEWEST: (REPEAT, BOOKED)}
    assert [deal["Статус записи"] for deal in clinic.deals()] == ["завершён", "записан"]
    assert clinic.sync(now="2026-10-06T14:00")["requests"] == 0


def test_a_moved_visit_is_lost_for_its_reason_and_the_next_one_is_booked(clinic: AmoClinic) -> None:
    visits(clinic, Visit(1, TUESDAY))
    until_quiet(clinic)
    visits(clinic, Visit(2, FRIDAY, source="1"))
    until_quiet(clinic)
    assert board(clinic) == {OLD: (PRIMARY, LOST, "Перенос"), NEW: (PRIMARY, BOOKED)}


def test_the_lead_of_a_caller_becomes_the_deal_of_the_visit(clinic: AmoClinic) -> None:
    # She called yesterday: the search has known her for long.
    clinic.box.admin("POST", "settings?account=smile", {"search_lag": [0, 0]})
    clinic.act("create_contact", name="Анна Соколова", phones=["8 (916) 555-01-01"])
    [contact] = clinic.contacts()
    clinic.act("create_lead", name="Звонок", contact=contact["id"], pipeline=PRIMARY, status="Взяли в работу")
    visits(clinic, Visit(1, TUESDAY))
    until_quiet(clinic)
    assert board(clinic) == {OLD: (PRIMARY, BOOKED)}


def test_a_no_show_is_corrected_the_next_morning(clinic: AmoClinic) -> None:
    visits(clinic, Visit(1, TUESDAY))
    until_quiet(clinic)
    visits(clinic, Visit(1, TUESDAY, "Не пришел"), at="2026-10-06T20:00")
    clinic.sync(now="2026-10-06T20:00")
    assert board(clinic) == {OLD: (PRIMARY, LOST, "Не пришёл")}
    visits(clinic, Visit(1, TUESDAY, "Завершен"), at="2026-10-07T09:00")
    clinic.sync(now="2026-10-07T09:00")
    assert board(clinic)[OLD] == (PRIMARY, "Посетил")


def test_a_task_of_the_mis_is_a_deal_among_the_checkups(clinic: AmoClinic) -> None:
    clinic.drop("tasks_1.csv", f"{ANNA};61503;Петров;01.02.2027;личное", header=TASKS)
    until_quiet(clinic)
    assert board(clinic) == {"01.02.2027": ("Профосмотры", "Пригласить")}
    assert "личное" not in str(clinic.state())
