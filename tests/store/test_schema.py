from pathlib import Path

from dentsync.store import SCHEMA_VERSION, Store, is_current
from dentsync.store.schema import MIGRATIONS


def test_the_version_the_store_asks_for_is_the_number_of_its_migrations(tmp_path: Path) -> None:
    assert len(MIGRATIONS) == SCHEMA_VERSION
    path = tmp_path / "state" / "dentsync.db"
    assert not is_current(path)
    with Store(path):
        pass
    assert is_current(path)
