"""Operations as commands of ``crm.item.*``.

Sources: crm-item-add.md, crm-item-update.md and import/crm-item-batch-import.md of bitrix24/b24restdocs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dentsync.load.bitrix24.directory import ENTITY
from dentsync.load.bitrix24.fields import MULTIFIELDS
from dentsync.load.bitrix24.items import Portrait
from dentsync.load.bitrix24.multifields import added, changed, imported
from dentsync.load.bitrix24.wire import Command, Ref
from dentsync.load.places import Unwritable, place_wanted
from dentsync.load.target import GONE
from dentsync.load.wishes import values_of
from dentsync.model import Change, Kind, Operation

ADD, UPDATE, IMPORT, GET = "crm.item.add", "crm.item.update", "crm.item.batchImport", "crm.item.get"

ImportForm = Literal["", "PHONE", "fm", "update"]
"""How imports take phones: not known yet, in one of two forms, or not at all: by an update afterwards."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The wire fields of one operation; ``records`` are its phones and e-mail where it is an import."""

    fields: Mapping[str, Any] = field(repr=False)
    records: Sequence[Mapping[str, str]] = field(default=(), repr=False)

    def row(self, form: ImportForm) -> dict[str, Any]:
        """One row of an import."""
        if not self.records or form == "update":
            return dict(self.fields)
        return {**self.fields, **imported(self.records, form)}


def draft(operation: Operation, portrait: Portrait, contacts: Sequence[int | Ref]) -> Draft:
    """What an operation sends; empty fields where it changes nothing. Raises Unwritable.

    ``contacts`` are the contacts the deal is to have, the first one its own; none leaves them alone.
    """
    fields, records = _changed_fields(operation, portrait)
    if operation.action != "update":
        fields |= _place(operation, portrait)
    if operation.action == "create" or operation.claims:
        # In the same call: an item without its key would be made again after a lost answer.
        fields |= {"originatorId": portrait.settings.originator, "originId": operation.key}
    if contacts:
        fields["contactIds"] = list(contacts)
    return Draft(fields, records)


def command(operation: Operation, written: Draft, crm_id: int | None) -> Command:
    """The command of one operation that is not an import."""
    if operation.action != "create":
        return update_command(operation.kind, crm_id or 0, written.fields)
    where = {"entityTypeId": ENTITY[operation.kind], "useOriginalUfNames": "Y"}
    return Command(ADD, {**where, "fields": written.fields})


def update_command(kind: Kind, number: int, fields: Mapping[str, Any]) -> Command:
    """Change these fields of one item and no others."""
    return Command(
        UPDATE, {"entityTypeId": ENTITY[kind], "id": number, "useOriginalUfNames": "Y", "fields": dict(fields)}
    )


def import_command(operations: Sequence[Operation], rows: Sequence[Mapping[str, Any]]) -> Command:
    """Up to 20 creations of one kind that start no robots."""
    return Command(IMPORT, {"entityTypeId": ENTITY[operations[0].kind], "useOriginalUfNames": "Y", "data": list(rows)})


def get_command(kind: Kind, number: int) -> Command:
    """Read one item back."""
    return Command(GET, {"entityTypeId": ENTITY[kind], "id": number, "useOriginalUfNames": "Y"})


def _changed_fields(operation: Operation, portrait: Portrait) -> tuple[dict[str, Any], list[dict[str, str]]]:
    vocabulary = portrait.words(operation.kind)
    fields: dict[str, Any] = {}
    multi = [change for change in operation.changes if change.field in vocabulary.multifields]
    for change in operation.changes:
        if change not in multi and change.field != "contact":
            fields |= vocabulary.write(change.field, change.new)
    if operation.action == "create":
        records = [one for change in multi for one in added(MULTIFIELDS[change.field], values_of(change.new))]
        return (fields, records) if operation.silent else ({**fields, **({"fm": records} if records else {})}, [])
    difference = _multifield_changes(operation, multi, portrait)
    return {**fields, **({"fm": difference} if difference else {})}, []


def _multifield_changes(operation: Operation, multi: Sequence[Change], portrait: Portrait) -> dict[str, dict[str, str]]:
    """Raises Unwritable where the contact is not there any more."""
    difference: dict[str, dict[str, str]] = {}
    for change in multi:
        records = portrait.cards.get(operation.crm_id or 0)
        if records is None:
            raise Unwritable(GONE)
        kind = MULTIFIELDS[change.field]
        old = values_of(change.old) if change.known else ()
        difference |= changed(kind, old, values_of(change.new), records, first=len(difference))
    return difference


def _place(operation: Operation, portrait: Portrait) -> dict[str, Any]:
    """``categoryId`` and ``stageId`` together: a stage of another pipeline alone changes nothing, without an error."""
    pipeline, stage = place_wanted(operation, portrait.directory.pipelines, "Bitrix24")
    fields: dict[str, Any] = {"categoryId": pipeline.id} if pipeline else {}
    return {**fields, "stageId": stage.id} if stage else fields
