"""Every field of the exchange of IDENT in the amoCRM account: its value, its type, and no news in the next run."""

from pathlib import Path

import pytest

from dentsync.config import preset_text
from dentsync.sandbox.server import Running
from tests.account import AmoClinic
from tests.ident_days import CARDS, TASKS, VISITS
from tests.runs.ident_account import ident_clinic

CARD = (
    "Соколова Анна Викторовна;8(916)555-01-01, 8 495 555-01-09;Соколов В.И. (отец);41;Ж;05.10.2026 9:00;"
    "06.10.2026 0:30;12 500,50;0101;17.05.1990;боится уколов;просит утро;10%;Нет;;VIP;Терапия, Хирургия;Сайт;0;"
    "17.05.2015;01.09.2026 23:30;112-233-445 95;500100732259;Взрослая;4711;-1 250,75"
)
VISIT = (
    "0101;Соколова Анна Викторовна;Белкина Татьяна;2026-10-04 23:45:00.000;2026-10-06 00:30:00.000;Петров П.П.;"
    "Записан;2 500,50;A16.07.002, B01.065;Хирургия;острая боль;Первичный;Взрослая;20501;501;10;1 000,25;2 500,75;"
    ";;второй комментарий;;;;"
)
TASK = "0101;Соколова Анна Викторовна;Смоляков А.В.;01.04.2027;осмотр через полгода;61503;;Взрослая"

CONTACT = {
    "Представитель": "Соколов В.И. (отец)",
    "Возраст": "41",
    "Пол": "Женский",
    "Дата и время последнего приема": "2026-10-05T09:00:00+03:00",
    "Дата и время будущего ближайшего приема": "2026-10-06T00:30:00+03:00",
    "Общая сумма за все визиты": "12500.5",
    "Номер медкарты": "0101",
    "Дата рождения": "1990-05-17",
    "Комментарий": "боится уколов",
    "Доп. комментарий": "просит утро",
    "Скидки": "10%",
    "Отказ об смс оповещении": False,
    "Статус пациента": "VIP",
    "Информация о санации": ["Терапия", "Хирургия"],
    "Откуда узнал": "Сайт",
    "Завершено": "0",
    "Первый": "2015-05-17",
    "Дата создания пациента": "2026-09-01T23:30:00+03:00",
    "СНИЛС": "112-233-445 95",
    "ИНН": "500100732259",
    "Филиал": "Взрослая",
    "Порядковый номер пациента в IDENT": "4711",
    "Аванс/долг": "-1250.75",
}
"""Beside the name and the phones; nobody is in the archive."""
DEAL = {
    "Имя и фамилия администратора создавшего запись": "Белкина Татьяна",
    "Дата и время создания записи": "2026-10-04T23:45:00+03:00",
    "Дата и время приема": "2026-10-06T00:30:00+03:00",
    "ФИО врача к которому записан пациент": "Петров П.П.",
    "Статус записи": "записан",
    "Сумма к оплате": "2500.5",
    "Коды оказанных услуг": "A16.07.002, B01.065",
    "Тема обращения": "Хирургия",
    "Комментарий": "острая боль",
    "Тип приема": "Первичный",
    "Филиал": "Взрослая",
    "ID Приема": "20501",
    "ID Обращения": "501",
    "Скидка": "10",
    "Фактически полученная сумма ДС": "1000.25",
    "Сумма оказанных услуг": "2500.75",
}
CHECKUP = {
    "Врач": "Смоляков А.В.",
    "Актуально с": "2027-04-01",
    "Комментарий профосмотра": "осмотр через полгода",
    "ID Профосмотра": "61503",
}
OFF = ("Пол", "Филиал", "Информация о санации", "Комментарий", "Доп. комментарий", "СНИЛС", "ИНН")
SENSITIVE = {
    "patients": '{ patient_comment = ["Комментарий"], extra_comment = ["Доп. комментарий"], snils = ["СНИЛС"], '
    'inn = ["ИНН"] }',
    "appointments": '{ comment = ["Комментарий"] }',
}


