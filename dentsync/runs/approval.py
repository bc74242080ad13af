"""What a person let through stays let through until it is done, and nothing else is.

An approval names one plan, or one end that is taken back. When that is not carried out to its end (the portal fell
silent, the time was up), exactly the operations that are left of it are not refused again: nobody approves the same
thing every half hour.
"""

from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from dentsync.model import Operation, Plan, Result
from dentsync.runs.session import Session
from dentsync.transform.stages import approval_of, setback, way_out

if TYPE_CHECKING:
    from dentsync.runs.pushed import Pushed

_DONE = (Result.APPLIED, Result.KEPT)
_json = msgspec.json.Encoder(order="deterministic")


def without_approved(job: Session, operations: Collection[Operation]) -> Collection[Operation]:
    """The operations that nobody has let through yet."""
    approved = job.store.ledger.approved(job.config.target)
    return [operation for operation in operations if _mark(operation) not in approved] if approved else operations


def unapproved(job: Session, left: Operation, operation: Operation) -> str:
    """Why a move may not follow an end that we left ourselves, with the way out; nothing where it may."""
    reason = setback(left.status, operation.status)
    approval = approval_of(operation.kind, operation.key, operation.status)
    return way_out(reason, approval) if reason and approval not in job.approvals else ""


def remember(job: Session, plan: Plan, pushed: "Pushed", digests: Collection[str]) -> None:
    """After a push: what is left of an approved plan stays approved, what is done needs no approval any more."""
    before = job.store.ledger.approved(job.config.target)
    now = _marks(plan.operations) if plan.refusals and plan.digest in digests else frozenset()
    now |= _corrections(plan.operations) & set(digests)
    if before or now:
        ended = [outcome.operation for outcome in pushed.outcomes if outcome.result in _DONE]
        done = _marks(ended) | _corrections(ended)
        with job.store.transaction():
            job.store.ledger.approve(job.config.target, (before | now) - done)


def _corrections(operations: Iterable[Operation]) -> frozenset[str]:
    """By what a person would have let these moves through."""
    return frozenset(approval_of(one.kind, one.key, one.status) for one in operations if one.action == "move")


def _marks(operations: Iterable[Operation]) -> frozenset[str]:
    return frozenset(map(_mark, operations))


def _mark(operation: Operation) -> str:
    """A digest of all that the operation is: where it comes from, what it changes, from what to what."""
    return blake2b(_json.encode(operation), digest_size=12).hexdigest()
