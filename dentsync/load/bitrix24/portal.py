"""Commands of one portal: in batches, within its limits, each with its own answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from dentsync.errors import Forbidden, TargetError, Unavailable
from dentsync.lang import _
from dentsync.load.bitrix24.answers import CREDENTIALS, NOT_RUN, RATE, forbidden_text
from dentsync.load.bitrix24.calls import Calls
from dentsync.load.bitrix24.limits import REQUEST_SECONDS, Basket, Budgets
from dentsync.load.bitrix24.speeds import Speeds
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
from dentsync.load.bucket import Bucket, bucket_file
from dentsync.load.http import Lost
from dentsync.load.target import Clock

RATE_THRESHOLD, RATE_LEAK = 50.0, 2.0
"""Requests at once and per second on every plan but Enterprise (limits.md of bitrix24/b24restdocs)."""

RATE_PAUSE = 5.0
ROUNDS = 12
ATTEMPTS = 3
NOT_SENT = "NOT_SENT"
NO_CONTACT = "NO_CONTACT"
"""Codes of our own: the portal could not be reached any more; what the command refers to was not made."""


class Pace(msgspec.Struct, frozen=True):
    """What one run leaves to the next: JSON-able. ``multifields`` is how imports take phones."""

    portal: str = ""
    host: str = ""
    budgets: dict[str, tuple[Basket, ...]] = {}
    speeds: dict[str, float] = {}
    multifields: Literal["", "PHONE", "fm", "update"] = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One request: its commands by key, the call that carries them, and the work they will take per method."""

    commands: Mapping[str, Command]
    method: str
    payload: Mapping[str, Any] = field(repr=False)
    costs: Mapping[str, float]


