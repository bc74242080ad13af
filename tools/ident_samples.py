"""What IDENT exports: one day for ``dentsync/samples/ident``, the three of the story for ``ident-amocrm`` beside it.

The fields are the 26 of a card and the 20 of an appointment of its exchange with CRMs, and whose appointment it is.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from tools.sample_story import Person, Story, Visit

Row = Sequence[object]
Phone = Callable[[str, int], str]

PATIENT = (
    "ФИО;Телефон;Представитель;Возраст;Пол;Дата и время последнего приема;Дата и время будущего ближайшего приема;"
    "Общая сумма за все визиты;Номер медкарты;Дата рождения;Комментарий;Доп. комментарий;Скидки;"
    "Отказ об смс оповещении;Причина списания в архив;Статус пациента;Информация о санации;Откуда узнал;Завершено;"
    "Первый;Дата создания пациента;СНИЛС;ИНН;Филиал;Порядковый номер пациента в IDENT;Аванс/долг"
)
RECEPTION = (
    "Номер медкарты;ФИО;Имя и фамилия администратора создавшего запись;Дата и время создания записи;"
    "Дата и время приема;ФИО врача к которому записан пациент;Статус записи;Сумма к оплате;Коды оказанных услуг;"
    "Тема обращения;Комментарий;Тип приема;Филиал;ID Приема;ID Обращения;Скидка;Фактически полученная сумма ДС;"
    "Сумма оказанных услуг;Врач;Актуально с;Комментарий;ID Профосмотра"
)
TASK = "Номер медкарты;ФИО;ID Профосмотра;Врач;Актуально с;Комментарий;Дата закрытия профосмотра"
CLOSED = {"10043": datetime(2026, 10, 5, 15, 20)}  # noqa: DTZ001  the clinic's own clock
"""Check-ups that were closed in the MIS, by card, and when."""

# ── spellings ─────────────────────────────────────────────────────────────────────────────────


def moment(value: date | None, clock: str = " 12:00:00.000") -> str:
    """As the IDENT exchange writes it: the day the ISO way, milliseconds."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}.000"
    return f"{value:%Y-%m-%d}{clock}" if value else ""


def money(value: float) -> str:
    """A decimal comma, and thousands set apart by a no-break space."""
    return f"{value:,.2f}".replace(",", "\xa0").replace(".", ",")


def day(value: date | None) -> str:
    """A day as everybody writes it."""
    return f"{value:%d.%m.%Y}" if value else ""


def sex(person: Person) -> str:
    """One letter, by the patronymic."""
    return "Ж" if person.name.casefold().endswith("на") else "М"


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


def patient(story: Story, person: Person, phone: Phone, now: datetime, card: str, seen: Sequence[Visit] = ()) -> Row:
    """The twenty-six fields of a card. ``seen``: visits that count beside those of before the story."""
    child = person.birth is not None and person.birth.year > 2010
    debt = -1500 if person.visits % 9 == 4 else 0
    born, count = person.birth, person.visits + len(seen)
    last = max((visit.start for visit in seen), default=person.last_visit)
    first = person.last_visit and person.last_visit.replace(year=2024)
    return [
        person.name_at(now), phone(person.phone_at(now), int(card)) + person.phone_tail,
        "Морозова Елена Викторовна" if child else "", 2026 - born.year if born else "", sex(person),
        moment(last), moment(story.next_visit(person, now)), money(count * 4350.5),
        f"{int(card):07}", day(born), "любит окно" if person.visits > 20 else "", "",
        "5%" if person.visits > 10 else "", "Да" if person.no_sms else "Нет", "",
        "Первичный" if count < 2 else "Постоянный", "Терапия, Хирургия" if person.visits % 5 == 0 else "",
        person.source, count, day(first), moment(first), "", "", person.branch, int(card) - 9000, money(debt),
    ]  # fmt: skip


