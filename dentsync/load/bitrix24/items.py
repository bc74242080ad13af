"""Items of the portal as the rest of dentsync sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.load.bitrix24.directory import Directory
from dentsync.load.bitrix24.fields import Vocabulary, vocabulary_of
from dentsync.load.bitrix24.multifields import Multifield, read_multifields
from dentsync.load.bitrix24.tasks import TaskWords
from dentsync.load.target import TargetSettings
from dentsync.model import Kind, Present

Cards = dict[int, tuple[Multifield, ...]]
"""The phone and e-mail records of contacts, by contact id, as last seen in this run."""

Links = dict[int, tuple[int, ...]]
"""The contacts of deals, by deal id, as last seen in this run."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """Turns answers into ``Present`` items, and remembers the phone records and links it passes."""

    settings: TargetSettings
    directory: Directory
    contact: Vocabulary
    deal: Vocabulary
    tasks: TaskWords
    cards: Cards = field(default_factory=dict, repr=False)
    links: Links = field(default_factory=dict)

    def words(self, kind: Kind) -> Vocabulary:
        """The vocabulary of a kind."""
        return self.contact if kind == "contact" else self.deal

    def present(self, kind: Kind, item: Mapping[str, Any]) -> Present:
        """An item of ``crm.item.*``."""
        number = int(item["id"])
        records = read_multifields(item) if kind == "contact" else None
        if records is not None:
            self.cards[number] = records
        ours = item.get("originatorId") == self.settings.originator
        key = str(item["originId"]) if ours and item.get("originId") else None
        fields = self.words(kind).read(item, records)
        if kind == "contact":
            return Present(kind, number, key, fields)
        contacts = _numbers(item.get("contactIds"))
        if contacts is not None:
            self.links[number] = contacts
        pipeline, stage = self.directory.place_of(str(item.get("stageId")), _number(item.get("categoryId")))
        name, ends = (stage.name, stage.ends) if stage else (None, None)
        return Present(kind, number, key, fields, pipeline, name, ends, contacts)


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else 0


def _numbers(values: object) -> tuple[int, ...] | None:
    return tuple(map(_number, values)) if isinstance(values, list) else None


def portrait_of(settings: TargetSettings, directory: Directory) -> Portrait:
    """A portrait with an empty memory."""
    contact, deal = (vocabulary_of(settings, directory, kind) for kind in ("contact", "deal"))
    tasks = TaskWords(settings.originator, ZoneInfo(settings.timezone))
    return Portrait(settings, directory, contact, deal, tasks)
