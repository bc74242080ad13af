"""The work of a scenario: a plan of dentsync, written as the fields that any client would send."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import data
from benchmarks.measure import Command, dentsync, once
from dentsync.sandbox.bitrix24 import portal as portals
from dentsync.sandbox.server import PORTAL

FIELDS = {
    "last_name": "lastName",
    "first_name": "name",
    "patronymic": "secondName",
    "title": "title",
    "patient_status": "UF_CRM_PATIENT_STATUS",
    "next_visit_at": "UF_CRM_NEXT_VISIT",
    "start_at": "UF_CRM_VISIT_AT",
    "specialty": "UF_CRM_SPECIALTY",
    "operator": "UF_CRM_OPERATOR",
}

Work = Mapping[str, list[dict[str, Any]]]


def planned(config: Path, webhook: str) -> Path:
    """The plan for what lies in the inbox, saved beside the configuration for `dentsync push`."""
    plan = config.with_name("plan.json")
    argv = dentsync("diff", "-c", str(config), "--now", data.NOW, "--out", str(plan))
    once(Command(argv, webhook=webhook))
    return plan


def work_of(plan: Path) -> Work:
    """What a client has to do: updates of known items, or contacts and deals to create."""
    operations = json.loads(plan.read_text("utf-8"))["operations"]
    if all(one["action"] == "update" for one in operations):
        return {"updates": [{"kind": one["kind"], "id": one["crm_id"], "fields": _fields(one)} for one in operations]}
    assert all(one["action"] == "create" for one in operations)
    return {f"{kind}s": [_creation(one) for one in operations if one["kind"] == kind] for kind in ("contact", "deal")}


def _creation(operation: dict[str, Any]) -> dict[str, Any]:
    fields = _fields(operation) | {"originatorId": "dentsync", "originId": operation["key"]}
    if operation["kind"] == "contact":
        return {"key": operation["key"], "fields": fields}
    return {"key": operation["key"], "contact": operation["contact"], "fields": fields | _place(operation)}


def _fields(operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for change in operation["changes"]:
        if change["field"] == "phones":
            found["fm"] = _phones(change["new"])
        else:
            found[FIELDS[change["field"]]] = "" if change["new"] is None else change["new"]
    return found


def _phones(numbers: Iterable[str]) -> dict[str, Any]:
    return {f"n{at}": {"typeId": "PHONE", "valueType": "MOBILE", "value": number} for at, number in enumerate(numbers)}


def _place(operation: dict[str, Any]) -> dict[str, Any]:
    pipeline = next(one for one in portals.load(PORTAL).pipelines if one.name == operation["pipeline"])
    stage = next(one for one in pipeline.stages if one.name == operation["stage"]["name"])
    return {"categoryId": pipeline.id, "stageId": f"C{pipeline.id}:{stage.code}"}
