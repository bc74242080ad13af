"""uvicorn, quiet: it says when it is ready and ends without raising the signal again."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from threading import current_thread, main_thread

import uvicorn
from starlette.applications import Starlette

from dentsync.sandbox.web import Protocol


class Server(uvicorn.Server):
    """Calls ``ready`` once connections are accepted."""

    ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.ready:
            self.ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own raises the signal again afterwards: a traceback after a clean Ctrl-C.
        if current_thread() is not main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """End soon; may be called from another thread."""
        self.should_exit = True


def server_of(app: Starlette, tls: tuple[Path, Path] | None) -> Server:
    """A server for the application, in the event loop of the standard library."""
    config = uvicorn.Config(
        app,
        http=Protocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=str(tls[1]) if tls else None,
    )
    return Server(config)
