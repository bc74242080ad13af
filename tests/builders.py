"""Valid values for tests: a test names only what matters to it. Everybody here is invented."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.model import (
    Change,
    Desired,
    Entity,
    Operation,
    Origin,
    Present,
    Record,
    Route,
    StageRef,
    Status,
    Synced,
    Value,
)

ZONE = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 10, 5, 14, 0, tzinfo=ZONE)
ORIGIN = Origin("file.csv", "0123456789ab", 2)

ANNA: dict[str, Value] = {
    "last_name": "Соколова",
    "first_name": "Анна",
    "patronymic": "Викторовна",
    "full_name": "Соколова Анна Викторовна",
    "phones": ("+79165550101",),
}


def days(count: float) -> datetime:
    """A moment so many days after NOW."""
    return NOW + timedelta(days=count)


def record(entity: Entity = Entity.APPOINTMENT, feed: str = "reminders", key: str = "", **values: Value) -> Record:
    """Anna's row; ``values`` are added to hers."""
    key = key or f"{entity}/main/1"
    return Record(entity, feed, key, ORIGIN, ANNA | values)


def patient(card: str = "101", **values: Value) -> Record:
    """Anna's card."""
    return record(Entity.PATIENT, "patients", f"patient/main/{card}", card_number=card, **values)


def route(**given: Any) -> Route:
    """The reminder route."""
    usual: dict[str, Any] = {
        "name": "reminder",
        "feeds": ("reminders",),
        "pipeline": "Оповещение о визите",
        "title": "{full_name}, {start_at:%d.%m %H:%M}, {doctor}",
        "stages": {
            "booked": StageRef("Записан"),
            "confirmed": StageRef("Запись подтверждена"),
            "completed": StageRef("Пришёл", "won"),
            "cancelled": StageRef("Запись отменена", "lost"),
        },
        "people": ("Уточнить",),
    }
    return Route(**usual | given)


def desired(kind: Any = "contact", **given: Any) -> Desired:
    """A contact with a name and a phone, or a deal at «Записан»."""
    usual: dict[str, Any] = {
        "kind": kind,
        "key": "patient/main/101" if kind == "contact" else "reminder:appointment/main/1",
        "origin": ORIGIN,
        "rule": "contact" if kind == "contact" else "routes.reminder",
        "fields": {"last_name": "Соколова", "phones": ("+79165550101",)} if kind == "contact" else {"title": "Приём"},
    }
    if kind == "deal":
        usual |= {
            "contact": "patient/main/101",
            "pipeline": "Оповещение о визите",
            "stage": StageRef("Записан"),
            "status": Status.BOOKED,
        }
    return Desired(**usual | given)


def synced(of: Desired, **given: Any) -> Synced:
    """The item as it is after ``of`` was carried out."""
    usual: dict[str, Any] = {
        "kind": of.kind,
        "key": of.key,
        "crm_id": 7,
        "fields": dict(of.fields),
        "contact": of.contact,
        "pipeline": of.pipeline,
        "stage": of.stage.name if of.stage else None,
        "status": of.status,
    }
    return Synced(**usual | given)


def creation(**fields: Any) -> Operation:
    """The creation of Anna's contact."""
    values = {name: ANNA[name] for name in ("last_name", "first_name", "patronymic", "phones")} | fields
    changes = tuple(Change(name, None, value, known=False) for name, value in values.items())  # type: ignore[arg-type]
    return Operation("create", "contact", "patient/main/101", ORIGIN, "contact", changes)


def contact_present(crm_id: int = 5, key: str | None = None, **fields: Any) -> Present:
    """Anna's contact as the CRM has it."""
    values = {name: ANNA[name] for name in ("last_name", "first_name", "patronymic", "phones")} | fields
    return Present("contact", crm_id, key, values)  # type: ignore[arg-type]


def move(**given: Any) -> Operation:
    """Anna's reminder from «Записан» to «Запись подтверждена»."""
    usual: dict[str, Any] = {
        "action": "move",
        "kind": "deal",
        "key": "reminder:appointment/main/1",
        "origin": ORIGIN,
        "rule": "routes.reminder",
        "crm_id": 9,
        "pipeline": "Оповещение о визите",
        "stage": StageRef("Запись подтверждена"),
        "from_stage": "Записан",
        "status": Status.CONFIRMED,
    }
    return Operation(**usual | given)


def deal_present(stage: str, ends: Any = None, pipeline: str = "Оповещение о визите") -> Present:
    """Anna's reminder as the CRM has it."""
    return Present("deal", 9, "reminder:appointment/main/1", {}, pipeline, stage, ends)
