"""Small samples of other programs' exports, one day each: ``dentsync/samples/{ident,klientiks,infoclinica,sqns}``.

The people are those of ``tools/sample_story``; columns, encodings and spellings are what is known of each program
(see the comments in ``dentsync/presets``). Written by ``python -m tools.make_samples`` together with the others.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from tools import ident_samples as ident
from tools.ident_samples import Phone, Row
from tools.sample_story import Person, Story, Visit

NOW = datetime(2026, 10, 5, 8, 30)  # noqa: DTZ001  the clinic's own clock
DAY = "2026-10-05"

KLIENTIKS = (
    "Начало записи;Исполнитель;Должность;Услуга;Имя клиента;Источник;Телефон;Дата последнего изменения;Причина отмены;"
    "Номер карты;Комментарий;Перезаписан;Сумма;Количество завершённых визитов;Категория;Категория 2;Категория 3;"
    "Дата рождения;Пол"
)
INFOCLINICA_PATIENT = "Фамилия;Имя;Отчество;Дата рождения;Телефон;Email;Адрес"
INFOCLINICA_VISIT = (
    "SCHEDID;PCODE;LASTNAME;FIRSTNAME;MIDNAME;PHONE1;PHONE2;WORKDATE;Время приема;DNAME;STATUS;FILIAL_NAME"
)
SQNS = (
    "visitId,clientId,name,phone,additionalPhone,datetime,resourceName,services,attendance,deleted,totalPrice,totalCost,"
    "author,create_date,comment"
)

# ── spellings ─────────────────────────────────────────────────────────────────────────────────


def _words(person: Person) -> list[str]:
    return [*person.name_at(NOW).split(), "", "", ""][:3]


def _visits(story: Story) -> list[Visit]:
    """Of last week's end and of the week to come, of people with cards."""
    around = (NOW - timedelta(days=4), NOW + timedelta(days=4))
    seen = [visit for visit in story.visits if around[0] < visit.start < around[1] and visit.booked <= NOW]
    return [visit for visit in seen if visit.person.card_at(NOW)]


# ── files ─────────────────────────────────────────────────────────────────────────────────────


def ident_patients(story: Story, phone: Phone) -> list[Row]:
    """The twenty-six fields of a patient's card."""
    rows = [ident.patient(story, person, phone, NOW, person.card) for person in story.carded(NOW)]
    return [ident.PATIENT.split(";"), *rows]


def ident_appointments(story: Story, phone: Phone) -> list[Row]:  # noqa: ARG001
    """The twenty fields of an appointment, and whose it is."""
    rows = [ident.appointment(visit, NOW, visit.person.card) for visit in _visits(story)]
    return [ident.RECEPTION.split(";"), *rows]


def klientiks_visits(story: Story, phone: Phone) -> list[Row]:
    """Nineteen columns; rows without a sex lack the last one."""
    rows = [_klientiks_visit(visit, phone) for visit in _visits(story)]
    return [KLIENTIKS.split(";"), *(row[:-1] if number % 8 == 5 else row for number, row in enumerate(rows))]


def _klientiks_visit(visit: Visit, phone: Phone) -> list[object]:
    person, word = visit.person, visit.status(NOW)
    sex = {"Ж": "female", "М": "male"}[ident.sex(person)]
    changed = max(moment for moment, _word in visit.turns if moment <= NOW)
    return [
        f"{visit.start:%Y-%m-%d %H:%M:%S}" + (".000000" if visit.number % 6 == 0 else ""), visit.doctor.name,
        visit.doctor.specialty, "Прием (осмотр, консультация)", person.name_at(NOW), person.source,
        phone(person.phone_at(NOW), visit.number), f"{changed:%Y-%m-%d %H:%M:%S}",
        "Клиент передумал" if word == "Отменен" else "", person.card, "", "Да" if word == "Перенесен" else "Нет",
        f"{visit.amount:.2f}".replace(".", ","), person.visits, "", "", "", ident.day(person.birth), sex,
    ]  # fmt: skip


def infoclinica_patients(story: Story, phone: Phone) -> list[Row]:
    """Names in three columns, all numbers of a person in one cell."""
    rows = [
        [*_words(person), ident.day(person.birth), phone(person.phone_at(NOW), 3) + person.phone_tail, "", "Воронеж"]
        for person in story.carded(NOW)
    ]
    return [INFOCLINICA_PATIENT.split(";"), *rows]


def infoclinica_visits(story: Story, phone: Phone) -> list[Row]:
    """Columns of the database, the status in capitals."""
    words = {"Записан": "ОЖИДАЕТСЯ", "Отменен": "ОТМЕНЕНО", "Завершен": "ВЫПОЛНЕНО", "Неявка": "НЕ ЯВИЛСЯ"}
    rows = [
        [
            visit.number, int(visit.person.card) * 10, *_words(visit.person), phone(visit.person.phone_at(NOW), 2), "—",
            f"{visit.start:%Y-%m-%d}", f"{visit.start.hour}:{visit.start:%M}", visit.doctor.name,
            words.get(visit.status(NOW), visit.status(NOW).upper()), visit.person.branch,
        ]
        for visit in _visits(story)
    ]  # fmt: skip
    return [INFOCLINICA_VISIT.split(";"), *rows]


def sqns_visits(story: Story, phone: Phone) -> list[Row]:
    """The fields of its programming interface as a table: codes instead of words."""
    codes = {"Записан": 0, "Подтвержден": 2, "Завершен": 1, "Отменен": -1, "Неявка": -1}
    rows = [
        [
            visit.number, int(visit.person.card) + 500, visit.person.name_at(NOW),
            phone(visit.person.phone_at(NOW), 7), "",
            f"{visit.start:%Y-%m-%dT%H:%M:%S}" + ("+03:00" if visit.number % 2 else ""), visit.doctor.name,
            "Осмотр; Снимок", codes.get(visit.status(NOW), 0), str(visit.status(NOW) == "Отменен").lower(),
            f"{visit.amount:.2f}", f"{visit.amount:.2f}", visit.operator, f"{visit.booked:%Y-%m-%dT%H:%M:%S}", "",
        ]
        for visit in _visits(story)
    ]  # fmt: skip
    return [SQNS.split(","), *rows]


TABLES: Mapping[str, tuple[Callable[[Story, Phone], list[Row]], str, str]] = {
    f"ident/patients_{DAY}.csv": (ident_patients, ";", "utf-8-sig"),
    f"ident/appointments_{DAY}.csv": (ident_appointments, ";", "cp1251"),
    f"klientiks/visits_{DAY}.csv": (klientiks_visits, ";", "cp1251"),
    f"infoclinica/patients_{DAY}.csv": (infoclinica_patients, ";", "cp1251"),
    f"infoclinica/visits_{DAY}.csv": (infoclinica_visits, ";", "cp1251"),
    f"sqns/visits_{DAY}.csv": (sqns_visits, ",", "utf-8"),
}
"""Path below the samples -> table, delimiter, encoding."""
