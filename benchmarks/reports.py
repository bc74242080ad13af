"""Scenario 12: `dentsync report` over a year of a large clinic. Each run is a whole process; no CRM is running."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks import data, state
from benchmarks.measure import Command, Run, alternated, dentsync, middle, spread
from benchmarks.report import Table, aim, megabytes, seconds, thousands
from dentsync.runs.files import Request
from dentsync.runs.intake import read_inbox
from dentsync.runs.session import opened

AIM = 1.0
HEAD = ("report", "wall", "best–worst", "CPU", "aim", "peak memory")
NAMES = ("primary", "specialisations", "sources", "conversion", "no-shows", "losses", "staff", "calls", "all")
VISITS = (
    "ID приёма;Номер карты;Ф.И.О.;Телефон;Дата и время приёма;Врач;Специализация;Статус визита;Администратор;"
    "Дата создания записи;Причина отмены"
)
SURNAMES = ("Лапина", "Смоляков", "Орлова", "Чижова", "Белов", "Гусева", "Котова", "Рогов", "Зимин")
GROUPS = {"А": "Терапия", "Б": "Хирургия", "В": "Детство"}
DOCTORS = [(f"{name} {letter}.", group) for letter, group in GROUPS.items() for name in SURNAMES]
OPERATORS = ("Белова", "Котова", "Орлова", "Ершова", "Зайцева", "Волкова", "Лунина", "Громова", "Рыжова", "Сомова", "")
ENDS = ("Визит состоялся",) * 16 + ("Не пришёл", "Отменён", "Отменён клиникой", "Перенесён")
REASONS = ("заболел", "дорого", "передумал", "")
FIRST = datetime(2025, 10, 6)
DAYS = 365


def visits(patients: int, a_day: int) -> Iterator[str]:
    """A year of visits, every patient's a few times."""
    pick, number = random.Random(5), 0
    for day in range(DAYS):
        for _visit in range(a_day):
            number += 1
            card, (doctor, group), end = pick.randint(1, patients), pick.choice(DOCTORS), pick.choice(ENDS)
            start = FIRST + timedelta(days=day, minutes=30 * pick.randint(16, 40))
            booked = start - timedelta(minutes=pick.randint(60, 40_000))
            reason = pick.choice(REASONS) if end.startswith("Отмен") else ""
            cells = (
                f"{number:07d}", f"{card:06d}", data.name_of(card), data.phone_of(card), f"{start:%d.%m.%Y %H:%M}",
                doctor, group, end, pick.choice(OPERATORS), f"{booked:%d.%m.%Y %H:%M}", reason,
            )  # fmt: skip
            yield ";".join(cells)


def prepared(work: Path, patients: int, a_day: int) -> Path:
    """A clinic that has read them; its configuration. Rows are linked by their cards, as a run does."""
    folder = work / f"reports-{patients}-{a_day}"
    config, ready = folder / "config.toml", folder / "ready"
    if not ready.exists():
        state.founded(folder, ('files    = "visits_*.xlsx"', 'files    = "visits_*.csv"'))
        data.write(folder / "inbox" / "patients_1.csv", data.first(patients))
        data.write(folder / "inbox" / "visits_1.csv", visits(patients, a_day), VISITS)
        with opened(config, data.NOW) as job:
            read_inbox(job, Request())
            link = "UPDATE rows SET person = 'patient/main/' || json_extract(cells, '$.card_number')"
            job.store.db.execute(link)
            people = "INSERT INTO people SELECT DISTINCT person, '', json_extract(cells, '$.card_number') FROM rows"
            job.store.db.execute(people)
        for file in (folder / "inbox").iterdir():
            file.unlink()
        ready.touch()
    return config


def measured(work: Path, patients: int, a_day: int, runs: int) -> Table:
    """The table."""
    config = prepared(work, patients, a_day)
    days = ("--from", f"{FIRST:%Y-%m-%d}", "--to", f"{FIRST + timedelta(days=DAYS - 1):%Y-%m-%d}")

    def command(name: str) -> Command:
        argv = dentsync("report", name, *days, "-c", str(config), "--now", data.NOW)
        return Command(argv, check=_check)

    found = alternated({name: command(name) for name in NAMES}, runs)
    remark = f"{thousands(DAYS * a_day)} rows of visits, {thousands(patients)} of patients; a year, as text."
    rows = [_row(name, of) for name, of in found.items()]
    return Table(
        "Reports", f"python -m benchmarks reports --patients {patients} --a-day {a_day}", HEAD, rows, (remark,)
    )


def _check(run: Run) -> None:
    assert (
        any(line.startswith("всего") and line.split()[1] != "0" for line in run.out.splitlines()) or "визиты" in run.out
    )


def _row(name: str, runs: list[Run]) -> list[str]:
    wall = middle(runs, "wall")
    best, worst = spread(runs, "wall")
    limit = aim(wall, AIM, seconds(AIM)) if name != "all" else ""
    return [
        name,
        seconds(wall),
        f"{best:.2f}–{worst:.2f}",
        seconds(middle(runs, "cpu")),
        limit,
        megabytes(middle(runs, "memory")),
    ]
