"""What the names of an account stand for: pipelines, stages, loss reasons and fields, as ``check`` found them.

A lost deal stands at 143 in every pipeline, and why it was lost is a reason beside it. Here each reason is a stage of
its own, ``143:<reason>``: a route says ``{ lost = "Не пришёл" }`` to either CRM.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from dentsync.load.places import Pipeline, Stage, fold
from dentsync.load.target import TargetSettings
from dentsync.load.wishes import names_of
from dentsync.model import Kind

WON, LOST = "142", "143"
UNSORTED = "unsorted:"
"""Before the number of «Неразобранное»: deals stand there, and none can be put there."""

BUILT_IN: Mapping[Kind, Mapping[str, str]] = {
    "contact": {"last_name": "last_name", "first_name": "first_name", "phones": "PHONE", "email": "EMAIL"},
    "deal": {"title": "name", "amount": "price"},
}
"""Our words that every account has a place for. Others exist only where the clinic's configuration names a field."""

NATIVE: Mapping[Kind, frozenset[str]] = {
    "contact": frozenset({"last_name", "first_name"}),
    "deal": frozenset({"name", "price"}),
}
"""Places that are no custom fields."""


class FieldInfo(msgspec.Struct, frozen=True):
    """A custom field, or with ``id`` 0 a native one. ``items`` are the labels of a list."""

    id: int
    name: str
    type: str
    read_only: bool = False
    items: tuple[str, ...] = ()


class TaskType(msgspec.Struct, frozen=True):
    """A type of tasks."""

    id: int
    name: str


class Directory(msgspec.Struct, frozen=True):
    """Everything resolved. ``fields``: kind -> configured name -> field; ``keys``: kind -> field of our key."""

    account: str = ""
    checked_at: float = 0.0
    timezone: str = "Europe/Moscow"
    last_name_first: bool = False
    filters: bool = False
    pipelines: tuple[Pipeline, ...] = ()
    fields: dict[str, dict[str, FieldInfo]] = {}
    keys: dict[str, int] = {}
    task_types: tuple[TaskType, ...] = ()

    def place_of(self, pipeline_id: object, status_id: object, reason_id: object) -> tuple[str | None, Stage | None]:
        """Names of where a deal stands; None for what the directory does not know."""
        pipeline = next((one for one in self.pipelines if one.id == pipeline_id), None)
        if pipeline is None:
            return None, None
        known = {stage.id: stage for stage in pipeline.stages}
        status = str(status_id)
        return pipeline.name, known.get(f"{status}:{reason_id}") or known.get(status) or known.get(UNSORTED + status)


def stages_of(statuses: list[Stage], reasons: Mapping[int, str]) -> tuple[Stage, ...]:
    """The stages of a pipeline; a reason that is called like one of them is none of its own."""
    taken = {fold(one.name) for one in statuses}
    lost = [Stage(f"{LOST}:{number}", name, "lost") for number, name in reasons.items() if fold(name) not in taken]
    return (*statuses, *lost)


def read_directory(
    raw: Mapping[str, Any] | None, account: str, settings: TargetSettings, stale_at: float
) -> Directory | None:
    """A directory kept from an earlier check; None where it is damaged, outdated, of another account or incomplete."""
    if raw is None:
        return None
    try:
        directory = msgspec.convert(raw, Directory)
    except msgspec.ValidationError:
        return None
    complete = set(directory.keys) == set(BUILT_IN) and all(
        name in directory.fields.get(kind, {}) for kind in BUILT_IN for name in mapping_of(settings, kind).values()
    )
    # Every account has types of tasks: without them it was kept by a version that knew none.
    complete = complete and bool(directory.task_types)
    return directory if complete and directory.account == account and directory.checked_at > stale_at else None


def mapping_of(settings: TargetSettings, kind: Kind) -> dict[str, str]:
    """Our word -> the field's configured name."""
    return names_of(settings, kind, BUILT_IN[kind])


def fields_named(rows: list[Mapping[str, Any]], kind: Kind, name: str) -> list[FieldInfo]:
    """Fields by code, by number or by name: more than one where the account has namesakes."""
    if name in NATIVE[kind]:
        return [FieldInfo(0, name, name)]
    exact = [row for row in rows if name.casefold() == str(row.get("code") or "").casefold() or name == str(row["id"])]
    found = exact or [row for row in rows if fold(str(row.get("name", ""))) == fold(name)]
    return [_info(row) for row in found]


def _info(row: Mapping[str, Any]) -> FieldInfo:
    enums = row.get("enums")
    return FieldInfo(
        int(row["id"]),
        str(row.get("name", "")),
        str(row.get("type", "text")),
        read_only=row.get("is_computed") is True,
        items=tuple(str(one.get("value", "")) for one in enums if isinstance(one, Mapping)) if enums else (),
    )
