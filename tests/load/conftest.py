"""The rehearsal portal, fresh for each test."""

from collections.abc import Iterator

import pytest

from dentsync.sandbox.server import Running, running
from tests.load.portal_kit import Desk


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for a module."""
    with running(tmp_path_factory.mktemp("portal")) as box:
        yield box


@pytest.fixture
def box(server: Running) -> Running:
    """The portal as it was on the first day."""
    server.admin("POST", "reset", {})
    return server


@pytest.fixture
def desk(box: Running) -> Desk:
    """A target that has checked the portal."""
    desk = Desk(box)
    assert desk.target.check().problems == ()
    return desk
