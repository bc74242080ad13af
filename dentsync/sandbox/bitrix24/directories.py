"""Pipelines, stages and dictionaries (crm/universal/category/, crm/status/, crm-stage-history-list.md)."""

from typing import Any

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import filters
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, Json, required
from dentsync.sandbox.bitrix24.call import PAGE, Call

EXTRA = {"P": "process", "S": "success", "F": "failure"}
NEW_STAGES = (
    ("NEW", "Новая", "#7c9cbf", "P", 1),
    ("PREPARATION", "Подготовка документов", "#6fb0c4", "P", 0),
    ("EXECUTING", "В работе", "#d9a441", "P", 0),
    ("WON", "Сделка успешна", "#5fa777", "S", 1),
    ("LOSE", "Сделка провалена", "#c9786d", "F", 1),
)
"""Stages that a new pipeline is born with."""


def categories(call: Call) -> Answer:
    """crm.category.list: the default pipeline of deals has id 0."""
    if php.as_int(required(call.params, "entityTypeId")) == 1:
        raise ApiError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type 1 is not supported")
    if call.kind() != "deal":
        return Answer({"categories": []}, 0)
    found = call.world.storage.rows("SELECT id, name, sort FROM categories ORDER BY sort, id")
    return Answer({"categories": [_category(*row) for row in found]}, len(found))


def add_category(call: Call) -> Answer:
    """crm.category.add: a pipeline of deals with the usual first stages."""
    _check_admin(call)
    call.kind()
    fields = php.as_map(required(call.params, "fields"))
    name = php.as_text(fields.get("name")).strip()
    if not name:
        raise ApiError("CRM_FIELD_ERROR_REQUIRED", 'Поле "Название" обязательно')
    storage = call.world.storage
    number = storage.run(
        "INSERT INTO categories (name, sort) VALUES (?, ?)", (name, php.as_int(fields.get("sort", 500)))
    )
    for position, (code, title, color, semantics, system) in enumerate(NEW_STAGES, 1):
        _insert(
            call, f"DEAL_STAGE_{number}", f"C{number}:{code}", title, position * 10, color, semantics, number, system
        )
    call.world.structure_changed()
    return Answer(
        {"category": _category(*(storage.row("SELECT id, name, sort FROM categories WHERE id = ?", (number,)) or ()))}
    )


def _category(number: int, name: str, sort: int) -> Json:
    origin = {"originId": "", "originatorId": ""} if number else {}
    return {
        "id": number,
        "name": name,
        "sort": sort,
        "entityTypeId": 2,
        "isDefault": "N" if number else "Y",
        **origin,
    }


STATUS_COLUMNS = {
    "ID": "id", "ENTITY_ID": "entity", "STATUS_ID": "code", "NAME": "name", "SORT": "sort", "CATEGORY_ID": "category",
    "SEMANTICS": "semantics",
}  # fmt: skip


def statuses(call: Call) -> Answer:
    """crm.status.list: rows of strings; ``select`` is ignored."""
    wanted, parameters = ["1"], []
    for key, value in php.as_map(call.params.get("filter")).items():
        column = STATUS_COLUMNS.get(key.lstrip("="))
        if column is None:
            raise ApiError("Invalid parameters.", "Invalid parameters.")
        choices = [php.as_text(item) for item in php.as_list(value) or [value]]
        wanted.append(f"CAST({column} AS TEXT) IN ({','.join('?' * len(choices))})")
        parameters += choices
    rows = call.world.storage.rows(
        "SELECT id, entity, code, name, sort, color, semantics, category, system FROM statuses "  # noqa: S608
        f"WHERE {' AND '.join(wanted)} ORDER BY {_status_order(call)}",
        parameters,
    )
    return Answer([_status(*row) for row in rows], len(rows))


def _status_order(call: Call) -> str:
    asked = php.as_map(call.params.get("order"))
    parts = [
        f"{STATUS_COLUMNS[key]} {'DESC' if php.as_text(word).upper() == 'DESC' else 'ASC'}"
        for key, word in asked.items()
        if key in STATUS_COLUMNS
    ]
    return ", ".join([*parts, "entity", "sort", "id"])


def _status(
    number: int, entity: str, code: str, name: str, sort: int, color: str, semantics: str, category: Any, system: int
) -> Json:
    row: Json = {
        "ID": str(number),
        "ENTITY_ID": entity,
        "STATUS_ID": code,
        "NAME": name,
        "NAME_INIT": "",
        "SORT": str(sort),
        "SYSTEM": "Y" if system else "N",
        "CATEGORY_ID": None if category is None else str(category),
        "COLOR": color or None,
        "SEMANTICS": semantics if semantics in ("S", "F") else None,
    }
    if category is not None:
        apology = semantics == "F" and not code.endswith("LOSE")
        row["EXTRA"] = {"SEMANTICS": "apology" if apology else EXTRA[semantics], "COLOR": color}
    return row


def add_status(call: Call) -> Answer:
    """crm.status.add: the prefix of the pipeline is added to STATUS_ID; the answer is the new id."""
    _check_admin(call)
    fields = php.as_map(required(call.params, "fields"))
    entity, code, name = (php.as_text(fields.get(key)).strip() for key in ("ENTITY_ID", "STATUS_ID", "NAME"))
    if not (entity and code and name):
        raise ApiError("", "The field 'ENTITY_ID', 'STATUS_ID' or 'NAME' is required.")
    category = _category_of(call, entity)
    if category and not code.startswith(f"C{category}:"):
        code = f"C{category}:{code}"
    if call.world.storage.row("SELECT 1 FROM statuses WHERE entity = ? AND code = ?", (entity, code)):
        raise ApiError("ERROR_CORE", "Status with this ID already exists.")
    semantics = php.as_text(fields.get("SEMANTICS")).upper() or ("P" if category is not None else "")
    sort = php.as_int(fields.get("SORT", 500))
    number = _insert(call, entity, code, name, sort, php.as_text(fields.get("COLOR")), semantics, category, 0)
    call.world.structure_changed()
    return Answer(number)


