"""One HTTP call and its honest outcome.

A call ends in one of three ways: a ``Reply`` came; it was ``NotSent`` (no connection, so nothing was done); or it is
``Lost``: the other side may have done the work. What a reply means is for each CRM to say. Nothing here raises an
exception of ``requests`` or shows a URL: the secret of a webhook stands in the URL.
"""

import ipaddress
import itertools
import logging
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import requests
import urllib3

from dentsync.redact import redact

CONNECT_SECONDS = 10.0
READ_SECONDS = 65.0
"""Bitrix24 cuts a request after 60 s (limits.md of bitrix24/b24restdocs): a shorter wait would lose known outcomes."""

IDLE_SECONDS = 20.0
"""A connection idle for longer may be dead on the other side; a creation is not risked on it."""


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
    """Takes secrets out of the log lines of the HTTP library."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True


for _name in ("urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry", "urllib3.connection", "requests"):
    logging.getLogger(_name).addFilter(_Masked())


class _Connection(threading.local):
    """What a thread keeps: sessions of ``requests`` are not made to be shared."""

    def __init__(self, certificates: str) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = certificates or True
        self.used_at = time.monotonic()


class Session:
    """Sends JSON, each thread over a kept connection of its own. No redirects, nothing from the environment.

    ``certificates``: a PEM file of who vouches for the other side, instead of the public ones.
    """

    def __init__(self, *, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS, certificates: str = "") -> None:
        self._mine = _Connection(certificates)
        self._timeout = (connect, read)
        self._sent = itertools.count(1)
        self.requests = 0

    def post(self, url: str, payload: Mapping[str, object]) -> Reply | NotSent | Lost:
        """POST one object."""
        return self.send("POST", url, payload)

    def send(
        self, verb: str, url: str, payload: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply | NotSent | Lost:
        """Send one request. Never raises for what the network or the other side does."""
        mine = self._mine
        if time.monotonic() - mine.used_at > IDLE_SECONDS:
            mine.session.close()
        self.requests = next(self._sent)
        try:
            response = mine.session.request(
                verb, url, json=payload, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            return _failure(error)
        finally:
            mine.used_at = time.monotonic()
        return Reply(response.status_code, _json(response), response.headers.get("Location"), _retry_after(response))


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


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
