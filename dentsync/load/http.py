"""One HTTP call and its honest outcome; the pace of calls.

A call ends in one of three ways: a ``Reply`` came; it was ``NotSent`` (no connection, so nothing was done); or it is
``Lost``: the other side may have done the work. What a reply means is for each CRM to say. Nothing here raises an
exception of ``requests`` or shows a URL: the secret of a webhook stands in the URL.
"""

import logging
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import requests
import urllib3

from dentsync.load.target import Clock

CONNECT_SECONDS = 10.0
READ_SECONDS = 65.0
"""Bitrix24 cuts a request after 60 s (limits.md of bitrix24/b24restdocs): a shorter wait would lose known outcomes."""

IDLE_SECONDS = 20.0
"""A connection idle for longer may be dead on the other side; a creation is not risked on it."""

_HIDDEN = re.compile(r"/rest/[^\s\"']*")


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. ``body`` is its JSON, or None where the answer is not JSON."""

    status: int
    body: object = field(repr=False)
    location: str | None = field(default=None, repr=False)
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """No connection was made: nothing was done."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The work may have been done. ``status`` is the HTTP status, if there was one."""

    why: str
    status: int | None = None


class _Masked(logging.Filter):
    """Takes the path of a webhook out of the log lines of the HTTP library."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _HIDDEN.sub("/rest/…", record.getMessage()), ()
        return True


for _name in ("urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry", "urllib3.connection", "requests"):
    logging.getLogger(_name).addFilter(_Masked())


class Session:
    """POSTs JSON over one kept connection. No redirects, no proxies or credentials from the environment."""

    def __init__(self, *, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._timeout = (connect, read)
        self._used_at = time.monotonic()
        self.requests = 0

    def post(self, url: str, payload: Mapping[str, object]) -> Reply | NotSent | Lost:
        """Send one request. Never raises for what the network or the other side does."""
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self._session.close()
        self.requests += 1
        try:
            response = self._session.post(url, json=payload, timeout=self._timeout, allow_redirects=False)
        except requests.RequestException as error:
            return _failure(error)
        finally:
            self._used_at = time.monotonic()
        return Reply(response.status_code, _json(response), response.headers.get("Location"), _retry_after(response))

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


def _json(response: requests.Response) -> object:
    try:
        body: object = response.json()
    except (ValueError, RecursionError):
        return None
    return body


def _retry_after(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


_NEVER_CONNECTED = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidURL,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
)


def _failure(error: requests.RequestException) -> NotSent | Lost:
    """Only what proves that no connection was made is ``NotSent``."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NotSent("certificate")
        if isinstance(cause, _NEVER_CONNECTED):
            return NotSent("connection")
    return Lost("time-out" if isinstance(error, requests.ReadTimeout) else "connection")


def _causes(error: object) -> Iterator[BaseException]:
    """The error and those it was made of, where ``requests`` and ``urllib3`` keep them."""
    if isinstance(error, BaseException):
        yield error
        for inner in (*error.args, getattr(error, "reason", None)):
            yield from _causes(inner)


class Bucket:
    """A leaky bucket: each call adds one, ``leak`` run out a second, ``capacity`` is where the other side refuses.

    ``level`` is how full it was ``at`` that epoch second: what the next run takes up.

    ``spare`` calls are left to others on the same address and to differences of the two clocks.
    """

    def __init__(self, capacity: float, leak: float, *, spare: float = 2.0) -> None:
        self._room = capacity - spare
        self._capacity = capacity
        self._leak = leak
        self.level = 0.0
        self.at = 0.0

    def wait(self, clock: Clock) -> None:
        """Wait until one more call fits, and count it."""
        excess = self._now(clock) + 1 - self._room
        if excess > 0:
            clock.sleep(excess / self._leak)
        self.level, self.at = max(0.0, self._now(clock)) + 1, clock.time()

    def overflowed(self, clock: Clock) -> None:
        """The other side refused: its bucket is full, whatever ours says."""
        self.level, self.at = self._capacity, clock.time()

    def restore(self, level: float, at: float) -> None:
        """Take up the level another run left. ``at`` is in epoch seconds."""
        self.level, self.at = min(max(level, 0.0), self._capacity), at

    def _now(self, clock: Clock) -> float:
        # A clock that was set back must not freeze the bucket.
        elapsed = max(0.0, clock.time() - self.at)
        return max(0.0, self.level - elapsed * self._leak)
