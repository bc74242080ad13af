"""Three days of an invented clinic: who its people are and what happens to them, as facts with their moments.

Fri 2 and Sat 3 October 2026 are the past, Mon 5 to Wed 7 October the story, Thu 8 what people are reminded of on Wed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

DAYS = (date(2026, 10, 5), date(2026, 10, 6), date(2026, 10, 7))
BRANCHES = {"Ц": "Центральный", "С": "Северный", "Л": "Левый берег"}

# card | name | number without 555 in its middle | birth | branch | last visit | visits | source | …
PEOPLE = """
10001|Агапова Вера Ильинична|903-0117|14.03.1984|Ц|22.09.2026|6|Рекомендация
10002|Балашов Игорь Семёнович|910-0245|02.11.1971|Ц|17.09.2026|12|Сайт
10003|Белозёрова Анна Павловна|915-0362|25.07.1990|С|11.09.2026|3|2ГИС
10004|Васнецов Роман Олегович|919-0418|09.01.1988|Ц|29.08.2026|4|Яндекс Карты
10005|Воронцова Дарья Игоревна|920-0539|30.05.1995|Л|15.09.2026|2|ВКонтакте
10006|Голованов Пётр Андреевич|951-0674|18.12.1966|Ц|03.09.2026|21|Рекомендация
10007|КУЗЬМИНА ОЛЬГА НИКОЛАЕВНА|952-0781|07.04.1979|Ц|25.09.2026|9|Вывеска
10008|зайцев артём ильич|960-0826|21.08.2001|С|12.08.2026|1|Сайт
10009|Лебедева  Ирина   Юрьевна|961-0943|13.02.1983|Ц|20.09.2026|5|Сайт
10010|Анна Петровна Соловьёва|962-1058|28.06.1976|Ц|10.09.2026|7|Рекомендация
10011|Морозова Елена Викторовна|903-1164|16.10.1985|Ц|18.09.2026|8|Рекомендация
10012|Морозов Кирилл Андреевич|903-1164|04.03.2013|Ц|18.09.2026|3|Рекомендация
10013|Морозова Алиса Андреевна|903-1164|19.09.2017|Ц||0|Рекомендация
10014|Ковалёва Наталья Сергеевна|910-1427|11.05.1980|Ц|14.09.2026|4|Яндекс Карты
10015|Ковалёва Наталья Сергеевна|980-1593|23.01.1992|Л|08.09.2026|2|2ГИС
10016|Дроздов Максим Викторович|905-1638|06.07.1987|Ц|24.09.2026|5|Сайт
10017|Ермакова Светлана Дмитриевна|906-1752|15.11.1969|С|02.09.2026|17|Рекомендация
10018|Жданов Николай Фёдорович|908-1869|27.02.1958|Ц|19.08.2026|31|Рекомендация
10019|Журба Оксана Михайловна|909-1974|10.10.1991|Ц|16.09.2026|3|ВКонтакте
10020|Зимин Алексей Константинович|919-2081|05.12.1982|Л|21.09.2026|6|Сайт
10021|Игнатова Полина Романовна|920-2195|22.04.1999|Ц|07.09.2026|2|Яндекс Карты
10022|Каменев Степан Аркадьевич|950-2246|31.08.1974|Ц|28.09.2026|10|Рекомендация
10023|Киселёва Людмила Антоновна|951-2357|12.06.1963|С|04.09.2026|14|Рекомендация
10024|Корнилов Денис Валерьевич|952-2461|03.03.1989|Ц|23.09.2026|4|Сайт
10025|Крылова Татьяна Игоревна|960-2578|17.07.1986|Ц|30.09.2026|6|Вывеска
10026|Лаптев Юрий Борисович|961-2683|26.01.1970|Л|09.09.2026|8|2ГИС
10027|Макарова Инна Леонидовна|980-2794|08.05.1993|Ц|01.09.2026|3|Сайт
10028|Мельников Глеб Тимурович|981-2819|20.11.1997|Ц|26.08.2026|1|ВКонтакте
10029|Назарова Екатерина Львовна|903-2936|29.03.1981|С|13.08.2026|5|Яндекс Карты
10030|Носов Вадим Эдуардович|904-3042|14.09.1968|Ц|29.09.2026|16|Рекомендация
10031|Орлова Маргорита Денисовна|905-3157|01.07.1994|Ц|05.09.2026|2|Сайт
10032|Панфилов Артур Русланович|906-3263|24.12.1978|Л|31.08.2026|7|2ГИС
10033|Полякова Валерия Степановна|908-3374|18.04.2000|Ц|12.09.2026|2|ВКонтакте
10034|Родионов Семён Игнатьевич|909-3481|09.06.1955|Ц|20.08.2026|27|Рекомендация
10035|Рябова Кристина Олеговна|910-3592|11.01.1996|С|17.08.2026|3|Сайт
10036|Савельев Антон Маркович|915-3618|16.02.1983|Ц|27.09.2026|5|Яндекс Карты
10037|Сафонова Зоя Григорьевна|8 (473) 255-37-20|02.08.1949|Ц|22.08.2026|34|Рекомендация
10038|Ситников Павел Вячеславович|919-3845|25.10.1990|Ц|06.09.2026|2|Сайт
10039|Тарасова Жанна Витальевна|920-3951|07.12.1977|Л|15.08.2026|9|2ГИС
10040|Третьяков Олег Денисович|950-4063|19.05.1984|Ц|05.04.2026|4|Сайт
10041|Угарова Лидия Матвеевна|951-4178|30.01.1961|Ц|06.04.2026|11|Рекомендация
10042|Ушаков Фёдор Никитич|952-4286|13.07.1972|С|09.04.2026|6|Яндекс Карты
10043|Филатова Нина Кирилловна|960-4391|21.03.1988|Ц|14.04.2026|5|Вывеска
10044|Харитонов Лев Артурович|961-4427|04.11.1965|Ц|16.04.2026|13|Рекомендация
10045|Цветкова Яна Богдановна|962-4538|28.09.1998|Л|20.04.2026|2|ВКонтакте
10046|Чернов Матвей Захарович|980-4649|15.06.2005|Ц|22.04.2026|3|Сайт
10047|Шестакова Рита Альбертовна|981-4752|10.02.1975|Ц|27.04.2026|8|2ГИС
10048|Щербаков Иван Прохорович|903-4867|03.10.1980|С|29.04.2026|5|Сайт
10049|Юдина Алла Геннадьевна|904-4974|17.12.1959|Ц|04.05.2026|19|Рекомендация
10050|Яковлев Тимофей Русланович|905-5081|22.08.1993|Ц|05.05.2026|3|Яндекс Карты
10051|Абрамова Софья Марковна|906-5196|06.05.2002|Л|06.05.2026|2|ВКонтакте
10052|Бирюков Константин Львович|908-5247|26.11.1976|Ц|07.05.2026|9|Рекомендация
10053|Виноградова Ульяна Петровна|909-5358|12.04.1987|Ц|12.02.2026|4|Сайт
10054|Гуляев Егор Станиславович|910-5463|29.07.1991|Ц|18.11.2025|2|2ГИС
10055|Демидова Галина Остаповна|915-5572|08.01.1953|С|03.12.2025|22|Рекомендация
10056|Евсеев Руслан Наумович|919-5681|20.06.1985|Ц|24.01.2026|5|Сайт
10057|Жилина Карина Эльдаровна|920-5793|14.10.1999|Л|30.07.2026|1|ВКонтакте
10058|Завьялов Борис Ефимович|950-5814|01.03.1947|Ц|11.06.2026|40|Рекомендация
10059|Исаева Диана Рустамовна|951-5926|23.05.1994|Ц|19.07.2026|2|Яндекс Карты
10060|Калугин Никита Артёмович|952-6035|05.09.1986|С|02.07.2026|3|Сайт
П1|Лукина Арина Вадимовна|960-6148|17.01.1997|Ц||0|Сайт
П2|Мальцев Сергей Ильич|961-6259|28.11.1983|Ц||0|Яндекс Карты
П3|Нечаева Виктория Глебовна|962-6364|09.08.1990|Ц||0|2ГИС
П4|Осипов Даниил Романович|980-6471|31.05.2003|С||0|ВКонтакте
П5|Платонова Тамара Ивановна|981-6582|16.04.1967|Ц||0|Рекомендация
П6|Рогов Виталий Павлович|903-6697|04.07.1979|Ц||0|Сайт
П7|Сазонова Эмма Юрьевна|904-6713|22.12.1992|Л||0|Яндекс Карты
П8|Титов Аркадий Львович|905-6829|10.03.1988|Ц||0|Вывеска
П9|Уварова Милана Денисовна|906-6935|27.06.2004|Ц||0|ВКонтакте
П10|Фомин Георгий Саввич|908-7046|19.10.1974|Ц||0|Рекомендация
П11|Хохлова Регина Олеговна|909-7153|03.02.1995|С||0|Сайт
Л1|Шилов Валентин Юрьевич|910-7268|||||
"""

# the second number of a cell, as it was typed
TAILS = {"10002": "; 8 (473) 255-02-45", "10016": ", 8-951-555-71-64 (жена)", "10025": " / 89525557283"}
NO_SMS = {"10006", "10018", "10034", "10055"}

# code | name | specialty
DOCTORS = """
Х|Смоляков А.В.|Хирургия
Ж|Журавлёв М.Н.|Хирургия
Т|Вершинина О.Л.|Терапия
О|Гаврилин Д.С.|Ортопедия
К|Лапина Е.И.|Ортодонтия
Г|Рыжова С.А.|Гигиена
"""
OPERATORS = ("Белкина Т.", "Фролова К.", "Стрельцова Н.")

# day hour | person | doctor | end: ok, no-show, cancelled DAY HOUR, moved DAY HOUR | more: рек: told to prepare when
# booked; после: marked when it ended; подтв: confirmed in the morning; booked DAY HOUR
VISITS = """
02 09:00|10022|Х|ok|рек
02 10:00|10030|Т|ok
02 10:30|10025|Г|ok
02 11:00|10036|О|ok
02 12:00|10001|Т|ok
02 13:00|10016|Ж|ok|после
02 14:30|10024|Т|no
02 15:00|10007|К|ok
02 16:00|10009|Т|ok
03 10:00|10020|Х|ok|рек
03 10:30|10003|Т|ok
03 11:00|П1|Т|ok|booked 01 12:10
03 12:00|10005|К|cancelled 02 15:20
03 12:30|10014|Г|ok
03 13:00|10011|Т|ok
05 09:00|10002|Х|ok|рек
05 09:30|10010|Т|ok|подтв
05 10:00|П2|Т|ok|booked 02 11:35
05 10:00|10017|О|ok
05 11:00|10004|Ж|ok|после
05 11:30|10026|Г|no
05 12:00|10031|Т|ok|подтв
05 13:30|10019|К|ok
05 15:00|10006|Х|ok|рек
05 15:30|П3|Т|ok|booked 02 16:05
05 16:00|10033|Т|cancelled 05 10:40
05 17:00|10023|О|ok
05 18:00|10021|Ж|ok
06 09:00|10012|К|ok|подтв
06 09:30|10011|Т|ok|подтв
06 10:00|10038|Х|ok|рек
06 10:00|П4|Т|ok|booked 03 12:45
06 11:00|10024|Т|moved 05 17:30
06 11:00|П11|Г|ok|booked 04 17:30
06 11:30|П5|О|no|booked 04 10:20
06 12:00|10018|Т|ok
06 13:00|10027|Ж|ok|рек
06 14:30|10014|Т|ok
06 15:00|10015|Г|ok
06 15:30|10008|Т|no
06 16:00|10029|К|ok
06 16:30|10032|Х|ok|после
06 17:30|10013|Т|ok|booked 05 11:15
07 09:00|10036|О|ok
07 09:30|10001|Х|ok|рек
07 10:00|П6|Т|ok|booked 05 12:30
07 10:30|10028|Т|no
07 11:00|10024|Т|ok|booked 05 17:30
07 11:30|10007|К|ok|подтв
07 12:00|10035|Ж|cancelled 06 18:10
07 13:00|П7|Г|ok|booked 05 16:50
07 14:00|10022|Х|ok|рек
07 15:00|10009|Т|ok
07 15:30|10037|О|ok
07 16:00|10026|Г|ok|booked 06 10:05
07 17:00|10039|Т|ok
07 17:30|10010|Ж|ok|рек
08 09:00|10016|Х|ok|рек
08 09:30|10025|Т|ok
08 10:00|П8|Т|ok|booked 06 09:40
08 10:30|10030|О|ok
08 11:00|10020|Х|ok
08 12:00|10003|К|ok
08 12:30|П9|Т|ok|booked 06 15:15
08 13:00|10012|К|ok
08 14:00|10005|Г|ok
08 15:00|10057|Т|ok|booked 06 12:30
08 16:00|10002|Х|ok
08 17:00|П10|О|ok|booked 07 10:55
08 18:00|10019|Т|ok
"""

# cards given at the desk, after the first visit
CARDS = {
    "П1": ("10061", "03"),
    "П2": ("10062", "05"),
    "П3": ("10063", "05"),
    "П4": ("10064", "06"),
    "П6": ("10065", "07"),
}
CARDS |= {"П11": ("10066", "06")}

# what changes in a card: card | day hour | name or number
CHANGES = """
10028|05 16:10|981-2891
10007|06 13:20|Кузьмина Ольга Николаевна
10019|06 18:40|Крамская Оксана Михайловна
10031|05 18:05|Орлова Маргарита Денисовна
"""
REMOVED = {"10044": "05 17:00"}
"""A card that was merged away in the MIS: it is missing from the next file, and nothing may be deleted in the CRM."""

# day hour at which it was asked | person | doctor | word from day hour on …
WAITING = """
28.09 11:20|10057|Т|Записан 06 12:30
29.09 15:45|10039|Т|Записан 05 14:05|Визит состоялся 07 18:30
30.09 10:05|Л1|О|Отказался 06 16:40
01.10 17:20|10013|Т|Записан 05 11:15|Визит состоялся 06 18:30
02.10 09:50|10060|Х|
05.10 12:10|10026|Г|Записан 06 10:05
05.10 13:10|10029|Х|
06.10 11:55|10058|О|
"""

BAD_PATIENT_ROWS = (
    # cut short by hand, put right on the third day
    ("05", "06", "10067;Чистяков Марк Елисеевич;8 (910) 555-73;11.11.1981;Постоянный;Центральный;14.07.2026;;3;Нет"),
    ("07", "07", "10067;Чистяков Марк Елисеевич;8 (910) 555-73-84;11.11.1981;Постоянный;Центральный;14.07.2026;;3;Нет"),
    # a delimiter inside a cell that is not quoted
    ("06", "07", "10068;Юшкова Вера Саввишна;8 (915) 555-74-95;Постоянный; VIP;02.03.1970;Северный;21.06.2026;;7;Нет;"),
)
BAD_REMINDER_PHONES = {
    ("06", "10018"): "8(908)555-18",
    ("07", "10039"): "нет телефона",
    ("08", "10030"): "904 уточнить",
}
OUT_OF_RANGE = "10053"
"""A row of the check-up file that is too old for an invitation."""


# ── the facts with their moments ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Doctor:
    """Who sees people."""

    name: str
    specialty: str

    @property
    def surname(self) -> str:
        return self.name.partition(" ")[0]


@dataclass(frozen=True)
class Person:
    """Somebody of the clinic; ``issued`` is when the card was."""

    code: str
    card: str
    issued: datetime
    name: str
    number: str
    birth: date | None
    branch: str
    last_visit: date | None
    visits: int
    source: str
    changes: tuple[tuple[datetime, str], ...]

    @property
    def phone_tail(self) -> str:
        return TAILS.get(self.code, "")

    @property
    def no_sms(self) -> bool:
        return self.code in NO_SMS

    def name_at(self, now: datetime) -> str:
        return self._latest(self.name, now, lambda new: not new[0].isdigit())

    def phone_at(self, now: datetime) -> str:
        return _digits(self._latest(self.number, now, lambda new: new[0].isdigit()))

    def card_at(self, now: datetime) -> str:
        return self.card if self.issued <= now else ""

    def _latest(self, first: str, now: datetime, about: Callable[[str], bool]) -> str:
        return [first, *(new for moment, new in self.changes if moment <= now and about(new))][-1]


@dataclass(frozen=True)
class Visit:
    """An appointment and its life: ``turns`` are the moments from which a status holds."""

    number: int
    person: Person
    doctor: Doctor
    start: datetime
    booked: datetime
    turns: tuple[tuple[datetime, str], ...]
    marked: datetime | None

    def status(self, now: datetime) -> str:
        return [word for moment, word in self.turns if moment <= now][-1]

    def result(self, now: datetime) -> str:
        """The word of the journal of first visits."""
        said = {"Завершен": "Визит состоялся", "Неявка": "Записался, но не пришел", "Отменен": "Отменен"}
        return said.get(self.status(now), "Записан")

    def is_marked(self, now: datetime) -> bool:
        return self.marked is not None and self.marked <= now

    @property
    def operator(self) -> str:
        return OPERATORS[self.number % len(OPERATORS)]

    @property
    def amount(self) -> float:
        """Roubles, at times with kopecks."""
        return (self.number * 37 % 90 + 12) * 100 + (0.5 if self.number % 7 == 0 else 0)

    @property
    def bad_phone(self) -> str:
        return BAD_REMINDER_PHONES.get((f"{self.start:%d}", self.person.code), "")


@dataclass(frozen=True)
class Waiting:
    """A line of the waiting list."""

    asked: datetime
    person: Person
    doctor: Doctor
    operator: str
    turns: tuple[tuple[datetime, str], ...]

    def result(self, now: datetime) -> str:
        return ["Ожидает", *(word for moment, word in self.turns if moment <= now)][-1]


@dataclass(frozen=True)
class Story:
    """All that happens, and what a file of a given moment would hold of it."""

    people: tuple[Person, ...]
    visits: tuple[Visit, ...]
    waiting: tuple[Waiting, ...]

    def carded(self, now: datetime) -> list[Person]:
        here = [person for person in self.people if person.card_at(now)]
        return [person for person in here if person.code not in REMOVED or now < _moment(REMOVED[person.code])]

    def completed(self, person: Person, now: datetime) -> list[Visit]:
        return [visit for visit in self._of(person) if visit.booked <= now and visit.status(now) == "Завершен"]

    def next_visit(self, person: Person, now: datetime) -> datetime | None:
        ahead = [visit for visit in self._of(person) if visit.booked <= now < visit.start and visit in self._alive(now)]
        return min((visit.start for visit in ahead), default=None)

    def booked_for(self, day: date, now: datetime) -> list[Visit]:
        return [visit for visit in self._alive(now) if visit.start.date() == day]

    def on(self, day: date, now: datetime) -> list[Visit]:
        return [visit for visit in self.visits if visit.start.date() == day and visit.booked <= now]

    def finished(self, now: datetime) -> list[Visit]:
        """Ended since the last working day; what was moved is not told."""
        since = now.date() - timedelta(days=3 if now.weekday() == 0 else 1)
        past = [visit for visit in self.visits if since <= visit.start.date() < now.date()]
        return [visit for visit in past if visit.status(now) != "Перенесен"]

    def due(self, now: datetime) -> list[Person]:
        oldest, latest = (now.date() - relativedelta(months=months) for months in (6, 5))
        return [
            person
            for person in self.carded(now)
            if person.last_visit and (oldest <= person.last_visit <= latest or person.code == OUT_OF_RANGE)
        ]

    def first_visits(self, now: datetime) -> list[Visit]:
        recent = [visit for visit in self.visits if visit.booked < now and visit.start > now - timedelta(days=3)]
        return sorted((visit for visit in recent if visit.person.code.startswith("П")), key=lambda visit: visit.booked)

    def bad_patient_rows(self, now: datetime) -> list[str]:
        return [line for first, last, line in BAD_PATIENT_ROWS if first <= f"{now:%d}" <= last]

    def _of(self, person: Person) -> list[Visit]:
        return [visit for visit in self.visits if visit.person is person]

    def _alive(self, now: datetime) -> list[Visit]:
        gone = ("Отменен", "Перенесен")
        return [visit for visit in self.visits if visit.booked <= now and visit.status(now) not in gone]


def read_story() -> Story:
    """The tables above as facts."""
    doctors = {code: Doctor(name, specialty) for code, name, specialty in _lines(DOCTORS)}
    people = {person.code: person for person in map(_person, _lines(PEOPLE))}
    visits = [_visit(20500 + index, line, people, doctors) for index, line in enumerate(_lines(VISITS), 1)]
    waiting = [_entry(index, line, people, doctors) for index, line in enumerate(_lines(WAITING))]
    return Story(tuple(people.values()), tuple(visits), tuple(waiting))


def _lines(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def _moment(text: str) -> datetime:
    """``06 13:20`` of October 2026, or ``28.09 11:20``."""
    day, _space, clock = text.partition(" ")
    return datetime.strptime(f"{day if '.' in day else day + '.10'}.2026 {clock}", "%d.%m.%Y %H:%M")  # noqa: DTZ007


def _day(text: str) -> date | None:
    return datetime.strptime(text, "%d.%m.%Y").date() if text else None  # noqa: DTZ007


def _digits(number: str) -> str:
    prefix, _dash, rest = number.partition("-")
    return f"{prefix}555{rest}" if len(number) == len("903-0117") else number


def _person(line: list[str]) -> Person:
    code, name, number, birth, branch, last_visit, visits, source = line
    card, issued_on = CARDS.get(code, (code if code.isdigit() else "", "01"))
    changes = [(_moment(when), new) for about, when, new in _lines(CHANGES) if about == code]
    return Person(
        code=code,
        card=card,
        issued=_moment(f"{issued_on} 20:00"),
        name=name,
        number=number,
        birth=_day(birth),
        branch=BRANCHES.get(branch, ""),
        last_visit=_day(last_visit),
        visits=int(visits or 0),
        source=source,
        changes=tuple(changes),
    )


def _visit(number: int, line: list[str], people: Mapping[str, Person], doctors: Mapping[str, Doctor]) -> Visit:
    when, code, doctor, end, *more = line
    start = _moment(when)
    booked = next((_moment(word[7:]) for word in more if word.startswith("booked ")), _usually_booked(start, number))
    over = start + timedelta(hours=1)
    turns = [(booked, "Записан")]
    if "подтв" in more:
        turns.append((start.replace(hour=8, minute=0), "Подтвержден"))
    match end.partition(" "):
        case "ok", _, _:
            turns += [(start, "На приеме"), (over, "Завершен")]
        case "no", _, _:
            turns.append((start + timedelta(minutes=30), "Неявка"))
        case how, _, moment:
            turns.append((_moment(moment), {"cancelled": "Отменен", "moved": "Перенесен"}[how]))
    marked = booked if "рек" in more else over if "после" in more else None
    return Visit(number, people[code], doctors[doctor], start, booked, tuple(turns), marked)


def _usually_booked(start: datetime, number: int) -> datetime:
    """Before the story: one to three weeks ahead of the visit."""
    return (start - timedelta(days=7 + number % 14)).replace(hour=10 + number % 8, minute=number * 7 % 60)


def _entry(index: int, line: list[str], people: Mapping[str, Person], doctors: Mapping[str, Doctor]) -> Waiting:
    asked, code, doctor, *turns = line
    told = [turn.rsplit(" ", 2) for turn in turns if turn]
    words = tuple((_moment(f"{day} {clock}"), word) for word, day, clock in told)
    return Waiting(_moment(asked), people[code], doctors[doctor], OPERATORS[index % len(OPERATORS)], words)
