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
- ``add_task``: ``lead``, ``text``, ``complete_till``, ``type`` (name); ``complete_task``: ``task``, ``result``
- ``rename_status``: ``pipeline``, ``status``, ``name``; ``delete_status``: ``pipeline``, ``status``
- ``rename_field``: ``kind``, ``field``, ``name``; ``delete_field``: ``kind``, ``field``
- ``delete_enum``: ``kind``, ``field``, ``value``
- ``deactivate``, ``activate``: ``user`` (name)
- ``revoke``: the integration is switched off, its tokens die
"""

from collections.abc import Callable
from typing import Any

from dentsync.sandbox.amocrm import (
    entities,
    events,
    field_methods,
    links,
    pipeline_methods,
    search,
    tasks,
    tokens,
    unsorted,
)
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.call import Call
from dentsync.sandbox.amocrm.check import Checked
from dentsync.sandbox.amocrm.fields import Field
from dentsync.sandbox.amocrm.pipelines import Pipeline, Status
from dentsync.sandbox.amocrm.problems import Problem
from dentsync.sandbox.amocrm.storage import Json
from dentsync.sandbox.amocrm.values import Reader, Values
from dentsync.sandbox.exchange import Request

_KINDS = {"contact": "contacts", "lead": "leads", "company": "companies"}


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


def _entity(call: Call, sent: Json, *allowed: str) -> tuple[str, Json]:
    word = next((word for word in allowed or _KINDS if word in sent), "")
    if not word:
        raise ValueError(f"the act needs one of: {', '.join(allowed or _KINDS)}")
    kind, wanted = _KINDS[word], sent[word]
    if isinstance(wanted, str):
        sql = f"SELECT id FROM {kind} WHERE json_extract(data, '$.name') = ? ORDER BY id DESC"  # noqa: S608
        wanted = call.account.storage.value(sql, (wanted,))
    item = call.account.storage.item(kind, wanted) if wanted is not None else None
    if item is None:
        raise ValueError(f"no such {word}")
    return kind, item


def _pipeline(call: Call, sent: Json, item: Json | None = None) -> Pipeline:
    pipelines, name = call.account.pipelines, sent.get("pipeline")
    if name is None:
        return pipelines.by_id[item["pipeline_id"]] if item else pipelines.main
    found = [pipeline for pipeline in pipelines.by_id.values() if pipeline.name == name]
    if not found:
        raise ValueError("no such pipeline")
    return found[0]


def _status(call: Call, sent: Json, item: Json | None = None) -> Status:
    pipeline, name = _pipeline(call, sent, item), sent.get("status")
    found = [status for status in pipeline.statuses if name in (status.name, status.id)]
    if name is not None and not found:
        raise ValueError("no such status in the pipeline")
    return found[0] if found else pipeline.first


def _field(call: Call, kind: str, name: str) -> Field:
    found = [field for field in call.account.fields(kind).by_id.values() if name in (field.name, field.code)]
    if not found:
        raise ValueError(f"no such field {name!r}")
    return found[0]


def _user(call: Call, name: str) -> int:
    number = call.account.storage.value("SELECT id FROM users WHERE name = ?", (name,))
    if number is None:
        raise ValueError("no such user")
    return int(number)


def _values(call: Call, field: Field, value: Any) -> Values | None:
    if value is None:
        return None
    items = [{"value": item} for item in (value if isinstance(value, list) else [value])]
    wrong: list[str] = []
    reader = Reader(field, call.account.zone, call.account.settings)
    kept = reader.read(items, lambda _code, _path, detail: wrong.append(detail))
    if wrong or not isinstance(kept, list):
        raise ValueError(f"{field.name}: {' '.join(wrong) or 'no value'}")
    return kept


def _checked(call: Call, kind: str, fields: Json) -> Checked:
    plain: Json = {key: fields[key] for key in ("name", "first_name", "last_name", "price") if key in fields}
    custom = {_field(call, kind, name): value for name, value in fields.items() if name not in plain}
    return Checked("0", plain=plain, fields={field.id: _values(call, field, value) for field, value in custom.items()})


def _change(call: Call, kind: str, item: Json, checked: Checked) -> int:
    entities.change(call.account, kind, item, checked, call.actor)
    return int(item["id"])


def _move(call: Call, sent: Json) -> int:
    _, lead = _entity(call, sent, "lead")
    status = _status(call, sent, lead)
    plain: Json = {"pipeline_id": status.pipeline, "status_id": status.id}
    if sent.get("loss_reason"):
        sql = "SELECT id FROM loss_reasons WHERE name = ?"
        plain["loss_reason_id"] = call.account.storage.value(sql, (sent["loss_reason"],))
    return _change(call, "leads", lead, Checked("0", plain=plain))


def _edit(call: Call, sent: Json) -> int:
    kind, item = _entity(call, sent)
    return _change(call, kind, item, _checked(call, kind, sent["fields"]))


def _phones(call: Call, sent: Json, make: Callable[[Values, Values], Values]) -> int:
    _, person = _entity(call, sent, "contact")
    field = _field(call, "contacts", "PHONE")
    there, given = person["fields"].get(str(field.id), []), _values(call, field, sent["phone"]) or []
    checked = Checked("0", fields={field.id: make(there, given) or None})
    return _change(call, "contacts", person, checked)


def _add_phone(call: Call, sent: Json) -> int:
    return _phones(call, sent, lambda there, given: [*there, *given])


def _delete_phone(call: Call, sent: Json) -> int:
    return _phones(call, sent, lambda there, _given: [one for one in there if one["value"] != sent["phone"]])


def _tag(call: Call, sent: Json) -> int:
    kind, item = _entity(call, sent)
    return _change(call, kind, item, Checked("0", tags_to_add=[{"name": sent["name"]}]))


def _responsible(call: Call, sent: Json) -> int:
    kind, item = _entity(call, sent)
    return _change(call, kind, item, Checked("0", plain={"responsible_user_id": _user(call, sent["user"])}))


def _delete(call: Call, sent: Json) -> int:
    kind, item = _entity(call, sent)
    entities.trash(call.account, kind, item, call.user)
    return int(item["id"])


def _restore(call: Call, sent: Json) -> int:
    kind, item = _entity(call, sent)
    entities.restore(call.account, kind, item, call.user)
    return int(item["id"])


def _merge(call: Call, sent: Json) -> int:
    first, *others = [_entity(call, {"contact": wanted}, "contact")[1]["id"] for wanted in sent["contacts"]]
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
    _change(call, "contacts", kept, checked)
    events.record(account, "contacts", first, "entity_merged", call.user)


def _link(call: Call, sent: Json) -> int:
    lead, contact = (_entity(call, sent, word)[1]["id"] for word in ("lead", "contact"))
    links.join(call.account, lead, contact, sent.get("main"), call.user)
    return int(lead)


def _unlink(call: Call, sent: Json) -> int:
    lead, contact = (_entity(call, sent, word)[1]["id"] for word in ("lead", "contact"))
    links.part(call.account, lead, contact, call.user)
    return int(lead)


def _create_contact(call: Call, sent: Json) -> int:
    fields = dict(sent.get("fields", {})) | {key: sent[key] for key in ("name",) if key in sent}
    if sent.get("phones"):
        fields["PHONE"] = sent["phones"]
    return entities.create(call.account, "contacts", _checked(call, "contacts", fields), call.actor)


def _create_lead(call: Call, sent: Json) -> int:
    status = _status(call, sent)
    checked = _checked(call, "leads", dict(sent.get("fields", {})))
    checked.plain |= {"name": sent.get("name", ""), "pipeline_id": status.pipeline, "status_id": status.id}
    if "contact" in sent:
        checked.contacts = [(_entity(call, sent, "contact")[1]["id"], True)]
    elif "phone" in sent:
        who = {"name": sent.get("who", sent["phone"]), "phones": [sent["phone"]]}
        checked.contacts = [(_create_contact(call, who), True)]
    return entities.create(call.account, "leads", checked, call.actor)


def _call(call: Call, sent: Json) -> int:
    person = _checked(call, "contacts", {"name": sent.get("name", sent["phone"]), "PHONE": [sent["phone"]]})
    number = entities.create(call.account, "contacts", person, call.actor, unsorted=True)
    lead = Checked("0", plain={"name": f"Звонок {sent['phone']}", "pipeline_id": _pipeline(call, sent).id})
    lead.contacts = [(number, True)]
    metadata = {"from": sent["phone"], "phone": sent["phone"], "called_at": call.account.now, "duration": 60}
    return unsorted.create(call, lead, metadata, "sip", {"source_name": "Телефония"})[1]


def _accept(call: Call, sent: Json) -> int:
    _, lead = _entity(call, sent, "lead")
    status = _status(call, sent, lead)
    unsorted.take(call, lead, status.pipeline, status.id, call.user)
    return int(lead["id"])


def _decline(call: Call, sent: Json) -> int:
    _, lead = _entity(call, sent, "lead")
    uid = call.account.storage.value("SELECT uid FROM unsorted WHERE lead = ?", (lead["id"],))
    unsorted.decline(call, uid)
    return int(lead["id"])


def _add_task(call: Call, sent: Json) -> int:
    _, lead = _entity(call, sent, "lead")
    sql = "SELECT id FROM task_types WHERE name = ?"
    number = call.account.storage.value(sql, (sent.get("type", "Связаться"),))
    plain = {"text": sent["text"], "complete_till": sent["complete_till"], "task_type_id": number}
    return tasks.create(call, plain | {"entity_id": lead["id"], "entity_type": "leads"}, call.actor)


def _complete_task(call: Call, sent: Json) -> int:
    item = call.account.storage.item("tasks", sent["task"])
    if item is None:
        raise ValueError("no such task")
    tasks.update(call, item, {"is_completed": True, "result": {"text": sent.get("result", "")}}, call.actor)
    return int(item["id"])


def _rename_status(call: Call, sent: Json) -> int:
    status = _status(call, sent)
    pipeline_methods.rename(call, status, {"name": sent["name"]})
    return status.id


def _delete_status(call: Call, sent: Json) -> int:
    status = _status(call, sent)
    pipeline_methods.remove_status(call, status)
    return status.id


def _rename_field(call: Call, sent: Json) -> int:
    field = _field(call, sent["kind"], sent["field"])
    call.account.storage.run("UPDATE fields SET name = ? WHERE id = ?", (sent["name"], field.id))
    call.account.structure_changed()
    return field.id


def _delete_field(call: Call, sent: Json) -> int:
    field = _field(call, sent["kind"], sent["field"])
    field_methods.remove(call, field)
    return field.id


def _delete_enum(call: Call, sent: Json) -> int:
    field = _field(call, sent["kind"], sent["field"])
    kept = [{"id": enum.id} for enum in field.enums if enum.value != sent["value"]]
    field_methods.set_enums(call, field, kept)
    call.account.structure_changed()
    return field.id


def _set_active(active: bool) -> Callable[[Call, Json], int]:
    def done(call: Call, sent: Json) -> int:
        number = _user(call, sent["user"])
        call.account.storage.run("UPDATE users SET active = ? WHERE id = ?", (active, number))
        return number

    return done


def _revoke(call: Call, _sent: Json) -> int:
    tokens.revoke(call.account)
    return call.account.owner.id


ACTS: dict[str, Callable[[Call, Json], int]] = {
    "move": _move, "edit": _edit, "add_phone": _add_phone, "delete_phone": _delete_phone, "tag": _tag,
    "responsible": _responsible, "delete": _delete, "restore": _restore, "merge": _merge, "link": _link,
    "unlink": _unlink, "create_contact": _create_contact, "create_lead": _create_lead, "call": _call,
    "accept": _accept, "decline": _decline, "add_task": _add_task, "complete_task": _complete_task,
    "rename_status": _rename_status, "delete_status": _delete_status, "rename_field": _rename_field,
    "delete_field": _delete_field, "delete_enum": _delete_enum, "deactivate": _set_active(False),
    "activate": _set_active(True), "revoke": _revoke,
}  # fmt: skip
