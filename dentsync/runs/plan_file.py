"""A plan as JSON: saved, read back, and refused when it is not what it says.

The schema is ``docs/plan.schema.json``; ``schema()`` makes it from the same types that read and write.
"""

import inspect
import os
from pathlib import Path
from typing import Any

import msgspec

from dentsync.config import Config
from dentsync.errors import ConfigError, Refused
from dentsync.lang import _
from dentsync.model import Plan
from dentsync.runs.planning import PLAN_VERSION, plan_digest


def dumps(plan: Plan) -> str:
    """The plan as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=1).decode()


def write(path: Path, plan: Plan) -> None:
    """Save a plan for ``dentsync push FILE``; 0600, it names patients. Replaces an older file in one step."""
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(dumps(plan))
        temporary.replace(path)
    except OSError as error:
        raise ConfigError(_("{file}: cannot be written: {reason}").format(file=path, reason=error.strerror)) from None


def read(path: Path) -> Plan:
    """Read a saved plan. Raises ConfigError if it is not one, Refused if it was edited."""
    try:
        plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    except OSError as error:
        raise ConfigError(_("{file}: cannot be read: {reason}").format(file=path, reason=error.strerror)) from None
    except (msgspec.ValidationError, msgspec.DecodeError):
        raise ConfigError(
            _("{file}: is not a plan; write one with: dentsync diff --out {file}").format(file=path)
        ) from None
    if plan.version != PLAN_VERSION:
        raise Refused(_("{file}: made by another version of dentsync; make it again").format(file=path))
    if plan.digest != plan_digest(plan.operations, plan.config):
        raise Refused(_("{file}: was edited after it was made; make it again").format(file=path))
    return plan


def check_current(plan: Plan, config: Config, *, mark: str) -> None:
    """Refuse a plan whose ground has moved: another CRM, other configuration, or a state that has changed since."""
    if plan.target != config.target:
        line = _("plan {digest} is for {theirs}, and {file} is for {ours}; name the configuration it was made with: -c")
        raise Refused(line.format(digest=plan.digest, theirs=plan.target, file=config.path.name, ours=config.target))
    if plan.config != config.digest:
        raise Refused(_("the configuration has changed since plan {digest}; make it again").format(digest=plan.digest))
    if plan.mark != mark:
        raise Refused(_("the state has changed since plan {digest}; make it again").format(digest=plan.digest))


def schema() -> dict[str, Any]:
    """JSON Schema of a plan, always spelled the same."""
    made: dict[str, Any] = ordered(msgspec.json.schema(Plan))
    return made


def ordered(value: Any) -> Any:
    """A JSON Schema, always spelled the same. Alternatives come from sets: put them in an order of their own."""
    match value:
        case dict():
            return {key: ordered(item) for key, item in sorted(value.items())}
        case str():
            return inspect.cleandoc(value)  # docstrings, which Python 3.13 dedents by itself
        case list() | tuple():
            return sorted(map(ordered, value), key=str)
        case _:
            return value
