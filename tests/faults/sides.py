"""What the days of this folder need of a CRM, once for each: its account, its rules, its people, its board.

The files of the MIS are the same. What a person sees is told in words, so that two boards can be compared.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dentsync.config import preset_text
from dentsync.sandbox.server import Running, running
from dentsync.sandbox.storage import FILE
from tests.account import AmoClinic
from tests.clinic import SPEED, Clinic, founded

FAST = 250.0
"""How fast the portal's clock runs: the 75 s in which a creation may still be on its way are 0.3 s."""


@dataclass(frozen=True)
class Board:
    """What a person sees in the CRM, without ids and times, and what patients were sent."""

    contacts: Counter[str]
    phones: Counter[str]
    deals: Counter[str]
    stages: Counter[str]
    messages: Counter[str]
    duplicates: int
    tasks: Counter[str]

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
            "tasks lost or changed": (self.tasks - found.tasks).total(),
            "tasks too many or changed": (found.tasks - self.tasks).total(),
            "messages not sent": (self.messages - found.messages).total(),
            "messages sent twice": (found.messages - self.messages).total(),
        }
        return [f"{what}: {count}" for what, count in counts.items() if count]


class Side(Protocol):
    """A CRM of these days. ``file``: where, under the sandbox's folder, the portal keeps its data."""

    file: str
    visits: tuple[str, ...]
    """Visits of the noon list that only this day has."""

    def serve(self, data: Path) -> AbstractContextManager[Running]:
        """A server with a clock of its own."""
        ...

    def secrets(self, box: Running) -> dict[str, str]:
        """What opens the portal and must never be shown, by the variable in which a run looks for it."""
        ...

    def founded(self, folder: Path, box: Running, read: Callable[[], Any]) -> Clinic:
        """A clinic with a fresh portal, and with its rules of the morning."""
        ...

    def new_rules(self, clinic: Clinic) -> None:
        """Who waits for a visit is led elsewhere from now on."""
        ...

    def people_before(self, clinic: Clinic) -> None:
        """Ivan's reminder is taken into another pipeline, Peter's is closed, and somebody works on Anna's card."""
        ...

    def people_between(self, clinic: Clinic) -> None:
        """Somebody works on what is being changed, beside what is changed."""
        ...

    def board(self, clinic: Clinic) -> Board:
        """The CRM as it is now."""
        ...


FEED = """
[feeds.tasks]
files    = "tasks_*.csv"
source   = "ident"
kind     = "append"
entity   = "task"
key      = ["task_id"]
required = ["card_number", "task_from_at"]
columns  = { task_comment = ["Комментарий"] }
status_from = { completed = ["task_closed_at"] }
defaults = { status = "Записан" }

[routes.tasks]
feeds    = ["tasks"]
title    = "Профосмотр: {full_name}, {task_from_at:%d.%m.%Y}"
task     = { type = "Профосмотр", deadline = "task_from_at", text = "{task_comment}" }
"""


class Bitrix24:
    """The clinic of the preset «helix-bitrix24»."""

    file = FILE
    visits = ()

    def serve(self, data: Path) -> AbstractContextManager[Running]:
        return running(data, speed=FAST)

    def secrets(self, box: Running) -> dict[str, str]:
        return {"DENTSYNC_WEBHOOK": box.webhook}

    def founded(self, folder: Path, box: Running, read: Callable[[], Any]) -> Clinic:
        box.admin("POST", "reset", {})
        clinic = founded(folder, box, read)
        clinic.configure(f"speed = {SPEED}", f"speed = {FAST}")
        ends = 'pipeline = "Профосмотр"\nstages = { booked = "Пригласить", completed = { won = "Записался" } }\n\n'
        clinic.configure("[safety]", f"{FEED}{ends}[safety]")
        return clinic

    def new_rules(self, clinic: Clinic) -> None:
        clinic.configure('pipeline = "Лист ожидания"', 'pipeline = "Первичные пациенты"')
        clinic.configure('{ waiting = "Ожидает", booked = "Записан",', '{ booked = "Записан на приём",')
        clinic.configure('cancelled = { lost = "Отказался" } }', 'cancelled = { lost = "Отменил запись" } }')

    def people_before(self, clinic: Clinic) -> None:
        found = [deal for deal in clinic.deals() if deal["pipeline"] == "Оповещение о визите"]
        ids = {deal["title"].split()[0]: deal["id"] for deal in found}
        clinic.act("move", deal=ids["Котов"], pipeline="Лист ожидания", stage="Ожидает")
        clinic.act("move", deal=ids["Орлов"], stage="Запись отменена")
        clinic.act("add_phone", contact=self._anna(clinic), phone="8 900 555-01-99")
        clinic.act("edit", contact=self._anna(clinic), fields={"secondName": "Викт."})

    def people_between(self, clinic: Clinic) -> None:
        clinic.act("edit", contact=self._anna(clinic), fields={"name": "Аня"})
        clinic.act("add_phone", contact=self._anna(clinic), phone="8 900 555-01-98")
        waiting = next(deal for deal in clinic.deals() if deal["title"].startswith("Лебедева"))
        clinic.act("edit", deal=waiting["id"], fields={"UF_CRM_OPERATOR": "Сотникова М."})
        clinic.act("edit_task", task=annas_task(clinic), due="2027-02-10T12:00:00+03:00")

    def _anna(self, clinic: Clinic) -> int:
        return next(int(one["id"]) for one in clinic.contacts() if one.get("lastName") == "Соколова")

    def board(self, clinic: Clinic) -> Board:
        state = clinic.state()
        names = {contact["id"]: _text(contact["fields"]) for contact in state["contacts"]}
        titles = {deal["id"]: deal["title"] for deal in state["deals"]}
        sent = [one for one in clinic.box.admin("GET", "automations") if one["message"]]
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
            duplicates=sum(clinic.counters()["duplicates"].values()),
            tasks=_tasks(state, titles),
        )


