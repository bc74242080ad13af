"""Tasks of deals: universal activities («дела»), which have a title, a description, a deadline and an end.

Sources: crm-activity-todo-add.md, crm-activity-todo-update.md, crm-activity-list.md and crm-activity-fields.md of
bitrix24/b24restdocs. There are no types: the type is the title. No method of the family completes one: that is a field
of ``crm.activity.update``, whose development has ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dentsync.load.bitrix24.directory import ENTITY
from dentsync.load.bitrix24.portal import Portal, result_of, strange_answer
from dentsync.load.bitrix24.wire import Command
from dentsync.load.places import Unwritable
from dentsync.load.target import GONE, Needs
from dentsync.load.tasks import deadline_of, due_at, mark_of, marks_in, without_marks
from dentsync.model import Operation, Plain, Present

TODO_ADD, TODO_UPDATE, COMPLETE = "crm.activity.todo.add", "crm.activity.todo.update", "crm.activity.update"
LIST, PROVIDER = "crm.activity.list", "CRM_TODO"
PAGE = 50

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskWords:
    """Our words for tasks, and the portal's. ``seen``: tasks as last read, by id: a change repeats the deadline."""

    originator: str
    zone: ZoneInfo
    seen: dict[int, Row] = field(default_factory=dict, repr=False)

    # ── out ──

    def command(self, operation: Operation, deal: int | None) -> Command | None:
        """The one command of an operation, None where it changes nothing; a completion leaves everything else.

        Raises Unwritable.
        """
        fields = self._fields(operation)
        if operation.action == "create":
            # A task without a text would have no mark.
            marked = {"description": mark_of(self.originator, operation.key)} | fields
            return Command(TODO_ADD, {"ownerTypeId": ENTITY["deal"], "ownerId": deal, **marked})
        if completes(operation):
            return Command(COMPLETE, {"id": operation.crm_id, "fields": {"COMPLETED": "Y"}})
        if not fields:  # a task that is done is not opened
            return None
        row = self.seen.get(operation.crm_id or 0)
        if row is None:
            raise Unwritable(GONE)
        owner = {"ownerTypeId": int(row["OWNER_TYPE_ID"]), "ownerId": int(row["OWNER_ID"])}
        return Command(TODO_UPDATE, {"id": operation.crm_id, **owner, "deadline": row["DEADLINE"], **fields})

    def _fields(self, operation: Operation) -> dict[str, str]:
        found: dict[str, str] = {}
        for change in operation.changes:
            match change.field:
                case "type":
                    found["title"] = str(change.new)
                case "deadline":
                    found["deadline"] = due_at(str(change.new), self.zone, self.zone).isoformat()
                case "text":
                    found["description"] = f"{change.new or ''} {mark_of(self.originator, operation.key)}".strip()
        return found

    # ── back ──

    def present(self, row: Row, keys: Mapping[str, str]) -> Present:
        """A task of a list; ``keys``: those that are looked for, by mark."""
        text = str(row.get("DESCRIPTION") or "")
        fields: dict[str, Plain] = {
            "type": str(row.get("SUBJECT") or "") or None,
            "deadline": self._deadline(str(row["DEADLINE"])) if row.get("DEADLINE") else None,
            "text": without_marks(text) or None,
            "done": row.get("COMPLETED") == "Y",
        }
        key = next((keys[mark] for mark in marks_in(text) if mark in keys), None)
        return Present("task", int(row["ID"]), key, fields)

    def as_read(self, fields: Mapping[str, Plain]) -> dict[str, Plain]:
        """Values of ours as they would be read back."""
        shown = dict(fields)
        if deadline := fields.get("deadline"):
            shown["deadline"] = self._deadline(due_at(str(deadline), self.zone, self.zone).isoformat())
        if "text" in fields:
            shown["text"] = without_marks(str(fields["text"] or "")) or None
        return shown

    def _deadline(self, text: str) -> str:
        return deadline_of(datetime.fromisoformat(text), self.zone, self.zone)


def completes(operation: Operation) -> bool:
    """Whether a task is to be done."""
    return any(change.field == "done" and change.new is True for change in operation.changes)


def read_tasks(portal: Portal, words: TaskWords, needs: Needs) -> dict[int, Present]:
    """Tasks by their ids, and all of some deals. Raises TargetError."""
    keys = {mark_of(words.originator, key): key for key, _deal in needs.tasks_of}
    deals = {deal for _key, deal in needs.tasks_of}
    filters: list[dict[str, object]] = [{"@ID": page} for page in _pages(needs.task_ids)]
    filters += [{"OWNER_TYPE_ID": ENTITY["deal"], "@OWNER_ID": page} for page in _pages(deals)]
    found: dict[int, Present] = {}
    for row in _rows(portal, filters):
        of_deal = str(row.get("OWNER_TYPE_ID")) == str(ENTITY["deal"]) and int(row["OWNER_ID"]) in deals
        if int(row["ID"]) in needs.task_ids or of_deal:  # a filter that is not known gives everything
            words.seen[int(row["ID"])] = row
            found[int(row["ID"])] = words.present(row, keys)
    return found


def _rows(portal: Portal, filters: Sequence[Mapping[str, object]]) -> Iterable[Row]:
    commands = {f"a{index}": _list(where, 0) for index, where in enumerate(filters)}
    answers = portal.ask(commands) if commands else {}
    for index, where in enumerate(filters):
        page = _checked(result_of(answers[f"a{index}"], LIST))
        yield from page
        while len(page) >= PAGE:
            last = int(page[-1]["ID"])
            page = _checked(result_of(portal.ask({"a0": _list(where, last)})["a0"], LIST))
            if page and int(page[0]["ID"]) <= last:
                raise strange_answer(LIST)
            yield from page


def _list(where: Mapping[str, object], after: int) -> Command:
    columns = ["ID", "OWNER_ID", "OWNER_TYPE_ID", "SUBJECT", "DESCRIPTION", "DEADLINE", "COMPLETED"]
    sought = {**where, "PROVIDER_ID": PROVIDER, ">ID": after}
    return Command(LIST, {"select": columns, "filter": sought, "order": {"ID": "ASC"}, "start": -1})


def _checked(result: object) -> list[Row]:
    if not isinstance(result, list) or not all(isinstance(row, Mapping) and "ID" in row for row in result):
        raise strange_answer(LIST)
    return result


def _pages(numbers: Iterable[int]) -> list[list[int]]:
    ordered = sorted(numbers)
    return [ordered[start : start + PAGE] for start in range(0, len(ordered), PAGE)]
