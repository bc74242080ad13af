"""The MIS of a small invented clinic: who is there, who is booked, and the files it drops."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

NAMES = (
    ("Соколова", "Анна", "Викторовна", "Лапина"),
    ("Котов", "Иван", "Петрович", "Морозов"),
    ("Соколов", "Павел", "Ильич", "Гусев"),
    ("Белова", "Яна", "Олеговна", "Зуева"),
    ("Ершова", "Нина", "Павловна", "Орлова"),
)
"""Surname, given name, patronymic, and the surname after a wedding. Given names tell them apart."""
PHONES = tuple(f"+791655501{number:02d}" for number in range(1, 6))
STANDINGS = ("VIP", "Активный", "")
DOCTORS = ("Петров", "Лукина")
WORDS = {
    "booked": "Записан",
    "confirmed": "Подтвержден",
    "cancelled": "Отменен",
    "completed": "Завершен",
    "no_show": "Неявка",
}
PATIENT_HEADER = "Номер карты;Ф.И.О.;Телефон;Статус пациента"
REMINDER_HEADER = "Ф.И.О.;Телефон;Дата и время приёма;Врач;Статус;Оператор"

Name = tuple[str, str, str]
"""Surname, given name, patronymic (may be empty)."""


@dataclass(frozen=True)
class CardRow:
    """A line of the file of all patients, as a person reads it."""

    card: str
    name: Name
    phones: tuple[str, ...]
    standing: str


@dataclass(frozen=True)
class VisitRow:
    """A line of the file of tomorrow's visits. ``mark`` is one for each natural key: phone, start and doctor."""

    mark: str
    name: Name
    phone: str
    start: datetime
    doctor: str
    status: str


@dataclass(frozen=True)
class Export:
    """A file that the MIS wrote: what it says, its bytes, and when it was written."""

    feed: str
    file: str
    rows: tuple[CardRow | VisitRow, ...]
    content: bytes = field(repr=False)
    written: datetime


@dataclass
class Patient:
    """Somebody the MIS knows."""

    number: int
    phones: list[str]
    standing: str = ""
    carded: bool = True
    married: bool = False
    short: bool = False  # without patronymic

    @property
    def name(self) -> Name:
        last, first, patronymic, later = NAMES[self.number]
        return (later if self.married else last, first, "" if self.short else patronymic)


@dataclass
class Visit:
    """An appointment. ``listed``: the window file has it."""

    number: int
    patient: Patient
    start: datetime
    status: str = "booked"
    listed: bool = True

    @property
    def doctor(self) -> str:
        return DOCTORS[self.number % len(DOCTORS)]


News = tuple[Any, ...]
"""A word, whom or which it is about (counted from the newest, modulo), and more."""

_which = st.integers(0, 4)
news = st.one_of(
    *[st.tuples(st.just("status"), _which, st.sampled_from([*WORDS])) for _twice_as_often in range(2)],
    st.tuples(st.sampled_from(["books", "moves"]), _which, st.integers(0, 6)),
    st.tuples(st.just("vanishes"), _which),
    st.tuples(st.sampled_from(["appears", "appears without a card", "calls from", "calls also from"]), _which, _which),
    st.tuples(st.sampled_from(["marries", "shortens", "gets a card"]), _which),
    st.tuples(st.just("is"), _which, st.sampled_from(STANDINGS)),
)


