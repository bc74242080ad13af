"""Real servers on this machine that take letters and messages: what they got, and how they misbehave."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.clinic import Clinic

USER, PASSWORD = "dentsync@clinic.example", "Pa55word-Canary"


def wants_to_know(clinic: Clinic, port: int) -> None:
    """Add to a clinic's configuration whom to tell: the mailbox on this port, a webhook, a heartbeat."""
    (clinic.folder / "secrets").mkdir(mode=0o700)
    (clinic.folder / "secrets" / "mail").write_text(PASSWORD + "\n", encoding="utf-8")
    lines = [
        "",
        "[mail]",
        'host = "127.0.0.1"',
        f"port = {port}",
        f'user = "{USER}"',
        'password = "file:secrets/mail"',
        "[alerts]",
        'mail = ["admin@clinic.example"]',
        'webhook = "env:ALERTS"',
        'heartbeat = "env:HEARTBEAT"',
        "",
    ]
    with (clinic.folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


# ── letters ───────────────────────────────────────────────────────────────────────────────────


@dataclass
class Mailroom:
    """What a mail server took. ``does``: "take", "refuse" letters, "hang up" after one was handed over, be "full", have
    "no room" for one that was handed over.

    ``then``: what happens when a letter was taken, before that is said.
    """

    port: int
    does: str = "take"
    raw: list[bytes] = field(default_factory=list)
    unwanted: tuple[str, ...] = ()
    then: Callable[[], object] = lambda: None

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=policy.default) for one in self.raw]  # type: ignore[misc]

    @property
    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unwanted:
            return f"550 5.1.1 <{address}>: nobody here by that name"
        if self.does == "full":
            return f"452 4.2.2 <{address}>: mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.does == "refuse":
            return "554 5.7.1 not today"
        if self.does == "no room":
            return "552 5.2.2 mailbox exceeds its quota"
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.then()
        if self.does == "hang up":
            server.transport.abort()
        return "250 OK"


def _known(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def mailroom(context: ssl.SSLContext | None = None, security: str = "starttls") -> Iterator[Mailroom]:
    """A mail server: STARTTLS and a password are demanded, or TLS from the start, or neither."""
    room = Mailroom(free_port())
    given: dict[str, Any] = {}
    if security == "starttls":
        given = {"tls_context": context, "require_starttls": True, "authenticator": _known, "auth_required": True}
    elif security == "tls":
        given = {"ssl_context": context}
    controller = Controller(room, hostname="127.0.0.1", port=room.port, **given)
    controller.start()
    try:
        yield room
    finally:
        controller.stop()


# ── messages ──────────────────────────────────────────────────────────────────────────────────


@dataclass
class Hooks:
    """What an HTTP server was told: method, path, JSON. ``status``: what it answers."""

    url: str
    status: int = 200
    told: list[tuple[str, str, Any]] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [body for method, _path, body in self.told if method == "POST"]

    @property
    def beats(self) -> list[str]:
        return [path for method, path, _body in self.told if method == "GET"]


@contextmanager
def hooks() -> Iterator[Hooks]:
    """An HTTP server that takes webhooks and signs of life."""
    found: list[Hooks] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._take(None)

        def do_POST(self) -> None:
            self._take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _take(self, body: Any) -> None:
            found[0].told.append((self.command, self.path, body))
            self.send_response(found[0].status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.append(Hooks(f"http://127.0.0.1:{server.server_port}"))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found[0]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def speaking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one conversation, said by hand. Yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as client:
                talk(client)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=10)
