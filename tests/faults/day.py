"""An ordinary half hour of a small clinic with everything in it, as often as wanted from the same beginning.

Before: a synced morning, then people at work in the CRM, then new files and a new configuration. Swept is the one
``sync`` that carries all that: creations (silent and open), updates, moves, moves into another pipeline (one because
the configuration says so, one back from where a person had put it), rejects, and a choice of a person that stays.
"""

import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic
from tests.faults.effects import Fault
from tests.faults.forks import Ending, Forks, Order

FAST = 250.0
"""How fast this portal's clock runs: the 75 s in which a creation may still be on its way are 0.3 s."""
MORNING, NOON = "2026-10-05T08:30", "2026-10-05T14:00"
WAITING = "ФИО;Телефон;Врач;Специализация;Оператор;Дата обращения;Результат"
MARIA = "103;Лебедева Мария Олеговна;8(916)555-01-03;Новый;Северный;"
PETER = "104;Орлов Пётр Ильич;8(916)555-01-04;Активный;Левый берег;"
IVANS_VISIT = "Котов Иван Петрович;8 (473) 255-01-02;06.10.2026 10:00:00;Петров;"
PETERS_VISIT = "Орлов Пётр Ильич;8(916)555-01-04;06.10.2026 11:00:00;Петров;"
OLGAS_VISIT = "Сомова Ольга Павловна;8(916)555-01-06;06.10.2026 11:30:00;Орлова;"
MARIA_WAITS = "Лебедева Мария Олеговна;8(916)555-01-03;Орлова;Терапия;Белкина Т.;28.09.2026 11:20;"
MANY = 150
TURNS = 8
"""Clean runs that may be needed until nothing is left to do; more is a failure."""


@dataclass(frozen=True)
class Board:
    """What a person sees in the CRM, without ids and times, and what patients were sent."""

    contacts: Counter[str]
    phones: Counter[str]
    deals: Counter[str]
    stages: Counter[str]
    messages: Counter[str]
    duplicates: int

    def differences(self, found: "Board") -> list[str]:
        """What is otherwise in ``found``, in numbers: duplicates, lost, wrong stages, anything else."""
        lost = (self.contacts - found.contacts).total() + (self.deals - found.deals).total()
        more = (found.contacts - self.contacts).total() + (found.deals - self.deals).total()
        counts = {
            "duplicates": found.duplicates,
            "lost or changed": lost,
            "too many or changed": more,
            "phones": (self.phones - found.phones).total() + (found.phones - self.phones).total(),
            "wrong stages": (self.stages - found.stages).total(),
            "messages not sent": (self.messages - found.messages).total(),
            "messages sent twice": (found.messages - self.messages).total(),
        }
        return [f"{what}: {count}" for what, count in counts.items() if count]


