"""What happens to an item when it is added, changed, deleted (crm-item-add.md, crm-item-update.md, import/)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dentsync.sandbox.bitrix24 import multifields, values
from dentsync.sandbox.bitrix24.answers import ApiError, Json, iso
from dentsync.sandbox.bitrix24.pipelines import Stage
from dentsync.sandbox.bitrix24.world import World

FINAL = {"S", "F"}
CREATED, MOVED, FINISHED, OTHER_PIPELINE = 1, 2, 3, 5
"""TYPE_ID of crm.stagehistory.list."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. ``person``: somebody at the screen. ``importing``: no robots start, history may be set."""

    user: int
    admin: bool = True
    person: bool = False
    importing: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Understood values of the fields that were sent, and the phones and addresses as they were sent."""

    fields: Json
    fm: Any = None
    contacts: list[int] | None = None


def add(world: World, kind: str, change: Change, actor: Actor) -> int:
    """A new item; its id. Raises ApiError when a required field is empty or a value does not fit."""
    now = iso(world.clock.now(), world.zone)
    item = _defaults(world, kind, actor, now) | {
        key: value for key, value in change.fields.items() if value is not None
    }
    if kind == "deal":
        item |= _first_stage(world, item)
    if actor.importing and kind == "contact" and not (item.get("name") or item.get("lastName")):
        raise ApiError("CRM_FIELD_ERROR_REQUIRED", 'The "Name" field is required')
    contacts = _existing(world, change.contacts or [])
    item["contactId"] = contacts[0] if contacts else None
    _check_required(world, kind, item, item.get("stageId"))
    item_id = world.storage.insert(kind, item)
    named = _named(kind, item_id, item)
    phones = multifields.add(world.storage, item_id, change.fm) if kind == "contact" else {}
    if named or phones:
        world.storage.replace(kind, item_id, item | named | phones)
    _link(world, item_id, contacts)
    if kind == "deal":
        _remember_stage(world, item_id, item, CREATED)
    _count(world, kind, item_id, item, "imported" if actor.importing else "created", actor)
    return item_id


def change(world: World, kind: str, item: Json, change: Change, actor: Actor) -> bool:
    """Change only what was sent; whether anything really changed. Raises ApiError as ``add`` does."""
    item_id = item["id"]
    after = {key: value for key, value in (item | change.fields).items() if value is not None}
    if kind == "contact" and not (after.get("name") or after.get("lastName")):
        raise ApiError("CRM_FIELD_ERROR_REQUIRED", 'The "Name" field is required')
    if kind == "deal":
        after["title"] = after.get("title") or item.get("title")
        _settle_stage(world, item, after, change.fields)
    phones = multifields.change(world.storage, item_id, change.fm) if kind == "contact" else None
    relinked = _relinked(world, item_id, after, change.contacts)
    if after == item and not phones and not relinked:
        return False
    moved = after.get("stageId") != item.get("stageId")
    _stamp(world, item, after, actor, moved)
    world.storage.replace(kind, item_id, after | (phones or {}))
    if moved:
        other = after.get("categoryId") != item.get("categoryId")
        final = after.get("stageSemanticId") in FINAL
        _remember_stage(world, item_id, after, OTHER_PIPELINE if other else FINISHED if final else MOVED)
    _count(world, kind, item_id, after, "moved" if moved else "updated", actor)
    return True


def touch(world: World, kind: str, item: Json, actor: Actor) -> None:
    """Something beside the fields changed: stamp the item."""
    after = dict(item)
    _stamp(world, item, after, actor, moved=False)
    world.storage.replace(kind, item["id"], after)
    _count(world, kind, item["id"], after, "updated", actor)


def delete(world: World, kind: str, item_id: int) -> None:
    """Remove an item; deals of a contact stay, without it."""
    deals = world.storage.rows("SELECT deal FROM links WHERE contact = ?", (item_id,)) if kind == "contact" else []
    world.storage.delete(kind, item_id)
    for (deal,) in deals:
        refresh_primary(world, deal)
    world.changed += 1


def refresh_primary(world: World, deal: int) -> None:
    """Make ``contactId`` of a deal the first of its contacts again."""
    item = world.storage.item("deal", deal)
    if item is not None:
        contacts = world.storage.links([deal])[deal]
        world.storage.replace("deal", deal, item | {"contactId": contacts[0] if contacts else None})


def _defaults(world: World, kind: str, actor: Actor, now: str) -> Json:
    common: Json = {
        "createdTime": now,
        "updatedTime": now,
        "lastActivityTime": now,
        "createdBy": actor.user,
        "updatedBy": actor.user,
        "lastActivityBy": actor.user,
        "assignedById": actor.user,
        "opened": "Y",
    }
    if kind == "contact":
        return common | {"export": "Y", "typeId": "CLIENT", "hasPhone": "N", "hasEmail": "N", "hasImol": "N"}
    today = datetime.fromtimestamp(world.clock.now(), world.zone).date()
    return common | {
        "categoryId": 0,
        "movedTime": now,
        "movedBy": actor.user,
        "previousStageId": "",
        "begindate": values.day_text(today, world.zone),
        "closedate": values.day_text(today + timedelta(days=7), world.zone),
        "typeId": "SALE",
        "currencyId": world.portal.portal.currency,
        "opportunity": 0,
        "isManualOpportunity": "N",
        "taxValue": 0,
        "isRecurring": "N",
        "isReturnCustomer": "N",
        "isRepeatedApproach": "N",
    }


def _first_stage(world: World, item: Json) -> Json:
    stages = [stage for stage in world.stages().values() if stage.category == item["categoryId"]]
    if not stages:
        raise ApiError("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Field "CATEGORY_ID" has an invalid value')
    wanted = item.get("stageId") or stages[0].code
    found = next((stage for stage in stages if stage.code == wanted), None)
    return _stage_fields(found, first=stages[0])


def _stage_fields(stage: Stage | None, first: Stage | None = None) -> Json:
    if stage is None:
        raise ApiError("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Field "STAGE_ID" has an invalid value')
    return {
        "stageId": stage.code,
        "stageSemanticId": stage.semantics,
        "closed": "Y" if stage.semantics in FINAL else "N",
        "isNew": "Y" if stage == first else "N",
    }


def _settle_stage(world: World, before: Json, after: Json, sent: Json) -> None:
    after["categoryId"] = after.get("categoryId") or 0
    after["opportunity"] = after.get("opportunity") or 0
    if not sent.get("stageId"):
        after["stageId"] = before.get("stageId") if after["categoryId"] == before.get("categoryId") else None
    if after.get("stageId") != before.get("stageId") or after["categoryId"] != before.get("categoryId"):
        after |= _first_stage(world, after)
    same_pipeline = after["categoryId"] == before.get("categoryId")
    if same_pipeline and after["stageId"] != before.get("stageId"):
        _check_required(world, "deal", after, after["stageId"])


def _stamp(world: World, before: Json, after: Json, actor: Actor, moved: bool) -> None:
    now = iso(world.clock.now(), world.zone)
    after |= {"updatedTime": now, "updatedBy": actor.user, "lastActivityTime": now, "lastActivityBy": actor.user}
    if moved:
        after |= {"movedTime": now, "movedBy": actor.user, "previousStageId": before.get("stageId", "")}
    if "_products" in after and after.get("isManualOpportunity") != "Y":
        # With product rows the amount is recalculated and the value that was sent is lost (crm-item-add.md).
        after["opportunity"] = after["_products"]


def _check_required(world: World, kind: str, item: Json, stage: str | None) -> None:
    schema = world.schema(kind)
    rules = world.settings.required.get(kind, {})
    wanted = {name for name, field in schema.fields.items() if field.mandatory}
    for name in (*rules.get("*", ()), *rules.get(stage or "", ())):
        wanted.add(schema.stored(name, originals=True) or schema.stored(name, originals=False) or name)
    empty = sorted(name for name in wanted if item.get(name) in (None, "", []))
    if empty:
        titles = "<br>".join(
            f'Поле "{schema.fields[name].title if name in schema.fields else name}" обязательно' for name in empty
        )
        raise ApiError("CRM_FIELD_ERROR_REQUIRED", titles)


def _named(kind: str, item_id: int, item: Json) -> Json:
    if kind == "deal":
        return {} if item.get("title") else {"title": f"Сделка #{item_id}"}
    return {} if item.get("name") or item.get("lastName") else {"name": f"Контакт #{item_id}"}


def _existing(world: World, contacts: list[int]) -> list[int]:
    known = [number for number in dict.fromkeys(contacts) if number > 0]
    return [n for n in known if world.storage.row("SELECT 1 FROM contacts WHERE id = ?", (n,))]


def _link(world: World, deal: int, contacts: list[int]) -> None:
    for position, contact in enumerate(contacts):
        world.storage.run("INSERT INTO links VALUES (?, ?, ?)", (deal, contact, position))


def _relinked(world: World, item_id: int, after: Json, contacts: list[int] | None) -> bool:
    if contacts is None:
        return False
    wanted = _existing(world, contacts)
    if wanted == world.storage.links([item_id])[item_id]:
        return False
    world.storage.run("DELETE FROM links WHERE deal = ?", (item_id,))
    _link(world, item_id, wanted)
    after.pop("contactId", None)
    if wanted:
        after["contactId"] = wanted[0]
    return True


def _remember_stage(world: World, deal: int, item: Json, type_id: int) -> None:
    world.storage.run(
        "INSERT INTO stage_history (type, deal, created, category, stage, semantics) VALUES (?, ?, ?, ?, ?, ?)",
        (type_id, deal, item["movedTime"], item["categoryId"], item["stageId"], item["stageSemanticId"]),
    )


def _count(world: World, kind: str, item_id: int, item: Json, event: str, actor: Actor) -> None:
    world.changed += 1
    counts = world.journal.counts
    if not actor.person:
        counts["moved" if event == "moved" else f"{event}_{kind}"] += 1
    if actor.importing:
        return
    entered = kind == "deal" and event in ("created", "moved")
    message = world.stages()[item["stageId"]].message if entered else ""
    counts["messages"] += bool(message)
    counts["automations"] += not actor.person
    world.storage.run(
        "INSERT INTO automations (created, kind, item, event, stage, message, person) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (item["updatedTime"], kind, item_id, event, item.get("stageId", ""), message, int(actor.person)),
    )
