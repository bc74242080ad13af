"""Every REST method the sandbox knows, in one table."""

from collections.abc import Callable
from dataclasses import dataclass

from dentsync.sandbox.bitrix24 import (
    about,
    activities,
    calendars,
    classic,
    directories,
    duplicates,
    imports,
    item_methods,
    lists,
    staff,
    timecontrol,
    userfields,
    worktime,
)
from dentsync.sandbox.bitrix24.answers import Answer
from dentsync.sandbox.bitrix24.call import Call

WRITE, READ, LOOK_UP = 0.1, 0.02, 0.01
"""Virtual seconds of CPU; ``Settings.costs`` overrides them per method."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it does, one of which scopes it needs, what it costs. ``per_item``: it pays by itself."""

    run: Callable[[Call], Answer]
    scopes: tuple[str, ...] = ("crm",)
    cost: float = READ
    per_item: bool = False


METHODS: dict[str, Method] = {
    "profile": Method(about.profile, ()),
    "scope": Method(about.scope, ()),
    "user.current": Method(staff.current, ("user", "user_basic", "user_brief")),
    "user.get": Method(staff.get, ("user", "user_basic", "user_brief")),
    "timeman.status": Method(timecontrol.status, ("timeman",)),
    "timeman.timecontrol.reports.get": Method(timecontrol.report, ("timeman",)),
    "timeman.timecontrol.reports.settings.get": Method(timecontrol.settings, ("timeman",)),
    "calendar.event.get": Method(calendars.events, ("calendar",)),
    "lists.element.get": Method(lists.elements, ("lists",)),
    "crm.item.add": Method(item_methods.add, cost=WRITE),
    "crm.item.get": Method(item_methods.get),
    "crm.item.list": Method(item_methods.list_),
    "crm.item.update": Method(item_methods.update, cost=WRITE),
    "crm.item.delete": Method(item_methods.delete, cost=WRITE),
    "crm.item.fields": Method(item_methods.fields),
    "crm.item.import": Method(imports.import_, cost=WRITE, per_item=True),
    "crm.item.batchImport": Method(imports.batch_import, cost=WRITE, per_item=True),
    "crm.category.list": Method(directories.categories),
    "crm.category.add": Method(directories.add_category, cost=WRITE),
    "crm.status.list": Method(directories.statuses),
    "crm.status.add": Method(directories.add_status, cost=WRITE),
    "crm.status.update": Method(directories.update_status, cost=WRITE),
    "crm.status.delete": Method(directories.delete_status, cost=WRITE),
    "crm.stagehistory.list": Method(directories.history),
    "crm.duplicate.findbycomm": Method(duplicates.find, cost=LOOK_UP),
    "crm.timeline.comment.add": Method(about.add_comment, cost=WRITE),
    "crm.activity.todo.add": Method(activities.add, cost=WRITE),
    "crm.activity.todo.update": Method(activities.update, cost=WRITE),
    "crm.activity.update": Method(activities.complete, cost=WRITE),
    "crm.activity.list": Method(activities.list_),
    "crm.contact.userfield.list": Method(userfields.list_contact),
    "crm.contact.userfield.add": Method(userfields.add_contact, cost=WRITE),
    "crm.deal.userfield.list": Method(userfields.list_deal),
    "crm.deal.userfield.add": Method(userfields.add_deal, cost=WRITE),
    **{
        f"crm.{kind}.{name}": Method(run, cost=cost)
        for kind in ("contact", "deal")
        for name, run, cost in (
            ("add", classic.add, WRITE),
            ("get", classic.get, READ),
            ("list", classic.list_, READ),
            ("update", classic.update, WRITE),
            ("delete", classic.delete, WRITE),
        )
    },
}

METHODS_V3: dict[str, Method] = {"timeman.record.list": Method(worktime.records, ("timeman",))}
"""Methods of REST v3; by an address of v2 they are not found (rest-v3.md)."""

_FOLDED = {name.lower(): name for name in METHODS}


def spelled(name: str) -> str:
    """The documented spelling of a method in any case (fast_bitrix24 sends lower case and lives on)."""
    return _FOLDED.get(name.lower(), name)
