"""What the board shows of a portal."""

from collections.abc import Mapping
from typing import Any

from dentsync.sandbox.bitrix24 import state
from dentsync.sandbox.bitrix24.world import World

CARDS = 60
"""The newest deals of a stage that are drawn; the rest is a number."""

_HEADLINE = ("UF_CRM_CARD_NUMBER", "UF_CRM_PATIENT_STATUS", "UF_CRM_NEXT_VISIT", "UF_CRM_LAST_VISIT", "UF_CRM_BRANCH")
_ENDS = {"S": "won", "F": "lost"}


def data(world: World, query: Mapping[str, str]) -> dict[str, Any]:
    """Counters, and — unless ``seen`` is the present version — pipelines and the cards of ``pipeline``."""
    version = f"{world.started}.{world.changed}"
    answer: dict[str, Any] = {"version": version, "counters": _counters(world)}
    if query.get("seen") == version:
        return answer
    pipelines = _pipelines(world)
    busiest = max(pipelines, key=lambda pipeline: pipeline["count"])["id"] if pipelines else 0
    wanted = query.get("pipeline", "")
    chosen = int(wanted) if wanted.isdigit() and int(wanted) in {p["id"] for p in pipelines} else busiest
    cards = {stage.code: _cards(world, stage.code) for stage in world.stages().values() if stage.category == chosen}
    return answer | {"portal": world.portal.portal.name, "pipelines": pipelines, "pipeline": chosen, "cards": cards}


def contact(world: World, number: int) -> dict[str, Any] | None:
    """A contact as its card shows it, or None."""
    item = world.storage.item("contact", number)
    if item is None:
        return None
    entries = world.storage.multifields([number])[number]
    deals = [
        deal for (deal,) in world.storage.rows("SELECT deal FROM links WHERE contact = ? ORDER BY 1 DESC", (number,))
    ]
    return {
        "id": number,
        "name": _name(item),
        "phones": [value for _, type_id, _, value in entries if type_id == "PHONE"],
        "emails": [value for _, type_id, _, value in entries if type_id == "EMAIL"],
        "fields": _described(world, "contact", item, _HEADLINE),
        "deals": [deal for deal in (_deal(world, found) for found in deals) if deal],
        "messages": _messages(world, deals),
    }


def deal(world: World, number: int) -> dict[str, Any] | None:
    """A deal that has no contact, or None."""
    found = _deal(world, number)
    return found and {"id": number, "name": found["title"], "deals": [found], "messages": _messages(world, [number])}


def _counters(world: World) -> dict[str, int]:
    return {
        "contacts": world.storage.value("SELECT count(*) FROM contacts"),
        "deals": world.storage.value("SELECT count(*) FROM deals"),
        "requests": world.journal.counts["requests"],
        "automations": world.storage.value("SELECT count(*) FROM automations"),
    }


def _pipelines(world: World) -> list[dict[str, Any]]:
    stage = "json_extract(data, '$.stageId')"
    counts = dict(world.storage.rows(f"SELECT {stage}, count(*) FROM deals GROUP BY {stage}"))  # noqa: S608
    found = []
    for number, name in world.storage.rows("SELECT id, name FROM categories ORDER BY sort, id"):
        stages = [
            {
                "code": stage.code,
                "name": stage.name,
                "color": stage.color,
                "ends": _ENDS.get(stage.semantics, ""),
                "message": stage.message,
                "count": counts.get(stage.code, 0),
            }
            for stage in world.stages().values()
            if stage.category == number
        ]
        found.append({"id": number, "name": name, "stages": stages, "count": sum(stage["count"] for stage in stages)})
    return found


def _cards(world: World, code: str) -> list[dict[str, Any]]:
    sql = (
        "SELECT d.id, json_extract(d.data, '$.title'), json_extract(d.data, '$.UF_CRM_VISIT_AT'), "
        "json_extract(d.data, '$.UF_CRM_DOCTOR'), c.id, json_extract(c.data, '$.lastName'), "
        "json_extract(c.data, '$.name'), json_extract(c.data, '$.secondName') "
        "FROM deals d LEFT JOIN contacts c ON c.id = json_extract(d.data, '$.contactId') "
        "WHERE json_extract(d.data, '$.stageId') = ? ORDER BY d.id DESC LIMIT ?"
    )
    return [
        {
            "id": number,
            "title": title,
            "visit": visit,
            "doctor": doctor,
            "contact": contact,
            "name": " ".join(part for part in names if part),
        }
        for number, title, visit, doctor, contact, *names in world.storage.rows(sql, (code, CARDS))
    ]


def _deal(world: World, number: int) -> dict[str, Any] | None:
    item = world.storage.item("deal", number)
    if item is None:
        return None
    stage = world.stages().get(item["stageId"])
    return {
        "id": number,
        "title": item.get("title", ""),
        "pipeline": world.storage.value("SELECT name FROM categories WHERE id = ?", (item["categoryId"],)),
        "stage": stage.name if stage else item["stageId"],
        "color": stage.color if stage else "",
        "fields": _described(world, "deal", item, ("UF_CRM_VISIT_AT", "UF_CRM_DOCTOR")),
    }


def _described(world: World, kind: str, item: dict[str, Any], first: tuple[str, ...]) -> list[dict[str, Any]]:
    fields = world.schema(kind).fields
    names = [*first, *(name for name, field in fields.items() if field.custom and name not in first)]
    return [
        {
            "label": fields[name].title,
            "type": fields[name].type,
            "value": state.shown(world, kind, name, item.get(name)),
        }
        for name in names
        if name in fields
    ]


def _messages(world: World, deals: list[int]) -> list[dict[str, str]]:
    sql = (
        "SELECT created, message FROM automations WHERE kind = 'deal' AND message <> '' "  # noqa: S608
        f"AND item IN ({','.join('?' * len(deals))}) ORDER BY id DESC LIMIT 20"
    )
    return [{"at": created, "text": message} for created, message in world.storage.rows(sql, deals)]


def _name(item: dict[str, Any]) -> str:
    return " ".join(item[part] for part in ("lastName", "name", "secondName") if item.get(part))
