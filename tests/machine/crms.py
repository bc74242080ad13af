"""The CRMs of the random days: how each is served, configured, worked at and read. The oracle knows one set of words,
those of the portal of Bitrix24; an account of amoCRM is told in them.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from dentsync.sandbox.server import Running, running
from tests.account import AmoClinic
from tests.clinic import SPEED, Clinic, founded
from tests.faults.sides import amocrm_config
from tests.machine.board import Board, board_of


class Crm(Protocol):
    """A CRM. ``faults`` strike requests that are called as ``methods`` says; ``few``: examples of the quick test."""

    few: int
    faults: tuple[str, ...]
    methods: tuple[str, ...]

    def serve(self) -> AbstractContextManager[Running]:
        """A server with a fast clock."""
        ...

    def secrets(self, box: Running) -> dict[str, str]:
        """What opens it, by the variable in which a run looks for it."""
        ...

    def founded(self, folder: Path, box: Running, read: Callable[[], Any]) -> Clinic:
        """A clinic with a fresh CRM and two feeds; each reminder carries a mark by which its deal is known."""
        ...

    def act(self, clinic: Clinic, act: dict[str, Any]) -> None:
        """What a person does, in the portal's words."""
        ...

    def board(self, clinic: Clinic) -> Board:
        """Everything that is there, in the portal's words."""
        ...


def _few_rows(clinic: Clinic) -> None:
    clinic.configure(
        '"30h", min_share = "80%" }\n\n[feeds.reminders]', '"30h", min_share = "1%" }\n\n[feeds.reminders]'
    )
    clinic.configure('expect   = { max_age = "12h" }', 'expect   = { max_age = "12h", min_share = "1%" }')


class Bitrix24:
    """The portal of the preset."""

    speed = 2000.0
    """Rates and waits cost nothing here."""
    few = 15
    faults = (
        "drop_before", "drop_after", "half_batch:1", "half_batch:2", "http_500", "http_500_after", "http_502_html",
        "http_504_html_after", "html_200", "empty_200", "empty_200_after", "truncated_json", "query_limit", "overload",
        "expired_token", "error_key_200", "error:CRM_FIELD_ERROR_REQUIRED", "error_after:INTERNAL_SERVER_ERROR",
        "error:OPERATION_TIME_LIMIT", "slow:0.02", "portal_off_html_404", "access_denied_plan",
    )  # fmt: skip
    methods = ("*", "*", "*", "crm.item.add", "crm.item.update", "crm.item.batchImport", "crm.item.list")

    def serve(self) -> AbstractContextManager[Running]:
        return running(speed=self.speed)

    def secrets(self, box: Running) -> dict[str, str]:
        return {"DENTSYNC_WEBHOOK": box.webhook}

    def founded(self, folder: Path, box: Running, read: Callable[[], Any]) -> Clinic:
        box.admin("POST", "reset", {})
        clinic = founded(folder, box, read)
        clinic.configure(f"speed = {SPEED}", f"speed = {self.speed}")
        _few_rows(clinic)
        clinic.configure(
            'fields   = ["start_at", "doctor"]\n\n[routes.rec',
            'fields   = ["start_at", "doctor", "operator"]\n\n[routes.rec',
        )
        return clinic

    def act(self, clinic: Clinic, act: dict[str, Any]) -> None:
        clinic.act(**act)

    def board(self, clinic: Clinic) -> Board:
        return board_of(clinic.state())


# ── amoCRM ────────────────────────────────────────────────────────────────────────────────────

FIRST, SECOND = "Первичные пациенты", "Повторные приемы"
WON, LOST = "Успешно реализовано", "Закрыто и не реализовано"
PLACES = {
    ("Оповещение о визите", "Записан"): (FIRST, "Записан на прием"),
    ("Оповещение о визите", "Запись подтверждена"): (FIRST, "Посетил"),
    ("Оповещение о визите", "Уточнить"): (FIRST, "Взяли в работу"),
    ("Оповещение о визите", "Пришёл"): (FIRST, WON),
    ("Оповещение о визите", "Запись отменена"): (FIRST, LOST),
    ("Первичные пациенты", "Дожать на запись"): (SECOND, "Взяли в работу"),
}
"""Pipeline and stage of the portal -> of the account."""
FIELDS = {
    "lastName": "last_name", "name": "first_name", "secondName": "Представитель", "title": "name",
    "UF_CRM_CARD_NUMBER": "Номер медкарты", "UF_CRM_PATIENT_STATUS": "Статус пациента",
    "UF_CRM_NEXT_VISIT": "Дата и время будущего ближайшего приема", "UF_CRM_VISIT_AT": "Дата и время приема",
    "UF_CRM_DOCTOR": "ФИО врача к которому записан пациент",
    "UF_CRM_OPERATOR": "Имя и фамилия администратора создавшего запись", "originId": "dentsync",
}  # fmt: skip
"""Fields of the portal -> of the account."""
STAGES = (
    'stages   = { booked = "Записан на прием", confirmed = "Посетил", completed = { won = "Успешно реализовано" },'
    ' cancelled = { lost = "Отменил запись" } }'
)