class Portal:
    """One webhook of one portal. All but ``calls.transmit`` is called from one thread."""

    def __init__(
        self,
        webhook: Webhook,
        clock: Clock,
        pace: Pace,
        *,
        host: str = "",
        limits: Path | None = None,
        certificates: str = "",
    ) -> None:
        self._configured = webhook
        self.clock = clock
        self.bucket = Bucket(RATE_THRESHOLD, RATE_LEAK, file=bucket_file(limits, webhook.host))
        self.budgets = Budgets(clock)
        self.budgets.restore(pace.budgets)
        known = webhook.on(host) if host else webhook
        self.calls = Calls(known, clock, self.bucket, self.budgets.until_reset, certificates)
        self.speeds = Speeds()
        self.speeds.restore(pace.speeds)

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        return self.calls.session.requests

    @property
    def host(self) -> str:
        """The host a renamed portal redirected to; empty where the configured one answers."""
        return "" if self.calls.webhook == self._configured else self.calls.webhook.host

    def pace(self) -> Pace:
        """State of the limits; ``multifields`` is left to the target."""
        return Pace(
            portal=self._configured.host,
            host=self.host,
            budgets=self.budgets.state(),
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
            again = {key: left[key] for key, answer in fresh.items() if was_not_run(answer)}
            left, orphans = _rebuilt(again, answers)
            answers |= orphans
            if not left:
                break
            self.clock.sleep(max(self._pause(command, answers[key]) for key, command in left.items()))
        return answers

    def _pause(self, command: Command, answer: Answer) -> float:
        rate = isinstance(answer, Rejected) and answer.code == RATE
        return RATE_PAUSE if rate else self.budgets.until_reset(command.method)

    def ask(self, commands: Mapping[str, Command]) -> dict[str, Done | Rejected]:
        """Carry out any number of commands that change nothing and do not refer to each other.

        What an answer does not tell is asked for again. Raises TargetError.
        """
        known: dict[str, Done | Rejected] = {}
        for attempt in range(ATTEMPTS):
            if attempt:
                self.clock.sleep(2.0**attempt)
            for portion in self.portions({key: value for key, value in commands.items() if key not in known}):
                answers = self.run(portion)
                known |= {key: answer for key, answer in answers.items() if not isinstance(answer, Missing)}
            if len(known) == len(commands):
                return known
        raise no_answer()

    def portions(self, commands: Mapping[str, Command]) -> Iterator[dict[str, Command]]:
        """Requests to send, each of a size that is answered in time by the speed measured so far."""
        portion: dict[str, Command] = {}
        seconds, lone = 0.0, False
        for key, command in commands.items():
            single = command.single
            full = len(portion) == MAX_COMMANDS or seconds + self.seconds(command) > REQUEST_SECONDS
            if portion and (full or lone or single):
                yield portion
                portion, seconds = {}, 0.0
            portion[key] = command
            seconds += self.seconds(command)
            lone = single
        if portion:
            yield portion

    def seconds(self, command: Command) -> float:
        """How long a command is expected to take."""
        return self.speeds.of(sort_of(command)) * _items(command)

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
        envelope = self.envelope(commands)
        self.budgets.wait(envelope.costs)
        started = self.clock.time()
        heard = self.calls.post(envelope.method, envelope.payload)
        return self.answers(envelope, heard, started, self.clock.time())

    def envelope(self, commands: Mapping[str, Command]) -> Envelope:
        """Commands as one request."""
        alone = next(iter(commands.values())) if len(commands) == 1 else None
        if alone is not None and alone.single:
            return Envelope(commands, alone.method, alone.params, {alone.method: self.seconds(alone)})
        cmd = {key: encode(command) for key, command in commands.items()}
        return Envelope(commands, "batch", {"halt": 0, "cmd": cmd}, self._costs(commands.values()))

    def answers(
        self, envelope: Envelope, heard: Done | Rejected | Lost, sent_at: float, heard_at: float
    ) -> dict[str, Answer]:
        """What the answer to a request says of each command."""
        commands, elapsed = envelope.commands, heard_at - sent_at
        if isinstance(heard, Done):
            self.budgets.synchronise(heard.time, sent_at, heard_at)
        found = self._decoded(envelope, heard)
        if found is None:
            self._slow_down(commands.values(), elapsed)
            return dict.fromkeys(commands, Missing())
        self._measure(commands, found, elapsed)
        return _believed(found)

    def _decoded(self, envelope: Envelope, heard: Done | Rejected | Lost) -> dict[str, Answer] | None:
        """None where the answer was lost. A batch that is refused as a whole has run none of its commands."""
        match heard:
            case Lost():
                return None
            case Done(result=result, time=time):
                if envelope.method != "batch":
                    return dict.fromkeys(envelope.commands, heard)
                self.budgets.saw("batch", time)
                return decode(result, list(envelope.commands))
            case Rejected():
                return dict.fromkeys(envelope.commands, heard)

    # ── measuring ─────────────────────────────────────────────────────────────────────────────

    def _costs(self, commands: Iterable[Command]) -> dict[str, float]:
        costs: dict[str, float] = {}
        for command in commands:
            costs[command.method] = costs.get(command.method, 0.0) + self.seconds(command)
        return {**costs, "batch": sum(costs.values())}

    def _measure(self, commands: Mapping[str, Command], answers: Mapping[str, Answer], elapsed: float) -> None:
        spent: dict[str, tuple[float, int]] = {}
        for key, answer in answers.items():
            if isinstance(answer, Done):
                sort, items = sort_of(commands[key]), _items(commands[key])
                self.budgets.saw(commands[key].method, answer.time)
                duration = answer.time.get("duration")
                seconds = float(duration) if isinstance(duration, int | float) else elapsed / len(commands)
                before = spent.get(sort, (0.0, 0))
                spent[sort] = (before[0] + seconds, before[1] + items)
        for sort, (seconds, count) in spent.items():
            self.speeds.saw(sort, seconds, count)

    def _slow_down(self, commands: Iterable[Command], elapsed: float) -> None:
        """A request that was lost late was probably cut for its length; one lost early says nothing of it."""
        if elapsed > REQUEST_SECONDS:
            for sort in {sort_of(command) for command in commands}:
                self.speeds.slower(sort)


def sort_of(command: Command) -> str:
    """What takes the same time: the method, the kind of item, and whether a deal is moved."""
    fields = command.params.get("fields")
    moves = isinstance(fields, Mapping) and "stageId" in fields
    words = (command.method, str(command.params.get("entityTypeId", "")), "stage" if moves else "")
    return " ".join(word for word in words if word)


def _items(command: Command) -> int:
    return len(command.params["data"]) if command.method == "crm.item.batchImport" else 1


def was_not_run(answer: Answer) -> bool:
    """Whether the portal refused a command without running it: for its limits."""
    return isinstance(answer, Rejected) and answer.code in NOT_RUN


def _believed(answers: dict[str, Answer]) -> dict[str, Answer]:
    """Raises Forbidden where each command was refused for the credentials' sake."""
    codes = [answer.code if isinstance(answer, Rejected) else None for answer in answers.values()]
    if all(code in CREDENTIALS for code in codes):
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
        try:
            if not command.refers <= results.keys() | left.keys():
                raise LookupError
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


def strange_answer(method: str) -> TargetError:
    """The answer has another shape than the documentation says."""
    return TargetError(_("Bitrix24 answered {method} in a shape that is not known").format(method=method))


def no_answer() -> Unavailable:
    """The portal answers, but not as REST does."""
    return Unavailable(
        _("Bitrix24 does not answer as it should; open the portal in a browser: it may be down, closed or unpaid")
    )
