"""Tasks of deals: their types by name, our mark in the text, deadlines in the account's zone (crm_platform/tasks-api).

amoCRM keeps no key of ours on a task and finds none by its text. So a text ends with a mark, and a task whose creation
was never answered is looked for among all tasks of its deal, open and done.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, cast

from dentsync.lang import _
from dentsync.load.amocrm.directory import TaskType
from dentsync.load.amocrm.values import Zones
from dentsync.load.amocrm.wire import PAGE, Request, Row, get
from dentsync.load.places import Unwritable, fold
from dentsync.load.target import Needs
from dentsync.load.values import moment_of
from dentsync.model import Operation, Plain, Present

LEADS = "leads"
MARK = re.compile(r"\s*\[ds:[a-z2-7]{6}\]")
IDS = 50
"""Ids of one request."""

DAY_ENDS = time(23, 59)
"""When a task is due that has a day and no hour: so amoCRM's own are."""

CLOSED = "Закрыто в МИС"
"""The result of a task that we complete: people of the clinic read it."""


@dataclass(frozen=True, slots=True)
class TaskWords:
    """Our words for tasks, and the account's. ``originator``: whose marks are ours, beside those of another clinic."""

    originator: str
    types: tuple[TaskType, ...]
    zones: Zones

    def mark(self, key: str) -> str:
        """What stands at the end of the text: short, the same for ever, and saying nothing of whom the key names."""
        digest = hashlib.blake2b(f"{self.originator}:{key}".encode(), digest_size=5).digest()
        return f"[ds:{base64.b32encode(digest).decode().lower()[:6]}]"

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
        at = moment_of(value, self.zones.clinic)
        if at.time() == time():
            at = datetime.combine(at.date(), DAY_ENDS, self.zones.account)
        return int(at.timestamp())

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
        key = next((keys[mark.strip()] for mark in MARK.findall(text) if mark.strip() in keys), None)
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
        """In the clinic's time; a task that is due at the end of a day is due on that day."""
        at = datetime.fromtimestamp(seconds, self.zones.account)
        if (at.hour, at.minute) == (DAY_ENDS.hour, DAY_ENDS.minute):
            return datetime.combine(at.date(), time(), self.zones.clinic).isoformat()
        return at.astimezone(self.zones.clinic).isoformat()

    def _text(self, text: str) -> str | None:
        """Without a mark; a text that only repeats the type stands for none."""
        bare = MARK.sub("", text).strip()
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