class AmoCrm:
    """The first account of the sandbox. A change is found at once: the sweep of the faults is about the lag."""

    speed = 500.0
    few = 5
    faults = (
        "drop_before", "drop_after", "drop_half", "http_500", "http_500_html", "http_500_after", "html_502", "html_503",
        "html_504", "html_504_after", "html_504_half", "html_404", "system_error", "system_error_after",
        "search_failed", "unpaid:540", "too_many_json", "too_many_html", "ip_denied", "no_right", "expired_token",
        "html_200", "empty_200", "empty_200_after", "truncated_json",
    )  # fmt: skip
    methods = ("*", "*", "*", "POST contacts", "PATCH contacts", "POST leads", "PATCH leads", "GET contacts")

    def serve(self) -> AbstractContextManager[Running]:
        return running(speed=self.speed, crm="amocrm")

    def secrets(self, box: Running) -> dict[str, str]:
        return {"DENTSYNC_TOKEN": box.doors[0].keys["token"]}

    def founded(self, folder: Path, box: Running, read: Callable[[], Any]) -> Clinic:
        box.admin("POST", "reset", {})
        box.admin("POST", "settings", {"speed": self.speed, "search_lag": [0, 0]})
        clinic = AmoClinic(folder, box, read)
        (folder / "inbox").mkdir(parents=True)
        (folder / "config.toml").write_text(amocrm_config(box.doors[0].url, self.speed), encoding="utf-8")
        _few_rows(clinic)
        clinic.configure(
            'adopt    = ["Новый лид"]\nstages   = { booked = "Записан на прием", confirmed = "Посетил",'
            ' cancelled = { lost = "Отменил запись" } }',
            STAGES,
        )
        clinic.configure('fields   = ["start_at", "doctor"]', 'fields   = ["start_at", "doctor", "operator"]')
        clinic.configure(
            "card_number    = ", 'patronymic = { field = "Представитель", policy = "never_clear" }\ncard_number    = '
        )
        assert clinic.say("setup").code == 0
        return clinic

    def act(self, clinic: Clinic, act: dict[str, Any]) -> None:
        told = {{"deal": "lead"}.get(name, name): value for name, value in act.items()}
        if "stage" in told:
            told["pipeline"], told["status"] = PLACES[told["pipeline"], told.pop("stage")]
        if "fields" in told:
            told["fields"] = {FIELDS[name]: value for name, value in told["fields"].items()}
        clinic.act(**told)

    def board(self, clinic: Clinic) -> Board:
        state = clinic.state()
        alive = {one["id"] for one in state["contacts"]}
        return board_of(
            {
                "contacts": [{**one, "fields": _fields(one, **_parts(one["name"]))} for one in state["contacts"]],
                "deals": [_deal(one, alive) for one in state["leads"]],
            }
        )


def _parts(name: str) -> dict[str, str]:
    first, _blank, last = name.partition(" ")
    return {"name": first, "lastName": last}


def _fields(item: Mapping[str, Any], **more: str) -> dict[str, Any]:
    found = {name: item["fields"].get(theirs) for name, theirs in FIELDS.items()} | more
    key = found["originId"] or ""
    return found | {"originId": key.removeprefix("dentsync:").removesuffix("#")}


def _deal(item: Mapping[str, Any], alive: set[int]) -> dict[str, Any]:
    where = next(ours for ours, theirs in PLACES.items() if theirs == (item["pipeline"], item["status"]))
    return {
        "id": item["id"], "title": item["name"], "fields": _fields(item), "pipeline": where[0], "stage": where[1],
        "contacts": [one for one in item["contacts"] if one in alive],
    }  # fmt: skip
