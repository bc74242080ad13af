"""Numbers that people typed in, though the MIS has them too: they stay when the MIS withdraws them."""

from collections.abc import Collection
from dataclasses import replace

from dentsync.model import Change, Operation, Plain, Present

PHONES = "phones"


def theirs_of(operation: Operation, present: Present, known: Collection[str] = ()) -> tuple[str, ...]:
    """The numbers (E.164) of an item that are people's: ``known`` ones that are there still, and those we find there.

    ``present`` is as it is before the operation.
    """
    there, change = _numbers(present.fields.get(PHONES)), phones_of(operation)
    found = set(_numbers(change.new)) - set(_numbers(change.old)) if change else set()
    return tuple(number for number in there if number in known or number in found)


def phones_of(operation: Operation) -> Change | None:
    """What an operation does to the phones."""
    return next((change for change in operation.changes if change.field == PHONES), None)


def sparing(operation: Operation, theirs: Collection[str]) -> Operation:
    """The operation without a claim to these numbers: it neither deletes them nor takes their place."""
    changes = tuple(
        replace(change, old=tuple(number for number in _numbers(change.old) if number not in theirs))
        if change.field == PHONES and change.known
        else change
        for change in operation.changes
    )
    return replace(operation, changes=changes)


def _numbers(value: Plain) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
