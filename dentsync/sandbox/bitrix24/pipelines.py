"""Stages of pipelines, as the items need them."""

from dataclasses import dataclass

from dentsync.sandbox.bitrix24.storage import Storage


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline. ``semantics``: P in progress, S won, F lost; ``message`` is sent on entering it."""

    code: str
    name: str
    category: int
    semantics: str
    color: str
    message: str


def read(storage: Storage) -> list[Stage]:
    """All stages of deals, in the order of their pipelines."""
    sql = (
        "SELECT s.code, s.name, s.category, s.semantics, s.color, s.message FROM statuses s "
        "JOIN categories c ON c.id = s.category ORDER BY c.sort, c.id, s.sort, s.id"
    )
    return [Stage(*row) for row in storage.rows(sql)]