class Day:
    """The clinic's folder and portal at one moment, to go back to."""

    def __init__(self, clinic: Clinic, forks: Forks, portal_file: Path, keep: Path) -> None:
        self.clinic, self.forks = clinic, forks
        self._portal_file, self._folder, self._portal = portal_file, keep / "folder", keep / "portal.sqlite3"
        self.drives = False

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
        argv = ("--lang", "en", "sync", "--json", "-c", str(self.clinic.folder / "config.toml"), "--now", NOON)
        return self.forks.run(
            Order(argv, str(self.clinic.folder), self.clinic.box.webhook, point, fault, drives=self.drives, **given)
        )

    def settle(self, late: float = 0.0, turns: int = TURNS) -> list[str]:
        """Clean runs until one makes no request, the first at once; what was wrong on the way.

        ``late``: how many seconds the machine's clock is behind by now.
        """
        for _turn in range(turns):
            ending = self.run(late=late)
            summary = json.loads(ending.out) if ending.out else {}
            if ending.code not in (0, 4) or not summary:
                return [f"a clean run ended with {ending.code}: {ending.err}"]
            if (ending.code, summary["requests"], summary["operations"]) == (0, 0, 0):
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
        state = self.clinic.state()
        names = {contact["id"]: _text(contact["fields"]) for contact in state["contacts"]}
        titles = {deal["id"]: deal["title"] for deal in state["deals"]}
        sent = [one for one in self.clinic.box.admin("GET", "automations") if one["message"]]
        return Board(
            contacts=Counter(_text([c["emails"], c["fields"]]) for c in state["contacts"]),
            phones=Counter(
                _text([c["fields"].get("lastName"), number]) for c in state["contacts"] for number in c["phones"]
            ),
            deals=Counter(
                _text([d["title"], d["pipeline"], d["stage"], d["fields"], [names[n] for n in d["contacts"]]])
                for d in state["deals"]
            ),
            stages=Counter(_text([d["title"], d["pipeline"], d["stage"]]) for d in state["deals"]),
            messages=Counter(_text([titles.get(one["item"]), one["stage"], one["message"]]) for one in sent),
            duplicates=sum(self.clinic.counters()["duplicates"].values()),
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _copy_database(source: Path, target: Path) -> None:
    """As SQLite itself copies: the server that has it open goes on with what it finds."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


# ── the days ──


def long_list(clinic: Clinic) -> None:
    """Several hundred creations: a long list of tomorrow's visits of people nobody knows yet."""
    visits = [f"Котов Иван Петрович;8(916)555-{n // 100:02d}-{n % 100:02d};" for n in range(1000, 1000 + MANY)]
    clinic.reminders(*(f"{visit}06.10.2026 9:00:00;Петров;Записан" for visit in visits), at=NOON)


def first_load(clinic: Clinic) -> None:
    """Nothing is there yet: no store, no contact, no deal."""
    _morning_files(clinic)


def half_hour(clinic: Clinic) -> None:
    """A morning that is synced, then people, new files and a new configuration."""
    _morning_files(clinic)
    assert clinic.sync(now=MORNING)["exit_code"] == 0
    _people_before(clinic)
    clinic.configure('pipeline = "Лист ожидания"', 'pipeline = "Первичные пациенты"')
    clinic.configure('{ waiting = "Ожидает", booked = "Записан",', '{ booked = "Записан на приём",')
    clinic.configure('cancelled = { lost = "Отказался" } }', 'cancelled = { lost = "Отменил запись" } }')
    _noon_files(clinic)


def _morning_files(clinic: Clinic) -> None:
    clinic.patients(ANNA, IVAN, MARIA, PETER, at=MORNING)
    visits = [visit + "Записан" for visit in (ANNAS_VISIT, IVANS_VISIT, PETERS_VISIT, OLGAS_VISIT)]
    clinic.reminders(*visits, at=MORNING)
    clinic.drop("waiting_1.csv", MARIA_WAITS + "Ожидает", header=WAITING, at=MORNING)


def _noon_files(clinic: Clinic) -> None:
    anna = ANNA.replace("555-01-01", "555-01-11").replace("VIP", "Активный")
    new = "105;Белова Яна Игоревна;8(916)555-01-05;Новый;Северный;"
    clinic.patients(anna, IVAN, MARIA, PETER, new, "106;;1234;;;", name="patients_2.csv", at=NOON)
    visits = [visit + "Подтвержден" for visit in (ANNAS_VISIT, IVANS_VISIT, PETERS_VISIT)]
    olga = OLGAS_VISIT + "Отменен"
    oleg = "Зимин Олег Львович;8(916)555-01-07;06.10.2026 12:00:00;Орлова;Записан"
    clinic.reminders(*visits, olga, oleg, ";;не дата;;", name="reminders_2.csv", at=NOON)
    clinic.drop("waiting_2.csv", MARIA_WAITS + "Записан", header=WAITING, at=NOON)


def _people_before(clinic: Clinic) -> None:
    """Ivan's reminder is taken into another pipeline, Peter's is closed, and somebody works on Anna's card."""
    ids = {deal["title"].split()[0]: deal["id"] for deal in clinic.deals() if deal["pipeline"] == "Оповещение о визите"}
    clinic.act("move", deal=ids["Котов"], pipeline="Лист ожидания", stage="Ожидает")
    clinic.act("move", deal=ids["Орлов"], stage="Запись отменена")
    clinic.act("add_phone", contact=_contact(clinic, "Соколова"), phone="8 900 555-01-99")
    clinic.act("edit", contact=_contact(clinic, "Соколова"), fields={"secondName": "Викт."})


def people_between(clinic: Clinic) -> None:
    """After the fault, before the next run: somebody works on what was being changed, beside what was changed."""
    anna = _contact(clinic, "Соколова")
    clinic.act("edit", contact=anna, fields={"name": "Аня"})
    clinic.act("add_phone", contact=anna, phone="8 900 555-01-98")
    waiting = next(deal for deal in clinic.deals() if deal["title"].startswith("Лебедева"))
    clinic.act("edit", deal=waiting["id"], fields={"UF_CRM_OPERATOR": "Сотникова М."})


def mis_takes_back(clinic: Clinic) -> None:
    """Before the next run the MIS drops another list: what it had changed is as it was."""
    new = "105;Белова Яна Игоревна;8(916)555-01-05;Новый;Северный;"
    clinic.patients(ANNA, IVAN, MARIA, PETER, new, name="patients_3.csv", at="2026-10-05T14:01")


def _contact(clinic: Clinic, last_name: str) -> int:
    return next(int(one["id"]) for one in clinic.contacts() if one.get("lastName") == last_name)
