"""What a person does at the screen of amoCRM, or the telephony: no API command, but events and authorship like in life.

Acts, each a JSON object with ``do``. An entity is given by ``contact``, ``lead`` or ``company`` (id, or exact name):

- ``move``: ``lead``, ``status`` (name), ``pipeline`` (name, if it is in another one), ``loss_reason`` (name)
- ``edit``: an entity, ``fields``: name of a field, or ``name``, ``first_name``, ``last_name``, ``price`` -> value
- ``add_phone``, ``delete_phone``: ``contact``, ``phone`` as it is spelled
- ``tag``: an entity, ``name``
- ``responsible``: an entity, ``user`` (name)
- ``delete`` (into the trash), ``restore``: an entity
- ``merge``: ``contacts`` (the first survives)
- ``link``, ``unlink``: ``lead``, ``contact``
- ``create_contact``: ``name``, ``phones``, ``fields``
- ``create_lead``: ``name``, ``contact`` or ``phone`` (of a new contact), ``status``, ``pipeline``
- ``call``: ``phone``, ``pipeline``: an unknown number rings, a lead in «Неразобранное»
- ``accept``: ``lead``, ``status``, ``pipeline``; ``decline``: ``lead``
- ``add_task``: ``lead``, ``text``, ``complete_till``, ``type`` (name); ``complete_task``: ``task``, ``result``;
  ``edit_task``: ``task``, ``text`` or ``complete_till``; ``delete_task``: ``task``
- ``rename_status``: ``pipeline``, ``status``, ``name``; ``delete_status``: ``pipeline``, ``status``
- ``rename_field``: ``kind``, ``field``, ``name``; ``delete_field``: ``kind``, ``field``
- ``delete_enum``: ``kind``, ``field``, ``value``
- ``deactivate``, ``activate``: ``user`` (name)
- ``revoke``: the integration is switched off, its tokens die
"""

from collections.abc import Callable

from dentsync.sandbox.amocrm import administration, entities, links, lookup, merging, tasks, tokens, unsorted
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.call import Call
from dentsync.sandbox.amocrm.check import Checked
from dentsync.sandbox.amocrm.problems import Problem
from dentsync.sandbox.amocrm.storage import Json
from dentsync.sandbox.amocrm.values import Values
from dentsync.sandbox.exchange import Request


def act(account: Account, sent: Json) -> Json:
    """Do one act; the id of what it was done to. Raises ValueError for what cannot be done."""
    chosen = ACTS.get(sent.get("do", ""))
    if chosen is None:
        raise ValueError(f"unknown act; one of: {', '.join(ACTS)}")
    user = account.storage.value("SELECT min(id) FROM users WHERE active AND NOT admin")
    nowhere = Request("POST", "", "", "", b"")
    call = Call(account, nowhere, "", user or tokens.integration_user(account), admin=True, person=True)
    try:
        number = chosen(call, sent)
    except entities.Refused as error:
        raise ValueError(str(error)) from None
    except Problem as error:
        raise ValueError(error.detail) from None
    except KeyError as error:
        raise ValueError(f"the act needs {error}") from None
    account.changed += 1
    account.journal.counts["acts"] += 1
    return {"id": number}


def _change(call: Call, kind: str, item: Json, checked: Checked) -> int:
    entities.change(call.account, kind, item, checked, call.actor)
    return int(item["id"])


def _move(call: Call, sent: Json) -> int:
    _, lead = lookup.entity(call, sent, "lead")
    status = lookup.status(call, sent, lead)
    plain: Json = {"pipeline_id": status.pipeline, "status_id": status.id}
    if sent.get("loss_reason"):
        sql = "SELECT id FROM loss_reasons WHERE name = ?"
        plain["loss_reason_id"] = call.account.storage.value(sql, (sent["loss_reason"],))
    return _change(call, "leads", lead, Checked("0", plain=plain))


def _edit(call: Call, sent: Json) -> int:
    kind, item = lookup.entity(call, sent)
    return _change(call, kind, item, lookup.checked(call, kind, sent["fields"]))


def _phones(call: Call, sent: Json, make: Callable[[Values, Values], Values]) -> int:
    _, person = lookup.entity(call, sent, "contact")
    field = lookup.field(call, "contacts", "PHONE")
    there, given = person["fields"].get(str(field.id), []), lookup.values(call, field, sent["phone"]) or []
    checked = Checked("0", fields={field.id: make(there, given) or None})
    return _change(call, "contacts", person, checked)


def _add_phone(call: Call, sent: Json) -> int:
    return _phones(call, sent, lambda there, given: [*there, *given])


def _delete_phone(call: Call, sent: Json) -> int:
    return _phones(call, sent, lambda there, _given: [one for one in there if one["value"] != sent["phone"]])


def _tag(call: Call, sent: Json) -> int:
    kind, item = lookup.entity(call, sent)
    return _change(call, kind, item, Checked("0", tags_to_add=[{"name": sent["name"]}]))


