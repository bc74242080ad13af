"""The door: a URL and a body in, a reply out (local-integrations/local-webhooks.md, general-principles.md)."""

import json
import re
import time
from collections import Counter
from dataclasses import replace

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import commands, rest_v3
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Cut, Json, Timing, iso
from dentsync.sandbox.bitrix24.commands import Session
from dentsync.sandbox.bitrix24.limits import Meter
from dentsync.sandbox.bitrix24.methods import spelled
from dentsync.sandbox.bitrix24.settings import Webhook
from dentsync.sandbox.bitrix24.world import World
from dentsync.sandbox.bucket import LeakyBucket
from dentsync.sandbox.exchange import DROPPED, HTML, Reply, Request, page
from dentsync.sandbox.faults import Fault
from dentsync.sandbox.journal import Entry

_PATH = re.compile(r"/rest/(api/)?(\d+)/([^/]+)/([^/]+?)(?:\.json)?/?")


def answer(world: World, request: Request) -> Reply:
    """Answer a request and remember it."""
    started = time.perf_counter()
    visit = _Visit(world, request)
    try:
        reply = visit.reply()
        world.storage.commit()
    except BaseException:
        world.storage.rollback()
        raise
    visit.remember(reply, (time.perf_counter() - started) * 1000)
    return reply


