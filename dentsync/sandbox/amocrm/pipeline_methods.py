"""Pipelines and statuses: listing, adding, changing, deleting (crm_platform/leads_pipelines)."""

from typing import Any

from dentsync.sandbox.amocrm import furnish, reading, shape
from dentsync.sandbox.amocrm.call import NOTHING, Answer, Call
from dentsync.sandbox.amocrm.pipelines import CLOSED, Pipeline, Status
from dentsync.sandbox.amocrm.problems import MISSING, NOT_A_CHOICE, Faulty, Problem
from dentsync.sandbox.amocrm.storage import Json

MOST_PIPELINES, MOST_STATUSES = 50, 100
COLORS = frozenset(
    {
        "#fffeb2", "#fffd7f", "#fff000", "#ffeab2", "#ffdc7f", "#ffce5a", "#ffdbdb", "#ffc8c8", "#ff8f92", "#d6eaff",
        "#c1e0ff", "#98cbff", "#ebffb1", "#deff81", "#87f2c0", "#f9deff", "#f3beff", "#ccc8f9", "#eb93ff", "#f2f3f4",
        "#e6e8ea",
    }
)  # fmt: skip
"""Colours a status may have (crm_platform/leads_pipelines)."""


def listed(call: Call) -> Answer:
    """``GET /leads/pipelines``: all of them, whatever page is asked for."""
    shown = [_pipeline(call, pipeline) for pipeline in call.account.pipelines.by_id.values()]
    return reading.whole(call, "leads/pipelines", "pipelines", shown)


def one(call: Call, number: int) -> Answer:
    """``GET /leads/pipelines/{id}``."""
    return Answer(_pipeline(call, _known(call, number)))


def statuses(call: Call, number: int) -> Answer:
    """``GET /leads/pipelines/{id}/statuses``."""
    shown = [_status(call, status) for status in _known(call, number).statuses]
    return reading.whole(call, f"leads/pipelines/{number}/statuses", "statuses", shown)


def status(call: Call, number: int, status_id: int) -> Answer:
    """``GET /leads/pipelines/{id}/statuses/{status}``."""
    return Answer(_status(call, _known_status(call, number, status_id)))


def _pipeline(call: Call, pipeline: Pipeline) -> Json:
    return pipeline.shown(call.account.owner.id, call.base)


def _status(call: Call, found: Status) -> Json:
    return found.shown(call.account.owner.id, call.base)


def _known(call: Call, number: int) -> Pipeline:
    if number not in call.account.pipelines.by_id:
        raise Problem(404, "Pipeline not found")
    return call.account.pipelines.by_id[number]


def _known_status(call: Call, number: int, status_id: int) -> Status:
    found = _known(call, number).status(status_id)
    if found is None:
        raise Problem(404, "Status not found")
    return found


def add(call: Call) -> Answer:
    """``POST /leads/pipelines`` with an array; statuses may come along, 142 and 143 with names of their own."""
    call.only_admin()
    faulty = Faulty()
    sent = shape.batch(call.batch(), faulty)
    for given, item in sent:
        for key in {"name", "sort", "is_main", "is_unsorted_on"} - item.keys():
            faulty.add(given, "FieldMissing", key, MISSING)
        inner = shape.typed(item.get("_embedded", {}), given, faulty, "_embedded")
        item["statuses"] = shape.listed(inner.get("statuses"), given, faulty, "_embedded.statuses")
        _check_statuses(item["statuses"], given, "_embedded.statuses.", faulty)
    faulty.check()
    if len(call.account.pipelines.by_id) + len(sent) > MOST_PIPELINES:
        raise Problem(422, f"Limit {MOST_PIPELINES} pipelines")
    numbers = [(given, _insert(call, item)) for given, item in sent]
    call.account.structure_changed()
    shown = [_pipeline(call, _known(call, number)) | {"request_id": given} for given, number in numbers]
    links = call.href("leads/pipelines")
    return Answer({"_total_items": len(shown), "_links": links, "_embedded": {"pipelines": shown}})


def _check_statuses(found: list[Json], given: str, path: str, faulty: Faulty) -> None:
    for number, item in enumerate(found):
        if not item.get("name"):
            faulty.add(given, "FieldMissing", f"{path}{number}.name", MISSING)
        if "color" in item and item["color"].lower() not in COLORS:
            faulty.add(given, "NotSupportedChoice", f"{path}{number}.color", NOT_A_CHOICE)


def _insert(call: Call, item: Json) -> int:
    storage = call.account.storage
    if item["is_main"]:
        storage.run("UPDATE pipelines SET main = 0")
    number = storage.run(
        "INSERT INTO pipelines (name, sort, main, unsorted) VALUES (?, ?, ?, ?)",
        (item["name"], item["sort"], bool(item["is_main"]), bool(item["is_unsorted_on"])),
    )
    found = item["statuses"]
    names = {one["id"]: one["name"] for one in found if one.get("id") in CLOSED}
    furnish.add_statuses_of_every_pipeline(storage, number, bool(item["is_unsorted_on"]), names)
    ordinary = [one for one in found if one.get("id") not in CLOSED]
    for place, one in enumerate(ordinary or [{"name": "Первичный контакт"}], 2):
        _insert_status(call, number, one, place * 10)
    return number