def appointment(visit: Visit, now: datetime, card: str) -> list[object]:
    """The twenty fields of an appointment behind whose it is."""
    word = visit.status(now)
    done = word == "Завершен"
    checkup = [
        visit.doctor.name,
        day(visit.start.date() + timedelta(days=180)),
        "осмотр через полгода",
        visit.number * 3,
    ]
    return [
        f"{int(card):07}", visit.person.name_at(now), visit.operator, moment(visit.booked),
        moment(visit.start), visit.doctor.name, word, money(visit.amount), "A16.07.002, B01.065" if done else "",
        visit.doctor.specialty, "", "Первичный" if visit.person.visits < 2 else "Повторный", visit.person.branch,
        visit.number, visit.number - 20000, "0", money(visit.amount if done else 0),
        money(visit.amount if done else 0), *(checkup if done else [""] * 4),
    ]  # fmt: skip


# ── three days ────────────────────────────────────────────────────────────────────────────────


def card_of(person: Person) -> str:
    """The number of a card: who comes for the first time gets it with the first booking."""
    return person.code if person.code.isdigit() else str(10070 + int(person.code[1:]))


def patients(story: Story, now: datetime, phone: Phone) -> list[Row]:
    """Everybody with a card, and from the second day a row whose file was spoilt by hand."""
    booked = {visit.person.code for visit in story.visits if visit.booked <= now}
    here = [person for person in story.carded(now) if person.code.isdigit()]
    here += [person for person in story.people if person.code.startswith("П") and person.code in booked]
    rows = [patient(story, one, phone, now, card_of(one), story.completed(one, now)) for one in here]
    spoilt = [["Юшкова Вера Саввишна", "8 (915) 555-74-95", *[""] * 25]] if f"{now:%d}" > "05" else []
    return [PATIENT.split(";"), *rows, *spoilt]


def appointments(story: Story, now: datetime, phone: Phone) -> list[Row]:  # noqa: ARG001
    """From three days ago on, with the status of this moment, and which appointment one stands for."""
    since = now.date() - timedelta(days=3)
    here = [visit for visit in story.visits if visit.booked <= now and visit.start.date() >= since]
    rows = [[*appointment(visit, now, card_of(visit.person)), _moved_from(story, visit)] for visit in here]
    return [[*RECEPTION.split(";"), "Перенесен с"], *rows]


def _moved_from(story: Story, visit: Visit) -> object:
    """The number of the appointment that was moved when this one was made."""
    moved = [one for one in story.visits if one.person is visit.person and (visit.booked, "Перенесен") in one.turns]
    return moved[0].number if moved else ""


def tasks(story: Story, now: datetime, phone: Phone) -> list[Row]:  # noqa: ARG001
    """Check-ups that are due, and when they were closed."""
    return [TASK.split(";"), *(_task(person, now) for person in story.due(now) if person.last_visit)]


def _task(person: Person, now: datetime) -> Row:
    closed = CLOSED.get(person.code)
    since = person.last_visit and person.last_visit + relativedelta(months=6)
    over = day(closed) if closed and closed <= now else ""
    return [f"{int(person.code):07}", person.name_at(now), f"6{person.code}", "Вершинина О.Л.", day(since), "", over]


Table = tuple[Callable[[Story, datetime, Phone], list[Row]], str, str]
MORNING: Mapping[str, Table] = {
    "patients_{day}.csv": (patients, ";", "utf-8-sig"),
    "appointments_{day}_{time}.csv": (appointments, ";", "cp1251"),
    "tasks_{day}.csv": (tasks, "\t", "utf-16-le"),
}
AFTERNOON: Mapping[str, Table] = {
    "patients_{day}_{time}.csv": (patients, ";", "utf-8-sig"),
    "appointments_{day}_{time}.csv": (appointments, ";", "cp1251"),
}
TIMES = ((time(8, 30), MORNING), (time(14), AFTERNOON))
