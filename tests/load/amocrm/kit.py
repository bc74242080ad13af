"""A rehearsal account and operations for the tests of the amoCRM target. Everybody here is invented."""

from collections.abc import Mapping
from typing import Any

import requests

from dentsync.load.amocrm import AmoCrm
from dentsync.load.target import Target, TargetSettings
from dentsync.model import Change, CrmField, Operation, Plain, Route, StageRef
from dentsync.sandbox.server import Running
from tests.builders import ORIGIN
from tests.load.portal_kit import Desk, changes, phone

PIPELINE, REPEAT = "Первичные пациенты", "Повторные приемы"
BOOKED, VISITED = StageRef("Записан на прием"), StageRef("Посетил")
CANCELLED, NO_SHOW = StageRef("Отменил запись", "lost"), StageRef("Не пришёл", "lost")
WON = StageRef("Успешно реализовано", "won")

ROUTES = (
    Route(
        "primary",
        ("appointments",),
        PIPELINE,
        "{full_name}",
        {"booked": BOOKED, "completed": WON, "cancelled": CANCELLED},
        people=("Взяли в работу",),
    ),
)
FIELDS: Mapping[str, Mapping[str, CrmField]] = {
    "contact": {
        "card_number": CrmField("Номер медкарты"),
        "next_visit_at": CrmField("Дата и время будущего ближайшего приема"),
        "birth_date": CrmField("Дата рождения"),
        "first_visit_at": CrmField("Первый"),
        "branch": CrmField("Филиал"),
        "sms_opt_out": CrmField("Отказ об смс оповещении"),
        "sanation": CrmField("Информация о санации"),
        "balance": CrmField("Аванс/долг"),
    },
    "deal": {
        "start_at": CrmField("Дата и время приема"),
        "doctor": CrmField("ФИО врача к которому записан пациент"),
        "amount": CrmField("Сумма к оплате"),
    },
}


class AmoDesk(Desk):
    """A target at work on one account of the rehearsal server, and what the caller of a target keeps: ids."""

    def __init__(self, box: Running, account: str = "smile", clock: Any = None, **settings: Any) -> None:
        door = next(one for one in box.doors if one.name == account)
        self.account, self.keys = account, door.keys
        self.url = door.url.rstrip("/")
        access = {"address": self.url, "key_field": "DENTSYNC_KEY", "rate": "7", "tag": ""}
        usual: dict[str, Any] = {
            "secret": door.keys["token"],
            "fields": FIELDS,
            "routes": ROUTES,
            "access": access | settings.pop("access", {}),
        }
        super().__init__(box, clock, **usual | settings)

    def made(self, settings: TargetSettings) -> Target:
        return AmoCrm(settings, self.clock)

    def admin(self, method: str, name: str, body: Any = None) -> Any:
        return self.box.admin(method, f"{name}?account={self.account}", body)

    def call(self, verb: str, path: str, body: Any = None, **query: Any) -> Any:
        """What another program does with the same token; None for an empty answer."""
        headers = {"Authorization": f"Bearer {self.keys['token']}"}
        reply = requests.request(
            verb, f"{self.url}/api/v4/{path}", json=body, params=query, headers=headers, timeout=10
        )
        return reply.json() if reply.content else None

    @property
    def deals(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin("GET", "state")["leads"]
        return found

    @property
    def key_field(self) -> int:
        """The number of the field of our key in a contact."""
        fields = self.call("GET", "contacts/custom_fields", limit=250)["_embedded"]["custom_fields"]
        return int(next(one["id"] for one in fields if one["code"] == "DENTSYNC_KEY"))

    def asked(self, path: str) -> int:
        """How many requests of this sort the account has seen, for example ``POST contacts``."""
        return int(self.counters["commands"].get(path, 0))


def person(key: str = "p1", **fields: Plain) -> Operation:
    """The creation of a contact."""
    values: dict[str, Plain] = {"last_name": "Соколова", "first_name": "Анна", "phones": (phone(key),)}
    return Operation("create", "contact", key, ORIGIN, "contact", changes(**values | fields))


def visit(key: str = "d1", contact: str | None = "p1", stage: StageRef = BOOKED, **fields: Plain) -> Operation:
    """The creation of a deal at «Записан на прием»."""
    values: dict[str, Plain] = {"title": "Приём", "start_at": "2026-10-06T09:00:00+03:00"}
    return Operation(
        "create", "deal", key, ORIGIN, "routes.primary", changes(**values | fields),
        contact=contact, pipeline=PIPELINE, stage=stage,
    )  # fmt: skip


def update(kind: Any, key: str, crm_id: int, *changed: Change, **more: Any) -> Operation:
    """A change of fields."""
    return Operation("update", kind, key, ORIGIN, "contact", changed, crm_id=crm_id, **more)


def move(key: str, crm_id: int, stage: StageRef = VISITED, pipeline: str = PIPELINE) -> Operation:
    """A deal to another stage."""
    return Operation(
        "move", "deal", key, ORIGIN, "routes.primary", crm_id=crm_id, pipeline=pipeline, stage=stage,
        from_stage="Записан на прием",
    )  # fmt: skip
