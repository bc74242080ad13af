"""Faults that strike a request, before the work and after it; ``fault_names`` lists them."""

import json
from dataclasses import dataclass, replace

from dentsync.sandbox.amocrm import limits
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.problems import PROBLEM, Problem, system_error, unauthorized
from dentsync.sandbox.exchange import DROPPED, Reply, page
from dentsync.sandbox.faults import Fault

_PAGES = {
    "http_500_html": (500, "500 Internal Server Error"),
    "html_502": (502, "502 Bad Gateway"),
    "html_503": (503, "503 Service Temporarily Unavailable"),
    "html_504": (504, "504 Gateway Time-out"),
    "html_404": (404, "Страница не найдена"),
    "html_200": (200, "Авторизация"),
    "blocked": (403, "403 Forbidden"),
}


@dataclass(frozen=True)
class Breakage:
    """What goes wrong with one request."""

    account: Account
    fault: Fault | None

    @property
    def name(self) -> str:
        """The kind of fault, or nothing."""
        return self.fault.name if self.fault else ""

    @property
    def argument(self) -> float:
        """The number after the colon."""
        return float(self.fault.argument) if self.fault else 0.0

    @property
    def halves(self) -> bool:
        """Whether only half of a batch is stored."""
        return self.name in ("drop_half", "html_504_half")

    def before(self) -> Reply | None:
        """The reply in place of any work. Raises Problem."""
        if self.name in _PAGES:
            self.account.settings.blocked |= self.name == "blocked"
            return page(*_PAGES[self.name])
        match self.name:
            case "drop_before":
                return DROPPED
            case "http_500":
                return self._internal()
            case "empty_200":
                return Reply(200)
            case "too_many_html" | "too_many_json":
                return limits.too_many(self.account, self.name == "too_many_json")
            case "unpaid":
                self.account.unpaid_until = self.account.clock.now() + self.argument
        self._refuse()
        return None

    def _refuse(self) -> None:
        match self.name:
            case "system_error":
                raise system_error()
            case "search_failed":
                raise Problem(400, "Search failed, repeat later", code=219)
            case "ip_denied":
                raise Problem(403, "Доступ к данному аккаунту запрещён с Вашего IP адреса", code=113)
            case "no_right":
                raise Problem(403, "Forbidden")
            case "expired_token":
                raise unauthorized()

    def after(self, reply: Reply) -> Reply:
        """What arrives of a reply when the work is done."""
        match self.name:
            case "drop_after" | "drop_half":
                return DROPPED
            case "http_500_after":
                return self._internal()
            case "html_504_after" | "html_504_half":
                return page(*_PAGES["html_504"])
            case "system_error_after":
                problem = system_error()
                return Reply(problem.status, json.dumps(problem.body(), ensure_ascii=False).encode(), PROBLEM)
            case "empty_200_after":
                return Reply(200)
            case "slow":
                return replace(reply, wait=self.argument)
            case "truncated_json":
                return replace(reply, body=reply.body[: len(reply.body) // 2])
        return reply

    def _internal(self) -> Reply:
        trace = f"{self.account.random.getrandbits(128):032x}"
        body = {"title": "ErrInternalServer", "status": 500, "detail": "Internal server error", "trace_id": trace}
        return Reply(500, json.dumps(body).encode(), PROBLEM)