def update_status(call: Call) -> Answer:
    """crm.status.update: name, order and colour."""
    _check_admin(call)
    number = _known_status(call)
    for key in ("NAME", "SORT", "COLOR"):
        fields = php.as_map(required(call.params, "fields"))
        if key in fields:
            value = php.as_int(fields[key]) if key == "SORT" else php.as_text(fields[key])
            call.world.storage.run(f"UPDATE statuses SET {key.lower()} = ? WHERE id = ?", (value, number))  # noqa: S608
    call.world.structure_changed()
    return Answer(True)


def delete_status(call: Call) -> Answer:
    """crm.status.delete: the stages every pipeline is born with stay."""
    _check_admin(call)
    number = _known_status(call)
    if call.world.storage.value("SELECT system FROM statuses WHERE id = ?", (number,)):
        raise ApiError("ERROR_CORE", "A system status cannot be deleted.")
    call.world.storage.run("DELETE FROM statuses WHERE id = ?", (number,))
    call.world.structure_changed()
    return Answer(True)


def history(call: Call) -> Answer:
    """crm.stagehistory.list: only records of the item's present pipeline; an unknown cursor key is ignored."""
    if php.as_int(call.params.get("entityTypeId")) != 2:
        raise ApiError(0, "Entity type is not supported")
    wanted, parameters = ["h.category = json_extract(d.data, '$.categoryId')"], list[Any]()
    for key, value in php.as_map(call.params.get("filter")).items():
        clause = _history_condition(key, value)
        if clause:
            wanted.append(clause.sql)
            parameters += clause.parameters
    source = f"FROM stage_history h JOIN deals d ON d.id = h.deal WHERE {' AND '.join(wanted)}"
    start = call.start()
    rows = call.world.storage.rows(
        f"SELECT h.id, h.type, h.deal, h.created, h.category, h.semantics, h.stage {source} "
        f"ORDER BY h.id {_history_direction(call)} LIMIT ? OFFSET ?",
        (*parameters, PAGE, max(start, 0)),
    )
    items = [_history_row(call, row) for row in rows]
    if start < 0:
        return Answer({"items": items}, 0)
    total = call.world.storage.value(f"SELECT count(*) {source}", parameters)
    return Answer({"items": items}, total, start + PAGE if start + PAGE < total else None)


_HISTORY = {
    "ID": "h.id", "TYPE_ID": "h.type", "OWNER_ID": "h.deal", "CREATED_TIME": "h.created", "CATEGORY_ID": "h.category",
    "STAGE_SEMANTIC_ID": "h.semantics", "STAGE_ID": "h.stage",
}  # fmt: skip


def _history_condition(key: str, value: Any) -> filters.Clause | None:
    prefix = next((sign for sign in (">=", "<=", "!=", ">", "<", "=", "@", "!") if key.startswith(sign)), "")
    column = _HISTORY.get(key.removeprefix(prefix))
    if column is None:
        return None
    choices = php.as_list(value)
    numeric = column in ("h.id", "h.type", "h.deal", "h.category")
    if choices is not None or prefix == "@":
        kept = [php.as_int(item) if numeric else php.as_text(item) for item in choices or [value]]
        return filters.Clause(f"{column} IN ({','.join('?' * len(kept))})", tuple(kept))
    sign = {"": "=", "!": "<>", "!=": "<>"}.get(prefix, prefix)
    return filters.Clause(f"{column} {sign} ?", (php.as_int(value) if numeric else php.as_text(value),))


def _history_direction(call: Call) -> str:
    return "DESC" if php.as_text(php.as_map(call.params.get("order")).get("ID")).upper() == "DESC" else "ASC"


def _history_row(call: Call, row: tuple[Any, ...]) -> Json:
    texts = call.world.settings.stagehistory_ids == "string"
    found = dict(zip(_HISTORY, row, strict=True))
    if texts:
        found |= {key: str(found[key]) for key in ("ID", "TYPE_ID", "OWNER_ID", "CATEGORY_ID")}
    return found


def _known_status(call: Call) -> int:
    number = php.as_int(required(call.params, "id"))
    if call.world.storage.row("SELECT 1 FROM statuses WHERE id = ?", (number,)) is None:
        raise ApiError("", "Not found.")
    return number


def _category_of(call: Call, entity: str) -> int | None:
    if entity == "DEAL_STAGE":
        return 0
    number = entity.removeprefix("DEAL_STAGE_")
    if number == entity or not number.isdigit():
        return None
    known = call.world.storage.row("SELECT 1 FROM categories WHERE id = ?", (int(number),))
    if known is None:
        raise ApiError("ERROR_CORE", "Unknown ENTITY_ID.")
    return int(number)


def _insert(
    call: Call,
    entity: str,
    code: str,
    name: str,
    sort: int,
    color: str,
    semantics: str,
    category: int | None,
    system: int,
) -> int:
    return call.world.storage.run(
        "INSERT INTO statuses (entity, code, name, sort, color, semantics, category, system) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (entity, code, name, sort, color, semantics, category, system),
    )


def _check_admin(call: Call) -> None:
    if not call.webhook.admin:
        raise ApiError("ACCESS_DENIED", "Access denied.")
