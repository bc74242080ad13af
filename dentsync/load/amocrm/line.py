"""amoCRM's side of the flow: what fits, how it is sent, what the answer means for each operation."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dentsync.errors import TargetError
from dentsync.lang import _
from dentsync.load.amocrm.account import ATTEMPTS, Account, Call, no_answer, no_right
from dentsync.load.amocrm.answers import Done, Flaw, Invalid, Meaning, Partial, Rejected
from dentsync.load.amocrm.drafts import Item
from dentsync.load.amocrm.items import values_in
from dentsync.load.amocrm.packing import MOST, Batch, Packer
from dentsync.load.amocrm.reasons import flaw_text, is_gone, is_of_schema, reason_of
from dentsync.load.amocrm.wire import ENTITY, Row, rows_of
from dentsync.load.flow import Landing
from dentsync.load.http import Lost
from dentsync.load.refusals import Refused
from dentsync.load.target import GONE, Chunk
from dentsync.model import Operation, Outcome, Result

CALM = 20
"""So many good answers in a row, and requests grow again."""

LINKS = "_embedded.contacts"


@dataclass(slots=True)
class _Landed:
    """What an answer comes to."""

    outcomes: list[Outcome] = field(default_factory=list)
    again: list[Operation] = field(default_factory=list)


class AmoLine:
    """One push to one account. ``ids`` are CRM ids of our items, kept up to date by whoever records outcomes."""

    def __init__(self, account: Account, packer: Packer, ids: Mapping[str, int]) -> None:
        self._account = account
        self._packer = packer
        self._ids = ids
        self._refusals = account.refusals()
        self._lost: Counter[str] = Counter()  # questions without an answer, by operation
        self._good = 0
        self._token = ""  # of the requests that set off now
        self._error: TargetError | None = None
        self._waits_until: float | None = None
        self.is_stale = False  # names were refused that ``check`` had resolved

    def pack(self, pending: Mapping[str, Operation], flying: frozenset[str]) -> Chunk | None:
        """The next request, counted; None while nothing may go."""
        self._waits_until = self._limit()
        if self._waits_until is not None:
            return None
        chunk = self._packer.pack(pending, self._ids, flying)
        if chunk is not None and chunk.request.request is not None:
            self._account.bucket.take(self._account.clock)
            self._take_token()
        return chunk

    def _take_token(self) -> None:
        """Where there is no token any more, what is in flight has to end before that is said."""
        try:
            self._token = self._account.tokens.current()
        except TargetError as error:
            self._error = error

    def free_at(self) -> float | None:
        """When the pause or the pace allows what could not go at the last packing."""
        return self._waits_until

    def _limit(self) -> float | None:
        clock = self._account.clock
        delay = self._account.bucket.delay(clock)
        until = max(self._refusals.until, clock.time() + delay if delay else 0.0)
        return until if until > clock.time() else None

    def transmit(self, chunk: Chunk) -> Call | None:
        """The HTTP call; nothing where all is settled without one."""
        request = chunk.request.request
        return None if request is None or self._error else self._account.transmit(request, self._token)

    def landed(self, chunk: Chunk, call: Call | None) -> Landing:
        """Outcomes, and what goes again: what was refused unrun, and what has another leg to go."""
        batch: Batch = chunk.request
        found = _Landed(list(batch.settled.values()))
        if call is None and batch.request is not None and self._error:
            raise self._error
        if call is not None:
            meaning = self._account.heard(call)
            if isinstance(meaning, Refused):
                self._refusals.saw(meaning, call.sent_at)
                found.again += self._sent(batch)
            else:
                self._refusals.answered()
                self._measure(call, meaning)
                self._understand(batch, meaning, call, found)
        return Landing([self._as_made(one) for one in found.outcomes], tuple(found.again))

    def _as_made(self, outcome: Outcome) -> Outcome:
        """A deal was made, whatever became of the reason for which it is lost."""
        progress = self._packer.progress[outcome.operation.id]
        if outcome.operation.action != "create" or progress.number is None:
            return outcome
        return Outcome(outcome.operation, Result.APPLIED, progress.number, linked=not progress.unlinked)

    def _sent(self, batch: Batch) -> list[Operation]:
        return [one for one in batch.operations.values() if one.id not in batch.settled]

    def _measure(self, call: Call, meaning: Meaning) -> None:
        """A request that was too heavy is halved; after a while without one they grow again."""
        if isinstance(meaning, Lost) and (meaning.status == 504 or meaning.why == "time-out"):
            self._packer.size, self._good = max(1, self._packer.size // 2), 0
        elif isinstance(meaning, Done) and call.request.verb != "GET":
            self._good += 1
            if self._good >= CALM:
                self._packer.size, self._good = min(2 * self._packer.size, MOST), 0

    # ── what became of it ─────────────────────────────────────────────────────────────────────

    def _understand(self, batch: Batch, meaning: Meaning, call: Call, found: _Landed) -> None:
        operations = {name: one for name, one in batch.operations.items() if one.id not in batch.settled}
        match meaning, batch.lane[0]:
            case Rejected(status=403), _leg:
                raise no_right(call.request)
            case Done(body), "create":
                self._created(batch, operations, body, found)
            case Done(body), "read":
                self._was_read(batch, operations, body, found)
            case Done(body), "write":
                self._written(batch, operations, body, found)
            case Done(), _leg:
                self._go_on(batch, operations.values(), found)
            case Lost(), "read":
                self._read_again(operations.values(), found)
            case Lost(), _leg:
                found.outcomes += [_unknown(one) for one in operations.values()]
            case Partial(texts), "write":
                self._partly_written(batch, operations, texts, found)
            case Invalid(flaws), "create" | "write" if flaws.keys() & operations.keys():
                self._repair(batch, operations, flaws, found)
            case Partial(), "create":
                found.outcomes += [_unknown(one) for one in operations.values()]
            case refused, _leg:
                self._refused(batch, operations, refused, found)

    def _created(self, batch: Batch, operations: Mapping[str, Operation], body: object, found: _Landed) -> None:
        numbers = {str(row.get("request_id")): _id(row) for row in rows_of(body, ENTITY[batch.lane[1]])}
        for name, operation in operations.items():
            self._packer.progress[operation.id].number = numbers.get(name)
        found.outcomes += [_unknown(one) for name, one in operations.items() if not numbers.get(name)]
        self._go_on(batch, [one for name, one in operations.items() if numbers.get(name)], found)

    def _written(self, batch: Batch, operations: Mapping[str, Operation], body: object, found: _Landed) -> None:
        numbers = {_id(row) for row in rows_of(body, ENTITY[batch.lane[1]])}
        done = [one for one in operations.values() if self._number(one) in numbers]
        found.outcomes += [_unknown(one) for one in operations.values() if one not in done]
        self._go_on(batch, done, found)

    def _was_read(self, batch: Batch, operations: Mapping[str, Operation], body: object, found: _Landed) -> None:
        present = {_id(row): values_in(row) for row in rows_of(body, ENTITY[batch.lane[1]])}
        for operation in operations.values():
            self._packer.progress[operation.id].values = present.get(self._number(operation))
        alive = [one for one in operations.values() if self._number(one) in present]
        found.outcomes += [_gone(one) for one in operations.values() if one not in alive]
        self._go_on(batch, alive, found)

    def _go_on(self, batch: Batch, operations: Iterable[Operation], found: _Landed) -> None:
        """A leg is done: the next one, or the end."""
        for operation in operations:
            progress = self._packer.progress[operation.id]
            progress.done.add(batch.lane[0])
            progress.alone = False
            if self._packer.next_leg(operation) is not None:
                found.again.append(operation)
            else:
                linked = not progress.unlinked
                found.outcomes.append(Outcome(operation, Result.APPLIED, self._number(operation), linked=linked))

    def _read_again(self, operations: Iterable[Operation], found: _Landed) -> None:
        for operation in operations:
            self._lost[operation.id] += 1
            if self._lost[operation.id] >= ATTEMPTS:
                raise no_answer()
            found.again.append(operation)

    def _partly_written(
        self, batch: Batch, operations: Mapping[str, Operation], texts: Mapping[str, str], found: _Landed
    ) -> None:
        """The entities that are named were not written, all others were."""
        good = []
        for operation in operations.values():
            text = texts.get(str(self._number(operation)))
            if text is None:
                good.append(operation)
            elif is_gone(text):
                found.outcomes.append(_gone(operation))
            else:
                found.outcomes.append(Outcome(operation, Result.FAILED, operation.crm_id, reason_of(text)))
        self._go_on(batch, good, found)

    # ── refused whole ─────────────────────────────────────────────────────────────────────────

    def _repair(
        self,
        batch: Batch,
        operations: Mapping[str, Operation],
        flaws: Mapping[str, tuple[Flaw, ...]],
        found: _Landed,
    ) -> None:
        """Nothing was written: what is named is mended or fails, the rest goes again."""
        assert batch.request is not None
        items: dict[str, Item] = {item["request_id"]: item for item in batch.request.body}
        for name, operation in operations.items():
            wrong = flaws.get(name, ())
            progress = self._packer.progress[operation.id]
            if wrong and not all(one.path.startswith(LINKS) for one in wrong):
                self.is_stale = self.is_stale or is_of_schema(wrong)
                reason = flaw_text(wrong, operation.kind, items[name], self._packer.portrait)
                found.outcomes.append(Outcome(operation, Result.FAILED, operation.crm_id, reason))
                continue
            progress.unlinked = progress.unlinked or bool(wrong)
            found.again.append(operation)

    def _refused(self, batch: Batch, operations: Mapping[str, Operation], refused: Meaning, found: _Landed) -> None:
        """Refused without saying for whom: one by one it shows."""
        if len(operations) > 1:
            for operation in operations.values():
                self._packer.progress[operation.id].alone = True
                found.again.append(operation)
            return
        leg = batch.lane[0]
        for operation in operations.values():
            if leg == "link":  # its contact is not there any more
                self._packer.progress[operation.id].unlinked = True
            if leg in ("link", "unlink"):
                self._go_on(batch, [operation], found)
            elif isinstance(refused, Rejected) and refused.status == 404 and leg == "write":
                found.outcomes.append(_gone(operation))
            else:
                code = f"{refused.status} {refused.code}".strip() if isinstance(refused, Rejected) else "400"
                found.outcomes.append(Outcome(operation, Result.FAILED, operation.crm_id, reason_of(code)))

    def _number(self, operation: Operation) -> int | None:
        known = self._packer.progress[operation.id].number
        return operation.crm_id or known or self._ids.get(operation.item)


def _id(row: Row) -> int | None:
    return int(row["id"]) if str(row["id"]).isdigit() else None


def _gone(operation: Operation) -> Outcome:
    return Outcome(operation, Result.FAILED, operation.crm_id, GONE)


def _unknown(operation: Operation) -> Outcome:
    return Outcome(operation, Result.UNKNOWN, operation.crm_id, _("amoCRM did not say whether it was done"))
