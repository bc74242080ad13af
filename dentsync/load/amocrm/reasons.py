"""Why amoCRM refused an operation, in words that name no person: its codes, and our names of the fields."""

from collections.abc import Iterable

from dentsync.lang import _
from dentsync.load.amocrm.answers import Flaw
from dentsync.load.amocrm.drafts import Item
from dentsync.load.amocrm.items import Portrait
from dentsync.model import Kind

_GONE = ("226", "231", "not found", "не найден")
_SHOWN = 80
_OF_SCHEMA = ("custom_fields_values", "status_id", "pipeline_id", "loss_reason_id", "task_type_id")


def is_gone(text: str) -> bool:
    """Whether an error of one entity says that it is not there."""
    return any(word in text.casefold() for word in _GONE)


def reason_of(text: str) -> str:
    """An error of one entity: amoCRM's own words where they are its own, which are English."""
    shown = text.strip()[:_SHOWN]
    return _("amoCRM refused: {code}").format(code=shown if shown.isascii() else _("no reason given"))


def flaw_text(flaws: Iterable[Flaw], kind: Kind, item: Item, portrait: Portrait) -> str:
    """What is wrong with an item: the field in our words, and amoCRM's code."""
    parts = [f"{_place(flaw.path, kind, item, portrait)}: {flaw.code or '?'}" for flaw in flaws]
    return _("amoCRM does not accept {places}").format(places=", ".join(dict.fromkeys(parts)))


def _place(path: str, kind: Kind, item: Item, portrait: Portrait) -> str:
    """``custom_fields_values.0.values.0.enum_id`` as the field it is."""
    steps = path.split(".")
    if steps[0] != "custom_fields_values" or len(steps) < 2 or not steps[1].isdigit():
        return path
    fields = {info.id: f"{ours} ({info.name})" for ours, info in portrait.words(kind).fields.items() if info.id}
    fields[portrait.directory.keys[kind]] = "crm.key_field"
    listed = item.get("custom_fields_values", [])
    number = listed[int(steps[1])]["field_id"] if int(steps[1]) < len(listed) else 0
    return fields.get(number, path)


def is_of_schema(flaws: Iterable[Flaw]) -> bool:
    """Whether what is refused are names of the account that ``check`` has resolved: fields, labels, stages."""
    return any(flaw.code == "NotSupportedChoice" and flaw.path.split(".")[0] in _OF_SCHEMA for flaw in flaws)
