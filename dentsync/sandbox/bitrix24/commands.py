"""Running one command under the limits, and fifty of them in a batch (settings/how-to-call-rest-api/batch.md)."""

from dataclasses import dataclass, field
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import references
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Cut, Json, Timing
from dentsync.sandbox.bitrix24.call import Call
from dentsync.sandbox.bitrix24.limits import Meter
from dentsync.sandbox.bitrix24.methods import METHODS, Method, spelled
from dentsync.sandbox.bitrix24.settings import Webhook
from dentsync.sandbox.bitrix24.world import World

MOST_COMMANDS = 50
UNNOTICED = 0.1
"""With billing by batch, calls shorter than this count as nothing (observed, jssdk issue 459)."""


@dataclass
class Session:
    """One HTTP request of one webhook. ``stop_after``: the connection breaks after that many commands.

    ``began`` is its virtual moment. Inside a request only the work that it is charged for takes time: the machine's own
    milliseconds, many times faster on a fast clock, would make every portal look slow.
    """

    world: World
    webhook: Webhook
    meter: Meter
    began: float
    stop_after: int | None = None
    by_batch: bool = False

    @property
    def now(self) -> float:
        """The virtual moment the request has come to."""
        return self.began + self.meter.spent


@dataclass
class _Batch:
    results: Json = field(default_factory=dict)
    errors: Json = field(default_factory=dict)
    totals: Json = field(default_factory=dict)
    nexts: Json = field(default_factory=dict)
    times: Json = field(default_factory=dict)


def run(session: Session, method: str, params: Json) -> tuple[Answer, Timing]:
    """Run one command. Raises ApiError for a refusal and Cut when the request passed its time."""
    name = spelled(method)
    known = METHODS.get(name)
    if known is None:
        raise ApiError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
    if not has_scope(session.webhook, known):
        raise ApiError("insufficient_scope", "The request requires higher privileges than provided.", 403)
    return run_known(session, name, known, params)


def has_scope(webhook: Webhook, method: Method) -> bool:
    """Whether one of the scopes that the method needs is ticked."""
    return not method.scopes or bool(set(method.scopes) & set(webhook.scopes))


def run_known(session: Session, name: str, known: Method, params: Json) -> tuple[Answer, Timing]:
    """Run a command that may be run."""
    check_budget(session, name)
    fault = session.world.faults.of_command(name)
    if fault and fault.name == "error":
        raise ApiError(fault.argument, "Fault on demand")
    answer, timing = _timed(session, name, known, params)
    if fault:
        raise ApiError(fault.argument, "Fault on demand, after the work", 500)
    return answer, timing


def _timed(session: Session, name: str, known: Method, params: Json) -> tuple[Answer, Timing]:
    world = session.world
    cost = world.settings.costs.get(name, known.cost)
    start = session.now
    before = session.meter.spent
    try:
        if not known.per_item:
            session.meter.spend(cost)
        answer = known.run(Call(world, session.webhook, name, params, session.meter, cost))
    finally:
        _bill(session, name, session.meter.spent - before)
    return answer, _timing(session, name, start, session.now)


def check_budget(session: Session, name: str) -> None:
    """Refuse a method whose CPU budget is used up; the call that passes the limit still succeeds (limits.md)."""
    limit = session.world.settings.operating_limit
    if limit and session.world.operating.spent(_key(session, name), session.world.clock.now()) >= limit:
        session.world.journal.counts["refused_429"] += 1
        raise ApiError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)


def _key(session: Session, name: str) -> tuple[str, str]:
    return (f"{session.webhook.user}/{session.webhook.secret}", "batch" if session.by_batch else name)


def _bill(session: Session, name: str, seconds: float) -> None:
    if seconds and not (session.by_batch and seconds < UNNOTICED):
        session.world.operating.add(_key(session, name), session.world.clock.now(), seconds)


def _timing(session: Session, name: str, start: float, finish: float) -> Timing:
    world = session.world
    if not world.settings.operating_shown:
        return Timing(start, finish)
    key, now = _key(session, name), world.clock.now()
    return Timing(start, finish, world.operating.spent(key, now), world.operating.reset_at(key, now))


def commands_of(params: Json) -> dict[str, str]:
    """``cmd`` as keys and command lines; it may be an object or an array."""
    return {key: php.as_text(line) for key, line in php.as_map(params.get("cmd")).items()}


def methods_of(commands: dict[str, str]) -> list[str]:
    """The method of each command."""
    return [spelled(line.partition("?")[0].strip()) for line in commands.values()]


def run_batch(session: Session, params: Json) -> tuple[Answer, Timing]:
    """Run up to fifty commands in order. The answer is 200 whatever becomes of them."""
    commands = commands_of(params)
    excess = len(commands) > MOST_COMMANDS
    if excess and session.world.settings.batch_excess == "request":
        raise ApiError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    session.by_batch = session.world.settings.operating_billing == "batch"
    if session.by_batch:
        check_budget(session, "batch")
    batch, start = _Batch(), session.now
    halt = php.as_text(params.get("halt")).lower() not in ("", "0", "false", "n")
    for number, (key, line) in enumerate(commands.items()):
        if session.stop_after is not None and number >= session.stop_after:
            raise Cut
        _run_one(session, batch, number, key, line)
        if halt and batch.errors:
            break
    finish = session.now
    timing = _timing(session, "batch", start, finish) if session.by_batch else Timing(start, finish)
    return Answer(_maps(batch)), timing


def _run_one(session: Session, batch: _Batch, number: int, key: str, line: str) -> None:
    method, _, query = line.partition("?")
    try:
        if number >= MOST_COMMANDS:
            raise ApiError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
        if method.strip().lower() == "batch":
            raise ApiError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
        params = php.parse_query(query, session.world.settings.max_input_vars)
        literal = session.world.settings.unresolved_reference == "literal"
        params = references.substituted(params, batch.results, lambda text: text if literal else "")
        answer, timing = run(session, method.strip(), params)
    except ApiError as error:
        shown = error.body() | ({"error_description": ""} if error.code == "insufficient_scope" else {})
        batch.errors[key] = shown
        return
    batch.results[key] = answer.result
    batch.times[key] = timing.body(session.world.zone)
    if answer.total is not None:
        batch.totals[key] = answer.total
    if answer.next is not None:
        batch.nexts[key] = answer.next


def _maps(batch: _Batch) -> dict[str, Any]:
    return {
        "result": batch.results,
        "result_error": batch.errors,
        "result_total": batch.totals,
        "result_next": batch.nexts,
        "result_time": batch.times,
    }
