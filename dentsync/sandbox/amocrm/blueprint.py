"""What fresh accounts are made of: a TOML file beside the code."""

import tomllib
from importlib.resources import files

import msgspec

from dentsync.errors import ConfigError
from dentsync.lang import _


class Owner(msgspec.Struct, forbid_unknown_fields=True):
    """An account and its one integration. ``api_filter``: the paid option of filtering by custom fields."""

    subdomain: str
    id: int
    name: str
    api_filter: bool
    client_id: str
    client_secret: str
    redirect_uri: str = "https://etl.example/callback"
    timezone: str = "Europe/Moscow"


class User(msgspec.Struct, forbid_unknown_fields=True):
    """A member of the staff; the first one is whom the integration's tokens act for."""

    name: str
    email: str
    admin: bool = False
    active: bool = True


class TaskType(msgspec.Struct, forbid_unknown_fields=True):
    """A type of tasks; the first two exist in every account."""

    name: str
    code: str | None = None


class Status(msgspec.Struct, forbid_unknown_fields=True):
    """An ordinary status; ``message`` is what the account's bot sends to the patient on entering it."""

    name: str
    color: str
    message: str = ""


class Pipeline(msgspec.Struct, forbid_unknown_fields=True):
    """A pipeline; the first one is the main one. 142 and 143 belong to every pipeline and are not listed."""

    name: str
    statuses: tuple[Status, ...]
    unsorted: bool = False


class Field(msgspec.Struct, forbid_unknown_fields=True):
    """A custom field."""

    name: str
    type: str
    code: str | None = None
    enums: tuple[str, ...] = ()


class LossReasons(msgspec.Struct, forbid_unknown_fields=True):
    """Why leads are lost."""

    names: tuple[str, ...]


class Blueprint(msgspec.Struct, forbid_unknown_fields=True):
    """Accounts side by side that are furnished alike; their ids differ."""

    accounts: tuple[Owner, ...]
    users: tuple[User, ...]
    task_types: tuple[TaskType, ...]
    pipelines: tuple[Pipeline, ...]
    loss_reasons: LossReasons
    fields: dict[str, tuple[Field, ...]]


def load(name: str) -> Blueprint:
    """The blueprint of that name. Raises ConfigError when there is none."""
    folder = files("dentsync.sandbox.amocrm").joinpath("blueprints")
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        message = _("sandbox: no portal {name!r}; choose one of: {known}")
        raise ConfigError(message.format(name=name, known=", ".join(known)))
    text = folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Blueprint)
