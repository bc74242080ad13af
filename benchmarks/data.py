"""Invented exports of any size: 12 columns, cp1251, `;`, as a MIS would write them."""

import random
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "Номер карты;Ф.И.О.;Телефон;Дата рождения;Статус пациента;Филиал;Дата последнего визита;Ближайший визит;"
    "Завершено визитов;Отказ от СМС;Откуда узнал;Скидка"
)
LAST = ("Соколов", "Котов", "Белов", "Орлов", "Ершов", "Зайцев", "Волков", "Лебедев", "Журавлёв", "Медведев")
FIRST = ("Анна", "Яна", "Ольга", "Мария", "Ирина", "Елена", "Дарья", "Софья", "Нина", "Вера")
MIDDLE = ("Викторовна", "Петровна", "Олеговна", "Павловна", "Сергеевна", "Ильинична", "Юрьевна", "Львовна")
STATUSES = ("Активный", "VIP", "Новый", "В архиве")
BRANCHES = ("Центральный", "Северный", "Левый берег")
SOURCES = ("Сайт", "Рекомендация", "Яндекс Карты", "Вывеска", "2ГИС")


def row(number: int, version: int = 0) -> str:
    """One patient; another version has another status and next visit."""
    pick = random.Random(number)
    name = f"{pick.choice(LAST)}а {pick.choice(FIRST)} {pick.choice(MIDDLE)}"
    phone = f"8(9{10 + number % 50:02d}){number // 50 % 1000:03d}-{number // 50000 % 100:02d}-{number % 89 + 10:02d}"
    born = f"{pick.randint(1, 28):02d}.{pick.randint(1, 12):02d}.{pick.randint(1940, 2020)}"
    last = f"{pick.randint(1, 28):02d}.{pick.randint(1, 9):02d}.2026 {pick.randint(9, 19)}:30:00"
    following = f"{6 + (number + version) % 20:02d}.10.2026 {pick.randint(9, 19)}:00:00" if number % 5 == 0 else ""
    status = STATUSES[(number + version) % len(STATUSES)]
    cells = (
        f"{number:06d}", name, phone, born, status, pick.choice(BRANCHES), last, following,
        str(pick.randint(0, 30)), "Нет", pick.choice(SOURCES), f"{pick.randint(0, 15)}%",
    )  # fmt: skip
    return ";".join(cells)


def rows(count: int, *, changed_every: int = 0) -> Iterator[str]:
    """``count`` patients; with ``changed_every`` = 100 each hundredth is changed, one in a thousand new or gone."""
    for number in range(1, count + 1):
        if changed_every and number % 1000 == 7:
            yield row(number + 5_000_000)
        else:
            yield row(number, 1 if changed_every and number % changed_every == 0 else 0)


def write(path: Path, count: int, *, changed_every: int = 0) -> Path:
    """An export of ``count`` patients."""
    with path.open("w", encoding="cp1251", newline="") as file:
        file.write(HEADER + "\r\n")
        file.writelines(line + "\r\n" for line in rows(count, changed_every=changed_every))
    return path