CRM = """
[crm]
target  = "amocrm"
address = "{address}"
token   = "env:DENTSYNC_TOKEN"
tag     = "МИС"
speed   = {speed}

[crm.fields.contact]
card_number    = "Номер медкарты"
patient_status = "Статус пациента"
next_visit_at  = "Дата и время будущего ближайшего приема"

[crm.fields.deal]
start_at = "Дата и время приема"
doctor   = "ФИО врача к которому записан пациент"
operator = "Имя и фамилия администратора создавшего запись"

"""
ROUTES = """
[routes.reminder]
feeds    = ["reminders"]
pipeline = "Первичные пациенты"
title    = "{full_name}, {start_at:%d.%m %H:%M}, {doctor}"
when     = { start_at = { days_ahead = [1, 4] } }
adopt    = ["Новый лид"]
stages   = { booked = "Записан на прием", confirmed = "Посетил", cancelled = { lost = "Отменил запись" } }
people   = ["Взяли в работу"]
fields   = ["start_at", "doctor"]

[routes.waiting]
feeds    = ["waiting"]
pipeline = "Повторные приемы"
title    = "{full_name}, {doctor}"
stages   = { waiting = "Новый лид", booked = "Записан на прием", cancelled = { lost = "Нет потребности" } }
fields   = ["doctor", "operator"]

"""

ENDS = """pipeline = "Профосмотры"
stages   = { booked = "Пригласить", completed = { lost = "Нет потребности" } }

"""


