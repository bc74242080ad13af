"""Invented exports of any size: 12 columns, cp1251, `;`, as a MIS would write them."""

import os
import random
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

NOW = "2026-10-05T14:00"
"""The moment by which every run plans; exports were written a little earlier."""

WRITTEN_AT = datetime(2026, 10, 5, 13, 30, tzinfo=ZoneInfo("Europe/Moscow")).timestamp()

PATIENTS = (
    "Номер карты;Ф.И.О.;Телефон;Дата рождения;Статус пациента;Филиал;Дата последнего визита;Ближайший визит;"
    "Завершено визитов;Отказ от СМС;Откуда узнал;Скидка"
)
REQUESTS = "Ф.И.О.;Телефон;Дата записи;Специализация;Администратор;Дата и время приёма;Результат"

LAST = ("Соколов", "Котов", "Белов", "Орлов", "Ершов", "Зайцев", "Волков", "Лебедев", "Журавлёв", "Медведев")
FIRST = ("Анна", "Яна", "Ольга", "Мария", "Ирина", "Елена", "Дарья", "Софья", "Нина", "Вера")
MIDDLE = ("Викторовна", "Петровна", "Олеговна", "Павловна", "Сергеевна", "Ильинична", "Юрьевна", "Львовна")
STATUSES = ("Активный", "VIP", "Новый", "В архиве")
BRANCHES = ("Центральный", "Северный", "Левый берег")
SOURCES = ("Сайт", "Рекомендация", "Яндекс Карты", "Вывеска", "2ГИС")
NEW = 5_000_000
"""Added to the number of a patient who is new in the second export."""


def name_of(number: int) -> str:
    """Ф.И.О. of a patient."""
    pick = random.Random(number)
    return f"{pick.choice(LAST)}а {pick.choice(FIRST)} {pick.choice(MIDDLE)}"


def phone_of(number: int) -> str:
    """The mobile number of a patient, as administrators type it."""
    return f"8(9{40 + number % 50}){number // 50 % 1000:03d}-{number // 50000 % 100:02d}-{number % 89 + 10:02d}"


def patient(number: int, version: int = 0, phone: str = "") -> str:
    """One row of a patients' export; another version has another status and next visit."""
    pick = random.Random(-number)
    born = f"{pick.randint(1, 28):02d}.{pick.randint(1, 12):02d}.{pick.randint(1940, 2020)}"
    last = f"{pick.randint(1, 28):02d}.{pick.randint(1, 9):02d}.2026 {pick.randint(9, 19)}:30:00"
    following = f"{6 + (number + version) % 20:02d}.10.2026 {pick.randint(9, 19)}:00:00" if number % 5 == 0 else ""
    cells = (
        f"{number:06d}", name_of(number), phone or phone_of(number), born, STATUSES[(number + version) % 4],
        pick.choice(BRANCHES), last, following, str(pick.randint(0, 30)), "Нет", pick.choice(SOURCES),
        f"{pick.randint(0, 15)}%",
    )  # fmt: skip
    return ";".join(cells)


def request(number: int, *, operator: str = "Белова", result: str = "Записан") -> str:
    """One row of a primary requests' export: the same patient asks for an appointment."""
    booked = f"{1 + number % 4:02d}.10.2026 {9 + number % 10}:{number % 60:02d}"
    cells = (name_of(number), phone_of(number), booked, "Терапия", operator, "12.10.2026 10:00", result)
    return ";".join(cells)


def first(count: int) -> Iterator[str]:
    """The first export: ``count`` patients."""
    return (patient(number) for number in range(1, count + 1))


def second(count: int) -> Iterator[str]:
    """The export after it: 1 % of the rows changed, 0.1 % new, 0.1 % gone."""
    for number in range(1, count + 1):
        yield patient(number + NEW) if number % 1000 == 7 else patient(number, version=number % 100 == 0)


def changes(count: int) -> tuple[int, int, int]:
    """How many rows of ``second`` are changed, new and gone."""
    new = (count + 993) // 1000
    return count // 100, new, new


def shuffled(count: int, seed: int) -> list[str]:
    """The first export in another order."""
    rows = list(first(count))
    random.Random(seed).shuffle(rows)
    return rows


def write(path: Path, rows: Iterable[str], header: str = PATIENTS) -> Path:
    """An export of these rows, with the time stamp it would have."""
    with path.open("w", encoding="cp1251", newline="") as file:
        file.write(header + "\r\n")
        file.writelines(row + "\r\n" for row in rows)
    os.utime(path, (WRITTEN_AT, WRITTEN_AT))
    return path


def as_plain_csv(source: Path, target: Path) -> Path:
    """The same export as csv-diff likes it best: UTF-8, comma. No cell of ours has a comma in it."""
    text = source.read_text("cp1251")
    assert "," not in text
    target.write_text(text.replace(";", ","), encoding="utf-8")
    return target
