"""What happens to a contact, a lead or a company when it is added, changed, thrown away."""

from dataclasses import dataclass

from dentsync.sandbox.amocrm import events, search, tags, values
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.check import Checked
from dentsync.sandbox.amocrm.furnish import LOST
from dentsync.sandbox.amocrm.pipelines import CLOSED
from dentsync.sandbox.amocrm.storage import Json

ONLY_LOST = "Loss reason can be specified only for lost lead"
NAMES = {"contacts": "Contact", "leads": "Lead", "companies": "Company", "tasks": "Task"}


class Refused(Exception):
    """A business rule forbids it; the text goes into ``errors`` under the entity's id."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. ``person``: somebody at the screen."""

    user: int
    person: bool = False


def create(account: Account, kind: str, checked: Checked, actor: Actor, *, unsorted: bool = False) -> int:
    """A new entity; its id."""
    now, plain = account.now, checked.plain
    item: Json = {
        "name": plain.get("name", ""), "responsible_user_id": plain.get("responsible_user_id", actor.user),
        "created_by": plain.get("created_by", actor.user), "updated_by": plain.get("updated_by", actor.user),
        "created_at": plain.get("created_at", now), "updated_at": plain.get("updated_at", now), "deleted": False,
        "unsorted": unsorted, "company": checked.company, "tags": [],
        "fields": {str(key): kept for key, kept in checked.fields.items() if kept},
    }  # fmt: skip
    if kind == "contacts":
        item |= _names(plain)
    if kind == "leads":
        item |= _lead(plain, now)
    refs = [*(checked.tags or ()), *checked.tags_to_add]
    item["tags"] = tags.resolved(account.storage, kind, refs)
    item["id"] = account.storage.insert(kind, item)
    if kind == "leads" and not item["name"]:
        item["name"] = f"Сделка #{item['id']}"
        account.storage.replace(kind, item)
    search.index(account, kind, item)
    by = item["created_by"]
    events.record(account, kind, item["id"], f"{events.SINGULAR[kind]}_added", by, [{"note": {"id": item["id"]}}])
    if kind == "leads":
        for contact, main in _main_first(checked.contacts):
            account.storage.run("INSERT OR REPLACE INTO links VALUES (?, ?, ?)", (item["id"], contact, main))
    _count(account, kind, item, "created", actor)
    return int(item["id"])


def _names(plain: Json) -> Json:
    first, last = plain.get("first_name", ""), plain.get("last_name", "")
    return {"first_name": first, "last_name": last, "name": plain.get("name") or " ".join(filter(None, (first, last)))}


def _lead(plain: Json, now: int) -> Json:
    closed = plain["status_id"] in CLOSED
    return {
        "price": plain.get("price", 0),
        "status_id": plain["status_id"],
        "pipeline_id": plain["pipeline_id"],
        "loss_reason_id": plain.get("loss_reason_id"),
        "closed_at": plain.get("closed_at") or (now if closed else None),
    }


