"""``[routes.*]`` and ``[follows.*]``: which facts want a deal, and which deal wants another one."""

from collections.abc import Mapping
from typing import Any

from dentsync.config import Feed
from dentsync.config_checks import Checks, near
from dentsync.config_tables import EndTable, FollowTable, RouteTable, Scalar, TaskTable, WhenTable
from dentsync.lang import _
from dentsync.model import FIELDS, Condition, CrmField, FieldType, Follow, Route, StageRef, Status, TaskRules


class RouteReader(Checks):
    """Reads ``[routes.*]`` and ``[follows.*]``."""

    def _route(
        self, name: str, data: Any, feeds: Mapping[str, Feed], fields: Mapping[str, Mapping[str, CrmField]]
    ) -> Route:
        where = f"routes.{name}"
        table = self.table(data, RouteTable, where)
        for feed in table.feeds:
            if feed not in feeds:
                self.fail(f"{where}.feeds", _("there is no [feeds.{name}]").format(name=feed))
        for field in table.fields:
            if field not in fields["deal"]:
                self.fail(f"{where}.fields", _("{field!r} has no line in [crm.fields.deal]").format(field=field))
        if table.per:
            self._field(f"{where}.per", table.per)
        self._title(f"{where}.title", table.title)
        return Route(
            name=name,
            feeds=table.feeds,
            pipeline=table.pipeline,
            title=table.title,
            stages={status: self._stage(where, status, stage) for status, stage in table.stages.items()},
            when=tuple(self._condition(f"{where}.when", field, test) for field, test in table.when.items()),
            unless=tuple(self._exception(f"{where}.unless", field, test) for field, test in table.unless.items()),
            per=table.per,
            people=table.people,
            fields=table.fields,
            group=table.group,
            adopt=table.adopt,
            task=self._task(f"{where}.task", table.task) if table.task else None,
        )

    def _follow(
        self, name: str, data: Any, fields: Mapping[str, Mapping[str, CrmField]], routes: Mapping[str, Route]
    ) -> Follow:
        where = f"follows.{name}"
        table = self.table(data, FollowTable, where)
        if name in {route.group or route.name for route in routes.values()}:
            self.fail(where, _("a route has this name; choose another one"))
        if not (table.looks.ends or table.looks.stages):
            self.fail(f"{where}.from", _('name an end or stages: ends = "won"'))
        if bool(table.pipeline) == table.back:
            self.fail(where, _("name a pipeline, or back = true"))
        for field in (*table.fields, *table.when):
            if field not in fields["deal"]:
                self.fail(f"{where}.fields", _("{field!r} has no line in [crm.fields.deal]").format(field=field))
        self._title(f"{where}.title", table.title.replace("{title", "{doctor"))
        looks = table.looks
        places = {} if isinstance(table.stage, str) else dict(table.stage)
        stage = table.stage if isinstance(table.stage, str) else places.pop("default", "")
        if not stage or (places and not table.back):
            self.fail(f"{where}.stage", _("name one stage; with back also one for each pipeline, and a default"))
        return Follow(
            name, looks.pipelines, table.pipeline, stage, table.title, looks.ends or None, looks.stages,
            table.fields, table.back, tuple(self._exception(f"{where}.when", *one) for one in table.when.items()),
            tuple(self._exception(f"{where}.unless", *one) for one in table.unless.items()), places,
        )  # fmt: skip

    def _task(self, where: str, table: TaskTable) -> TaskRules:
        self._field(f"{where}.deadline", table.deadline)
        if FIELDS[table.deadline] not in (FieldType.DATE, FieldType.DATETIME):
            self.fail(f"{where}.deadline", _("{field!r} is no moment").format(field=table.deadline))
        self._title(f"{where}.text", table.text)
        return TaskRules(table.type, table.deadline, table.text)

    def _stage(self, where: str, status: str, stage: str | EndTable) -> StageRef:
        if status != "default" and status not in list(Status):
            self.fail(f"{where}.stages", _("no status {name!r}{hint}").format(name=status, hint=near(status, Status)))
        if isinstance(stage, str):
            return StageRef(stage)
        if bool(stage.won) == bool(stage.lost):
            self.fail(f"{where}.stages.{status}", _('name one stage, as won or as lost: won = "stage"'))
        return StageRef(stage.won or stage.lost, "won" if stage.won else "lost")

    def _condition(self, where: str, field: str, test: Scalar | list[Scalar] | WhenTable) -> Condition:
        self._field(where, field)
        match test:
            case WhenTable():
                return self._bounds(f"{where}.{field}", field, test)
            case list():
                return Condition(field, one_of=tuple(test))
            case _:
                return Condition(field, one_of=(test,))

    def _exception(self, where: str, field: str, test: Scalar | list[Scalar] | WhenTable) -> Condition:
        """A condition that keeps a row out: it has to be one that the clock cannot end."""
        condition = self._condition(where, field, test)
        if condition.unit != "number":
            self.fail(f"{where}.{field}", _("no times here; write a value, a list, range = [from, to], or present"))
        return condition

    def _bounds(self, where: str, field: str, test: WhenTable) -> Condition:
        given = [unit for unit in ("months_ago", "days_ago", "days_ahead", "range") if getattr(test, unit)]
        if test.present is not None and not given:
            return Condition(field, present=test.present)
        if len(given) != 1:
            self.fail(where, _("write one of months_ago, days_ago, days_ahead, range = [from, to], or present"))
        low, high = getattr(test, given[0])
        unit: Any = "number" if given[0] == "range" else given[0]
        return Condition(field, low=low, high=high, unit=unit)
