"""Adding and changing contacts, leads and companies (crm_platform/contacts-api, leads-api, companies-api)."""

from typing import Any

from dentsync.sandbox.amocrm import entities, reading
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.check import Check, Checked
from dentsync.sandbox.amocrm.entities import NAMES, Refused
from dentsync.sandbox.amocrm.furnish import LOST
from dentsync.sandbox.amocrm.problems import MISSING, Faulty, PartlyDone, Problem, TooHeavy
from dentsync.sandbox.amocrm.shapes import SHOW
from dentsync.sandbox.amocrm.storage import Json

DELETED_LEAD = 226
"""The code of an update of one lead that lies in the trash (measured)."""


def listed(call: Call, kind: str) -> Answer:
    """``GET /{kind}``."""
    items, more = reading.documents(call, kind, reading.of_entities(call, kind))
    return reading.collection(call, kind, kind, [SHOW[kind](call, item) for item in items], more)


def one(call: Call, kind: str, number: int) -> Answer:
    """``GET /{kind}/{id}``; 204 for what is not there, is in the trash or is hidden."""
    item = call.account.storage.item(kind, number)
    if item is None or item["deleted"] != call.wants("only_deleted") or not reading.sees(call, item):
        return NOTHING
    return Answer(SHOW[kind](call, item))


def add(call: Call, kind: str) -> Answer:
    """``POST /{kind}`` with an array."""
    sent, faulty = call.batch(), Faulty()
    items = [checked(call, kind, item, place, faulty) for place, item in enumerate(sent)]
    faulty.check()
    _check_links(call, items)
    heavy = too_heavy(call, items)
    made = [_made(call, kind, item) for item in call.stored(items)]
    return _batch_reply(call, kind, made, heavy)


def checked(call: Call, kind: str, item: Any, place: int, faulty: Faulty, path: str = "") -> Checked:
    """A new item, checked as it would be alone."""
    check = Check(call.account, kind, faulty, new=True, path=path)
    found = check.item(item, place)
    if kind == "leads":
        check.status()
        _check_new_loss(call, found, place)
    return found


def _check_new_loss(call: Call, found: Checked, place: int) -> None:
    lost = found.plain.get("status_id") == LOST
    if found.plain.get("loss_reason_id") and (not lost or call.account.settings.create_lost == "refused"):
        raise PartlyDone({place: entities.ONLY_LOST})


def _made(call: Call, kind: str, item: Checked) -> Json:
    number = entities.create(call.account, kind, item, call.actor)
    return {"id": number, "request_id": item.request_id, "_links": call.href(f"{kind}/{number}")}


def too_heavy(call: Call, items: list[Checked]) -> bool:
    """Whether a batch takes longer than the gateway waits; then only a part of it may be stored."""
    settings = call.account.settings
    heavy = bool(settings.heavy_values) and sum(1 + len(item.fields) for item in items) > settings.heavy_values
    if heavy and settings.heavy_stores == "none":
        raise TooHeavy
    call.half = call.half or (heavy and settings.heavy_stores == "half")
    return heavy


def _batch_reply(call: Call, kind: str, done: list[Json], heavy: bool) -> Answer:
    if heavy:
        raise TooHeavy
    return Answer({"_links": call.href(kind), "_embedded": {kind: call.shuffled(done)}})


def change(call: Call, kind: str) -> Answer:
    """``PATCH /{kind}`` with an array. What business rules forbid is named, the rest is done."""
    sent, faulty = call.batch(), Faulty()
    items = [_checked_change(call, kind, item, place, faulty) for place, item in enumerate(sent)]
    faulty.check()
    heavy = too_heavy(call, items)
    done, errors = [], {}
    for item in call.stored(items):
        try:
            done.append(_changed(call, kind, item))
        except Refused as error:
            errors[item.id] = str(error)
    if errors and not heavy:
        raise PartlyDone(errors)
    return _batch_reply(call, kind, done, heavy)


def _checked_change(call: Call, kind: str, item: Any, place: int, faulty: Faulty) -> Checked:
    new = isinstance(item, dict) and item.get("id") is None
    check = Check(call.account, kind, faulty, new=False)
    found = check.item(item, place)
    if new and call.account.settings.patch_without_id == "refused":
        faulty.add(found.request_id, "FieldMissing", "id", MISSING)
    if kind == "leads" and isinstance(item, dict):
        before = call.account.storage.item(kind, item.get("id"))
        check.new = new
        check.status(before["pipeline_id"] if before else None)
    return found


def _changed(call: Call, kind: str, item: Checked) -> Json:
    if item.id is None:
        return _made(call, kind, item)
    before = call.account.storage.item(kind, item.id)
    if before is None or not reading.sees(call, before):
        raise Refused(f"{NAMES[kind]} not found")
    entities.change(call.account, kind, before, item, call.actor)
    return _short(call, kind, item.id) | {"request_id": item.request_id}


def _short(call: Call, kind: str, number: int) -> Json:
    item = call.account.storage.item(kind, number) or {}
    shown = {key: item[key] for key in ("id", "name", "updated_at") if kind != "leads" or key != "name"}
    return shown | {"_links": call.href(f"{kind}/{number}")}


def change_one(call: Call, kind: str, number: int) -> Answer:
    """``PATCH /{kind}/{id}`` with an object."""
    sent, faulty = call.object(), Faulty()
    item = _checked_change(call, kind, sent | {"id": number}, 0, faulty)
    faulty.check()
    try:
        shown = _changed(call, kind, item)
    except Refused as error:
        raise _refusal_of_one(call, kind, number, str(error)) from None
    if call.account.settings.single_reply == "wrapped":
        return Answer({"_links": call.href(kind), "_embedded": {kind: [shown]}})
    return Answer(shown)


def _refusal_of_one(call: Call, kind: str, number: int, text: str) -> Problem:
    item = call.account.storage.item(kind, number)
    if item is not None and item["deleted"] and kind == "leads":
        return Problem(400, "Invalid request body", errors=[{"code": DELETED_LEAD, "id": number}])
    if (item is None or item["deleted"]) and call.account.settings.missing == "404":
        return Problem(404, text)
    return PartlyDone({number: text})


def _check_links(call: Call, items: list[Checked]) -> None:
    for item in items:
        check_link_count(call, [number for number, _ in item.contacts], lead=None)


def check_link_count(call: Call, contacts: list[int], lead: int | None) -> None:
    """Refuse more links than an entity may have (code 330)."""
    limit, storage = call.account.settings.links_limit, call.account.storage
    there = len(storage.contacts_of(lead)) if lead is not None else 0
    many = any(len(storage.leads_of(number)) >= limit for number in contacts)
    if limit and contacts and (many or there + len(contacts) > limit):
        raise Problem(400, "Too many linked entities", code=330)
