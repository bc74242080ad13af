"""What became of each operation of a request.

In ``result`` = done, in ``result_error`` = refused, in neither = not run or lost, which nobody can tell apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dentsync.lang import _
from dentsync.load.bitrix24.answers import UNCERTAIN
from dentsync.load.bitrix24.box import Request, Slot
from dentsync.load.bitrix24.items import Portrait
from dentsync.load.bitrix24.portal import was_not_run
from dentsync.load.bitrix24.reasons import reason_of
from dentsync.load.bitrix24.tasks import completes
from dentsync.load.bitrix24.wire import Answer, Done, Missing, Rejected, rejection, resolve
from dentsync.load.flow import Landing
from dentsync.load.target import GONE
from dentsync.model import Operation, Outcome, Result


def landing_of(request: Request, answers: Mapping[str, Answer], portrait: Portrait) -> Landing:
    """What became of each operation, and which go again: those the portal refused unrun."""
    found = list(request.settled.values())
    again: list[Operation] = []
    results = {key: answer.result for key, answer in answers.items() if isinstance(answer, Done)}
    for key, slot in request.slots.items():
        answer = answers[key]
        if was_not_run(answer):
            again += slot.operations
        elif slot.drafts:
            found += [_imported(one, row) for one, row in _rows(slot, answer)]
        else:
            found.append(_outcome(slot.operations[0], slot, answer, portrait, results))
    return Landing(found, tuple(again))


def _outcome(
    operation: Operation, slot: Slot, answer: Answer, portrait: Portrait, results: Mapping[str, Any]
) -> Outcome:
    if operation.kind == "task":
        return _task(operation, answer, portrait)
    item = _item(answer)
    if not isinstance(answer, Done):
        _forget(operation, None, portrait)
        return _not_done(operation, answer)
    number = _id(item)
    if operation.action == "create" and number is None:
        return _unknown(operation)
    _forget(operation, number, portrait)
    present = portrait.present(operation.kind, item) if number is not None else None
    linked = _is_linked(slot, item, results)
    return Outcome(operation, Result.APPLIED, number or operation.crm_id, linked=linked, present=present)


def _task(operation: Operation, answer: Answer, portrait: Portrait) -> Outcome:
    """A completion leaves everything else as it was."""
    portrait.tasks.seen.pop(operation.crm_id or 0, None)
    if not isinstance(answer, Done):
        return _not_done(operation, answer)
    if operation.action == "create":
        number = _id(answer.result) if isinstance(answer.result, Mapping) else None
        return Outcome(operation, Result.APPLIED, number) if number else _unknown(operation)
    if answer.result is False or answer.result is None:
        return _unknown(operation)
    if completes(operation):
        done = tuple(change for change in operation.changes if change.field == "done")
        operation = replace(operation, changes=done)
    return Outcome(operation, Result.APPLIED, operation.crm_id)


def _forget(operation: Operation, number: int | None, portrait: Portrait) -> None:
    """The echo need not carry phones or contacts: then they are read again when they are needed."""
    known = portrait.cards if operation.kind == "contact" else portrait.links
    known.pop(number or operation.crm_id or 0, None)


def _is_linked(slot: Slot, item: Mapping[str, Any], results: Mapping[str, Any]) -> bool:
    """Whether a deal has the contact it was sent with; an echo without contacts is believed."""
    sent = slot.command.params["fields"].get("contactIds")
    if not sent:
        return True
    try:
        contact = resolve(sent, results)[0]
    except LookupError:
        return False
    held = item.get("contactIds", [item["contactId"]] if "contactId" in item else None)
    # What the portal makes of a reference that came to nothing is not documented.
    return isinstance(contact, int) and (held is None or (isinstance(held, list) and contact in held))


def _not_done(operation: Operation, answer: Rejected | Missing) -> Outcome:
    if isinstance(answer, Missing) or answer.code in UNCERTAIN:
        return _unknown(operation)
    gone = answer.code == "NOT_FOUND" and operation.action != "create"
    return Outcome(operation, Result.FAILED, operation.crm_id, GONE if gone else reason_of(answer))


def _unknown(operation: Operation) -> Outcome:
    reason = _("Bitrix24 did not say whether it was done")
    return Outcome(operation, Result.UNKNOWN, operation.crm_id, reason)


# ── imports ───────────────────────────────────────────────────────────────────────────────────


def _rows(slot: Slot, answer: Answer) -> Iterator[tuple[Operation, Answer]]:
    """The answer for each row, by position; a row the answer does not reach is not known."""
    items = answer.result.get("items") if isinstance(answer, Done) and isinstance(answer.result, Mapping) else None
    for index, operation in enumerate(slot.operations):
        if not isinstance(answer, Done):
            yield operation, answer
        elif isinstance(items, list) and index < len(items):
            yield operation, _row(items[index])
        else:
            yield operation, Missing()


def _row(row: object) -> Answer:
    if isinstance(row, Mapping) and "error" in row:
        return rejection(row)
    return Done(row) if isinstance(row, Mapping) and _id(_item(Done(row))) is not None else Missing()


def _imported(operation: Operation, answer: Answer) -> Outcome:
    if isinstance(answer, Done):
        return Outcome(operation, Result.APPLIED, _id(_item(answer)))
    return _not_done(operation, answer)


def _item(answer: Answer) -> Mapping[str, Any]:
    item = answer.result.get("item") if isinstance(answer, Done) and isinstance(answer.result, Mapping) else None
    return item if isinstance(item, Mapping) else {}


def _id(item: Mapping[str, Any]) -> int | None:
    number = item.get("id")
    return int(number) if isinstance(number, int | str) and str(number).isdigit() else None
