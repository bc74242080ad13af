"""What a person does at the screen of the CRM: no API command, but history, times and authorship like in life.

Acts, each a JSON object with ``do``:

- ``move``: ``deal`` (id or originId), ``stage`` (name), ``pipeline`` (name, if the stage is in another one)
- ``edit``: ``contact`` or ``deal``, ``fields`` (stored names: ``name``, ``UF_CRM_…``)
- ``add_phone``, ``delete_phone``: ``contact``, ``phone`` (any spelling)
- ``delete``: ``contact`` or ``deal``
- ``merge``: ``contacts`` (ids; the first survives)
- ``create_contact``: ``fields``, ``phones``
- ``create_deal``: ``contact``, ``stage`` and ``pipeline`` (names), ``fields``
- ``products``: ``deal``, ``sum`` of its product rows
- ``edit_task``: ``task``, ``text`` or ``due`` (ISO); ``complete_task``, ``delete_task``: ``task``
- what staff do about their own work: ``people_work``
"""

from typing import Any

from dentsync.sandbox.bitrix24 import activities, items, multifields, values
from dentsync.sandbox.bitrix24.answers import ApiError
from dentsync.sandbox.bitrix24.items import Actor, Change
from dentsync.sandbox.bitrix24.people_work import ACTS
from dentsync.sandbox.bitrix24.storage import TABLES
from dentsync.sandbox.bitrix24.world import World

PERSON = Actor(user=7, person=True)

Act = dict[str, Any]


def act(world: World, sent: Act) -> Act:
    """Do one act; the id of the item. Raises ValueError for what cannot be done."""
    acts = {
        "move": _move, "edit": _edit, "add_phone": _add_phone, "delete_phone": _delete_phone, "delete": _delete,
        "merge": _merge, "create_contact": _create, "create_deal": _create_deal, "products": _products,
        "edit_task": _edit_task, "complete_task": _complete_task, "delete_task": _delete_task,
        **ACTS,
    }  # fmt: skip
    chosen = acts.get(sent.get("do", ""))
    if chosen is None:
        raise ValueError(f"unknown act; one of: {', '.join(acts)}")
    try:
        number = chosen(world, sent)
    except ApiError as error:
        raise ValueError(f"{error.code}: {error.text}") from None
    except KeyError as error:
        raise ValueError(f"{error} is missing") from None
    world.journal.counts["acts"] += 1
    return {"id": number}


def _item(world: World, kind: str, wanted: Any) -> Act:
    if isinstance(wanted, str):
        sql = f"SELECT id FROM {TABLES[kind]} WHERE json_extract(data, '$.originId') = ? ORDER BY id"  # noqa: S608
        wanted = world.storage.value(sql, (wanted,))
    item = world.storage.item(kind, wanted) if wanted is not None else None
    if item is None:
        raise ValueError(f"no such {kind}")
    return item


def _either(world: World, sent: Act) -> tuple[str, Act]:
    kind = "contact" if "contact" in sent else "deal"
    return kind, _item(world, kind, sent.get(kind))


def _move(world: World, sent: Act) -> int:
    deal = _item(world, "deal", sent.get("deal"))
    items.change(world, "deal", deal, Change(_place(world, sent, deal["categoryId"])), PERSON)
    return int(deal["id"])


def _place(world: World, sent: Act, category: int | None = None) -> Act:
    """A stage by its name, in the pipeline that is named or in ``category``."""
    names = dict(world.storage.rows("SELECT name, id FROM categories"))
    category = names.get(sent.get("pipeline", ""), category)
    stages = [s for s in world.stages().values() if s.category == category and s.name == sent.get("stage")]
    if not stages:
        raise ValueError("no such stage in the pipeline")
    return {"categoryId": category, "stageId": stages[0].code}


def _edit(world: World, sent: Act) -> int:
    kind, item = _either(world, sent)
    items.change(world, kind, item, Change(_stored(world, kind, sent["fields"])), PERSON)
    return int(item["id"])


