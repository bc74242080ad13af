"""What the board shows of an account."""

from collections.abc import Mapping
from typing import Any

from dentsync.sandbox.amocrm import state, values
from dentsync.sandbox.amocrm.account import Account
from dentsync.sandbox.amocrm.fields import Field
from dentsync.sandbox.amocrm.pipelines import CLOSED, Pipeline
from dentsync.sandbox.amocrm.storage import Json

CARDS = 60
"""The newest leads of a status that are drawn; the rest is a number."""

_VISIT, _DOCTOR = "Дата и время приема", "ФИО врача к которому записан пациент"
_TYPES = {"date": "date", "birthday": "date", "date_time": "datetime", "checkbox": "boolean"}
_STATUS = "json_extract(data, '$.status_id')"
_PIPELINE = "json_extract(data, '$.pipeline_id')"
_ALIVE = "NOT json_extract(data, '$.deleted')"


def data(account: Account, query: Mapping[str, str]) -> Json:
    """Counters, and — unless ``seen`` is the present version — pipelines and the cards of ``pipeline``."""
    version = f"{account.owner.subdomain}.{account.started}.{account.changed}"
    answer: Json = {"version": version, "counters": _counters(account)}
    if query.get("seen") == version:
        return answer
    pipelines = _pipelines(account)
    busiest = max(pipelines, key=lambda pipeline: pipeline["count"])["id"]
    wanted = query.get("pipeline", "")
    chosen = int(wanted) if wanted.isdigit() and int(wanted) in account.pipelines.by_id else busiest
    cards = {str(status.id): _cards(account, chosen, status.id) for status in account.pipelines.by_id[chosen].statuses}
    return answer | {"portal": account.owner.name, "pipelines": pipelines, "pipeline": chosen, "cards": cards}


def contact(account: Account, number: int) -> Json | None:
    """A contact as its card shows it, or None."""
    item = account.storage.item("contacts", number)
    if item is None or item["deleted"]:
        return None
    leads = sorted(account.storage.leads_of(number), reverse=True)
    return {
        "id": number,
        "name": item["name"],
        "phones": state.multitext(account, item, "PHONE"),
        "emails": state.multitext(account, item, "EMAIL"),
        "fields": _described(account, "contacts", item),
        "deals": [found for found in (_lead(account, lead) for lead in leads) if found],
        "messages": _messages(account, leads),
    }


def lead(account: Account, number: int) -> Json | None:
    """A lead that has no contact, or None."""
    found = _lead(account, number)
    return found and {
        "id": number,
        "name": found["title"],
        "deals": [found],
        "messages": _messages(account, [number]),
    }


def _counters(account: Account) -> dict[str, int]:
    count = f"SELECT count(*) FROM {{}} WHERE {_ALIVE}"  # noqa: S608
    return {
        "contacts": account.storage.value(count.format("contacts")),
        "deals": account.storage.value(count.format("leads")),
        "requests": account.journal.counts["requests"],
        "automations": account.storage.value("SELECT count(*) FROM automations"),
    }


def _pipelines(account: Account) -> list[Json]:
    sql = f"SELECT {_PIPELINE}, {_STATUS}, count(*) FROM leads WHERE {_ALIVE} GROUP BY 1, 2"  # noqa: S608
    counts = {(pipeline, status): count for pipeline, status, count in account.storage.rows(sql)}
    return [_pipeline(pipeline, counts) for pipeline in account.pipelines.by_id.values()]


def _pipeline(pipeline: Pipeline, counts: dict[tuple[int, int], int]) -> Json:
    stages = [
        {
            "code": str(status.id),
            "name": status.name,
            "color": status.color,
            "ends": {CLOSED[0]: "won", CLOSED[1]: "lost"}.get(status.id, ""),
            "message": status.message,
            "count": counts.get((pipeline.id, status.id), 0),
        }
        for status in pipeline.statuses
    ]
    return {"id": pipeline.id, "name": pipeline.name, "stages": stages, "count": sum(s["count"] for s in stages)}


def _cards(account: Account, pipeline: int, status: int) -> list[Json]:
    sql = f"SELECT id FROM leads WHERE {_PIPELINE} = ? AND {_STATUS} = ? AND {_ALIVE} ORDER BY id DESC LIMIT ?"  # noqa: S608
    ids = [number for (number,) in account.storage.rows(sql, (pipeline, status, CARDS))]
    return [_card(account, item) for item in reversed(account.storage.items("leads", ids))]


def _card(account: Account, item: Json) -> Json:
    found = state.fields(account, "leads", item)
    people = account.storage.contacts_of(item["id"])
    person = account.storage.item("contacts", people[0][0]) if people else None
    return {
        "id": item["id"],
        "title": item["name"],
        "visit": found.get(_VISIT),
        "doctor": found.get(_DOCTOR),
        "contact": person["id"] if person else None,
        "name": person["name"] if person else "",
    }


def _lead(account: Account, number: int) -> Json | None:
    item = account.storage.item("leads", number)
    if item is None or item["deleted"]:
        return None
    place = state.place(account, item)
    status = account.pipelines.status(item["pipeline_id"], item["status_id"])
    fields = _described(account, "leads", item)
    if item["price"]:
        fields.insert(0, {"label": "Бюджет", "type": "money", "value": f"{item['price']}|RUB"})
    return {
        "id": number,
        "title": item["name"],
        "pipeline": place["pipeline"],
        "stage": place["status"] + (f": {reason}" if (reason := _reason(account, item)) else ""),
        "color": status.color if status else "",
        "fields": fields,
        "tasks": _tasks(account, number),
    }


def _reason(account: Account, item: Json) -> str:
    return account.storage.value("SELECT name FROM loss_reasons WHERE id = ?", (item["loss_reason_id"],)) or ""


def _tasks(account: Account, number: int) -> list[Json]:
    return [
        {"type": task["type"], "due": task["due"], "text": task["text"], "done": task["completed"]}
        for task in state.tasks(account, number)
    ]


def _described(account: Account, kind: str, item: Json) -> list[Json]:
    """The filled fields: a card has dozens."""
    known = [field for field in account.fields(kind).by_id.values() if field.type not in ("multitext", "tracking_data")]
    return [_field(account, field, item["fields"][str(field.id)]) for field in known if str(field.id) in item["fields"]]


def _field(account: Account, field: Field, kept: values.Values) -> Json:
    value: Any = state.shown(account, field, kept)
    if field.type == "checkbox":
        value = "Y" if value else "N"
    if field.type in values.DAYS:
        value = f"{value}T00:00"
    return {"label": field.name, "type": _TYPES.get(field.type, "text"), "value": value}


def _messages(account: Account, leads: list[int]) -> list[Json]:
    marks = ",".join("?" * len(leads))
    sql = (
        f"SELECT created, message FROM automations WHERE message <> '' AND lead IN ({marks}) "  # noqa: S608
        "ORDER BY id DESC LIMIT 20"
    )
    return [{"at": state.moment(account, created), "text": text} for created, text in account.storage.rows(sql, leads)]
