"""Links between entities (crm_platform/entity-links-api)."""

from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import entities, events, reading, shape, writing
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.problems import NOT_A_CHOICE, Faulty, Problem
from dentsync.sandbox.amocrm.storage import KINDS, Json


def listed(call: Call, kind: str, number: int) -> Answer:
    """``GET /{kind}/{id}/links``."""
    shown = [link for link in _links(call, kind, number) if _wanted(call, link)]
    return _answer(call, f"{kind}/{number}/links", shown)


def listed_of_many(call: Call, kind: str) -> Answer:
    """``GET /{kind}/links?filter[entity_id][]=``."""
    shown = []
    for number in reading.numbers(call.filter("entity_id") or []):
        about = {"entity_id": number, "entity_type": kind}
        shown += [about | link for link in _links(call, kind, number) if _wanted(call, link)]
    return _answer(call, f"{kind}/links", shown)


def _answer(call: Call, path: str, shown: list[Json]) -> Answer:
    empty = Answer({"_total_items": 0, "_links": call.href(path, call.request.query), "_embedded": {"links": []}})
    return reading.whole(call, path, "links", shown, lambda: empty)


def _wanted(call: Call, link: Json) -> bool:
    """The filters on the other side work only as a pair."""
    number, kind = call.filter("to_entity_id"), call.filter("to_entity_type")
    if number is None or kind is None:
        return True
    return link["to_entity_id"] in reading.numbers(number) and link["to_entity_type"] == php.as_text(kind)


def _links(call: Call, kind: str, number: int) -> list[Json]:
    storage = call.account.storage
    item = storage.item(kind, number)
    if item is None:
        return []
    found: list[Json] = []
    if kind == "leads":
        found += [_link("contacts", contact, {"main_contact": main}) for contact, main in storage.contacts_of(number)]
    if kind == "contacts":
        found += [
            _link("leads", lead, {"main_contact": _is_main(call, lead, number)}) for lead in storage.leads_of(number)
        ]
    if item.get("company"):
        found.append(_link("companies", item["company"], None))
    return found


def _is_main(call: Call, lead: int, contact: int) -> bool:
    return (contact, True) in call.account.storage.contacts_of(lead)


def _link(kind: str, number: int, metadata: Json | None) -> Json:
    return {"to_entity_id": number, "to_entity_type": kind, "metadata": metadata}


def link(call: Call, kind: str, number: int | None = None) -> Answer:
    """``POST /{kind}/{id}/link`` and ``POST /{kind}/link``; linking twice is harmless."""
    pairs = _checked(call, kind, number)
    for one, item in call.stored(pairs):
        _join(call, kind, one, item)
    about = {"entity_type": kind}
    shown = [
        about | {"entity_id": one} | found
        for one, item in pairs
        for found in _links(call, kind, one)
        if (found["to_entity_id"], found["to_entity_type"]) == (item["to_entity_id"], item["to_entity_type"])
    ]
    path = f"{kind}/links" if number is None else f"{kind}/{number}/links"
    return _answer(call, path, shown)


def unlink(call: Call, kind: str, number: int | None = None) -> Answer:
    """``POST /{kind}/{id}/unlink`` and ``POST /{kind}/unlink``."""
    for one, item in call.stored(_checked(call, kind, number)):
        other, target = item["to_entity_type"], item["to_entity_id"]
        lead, contact = (one, target) if kind == "leads" else (target, one)
        if {kind, other} == {"leads", "contacts"}:
            part(call.account, lead, contact, call.user)
        elif other == "companies":
            entity = call.account.storage.item(kind, one) or {}
            call.account.storage.replace(kind, entity | {"company": None})
    return NOTHING


def _checked(call: Call, kind: str, number: int | None) -> list[tuple[int, Json]]:
    faulty, found = Faulty(), []
    for given, sent in shape.batch(call.batch(), faulty):
        one = number if number is not None else sent.get("entity_id")
        if not _alive(call, kind, one):
            raise Problem(404, "Entity not found")
        if sent.get("to_entity_type") not in KINDS:
            faulty.add(given, "NotSupportedChoice", "to_entity_type", NOT_A_CHOICE)
        elif not _alive(call, sent["to_entity_type"], sent.get("to_entity_id")):
            faulty.add(given, "NotSupportedChoice", "to_entity_id", NOT_A_CHOICE)
        found.append((int(one or 0), sent))
    faulty.check()
    return found


def _alive(call: Call, kind: str, number: Any) -> bool:
    item = call.account.storage.item(kind, number)
    return item is not None and not item["deleted"]


def _join(call: Call, kind: str, one: int, item: Json) -> None:
    other, target = item["to_entity_type"], item["to_entity_id"]
    if {kind, other} == {"leads", "contacts"}:
        lead, contact = (one, target) if kind == "leads" else (target, one)
        if contact not in [number for number, _ in call.account.storage.contacts_of(lead)]:
            writing.check_link_count(call, [contact], lead)
        join(call.account, lead, contact, php.as_map(item.get("metadata")).get("is_main"), call.user)
    elif other == "companies":
        entity = call.account.storage.item(kind, one) or {}
        call.account.storage.replace(kind, entity | {"company": target})


def join(account: Account, lead: int, contact: int, main: Any, by: int) -> None:
    """Link a contact to a lead. The first contact is the main one; ``main`` makes another one so."""
    there = dict(account.storage.contacts_of(lead))
    main = bool(main) or not any(there.values())
    if main:
        account.storage.run("UPDATE links SET main = 0 WHERE lead = ?", (lead,))
    kept = main or there.get(contact, False)
    account.storage.run("INSERT OR REPLACE INTO links VALUES (?, ?, ?)", (lead, contact, int(kept)))
    if contact not in there:
        events.record(account, "leads", lead, "entity_linked", by, events.linked("contacts", contact))
        entities.touch(account, "leads", lead, by)
    account.changed += 1


def part(account: Account, lead: int, contact: int, by: int) -> None:
    """Unlink; another contact becomes the main one."""
    there = account.storage.contacts_of(lead)
    if contact not in dict(there):
        return
    account.storage.run("DELETE FROM links WHERE lead = ? AND contact = ?", (lead, contact))
    rest = [number for number, _ in there if number != contact]
    if rest and dict(there)[contact]:
        account.storage.run("UPDATE links SET main = 1 WHERE lead = ? AND contact = ?", (lead, rest[0]))
    events.record(account, "leads", lead, "entity_unlinked", by, (), events.linked("contacts", contact))
    entities.touch(account, "leads", lead, by)