def _insert_status(call: Call, pipeline: int, item: Json, sort: int) -> int:
    number = furnish.next_status(call.account.storage)
    row = (number, pipeline, item["name"], item.get("sort", sort), item.get("color", "#98cbff"))
    call.account.storage.run("INSERT INTO statuses VALUES (?, ?, ?, ?, ?, 0, 1, '')", row)
    return number


def change(call: Call, number: int) -> Answer:
    """``PATCH /leads/pipelines/{id}`` with an object."""
    call.only_admin()
    before, sent = _known(call, number), _object(call)
    if sent.get("is_main"):
        call.account.storage.run("UPDATE pipelines SET main = 0")
    row = (
        sent.get("name", before.name),
        sent.get("sort", before.sort),
        sent.get("is_main", before.main) or before.main,
    )
    call.account.storage.run("UPDATE pipelines SET name = ?, sort = ?, main = ? WHERE id = ?", (*row, number))
    call.account.structure_changed()
    return Answer(_pipeline(call, _known(call, number)))


def _object(call: Call) -> Json:
    faulty = Faulty()
    sent = shape.typed(call.object(), "0", faulty)
    faulty.check()
    return sent


def delete(call: Call, number: int) -> Answer:
    """``DELETE /leads/pipelines/{id}``: only an empty one that is not the last (measured)."""
    call.only_admin()
    if number not in call.account.pipelines.by_id:
        wrong = {"code": "NotSupportedChoice", "path": "id", "detail": NOT_A_CHOICE}
        raise Problem(400, "Request validation failed", **{"validation-errors": [{"errors": [wrong]}]})
    sql = "SELECT 1 FROM leads WHERE json_extract(data, '$.pipeline_id') = ? AND NOT json_extract(data, '$.deleted')"
    if call.account.storage.row(sql, (number,)) or len(call.account.pipelines.by_id) == 1:
        raise Problem(422, "Only pipelines without leads can be deleted")
    call.account.storage.run("DELETE FROM pipelines WHERE id = ?", (number,))
    call.account.storage.run("DELETE FROM statuses WHERE pipeline = ?", (number,))
    if call.account.pipelines.by_id[number].main:
        call.account.storage.run("UPDATE pipelines SET main = 1 WHERE id = (SELECT min(id) FROM pipelines)")
    call.account.structure_changed()
    return NOTHING


def add_statuses(call: Call, number: int) -> Answer:
    """``POST /leads/pipelines/{id}/statuses`` with an array."""
    call.only_admin()
    pipeline, faulty = _known(call, number), Faulty()
    sent = shape.batch(call.batch(), faulty)
    for given, item in sent:
        _check_statuses([item], given, "", faulty)
    faulty.check()
    if len(pipeline.statuses) + len(sent) > MOST_STATUSES:
        raise Problem(422, f"Limit {MOST_STATUSES} statuses")
    made = [(given, _insert_status(call, number, item, 500 + place)) for place, (given, item) in enumerate(sent)]
    call.account.structure_changed()
    shown = [_status(call, _known_status(call, number, one_id)) | {"request_id": given} for given, one_id in made]
    path = f"leads/pipelines/{number}/statuses"
    return Answer({"_total_items": len(shown), "_links": call.href(path), "_embedded": {"statuses": shown}})


def change_status(call: Call, number: int, status_id: int) -> Answer:
    """``PATCH /leads/pipelines/{id}/statuses/{status}`` with an object."""
    call.only_admin()
    rename(call, _known_status(call, number, status_id), _object(call))
    return Answer(_status(call, _known_status(call, number, status_id)))


def rename(call: Call, found: Status, sent: Json) -> None:
    """Change name, place or colour of a status."""
    row: list[Any] = [sent.get(key, getattr(found, key)) for key in ("name", "sort", "color")]
    sql = "UPDATE statuses SET name = ?, sort = ?, color = ? WHERE pipeline = ? AND id = ?"
    call.account.storage.run(sql, (*row, found.pipeline, found.id))
    call.account.structure_changed()


def delete_status(call: Call, number: int, status_id: int) -> Answer:
    """``DELETE /leads/pipelines/{id}/statuses/{status}``: its leads go to the first status."""
    call.only_admin()
    found = _known_status(call, number, status_id)
    if not found.editable:
        raise Problem(400, "Status can not be deleted")
    remove_status(call, found)
    return NOTHING


def remove_status(call: Call, found: Status) -> None:
    """Delete a status."""
    storage = call.account.storage
    storage.run("DELETE FROM statuses WHERE pipeline = ? AND id = ?", (found.pipeline, found.id))
    call.account.structure_changed()
    first = call.account.pipelines.by_id[found.pipeline].first
    sql = "UPDATE leads SET data = json_set(data, '$.status_id', ?) WHERE json_extract(data, '$.status_id') = ?"
    storage.run(sql, (first.id, found.id))
