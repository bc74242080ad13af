"""Starting the sandbox: in the foreground for a person, in a thread for tests and the demo. Loopback only."""

import contextlib
import json
import socket
import ssl
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

from filelock import FileLock, Timeout

from dentsync.errors import ConfigError, Locked
from dentsync.lang import _
from dentsync.sandbox.crms import CRMS, Crm
from dentsync.sandbox.house import Door, House
from dentsync.sandbox.loopback import is_loopback

if TYPE_CHECKING:
    from dentsync.sandbox.uvicorn_server import Server

CRM = "bitrix24"
PORTAL = CRMS[CRM].blueprint


@dataclass(frozen=True)
class Running:
    """A sandbox that answers. ``webhook`` is the URL of the first of its ``doors``.

    Of Bitrix24 that is the full URL of the administrator's webhook, with a slash at the end.
    """

    url: str
    port: int
    webhook: str = field(repr=False)
    stop: Callable[[], None] = field(repr=False)
    doors: tuple[Door, ...] = ()

    @property
    def board(self) -> str:
        """The page that shows the portal."""
        return f"{self.url}/board"

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Call the admin API: ``admin("POST", "settings", {"speed": 60})``. Raises ConfigError with its refusal."""
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/admin/{path.strip('/').removeprefix('admin/')}", sent, method=method
        )
        # Nobody but this process can have made the certificate of a loopback server.
        context = ssl._create_unverified_context() if self.url.startswith("https") else None  # noqa: S323
        try:
            with urllib.request.urlopen(request, context=context) as reply:  # noqa: S310
                return json.loads(reply.read())
        except HTTPError as error:
            with error:
                raise ConfigError(json.loads(error.read())["error"]) from None


def serve(
    data: Path,
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    speed: float = 1.0,
    tls: tuple[Path, Path] | None = None,
    crm: str = CRM,
    portal: str | None = None,
    ready: Callable[[Running], None] | None = None,
) -> None:
    """Serve the CRM kept in ``data`` until SIGINT or SIGTERM. ``tls`` is (certificate chain, key); port 0 is any.

    ``portal``: the blueprint of a fresh one, if not the usual. ``speed``: virtual seconds per real second. ``ready``
    is called once connections are accepted. Raises ConfigError for an address that is not loopback, a busy port or a
    missing extra, Locked when another server has the folder.
    """
    _check_loopback(host)
    kind, blueprint = _chosen(crm, portal)
    folder = data / kind.subfolder
    with _locked(folder), _listening(host, port) as listener:
        house = kind.open(folder, blueprint, speed)
        try:
            _run(house, listener, host, tls, ready)
        finally:
            house.close()


def reset(data: Path, portal: str | None = None, crm: str = CRM) -> None:
    """Make what ``data`` keeps of a CRM as new. Raises Locked while a server uses it."""
    kind, blueprint = _chosen(crm, portal)
    folder = data / kind.subfolder
    with _locked(folder):
        kind.reset(folder, blueprint)


def _chosen(crm: str, portal: str | None) -> tuple[Crm, str]:
    kind = CRMS[crm]
    blueprint = portal or kind.blueprint
    kind.check(blueprint)
    return kind, blueprint


@contextmanager
def running(
    data: Path | None = None,
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    speed: float = 1.0,
    tls: tuple[Path, Path] | None = None,
    crm: str = CRM,
    portal: str | None = None,
) -> Iterator[Running]:
    """A sandbox in a background thread, stopped at the end. Without ``data`` it forgets everything."""
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dentsync-sandbox-")))
        started = threading.Event()
        found: list[Running] = []
        failed: list[BaseException] = []

        def ready(server: Running) -> None:
            found.append(server)
            started.set()

        def work() -> None:
            try:
                serve(folder, port, host=host, speed=speed, tls=tls, crm=crm, portal=portal, ready=ready)
            except BaseException as error:
                failed.append(error)
            finally:
                started.set()

        thread = threading.Thread(target=work, name="dentsync-sandbox", daemon=True)
        thread.start()
        started.wait()
        if failed:
            raise failed[0]
        try:
            yield found[0]
        finally:
            found[0].stop()
            thread.join()


def _check_loopback(host: str) -> None:
    if not is_loopback(host):
        message = _("sandbox: {host} is not a loopback address; it has no passwords, so use 127.0.0.1")
        raise ConfigError(message.format(host=host))


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / "sandbox.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        message = _("sandbox: another server uses {folder}; stop it, or choose another folder")
        raise Locked(message.format(folder=data)) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY: 40 ms less per answer.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            message = _("sandbox: port {port} of {host} cannot be used ({reason}); choose another one")
            raise ConfigError(message.format(port=port, host=host, reason=error.strerror)) from None
        yield listener


def _run(
    house: House,
    listener: socket.socket,
    host: str,
    tls: tuple[Path, Path] | None,
    ready: Callable[[Running], None] | None,
) -> None:
    server = _server_of(house, tls)
    port = listener.getsockname()[1]
    url = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    doors = house.doors(url)
    about = Running(url, port, doors[0].url, server.stop, doors)
    server.ready = (lambda: ready(about)) if ready else None
    server.run(sockets=[listener])


def _server_of(house: House, tls: tuple[Path, Path] | None) -> "Server":
    try:
        from dentsync.sandbox.uvicorn_server import server_of
        from dentsync.sandbox.web import app_of
    except ImportError as error:
        message = _("sandbox: {module} is not installed; run: pip install 'dentsync[sandbox]'")
        raise ConfigError(message.format(module=error.name)) from None
    return server_of(app_of(house), tls)
