"""A month as it is in a clinic: guards that are set much tighter than by default have nothing to say."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest

from tests.clinic import PATIENTS, REMINDERS, Clinic

PEOPLE = 300
CHAIRS = ("Петров", "Лапина", "Гаврилин", "Рыжова")


@dataclass
class Visit:
    """One visit of a patient, by card number."""

    card: int
    start: datetime
    doctor: str
    status: str = "Записан"


@dataclass
class Mis:
    """An invented clinic: who is there, what is booked, and how a day passes."""

    chance: random.Random
    phones: dict[int, int] = field(
        default_factory=lambda: {card: 1_000_000 + card for card in range(100, 100 + PEOPLE)}
    )
    seen: dict[int, str] = field(default_factory=dict)
    booked: list[Visit] = field(default_factory=list)

    def book(self, day: date) -> None:
        """Fill a day: half of it on Saturdays, nobody on Sundays."""
        count = {5: 15, 6: 0}.get(day.weekday(), self.chance.randint(26, 34))
        for number, card in enumerate(self.chance.sample(sorted(self.phones), count)):
            hour = time(9 + number // 4, 15 * (number % 4))
            self.booked.append(Visit(card, datetime.combine(day, hour), CHAIRS[number % 4]))

    def pass_by(self, day: date) -> None:
        """The visits of a day end; a few people are new, have another phone or move their visit."""
        for visit in self.booked:
            if visit.start.date() == day:
                visit.status = self.chance.choices(["Завершен", "Отменен", "Неявка"], [85, 10, 5])[0]
                if visit.status == "Завершен":
                    self.seen[visit.card] = f"{day:%d.%m.%Y}"
        for card in self.chance.sample(sorted(self.phones), 3):
            self.phones[card] += 500_000
        for visit in self.chance.sample([v for v in self.booked if v.start.date() > day], 2):
            visit.start += timedelta(hours=7)
        newest = max(self.phones)
        self.phones |= {newest + number: 1_000_000 + newest + number for number in (1, 2)}

    def patients(self, day: date) -> Iterator[str]:
        ahead = {
            visit.card: visit.start
            for visit in sorted(self.booked, key=_start, reverse=True)
            if visit.start.date() >= day
        }
        for card, phone in self.phones.items():
            nearest = f"{ahead[card]:%d.%m.%Y %H:%M}" if card in ahead else ""
            status = "Постоянный" if card in self.seen else "Первичный"
            phones = f"8916{phone}" if card % 17 else "нет телефона"
            yield f"{card};Котов Иван Петрович;{phones};{status};Центральный;{nearest};{self.seen.get(card, '')}"

    def visits(self, days: tuple[date, ...]) -> Iterator[str]:
        for visit in self.booked:
            if visit.start.date() in days:
                phone = f"8916{self.phones[visit.card]}" if visit.card % 17 else "уточнить"
                yield f"Котов Иван Петрович;{phone};{visit.start:%d.%m.%Y %H:%M};{visit.doctor};{visit.status}"


def _start(visit: Visit) -> datetime:
    return visit.start


def _next_working(day: date) -> date:
    return day + timedelta(days=2 if day.weekday() == 5 else 1)


def tighten(clinic: Clinic) -> None:
    clinic.configure("free    = 50", "free    = 12")
    clinic.configure('max_age = "12h"', 'max_age = "12h", min_share = "40%", max_rejects = "15%", max_faulty = "10%"')


def wide(clinic: Clinic) -> None:
    """In the first days little is known, and everything is a large share of it."""
    clinic.configure('moves   = "30%"', 'moves   = "100%"')
    clinic.configure('stage   = "50%"', 'stage   = "100%"')


def usual(clinic: Clinic) -> None:
    clinic.configure('moves   = "100%"', 'moves   = "30%"')
    clinic.configure('stage   = "100%"', 'stage   = "50%"')


@pytest.mark.parametrize("days", [9, pytest.param(31, marks=pytest.mark.slow)])
def test_ordinary_days_are_never_refused(clinic: Clinic, days: int) -> None:
    mis, day = Mis(random.Random(days)), date(2026, 10, 5)
    tighten(clinic)
    wide(clinic)
    for ahead in range(days + 3):
        mis.book(day + timedelta(days=ahead))
    for number in range(days):
        if number == 4:
            usual(clinic)
        today = day + timedelta(days=number)
        night, evening = f"{today}T03:00", f"{today}T20:00"
        header = f"{PATIENTS};Дата последнего визита"
        clinic.drop(f"patients_{number}.csv", *mis.patients(today), header=header, at=night)
        said = clinic.say("sync", now=night)
        assert said.code == 0, f"{night} {said.all}"
        mis.pass_by(today)
        if today.weekday() < 6:
            lines = mis.visits((today, _next_working(today)))
            clinic.drop(f"reminders_{number}.csv", *lines, header=REMINDERS, at=evening)
            said = clinic.say("sync", now=evening)
            assert said.code == 0, f"{evening} {said.all}"
    assert len(clinic.deals()) > 25 * days * 0.8
