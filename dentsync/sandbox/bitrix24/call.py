"""One command: its parameters, whose rights it has, and what it costs."""

from dataclasses import dataclass
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import schema, values
from dentsync.sandbox.bitrix24.answers import ApiError, Json, required
from dentsync.sandbox.bitrix24.filters import Clause, invalid
from dentsync.sandbox.bitrix24.items import Actor, Change
from dentsync.sandbox.bitrix24.limits import Meter
from dentsync.sandbox.bitrix24.schema import Field, Schema
from dentsync.sandbox.bitrix24.settings import Webhook
from dentsync.sandbox.bitrix24.world import World

PAGE = 50


@dataclass(frozen=True)
class Call:
    """What a method works with."""

    world: World
    webhook: Webhook
    method: str
    params: Json
    meter: Meter
    cost: float

    @property
    def actor(self) -> Actor:
        """The owner of the webhook, working through REST."""
        return Actor(self.webhook.user, self.webhook.admin)

    @property
    def originals(self) -> bool:
        """useOriginalUfNames: user fields are spelled UF_CRM_… both ways."""
        return php.as_text(self.params.get("useOriginalUfNames")).upper() == "Y"

    def kind(self) -> str:
        """The kind that ``entityTypeId`` names."""
        return schema.kind_of(php.as_int(required(self.params, "entityTypeId")))

    def spend(self) -> None:
        """Pay for one more item. Raises Cut when the request passed its time."""
        self.meter.spend(self.cost)

    def item(self, kind: str) -> Json:
        """The item that ``id`` names, if the caller may see it."""
        item = self.world.storage.item(kind, php.as_int(required(self.params, "id")))
        if item is None:
            raise ApiError("NOT_FOUND", "Item not found")
        self.check_access(item)
        return item

    def check_access(self, item: Json) -> None:
        """Refuse an item that the caller does not see."""
        if self.webhook.sees == "own" and item.get("assignedById") != self.webhook.user:
            raise ApiError("ACCESS_DENIED", "Access denied")

    def visible(self) -> Clause:
        """The condition that leaves out what the caller may not read."""
        if self.webhook.sees == "all":
            return Clause("1")
        return Clause("json_extract(data, '$.assignedById') = ?", (self.webhook.user,))

    def start(self) -> int:
        """The offset of the page; -1 means: do not count."""
        return php.as_int(self.params.get("start", 0))


def understood(call: Call, kind: str, sent: Any, importing: bool = False) -> Change:
    """The fields of a request as stored values. Unknown and read-only names are dropped without a word."""
    known = call.world.schema(kind)
    strict = call.world.settings.enumeration_text == "refused"
    found: Json = {}
    for name, raw in php.as_map(sent).items():
        stored = known.stored(name, call.originals)
        field = known.fields[stored] if stored else None
        if field is None or (field.readonly and not (importing and field.import_only)):
            continue
        value = values.stored(field, raw, call.world.zone, strict)
        _check_dictionary(call, field, value)
        if value is not values.DROPPED:
            found[field.name] = value
    contacts = _contacts_of(found)
    return Change(found, php.as_map(sent).get("fm"), contacts)


def _contacts_of(found: Json) -> list[int] | None:
    if "contactIds" in found:
        found.pop("contactId", None)
        return found.pop("contactIds") or []
    if "contactId" in found:
        number = found.pop("contactId")
        return [number] if number else []
    return None


def _check_dictionary(call: Call, field: Field, value: Any) -> None:
    if not field.dictionary or field.name == "stageId" or value in (None, values.DROPPED):
        return
    sql = "SELECT 1 FROM statuses WHERE entity = ? AND code = ?"
    if call.world.storage.row(sql, (field.dictionary, value)) is None:
        raise values.not_valid(field)


@dataclass(frozen=True)
class ResolveItem:
    """A name of crm.item.list -> its field. Raises ApiError for an unknown one."""

    call: Call
    known: Schema
    what: str

    def __call__(self, name: str) -> Field:
        if name == "ID" and self.call.world.settings.upper_case_id:
            name = "id"
        stored = self.known.stored(name, self.call.originals)
        if stored is None or self.known.fields[stored].type == "file":
            raise invalid(self.what, name)
        return self.known.fields[stored]
