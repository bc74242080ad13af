from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dentsync.sandbox.server import Running
from tests.clinic import Clinic
from tests.faults.day import Day
from tests.faults.forks import Forks
from tests.faults.sides import Bitrix24, Side

Served = tuple[Running, Path]
"""A sandbox and the folder of its data."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Side], Served]]:
    """One server of each CRM for all tests of this folder, with a clock of its own."""
    with ExitStack() as stack:
        servers: dict[str, Served] = {}

        def serve(side: Side) -> Served:
            if side.file not in servers:
                data = tmp_path_factory.mktemp("portal")
                servers[side.file] = stack.enter_context(side.serve(data)), data
            return servers[side.file]

        yield serve


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    with Forks() as forks:
        yield forks


@pytest.fixture
def side() -> Side:
    """The CRM of a test; a module that is about another one says so."""
    return Bitrix24()


@pytest.fixture
def clinic(
    side: Side,
    served: Callable[[Side], Served],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Clinic]:
    portal, _data = served(side)
    for variable, secret in side.secrets(portal).items():
        monkeypatch.setenv(variable, secret)
    clinic = side.founded(tmp_path / "clinic", portal, capsys.readouterr)
    yield clinic
    portal.admin("DELETE", "faults")


@pytest.fixture
def day(side: Side, served: Callable[[Side], Served], clinic: Clinic, forks: Forks, tmp_path: Path) -> Day:
    return Day(side, clinic, forks, served(side)[1], tmp_path)