@dataclass
class Mis:
    """What the clinic's people type in, and the exports."""

    now: datetime
    patients: list[Patient] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)

    def patient(self, number: int) -> Patient:
        return self.patients[-1 - number % len(self.patients)]

    def visit(self, number: int) -> Visit:
        return self.visits[-1 - number % len(self.visits)]

    def admit(self, phone: str, *, carded: bool) -> Patient:
        patient = Patient(len(self.patients), [phone], carded=carded)
        self.patients.append(patient)
        return patient

    def book(self, patient: Patient, days: int) -> Visit:
        number = len(self.visits)
        day = (self.now + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)
        visit = Visit(number, patient, day + timedelta(minutes=10 * number))
        self.visits.append(visit)
        return visit

    def hear(self, one: News) -> None:
        """Somebody types it in."""
        match one:
            case "status", number, status:
                self.visit(number).status = status
            case "books", number, days:
                self.book(self.patient(number), days)
            case "moves", number, days:  # a file without ids: the old row is gone, a new one is there
                self.visit(number).listed = False
                self.book(self.visit(number).patient, days)
            case "vanishes", number:
                self.visit(number).listed ^= True
            case ("appears" | "appears without a card") as how, _, phone:
                if len(self.patients) < len(NAMES):
                    self.admit(PHONES[phone], carded=how == "appears")
            case _, number, *more:
                self._hear_of(self.patient(number), one[0], *more)

    @staticmethod
    def _hear_of(patient: Patient, what: str, more: Any = None) -> None:
        match what:
            case "calls from":
                patient.phones = list(dict.fromkeys((PHONES[more], *patient.phones[1:])))
            case "calls also from":
                patient.phones = list(dict.fromkeys((patient.phones[0], PHONES[more])))
            case "marries":
                patient.married ^= True
            case "shortens":
                patient.short ^= True
            case "gets a card":
                patient.carded = True
            case "is":
                patient.standing = more

    # ── exports ──

    def export(self, feed: str, spelling: int) -> Export | None:
        """A file as it is now; none where it had no rows, or would be one that was there before."""
        export = self._patients_file(spelling) if feed == "patients" else self._reminders_file(spelling)
        earlier = [one.content for one in self.exports[:-1] if one.feed == "patients"]
        if not export.rows or export.content in earlier:  # of a snapshot no bytes are read twice: docs/decisions.md
            return None
        self.exports.append(export)
        return export

    def _patients_file(self, spelling: int) -> Export:
        """Everybody who has a card."""
        rows = tuple(
            CardRow(str(101 + p.number), p.name, tuple(p.phones), p.standing) for p in self.patients if p.carded
        )
        lines = [f"{r.card};{_name(r.name, spelling)};{_phones(r.phones, spelling)};{r.standing}" for r in rows]
        return self._written("patients", rows, PATIENT_HEADER, lines)

    def _reminders_file(self, spelling: int) -> Export:
        """The visits that are listed and still ahead."""
        rows = tuple(self._row(visit) for visit in self.visits if visit.listed and visit.start > self.now)
        lines = [
            f"{_name(r.name, spelling)};{_phones((r.phone,), spelling)};{r.start:%d.%m.%Y %H:%M};{r.doctor};"
            f"{WORDS[r.status]};{r.mark}"
            for r in rows
        ]
        return self._written("reminders", rows, REMINDER_HEADER, lines)

    def _row(self, visit: Visit) -> VisitRow:
        phone = visit.patient.phones[0]
        mark = f"Окно {visit.number}-{phone[-2:]}"
        return VisitRow(mark, visit.patient.name, phone, visit.start, visit.doctor, visit.status)

    def _written(self, feed: str, rows: tuple[CardRow | VisitRow, ...], header: str, lines: list[str]) -> Export:
        self.now += timedelta(seconds=1)
        content = "".join(line + "\r\n" for line in (header, *lines)).encode("cp1251")
        return Export(feed, f"{feed}_{len(self.exports) + 1}.csv", rows, content, self.now)


def full(name: Name) -> str:
    """As it stands in a title."""
    return " ".join(part for part in name if part)


def _name(name: Name, spelling: int) -> str:
    text = full(name)
    return (text, text.upper(), text.lower(), text.replace(" ", "  "))[spelling % 4]


def _phones(phones: tuple[str, ...], spelling: int) -> str:
    return ", ".join(_phone(phone, spelling) for phone in phones)


def _phone(phone: str, spelling: int) -> str:
    digits = phone[2:]
    forms = (phone, f"8{digits}", f"8 ({digits[:3]}) {digits[3:6]}-{digits[6:8]}-{digits[8:]}")
    return forms[spelling % 3]