def _main_first(contacts: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """Exactly one contact is the main one: the last that was called so, else the first."""
    mains = [number for number, main in contacts if main] or [number for number, _ in contacts[:1]]
    return [(number, number == mains[-1]) for number, _ in contacts]


def change(account: Account, kind: str, item: Json, checked: Checked, actor: Actor) -> None:
    """Change only what was sent. Raises Refused."""
    plain = checked.plain
    _check(account, kind, item, plain)
    after = item | {key: value for key, value in plain.items() if key not in ("updated_at", "updated_by")}
    if kind == "contacts" and "name" not in plain and plain.keys() & {"first_name", "last_name"}:
        after["name"] = " ".join(filter(None, (after["first_name"], after["last_name"])))
    if kind == "leads":
        _settle(account, item, after, plain)
    if checked.company is not None:
        after["company"] = checked.company
    by = plain.get("updated_by", actor.user)
    after["fields"] = _changed_fields(account, kind, item, checked, by)
    after["tags"] = _changed_tags(account, kind, item, checked, by)
    after |= {"updated_at": plain.get("updated_at", account.now), "updated_by": by}
    account.storage.replace(kind, after)
    search.index(account, kind, after)
    moved = kind == "leads" and _place(after) != _place(item)
    _tell(account, kind, item, after, by)
    _count(account, kind, after, "moved" if moved else "updated", actor)


def _place(lead: Json) -> tuple[int, int]:
    return lead["pipeline_id"], lead["status_id"]


def _check(account: Account, kind: str, item: Json, plain: Json) -> None:
    if item["deleted"]:
        raise Refused(f"{NAMES[kind]} not found")
    if account.settings.stale_updates == "refused" and plain.get("updated_at", item["updated_at"]) < item["updated_at"]:
        raise Refused("Last modified date is older than in database")
    if kind != "leads":
        return
    if item["unsorted"] and account.settings.unsorted_patch == "refused":
        raise Refused("Lead is unsorted")
    if plain.get("loss_reason_id") and plain.get("status_id", item["status_id"]) != LOST:
        raise Refused(ONLY_LOST)


def _settle(account: Account, before: Json, after: Json, plain: Json) -> None:
    if after["status_id"] != LOST:
        after["loss_reason_id"] = None
    if after["status_id"] not in CLOSED:
        after["closed_at"] = None
    elif before["status_id"] not in CLOSED and not plain.get("closed_at"):
        after["closed_at"] = account.now
    if before["unsorted"]:
        leave_unsorted(account, after)


def leave_unsorted(account: Account, lead: Json) -> None:
    """The lead, its contacts and its company appear in their lists. The lead itself is not stored here."""
    lead["unsorted"] = False
    account.storage.run("UPDATE unsorted SET state = 'accepted' WHERE lead = ?", (lead["id"],))
    linked = [("contacts", contact) for contact, _ in account.storage.contacts_of(lead["id"])]
    for kind, number in [*linked, *([("companies", lead["company"])] if lead["company"] else [])]:
        item = account.storage.item(kind, number)
        if item and item["unsorted"]:
            account.storage.replace(kind, item | {"unsorted": False, "updated_at": account.now})


def _changed_fields(account: Account, kind: str, item: Json, checked: Checked, by: int) -> Json:
    after, known = dict(item["fields"]), account.fields(kind).by_id
    for number, kept in checked.fields.items():
        before = after.pop(str(number), None)
        if kept:
            after[str(number)] = kept
        if before != kept:
            field = known[number]
            sides = [events.field_values(field, values.shown(field, side or [])) for side in (kept, before)]
            what = f"custom_field_{number}_value_changed"
            events.record(account, kind, item["id"], what, by, *sides)
    return after


def _changed_tags(account: Account, kind: str, item: Json, checked: Checked, by: int) -> list[int]:
    storage = account.storage
    kept: list[int] = item["tags"] if checked.tags is None else tags.resolved(storage, kind, checked.tags)
    gone = {ref.get("id") or tags.found(storage, kind, ref["name"]) for ref in checked.tags_to_delete}
    added = tags.resolved(storage, kind, checked.tags_to_add)
    after = [number for number in dict.fromkeys([*kept, *added]) if number not in gone]
    for what, one, other in (("added", after, item["tags"]), ("deleted", item["tags"], after)):
        names = tags.names(storage, set(one) - set(other))
        if names:
            value = [{"tag": {"name": name}} for name in names.values()]
            sides = (value, ()) if what == "added" else ((), value)
            events.record(account, kind, item["id"], f"entity_tag_{what}", by, *sides)
    return after


def _tell(account: Account, kind: str, before: Json, after: Json, by: int) -> None:
    def told(what: str, make: object, key: str) -> None:
        if before.get(key) != after.get(key):
            sides = [[{make: {"id" if make == "responsible_user" else "value": side[key]}}] for side in (after, before)]
            events.record(account, kind, after["id"], what, by, *sides)

    if kind == "leads" and _place(before) != _place(after):
        sides = [events.status(side["status_id"], side["pipeline_id"]) for side in (after, before)]
        events.record(account, kind, after["id"], "lead_status_changed", by, *sides)
    if kind == "leads":
        told("sale_field_changed", "sale_field_value", "price")
    told("name_field_changed", "name_field_value", "name")
    told("entity_responsible_changed", "responsible_user", "responsible_user_id")


def trash(account: Account, kind: str, item: Json, by: int) -> None:
    """Throw an entity into the trash, from where ``with=only_deleted`` shows it."""
    account.storage.replace(kind, item | {"deleted": True, "updated_at": account.now, "updated_by": by})
    search.drop(account, kind, item["id"])
    if kind == "leads":
        account.storage.run("UPDATE unsorted SET state = 'declined' WHERE lead = ?", (item["id"],))
    events.record(account, kind, item["id"], f"{events.SINGULAR[kind]}_deleted", by)
    account.changed += 1


def restore(account: Account, kind: str, item: Json, by: int) -> None:
    """Take an entity out of the trash."""
    back = item | {"deleted": False, "updated_at": account.now, "updated_by": by}
    account.storage.replace(kind, back)
    search.index(account, kind, back)
    events.record(account, kind, item["id"], f"{events.SINGULAR[kind]}_restored", by)
    account.changed += 1


def touch(account: Account, kind: str, number: int, by: int) -> None:
    """Something beside the fields changed."""
    item = account.storage.item(kind, number)
    if item:
        account.storage.replace(kind, item | {"updated_at": account.now, "updated_by": by})
    account.changed += 1


def _count(account: Account, kind: str, item: Json, what: str, actor: Actor) -> None:
    account.changed += 1
    counts = account.journal.counts
    if not actor.person:
        counts["moved" if what == "moved" else f"{what}_{kind}"] += 1
    if kind != "leads" or what == "updated" or item["unsorted"]:
        return
    if account.settings.robot_touches:
        account.storage.replace(kind, item | {"updated_by": 0, "updated_at": account.now + 1})
    status = account.pipelines.status(item["pipeline_id"], item["status_id"])
    message = status.message if status else ""
    counts["automations"] += 1
    counts["messages"] += bool(message)
    account.storage.run(
        "INSERT INTO automations (created, lead, event, status, message, person) VALUES (?, ?, ?, ?, ?, ?)",
        (item["updated_at"], item["id"], what, item["status_id"], message, int(actor.person)),
    )
