from collections.abc import Iterator
from pathlib import Path

import pytest

from dentsync.sandbox.server import Running, running
from tests.account import SPEED as ACCOUNT_SPEED
from tests.clinic import SPEED, Clinic, founded


@pytest.fixture(scope="session")
def portal() -> Iterator[Running]:
    """One server for all tests; each starts with a fresh portal."""
    with running(speed=SPEED) as box:
        yield box


@pytest.fixture
def clinic(
    portal: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Clinic]:
    portal.admin("POST", "reset", {})
    monkeypatch.setenv("DENTSYNC_WEBHOOK", portal.webhook)
    yield founded(tmp_path / "clinic", portal, capsys.readouterr)
    portal.admin("DELETE", "faults")


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """Two amoCRM accounts for the tests of a module; each resets them."""
    with running(crm="amocrm", speed=ACCOUNT_SPEED) as box:
        yield box
