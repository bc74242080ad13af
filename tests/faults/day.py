"""An ordinary half hour of a small clinic with everything in it, as often as wanted from the same beginning.

Before: a synced morning, then people at work in the CRM, then new files and a new configuration. Swept is the one
``sync`` that carries all that: creations (silent and open), updates, moves, moves into another pipeline (one because
the configuration says so, one back from where a person had put it), rejects, and a choice of a person that stays; and
the tasks of deals: one is made, one is changed, one is completed.
"""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic
from tests.faults.effects import Fault
from tests.faults.forks import Ending, Forks, Order
from tests.faults.sides import Board, Side

MORNING, NOON = "2026-10-05T08:30", "2026-10-05T14:00"
WAITING = "ФИО;Телефон;Врач;Специализация;Оператор;Дата обращения;Результат"
MARIA = "103;Лебедева Мария Олеговна;8(916)555-01-03;Новый;Северный;"
PETER = "104;Орлов Пётр Ильич;8(916)555-01-04;Активный;Левый берег;"
IVANS_VISIT = "Котов Иван Петрович;8 (473) 255-01-02;06.10.2026 10:00:00;Петров;"
PETERS_VISIT = "Орлов Пётр Ильич;8(916)555-01-04;06.10.2026 11:00:00;Петров;"
OLGAS_VISIT = "Сомова Ольга Павловна;8(916)555-01-06;06.10.2026 11:30:00;Орлова;"
MARIA_WAITS = "Лебедева Мария Олеговна;8(916)555-01-03;Орлова;Терапия;Белкина Т.;28.09.2026 11:20;"
TASKS = "Номер медкарты;ФИО;Филиал;ID Профосмотра;Актуально с;Комментарий;Профосмотр закрыт"
ANNAS_TASK = "101;Соколова Анна Викторовна;Центральный;61501;"
MARIAS_TASK = "103;Лебедева Мария Олеговна;Северный;61503;"
PETERS_TASK = "104;Орлов Пётр Ильич;Левый берег;61504;"
MANY = 150
TURNS = 8
"""Clean runs that may be needed until nothing is left to do; more is a failure."""


class Day:
    """The clinic's folder and portal at one moment, to go back to."""

    def __init__(self, side: Side, clinic: Clinic, forks: Forks, data: Path, keep: Path) -> None:
        self.side, self.clinic, self.forks = side, clinic, forks
        self._portal_file, self._folder, self._portal = data / side.file, keep / "folder", keep / "portal.sqlite3"
        self.drives = False
        self.secrets = side.secrets(clinic.box)

    def keep(self) -> None:
        """This is the moment to go back to."""
        shutil.copytree(self.clinic.folder, self._folder)
        _copy_database(self._portal_file, self._portal)

    def back(self) -> None:
        """Folder and portal as they were kept."""
        shutil.rmtree(self.clinic.folder)
        shutil.copytree(self._folder, self.clinic.folder)
        _copy_database(self._portal, self._portal_file)

    def run(self, point: int = 0, fault: Fault = "kill", **given: Any) -> Ending:
        """One ``sync`` as a process of its own, with a fault at a point, if any; ``given`` as in ``Order``."""
        argv = ("--lang", "en", "sync", "--json", "-c", str(self.clinic.folder / self.clinic.config), "--now", NOON)
        order = Order(argv, str(self.clinic.folder), self.secrets, point, fault, drives=self.drives, **given)
        return self.forks.run(order)

    def settle(self, late: float = 0.0, turns: int = TURNS) -> list[str]:
        """Clean runs until one makes no request, the first at once; what was wrong on the way.

        ``late``: how many seconds the machine's clock is behind by now.
        """
        for _turn in range(turns):
            ending = self.run(late=late)
            summary = json.loads(ending.out) if ending.out else {}
            if ending.code not in (0, 4) or not summary:
                return [f"a clean run ended with {ending.code}: {ending.err}"]
            if ending.code == 0 and _is_quiet(summary):
                return []
        return [f"{turns} clean runs, and still work to do"]

    def files(self) -> set[str]:
        """Where the exports are, by their contents: each has to be in the archive."""
        found = [path for name in ("inbox", "archive") for path in (self.clinic.folder / name).rglob("*.csv")]
        # A run that is killed while it archives leaves the empty file whose name it had reserved.
        whole = [path for path in found if path.stat().st_size]
        return {f"{path.relative_to(self.clinic.folder).parts[0]}: {_digest(path)}" for path in whole}

    def open_ends(self) -> int:
        """Operations whose end is not known."""
        with closing(sqlite3.connect(self.clinic.folder / "state" / "dentsync.db")) as db:
            sql = "SELECT count(*) FROM journal WHERE result IS NULL OR result = 'unknown'"
            return int(db.execute(sql).fetchone()[0])

    def board(self) -> Board:
        """The CRM as it is now."""
        return self.side.board(self.clinic)


