"""Calls of one portal: paced, repeated where nothing was done, followed to the portal's new host.

``tenacity`` decides when a refused call is made again; ``answers`` decides whether.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_result

from dentsync.errors import Unavailable
from dentsync.lang import _
from dentsync.load.bitrix24.answers import Meaning, Moved, meaning_of
from dentsync.load.bitrix24.webhook import Webhook
from dentsync.load.bitrix24.wire import Done, Rejected
from dentsync.load.bucket import Bucket
from dentsync.load.http import Lost, NotSent, Reply, Session
from dentsync.load.refusals import BACK_OFF, Refused
from dentsync.load.target import Clock

TRIES: Mapping[str, int] = {"rate": 10, "budget": 12, "connection": 4, "certificate": 1, "moved": 3}
"""How often a call is made before its refusal is believed. A budget is free again after at most ten waits."""

Heard = Done | Rejected | Lost | Refused


class Calls:
    """POSTs to one webhook. ``until_reset`` says how long a method's budget is used up."""

    def __init__(
        self, webhook: Webhook, clock: Clock, bucket: Bucket, until_reset: Callable[[str], float], certificates: str
    ) -> None:
        self.webhook = webhook
        self.session = Session(certificates=certificates)
        self._clock = clock
        self._bucket = bucket
        self._until_reset = until_reset

    def transmit(self, method: str, payload: Mapping[str, Any]) -> Reply | NotSent | Lost:
        """The HTTP call alone. Made from any thread."""
        return self.session.post(self.webhook.url(method), payload)

    def heard(self, method: str, reply: Reply | NotSent | Lost) -> Heard:
        """What it came to. Raises Forbidden where every further call would be refused as well."""
        meaning: Meaning = meaning_of(reply)
        match meaning:
            case Refused("rate"):
                self._bucket.overflowed(self._clock)
            case Moved(location):
                return self._moved(location, method)
        return meaning

    def _moved(self, location: str, method: str) -> Lost | Refused:
        moved = self.webhook.moved(location, method)
        if moved is None:
            return Lost("redirect")
        self.webhook = moved
        return Refused("moved", 0.0)

    def post(self, method: str, payload: Mapping[str, Any]) -> Done | Rejected | Lost:
        """One call, made again while it is refused. Raises Forbidden, Unavailable: then nothing was done."""
        retrying = Retrying(
            retry=retry_if_result(lambda heard: isinstance(heard, Refused)),
            stop=_tried_enough,
            wait=self._wait,
            sleep=self._clock.sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        heard: Heard = retrying(self._post_once, method, payload)
        if isinstance(heard, Refused):
            raise Unavailable(unavailable_text(heard))
        return heard

    def _post_once(self, method: str, payload: Mapping[str, Any]) -> Heard:
        self._bucket.wait(self._clock)
        return self.heard(method, self.transmit(method, payload))

    def _wait(self, state: RetryCallState) -> float:
        refused = state.outcome.result() if state.outcome else None
        return self.pause(refused, state.args[0], state) if isinstance(refused, Refused) else 0.0

    def pause(self, refused: Refused, method: str, state: RetryCallState) -> float:
        """Seconds before the call is made again."""
        if refused.after is not None:
            return refused.after
        return self._until_reset(method) if refused.why == "budget" else BACK_OFF(state)


def _tried_enough(state: RetryCallState) -> bool:
    refused = state.outcome.result() if state.outcome else None
    return not isinstance(refused, Refused) or state.attempt_number >= TRIES[refused.why]


def unavailable_text(refused: Refused) -> str:
    """One line for a person."""
    match refused.why:
        case "certificate":
            return _(
                "Bitrix24 was not reached: its certificate is not trusted; check the host and this machine's clock;"
                " of a portal on your own server name the certificates in crm.certificates"
            )
        case "connection":
            return _("Bitrix24 was not reached: no connection; check the network and the host of the webhook")
        case "rate":
            return _("Bitrix24 keeps refusing for too many requests; another program on this address may use them up")
        case "budget":
            return _("Bitrix24 keeps refusing: the method's working time is used up; try again in ten minutes")
        case _:  # "moved"
            return _("Bitrix24 redirects from host to host; open the portal in a browser and make the webhook anew")
