"""What an HTTP answer of Bitrix24 means for the call that was made.

Source: settings/how-to-call-rest-api and _includes/system-errors.md of bitrix24/b24restdocs; further
codes: the error tables of bitrix24/b24pysdk. The key ``error`` decides, not its value: "", 0 and 100 are codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dentsync.errors import Forbidden
from dentsync.lang import _
from dentsync.load.bitrix24.wire import Done, Rejected, rejection
from dentsync.load.http import Lost, NotSent, Reply
from dentsync.load.refusals import Refused

RATE = "QUERY_LIMIT_EXCEEDED"
BUDGET = "OPERATION_TIME_LIMIT"
NOT_RUN = frozenset({RATE, BUDGET})
"""Codes that prove the command was not carried out and may be repeated."""

UNCERTAIN = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"})
"""Codes after which the work may have been done."""

DENIED_V3 = "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION"
"""One employee's records are not shown to the webhook's owner, with HTTP 403; the next one's may be."""

CREDENTIALS = frozenset(
    {
        "NO_AUTH_FOUND",
        "INVALID_CREDENTIALS",
        "expired_token",
        "invalid_token",
        "authorization_error",
        "insufficient_scope",
        "user_access_error",
        "WRONG_AUTH_TYPE",
        "APPLICATION_NOT_FOUND",
        "ERROR_OAUTH",
        "PAYMENT_REQUIRED",
        "METHOD_CONFIRM_WAITING",
        "METHOD_CONFIRM_DENIED",
        "allowed_only_intranet_user",
        "ALLOWED_ONLY_INTRANET_USER",
        "OVERLOAD_LIMIT",
        "PORTAL_DELETED",
    }
)
"""Codes that every further call would meet too, whatever the HTTP status."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The portal has another host now; nothing was done."""

    location: str


Meaning = Done | Rejected | Refused | Moved | Lost


def meaning_of(outcome: Reply | NotSent | Lost) -> Meaning:
    """Classify one HTTP call. Raises Forbidden where every further call would be refused as well."""
    match outcome:
        case NotSent(why):
            return Refused("certificate" if why == "certificate" else "connection")
        case Lost():
            return outcome
        case Reply(status=301 | 302 | 303 | 307 | 308 as status, location=location):
            return Moved(location) if location else Lost("redirect", status)
        case Reply(status=429, retry_after=after):
            # The budget's refusal sometimes arrives as a page (leshchenko1979/fast_bitrix24#216).
            return Refused("budget", after)
        case Reply(body=Mapping() as body) if "error" in body:
            return _error(outcome, body)
        case Reply(status=status, body=Mapping() as body) if status < 300 and "result" in body:
            return _done(body)
        case Reply(status=status, body=body):
            return Lost("no JSON" if body is None else "not an answer of REST", status)


def _done(body: Mapping[str, object]) -> Done:
    time, total, following = body.get("time"), body.get("total"), body.get("next")
    return Done(
        body["result"],
        time if isinstance(time, Mapping) else {},
        total if isinstance(total, int) else None,
        following if isinstance(following, int) else None,
    )


def _error(reply: Reply, body: Mapping[str, object]) -> Rejected | Refused | Lost:
    error = rejection(body)
    if error.code == RATE:
        return Refused("rate", reply.retry_after)
    if error.code == BUDGET:
        return Refused("budget", reply.retry_after)
    if error.code == DENIED_V3:
        return error
    if error.code in CREDENTIALS or reply.status in (401, 402, 403, 410):
        raise Forbidden(forbidden_text(error.code, reply.status))
    if error.code in UNCERTAIN or reply.status >= 500:
        return Lost(error.code or "error", reply.status)
    return error


def forbidden_text(code: str, status: int | None = None) -> str:
    """One line for a person: what the portal said and the way out."""
    shown = code or (f"HTTP {status}" if status else "?")
    match code:
        case "insufficient_scope":
            return _("Bitrix24 refuses ({code}): open the webhook in Bitrix24 and tick the CRM (crm) scope").format(
                code=shown
            )
        case "OVERLOAD_LIMIT":
            return _("Bitrix24 refuses ({code}): its support has blocked the portal's REST; ask them why").format(
                code=shown
            )
        case "PORTAL_DELETED":
            return _("Bitrix24 refuses ({code}): the portal is closed or removed").format(code=shown)
        case "ACCESS_DENIED" | "PAYMENT_REQUIRED":
            return _(
                "Bitrix24 refuses ({code}): REST needs a paid plan, and the webhook's owner the right to read the CRM"
            ).format(code=shown)
        case _:
            return _(
                "Bitrix24 refuses the webhook ({code}): check that it exists, has not expired and its owner works here"
            ).format(code=shown)
