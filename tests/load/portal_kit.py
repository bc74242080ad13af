"""A rehearsal portal and operations for the tests of the Bitrix24 target. Everybody here is invented."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

from dentsync.load.bitrix24 import Bitrix24
from dentsync.load.target import Ended, Needs, Patience, Reading, Sending, Target, TargetSettings
from dentsync.model import Change, CrmField, Operation, Outcome, Plain, Result, Route, StageRef
from dentsync.sandbox.server import Running
from tests.builders import ORIGIN

PIPELINE = "Оповещение о визите"
BOOKED, CONFIRMED, CANCELLED = StageRef("Записан"), StageRef("Запись подтверждена"), StageRef("Запись отменена", "lost")

ROUTES = (
    Route(
        "reminder",
        ("reminders",),
        PIPELINE,
        "{full_name}",
        {"booked": BOOKED, "cancelled": CANCELLED},
        people=("Уточнить",),
    ),
)
FIELDS: Mapping[str, Mapping[str, CrmField]] = {
    "contact": {
        "card_number": CrmField("UF_CRM_CARD_NUMBER"),
        "next_visit_at": CrmField("UF_CRM_NEXT_VISIT"),
        "last_visit_at": CrmField("UF_CRM_LAST_VISIT"),
        "branch": CrmField("UF_CRM_BRANCH"),
        "sms_opt_out": CrmField("UF_CRM_SMS_OPT_OUT"),
        "lead_source": CrmField("sourceId"),
    },
    "deal": {"start_at": CrmField("UF_CRM_VISIT_AT"), "doctor": CrmField("UF_CRM_DOCTOR")},
}


class PortalClock:
    """Real time plus what was slept: sleeping takes no time, and the portal's clock goes with ours."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._ahead = 0.0
        self.sleeps: list[float] = []

    def time(self) -> float:
        return time.time() + self._ahead

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self._ahead += seconds
        self._desk.admin("POST", "settings", {"advance": seconds})

    def real(self, seconds: float) -> float:
        return 0.0

    @property
    def slept(self) -> float:
        """Seconds waited so far."""
        return sum(self.sleeps)


class Desk:
    """A target at work on the rehearsal portal, and what the caller of a target keeps: ids."""

    def __init__(self, box: Running, clock: Any = None, **settings: Any) -> None:
        self.box = box
        self.clock = clock or PortalClock(self)
        usual: dict[str, Any] = {
            "secret": box.webhook,
            "originator": "dentsync",
            "timezone": "Europe/Moscow",
            "fields": FIELDS,
            "routes": ROUTES,
        }
        self.target = self.made(TargetSettings(**usual | settings))
        self.ids: dict[str, int] = {}

    def made(self, settings: TargetSettings) -> Target:
        """The target at work."""
        return Bitrix24(settings, self.clock)

    def admin(self, method: str, name: str, body: Any = None) -> Any:
        """Call the sandbox's admin API."""
        return self.box.admin(method, name, body)

    def apply(self, *operations: Operation) -> dict[str, Outcome]:
        """Send operations; outcomes by operation id."""
        found: dict[str, Outcome] = {}
        for outcomes in self.sent(operations):
            found |= {outcome.operation.id: outcome for outcome in outcomes}
        return found

    def sent(self, operations: Sequence[Operation], patience: Patience | None = None) -> Iterator[list[Outcome]]:
        """Outcomes, request by request, as the caller of a target keeps them."""
        patience = patience or Patience(self.clock)
        intended: set[str] = set()
        for step in self.target.carry_out(operations, self.ids, patience):
            match step:
                case Sending(fresh):
                    assert not intended & {one.id for one in fresh}, "an operation is intended once"
                    intended |= {one.id for one in fresh}
                case Ended(outcomes):
                    assert {one.operation.id for one in outcomes} <= intended
                    intended -= {one.operation.id for one in outcomes}
                    for one in outcomes:
                        if one.result is Result.APPLIED and one.crm_id:
                            self.ids[f"{one.operation.kind}:{one.operation.key}"] = one.crm_id
                    if outcomes:
                        yield list(outcomes)

    def read(self, **needs: Any) -> Reading:
        """Read items."""
        return self.target.read(Needs(**{name: frozenset(values) for name, values in needs.items()}))

    def set(self, **settings: Any) -> None:
        """Turn switches of the portal."""
        self.admin("POST", "settings", settings)

    def fault(self, what: str, match: str = "batch", **rule: Any) -> None:
        """Let a request go wrong."""
        self.admin("POST", "faults", {"what": what, "match": match, **rule})

    def act(self, do: str, **what: Any) -> int:
        """What a person does at the screen."""
        return int(self.admin("POST", "act", {"do": do, **what})["id"])

    def call(self, method: str, **params: Any) -> Any:
        """What another program does through the same webhook."""
        reply = requests.post(self.box.webhook + method, json=params, timeout=10)
        return reply.json()["result"]

    @property
    def counters(self) -> dict[str, Any]:
        """What the portal counted."""
        found: dict[str, Any] = self.admin("GET", "counters")
        return found

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """Contacts of the portal by id."""
        found: list[dict[str, Any]] = self.admin("GET", "state")["contacts"]
        return found

    @property
    def deals(self) -> list[dict[str, Any]]:
        """Deals of the portal by id."""
        found: list[dict[str, Any]] = self.admin("GET", "state")["deals"]
        return found

    def requests_of(self, *operations: Operation) -> int:
        """How many requests it takes to send these operations."""
        before = self.target.requests
        self.apply(*operations)
        return self.target.requests - before


def results(outcomes: Mapping[str, Outcome]) -> set[Result]:
    """All ends that occur."""
    return {outcome.result for outcome in outcomes.values()}


def changes(old: Mapping[str, Plain] | None = None, **new: Plain) -> tuple[Change, ...]:
    """Changes to these values; ``old`` is what we left there."""
    return tuple(Change(name, (old or {}).get(name), value, known=name in (old or {})) for name, value in new.items())


def person(key: str = "p1", *, silent: bool = False, **fields: Plain) -> Operation:
    """The creation of a contact."""
    values: dict[str, Plain] = {"last_name": "Соколова", "first_name": "Анна", "phones": (phone(key),)}
    return Operation("create", "contact", key, ORIGIN, "contact", changes(**values | fields), silent=silent)


def phone(key: str) -> str:
    """A number of its own for each key such as p17."""
    return f"+7916555{int(key.strip('pd')):04}"


def visit(key: str = "d1", contact: str | None = "p1", *, silent: bool = False, **fields: Plain) -> Operation:
    """The creation of a deal at «Записан»."""
    values: dict[str, Plain] = {"title": "Приём", "start_at": "2026-10-06T09:00:00+03:00"}
    return Operation(
        "create",
        "deal",
        key,
        ORIGIN,
        "routes.reminder",
        changes(**values | fields),
        contact=contact,
        pipeline=PIPELINE,
        stage=BOOKED,
        silent=silent,
    )


def update(kind: Any, key: str, crm_id: int, *changed: Change, **more: Any) -> Operation:
    """A change of fields."""
    return Operation("update", kind, key, ORIGIN, "contact", changed, crm_id=crm_id, **more)


def move(key: str, crm_id: int, stage: StageRef = CONFIRMED, pipeline: str = PIPELINE) -> Operation:
    """A deal to another stage."""
    return Operation(
        "move",
        "deal",
        key,
        ORIGIN,
        "routes.reminder",
        crm_id=crm_id,
        pipeline=pipeline,
        stage=stage,
        from_stage="Записан",
    )
