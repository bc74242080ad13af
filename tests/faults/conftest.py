from collections.abc import Iterator
from pathlib import Path

import pytest

from dentsync.sandbox.server import Running, running
from dentsync.sandbox.storage import FILE
from tests.clinic import SPEED, Clinic, founded
from tests.faults.day import FAST, Day
from tests.faults.forks import Forks


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal")


@pytest.fixture(scope="session")
def portal(data: Path) -> Iterator[Running]:
    """One server for all tests of this folder, with a clock of its own."""
    with running(data, speed=FAST) as box:
        yield box


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    with Forks() as forks:
        yield forks


@pytest.fixture
def clinic(
    portal: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Clinic]:
    portal.admin("POST", "reset", {})
    monkeypatch.setenv("DENTSYNC_WEBHOOK", portal.webhook)
    clinic = founded(tmp_path / "clinic", portal, capsys.readouterr)
    clinic.configure(f"speed = {SPEED}", f"speed = {FAST}")
    yield clinic
    portal.admin("DELETE", "faults")


@pytest.fixture
def day(clinic: Clinic, forks: Forks, data: Path, tmp_path: Path) -> Day:
    return Day(clinic, forks, data / FILE, tmp_path)
