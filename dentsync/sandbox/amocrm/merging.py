"""Merging contacts by hand: ids die."""

from dentsync.sandbox.amocrm import entities, events, links, lookup, search
from dentsync.sandbox.amocrm.call import Call
from dentsync.sandbox.amocrm.check import Checked
from dentsync.sandbox.amocrm.storage import Json


def merge(call: Call, sent: Json) -> int:
    """Merge ``contacts``; the first survives."""
    first, *others = [lookup.entity(call, {"contact": wanted}, "contact")[1]["id"] for wanted in sent["contacts"]]
    for other in others:
        _take_over(call, first, other)
    return int(first)


def _take_over(call: Call, first: int, other: int) -> None:
    """The loser's id is gone for good; what only it had is kept."""
    account, storage = call.account, call.account.storage
    kept, lost = storage.item("contacts", first) or {}, storage.item("contacts", other) or {}
    known = account.fields("contacts").by_id
    merged = dict(lost["fields"]) | kept["fields"]
    for key in kept["fields"].keys() & lost["fields"].keys():
        if known[int(key)].type in ("multitext", "multiselect"):
            merged[key] = [
                *kept["fields"][key],
                *(one for one in lost["fields"][key] if one not in kept["fields"][key]),
            ]
    for lead in storage.leads_of(other):
        links.join(account, lead, first, (other, True) in storage.contacts_of(lead), call.user)
    storage.run("DELETE FROM links WHERE contact = ?", (other,))
    storage.run("DELETE FROM contacts WHERE id = ?", (other,))
    search.drop(account, "contacts", other)
    checked = Checked("0", fields={int(key): values for key, values in merged.items()})
    checked.tags_to_add = [{"id": number} for number in lost["tags"]]
    entities.change(account, "contacts", kept, checked, call.actor)
    events.record(account, "contacts", first, "entity_merged", call.user)
