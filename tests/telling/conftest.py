import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.clinic import Clinic
from tests.runs.conftest import clinic, portal
from tests.telling.post import Hooks, Mailroom, hooks, mailroom, wants_to_know

__all__ = ["clinic", "portal"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate authority, and what a server of its own name shows."""
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return file, context


@pytest.fixture
def trusted(authority: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The same, where this machine trusts the authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[0]))
    return authority[1]


@pytest.fixture
def post(trusted: ssl.SSLContext) -> Iterator[Mailroom]:
    with mailroom(trusted) as room:
        yield room


@pytest.fixture
def web() -> Iterator[Hooks]:
    with hooks() as server:
        yield server


@pytest.fixture
def alerted(clinic: Clinic, post: Mailroom, web: Hooks, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A clinic that wants to know by letter and by webhook, and gives a sign of life."""
    wants_to_know(clinic, post.port)
    monkeypatch.setenv("ALERTS", f"{web.url}/hook/C4nary-h00k-t0ken")
    monkeypatch.setenv("HEARTBEAT", f"{web.url}/beat/C4nary-b3at/{{line}}")
    return clinic
