"""One call of a portal: paced, repeated where nothing was done, followed to the portal's new host.

``tenacity`` decides when a refused call is made again; ``answers`` decides whether.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_result

from dentsync.errors import Unavailable
from dentsync.lang import _
from dentsync.load.bitrix24.answers import Meaning, Moved, Refused, meaning_of
from dentsync.load.bitrix24.webhook import Webhook
from dentsync.load.bitrix24.wire import Done, Rejected
from dentsync.load.http import Bucket, Lost, Session
from dentsync.load.target import Clock

TRIES: Mapping[str, int] = {"rate": 10, "budget": 12, "connection": 4, "certificate": 1}
"""How often a call is made before its refusal is believed. A budget is free again after at most ten waits."""

HOPS = 3
LONGEST_PAUSE = 30.0


class Calls:
    """POSTs to one webhook. ``until_reset`` says how long a method's budget is used up."""

    def __init__(self, webhook: Webhook, clock: Clock, bucket: Bucket, until_reset: Callable[[str], float]) -> None:
        self.webhook = webhook
        self.session = Session()
        self._clock = clock
        self._bucket = bucket
        self._until_reset = until_reset

    def post(self, method: str, payload: Mapping[str, Any]) -> Done | Rejected | Lost:
        """One call, made again while it is refused. Raises Forbidden, Unavailable: then nothing was done."""
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
        return Lost("redirect") if isinstance(meaning, Moved) else meaning

    def _post_once(self, method: str, payload: Mapping[str, Any]) -> Meaning:
        meaning: Meaning = Lost("redirect")
        for _hop in range(HOPS):
            self._bucket.wait(self._clock)
            meaning = meaning_of(self.session.post(self.webhook.url(method), payload))
            moved = self.webhook.moved(meaning.location, method) if isinstance(meaning, Moved) else None
            if moved is None:
                break
            self.webhook = moved
        if isinstance(meaning, Refused) and meaning.why == "rate":
            self._bucket.overflowed(self._clock)
        return meaning

    def _pause(self, state: RetryCallState) -> float:
        refused = state.outcome.result() if state.outcome else None
        if isinstance(refused, Refused) and refused.after is not None:
            return refused.after
        if isinstance(refused, Refused) and refused.why == "budget":
            return self._until_reset(state.args[0])
        return min(2.0 ** (state.attempt_number - 1), LONGEST_PAUSE)


def _tried_enough(state: RetryCallState) -> bool:
    refused = state.outcome.result() if state.outcome else None
    return not isinstance(refused, Refused) or state.attempt_number >= TRIES[refused.why]


def _unavailable_text(refused: Refused) -> str:
    match refused.why:
        case "certificate":
            return _(
                "Bitrix24 was not reached: its certificate is not trusted; check the host and this machine's clock"
            )
        case "connection":
            return _("Bitrix24 was not reached: no connection; check the network and the host of the webhook")
        case "rate":
            return _("Bitrix24 keeps refusing for too many requests; another program on this address may use them up")
        case "budget":
            return _("Bitrix24 keeps refusing: the method's working time is used up; try again in ten minutes")