def _is_quiet(summary: dict[str, Any]) -> bool:
    """Nothing was asked and nothing was to be done, but for what waits for a person: that is looked at in every run."""
    if summary["outcomes"].get("held"):
        return set(summary["outcomes"]) - {"held"} == {one for one, n in summary["outcomes"].items() if not n}
    return (summary["requests"], summary["operations"]) == (0, 0)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _copy_database(source: Path, target: Path) -> None:
    """As SQLite itself copies: the server that has it open goes on with what it finds."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


# ── the days ──


def long_list(day: Day) -> None:
    """Several hundred creations: a long list of tomorrow's visits of people nobody knows yet."""
    visits = [f"Котов Иван Петрович;8(916)555-{n // 100:02d}-{n % 100:02d};" for n in range(1000, 1000 + MANY)]
    day.clinic.reminders(*(f"{visit}06.10.2026 9:00:00;Петров;Записан" for visit in visits), at=NOON)


def first_load(day: Day) -> None:
    """Nothing is there yet: no store, no contact, no deal."""
    _morning_files(day.clinic)


def half_hour(*days: Day) -> None:
    """A morning that is synced, then people, new files and a new configuration; in each CRM that the clinic has."""
    _morning_files(days[0].clinic)
    for day in days:
        assert day.clinic.sync(now=MORNING)["exit_code"] == 0
        day.side.people_before(day.clinic)
        day.side.new_rules(day.clinic)
    _noon_files(days[0].clinic, *days[-1].side.visits)


def _morning_files(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN, MARIA, PETER, at=MORNING)
    visits = [visit + "Записан" for visit in (ANNAS_VISIT, IVANS_VISIT, PETERS_VISIT, OLGAS_VISIT)]
    clinic.reminders(*visits, at=MORNING)
    clinic.drop("waiting_1.csv", MARIA_WAITS + "Ожидает", header=WAITING, at=MORNING)
    annas, marias = ANNAS_TASK + "01.02.2027;снять мерки;", MARIAS_TASK + "01.02.2027;после имплантации;"
    clinic.drop("tasks_1.csv", annas, marias, header=TASKS, at=MORNING)


def _noon_files(clinic: Clinic, *more: str) -> None:
    anna = ANNA.replace("555-01-01", "555-01-11").replace("VIP", "Активный")
    new = "105;Белова Яна Игоревна;8(916)555-01-05;Новый;Северный;"
    clinic.patients(anna, IVAN, MARIA, PETER, new, "106;;1234;;;", name="patients_2.csv", at=NOON)
    visits = [visit + "Подтвержден" for visit in (ANNAS_VISIT, IVANS_VISIT, PETERS_VISIT)]
    olga = OLGAS_VISIT + "Отменен"
    oleg = "Зимин Олег Львович;8(916)555-01-07;06.10.2026 12:00:00;Орлова;Записан"
    clinic.reminders(*visits, olga, oleg, *more, ";;не дата;;", name="reminders_2.csv", at=NOON)
    clinic.drop("waiting_2.csv", MARIA_WAITS + "Записан", header=WAITING, at=NOON)
    annas, marias = ANNAS_TASK + "01.03.2027;позвонить, снять мерки;", MARIAS_TASK + "01.02.2027;;05.10.2026 12:00"
    clinic.drop("tasks_2.csv", annas, marias, PETERS_TASK + "01.04.2027;;", header=TASKS, at=NOON)


def people_between(day: Day) -> None:
    """After the fault, before the next run."""
    day.side.people_between(day.clinic)


def mis_takes_back(day: Day) -> None:
    """Before the next run the MIS drops another list: what it had changed is as it was."""
    new = "105;Белова Яна Игоревна;8(916)555-01-05;Новый;Северный;"
    day.clinic.patients(ANNA, IVAN, MARIA, PETER, new, name="patients_3.csv", at="2026-10-05T14:01")
