"""The sandbox as a process of its own, over TLS, with a trace: who measures a client must not share its interpreter.

``python -m benchmarks.door.served`` with a ``Serving`` as JSON. Says «ready» when it answers, ends on SIGTERM.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import msgspec

from dentsync.sandbox.bitrix24 import front
from dentsync.sandbox.bitrix24.world import World
from dentsync.sandbox.server import Running, serve
from dentsync.sandbox.web import Protocol


class Serving(msgspec.Struct, frozen=True):
    """What to serve. Its clock runs at ``speed`` from the first request of a client on, as the client's own does."""

    data: str
    port: int
    chain: str
    key: str
    trace: str
    speed: float = 1.0


def traced(answer: Callable[..., front.Reply], speed: float, file: TextIO) -> Callable[..., front.Reply]:
    """Write a line for each request: when it came and was answered by the portal's clock, and what it announced."""
    seen: set[int] = set()

    def answered(world: World, request: front.Request) -> front.Reply:
        if id(world) not in seen:
            seen.add(id(world))
            world.clock.set_speed(speed)
        came = world.clock.now()
        reply = answer(world, request)
        entry = world.journal.entries[-1]
        line = {
            "came": came,
            "left": world.clock.now() + reply.wait * world.clock.speed,
            "status": reply.status,
            "fault": entry.fault,
            "methods": entry.methods,
            "resets": _resets(world, entry.methods),
        }
        print(json.dumps(line), file=file, flush=True)
        return reply

    return answered


def _resets(world: World, methods: Any) -> dict[str, float]:
    """What the answer says of each method's working time: when the oldest of it falls out of the window."""
    hook = (world.settings.webhooks or world.portal.webhooks)[0]
    now, webhook = world.clock.now(), f"{hook.user}/{hook.secret}"
    return {method: world.operating.reset_at((webhook, method), now) for method in methods}


def counted(made: Callable[..., None], file: TextIO) -> Callable[..., None]:
    """Write a line for each connection."""

    def connection_made(self: Protocol, transport: Any) -> None:
        made(self, transport)
        print(json.dumps({"connection": 1}), file=file, flush=True)

    return connection_made


def main() -> None:
    serving = msgspec.json.decode(sys.argv[1], type=Serving)
    with Path(serving.trace).open("w", encoding="utf-8") as file:
        front.answer = traced(front.answer, serving.speed, file)
        Protocol.connection_made = counted(Protocol.connection_made, file)  # type: ignore[method-assign]
        serve(Path(serving.data), serving.port, tls=(Path(serving.chain), Path(serving.key)), ready=_ready)


def _ready(_server: Running) -> None:
    print("ready", flush=True)


if __name__ == "__main__":
    main()
