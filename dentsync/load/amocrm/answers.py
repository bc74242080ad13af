"""What an HTTP answer of amoCRM means: the status first, JSON only where there is some.

Two envelopes come with 400: ``validation-errors`` names items by ``request_id`` and nothing was written; ``errors``
names entities by id and all others were written. HTML may come with any status.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dentsync.errors import Forbidden
from dentsync.lang import _
from dentsync.load.http import Lost, NotSent, Reply
from dentsync.load.refusals import Refused

UNPAID_SECONDS = 60.0
"""Accounts that are paid were seen to answer 402 for nine minutes after midnight: time to ask again."""

NO_FILTER = "filter"
_DEAD_FILTER = "invalid filter"
_BUSY = "219"
"""The search failed and may be repeated."""

_CODE = re.compile(r"\b(\d{3})\b")


@dataclass(frozen=True, slots=True)
class Done:
    """The whole request was carried out. ``body`` is None where the answer is empty."""

    body: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one item: amoCRM's code, and where in the item."""

    code: str
    path: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """Nothing was written. ``flaws`` by ``request_id``; "" where none was given."""

    flaws: Mapping[str, tuple[Flaw, ...]]


@dataclass(frozen=True, slots=True)
class Partial:
    """All was written but these entities, by id; ``texts`` are amoCRM's own, in English."""

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Nothing was done, and the same request will be refused again."""

    status: int
    code: str = ""


Meaning = Done | Invalid | Partial | Rejected | Refused | Lost


def meaning_of(outcome: Reply | NotSent | Lost, *, creates: bool = False) -> Meaning:
    """Classify one call; ``creates``: it may not be made twice. Raises Forbidden where every further call is vain."""
    match outcome:
        case NotSent(why):
            return Refused("certificate" if why == "certificate" else "connection")
        case Lost():
            return outcome
        case Reply(status=status, body=body) if status < 300:
            return _done(status, body)
        case Reply(status=status) if status < 400:
            return Refused("moved")
        case Reply(status=429, body=body, retry_after=after):
            told = body.get("retry_after") if isinstance(body, Mapping) else None
            return Refused("rate", float(told) if isinstance(told, int | float) else after)
        case Reply(status=401):
            return Refused("token", 0.0)
        case Reply(status=402):
            return Refused("unpaid", UNPAID_SECONDS)
        case Reply(status=403, body=body):
            return _forbidden(body)
        case Reply(status=404, body=None):
            # The web's router lost its way; whether it came to the creation before, nobody says.
            return Lost("no JSON", 404) if creates else Refused("routing")
        case Reply(status=400, body=body):
            return _bad_request(body)
        case Reply(status=status) if status >= 500:
            return Lost("error", status)
        case Reply(status=status, body=body):
            return Rejected(status, _code_in(body))


def _done(status: int, body: object) -> Done | Lost:
    empty = status == 204
    return Done(None if empty else body) if empty or isinstance(body, Mapping | list) else Lost("no JSON", status)


def _forbidden(body: object) -> Rejected:
    if not isinstance(body, Mapping):
        raise Forbidden(
            _(
                "amoCRM has blocked this account's API or this address for too many requests (403): "
                "write to its support with your address and IP; nothing will be sent until then"
            )
        )
    if _code_in(body) == "113":
        raise Forbidden(_("amoCRM refuses this machine's IP address (113): allow it in the account's settings"))
    return Rejected(403, _code_in(body))


def _bad_request(body: object) -> Invalid | Partial | Rejected | Lost:
    if not isinstance(body, Mapping):
        return Lost("no JSON", 400)
    if isinstance(body.get("validation-errors"), list):
        return Invalid(_flaws(body["validation-errors"]))
    if texts := _texts(body.get("errors")):
        return Partial(texts)
    detail = str(body.get("detail", "")).casefold()
    if _DEAD_FILTER in detail:
        return Rejected(400, NO_FILTER)
    code = _code_in(body)
    if code == _BUSY:
        return Lost("search", 400)
    # "A system error occurred, please repeat" has no code: what it did is not known.
    return Rejected(400, code) if code or detail.startswith("request data") else Lost("error", 400)


def _texts(errors: object) -> dict[str, str]:
    """Errors by the id of their entity: an object of texts, or a list with codes of the older kind."""
    if isinstance(errors, Mapping):
        return {str(key): str(text) for key, text in errors.items()}
    listed = [one for one in errors if isinstance(one, Mapping) and "id" in one] if isinstance(errors, list) else []
    return {str(one["id"]): str(one.get("code", one.get("title", ""))) for one in listed}


def _flaws(listed: list[object]) -> dict[str, tuple[Flaw, ...]]:
    found: dict[str, tuple[Flaw, ...]] = {}
    for one in listed:
        if isinstance(one, Mapping):
            name, errors = str(one.get("request_id", "")), one.get("errors")
            flaws = [_flaw(error) for error in (errors if isinstance(errors, list) else [one])]
            found[name] = (*found.get(name, ()), *flaws)
    return found


def _flaw(error: object) -> Flaw:
    table = error if isinstance(error, Mapping) else {}
    return Flaw(str(table.get("code", "")), str(table.get("path", "")))


def _code_in(body: object) -> str:
    """The number of an error of the older kind, wherever it stands; no text, which may quote what was sent."""
    if not isinstance(body, Mapping):
        return ""
    if isinstance(body.get("code"), int | str) and str(body["code"]).isdigit():
        return str(body["code"])
    found = _CODE.search(str(body.get("detail", "")))
    return found.group() if found else ""
