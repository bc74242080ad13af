"""Bitrix24's side of the flow: what fits, how it is sent, what the answer means."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from dentsync.load.bitrix24.answers import RATE
from dentsync.load.bitrix24.box import Request
from dentsync.load.bitrix24.calls import TRIES, unavailable_text
from dentsync.load.bitrix24.imports import with_phones
from dentsync.load.bitrix24.items import Portrait
from dentsync.load.bitrix24.outcomes import landing_of
from dentsync.load.bitrix24.packing import Packer
from dentsync.load.bitrix24.portal import RATE_PAUSE, ROUNDS, Portal, was_not_run
from dentsync.load.bitrix24.reasons import reason_of
from dentsync.load.bitrix24.wire import Answer, Done, Rejected
from dentsync.load.flow import Landing
from dentsync.load.http import Lost, NotSent, Reply
from dentsync.load.refusals import Refusals, Refused
from dentsync.load.target import Chunk
from dentsync.model import Operation, Outcome, Result


@dataclass(frozen=True, slots=True)
class _Call:
    """An HTTP call that was made: its answer, and when it was sent and landed (epoch seconds of the clock)."""

    answer: Reply | NotSent | Lost
    sent_at: float
    landed_at: float


class BitrixLine:
    """One push to one portal. ``ids`` are CRM ids of our items, kept up to date by whoever records outcomes."""

    def __init__(self, portal: Portal, portrait: Portrait, packer: Packer, ids: Mapping[str, int]) -> None:
        self._portal = portal
        self._portrait = portrait
        self._packer = packer
        self._ids = ids
        self._refusals = Refusals(
            portal.clock, TRIES, lambda refused, state: portal.calls.pause(refused, "batch", state), unavailable_text
        )
        self._paused_until: float | None = None
        self._resumes_at = 0.0  # after a refusal for the rate inside a request
        self._rounds: Counter[str] = Counter()  # how often an operation was refused unrun

    def pack(self, pending: Mapping[str, Operation], flying: frozenset[str]) -> Chunk | None:
        """The next request, its work reserved and its call counted; None while nothing may go."""
        pause = self._pause_ends()
        self._paused_until = pause if pause > self._portal.clock.time() else None
        if self._paused_until is not None:
            return None
        chunk = self._packer.pack(pending, self._ids, flying)
        if chunk is not None and chunk.request.slots:
            self._portal.bucket.take(self._portal.clock)
            self._portal.budgets.reserve(chunk.request.envelope.costs)
        return chunk

    def _pause_ends(self) -> float:
        clock = self._portal.clock
        bucket = self._portal.bucket.delay(clock)
        return max(self._refusals.until, self._resumes_at, clock.time() + bucket if bucket else 0.0)

    def free_at(self) -> float | None:
        """When the pause, the bucket or the first budget allows what could not go at the last packing."""
        return self._packer.free_at() if self._paused_until is None else self._paused_until

    def transmit(self, chunk: Chunk) -> "_Call | None":
        """The HTTP call; nothing where all is settled without one."""
        request: Request = chunk.request
        if not request.slots:
            return None
        sent_at = self._portal.clock.time()
        answer = self._portal.calls.transmit(request.envelope.method, request.envelope.payload)
        return _Call(answer, sent_at, self._portal.clock.time())

    def landed(self, chunk: Chunk, call: "_Call | None") -> Landing:
        """Outcomes, and what goes again."""
        request: Request = chunk.request
        if call is None:
            return Landing(tuple(request.settled.values()))
        self._portal.budgets.release(request.envelope.costs)
        self._packer.probing -= request.probes
        heard = self._portal.calls.heard(request.envelope.method, call.answer)
        if isinstance(heard, Refused):
            self._refusals.saw(heard, call.sent_at)
            return Landing(tuple(request.settled.values()), _unsettled(chunk))
        self._refusals.answered()
        return self._understood(request, heard, call)

    def _understood(self, request: Request, heard: Done | Rejected | Lost, call: "_Call") -> Landing:
        answers = self._portal.answers(request.envelope, heard, call.sent_at, call.landed_at)
        self._refused_inside(request, answers)
        landing = landing_of(request, answers, self._portrait)
        outcomes = with_phones(self._portal, self._packer, request, landing.outcomes)
        self._rounds.update(one.id for one in landing.again)
        given_up = [one for one in landing.again if self._rounds[one.id] >= ROUNDS]
        again = tuple(one for one in landing.again if self._rounds[one.id] < ROUNDS)
        return Landing([*outcomes, *(_given_up(one) for one in given_up)], again)

    def _refused_inside(self, request: Request, answers: Mapping[str, Answer]) -> None:
        for key, answer in answers.items():
            if isinstance(answer, Rejected) and was_not_run(answer):
                if answer.code == RATE:
                    self._resumes_at = self._portal.clock.time() + RATE_PAUSE
                else:
                    self._portal.budgets.refused(request.slots[key].command.method)


def _unsettled(chunk: Chunk) -> tuple[Operation, ...]:
    return tuple(one for one in chunk.operations if one.id not in chunk.request.settled)


def _given_up(operation: Operation) -> Outcome:
    return Outcome(operation, Result.FAILED, operation.crm_id, reason_of(Rejected(RATE)))
