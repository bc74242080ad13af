"""Tags: a dictionary for each kind of entity; a name that is not there exactly is added (crm_platform/tags-api)."""

from collections.abc import Iterable
from typing import Any

from dentsync.sandbox.amocrm.storage import Json, Storage


def resolved(storage: Storage, kind: str, refs: Iterable[Json]) -> list[int]:
    """Ids of tags given by id or by exact name."""
    return list(dict.fromkeys(_resolve(storage, kind, ref) for ref in refs))


def _resolve(storage: Storage, kind: str, ref: Json) -> int:
    if ref.get("id") is not None:
        return int(ref["id"])
    number = found(storage, kind, ref["name"])
    return number or storage.run("INSERT INTO tags (kind, name) VALUES (?, ?)", (kind, ref["name"]))


def found(storage: Storage, kind: str, name: str) -> int | None:
    """The tag with exactly that name."""
    number: int | None = storage.value("SELECT id FROM tags WHERE kind = ? AND name = ?", (kind, name))
    return number


def is_known(storage: Storage, kind: str, number: Any) -> bool:
    """Whether there is a tag with that id."""
    return storage.row("SELECT 1 FROM tags WHERE kind = ? AND id = ?", (kind, number)) is not None


def names(storage: Storage, ids: Iterable[int]) -> dict[int, str]:
    """Names by id."""
    wanted = list(ids)
    marks = ",".join("?" * len(wanted))
    return dict(storage.rows(f"SELECT id, name FROM tags WHERE id IN ({marks})", wanted))  # noqa: S608


def shown(storage: Storage, ids: Iterable[int]) -> list[Json]:
    """Tags as an entity shows them."""
    return [{"id": number, "name": name, "color": None} for number, name in names(storage, ids).items()]
