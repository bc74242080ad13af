"""The door of an account: a request in, a reply out."""

import json
import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import limits, routes, tokens
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.breakage import Breakage
from dentsync.sandbox.amocrm.call import Answer, Call
from dentsync.sandbox.amocrm.problems import PROBLEM, Problem, TooHeavy, not_found, unauthorized
from dentsync.sandbox.amocrm.tokens import Bearer, OAuthRefused
from dentsync.sandbox.exchange import Reply, Request, page
from dentsync.sandbox.faults import Fault
from dentsync.sandbox.journal import Entry

HAL = "application/hal+json"
API = "/api/v4/"
OAUTH = "/oauth2/access_token"
WHERE = "/oauth2/account/current/subdomain"


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


def no_such_account() -> Reply:
    """The answer to a subdomain that nobody has (code 101 of crm_platform/error-codes)."""
    return Reply(401, _dumps(Problem(401, "Аккаунт не найден", code=101).body()), PROBLEM)


class _Visit:
    """One request on its way through the door."""

    def __init__(self, account: Account, request: Request) -> None:
        self.account = account
        self.request = request
        self.bearer: Bearer | None = None
        self.broken = Breakage(account, None)
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
        self.broken = Breakage(self.account, self._struck())
        if self.request.path == OAUTH:
            return self._exchange()
        if self.request.path == WHERE:
            return self._subdomain()
        if self.bearer is None:
            raise unauthorized()
        refusal = limits.limited(self.account) or self.broken.before()
        if refusal:
            return refusal
        limits.check_paid(self.account, self.request.verb)
        return self._late() if self.broken.name == "drop_late" else self._worked()

    def _struck(self) -> Fault | None:
        names = {self.request.verb, self.template, f"{self.request.verb} {self.template}"}
        return self.account.faults.of_request(names)

    # tokens

    def _exchange(self) -> Reply:
        before = self.broken.before()
        if before:
            return before
        pair = tokens.exchange(self.account, sent_to_oauth(self.request))
        return self.broken.after(Reply(200, _dumps(pair), "application/json"))

    def _subdomain(self) -> Reply:
        found = tokens.subdomain(self.account, self.request.headers.get("x-refresh-token"))
        if found is None:
            raise unauthorized()
        return Reply(200, _dumps(found), "application/json")

    def _late(self) -> Reply:
        def work() -> None:
            self.broken = Breakage(self.account, None)
            self._worked()

        return Reply(0, later=(self.account.clock.real(self.broken.argument), self.account.later(work)))

    # work

    def _worked(self) -> Reply:
        try:
            done = self._run()
        except TooHeavy:
            return page(504, "504 Gateway Time-out")
        except Problem as problem:
            return self.broken.after(self._refused(problem))
        content_type = HAL if done.body is not None else ""
        return self.broken.after(Reply(done.status, b"" if done.body is None else _dumps(done.body), content_type))

    def _run(self) -> Answer:
        if not self.known:
            raise not_found(self.request.verb, f"{self._base()}{self.request.path}")
        bearer = self._whom()
        params = php.parse_query(self.request.query)
        half = self.broken.halves
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
        fault = self.broken.fault
        if fault:
            self.account.journal.counts["faults"] += 1
        name = f"{self.request.verb} {self.template if self.known else self.request.path.strip('/')}"
        now = datetime.fromtimestamp(self.account.clock.now(), self.account.zone)
        return Entry(
            at=now.isoformat(timespec="milliseconds"),
            user=self.bearer.user if self.bearer else None,
            method=name,
            commands=_count(self.request.body),
            methods={name: 1},
            status=reply.status,
            ms=round(ms, 2),
            fault=fault.what if fault else "",
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
