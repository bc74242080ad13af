"""Imports and the phones they may drop.

The docs show phones of an import in upper case and ``fm`` nowhere, while the other methods of the family take ``fm``
alone; unknown fields are dropped without an error. So the first rows are read back, and what was dropped is added by
updates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dentsync.errors import TargetError
from dentsync.lang import _
from dentsync.load.bitrix24.commands import Draft, ImportForm, get_command, update_command
from dentsync.load.bitrix24.multifields import read_multifields
from dentsync.load.bitrix24.packing import Packer, Request
from dentsync.load.bitrix24.portal import Portal
from dentsync.load.bitrix24.wire import Answer, Command, Done
from dentsync.model import Operation, Outcome, Result

_NEXT: dict[ImportForm, ImportForm] = {"": "fm?", "fm?": "update"}
_PROVED: dict[ImportForm, ImportForm] = {"": "PHONE", "fm?": "fm"}


@dataclass(frozen=True, slots=True)
class _Row:
    operation: Operation
    written: Draft
    number: int


def with_phones(portal: Portal, packer: Packer, request: Request, found: dict[str, Outcome]) -> dict[str, Outcome]:
    """Outcomes of a request once its imported contacts have their phones, or are known not to have them."""
    rows = list(_rows(request, found))
    if not rows or packer.form in ("PHONE", "fm"):
        return found
    if packer.form in _NEXT:
        stored = _stores(portal, rows[0])
        if stored is None:
            return found | _unsure(rows)
        packer.form = (_PROVED if stored else _NEXT)[packer.form]
        if stored:
            return found
    return found | _unsure([row for row in rows if row.operation.id not in _repaired(portal, rows)])


def _rows(request: Request, found: dict[str, Outcome]) -> Sequence[_Row]:
    return [
        _Row(operation, written, outcome.crm_id)
        for slot in request.slots.values()
        for operation, written in zip(slot.operations, slot.drafts, strict=False)
        if written.records and (outcome := found[operation.id]).result is Result.APPLIED and outcome.crm_id is not None
    ]


def _stores(portal: Portal, row: _Row) -> bool | None:
    """Whether an imported contact has its phones; None where that could not be read."""
    answer = _run(portal, {"back": get_command("contact", row.number)}).get("back")
    if not isinstance(answer, Done):
        return None
    return bool(read_multifields(answer.result.get("item", {})))


def _repaired(portal: Portal, rows: Sequence[_Row]) -> set[str]:
    """Operations whose phones were added by an update."""
    commands = {f"u{index}": _repair(row) for index, row in enumerate(rows)}
    answers: dict[str, Answer] = {}
    for portion in portal.portions(commands):
        answers |= _run(portal, portion)
    return {row.operation.id for index, row in enumerate(rows) if isinstance(answers.get(f"u{index}"), Done)}


def _repair(row: _Row) -> Command:
    records = {f"n{index}": record for index, record in enumerate(row.written.records)}
    return update_command("contact", row.number, {"fm": records})


def _run(portal: Portal, commands: dict[str, Command]) -> dict[str, Answer]:
    """The contacts are there already: whatever happens now must not hide that."""
    try:
        return portal.run(commands)
    except TargetError:
        return {}


def _unsure(rows: Sequence[_Row]) -> dict[str, Outcome]:
    reason = _("the contact was imported, but its phones may be missing")
    return {row.operation.id: Outcome(row.operation, Result.UNKNOWN, row.number, reason) for row in rows}
