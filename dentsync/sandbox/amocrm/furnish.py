"""Making a fresh account from a blueprint. Ids of fields, statuses and users differ from account to account."""

from dentsync.sandbox.amocrm.blueprint import Blueprint, Field, Owner, Pipeline
from dentsync.sandbox.amocrm.storage import Storage

WON, LOST = 142, 143
"""Statuses that are in every pipeline under the same id (crm_platform/leads_pipelines)."""
UNSORTED = 1
"""``type`` of the status «Неразобранное»."""

_FIRST_IDS = {
    "contacts": 51_200_001, "leads": 61_200_001, "companies": 41_200_001, "tasks": 71_200_001, "notes": 81_200_001,
    "pipelines": 5_000_001, "loss_reasons": 1_400_001, "fields": 700_101, "enums": 900_201, "tags": 300_001,
}  # fmt: skip
_FIRST_USER, _FIRST_STATUS = 8_100_001, 45_000_001

_PHONES = ("WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")
_MAILS = ("WORK", "PRIV", "OTHER")
PREDEFINED = {
    "contacts": (
        Field("Должность", "text", "POSITION"),
        Field("Телефон", "multitext", "PHONE", _PHONES),
        Field("Email", "multitext", "EMAIL", _MAILS),
    ),
    "companies": (
        Field("Телефон", "multitext", "PHONE", _PHONES),
        Field("Email", "multitext", "EMAIL", _MAILS),
        Field("Web", "url", "WEB"),
        Field("Адрес", "textarea", "ADDRESS"),
    ),
    "leads": tuple(Field(code.lower(), "tracking_data", code) for code in ("UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN")),
}
"""System fields of every account (crm_platform/custom-fields)."""


def furnish(storage: Storage, blueprint: Blueprint, owner: Owner) -> None:
    """Recreate the storage as a fresh account."""
    storage.recreate()
    shift = blueprint.accounts.index(owner)
    for table, first in _FIRST_IDS.items():
        storage.count_from(table, first + shift * 10_000)
    storage.run("INSERT INTO meta VALUES ('status', ?)", (_FIRST_STATUS + shift * 10_000,))
    for number, user in enumerate(blueprint.users, _FIRST_USER + shift * 100):
        row = (number, user.name, user.email, user.admin, user.active)
        storage.run("INSERT INTO users VALUES (?, ?, ?, ?, ?)", row)
    for number, sort in enumerate(blueprint.task_types, 1):
        storage.run("INSERT INTO task_types VALUES (?, ?, ?)", (number, sort.name, sort.code))
    for number, pipeline in enumerate(blueprint.pipelines):
        _add_pipeline(storage, pipeline, number)
    for number, name in enumerate(blueprint.loss_reasons.names, 1):
        storage.run("INSERT INTO loss_reasons (name, sort) VALUES (?, ?)", (name, number * 10))
    for kind, fields in PREDEFINED.items():
        for place, field in enumerate((*fields, *blueprint.fields.get(kind, ())), 1):
            _add_field(storage, kind, field, place, predefined=field in fields)
    storage.commit()


def next_status(storage: Storage) -> int:
    """A status id that this account has never used."""
    number = int(storage.meta("status"))
    storage.run("UPDATE meta SET value = ? WHERE key = 'status'", (number + 1,))
    return number


def add_statuses_of_every_pipeline(storage: Storage, pipeline: int, unsorted: bool, names: dict[int, str]) -> None:
    """«Неразобранное» (where it is switched on), won and lost; ``names`` may rename the last two."""
    system = [
        (WON, "Успешно реализовано", 10_000, "#CCFF66", 0),
        (LOST, "Закрыто и не реализовано", 11_000, "#D5D8DB", 0),
    ]
    if unsorted:
        system.append((next_status(storage), "Неразобранное", 10, "#c1c1c1", UNSORTED))
    for number, name, sort, color, kind in system:
        row = (number, pipeline, names.get(number, name), sort, color, kind)
        storage.run("INSERT INTO statuses VALUES (?, ?, ?, ?, ?, ?, 0, '')", row)


def _add_pipeline(storage: Storage, pipeline: Pipeline, position: int) -> None:
    number = storage.run(
        "INSERT INTO pipelines (name, sort, main, unsorted) VALUES (?, ?, ?, ?)",
        (pipeline.name, position + 1, position == 0, pipeline.unsorted),
    )
    add_statuses_of_every_pipeline(storage, number, pipeline.unsorted, {})
    for place, status in enumerate(pipeline.statuses, 2):
        row = (next_status(storage), number, status.name, place * 10, status.color, status.message)
        storage.run("INSERT INTO statuses VALUES (?, ?, ?, ?, ?, 0, 1, ?)", row)


def _add_field(storage: Storage, kind: str, field: Field, sort: int, predefined: bool) -> None:
    number = storage.run(
        "INSERT INTO fields (kind, name, code, type, sort, predefined, api_only) VALUES (?, ?, ?, ?, ?, ?, 0)",
        (kind, field.name, field.code, field.type, sort, predefined),
    )
    for place, value in enumerate(field.enums, 1):
        code = value if field.type == "multitext" else None
        row = (number, value, place, code)
        storage.run("INSERT INTO enums (field, value, sort, code) VALUES (?, ?, ?, ?)", row)
