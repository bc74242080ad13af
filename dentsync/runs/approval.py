"""What a person let through stays let through until it is done, and nothing else is.

An approval names one plan. When that plan is not carried out to its end (the portal fell silent, the time was up),
exactly the operations that are left of it are not refused again: nobody approves the same thing every half hour.
"""

from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from dentsync.model import Operation, Plan, Result
from dentsync.runs.session import Session

if TYPE_CHECKING:
    from dentsync.runs.pushed import Pushed

_DONE = (Result.APPLIED, Result.KEPT)
_json = msgspec.json.Encoder(order="deterministic")


def without_approved(job: Session, operations: Collection[Operation]) -> Collection[Operation]:
    """The operations that nobody has let through yet."""
    approved = job.store.ledger.approved()
    return [operation for operation in operations if _mark(operation) not in approved] if approved else operations


def remember(job: Session, plan: Plan, pushed: "Pushed", digests: Collection[str]) -> None:
    """After a push: what is left of an approved plan stays approved, what is done needs no approval any more."""
    before = job.store.ledger.approved()
    now = _marks(plan.operations) if plan.refusals and plan.digest in digests else frozenset()
    if before or now:
        done = _marks(outcome.operation for outcome in pushed.outcomes if outcome.result in _DONE)
        with job.store.transaction():
            job.store.ledger.approve((before | now) - done)


def _marks(operations: Iterable[Operation]) -> frozenset[str]:
    return frozenset(map(_mark, operations))


def _mark(operation: Operation) -> str:
    """A digest of all that the operation is: where it comes from, what it changes, from what to what."""
    return blake2b(_json.encode(operation), digest_size=12).hexdigest()
