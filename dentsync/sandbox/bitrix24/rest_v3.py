"""REST v3: its address, its bodies and its errors (api-reference/rest-v3.md). CRM methods are not in it."""

import json

from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json, Timing, V3Error
from dentsync.sandbox.bitrix24.commands import Session, has_scope, run_known
from dentsync.sandbox.bitrix24.methods import METHODS_V3
from dentsync.sandbox.exchange import Request


def params_of(request: Request) -> Json:
    """A JSON object in a POST; whatever stands behind the question mark is not read."""
    try:
        sent = json.loads(request.body) if request.verb == "POST" else None
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise V3Error("INVALIDJSON", "Invalid JSON")
    return sent


def run(session: Session, name: str, params: Json) -> tuple[Answer, Timing]:
    """Run one method. An old portal has none of them."""
    known = METHODS_V3.get(name) if session.world.settings.rest_v3 else None
    if known is None:
        raise ApiError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
    if not has_scope(session.webhook, known):
        raise V3Error("INSUFFICIENTSCOPE", "The request requires higher privileges than provided.", 403)
    return run_known(session, name, known, params)