class _Visit:
    """One request on its way through the door."""

    def __init__(self, world: World, request: Request) -> None:
        self.world = world
        self.request = request
        self.method = ""
        self.v3 = False
        self.user: int | None = None
        self.methods: list[str] = []
        self.fault: Fault | None = None
        self.spent = 0.0

    def reply(self) -> Reply:
        try:
            webhook = self._enter()
            params = rest_v3.params_of(self.request) if self.v3 else self._params()
            batch = self.method == "batch" and not self.v3
            self.methods = commands.methods_of(commands.commands_of(params)) if batch else [self.method]
            self.fault = self.world.faults.of_request({self.method, *self.methods})
            if self.fault and self.fault.name == "drop_late":
                return self._late(self.fault, webhook, params)
            return self._refused_by_fault() or self._work(webhook, params)
        except ApiError as error:
            return self._refusal(error)

    def _enter(self) -> Webhook:
        """The webhook, if the path, the secret and the rate of requests are in order."""
        found = _PATH.fullmatch(self.request.path)
        if found is None:
            raise ApiError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
        self.v3 = bool(found[1])
        self.method = spelled(found[4]) if found[4].lower() != "batch" else "batch"
        if self.world.settings.https_required and not self.request.secure:
            raise ApiError("INVALID_REQUEST", "Https required.")
        webhook = self.world.webhook(int(found[2]), found[3])
        if webhook is None:
            code = self.world.settings.auth_code
            text = "Invalid request credentials" if code == "INVALID_CREDENTIALS" else "Wrong authorization data"
            raise ApiError(code, text, 401)
        self.user = webhook.user
        settings = self.world.settings
        bucket = self.world.buckets.setdefault(self.request.source, LeakyBucket())
        if not bucket.takes(self.world.clock.now(), settings.rate_threshold, settings.rate_leak):
            self.world.journal.counts["refused_503"] += 1
            raise ApiError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)
        return webhook

    def _params(self) -> Json:
        cap = self.world.settings.max_input_vars
        found = php.parse_query(self.request.query, cap)
        if self.request.verb != "POST" or not self.request.body:
            return found
        kind = self.request.content_type
        if kind.startswith("application/json"):
            return found | self._json()
        if kind.startswith("multipart/form-data"):
            return found | php.parse_multipart(self.request.body, kind)
        return found | php.parse_query(self.request.body.decode("utf-8", "replace"), cap)

    def _json(self) -> Json:
        try:
            return php.as_map(php.as_php(json.loads(self.request.body)))
        except ValueError:
            raise ApiError(100, "Invalid JSON") from None

    def _work(self, webhook: Webhook, params: Json) -> Reply:
        session = Session(self.world, webhook, Meter(self.world.settings.cut_seconds), self.world.clock.now())
        if self.fault and self.fault.name == "half_batch":
            session.stop_after = int(float(self.fault.argument))
        try:
            if self.v3:
                result, timing = rest_v3.run(session, self.method, params)
            elif self.method == "batch":
                result, timing = commands.run_batch(session, params)
            else:
                result, timing = commands.run(session, self.method, params)
        except Cut:
            return self._cut(session)
        finally:
            self.spent = session.meter.spent
        return self._lost(self._success(result, timing))

    def _success(self, result: Answer, timing: Timing) -> Reply:
        body: Json = {"result": result.result}
        if result.next is not None:
            body["next"] = result.next
        if result.total is not None:
            body["total"] = result.total
        return Reply(200, php.dumps(body | {"time": timing.body(self.world.zone)}), wait=self._wait())

    def _refusal(self, error: ApiError) -> Reply:
        body, override = error.body(), self.world.settings.error_code
        if override is not None and error.status == 400 and not self.v3:
            body["error"] = override
        return Reply(error.status, php.dumps(body), wait=self._wait())

    def _wait(self) -> float:
        settings = self.world.settings
        return (self.world.clock.real(self.spent) if settings.delay else 0.0) + settings.rtt_ms / 1000

    def _cut(self, session: Session) -> Reply:
        self.world.journal.counts["cut"] += 1
        self.spent = session.meter.spent
        if session.stop_after is not None or self.world.settings.cut_how == "drop":
            return replace(DROPPED, wait=self._wait())
        return replace(page(504, "504 Gateway Time-out"), wait=self._wait())

    def _refused_by_fault(self) -> Reply | None:
        match self.fault.name if self.fault else "":
            case "drop_before":
                return DROPPED
            case "http_500":
                raise ApiError("INTERNAL_SERVER_ERROR", "Internal server error", 500)
            case "http_502_html":
                return page(502, "502 Bad Gateway")
            case "html_200":
                return page(200, "Авторизация")
            case "empty_200":
                return Reply(200)
            case "query_limit":
                raise ApiError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)
            case "overload":
                raise ApiError("OVERLOAD_LIMIT", "REST API is blocked due to overload.", 503)
            case "portal_off_html_404":
                return page(404, "Битрикс24 отключён")
            case "portal_deleted":
                raise ApiError("PORTAL_DELETED", "Portal was deleted", 500)
            case "access_denied_plan":
                raise ApiError("ACCESS_DENIED", "REST API is available only on commercial plans", 403)
            case "expired_token":
                raise ApiError("expired_token", "The access token provided has expired.", 401)
            case "redirect_302":
                return self._redirect()
            case "error_key_200":
                return Reply(200, php.dumps({"error": "", "error_description": "Something went wrong"}))
        return None

    def _late(self, fault: Fault, webhook: Webhook, params: Json) -> Reply:
        def work() -> None:
            self._work(webhook, params)
            self.world.storage.commit()

        return Reply(0, later=(self.world.clock.real(float(fault.argument)), work))

    def _redirect(self) -> Reply:
        name, _, port = self.request.host.partition(":")
        other = (self.fault.argument if self.fault else "") or ("localhost" if name != "localhost" else "127.0.0.1")
        host = other if ":" in other or not port else f"{other}:{port}"
        scheme = "https" if self.request.secure else "http"
        query = f"?{self.request.query}" if self.request.query else ""
        return Reply(302, headers={"Location": f"{scheme}://{host}{self.request.path}{query}"}, content_type=HTML)

    def _lost(self, reply: Reply) -> Reply:
        match self.fault.name if self.fault else "":
            case "drop_after" | "half_batch":
                return DROPPED
            case "http_500_after":
                error = ApiError("INTERNAL_SERVER_ERROR", "Internal server error", 500)
                return Reply(500, php.dumps(error.body()))
            case "http_504_html_after":
                return page(504, "504 Gateway Time-out")
            case "empty_200_after":
                return Reply(200)
            case "slow" if self.fault:
                return Reply(200, reply.body, wait=float(self.fault.argument))
            case "truncated_json":
                return Reply(200, reply.body[: len(reply.body) // 2])
            case _:
                return reply

    def remember(self, reply: Reply, ms: float) -> None:
        """Write the request into the journal: no parameters, no secret."""
        if self.fault:
            self.world.journal.counts["faults"] += 1
        batch = self.method == "batch" and not self.v3
        entry = Entry(
            at=iso(self.world.clock.now(), self.world.zone),
            user=self.user,
            method=self.method if self.user is not None else "",
            commands=len(self.methods) if batch else 1,
            methods=dict(Counter(self.methods)),
            status=reply.status,
            ms=round(ms, 2),
            fault=self.fault.what if self.fault else "",
        )
        self.world.journal.add(entry)
