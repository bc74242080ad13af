"""What the words of an act mean: names of entities, statuses, fields and users instead of ids."""

from typing import Any

from dentsync.sandbox.amocrm.call import Call
from dentsync.sandbox.amocrm.check import Checked
from dentsync.sandbox.amocrm.fields import Field
from dentsync.sandbox.amocrm.pipelines import Pipeline, Status
from dentsync.sandbox.amocrm.storage import Json
from dentsync.sandbox.amocrm.values import Reader, Values

KINDS = {"contact": "contacts", "lead": "leads", "company": "companies"}


def entity(call: Call, sent: Json, *allowed: str) -> tuple[str, Json]:
    """The kind and the document of what an act names by id or by name. Raises ValueError."""
    word = next((word for word in allowed or KINDS if word in sent), "")
    if not word:
        raise ValueError(f"the act needs one of: {', '.join(allowed or KINDS)}")
    kind, wanted = KINDS[word], sent[word]
    if isinstance(wanted, str):
        sql = f"SELECT id FROM {kind} WHERE json_extract(data, '$.name') = ? ORDER BY id DESC"  # noqa: S608
        wanted = call.account.storage.value(sql, (wanted,))
    item = call.account.storage.item(kind, wanted) if wanted is not None else None
    if item is None:
        raise ValueError(f"no such {word}")
    return kind, item


def pipeline(call: Call, sent: Json, item: Json | None = None) -> Pipeline:
    """The pipeline by its name; else that of the lead, else the main one. Raises ValueError."""
    pipelines, name = call.account.pipelines, sent.get("pipeline")
    if name is None:
        return pipelines.by_id[item["pipeline_id"]] if item else pipelines.main
    found = [one for one in pipelines.by_id.values() if one.name == name]
    if not found:
        raise ValueError("no such pipeline")
    return found[0]


def status(call: Call, sent: Json, item: Json | None = None) -> Status:
    """The status by its name; else the first one. Raises ValueError."""
    where, name = pipeline(call, sent, item), sent.get("status")
    found = [one for one in where.statuses if name in (one.name, one.id)]
    if name is not None and not found:
        raise ValueError("no such status in the pipeline")
    return found[0] if found else where.first


def field(call: Call, kind: str, name: str) -> Field:
    """The custom field by its name or its code. Raises ValueError."""
    found = [one for one in call.account.fields(kind).by_id.values() if name in (one.name, one.code)]
    if not found:
        raise ValueError(f"no such field {name!r}")
    return found[0]


def user(call: Call, name: str) -> int:
    """The id of a user by name. Raises ValueError."""
    number = call.account.storage.value("SELECT id FROM users WHERE name = ?", (name,))
    if number is None:
        raise ValueError("no such user")
    return int(number)


def values(call: Call, field: Field, value: Any) -> Values | None:
    """The values of a field as they are kept; None clears. Raises ValueError."""
    if value is None:
        return None
    items = [{"value": item} for item in (value if isinstance(value, list) else [value])]
    wrong: list[str] = []
    reader = Reader(field, call.account.zone, call.account.settings)
    kept = reader.read(items, lambda _code, _path, detail: wrong.append(detail))
    if wrong or not isinstance(kept, list):
        raise ValueError(f"{field.name}: {' '.join(wrong) or 'no value'}")
    return kept


def checked(call: Call, kind: str, fields: Json) -> Checked:
    """What an act writes into an entity: its own keys, and custom fields by name. Raises ValueError."""
    plain: Json = {key: fields[key] for key in ("name", "first_name", "last_name", "price") if key in fields}
    closed = [name for name in fields if name not in plain and field(call, kind, name).api_only]
    if closed:
        raise ValueError(f"{closed[0]}: only the API can write it")
    custom = {field(call, kind, name): value for name, value in fields.items() if name not in plain}
    return Checked("0", plain=plain, fields={one.id: values(call, one, value) for one, value in custom.items()})
