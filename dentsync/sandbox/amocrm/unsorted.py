"""«Неразобранное»: leads that wait to be accepted (crm_platform/unsorted-api)."""

import json
from secrets import token_hex
from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.amocrm import entities, reading, shape
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.check import Check, Checked
from dentsync.sandbox.amocrm.pipelines import NoChoice, Pipeline
from dentsync.sandbox.amocrm.problems import MISSING, NOT_A_CHOICE, Faulty, Problem
from dentsync.sandbox.amocrm.storage import Json

CATEGORIES = ("forms", "sip")
"""What can be added through the API."""

_REQUIRED = {"source_uid", "source_name", "metadata", "_embedded"}


def create(call: Call, lead: Checked, metadata: Json, category: str, source: Json | None = None) -> tuple[str, int]:
    """Store a lead in «Неразобранное»; its uid and its id."""
    pipeline = _pipeline(call, lead.plain.get("pipeline_id"))
    status = pipeline.unsorted_status
    if status is None:
        raise Problem(400, "Unsorted is off in the pipeline")
    lead.plain |= {"pipeline_id": pipeline.id, "status_id": status.id}
    number = entities.create(call.account, "leads", lead, call.actor, unsorted=True)
    uid = token_hex(20)
    kept = {key: value for key, value in metadata.items() if key not in ("category", "is_call_event_needed")}
    data = {"category": category, "metadata": kept, "contacts": [n for n, _ in lead.contacts], "company": lead.company}
    text = json.dumps(data | (source or {}), ensure_ascii=False)
    call.account.storage.run(
        "INSERT INTO unsorted VALUES (?, ?, ?, ?, 'waiting')", (uid, number, text, call.account.now)
    )
    return uid, number


def _pipeline(call: Call, number: Any) -> Pipeline:
    pipelines = call.account.pipelines
    return pipelines.by_id.get(number, pipelines.main)


def add(call: Call, category: str) -> Answer:
    """``POST /leads/unsorted/forms`` and ``/sip``."""
    faulty = Faulty()
    items = [_checked(call, item, given, faulty) for given, item in shape.batch(call.batch(), faulty)]
    faulty.check()
    shown = []
    for item, lead, contact, company in call.stored(items):
        if company:
            lead.company = entities.create(call.account, "companies", company, call.actor, unsorted=True)
        if contact:
            number = entities.create(call.account, "contacts", contact, call.actor, unsorted=True)
            lead.contacts = [(number, True)]
        source = {key: item.get(key) for key in ("source_uid", "source_name")}
        uid, _ = create(call, lead, item["metadata"], category, source)
        entry = _entry(call, uid)
        shown.append({key: entry[key] for key in ("uid", "account_id", "_links", "_embedded")})
        shown[-1]["request_id"] = lead.request_id
    return Answer({"_total_items": len(shown), "_embedded": {"unsorted": call.shuffled(shown)}})


def _checked(
    call: Call, sent: Json, given: str, faulty: Faulty
) -> tuple[Json, Checked, Checked | None, Checked | None]:
    for key in sorted(_REQUIRED - sent.keys()):
        faulty.add(given, "FieldMissing", key, MISSING)
    if sent.get("pipeline_id") is not None and sent["pipeline_id"] not in call.account.pipelines.by_id:
        faulty.add(given, "NotSupportedChoice", "pipeline_id", NOT_A_CHOICE)
    parts = php.as_map(sent.get("_embedded"))
    lead, contact, company = (
        _model(call, kind, parts.get(kind), given, faulty) for kind in ("leads", "contacts", "companies")
    )
    lead = lead or Checked(given)
    lead.plain["pipeline_id"] = sent.get("pipeline_id")
    return sent, lead, contact, company


def _model(call: Call, kind: str, sent: Any, given: str, faulty: Faulty) -> Checked | None:
    if not isinstance(sent, list) or not sent:
        return None
    check = Check(call.account, kind, faulty, new=True, path=f"_embedded.{kind}.0")
    return check.item({**php.as_map(sent[0]), "request_id": given}, 0)


def listed(call: Call) -> Answer:
    """``GET /leads/unsorted``: always the newest first."""
    entries = [_entry(call, uid) for uid in _uids(call)]
    page, limit = reading.page_of(call)
    here = entries[(page - 1) * limit : page * limit]
    return reading.collection(call, "leads/unsorted", "unsorted", here, page * limit < len(entries))


def _uids(call: Call) -> list[str]:
    rows = call.account.storage.rows(
        "SELECT uid, data, lead FROM unsorted WHERE state = 'waiting' ORDER BY created DESC, lead DESC"
    )
    wanted = {name: call.filter(name) for name in ("uid", "category", "pipeline_id")}
    texts = {name: [php.as_text(item) for item in reading.listed(value)] for name, value in wanted.items() if value}
    found = []
    for uid, data, lead in rows:
        item = call.account.storage.item("leads", lead)
        have = {"uid": uid, "category": json.loads(data)["category"], "pipeline_id": str(item and item["pipeline_id"])}
        if all(have[name] in values for name, values in texts.items()):
            found.append(uid)
    return found


