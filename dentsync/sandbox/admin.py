"""The admin API: what the portal holds, what was asked, the switches, the faults, and what a person does."""

from datetime import datetime
from typing import Any

from dentsync.sandbox import people, state
from dentsync.sandbox.settings import changed
from dentsync.sandbox.world import World


class Unknown(Exception):
    """There is no such admin call."""


def answer(world: World, verb: str, name: str, sent: Any) -> Any:
    """Run one admin call. Raises Unknown, ``ValueError`` or ``msgspec.ValidationError`` for what is not understood."""
    match verb, name:
        case "GET", "state":
            return state.everything(world)
        case "GET", "log":
            return world.journal.log()
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
        case "GET", "faults":
            return [{"what": rule.what, "match": rule.match, "seen": rule.seen} for rule in world.faults.rules]
        case "POST", "faults":
            world.faults.add(sent if isinstance(sent, list) else [sent])
            return {"rules": len(world.faults.rules)}
        case "DELETE", "faults":
            world.faults.rules.clear()
            return {"rules": 0}
        case "POST", "act":
            done = people.act(world, sent)
            world.storage.commit()
            return done
    raise Unknown(f"no {verb} /admin/{name}")


def _set(world: World, sent: dict[str, Any]) -> Any:
    """Switches of ``Settings``, and the clock: ``speed``, ``advance`` (seconds), ``now`` (ISO), ``operating``."""
    speed, advance, now = (sent.pop(name, None) for name in ("speed", "advance", "now"))
    operating = sent.pop("operating", {})
    world.settings = changed(world.settings, sent)
    if now is not None:
        world.clock.move_to(datetime.fromisoformat(now).timestamp())
    if speed is not None:
        world.clock.set_speed(float(speed))
    if advance is not None:
        world.clock.advance(float(advance))
    for method, seconds in operating.items():
        hook = (world.settings.webhooks or world.portal.webhooks)[0]
        world.operating.add((f"{hook.user}/{hook.secret}", method), world.clock.now(), float(seconds))
    return state.settings(world)
