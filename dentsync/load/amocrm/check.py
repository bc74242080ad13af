"""Resolve what the configuration names, and say what the account lacks: six requests side by side."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from dentsync.lang import _
from dentsync.load.amocrm.account import Account
from dentsync.load.amocrm.answers import Rejected
from dentsync.load.amocrm.directory import (
    BUILT_IN,
    LOST,
    UNSORTED,
    WON,
    Directory,
    FieldInfo,
    TaskType,
    fields_named,
    mapping_of,
    stages_of,
)
from dentsync.load.amocrm.wire import ENTITY, PAGE, Request, Row, get, has_next, rows_of, strange_answer
from dentsync.load.named_fields import FieldPlace, problems_of_field
from dentsync.load.places import Ends, Pipeline, Stage, fold, problems_of_route, quoted
from dentsync.load.target import Checked, TargetSettings
from dentsync.model import Kind, Route

CRM = "amoCRM"
NOT_WRITABLE = frozenset(
    {"smart_address", "legal_entity", "linked_entity", "chained_list", "file", "items", "payer", "supplier"}
)
"""Types of fields whose values are not text, numbers, dates or labels."""

WITH = "datetime_settings,is_api_filter_enabled,task_types"
USERS = get("users", ("limit", 1))


def check_account(account: Account, settings: TargetSettings) -> tuple[Directory, Checked]:
    """Ask the account for its names and rights. Raises TargetError."""
    requests = [get("account", ("with", WITH)), get("leads/pipelines"), get("leads/loss_reasons", ("limit", PAGE))]
    about, pipelines, reasons = account.bodies(requests)
    if not isinstance(about, Mapping):
        raise strange_answer("account")
    known = all_fields(account)
    names = {int(row["id"]): str(row.get("name", "")) for row in rows_of(reasons, "loss_reasons")}
    directory = Directory(
        account=account.base,
        checked_at=account.clock.time(),
        timezone=_timezone(about),
        last_name_first=about.get("contact_name_display_order") == 2,
        filters=about.get("is_api_filter_enabled") is True,
        pipelines=tuple(_pipeline(row, names) for row in rows_of(pipelines, "pipelines") if not row.get("is_archive")),
        task_types=tuple(TaskType(int(row["id"]), str(row.get("name"))) for row in rows_of(about, "task_types")),
    )
    problems = [*_problems_of_rights(account)]
    for kind, rows in known.items():
        found, more = _resolved(kind, rows, settings)
        directory.fields[kind] = found
        problems += more
        problems += _problems_of_key(kind, rows, settings, directory.keys)
    for route in settings.routes:
        problems += problems_of_route(route, directory.pipelines, CRM)
        problems += _problems_of_task(route, directory.task_types)
    return directory, Checked(msgspec.to_builtins(directory), tuple(dict.fromkeys(problems)))


def all_fields(account: Account) -> dict[Kind, list[Row]]:
    """The definitions of the custom fields of each kind. Raises TargetError."""
    lists = [get(f"{ENTITY[kind]}/custom_fields", ("limit", PAGE)) for kind in BUILT_IN]
    return {
        kind: [*rows_of(body, "custom_fields"), *_further(account, request, body)]
        for kind, request, body in zip(BUILT_IN, lists, account.bodies(lists), strict=True)
    }


def _further(account: Account, request: Request, body: object) -> Iterator[Row]:
    """Pages behind the first one. A page that is empty or known already is the last, whatever its links say."""
    page, seen = 1, {int(row["id"]) for row in rows_of(body, "custom_fields")}
    while has_next(body):
        page += 1
        body = account.bodies([get(request.path, ("limit", PAGE), ("page", page))])[0]
        fresh = [row for row in rows_of(body, "custom_fields") if int(row["id"]) not in seen]
        if not fresh:
            return
        seen.update(int(row["id"]) for row in fresh)
        yield from fresh


def _timezone(about: Row) -> str:
    embedded = about.get("_embedded")
    table = embedded.get("datetime_settings") if isinstance(embedded, Mapping) else None
    return str(table["timezone"]) if isinstance(table, Mapping) and table.get("timezone") else "Europe/Moscow"


def _pipeline(row: Row, reasons: Mapping[int, str]) -> Pipeline:
    ends: dict[int, Ends] = {int(WON): "won", int(LOST): "lost"}
    stages = [
        Stage((UNSORTED if one.get("type") == 1 else "") + str(one["id"]), str(one.get("name")), ends.get(one["id"]))
        for one in rows_of(row, "statuses")
    ]
    return Pipeline(int(row["id"]), str(row.get("name")), stages_of(stages, reasons))


def _problems_of_task(route: Route, types: Sequence[TaskType]) -> Iterator[str]:
    if route.task is None:
        return
    found = [one for one in types if fold(one.name) == fold(route.task.type)]
    where = {"where": f"routes.{route.name}.task", "name": route.task.type}
    if not found:
        yield _("{where}: amoCRM has no type of tasks «{name}»; add it there, or name one of {names}").format(
            names=quoted(one.name for one in types), **where
        )
    elif len(found) > 1:
        yield _("{where}: amoCRM has {count} types of tasks «{name}»; rename one of them").format(
            count=len(found), **where
        )


def _problems_of_rights(account: Account) -> Iterator[str]:
    answer = account.ask([USERS])[0]
    if isinstance(answer, Rejected) and answer.status == 403:
        yield _(
            "the token's user is not an administrator of amoCRM: contacts and deals hidden from them would be created "
            "a second time; make the token as an administrator"
        )


def _resolved(kind: Kind, rows: list[Row], settings: TargetSettings) -> tuple[dict[str, FieldInfo], list[str]]:
    found: dict[str, FieldInfo] = {}
    problems: list[str] = []
    titles = {str(row.get("code") or row.get("name", "")): str(row.get("name", "")) for row in rows}
    for ours, name in mapping_of(settings, kind).items():
        fields = fields_named(rows, kind, name)
        if len(fields) > 1:
            problems.append(_several(f"crm.fields.{kind}.{ours}", name, fields))
        else:
            info = fields[0] if fields else None
            problems += problems_of_field(FieldPlace(kind, ours, name, CRM), info, NOT_WRITABLE, titles)
        if fields:
            found[name] = fields[0]
    return found, problems


def _several(where: str, name: str, fields: Sequence[FieldInfo]) -> str:
    numbers = ", ".join(str(one.id) for one in fields)
    return _("{where}: amoCRM has several fields {name!r}; write the number of one of them: {numbers}").format(
        where=where, name=name, numbers=numbers
    )


def key_fields(kind: Kind, rows: list[Row], settings: TargetSettings) -> list[FieldInfo]:
    """The field in which our key stands."""
    return fields_named(rows, kind, settings.access.get("key_field", "DENTSYNC_KEY"))


def _problems_of_key(kind: Kind, rows: list[Row], settings: TargetSettings, keys: dict[str, int]) -> Iterator[str]:
    name = settings.access.get("key_field", "DENTSYNC_KEY")
    found = key_fields(kind, rows, settings)
    if len(found) > 1:
        yield _several("crm.key_field", name, found)
    elif not found:
        yield _("crm.key_field: amoCRM has no field {name!r} in a {kind} for our key; make it: dentsync setup").format(
            name=name, kind=kind
        )
    elif found[0].type != "text":
        yield _("crm.key_field: the field {name!r} in a {kind} is of type {type!r}; our key needs a text").format(
            name=name, kind=kind, type=found[0].type
        )
    else:
        keys[kind] = found[0].id
