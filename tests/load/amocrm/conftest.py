"""The rehearsal accounts, fresh for each test."""

from collections.abc import Iterator

import pytest

from dentsync.sandbox.server import Running, running
from tests.load.amocrm.kit import AmoDesk


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """One server for a module."""
    with running(crm="amocrm") as box:
        yield box


@pytest.fixture
def box(server: Running) -> Iterator[Running]:
    """Both accounts as they were on the first day."""
    server.admin("POST", "reset", {})
    yield server
    for door in server.doors:
        server.admin("DELETE", f"faults?account={door.name}")


@pytest.fixture
def desk(box: Running) -> AmoDesk:
    """A target that has checked the account with the paid filter."""
    return opened(box, "smile")


@pytest.fixture
def kids(box: Running) -> AmoDesk:
    """A target that has checked the account without it."""
    return opened(box, "smilekids")


def opened(box: Running, account: str) -> AmoDesk:
    desk = AmoDesk(box, account)
    desk.target.setup()
    assert desk.target.check().problems == ()
    return desk
