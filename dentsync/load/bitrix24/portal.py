"""Calls of one portal: paced, repeated where nothing was done, and never where something may have been.

``tenacity`` decides when a refused call is made again; ``answers`` decides whether.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec
from tenacity import RetryCallState, Retrying, retry_if_result

from dentsync.errors import Forbidden, TargetError, Unavailable
from dentsync.lang import _
from dentsync.load.bitrix24.answers import CREDENTIALS, NOT_RUN, Meaning, Moved, Refused, forbidden_text, meaning_of
from dentsync.load.bitrix24.limits import REQUEST_SECONDS, Budgets, Speeds
from dentsync.load.bitrix24.webhook import Webhook
from dentsync.load.bitrix24.wire import (
    MAX_COMMANDS,
    Answer,
    Command,
    Done,
    Missing,
    Rejected,
    decode,
    encode,
    resolve,
)
from dentsync.load.http import Bucket, Lost, Session
from dentsync.load.target import Clock

TRIES: Mapping[str, int] = {"rate": 10, "budget": 12, "connection": 4, "certificate": 1}
"""How often a call is made before its refusal is believed. A budget is free again after at most ten waits."""

ROUNDS = 12
ATTEMPTS = 3
HOPS = 3
NOT_SENT = "NOT_SENT"
NO_CONTACT = "NO_CONTACT"
"""Codes of our own: the portal could not be reached any more; what the command refers to was not made."""


class Pace(msgspec.Struct, frozen=True):
    """What one run leaves to the next: JSON-able."""

    portal: str = ""
    host: str = ""
    level: float = 0.0
    at: float = 0.0
    budgets: dict[str, tuple[float, float]] = {}
    speeds: dict[str, float] = {}
    multifields: Literal["", "fm?", "PHONE", "fm", "update"] = ""


class Portal:
    """One webhook of one portal. Not thread-safe: the portal counts everything that comes from this address."""

    def __init__(self, webhook: Webhook, clock: Clock, pace: Pace, *, host: str = "") -> None:
        self._configured = webhook
        self._webhook = webhook.on(host) if host else webhook
        self._clock = clock
        self._session = Session()
        self._bucket = Bucket(50, 2.0)
        self._bucket.restore(pace.level, pace.at)
        self._budgets = Budgets(clock)
        self._budgets.restore(pace.budgets)
        self.speeds = Speeds()
        self.speeds.restore(pace.speeds)

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        return self._session.requests

    @property
    def host(self) -> str:
        """The host a renamed portal redirected to; empty where the configured one answers."""
        return "" if self._webhook == self._configured else self._webhook.host

    def pace(self) -> Pace:
        """State of the limits; ``multifields`` is left to the target."""
        level = self._bucket.state()
        return Pace(
            portal=self._configured.host,
            host=self.host,
            level=level["level"],
            at=level["at"],
            budgets={method: (used, reset) for method, (used, reset) in self._budgets.state().items()},
            speeds=self.speeds.state(),
        )

    # ── commands ──────────────────────────────────────────────────────────────────────────────

    def run(self, commands: Mapping[str, Command]) -> dict[str, Answer]:
        """Carry out up to 50 commands in one request and say of each what became of it.

        What the portal refused without running it is waited for and sent again, alone. Raises Forbidden or
        Unavailable only where no command was carried out.
        """
        answers: dict[str, Answer] = {}
        left = dict(commands)
        for _round in range(ROUNDS):
            fresh = self._exchange_if_possible(left, first=not answers)
            answers |= fresh
            again = {key: left[key] for key, answer in fresh.items() if _was_not_run(answer)}
            left, orphans = _rebuilt(again, answers)
            answers |= orphans
            if not left:
                break
            self._clock.sleep(max(self._budgets.until_reset(command.method) for command in left.values()))
        return answers

    def ask(self, commands: Mapping[str, Command]) -> dict[str, Done | Rejected]:
        """Carry out any number of commands that change nothing and do not refer to each other.

        What an answer does not tell is asked for again. Raises TargetError.
        """
        known: dict[str, Done | Rejected] = {}
        for attempt in range(ATTEMPTS):
            for portion in self.portions({key: value for key, value in commands.items() if key not in known}):
                for key, answer in self.run(portion).items():
                    if not isinstance(answer, Missing):
                        known[key] = answer
            if len(known) == len(commands):
                return known
            self._clock.sleep(2.0**attempt)
        raise no_answer()

    def portions(self, commands: Mapping[str, Command]) -> Iterator[dict[str, Command]]:
        """Requests to send, each of a size that is answered in time by the speed measured so far."""
        portion: dict[str, Command] = {}
        seconds = 0.0
        for key, command in commands.items():
            cost = self.seconds(command)
            full = len(portion) == MAX_COMMANDS or seconds + cost > REQUEST_SECONDS
            if portion and (full or command.single or any(one.single for one in portion.values())):
                yield portion
                portion, seconds = {}, 0.0
                cost = self.seconds(command)
            portion[key] = command
            seconds += cost
        if portion:
            yield portion

    # ── requests ──────────────────────────────────────────────────────────────────────────────

    def _exchange_if_possible(self, commands: Mapping[str, Command], *, first: bool) -> dict[str, Answer]:
        """Once some commands were carried out, a portal that cannot be reached must not hide what became of them."""
        try:
            return self._exchange(commands)
        except TargetError as error:
            if first:
                raise
            return dict.fromkeys(commands, Rejected(NOT_SENT, str(error)))

    def _exchange(self, commands: Mapping[str, Command]) -> dict[str, Answer]:
        """One request, and what it says of each command."""
        self._budgets.wait(self._costs(commands.values()))
        if len(commands) == 1 and (command := next(iter(commands.values()))).single:
            return dict.fromkeys(commands, self._answer(self._post(command.method, command.params), command))
        payload = {"halt": 0, "cmd": {key: encode(command) for key, command in commands.items()}}
        started = self._clock.time()
        reply = self._post("batch", payload)
        if isinstance(reply, Done):
            answers = decode(reply.result, list(commands))
            if answers is not None:
                self._budgets.saw("batch", reply.time)
                self._measure(commands, answers, self._clock.time() - started)
                return _believed(answers)
            reply = Lost("not an answer to a batch")
        if isinstance(reply, Rejected):
            return dict.fromkeys(commands, reply)
        self._slow_down(commands.values(), reply)
        return dict.fromkeys(commands, Missing())

    def _answer(self, meaning: Done | Rejected | Lost, command: Command) -> Answer:
        match meaning:
            case Lost():
                self._slow_down([command], meaning)
                return Missing()
            case Done(time=time):
                self._budgets.saw(command.method, time)
        return meaning

    def _post(self, method: str, payload: Mapping[str, Any]) -> Done | Rejected | Lost:
        """One call, made again while it is refused. Raises Forbidden, Unavailable."""
        retrying = Retrying(
            retry=retry_if_result(lambda meaning: isinstance(meaning, Refused)),
            stop=_tried_enough,
            wait=self._pause,
            sleep=self._clock.sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        meaning = retrying(self._post_once, method, payload)
        if isinstance(meaning, Refused):
            raise Unavailable(_unavailable_text(meaning))
        if isinstance(meaning, Moved):
            return Lost("redirect")
        return meaning

    def _post_once(self, method: str, payload: Mapping[str, Any]) -> Meaning:
        meaning: Meaning = Lost("redirect")
        for _hop in range(HOPS):
            self._bucket.wait(self._clock)
            meaning = meaning_of(self._session.post(self._webhook.url(method), payload))
            moved = self._webhook.moved(meaning.location, method) if isinstance(meaning, Moved) else None
            if moved is None:
                break
            self._webhook = moved
        if isinstance(meaning, Refused) and meaning.why == "rate":
            self._bucket.overflowed(self._clock)
        return meaning

    # ── waiting and measuring ─────────────────────────────────────────────────────────────────

    def _pause(self, state: RetryCallState) -> float:
        refused = state.outcome.result() if state.outcome else None
        if isinstance(refused, Refused) and refused.after is not None:
            return refused.after
        if isinstance(refused, Refused) and refused.why == "budget":
            return self._budgets.until_reset(state.args[0])
        return float(min(2 ** (state.attempt_number - 1), 30))

    def _costs(self, commands: Iterable[Command]) -> dict[str, float]:
        costs: dict[str, float] = {"batch": 0.0}
        for command in commands:
            costs[command.method] = costs.get(command.method, 0.0) + self.seconds(command)
        costs["batch"] = sum(costs.values())
        return costs

    def seconds(self, command: Command) -> float:
        """How long a command is expected to take."""
        return self.speeds.of(command.method) * _items(command)

    def _measure(self, commands: Mapping[str, Command], answers: Mapping[str, Answer], elapsed: float) -> None:
        spent: dict[str, tuple[float, int]] = {}
        for key, answer in answers.items():
            if isinstance(answer, Done):
                method, items = commands[key].method, _items(commands[key])
                self._budgets.saw(method, answer.time)
                duration = answer.time.get("duration")
                seconds = float(duration) if isinstance(duration, int | float) else elapsed / len(commands)
                before = spent.get(method, (0.0, 0))
                spent[method] = (before[0] + seconds, before[1] + items)
        for method, (seconds, count) in spent.items():
            self.speeds.saw(method, seconds, count)

    def _slow_down(self, commands: Iterable[Command], lost: Lost) -> None:
        if lost.why == "time-out" or lost.status in (502, 504):
            for method in {command.method for command in commands}:
                self.speeds.slower(method)


def _items(command: Command) -> int:
    return len(command.params["data"]) if command.method == "crm.item.batchImport" else 1


def _tried_enough(state: RetryCallState) -> bool:
    refused = state.outcome.result() if state.outcome else None
    return not isinstance(refused, Refused) or state.attempt_number >= TRIES[refused.why]


def _was_not_run(answer: Answer) -> bool:
    return isinstance(answer, Rejected) and answer.code in NOT_RUN


def _believed(answers: dict[str, Answer]) -> dict[str, Answer]:
    """Raises Forbidden where each command was refused for the credentials' sake."""
    codes = [answer.code if isinstance(answer, Rejected) else None for answer in answers.values()]
    if codes and all(code in CREDENTIALS for code in codes):
        raise Forbidden(forbidden_text(str(codes[0])))
    return answers


