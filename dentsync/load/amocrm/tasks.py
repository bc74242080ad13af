"""Tasks of deals: their types by name, our mark in the text, deadlines in the account's zone (crm_platform/tasks-api).

amoCRM keeps no key of ours on a task and finds none by its text. So a text ends with a mark, and a task whose creation
was never answered is looked for among all tasks of its deal, open and done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from dentsync.lang import _
from dentsync.load.amocrm.directory import TaskType
from dentsync.load.amocrm.values import Zones
from dentsync.load.amocrm.wire import PAGE, Request, Row, get
from dentsync.load.places import Unwritable, fold
from dentsync.load.target import Needs
from dentsync.load.tasks import deadline_of, due_at, mark_of, marks_in, without_marks
from dentsync.model import Operation, Plain, Present

LEADS = "leads"
IDS = 50
"""Ids of one request."""

CLOSED = "Закрыто в МИС"
"""The result of a task that we complete: people of the clinic read it."""


@dataclass(frozen=True, slots=True)
class TaskWords:
    """Our words for tasks, and the account's. ``originator``: whose marks are ours, beside those of another clinic."""

    originator: str
    types: tuple[TaskType, ...]
    zones: Zones

    def mark(self, key: str) -> str:
        """What stands at the end of the text."""
        return mark_of(self.originator, key)

    # ── out ──

    def draft(self, operation: Operation, deal: int | None) -> dict[str, Any]:
        """What an operation sends; empty where it changes nothing. ``deal``: where a new task belongs.

        Raises Unwritable.
        """
        item: dict[str, Any] = {}
        for change in operation.changes:
            item |= self._native(operation, change.field, change.new)
        if operation.action == "create":
            text = self._native(operation, "text", None) if "text" not in item else {}
            return {**item, **text, "entity_id": deal, "entity_type": LEADS}
        return item

    def _native(self, operation: Operation, ours: str, value: Plain) -> dict[str, Any]:
        match ours:
            case "type":
                return {"task_type_id": self._type(str(value)).id}
            case "deadline":
                return {"complete_till": self._seconds(str(value))}
            case "text":  # amoCRM has no task without one
                return {"text": f"{value or operation.label} {self.mark(operation.key)}"}
            case "done" if value is True:
                return {"is_completed": True, "result": {"text": CLOSED}}
            case _:
                return {}

    def _type(self, name: str) -> TaskType:
        found = [one for one in self.types if fold(one.name) == fold(name)]
        if len(found) != 1:
            raise Unwritable(_("no one type of tasks «{name}» in amoCRM; run `dentsync check`").format(name=name))
        return found[0]

    def _seconds(self, value: str) -> int:
        return int(due_at(value, self.zones.clinic, self.zones.account).timestamp())

    # ── back ──

    def found(self, rows: Iterable[Row], needs: Needs) -> dict[int, Present]:
        """The tasks that were asked for: a filter that is not known gives everything."""
        keys = {self.mark(key): key for key, _deal in needs.tasks_of}
        deals = {deal for _key, deal in needs.tasks_of}
        return {
            int(row["id"]): self._present(row, keys)
            for row in rows
            if row["id"] in needs.task_ids or (row.get("entity_type") == LEADS and row.get("entity_id") in deals)
        }

    def _present(self, row: Row, keys: Mapping[str, str]) -> Present:
        text = str(row.get("text") or "")
        names = {one.id: one.name for one in self.types}
        fields: dict[str, Plain] = {
            "type": names.get(row.get("task_type_id", 0)),
            "deadline": self._moment(int(row["complete_till"])),
            "text": self._text(text),
            "done": row.get("is_completed") is True,
        }
        key = next((keys[mark] for mark in marks_in(text) if mark in keys), None)
        return Present("task", int(row["id"]), key, fields)

    def as_read(self, fields: Mapping[str, Plain]) -> dict[str, Plain]:
        """Values of ours as they would be read back."""
        shown = dict(fields)
        if deadline := fields.get("deadline"):
            shown["deadline"] = self._moment(self._seconds(str(deadline)))
        if "text" in fields:
            shown["text"] = self._text(str(fields["text"] or ""))
        if "type" in fields:
            names = {fold(one.name): one.name for one in self.types}
            shown["type"] = names.get(fold(str(fields["type"])), fields["type"])
        return shown

    def _moment(self, seconds: int) -> str:
        return deadline_of(datetime.fromtimestamp(seconds, UTC), self.zones.clinic, self.zones.account)

    def _text(self, text: str) -> str | None:
        """Without a mark; a text that only repeats the type stands for none."""
        bare = without_marks(text)
        return None if not bare or fold(bare) in {fold(one.name) for one in self.types} else bare


def questions(needs: Needs) -> list[Request]:
    """The requests that list tasks: by their ids, and all of some deals."""
    by_id = [[("filter[id][]", one) for one in page] for page in _pages(needs.task_ids)]
    deals = _pages({deal for _key, deal in needs.tasks_of})
    of_deals = [[("filter[entity_type]", LEADS), *(("filter[entity_id][]", one) for one in page)] for page in deals]
    pages = cast(list[list[tuple[str, object]]], [*by_id, *of_deals])
    return [get("tasks", *page, ("order[id]", "asc"), ("limit", PAGE)) for page in pages]


def _pages(numbers: Iterable[int]) -> list[list[int]]:
    ordered = sorted(numbers)
    return [ordered[start : start + IDS] for start in range(0, len(ordered), IDS)]
