"""Imports and the phones they may drop.

The docs show phones of an import in upper case and ``fm`` nowhere, while the other methods of the family take ``fm``
alone; unknown fields are dropped without an error. So the first row carries both forms, told apart by their type, and
is read back: what arrived says which form the portal takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dentsync.errors import TargetError
from dentsync.lang import _
from dentsync.load.bitrix24.box import Request
from dentsync.load.bitrix24.commands import Draft, get_command, update_command
from dentsync.load.bitrix24.multifields import TRIAL_TYPE, Multifield, read_multifields
from dentsync.load.bitrix24.packing import Packer
from dentsync.load.bitrix24.portal import Portal
from dentsync.load.bitrix24.wire import Answer, Command, Done
from dentsync.model import Operation, Outcome, Result


@dataclass(frozen=True, slots=True)
class _Row:
    operation: Operation
    written: Draft
    number: int


def with_phones(portal: Portal, packer: Packer, request: Request, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Outcomes of a request once its imported contacts have their phones once, or are known not to."""
    found = {outcome.operation.id: outcome for outcome in outcomes}
    return list(_settled(portal, packer, request, found).values())


def _settled(portal: Portal, packer: Packer, request: Request, found: dict[str, Outcome]) -> dict[str, Outcome]:
    rows = _rows(request, found)
    if not rows or packer.form in ("PHONE", "fm"):
        return found
    if packer.form == "update":
        return found | _unsure(_repair(portal, rows, [_missing(row) for row in rows]))
    return found | _unsure(_judge_trial(portal, packer, rows))


def _rows(request: Request, found: dict[str, Outcome]) -> list[_Row]:
    return [
        _Row(operation, written, outcome.crm_id)
        for slot in request.slots.values()
        for operation, written in zip(slot.operations, slot.drafts, strict=False)
        if written.records
        and (outcome := found.get(operation.id)) is not None
        and outcome.result is Result.APPLIED
        and outcome.crm_id is not None
    ]


def _judge_trial(portal: Portal, packer: Packer, rows: Sequence[_Row]) -> Sequence[_Row]:
    """Learn from the trial row how this portal takes phones; rows that may be without theirs."""
    answer = _run(portal, {"back": get_command("contact", rows[0].number)}).get("back")
    records = read_multifields(answer.result.get("item", {})) if isinstance(answer, Done) else None
    if records is None:
        return rows
    classic = [one for one in records if one.value_type == TRIAL_TYPE]
    packer.form = "fm" if len(classic) < len(records) else "PHONE" if classic else "update"
    if packer.form == "fm" and classic:
        return _repair(portal, rows, [_twice(classic)])
    return _repair(portal, rows, [_missing(rows[0])]) if packer.form == "update" else []


def _missing(row: _Row) -> Mapping[str, Any]:
    return {f"n{index}": record for index, record in enumerate(row.written.records)}


def _twice(records: Sequence[Multifield]) -> Mapping[str, Any]:
    return {str(one.id): {"typeId": one.type, "value": ""} for one in records}


def _repair(portal: Portal, rows: Sequence[_Row], changes: Sequence[Mapping[str, Any]]) -> Sequence[_Row]:
    """Change the phone records of imported contacts; rows for which that failed."""
    updates = [update_command("contact", row.number, {"fm": fm}) for row, fm in zip(rows, changes, strict=True)]
    answers: dict[str, Answer] = {}
    for portion in portal.portions({f"u{index}": one for index, one in enumerate(updates)}):
        answers |= _run(portal, portion)
    return [row for index, row in enumerate(rows) if not isinstance(answers.get(f"u{index}"), Done)]


def _run(portal: Portal, commands: dict[str, Command]) -> dict[str, Answer]:
    """The contacts are there already: whatever happens now must not hide that."""
    try:
        return portal.run(commands)
    except TargetError:
        return {}


def _unsure(rows: Sequence[_Row]) -> dict[str, Outcome]:
    reason = _("the contact was imported, but its phones may be missing")
    return {row.operation.id: Outcome(row.operation, Result.UNKNOWN, row.number, reason) for row in rows}
