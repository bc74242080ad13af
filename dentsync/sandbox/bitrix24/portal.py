"""The blueprint of a portal: pipelines, stages, fields, users, webhooks. A TOML file beside the code."""

import tomllib
from importlib.resources import files
from typing import Literal

import msgspec

from dentsync.errors import ConfigError
from dentsync.lang import _
from dentsync.sandbox.bitrix24.settings import Webhook
from dentsync.sandbox.bitrix24.storage import Storage


class Stage(msgspec.Struct, forbid_unknown_fields=True):
    """A stage of a pipeline; ``message`` is what the CRM's robot sends to the patient on entering it."""

    code: str
    name: str
    color: str
    ends: Literal["won", "lost"] | None = None
    message: str = ""


class Pipeline(msgspec.Struct, forbid_unknown_fields=True):
    """A pipeline of deals; id 0 is the default one."""

    id: int
    name: str
    stages: tuple[Stage, ...]


class UserField(msgspec.Struct, forbid_unknown_fields=True):
    """A user field; ``items`` are the labels of an enumeration."""

    name: str
    type: str
    label: str
    items: tuple[str, ...] = ()
    multiple: bool = False
    mandatory: bool = False
    precision: int = 2


class User(msgspec.Struct, forbid_unknown_fields=True):
    """A member of the clinic's staff. ``active``: not dismissed. ``timezone``: where it is not the portal's."""

    id: int
    name: str
    last_name: str
    second_name: str = ""
    position: str = ""
    active: bool = True
    departments: tuple[int, ...] = (1,)
    timezone: str = ""


class ListField(msgspec.Struct, forbid_unknown_fields=True):
    """A property of a list; over REST it is ``PROPERTY_{id}``."""

    id: int
    name: str


class UniversalList(msgspec.Struct, forbid_unknown_fields=True):
    """A list that people fill in. ``rows``: a value for each field; an empty one is not filled in."""

    id: int
    name: str
    fields: tuple[ListField, ...]
    type: str = "lists"
    rows: tuple[tuple[str, ...], ...] = ()


class About(msgspec.Struct, forbid_unknown_fields=True):
    """The portal itself; ``timezone`` is the server's offset."""

    name: str
    timezone: str = "+03:00"
    currency: str = "RUB"


class Portal(msgspec.Struct, forbid_unknown_fields=True):
    """Everything a fresh portal has."""

    portal: About
    webhooks: tuple[Webhook, ...]
    users: tuple[User, ...]
    dictionaries: dict[str, dict[str, str]]
    pipelines: tuple[Pipeline, ...]
    fields: dict[str, tuple[UserField, ...]]
    lists: tuple[UniversalList, ...] = ()


def load(name: str) -> Portal:
    """The blueprint of that name. Raises ConfigError when there is none."""
    folder = files("dentsync.sandbox.bitrix24").joinpath("portals")
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        message = _("sandbox: no portal {name!r}; choose one of: {known}")
        raise ConfigError(message.format(name=name, known=", ".join(known)))
    text = folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Portal)


def build(storage: Storage, name: str) -> None:
    """Recreate the storage as a fresh portal of that blueprint."""
    portal = load(name)
    storage.recreate()
    storage.run("INSERT INTO meta VALUES ('portal', ?)", (name,))
    for entity, words in portal.dictionaries.items():
        for position, (code, label) in enumerate(words.items(), 1):
            _add_status(storage, entity, Stage(code=code, name=label, color=""), position * 10, None)
    for position, pipeline in enumerate(portal.pipelines, 1):
        _add_pipeline(storage, pipeline, position * 100)
    for kind, fields in portal.fields.items():
        for user_field in fields:
            _add_field(storage, kind, user_field)
    for user in portal.users:
        storage.run("INSERT INTO users VALUES (?, ?)", (user.id, msgspec.json.encode(user).decode()))
    for one in portal.lists:
        _add_list(storage, one)
    storage.commit()


def _add_pipeline(storage: Storage, pipeline: Pipeline, sort: int) -> None:
    storage.run("INSERT INTO categories VALUES (?, ?, ?)", (pipeline.id, pipeline.name, sort))
    entity = f"DEAL_STAGE_{pipeline.id}" if pipeline.id else "DEAL_STAGE"
    prefix = f"C{pipeline.id}:" if pipeline.id else ""
    for position, stage in enumerate(pipeline.stages, 1):
        stage.code = prefix + stage.code
        _add_status(storage, entity, stage, position * 10, pipeline.id)


def _add_status(storage: Storage, entity: str, stage: Stage, sort: int, category: int | None) -> None:
    semantics = {"won": "S", "lost": "F", None: "P"}[stage.ends] if category is not None else ""
    code = stage.code.rpartition(":")[2]
    storage.run(
        "INSERT INTO statuses (entity, code, name, sort, color, semantics, category, system, message) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entity, stage.code, stage.name, sort, stage.color, semantics, category, code in SYSTEM_CODES, stage.message),
    )


SYSTEM_CODES = {"NEW", "WON", "LOSE"}
"""Stages every pipeline is born with; the CRM does not let them be deleted."""


def _add_field(storage: Storage, kind: str, field: UserField) -> None:
    number = storage.run(
        "INSERT INTO user_fields (kind, name, type, multiple, mandatory, label, precision) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind, field.name, field.type, field.multiple, field.mandatory, field.label, field.precision),
    )
    for position, label in enumerate(field.items, 1):
        storage.run("INSERT INTO options (field, value, sort) VALUES (?, ?, ?)", (number, label, position * 100))


def _add_list(storage: Storage, one: UniversalList) -> None:
    storage.run("INSERT INTO lists VALUES (?, ?, ?)", (one.id, one.type, one.name))
    for field in one.fields:
        storage.run("INSERT INTO list_fields VALUES (?, ?, ?)", (field.id, one.id, field.name))
    for row in one.rows:
        filled = {str(field.id): text for field, text in zip(one.fields, row, strict=True) if text}
        storage.run(
            "INSERT INTO elements (list, name, data) VALUES (?, ?, ?)",
            (one.id, row[0], msgspec.json.encode(filled).decode()),
        )