def _rebuilt(
    commands: Mapping[str, Command], answers: Mapping[str, Answer]
) -> tuple[dict[str, Command], dict[str, Answer]]:
    """Commands to send again, with what they refer to filled in; and those whose reference came to nothing."""
    results = {key: answer.result for key, answer in answers.items() if isinstance(answer, Done)}
    left: dict[str, Command] = {}
    orphans: dict[str, Answer] = {}
    for key, command in commands.items():
        if any(name not in results and name not in left for name in command.refers):
            orphans[key] = Rejected(NO_CONTACT)
            continue
        try:
            left[key] = Command(command.method, resolve(command.params, results))
        except LookupError:
            orphans[key] = Rejected(NO_CONTACT)
    return left, orphans


def result_of(answer: Done | Rejected, method: str) -> Any:
    """What a command that must succeed has answered. Raises TargetError."""
    if isinstance(answer, Rejected):
        raise TargetError(
            _("Bitrix24 refused {method}: {code}").format(method=method, code=answer.code or _("no reason given"))
        )
    return answer.result


def no_answer() -> Unavailable:
    """The portal answers, but not as REST does."""
    return Unavailable(
        _("Bitrix24 does not answer as it should; open the portal in a browser: it may be down, closed or unpaid")
    )


def _unavailable_text(refused: Refused) -> str:
    match refused.why:
        case "certificate":
            return _(
                "Bitrix24 was not reached: its certificate is not trusted; check the host and this machine's clock"
            )
        case "connection":
            return _("Bitrix24 was not reached: no connection; check the network and the host of the webhook")
        case "rate":
            return _(
                "Bitrix24 keeps refusing for too many requests; another program on this address may be using it up"
            )
        case "budget":
            return _("Bitrix24 keeps refusing: the method's working time is used up; try again in ten minutes")
