"""What the names of a portal stand for: pipelines, stages and fields, as ``check`` found them.

A directory is JSON-able, so that one run may use what another resolved. Names are compared folded.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from dentsync.load.places import Pipeline, Stage, pipelines_named
from dentsync.load.target import TargetSettings
from dentsync.load.wishes import names_of
from dentsync.model import Kind

ENTITY: Mapping[Kind, int] = {"deal": 2, "contact": 3}
"""``entityTypeId`` (api-reference/crm/data-types.md#object_type of bitrix24/b24restdocs)."""

MULTIFIELD = "fm"

BUILT_IN: Mapping[Kind, Mapping[str, str]] = {
    "contact": {
        "last_name": "lastName",
        "first_name": "name",
        "patronymic": "secondName",
        "birth_date": "birthdate",
        "phones": MULTIFIELD,
        "email": MULTIFIELD,
        "comment": "comments",
    },
    "deal": {"title": "title", "amount": "opportunity", "comment": "comments"},
}
"""Our words that every portal has a field for. Others exist only where the clinic's configuration names a field."""


class FieldInfo(msgspec.Struct, frozen=True):
    """A field of the portal. ``wire`` is its name in requests; ``items`` are (id, label) of a list."""

    wire: str
    type: str
    multiple: bool = False
    read_only: bool = False
    items: tuple[tuple[str, str], ...] = ()


class Directory(msgspec.Struct, frozen=True):
    """Everything resolved. ``fields``: kind -> configured name -> field; ``host``: where a renamed portal is now."""

    portal: str = ""
    host: str = ""
    checked_at: str = ""
    pipelines: tuple[Pipeline, ...] = ()
    fields: dict[str, dict[str, FieldInfo]] = {}

    def pipelines_named(self, name: str) -> list[Pipeline]:
        """Pipelines of that name: more than one where the portal has namesakes."""
        return pipelines_named(self.pipelines, name)

    def place_of(self, stage_id: str, pipeline_id: int) -> tuple[str | None, Stage | None]:
        """Names of where a deal stands; None for what the directory does not know."""
        for pipeline in self.pipelines:
            if pipeline.id == pipeline_id:
                return pipeline.name, next((one for one in pipeline.stages if one.id == stage_id), None)
        return None, None


def read_directory(raw: Mapping[str, Any] | None, portal: str, settings: TargetSettings) -> Directory | None:
    """A directory kept from an earlier check; None where it is damaged, of another portal, or lacks a name."""
    if raw is None:
        return None
    try:
        directory = msgspec.convert(raw, Directory)
    except msgspec.ValidationError:
        return None
    fields = all(
        name in directory.fields.get(kind, {})
        for kind in ENTITY
        for name in mapping_of(settings, kind).values()
        if name != MULTIFIELD
    )
    pipelines = all(directory.pipelines_named(route.pipeline) for route in settings.routes)
    return directory if directory.portal == portal and fields and pipelines else None


def mapping_of(settings: TargetSettings, kind: Kind) -> dict[str, str]:
    """Our word -> the CRM field's configured name: the built-in ones, and what the clinic added or changed."""
    return names_of(settings, kind, BUILT_IN[kind])


def find_field(fields: Mapping[str, Mapping[str, Any]], name: str) -> FieldInfo | None:
    """A field of ``crm.item.fields`` by either of its names, in any case.

    Portals older than CRM 25.0.0 do not know ``useOriginalUfNames`` and call ``UF_CRM_X`` otherwise on the wire.
    """
    wanted = name.casefold()
    for wire, field in fields.items():
        if wanted in (wire.casefold(), str(field.get("upperName", "")).casefold()):
            return FieldInfo(
                wire=wire,
                type=str(field.get("type", "string")),
                multiple=field.get("isMultiple") is True,
                read_only=field.get("isReadOnly") is True,
                items=tuple(_items(field.get("items"))),
            )
    return None


def _items(items: object) -> Iterator[tuple[str, str]]:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, Mapping) and "ID" in item:
            yield str(item["ID"]), str(item.get("VALUE", ""))
