"""Primary or repeat: one deal for each visit, which moves between two pipelines of the sandbox."""

import pytest

from dentsync.config import preset_text
from tests.clinic import DAY, SPEED, Clinic

PATIENTS = "Номер медкарты;ФИО;Телефон;Завершено"
VISITS = "Номер медкарты;ФИО;Дата и время приема;ФИО врача к которому записан пациент;Статус записи;ID Приема"
ROUTES = """
[routes.primary]
group    = "visit"
feeds    = ["appointments"]
pipeline = "Первичные пациенты"
title    = "{full_name}, {start_at:%d.%m %H:%M}"
when     = { completed_visits = 0 }
stages   = { booked = "Записан на приём", completed = { won = "Визит состоялся" } }

[routes.repeat]
group    = "visit"
feeds    = ["appointments"]
pipeline = "Лист ожидания"
title    = "{full_name}, {start_at:%d.%m %H:%M}"
when     = { completed_visits = { range = [1, 9999] } }
stages   = { booked = "Записан", completed = { won = "Визит состоялся" } }
"""


@pytest.fixture
def ident(clinic: Clinic) -> Clinic:
    text = preset_text("ident-bitrix24").replace('target = "bitrix24"', f'target = "bitrix24"\nspeed = {SPEED}')
    before, _routes = text.split("[routes.reminder]")
    _routes, after = text.split("[safety]")
    (clinic.folder / "config.toml").write_text(before + ROUTES + "\n[safety]" + after, encoding="utf-8")
    return clinic


def patients(clinic: Clinic, completed: int, number: int = 1) -> None:
    row = f"0101;Соколова Анна Викторовна;8(916)555-01-01;{completed}"
    clinic.drop(f"patients_{number}.csv", row, header=PATIENTS)


def visits(clinic: Clinic, *rows: tuple[int, str, str], number: int = 1) -> None:
    lines = [f"0101;Соколова Анна Викторовна;{at};Петров;{status};{visit}" for visit, at, status in rows]
    clinic.drop(f"appointments_{number}.csv", *lines, header=VISITS)


def board(clinic: Clinic) -> list[tuple[str, str]]:
    return sorted((deal["pipeline"], deal["stage"]) for deal in clinic.deals())


def test_a_visit_has_one_deal_in_the_pipeline_of_its_patient(ident: Clinic) -> None:
    patients(ident, 0)
    visits(ident, (1, "2026-10-06 09:00", "Записан"), (2, "2026-10-20 09:00", "Записан"))
    ident.sync()
    assert board(ident) == [("Первичные пациенты", "Записан на приём")] * 2

    patients(ident, 1, number=2)
    visits(ident, (1, "2026-10-06 09:00", "Завершен"), (2, "2026-10-20 09:00", "Записан"), number=2)
    ident.sync()
    assert board(ident) == [("Лист ожидания", "Записан"), ("Первичные пациенты", "Визит состоялся")]
    assert ident.sync()["requests"] == 0


def test_news_of_the_card_alone_move_a_booked_visit(ident: Clinic) -> None:
    patients(ident, 0)
    visits(ident, (1, "2026-10-06 09:00", "Записан"))
    ident.sync()
    patients(ident, 3, number=2)
    ident.sync()
    assert board(ident) == [("Лист ожидания", "Записан")]
    assert ident.sync()["operations"] == 0


def test_a_deal_that_a_person_took_elsewhere_stays_there(ident: Clinic) -> None:
    patients(ident, 0)
    visits(ident, (1, "2026-10-06 09:00", "Записан"))
    ident.sync()
    ident.act("move", deal=ident.deals()[0]["id"], stage="Дожать на запись")
    patients(ident, 1, number=2)
    assert ident.sync()["outcomes"]["kept"] == 1
    assert board(ident) == [("Первичные пациенты", "Дожать на запись")]
    assert ident.sync(now=DAY)["operations"] == 0
