"""Calls of one account: paced, with a token, and asked again where nothing was done."""

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from tenacity import RetryCallState

from dentsync.errors import Forbidden, Unavailable
from dentsync.lang import _
from dentsync.load.amocrm.answers import Done, Invalid, Meaning, Partial, Rejected, meaning_of
from dentsync.load.amocrm.tokens import LongLived, Rotating, Tokens
from dentsync.load.amocrm.wire import Request
from dentsync.load.bucket import Bucket, bucket_file
from dentsync.load.flow import glance
from dentsync.load.http import Lost, NotSent, Reply, Session
from dentsync.load.refusals import BACK_OFF, Refusals, Refused
from dentsync.load.target import Clock, TargetSettings

HEADROOM = 0.97
"""Of the allowed rate: calls get closer to each other on their way, and a breach too many blocks the account."""

CATCH_UP = 0.9
"""Of what that leaves in a second: so many calls earlier may go what follows a late one, and no second has one more
than is allowed."""

TRIES: Mapping[str, int] = {
    "rate": 7, "unpaid": 15, "connection": 4, "certificate": 1, "moved": 1, "token": 3, "routing": 4,
}  # fmt: skip
"""How often a call is made before its refusal is believed."""

ATTEMPTS = 3
"""How often a question is asked whose answer does not come."""

WIDTH = 8
"""Questions in flight side by side."""


@dataclass(frozen=True, slots=True)
class Call:
    """An HTTP call that was made: with which token, what came, and when it was sent and landed."""

    request: Request
    token: str
    answer: Reply | NotSent | Lost
    sent_at: float
    landed_at: float


class Account:
    """One account. All but ``transmit`` is called from one thread."""

    def __init__(self, base: str, settings: TargetSettings, clock: Clock) -> None:
        self.base = base
        self.clock = clock
        self.session = Session()
        access = settings.access
        self.tokens: Tokens = (
            Rotating(base, settings.secret, access, self.session, clock)
            if "client_id" in access
            else LongLived(settings.secret, clock)
        )
        # Calls are counted by account and integration: the runs of this machine share one pace.
        owner = f"{base} {access.get('client_id', '')}"
        rate = float(access.get("rate", "7"))
        early = min(1.0, rate * (1 - HEADROOM) * CATCH_UP)
        self.bucket = Bucket(2.0, rate * HEADROOM, spare=1.0 - early, file=bucket_file(settings.limits, owner))

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        return self.session.requests

    def transmit(self, request: Request, token: str) -> Call:
        """The HTTP call alone. Made from any thread; raises nothing."""
        sent_at = self.clock.time()
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.session.send(request.verb, request.url(self.base), request.body, headers)
        return Call(request, token, answer, sent_at, self.clock.time())

    def heard(self, call: Call) -> Meaning:
        """What a call came to. Raises Forbidden where every further call would be refused as well."""
        meaning = meaning_of(call.answer, creates=call.request.creates)
        match meaning:
            case Refused("rate"):
                self.bucket.overflowed(self.clock)
            case Refused("token"):
                self.tokens.renew(call.token)
        return meaning

    def refusals(self) -> Refusals:
        """A count of what is refused in a row."""
        return Refusals(self.clock, TRIES, _pause, unavailable_text)

    def ask(self, requests: Sequence[Request]) -> list[Done | Invalid | Partial | Rejected]:
        """Make calls that may be made again, side by side; their answers in the order asked. Raises TargetError."""
        asking = _Asking(self, requests)
        pool = ThreadPoolExecutor(WIDTH, thread_name_prefix="dentsync-ask")
        try:
            return asking.answers(pool)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def bodies(self, requests: Sequence[Request]) -> list[object]:
        """The same for calls that must succeed."""
        return [body_of(answer, request) for request, answer in zip(requests, self.ask(requests), strict=True)]


class _Asking:
    """Questions on their way."""

    def __init__(self, account: Account, requests: Sequence[Request]) -> None:
        self._account = account
        self._requests = requests
        self._left = list(range(len(requests)))
        self._lost = [0] * len(requests)
        self._found: dict[int, Done | Invalid | Partial | Rejected] = {}
        self._refusals = account.refusals()

    def answers(self, pool: ThreadPoolExecutor) -> list[Done | Invalid | Partial | Rejected]:
        account = self._account
        flying: dict[Future[Call], int] = {}
        while self._left or flying:
            while self._left and len(flying) < WIDTH and not (delay := self._delay()):
                account.bucket.take(account.clock)
                number = self._left.pop(0)
                flying[pool.submit(account.transmit, self._requests[number], account.tokens.current())] = number
            if not flying:
                account.clock.sleep(delay)
                continue
            free_at = account.clock.time() + self._delay() if self._left else None
            landed, _rest = wait(flying, timeout=glance(account.clock, free_at), return_when=FIRST_COMPLETED)
            for future in landed:
                self._take(flying.pop(future), future.result())
        return [self._found[number] for number in range(len(self._requests))]

    def _delay(self) -> float:
        clock = self._account.clock
        return max(self._account.bucket.delay(clock), self._refusals.until - clock.time(), 0.0)

    def _take(self, number: int, call: Call) -> None:
        meaning = self._account.heard(call)
        match meaning:
            case Refused():
                self._refusals.saw(meaning, call.sent_at)
                self._left.append(number)
            case Lost():
                self._lost[number] += 1
                if self._lost[number] >= ATTEMPTS:
                    raise no_answer()
                self._left.append(number)
            case _:
                self._refusals.answered()
                self._found[number] = meaning


def body_of(answer: Done | Invalid | Partial | Rejected, request: Request) -> object:
    """What a call that must succeed has answered. Raises TargetError."""
    if isinstance(answer, Done):
        return answer.body
    if isinstance(answer, Rejected) and answer.status == 403:
        raise no_right(request)
    status = answer.status if isinstance(answer, Rejected) else 400
    raise Unavailable(_("amoCRM refused {path}: {status}").format(path=request.path, status=status))


def no_right(request: Request) -> Forbidden:
    """The token's user may not do this."""
    return Forbidden(
        _("amoCRM refuses {path} (403): the token's user needs the rights of an administrator").format(
            path=request.path
        )
    )


def no_answer() -> Unavailable:
    """The account answers, but not as the API does."""
    return Unavailable(_("amoCRM does not answer as it should; open the account in a browser: it may be down"))


def unavailable_text(refused: Refused) -> str:
    """One line for a person."""
    match refused.why:
        case "certificate":
            return _(
                "amoCRM was not reached: its certificate is not trusted; check the address and this machine's clock"
            )
        case "connection":
            return _("amoCRM was not reached: no connection; check the network and crm.address")
        case "rate":
            return _("amoCRM keeps refusing for too many requests; another program of this account may use them up")
        case "unpaid":
            return _("amoCRM keeps answering 402: the account is not paid for; pay, and the next run goes on")
        case "token":
            return _("amoCRM refuses its newest token (401); check that the integration is on")
        case "routing":
            return _("amoCRM keeps losing its way (404); the next run tries again")
        case _:
            return _("amoCRM redirects elsewhere; write the account's present address into crm.address")


def _pause(refused: Refused, state: RetryCallState) -> float:
    return BACK_OFF(state) if refused.after is None else refused.after
