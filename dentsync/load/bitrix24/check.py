"""Resolve what the configuration names, and say what the portal lacks: two requests.

Sources: crm-item-fields.md, crm-category-list.md, crm-status-list.md of bitrix24/b24restdocs.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from dentsync.lang import _
from dentsync.load.bitrix24.directory import (
    ENTITY,
    MULTIFIELD,
    Directory,
    FieldInfo,
    find_field,
    mapping_of,
)
from dentsync.load.bitrix24.portal import Portal, result_of, strange_answer
from dentsync.load.bitrix24.wire import Command, Done, Rejected
from dentsync.load.named_fields import FieldPlace, problems_of_field
from dentsync.load.places import Ends, Pipeline, Stage, problems_of_route
from dentsync.load.target import Checked, Clock, TargetSettings

NOT_WRITABLE = frozenset({"file", "employee", "user", "crm", "iblock_element", "iblock_section", "crm_multifield"})
"""Types of fields whose values are not text, numbers, dates or labels."""

_SEMANTICS: Mapping[str, Ends] = {"S": "won", "F": "lost"}


def check_portal(portal: Portal, settings: TargetSettings, clock: Clock, name: str) -> tuple[Directory, Checked]:
    """Ask the portal for its names and rights. Raises TargetError."""
    first = portal.ask(
        {
            "profile": Command("profile", {}),
            "scope": Command("scope", {}),
            "contact": _fields_command("contact"),
            "deal": _fields_command("deal"),
            "pipelines": Command("crm.category.list", {"entityTypeId": ENTITY["deal"]}),
        }
    )
    problems = list(_problems_of_rights(first))
    checked_at = datetime.fromtimestamp(clock.time(), UTC).isoformat(timespec="seconds")
    directory = Directory(portal=name, host=portal.host, checked_at=checked_at)
    if not _lacks_crm(first["scope"]):
        resolved, more = _resolved(portal, settings, first)
        directory = msgspec.structs.replace(resolved, portal=name, host=portal.host, checked_at=checked_at)
        problems += more
    return directory, Checked(msgspec.to_builtins(directory), tuple(dict.fromkeys(problems)))


def _fields_command(kind: str) -> Command:
    entity = ENTITY["contact"] if kind == "contact" else ENTITY["deal"]
    return Command("crm.item.fields", {"entityTypeId": entity, "useOriginalUfNames": "Y"})


# ── rights ────────────────────────────────────────────────────────────────────────────────────


def _lacks_crm(scope: Done | Rejected) -> bool:
    return isinstance(scope, Done) and isinstance(scope.result, list) and "crm" not in scope.result


def _problems_of_rights(first: Mapping[str, Done | Rejected]) -> Iterator[str]:
    if _lacks_crm(first["scope"]):
        yield _("the webhook has no access to the CRM; open it in Bitrix24 and tick the CRM (crm) scope")
    profile = first["profile"]
    owner = profile.result if isinstance(profile, Done) and isinstance(profile.result, Mapping) else {}
    if "ADMIN" in owner and owner["ADMIN"] not in (True, 1, "1", "Y", "true"):
        yield _(
            "the webhook's owner is not an administrator of the portal: contacts and deals hidden from them would be "
            "created a second time; make the webhook as an administrator"
        )


# ── names ─────────────────────────────────────────────────────────────────────────────────────


def _resolved(
    portal: Portal, settings: TargetSettings, first: Mapping[str, Done | Rejected]
) -> tuple[Directory, list[str]]:
    problems: list[str] = []
    fields: dict[str, dict[str, FieldInfo]] = {}
    status_types: dict[str, str] = {}
    for kind in ENTITY:
        known = _fields_of(result_of(first[kind], "crm.item.fields"))
        fields[kind] = {}
        for ours, name in mapping_of(settings, kind).items():
            if name == MULTIFIELD:
                continue
            info = find_field(known, name)
            place = FieldPlace(kind, ours, name, "Bitrix24")
            problems += problems_of_field(place, info, NOT_WRITABLE, _titles_of(known))
            if info is not None:
                fields[kind][name] = info
                status_types[info.wire] = str(known[info.wire].get("statusType") or "")
    pipelines, words = _statuses(
        portal, result_of(first["pipelines"], "crm.category.list"), {one for one in status_types.values() if one}
    )
    for table in fields.values():
        for name, info in table.items():
            if info.type == "crm_status":
                table[name] = msgspec.structs.replace(info, items=words.get(status_types[info.wire], ()))
    problems += [line for route in settings.routes for line in problems_of_route(route, pipelines, "Bitrix24")]
    return Directory(pipelines=pipelines, fields=fields), problems


def _fields_of(result: object) -> dict[str, Mapping[str, Any]]:
    fields = result.get("fields") if isinstance(result, Mapping) else None
    if not isinstance(fields, Mapping):
        raise strange_answer("crm.item.fields")
    return {str(name): field for name, field in fields.items() if isinstance(field, Mapping)}


def _titles_of(known: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {wire: str(field.get("title") or wire) for wire, field in known.items()}


# ── pipelines and stages ──────────────────────────────────────────────────────────────────────

Words = dict[str, tuple[tuple[str, str], ...]]


def _statuses(portal: Portal, categories: object, dictionaries: set[str]) -> tuple[tuple[Pipeline, ...], Words]:
    """Stages of every pipeline, and the words of the dictionaries the fields use."""
    listed = categories.get("categories") if isinstance(categories, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) and "id" in one for one in listed):
        raise strange_answer("crm.category.list")
    named = {int(one["id"]): str(one.get("name")) for one in listed}
    commands = {f"stages{number}": _status_command(_stage_entity(number)) for number in named}
    commands |= {f"words{entity}": _status_command(entity) for entity in dictionaries}
    rows = _all_rows(portal, commands)
    pipelines = tuple(
        Pipeline(number, name, tuple(_stage(row) for row in rows[f"stages{number}"])) for number, name in named.items()
    )
    words = {
        entity: tuple((str(row["STATUS_ID"]), str(row.get("NAME"))) for row in rows[f"words{entity}"])
        for entity in dictionaries
    }
    return pipelines, words


def _stage_entity(pipeline_id: int) -> str:
    return f"DEAL_STAGE_{pipeline_id}" if pipeline_id else "DEAL_STAGE"


def _status_command(entity: str, start: int | None = None) -> Command:
    paging = {} if start is None else {"start": start}
    return Command("crm.status.list", {"filter": {"ENTITY_ID": entity}, "order": {"SORT": "ASC"}, **paging})


def _all_rows(portal: Portal, commands: Mapping[str, Command]) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of lists, further pages included."""
    rows: dict[str, list[Mapping[str, Any]]] = {key: [] for key in commands}
    left = dict(commands)
    while left:
        answers = portal.ask(left)
        for key in left:
            result = result_of(answers[key], "crm.status.list")
            if not isinstance(result, list) or not all(isinstance(r, Mapping) and "STATUS_ID" in r for r in result):
                raise strange_answer("crm.status.list")
            rows[key] += result
        left = {
            key: _status_command(command.params["filter"]["ENTITY_ID"], following)
            for key, command in left.items()
            if (following := _next(answers[key])) is not None and following > command.params.get("start", 0)
        }
    return rows


def _next(answer: Done | Rejected) -> int | None:
    return answer.next if isinstance(answer, Done) else None


def _stage(row: Mapping[str, Any]) -> Stage:
    return Stage(str(row["STATUS_ID"]), str(row.get("NAME")), _SEMANTICS.get(str(row.get("SEMANTICS") or "")))
