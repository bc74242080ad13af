"""Operations as items of a request."""

from collections.abc import Sequence
from typing import Any

from dentsync.lang import _
from dentsync.load.amocrm.check import CRM
from dentsync.load.amocrm.directory import LOST, UNSORTED
from dentsync.load.amocrm.fields import MULTITEXTS
from dentsync.load.amocrm.items import Portrait, Values
from dentsync.load.amocrm.merging import Entry, merged, same_text
from dentsync.load.places import Unwritable, fold, place_wanted
from dentsync.model import Change, Operation

Item = dict[str, Any]
REASON = "loss_reason_id"


def merges(operation: Operation, portrait: Portrait) -> bool:
    """Whether the item has to be read right before: a field is replaced as a whole and people may have added to it."""
    words = portrait.words(operation.kind)
    return operation.action != "create" and any(words.is_merged(change.field) for change in operation.changes)


def writes(operation: Operation) -> bool:
    """Whether an existing item gets anything but a link."""
    fields = any(change.field != "contact" for change in operation.changes)
    return operation.action == "move" or operation.claims or fields


def draft(operation: Operation, portrait: Portrait, values: Values, contacts: Sequence[int] = ()) -> Item:
    """What an operation sends; empty where it changes nothing. Raises Unwritable.

    ``values`` are the custom fields of an existing item as they are now; ``contacts`` those of a new deal.
    """
    item: Item = {}
    custom: list[Item] = []
    words = portrait.words(operation.kind)
    for change in operation.changes:
        item |= words.native(change.field, change.new)
        info = words.fields.get(change.field)
        if info is not None and info.id:
            custom += _custom(operation, change, portrait, values.get(info.id, ()))
    if operation.action != "update":
        item |= place_of(operation, portrait)
    if operation.action == "create":
        item.pop(REASON, None)
    if operation.action == "create" or operation.claims:
        # In the same call: an item without its key would be made again after a lost answer.
        mark = {"value": portrait.mark(operation.key)}
        custom.append({"field_id": portrait.directory.keys[operation.kind], "values": [mark]})
        if tag := portrait.settings.access.get("tag"):
            item["tags_to_add"] = [{"name": tag}]
    if custom:
        item["custom_fields_values"] = custom
    if contacts:
        item["_embedded"] = {"contacts": [{"id": one, "is_main": one == contacts[0]} for one in contacts]}
    return item


def _custom(operation: Operation, change: Change, portrait: Portrait, present: Sequence[Entry]) -> list[Item]:
    """The field as a whole; nothing where it holds that already."""
    words = portrait.words(operation.kind)
    info, entries = words.fields[change.field], words.entries(change.field, change.new)
    wanted: list[Any] | None = list(entries)
    if operation.action == "create":
        return [{"field_id": info.id, "values": wanted}] if wanted else []
    if words.is_merged(change.field):
        key = same_text(MULTITEXTS[change.field]) if change.field in MULTITEXTS else fold
        old = [str(one) for one in words.several(change.field, change.old)] if change.known else []
        wanted = merged(present, old, entries, key, leads=change.field in MULTITEXTS)
        if wanted is None:
            return []
    return [{"field_id": info.id, "values": wanted or None}]


def place_of(operation: Operation, portrait: Portrait) -> Item:
    """Pipeline and stage together: 142 and 143 are in every pipeline. A reason only where a deal is lost.

    In a creation some accounts refuse it: there it follows. Raises Unwritable.
    """
    pipeline, stage = place_wanted(operation, portrait.directory.pipelines, CRM)
    item: Item = {"pipeline_id": pipeline.id} if pipeline else {}
    if stage is None:
        return item
    if stage.id.startswith(UNSORTED):
        raise Unwritable(_("amoCRM lets nobody put a deal into «{stage}»").format(stage=stage.name))
    status, _colon, reason = stage.id.partition(":")
    item["status_id"] = int(status)
    return {**item, REASON: int(reason)} if status == LOST and reason else item
