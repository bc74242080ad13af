"""``POST /leads/complex``: a lead with its contact and company in one call (crm_platform/leads-api)."""

from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import entities, unsorted, writing
from dentsync.sandbox.amocrm.call import Answer, Call
from dentsync.sandbox.amocrm.check import Check, Checked
from dentsync.sandbox.amocrm.pipelines import CLOSED
from dentsync.sandbox.amocrm.problems import NOT_A_CHOICE, UNEXPECTED, Faulty, Problem, TooHeavy
from dentsync.sandbox.amocrm.storage import Json

LIMIT = 50
FIELDS = 40
"""Custom field values of one entity."""
MOST_DUPLICATES = 3
"""With more of them nothing is merged (crm_platform/duplication-control)."""

_KEYS = frozenset({"contacts", "companies", "metadata"})
Part = tuple[int | None, Checked | None]
"""A contact or a company: there already, or to be made."""


def add(call: Call) -> Answer:
    """Create the leads; the answer is a bare array."""
    sent, faulty = call.batch(), Faulty()
    if len(sent) > LIMIT:
        raise Problem(400, f"Limit {LIMIT} per page")
    made = [_checked(call, item, place, faulty) for place, item in enumerate(sent)]
    faulty.check()
    heavy = writing.too_heavy(call, [lead for lead, *_ in made])
    # Duplicates are looked for among what was there before, not among the items of the request.
    newest = call.account.storage.value("SELECT max(id) FROM leads") or 0
    rows = [_create(call, newest, *parts) for parts in call.stored(made)]
    if heavy:
        raise TooHeavy
    return Answer(call.shuffled(_folded(rows)))


def _checked(call: Call, item: Any, place: int, faulty: Faulty) -> tuple[Checked, Part, Part, Json | None]:
    embedded = php.as_map(item.get("_embedded")) if isinstance(item, dict) else {}
    check = Check(call.account, "leads", faulty, new=True)
    lead = check.item(item, place, _KEYS)
    metadata = php.as_map(embedded.get("metadata"))
    if metadata:
        lead.plain.pop("status_id", None)
    check.status()
    if metadata and metadata.get("category") not in unsorted.CATEGORIES:
        faulty.add(lead.request_id, "NotSupportedChoice", "_embedded.metadata.category", NOT_A_CHOICE)
    _check_count(lead, lead.request_id, "", faulty)
    contact, company = (
        _part(call, kind, embedded.get(kind), place, lead.request_id, faulty) for kind in ("contacts", "companies")
    )
    return lead, contact, company, metadata


def _check_count(found: Checked, request_id: str, path: str, faulty: Faulty) -> None:
    if len(found.fields) > FIELDS:
        where = f"{path}custom_fields_values"
        faulty.add(request_id, "TooMany", where, f"This collection should contain {FIELDS} elements or less.")


def _part(call: Call, kind: str, sent: Any, place: int, request_id: str, faulty: Faulty) -> Part:
    if not sent:
        return None, None
    path = f"_embedded.{kind}"
    if not isinstance(sent, list) or len(sent) > 1 or not isinstance(sent[0], dict):
        faulty.add(request_id, "FieldNotExpected", f"{path}.1", UNEXPECTED)
        return None, None
    if sent[0].get("id") is not None:
        there = call.account.storage.item(kind, sent[0]["id"])
        if there is None or there["deleted"]:
            faulty.add(request_id, "NotSupportedChoice", f"{path}.0.id", NOT_A_CHOICE)
        return sent[0]["id"], None
    model = {key: value for key, value in sent[0].items() if key != "is_main"} | {"request_id": request_id}
    found = Check(call.account, kind, faulty, new=True, path=f"{path}.0").item(model, place)
    _check_count(found, request_id, f"{path}.0.", faulty)
    return None, found


def _create(call: Call, newest: int, lead: Checked, contact: Part, company: Part, metadata: Json | None) -> Json:
    merged = _duplicate(call, newest, contact) if call.account.settings.duplicate_control else None
    if merged is not None:
        return _row(merged, _merge(call, merged, contact, lead), None, lead.request_id, merged=True)
    account, hidden = call.account, bool(metadata)
    made_company = _made(call, "companies", company, hidden)
    if contact[1] is not None and made_company:
        contact[1].company = made_company
    made_contact = _made(call, "contacts", contact, hidden)
    lead.company = made_company
    lead.contacts = [(made_contact, True)] if made_contact else []
    if metadata:
        number = unsorted.create(call, lead, metadata, str(metadata["category"]))[1]
    else:
        number = entities.create(account, "leads", lead, call.actor)
    return _row(number, made_contact, made_company, lead.request_id, merged=False)


def _made(call: Call, kind: str, part: Part, hidden: bool) -> int | None:
    number, new = part
    return entities.create(call.account, kind, new, call.actor, unsorted=hidden) if new else number


def _row(lead: int, contact: int | None, company: int | None, request_id: str, *, merged: bool) -> Json:
    return {"id": lead, "contact_id": contact, "company_id": company, "request_id": [request_id], "merged": merged}


def _duplicate(call: Call, newest: int, contact: Part) -> int | None:
    """An open lead whose main contact has one of the phones or addresses; none when there are too many of them."""
    new = contact[1]
    if new is None:
        return None
    storage, known = call.account.storage, call.account.fields("contacts").by_id
    wanted = {_plain(v["value"]) for n, kept in new.fields.items() if known[n].type == "multitext" for v in kept or ()}
    rows = storage.rows("SELECT lead, contact FROM links WHERE main AND lead <= ? ORDER BY lead", (newest,))
    found = []
    for lead, number in rows:
        item, person = storage.item("leads", lead), storage.item("contacts", number)
        if item and person and not item["deleted"] and item["status_id"] not in CLOSED and wanted & _contacts(person):
            found.append(int(lead))
    return found[0] if 0 < len(found) <= MOST_DUPLICATES else None


def _contacts(person: Json) -> set[str]:
    return {_plain(v["value"]) for kept in person["fields"].values() for v in kept if "enum_id" in v and "value" in v}


def _plain(text: str) -> str:
    digits = "".join(sign for sign in text if sign.isdigit())
    return digits[-10:] if len(digits) >= 10 and "@" not in text else text.casefold()


def _merge(call: Call, lead: int, contact: Part, sent: Checked) -> int:
    """Phones and addresses are added to the contact that is there; the lead's fields are updated."""
    storage, account = call.account.storage, call.account
    number = storage.contacts_of(lead)[0][0]
    person, new = storage.item("contacts", number) or {}, contact[1]
    for field, kept in (new.fields if new else {}).items():
        before = person["fields"].get(str(field), [])
        known = {_plain(str(value.get("value"))) for value in before}
        new_values = [value for value in kept or () if _plain(str(value.get("value"))) not in known]
        sent_fields = {field: [*before, *new_values]}
        entities.change(account, "contacts", person, Checked("0", fields=sent_fields), call.actor)  # type: ignore[arg-type]
        person = storage.item("contacts", number) or {}
    item = storage.item("leads", lead) or {}
    entities.change(account, "leads", item, Checked("0", fields=sent.fields), call.actor)
    return number


def _folded(rows: list[Json]) -> list[Json]:
    """Items that ended in one lead come back as one row with several request ids."""
    found: dict[int, Json] = {}
    for row in rows:
        there = found.setdefault(row["id"], row)
        if there is not row:
            there["request_id"] += row["request_id"]
    return list(found.values())