class AmoCrm:
    """The same clinic and the same files with an account of amoCRM. ``paid``: whether it filters by custom fields;
    ``oauth``: whether its tokens change; ``config``: the file that says so.
    """

    file = f"amocrm/smile/{FILE}"
    visits = (
        "Громов Лев Ильич;8(916)555-01-08;06.10.2026 12:30:00;Орлова;Записан",
        "Ежов Роман Львович;8(916)555-01-09;06.10.2026 13:00:00;Орлова;Записан",
    )

    def __init__(self, *, paid: bool = True, oauth: bool = False, config: str = "config.toml") -> None:
        self._paid, self._oauth, self._config = paid, oauth, config

    def serve(self, data: Path) -> AbstractContextManager[Running]:
        return running(data, speed=FAST, crm="amocrm")

    def secrets(self, box: Running) -> dict[str, str]:
        keys = box.doors[0].keys
        return {"DENTSYNC_SECRET": keys["client_secret"]} if self._oauth else {"DENTSYNC_TOKEN": keys["token"]}

    def founded(self, folder: Path, box: Running, read: Callable[[], Any]) -> Clinic:
        box.admin("POST", "reset", {})
        box.admin("POST", "settings", {"speed": FAST, "field_filter": "works" if self._paid else "refused"})
        clinic = AmoClinic(folder, box, read, self._config)
        (folder / "inbox").mkdir(parents=True, exist_ok=True)
        (folder / self._config).write_text(amocrm_config(box.doors[0].url), encoding="utf-8")
        if self._oauth:
            self._authorise(clinic, box)
        assert clinic.say("setup").code == 0
        return clinic

    def _authorise(self, clinic: Clinic, box: Running) -> None:
        """The code is kept where it is found once."""
        keys = box.doors[0].keys
        own = f'client_id = "{keys["client_id"]}", redirect_uri = "{keys["redirect_uri"]}"'
        clinic.configure(
            'token   = "env:DENTSYNC_TOKEN"',
            f'oauth = {{ {own}, client_secret = "env:DENTSYNC_SECRET", code = "env:DENTSYNC_CODE" }}',
        )
        os.environ["DENTSYNC_CODE"] = box.admin("POST", "code", {})["code"]
        try:
            assert clinic.say("check").code == 2  # the field of our key is missing yet
        finally:
            del os.environ["DENTSYNC_CODE"]

    def new_rules(self, clinic: Clinic) -> None:
        clinic.configure('pipeline = "Повторные приемы"', 'pipeline = "Первичные пациенты"')
        clinic.configure('waiting = "Новый лид", ', "")

    def people_before(self, clinic: Clinic) -> None:
        """As everywhere; and Oleg called meanwhile, and so did Lev, twice: two cards with his name and his number."""
        found = [deal for deal in clinic.deals() if deal["pipeline"] == "Первичные пациенты"]
        ids = {deal["name"].split()[0]: deal["id"] for deal in found}
        clinic.act("move", lead=ids["Котов"], pipeline="Повторные приемы", status="Взяли в работу")
        clinic.act("move", lead=ids["Орлов"], status="Закрыто и не реализовано", loss_reason="Слишком дорого")
        clinic.act("add_phone", contact=self._anna(clinic), phone="8 900 555-01-99")
        clinic.act("tag", contact=self._anna(clinic), name="постоянная")
        clinic.act("create_contact", name="Олег Зимин", phones=["8 (916) 555-01-07"])
        oleg = next(one["id"] for one in clinic.contacts() if one["name"] == "Олег Зимин")
        clinic.act("create_lead", name="Звонок", contact=oleg, pipeline="Первичные пациенты", status="Новый лид")
        for _time in range(2):
            clinic.act("create_contact", name="Лев Громов", phones=["8 (916) 555-01-08"])
        clinic.box.admin("POST", "settings", {"advance": 60})

    def people_between(self, clinic: Clinic) -> None:
        clinic.act("edit", contact=self._anna(clinic), fields={"first_name": "Аня"})
        clinic.act("add_phone", contact=self._anna(clinic), phone="8 900 555-01-98")
        waiting = next(deal for deal in clinic.deals() if deal["name"].startswith("Лебедева"))
        operator = "Имя и фамилия администратора создавшего запись"
        clinic.act("edit", lead=waiting["id"], fields={operator: "Сотникова М."})
        clinic.act("edit_task", task=annas_task(clinic), complete_till=1_802_250_000)

    def _anna(self, clinic: Clinic) -> int:
        return next(int(one["id"]) for one in clinic.contacts() if one["name"].endswith("Соколова"))

    def board(self, clinic: Clinic) -> Board:
        state = clinic.state()
        names = {contact["id"]: contact["name"] for contact in state["contacts"]}
        places = {deal["id"]: [deal[part] for part in PLACE] for deal in state["deals"]}
        sent = [one for one in clinic.box.admin("GET", "automations") if one["message"]]
        return Board(
            contacts=Counter(_text(_without(one, "id", "phones", "leads")) for one in state["contacts"]),
            phones=Counter(_text([one["name"], number]) for one in state["contacts"] for number in one["phones"]),
            deals=Counter(
                _text([_without(one, "id", "contacts"), [names[n] for n in one["contacts"]]]) for one in state["deals"]
            ),
            stages=Counter(map(_text, places.values())),
            messages=Counter(_text([places[one["lead"]][:1], one["message"]]) for one in sent),
            duplicates=sum(clinic.counters()["duplicates"].values()),
            tasks=_tasks(state, {lead: place[0] for lead, place in places.items()}),
        )


PLACE = ("name", "pipeline", "status", "loss_reason")


def amocrm_config(address: str, speed: float = FAST) -> str:
    """The preset «helix-bitrix24» with the same files, and another CRM."""
    text = preset_text("helix-bitrix24").replace("settle_seconds = 10", "settle_seconds = 0")
    text = re.sub(
        r"\[crm\].*?(?=# ── Выгрузки)", lambda _found: CRM.format(address=address, speed=speed), text, flags=re.S
    )
    return re.sub(r"\[routes\..*?(?=# ── Имена)", lambda _found: ROUTES + FEED + ENDS, text, flags=re.S)


def annas_task(clinic: Clinic) -> int:
    """Her task, which the noon list changes."""
    return next(int(one["id"]) for one in clinic.state()["tasks"] if "мерки" in one["text"])


def _tasks(state: dict[str, Any], titles: dict[int, str]) -> Counter[str]:
    return Counter(_text([_without(one, "id", "on"), titles.get(one["on"][1])]) for one in state["tasks"])


def _without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
