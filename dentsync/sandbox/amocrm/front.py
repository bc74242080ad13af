"""The door of an account: a request in, a reply out."""

import json
import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import routes, tokens
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.call import Answer, Call
from dentsync.sandbox.amocrm.problems import Problem, TooHeavy, not_found, system_error, unauthorized
from dentsync.sandbox.amocrm.tokens import Bearer, OAuthRefused
from dentsync.sandbox.exchange import DROPPED, Reply, Request, page
from dentsync.sandbox.faults import Fault
from dentsync.sandbox.journal import Entry

HAL, PROBLEM = "application/hal+json", "application/problem+json"
API = "/api/v4/"
OAUTH = "/oauth2/access_token"
WHERE = "/oauth2/account/current/subdomain"

_HALF = frozenset({"drop_half", "html_504_half"})


def token_of(request: Request) -> str:
    """The bearer token of a request, or nothing."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def sent_to_oauth(request: Request) -> dict[str, Any]:
    """The body of an exchange of tokens: JSON, or a form."""
    if request.content_type.startswith("application/x-www-form-urlencoded"):
        return php.parse_query(request.body.decode("utf-8", "replace"))
    try:
        return php.as_map(json.loads(request.body or b"{}"))
    except ValueError:
        return {}


def answer(account: Account, request: Request) -> Reply:
    """Answer a request and remember it."""
    started = time.perf_counter()
    visit = _Visit(account, request)
    try:
        reply = visit.reply()
        account.storage.commit()
    except BaseException:
        account.storage.rollback()
        raise
    account.journal.add(visit.entry(reply, (time.perf_counter() - started) * 1000))
    headers = {**reply.headers, "X-Request-Id": f"{account.random.getrandbits(128):032x}"}
    return replace(reply, headers=headers, wait=reply.wait + account.settings.rtt_ms / 1000)


class _Visit:
    """One request on its way through the door."""

    def __init__(self, account: Account, request: Request) -> None:
        self.account = account
        self.request = request
        self.bearer: Bearer | None = None
        self.fault: Fault | None = None
        found = routes.find(request.path.removeprefix(API)) if request.path.startswith(API) else None
        self.template, self.parts = found or (request.path.strip("/"), [])
        self.known = found is not None

    def reply(self) -> Reply:
        try:
            return self._admitted()
        except Problem as problem:
            return self._refused(problem)
        except OAuthRefused as refusal:
            return Reply(refusal.status, _dumps(refusal.body), PROBLEM)

    def _admitted(self) -> Reply:
        if self.account.settings.blocked:
            return page(403, "403 Forbidden")
        self.bearer = tokens.bearer(self.account, token_of(self.request))
        self.fault = self._struck()
        if self.request.path == OAUTH:
            return self._exchange()
        if self.request.path == WHERE:
            return self._subdomain()
        if self.bearer is None:
            raise unauthorized()
        return self._limited() or self._before() or self._unpaid() or self._worked()

    def _struck(self) -> Fault | None:
        names = {self.request.verb, self.template, f"{self.request.verb} {self.template}"}
        return self.account.faults.of_request(names)

    # tokens

    def _exchange(self) -> Reply:
        before = self._before()
        if before:
            return before
        pair = tokens.exchange(self.account, sent_to_oauth(self.request))
        return self._after(Reply(200, _dumps(pair), "application/json"))

    def _subdomain(self) -> Reply:
        found = tokens.subdomain(self.account, self.request.headers.get("x-refresh-token"))
        if found is None:
            raise unauthorized()
        return Reply(200, _dumps(found), "application/json")

    # limits

    def _limited(self) -> Reply | None:
        account, now = self.account, self.account.clock.now()
        settings = account.settings
        mine = account.bucket.takes(now, settings.rate, settings.rate)
        if account.account_bucket.takes(now, settings.account_rate, settings.account_rate) and mine:
            return None
        account.journal.counts["refused_429"] += 1
        account.breaches.append(now)
        while account.breaches[0] < now - 60:
            account.breaches.popleft()
        if settings.block_after and len(account.breaches) >= settings.block_after:
            account.settings.blocked = True
        as_json = {"json": True, "html": False}.get(settings.too_many, account.journal.counts["refused_429"] % 2 == 1)
        return self._too_many(as_json)

    def _too_many(self, as_json: bool) -> Reply:
        if not as_json:
            return page(429, "429 Too Many Requests")
        detail = "You have sent too many requests in a given amount of time"
        raise Problem(429, detail, retry_after=self.account.settings.retry_after)

    def _unpaid(self) -> Reply | None:
        subscription = self.account.settings.subscription
        over = subscription == "over" and self.request.verb != "GET"
        if over or subscription == "closed" or self.account.clock.now() < self.account.unpaid_until:
            raise Problem(402, "Payment required")
        return None

    # faults

    def _before(self) -> Reply | None:
        """What goes wrong before anything is done."""
        match self.fault.name if self.fault else "":
            case "drop_before":
                return DROPPED
            case "drop_late" if self.fault:
                return self._late(float(self.fault.argument))
            case "http_500":
                return self._internal()
            case "http_500_html":
                return page(500, "500 Internal Server Error")
            case "html_502":
                return page(502, "502 Bad Gateway")
            case "html_503":
                return page(503, "503 Service Temporarily Unavailable")
            case "html_504":
                return page(504, "504 Gateway Time-out")
            case "html_404":
                return page(404, "Страница не найдена")
            case "html_200":
                return page(200, "Авторизация")
            case "empty_200":
                return Reply(200, content_type=HAL)
            case "too_many_html":
                return self._too_many(as_json=False)
            case "unpaid" if self.fault:
                self.account.unpaid_until = self.account.clock.now() + float(self.fault.argument)
            case "blocked":
                self.account.settings.blocked = True
                return page(403, "403 Forbidden")
            case name:
                self._problem(name)
        return None

    def _problem(self, name: str) -> None:
        match name:
            case "system_error":
                raise system_error()
            case "search_failed":
                raise Problem(400, "Search failed, repeat later", code=219)
            case "too_many_json":
                self._too_many(as_json=True)
            case "ip_denied":
                raise Problem(403, "Доступ к данному аккаунту запрещён с Вашего IP адреса", code=113)
            case "no_right":
                raise Problem(403, "Forbidden")
            case "expired_token":
                raise unauthorized()

    def _internal(self) -> Reply:
        trace = f"{self.account.random.getrandbits(128):032x}"
        body = {"title": "ErrInternalServer", "status": 500, "detail": "Internal server error", "trace_id": trace}
        return Reply(500, _dumps(body), PROBLEM)

    def _late(self, seconds: float) -> Reply:
        def work() -> None:
            self.fault = None
            self._worked()

        return Reply(0, later=(self.account.clock.real(seconds), self.account.later(work)))

    def _after(self, reply: Reply) -> Reply:
        """What goes wrong when the work is done."""
        match self.fault.name if self.fault else "":
            case "drop_after" | "drop_half":
                return DROPPED
            case "http_500_after":
                return self._internal()
            case "html_504_after" | "html_504_half":
                return page(504, "504 Gateway Time-out")
            case "system_error_after":
                problem = system_error()
                return Reply(problem.status, _dumps(problem.body()), PROBLEM)
            case "empty_200_after":
                return Reply(200, content_type=HAL)
            case "slow" if self.fault:
                return replace(reply, wait=float(self.fault.argument))
            case "truncated_json":
                return replace(reply, body=reply.body[: len(reply.body) // 2])
        return reply

    # work

    def _worked(self) -> Reply:
        try:
            done = self._run()
        except TooHeavy:
            return page(504, "504 Gateway Time-out")
        except Problem as problem:
            return self._after(self._refused(problem))
        content_type = HAL if done.body is not None else ""
        return self._after(Reply(done.status, b"" if done.body is None else _dumps(done.body), content_type))

    def _run(self) -> Answer:
        if not self.known:
            raise not_found(f"{self._base()}{self.request.path}")
        bearer = self._whom()
        params = php.parse_query(self.request.query)
        half = bool(self.fault and self.fault.name in _HALF)
        call = Call(self.account, self.request, self._base(), bearer.user, bearer.admin, half, params=params)
        return routes.run(call, self.template, self.parts)

    def _whom(self) -> Bearer:
        """The token's user, or whom ``X-Context-User-ID`` narrows it to (oauth/scopes)."""
        if self.bearer is None:
            raise unauthorized()
        wanted = self.request.headers.get("x-context-user-id", "")
        row = self.account.storage.row("SELECT id, admin FROM users WHERE id = ? AND active", (wanted,))
        return Bearer(row[0], bool(row[1])) if wanted and row else self.bearer

    def _base(self) -> str:
        return f"{'https' if self.request.secure else 'http'}://{self.request.host}"

    def _refused(self, problem: Problem) -> Reply:
        if problem.nothing_kept:
            self.account.storage.rollback()
        return Reply(problem.status, _dumps(problem.body()), PROBLEM)

    def entry(self, reply: Reply, ms: float) -> Entry:
        """The request for the journal: no parameters, no token."""
        if self.fault:
            self.account.journal.counts["faults"] += 1
        name = f"{self.request.verb} {self.template if self.known else self.request.path.strip('/')}"
        now = datetime.fromtimestamp(self.account.clock.now(), self.account.zone)
        return Entry(
            at=now.isoformat(timespec="seconds"),
            user=self.bearer.user if self.bearer else None,
            method=name,
            commands=_count(self.request.body),
            methods={name: 1},
            status=reply.status,
            ms=round(ms, 2),
            fault=self.fault.what if self.fault else "",
        )


def _count(body: bytes) -> int:
    """How many items a request carries."""
    try:
        sent = json.loads(body) if body else None
    except ValueError:
        return 1
    return len(sent) if isinstance(sent, list) else 1


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