def _stored(world: World, kind: str, fields: Act) -> Act:
    known = world.schema(kind).fields
    unknown = set(fields) - set(known)
    if unknown:
        raise ValueError(f"unknown field {min(unknown)}")
    labels = {name: {label: number for number, label in known[name].options.items()} for name in fields}
    kept = {name: labels[name].get(raw, raw) if isinstance(raw, str) else raw for name, raw in fields.items()}
    return {name: values.stored(known[name], raw, world.zone) for name, raw in kept.items()}


def _add_phone(world: World, sent: Act) -> int:
    return _phones(world, sent, [{"typeId": "PHONE", "valueType": "MOBILE", "value": sent["phone"]}])


def _delete_phone(world: World, sent: Act) -> int:
    contact = _item(world, "contact", sent.get("contact"))["id"]
    entries = world.storage.multifields([contact])[contact]
    gone = [number for number, type_id, _, value in entries if (type_id, value) == ("PHONE", sent["phone"])]
    return _phones(world, sent, {str(number): {"typeId": "PHONE", "value": ""} for number in gone})


def _phones(world: World, sent: Act, fm: Any) -> int:
    contact = _item(world, "contact", sent.get("contact"))
    items.change(world, "contact", contact, Change({}, fm), PERSON)
    return int(contact["id"])


def _task(world: World, sent: Act) -> Act:
    item = activities.one(world, sent["task"])
    if item is None:
        raise ValueError("no such task")
    return item


def _edit_task(world: World, sent: Act) -> int:
    item, words = _task(world, sent), {"text": "DESCRIPTION", "due": "DEADLINE"}
    activities.change(world, item, {upper: sent[name] for name, upper in words.items() if name in sent})
    return int(item["ID"])


def _complete_task(world: World, sent: Act) -> int:
    item = _task(world, sent)
    activities.change(world, item, {"COMPLETED": "Y"})
    return int(item["ID"])


def _delete_task(world: World, sent: Act) -> int:
    item = _task(world, sent)
    world.storage.run("DELETE FROM activities WHERE id = ?", (item["ID"],))
    world.changed += 1
    return int(item["ID"])


def _delete(world: World, sent: Act) -> int:
    kind, item = _either(world, sent)
    items.delete(world, kind, item["id"])
    return int(item["id"])


def _merge(world: World, sent: Act) -> int:
    first, *others = [_item(world, "contact", wanted)["id"] for wanted in sent["contacts"]]
    for other in others:
        _take_over(world, first, other)
    items.touch(world, "contact", _item(world, "contact", first), PERSON)
    return int(first)


def _take_over(world: World, first: int, other: int) -> None:
    held = {entry[3] for entry in world.storage.multifields([first])[first]}
    for number, _type, _kind, value in world.storage.multifields([other])[other]:
        if value not in held:
            world.storage.run("UPDATE multifields SET contact = ? WHERE id = ?", (first, number))
    deals = [deal for (deal,) in world.storage.rows("SELECT deal FROM links WHERE contact = ?", (other,))]
    world.storage.run("UPDATE OR IGNORE links SET contact = ? WHERE contact = ?", (first, other))
    kept, lost = _item(world, "contact", first), _item(world, "contact", other)
    world.storage.replace("contact", first, lost | kept | multifields.flags(world.storage, first))
    items.delete(world, "contact", other)
    for deal in deals:
        items.refresh_primary(world, deal)


def _create(world: World, sent: Act) -> int:
    fm = [{"typeId": "PHONE", "valueType": "MOBILE", "value": phone} for phone in sent.get("phones", [])]
    return items.add(world, "contact", Change(_stored(world, "contact", sent.get("fields", {})), fm), PERSON)


def _create_deal(world: World, sent: Act) -> int:
    fields = _stored(world, "deal", sent.get("fields", {})) | _place(world, sent)
    contact = _item(world, "contact", sent.get("contact"))["id"]
    return items.add(world, "deal", Change(fields, contacts=[contact]), PERSON)


def _products(world: World, sent: Act) -> int:
    deal = _item(world, "deal", sent.get("deal"))
    items.change(world, "deal", deal, Change({"_products": float(sent["sum"])}), PERSON)
    return int(deal["id"])