@pytest.fixture
def clinic(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> AmoClinic:
    monkeypatch.setenv("DENTSYNC_TOKEN", server.doors[0].keys["token"])
    return ident_clinic(server, tmp_path / "clinic", capsys.readouterr)


def drop(clinic: AmoClinic) -> None:
    clinic.drop("patients_1.csv", CARD, header=CARDS)
    clinic.drop("appointments_1.csv", VISIT, header=VISITS)
    clinic.drop("tasks_1.csv", TASK, header=TASKS)


def ask_for_everything(clinic: AmoClinic) -> None:
    """Uncomment each field of the preset and name the columns that are sensitive."""
    for line in preset_text("ident-amocrm").splitlines():
        field, equals, _value = line.removeprefix("# ").partition("=")
        if line.startswith("# ") and equals and field.strip() in WORDS:
            clinic.configure(line, line.removeprefix("# "))
    for feed, columns in SENSITIVE.items():
        clinic.configure(f"[feeds.{feed}]", f"[feeds.{feed}]\ncolumns = {columns} #")
    clinic.configure('{ task_doctor = ["Врач"] }', '{ task_doctor = ["Врач"], task_comment = ["Комментарий"] }')
    clinic.configure('"operator", "booked_at"', '"branch", "comment", "operator", "booked_at"')
    clinic.configure('"task_from_at", "task_id"]', '"task_from_at", "task_id", "task_comment"]')


WORDS = {"sex", "branch", "sanation", "patient_comment", "extra_comment", "snils", "inn", "comment", "task_comment"}


def test_all_fields_arrive_with_their_values_and_the_next_run_has_no_news(clinic: AmoClinic) -> None:
    ask_for_everything(clinic)
    assert clinic.say("check").code == 0
    drop(clinic)
    assert clinic.sync()["exit_code"] == 0
    [contact] = clinic.contacts()
    assert (contact["name"], contact["phones"]) == ("Анна Соколова", ["+79165550101", "+74955550109"])
    assert {name: contact.get(name) for name in CONTACT} == CONTACT
    visit, checkup = clinic.deals()
    assert {name: visit.get(name) for name in DEAL} == DEAL
    assert {name: checkup.get(name) for name in CHECKUP} == CHECKUP
    assert clinic.sync()["requests"] == 0
    assert "changed by people 0" in clinic.say("diff", "--online").all


def test_what_is_sensitive_or_a_list_stays_away_until_it_is_asked_for(clinic: AmoClinic) -> None:
    drop(clinic)
    assert clinic.sync()["exit_code"] == 0
    assert [clinic.contacts()[0].get(name) for name in OFF] == [None] * len(OFF)
    for text in ("уколов", "утро", "острая", "второй", "осмотр через", "112-233", "500100732259"):
        assert text not in str(clinic.state())


def test_a_branch_of_treatment_that_ends_goes_and_one_that_people_chose_stays(clinic: AmoClinic) -> None:
    ask_for_everything(clinic)
    drop(clinic)
    clinic.sync()
    labels = ["Терапия", "Хирургия", "Ортопедия"]
    clinic.act("edit", contact="Анна Соколова", fields={"Информация о санации": labels})
    clinic.drop("patients_2.csv", CARD.replace("Терапия, Хирургия", "Хирургия"), header=CARDS, at="2026-10-05T14:30")
    assert clinic.sync(now="2026-10-05T14:30")["exit_code"] == 0
    assert set(clinic.contacts()[0]["Информация о санации"]) == {"Хирургия", "Ортопедия"}


def test_what_changes_by_itself_is_no_news_until_there_is_some(clinic: AmoClinic) -> None:
    drop(clinic)
    clinic.sync()
    older = CARD.replace(";41;", ";42;").replace("12 500,50", "13 000").replace("-1 250,75", "0")
    clinic.drop("patients_2.csv", older, header=CARDS, at="2026-10-05T14:30")
    assert clinic.sync(now="2026-10-05T14:30")["requests"] == 0
    clinic.drop("patients_3.csv", older.replace("VIP", "Обычный"), header=CARDS, at="2026-10-05T15:30")
    clinic.sync(now="2026-10-05T15:30")
    [shown] = clinic.contacts()
    words = ("Статус пациента", "Возраст", "Общая сумма за все визиты", "Аванс/долг")
    assert [shown[word] for word in words] == ["Обычный", "42", "13000", "0"]


def test_the_budget_of_a_deal_is_what_was_received_where_the_clinic_wants_it(clinic: AmoClinic) -> None:
    said = preset_text("ident-amocrm")
    assert '# columns = { amount = ["Фактически полученная сумма ДС"] }\n' in said
    columns = 'columns = { amount = ["Фактически полученная сумма ДС"] }'
    clinic.configure("[feeds.appointments]\n", f"[feeds.appointments]\n{columns}\n")
    clinic.configure("amount_received = ", "amount = ")
    clinic.configure('"amount_received"', '"amount"')
    drop(clinic)
    assert clinic.sync()["exit_code"] == 0
    visit = clinic.deals()[0]
    assert (visit["price"], visit["Фактически полученная сумма ДС"]) == (1000, "1000.25")
    assert clinic.sync()["requests"] == 0
    assert "changed by people 0" in clinic.say("diff", "--online").all
