"""Items of the account as the rest of dentsync sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dentsync.load.amocrm.directory import UNSORTED, Directory
from dentsync.load.amocrm.fields import Vocabulary, vocabulary_of
from dentsync.load.amocrm.merging import Entry
from dentsync.load.amocrm.tasks import TaskWords
from dentsync.load.amocrm.wire import Row
from dentsync.load.target import TargetSettings
from dentsync.model import Kind, Present

Values = dict[int, Sequence[Entry]]
"""Entries of an item's custom fields, by field id."""

END = "#"
"""Closes our key: a search for one key must not find those that it begins."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """Turns answers into ``Present`` items and our operations' keys into what stands in the CRM."""

    settings: TargetSettings
    directory: Directory
    contact: Vocabulary
    deal: Vocabulary
    tasks: TaskWords

    def words(self, kind: Kind) -> Vocabulary:
        """The vocabulary of a kind."""
        return self.contact if kind == "contact" else self.deal

    def mark(self, key: str) -> str:
        """What stands in the key field: distinctive, and found by a search for the text."""
        return f"{self.settings.originator}:{key}{END}"

    def key_in(self, kind: Kind, values: Values) -> str | None:
        """Our key, if the item has one of ours."""
        entries = values.get(self.directory.keys[kind], ())
        text = str(entries[0].get("value") or "") if entries else ""
        start = f"{self.settings.originator}:"
        return text[len(start) : -len(END)] if text.startswith(start) and text.endswith(END) else None

    def present(self, kind: Kind, item: Row) -> Present:
        """An item of a list."""
        values = values_in(item)
        number, key = int(item["id"]), self.key_in(kind, values)
        fields = self.words(kind).read(item, values)
        if kind == "contact":
            return Present(kind, number, key, fields)
        pipeline, stage = self.directory.place_of(
            item.get("pipeline_id"), item.get("status_id"), item.get("loss_reason_id")
        )
        name, ends = (stage.name, stage.ends) if stage else (None, None)
        unsorted = stage is not None and stage.id.startswith(UNSORTED)
        return Present(kind, number, key, fields, pipeline, name, ends, contacts_of(item), unsorted)


def values_in(item: Row) -> Values:
    """Custom fields of an item: ``null`` where nothing is filled in."""
    found: Values = {}
    for one in item.get("custom_fields_values") or ():
        entries = one.get("values") if isinstance(one, Mapping) else None
        if isinstance(entries, list):
            found[int(one["field_id"])] = [entry for entry in entries if isinstance(entry, Mapping)]
    return found


def contacts_of(item: Row) -> tuple[int, ...] | None:
    """The contacts of a deal, the main one first; None where the answer does not show them."""
    embedded = item.get("_embedded")
    listed = embedded.get("contacts") if isinstance(embedded, Mapping) else None
    if not isinstance(listed, list):
        return None
    return tuple(int(one["id"]) for one in sorted(listed, key=lambda one: not one.get("is_main")))


def portrait_of(settings: TargetSettings, directory: Directory) -> Portrait:
    """The account's items in the clinic's words."""
    contact, deal = (vocabulary_of(settings, directory, kind) for kind in ("contact", "deal"))
    tasks = TaskWords(settings.originator, directory.task_types, contact.zones)
    return Portrait(settings, directory, contact, deal, tasks)