def one(call: Call, uid: str) -> Answer:
    """``GET /leads/unsorted/{uid}``."""
    known = call.account.storage.row("SELECT 1 FROM unsorted WHERE uid = ? AND state = 'waiting'", (uid,))
    return Answer(_entry(call, uid)) if known else NOTHING


def _entry(call: Call, uid: str) -> Json:
    row = call.account.storage.row("SELECT lead, data, created FROM unsorted WHERE uid = ?", (uid,))
    lead, text, created = row or (0, "{}", 0)
    data, item = json.loads(text), call.account.storage.item("leads", lead) or {}
    companies = [data["company"]] if data["company"] else []
    linked = {"contacts": data["contacts"], "leads": [lead], "companies": companies}
    return {
        "uid": uid,
        "source_uid": data.get("source_uid"),
        "source_name": data.get("source_name"),
        "category": data["category"],
        "pipeline_id": item.get("pipeline_id"),
        "created_at": created,
        "metadata": data["metadata"],
        "account_id": call.account.owner.id,
        "_links": call.href(f"leads/unsorted/{uid}"),
        "_embedded": {
            kind: [{"id": number, "_links": call.href(f"{kind}/{number}")} for number in ids]
            for kind, ids in linked.items()
        },
    }


def accept(call: Call, uid: str) -> Answer:
    """``POST /leads/unsorted/{uid}/accept``; ``status_id`` says where the lead goes."""
    sent = _sent(call)
    lead, entry = _waiting(call, uid)
    by = _user(call, sent)
    try:
        wanted = sent.get("status_id")
        place = call.account.pipelines.placed(None if wanted else lead["pipeline_id"], wanted, lead["pipeline_id"])
    except NoChoice as error:
        faulty = Faulty()
        faulty.add("0", "NotSupportedChoice", str(error), NOT_A_CHOICE)
        faulty.check()
        raise
    take(call, lead, place.pipeline, place.id, by)
    return Answer({key: entry[key] for key in ("uid", "pipeline_id", "category", "created_at", "_embedded")})


def take(call: Call, lead: Json, pipeline: int, status: int, by: int) -> None:
    """Let the lead go on in a status; its contact and its company appear."""
    entities.leave_unsorted(call.account, lead)
    change = Checked("0", plain={"pipeline_id": pipeline, "status_id": status, "updated_by": by})
    entities.change(call.account, "leads", lead, change, call.actor)


def decline(call: Call, uid: str) -> Answer:
    """``DELETE /leads/unsorted/{uid}/decline``: lead and contact go to the trash."""
    sent = _sent(call)
    lead, entry = _waiting(call, uid)
    by = _user(call, sent)
    entities.trash(call.account, "leads", lead, by)
    for number, _ in call.account.storage.contacts_of(lead["id"]):
        person = call.account.storage.item("contacts", number)
        if person and person["unsorted"]:
            entities.trash(call.account, "contacts", person, by)
    return Answer({key: entry[key] for key in ("uid", "pipeline_id", "category", "created_at", "_embedded")})


def _sent(call: Call) -> Json:
    faulty = Faulty()
    sent = shape.typed(call.object() if call.request.body else {}, "0", faulty)
    faulty.check()
    return sent


def _user(call: Call, sent: Json) -> int:
    by = sent.get("user_id", call.user)
    if not call.account.is_active_user(by):
        faulty = Faulty()
        faulty.add("0", "NotSupportedChoice", "user_id", NOT_A_CHOICE)
        faulty.check()
    return int(by)


def _waiting(call: Call, uid: str) -> tuple[Json, Json]:
    row = call.account.storage.row("SELECT lead FROM unsorted WHERE uid = ? AND state = 'waiting'", (uid,))
    lead = call.account.storage.item("leads", row[0]) if row else None
    if lead is None:
        raise Problem(404, "Unsorted not found")
    return lead, _entry(call, uid)


def summary(call: Call) -> Answer:
    """``GET /leads/unsorted/summary``."""
    rows = call.account.storage.rows("SELECT data, state FROM unsorted")
    waiting = [json.loads(data)["category"] for data, state in rows if state == "waiting"]
    states = [state for _, state in rows]
    return Answer(
        {
            "total": len(waiting),
            "accepted": states.count("accepted"),
            "declined": states.count("declined"),
            "average_sort_time": 0,
            "categories": {name: {"total": waiting.count(name)} for name in ("sip", "mail", "forms", "chats")},
        }
    )
