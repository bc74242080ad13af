"""One HTTP call over loopback, with everything that can go wrong on the way; the pace of calls."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from dentsync.load.http import Lost, NotSent, Reply, Session

SECRET = "s3cr3tsecrets3cr3t"
JSON = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"result": 1}'

Act = Callable[[socket.socket], None]


@contextmanager
def server(*acts: Act, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Reads one request for each act and lets the act answer; connections stay open between acts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        queue = list(acts)

        def work() -> None:
            while queue:
                connection, _ = listener.accept()
                try:
                    if context:
                        connection = context.wrap_socket(connection, server_side=True)
                    with connection:
                        while queue and read_request(connection):
                            queue.pop(0)(connection)
                except OSError:
                    if context:
                        queue.clear()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        scheme = "https" if context else "http"
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/rest/1/{SECRET}/batch"
        thread.join(5)


def read_request(connection: socket.socket) -> bytes:
    text = b""
    while b"\r\n\r\n" not in text:
        part = connection.recv(65536)
        if not part:
            return b""
        text += part
    head, _, body = text.partition(b"\r\n\r\n")
    length = int(
        next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    )
    while len(body) < length:
        body += connection.recv(65536)
    return text


def says(text: bytes) -> Act:
    return lambda connection: connection.sendall(text)


def page(status: str, body: bytes, *headers: str) -> Act:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return says("\r\n".join(lines).encode() + body)


def closes(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def post(*acts: Act, **options: Any) -> Reply | NotSent | Lost:
    with server(*acts) as url:
        return Session(**options).post(url, {"a": 1})


def test_json_is_read() -> None:
    assert post(says(JSON)) == Reply(200, {"result": 1})


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"result": ', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_a_reply_without_body(body: bytes) -> None:
    assert post(page("200 OK", body)) == Reply(200, None)


def test_status_and_headers_that_matter_are_kept() -> None:
    reply = post(page("503 Slow", b'{"error": "X"}', "Retry-After: 7", "Location: https://new/rest/"))
    assert reply == Reply(503, {"error": "X"}, "https://new/rest/", 7.0)


def test_redirect_is_not_followed() -> None:
    reply = post(page("302 Found", b"", "Location: http://127.0.0.1:1/"))
    assert isinstance(reply, Reply)
    assert reply.status == 302


def test_connection_refused_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert Session().post(f"http://127.0.0.1:{port}/rest/1/{SECRET}/x", {}) == NotSent("connection")


@pytest.mark.parametrize(
    "act", [closes, resets, says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), says(b"junk\r\n\r\n")]
)
def test_connection_that_breaks_after_the_request_may_have_done_the_work(act: Act) -> None:
    def breaks(connection: socket.socket) -> None:
        act(connection)
        connection.close()

    assert post(breaks) == Lost("connection")


def test_silence_may_mean_that_the_work_was_done() -> None:
    def stays_silent(_: socket.socket) -> None:
        time.sleep(0.3)

    assert post(stays_silent, read=0.1) == Lost("time-out")


def test_untrusted_certificate_means_nothing_was_sent() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with server(says(JSON), context=context) as url:
        assert Session().post(url, {}) == NotSent("certificate")


def test_certificate_that_was_named_is_trusted_and_no_other(tmp_path: Path) -> None:
    authority, context, file = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), tmp_path / "ca.pem"
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(file))
    with server(says(JSON), context=context) as url:
        assert Session(certificates=str(file)).post(url, {}) == Reply(200, {"result": 1})
    trustme.CA().cert_pem.write_to_path(str(file))
    with server(says(JSON), context=context) as url:
        assert Session(certificates=str(file)).post(url, {}) == NotSent("certificate")


def test_one_connection_serves_many_calls_and_they_are_counted() -> None:
    session = Session()
    with server(says(JSON), says(JSON)) as url:
        # A second connection would wait for ever: the server accepts the next one only after the first is closed.
        replies = [session.post(url, {}), session.post(url, {})]
    assert replies == [Reply(200, {"result": 1})] * 2
    assert session.requests == 2


def test_connection_the_server_has_closed_meanwhile_is_not_used_for_the_next_call() -> None:
    closed = threading.Event()

    def answers_and_closes(connection: socket.socket) -> None:
        says(JSON)(connection)
        closes(connection)
        closed.set()

    session = Session()
    with server(answers_and_closes, says(JSON)) as url:
        first = session.post(url, {})
        assert closed.wait(5)
        assert first == session.post(url, {}) == Reply(200, {"result": 1})


def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert post(says(JSON)) == Reply(200, {"result": 1})


def test_secret_is_in_no_log_line_and_in_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = [post(says(JSON)), post(closes), Session().post(f"http://127.0.0.1:1/rest/1/{SECRET}/x", {})]
    assert "/rest/***" in caplog.text
    assert SECRET not in caplog.text + repr(found)
