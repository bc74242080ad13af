"""A Bitrix24 portal behind the door of the sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dentsync.sandbox import admin
from dentsync.sandbox.bitrix24 import board, front, people, state
from dentsync.sandbox.bitrix24 import portal as portals
from dentsync.sandbox.bitrix24.settings import changed
from dentsync.sandbox.bitrix24.storage import Storage
from dentsync.sandbox.bitrix24.world import World
from dentsync.sandbox.exchange import Reply, Request
from dentsync.sandbox.house import Door, Json


class Bitrix24:
    """One portal."""

    paths: tuple[str, ...] = ("/rest/{path:path}",)
    verbs: tuple[str, ...] = ("GET", "POST")

    def __init__(self, folder: Path, portal: str, speed: float) -> None:
        self.world = World(folder, portal, speed)

    def doors(self, base: str) -> tuple[Door, ...]:
        """The administrator's webhook, with a slash at the end."""
        hook = self.world.portal.webhooks[0]
        return (Door(self.world.portal_name, f"{base}/rest/{hook.user}/{hook.secret}/"),)

    def answer(self, request: Request) -> Reply:
        return front.answer(self.world, request)

    def administer(self, verb: str, name: str, query: Mapping[str, str], sent: Any) -> Any:  # noqa: ARG002
        """The calls of every CRM, and those of a portal: ``state``, ``automations``, ``counters``, ``act`` …"""
        world = self.world
        match verb, name:
            case "GET", "state":
                return state.everything(world)
            case "GET", "automations":
                return state.automations(world)
            case "GET", "counters":
                return world.counters()
            case "GET", "settings":
                return state.settings(world)
            case "POST", "settings":
                return _set(world, dict(sent))
            case "POST", "reset":
                world.reset(sent.get("portal"))
                return {"portal": world.portal_name}
            case "POST", "act":
                done = people.act(world, sent)
                world.storage.commit()
                return done
        return admin.answer(world, verb, name, sent)

    def board(self, query: Mapping[str, str]) -> Json:
        return board.data(self.world, query)

    def card(self, kind: str, number: int, query: Mapping[str, str]) -> Json | None:  # noqa: ARG002
        return (board.contact if kind == "contact" else board.deal)(self.world, number)

    def close(self) -> None:
        self.world.storage.close()


def empty(folder: Path, portal: str) -> None:
    """Make the folder a fresh portal."""
    storage = Storage(folder)
    try:
        portals.build(storage, portal)
    finally:
        storage.close()


def _set(world: World, sent: Json) -> Any:
    """Switches of ``Settings``, the clock, and ``operating``: seconds that a method has worked already."""
    operating = sent.pop("operating", {})
    speed, advance, now = (sent.pop(name, None) for name in ("speed", "advance", "now"))
    world.settings = changed(world.settings, sent)
    admin.set_clock(world.clock, speed, advance, now)
    for method, seconds in operating.items():
        hook = (world.settings.webhooks or world.portal.webhooks)[0]
        world.operating.add((f"{hook.user}/{hook.secret}", method), world.clock.now(), float(seconds))
    return state.settings(world)
