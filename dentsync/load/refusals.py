"""Calls that were refused without anything being done: how often that is believed, and how long to wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, wait_exponential_jitter

from dentsync.errors import Unavailable
from dentsync.load.target import Clock

# The jitter keeps many clinics that lost one provider from coming back all at once.
BACK_OFF = wait_exponential_jitter(initial=1, max=30, jitter=0.5)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done and the same call may be made again: ``after`` seconds, where the other side says so.

    ``why`` is a word of the CRM's own: rate, connection, certificate and others.
    """

    why: str
    after: float | None = None


class Refusals:
    """Refusals of calls in flight side by side: many at once are one, and so many in a row are believed.

    ``tries``: how often, by reason; ``pause``: seconds before the next one; ``text``: a line for a person.
    """

    def __init__(
        self,
        clock: Clock,
        tries: Mapping[str, int],
        pause: Callable[[Refused, RetryCallState], float],
        text: Callable[[Refused], str],
    ) -> None:
        self._clock = clock
        self._most = tries
        self._pause = pause
        self._text = text
        self._state = RetryCallState(Retrying(), None, (), {})
        self._tries: dict[str, int] = {}
        self._since = 0.0
        self.until = 0.0

    def saw(self, refused: Refused, sent_at: float) -> None:
        """A call that was sent then was refused. Raises Unavailable where it has been refused often enough."""
        if refused.why in self._tries and sent_at < self._since:
            return
        self._since = self._clock.time()
        self._tries[refused.why] = self._tries.get(refused.why, 0) + 1
        if self._tries[refused.why] >= self._most[refused.why]:
            raise Unavailable(self._text(refused))
        self._state.attempt_number = self._tries[refused.why]
        self.until = self._since + self._pause(refused, self._state)

    def answered(self) -> None:
        """A call was answered: whatever was refused before is past."""
        self._tries.clear()