def _responsible(call: Call, sent: Json) -> int:
    kind, item = lookup.entity(call, sent)
    return _change(call, kind, item, Checked("0", plain={"responsible_user_id": lookup.user(call, sent["user"])}))


def _delete(call: Call, sent: Json) -> int:
    kind, item = lookup.entity(call, sent)
    entities.trash(call.account, kind, item, call.user)
    return int(item["id"])


def _restore(call: Call, sent: Json) -> int:
    kind, item = lookup.entity(call, sent)
    entities.restore(call.account, kind, item, call.user)
    return int(item["id"])


def _link(call: Call, sent: Json) -> int:
    lead, contact = (lookup.entity(call, sent, word)[1]["id"] for word in ("lead", "contact"))
    links.join(call.account, lead, contact, sent.get("main"), call.user)
    return int(lead)


def _unlink(call: Call, sent: Json) -> int:
    lead, contact = (lookup.entity(call, sent, word)[1]["id"] for word in ("lead", "contact"))
    links.part(call.account, lead, contact, call.user)
    return int(lead)


def _create_contact(call: Call, sent: Json) -> int:
    fields = dict(sent.get("fields", {})) | {key: sent[key] for key in ("name",) if key in sent}
    if sent.get("phones"):
        fields["PHONE"] = sent["phones"]
    return entities.create(call.account, "contacts", lookup.checked(call, "contacts", fields), call.actor)


def _create_lead(call: Call, sent: Json) -> int:
    status = lookup.status(call, sent)
    checked = lookup.checked(call, "leads", dict(sent.get("fields", {})))
    checked.plain |= {"name": sent.get("name", ""), "pipeline_id": status.pipeline, "status_id": status.id}
    if "contact" in sent:
        checked.contacts = [(lookup.entity(call, sent, "contact")[1]["id"], True)]
    elif "phone" in sent:
        who = {"name": sent.get("who", sent["phone"]), "phones": [sent["phone"]]}
        checked.contacts = [(_create_contact(call, who), True)]
    return entities.create(call.account, "leads", checked, call.actor)


def _call(call: Call, sent: Json) -> int:
    person = lookup.checked(call, "contacts", {"name": sent.get("name", sent["phone"]), "PHONE": [sent["phone"]]})
    number = entities.create(call.account, "contacts", person, call.actor, unsorted=True)
    lead = Checked("0", plain={"name": f"Звонок {sent['phone']}", "pipeline_id": lookup.pipeline(call, sent).id})
    lead.contacts = [(number, True)]
    metadata = {"from": sent["phone"], "phone": sent["phone"], "called_at": call.account.now, "duration": 60}
    return unsorted.create(call, lead, metadata, "sip", {"source_name": "Телефония"})[1]


def _accept(call: Call, sent: Json) -> int:
    _, lead = lookup.entity(call, sent, "lead")
    status = lookup.status(call, sent, lead)
    unsorted.take(call, lead, status.pipeline, status.id, call.user)
    return int(lead["id"])


def _decline(call: Call, sent: Json) -> int:
    _, lead = lookup.entity(call, sent, "lead")
    uid = call.account.storage.value("SELECT uid FROM unsorted WHERE lead = ?", (lead["id"],))
    unsorted.decline(call, uid)
    return int(lead["id"])


def _add_task(call: Call, sent: Json) -> int:
    _, lead = lookup.entity(call, sent, "lead")
    sql = "SELECT id FROM task_types WHERE name = ?"
    number = call.account.storage.value(sql, (sent.get("type", "Связаться"),))
    plain = {"text": sent["text"], "complete_till": sent["complete_till"], "task_type_id": number}
    return tasks.create(call, plain | {"entity_id": lead["id"], "entity_type": "leads"}, call.actor)


def _complete_task(call: Call, sent: Json) -> int:
    item = _task(call, sent)
    tasks.update(call, item, {"is_completed": True, "result": {"text": sent.get("result", "")}}, call.actor)
    return int(item["id"])


def _task(call: Call, sent: Json) -> Json:
    item = call.account.storage.item("tasks", sent["task"])
    if item is None:
        raise ValueError("no such task")
    return item


def _edit_task(call: Call, sent: Json) -> int:
    item = _task(call, sent)
    tasks.update(call, item, {name: sent[name] for name in ("text", "complete_till") if name in sent}, call.actor)
    return int(item["id"])


def _delete_task(call: Call, sent: Json) -> int:
    item = _task(call, sent)
    tasks.delete(call, item, call.user)
    return int(item["id"])


ACTS: dict[str, Callable[[Call, Json], int]] = {
    "move": _move, "edit": _edit, "add_phone": _add_phone, "delete_phone": _delete_phone, "tag": _tag,
    "responsible": _responsible, "delete": _delete, "restore": _restore, "merge": merging.merge, "link": _link,
    "unlink": _unlink, "create_contact": _create_contact, "create_lead": _create_lead, "call": _call,
    "accept": _accept, "decline": _decline,
    "add_task": _add_task, "complete_task": _complete_task, "edit_task": _edit_task, "delete_task": _delete_task,
    **administration.ACTS,
}  # fmt: skip
