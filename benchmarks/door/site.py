"""Where clients are measured: one port, one certificate, a portal that starts anew for each of them."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import trustme

from benchmarks.door.served import Serving
from benchmarks.door.trace import Trace, read
from dentsync.sandbox.bitrix24 import portal as portals
from dentsync.sandbox.server import PORTAL, Running

ROOT = Path(__file__).parents[2]
Settings = Mapping[str, Any]


@dataclass
class Portal:
    """A portal that runs. ``box`` is its admin API."""

    box: Running = field(repr=False)
    trace_file: Path
    skip: int = 0

    def start_counting(self) -> None:
        """What came so far is preparation."""
        self.skip = len(self._lines())

    def trace(self) -> Trace:
        """What came since. To be called before the admin API is: that is a connection, too."""
        return read(self._lines()[self.skip :])

    def _lines(self) -> list[str]:
        return self.trace_file.read_text("utf-8").splitlines()

    def counters(self) -> dict[str, Any]:
        found: dict[str, Any] = self.box.admin("GET", "counters")
        return found

    def state(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = self.box.admin("GET", "state")
        return found


@dataclass(frozen=True)
class Site:
    """A folder with a certificate, and the port that all portals of it have."""

    folder: Path
    port: int

    @property
    def authority(self) -> Path:
        """The certificate that clients have to trust."""
        return self.folder / "authority.pem"

    @property
    def webhook(self) -> str:
        hook = portals.load(PORTAL).webhooks[0]
        return f"https://127.0.0.1:{self.port}/rest/{hook.user}/{hook.secret}/"

    @property
    def secret(self) -> str:
        """The part of the webhook that nobody may see."""
        return portals.load(PORTAL).webhooks[0].secret

    @contextmanager
    def open(
        self, settings: Settings, *, data: Path | None = None, speed: float = 1.0, faults: Any = ()
    ) -> Iterator[Portal]:
        """A portal that holds what ``data`` holds (empty without); what a client does there does not stay."""
        live, trace = self.folder / "live", self.folder / "trace"
        shutil.rmtree(live, ignore_errors=True)
        if data:
            shutil.copytree(data, live)
        with self._served(Serving(str(live), self.port, *self._pair(), str(trace), speed)) as box:
            box.admin("POST", "settings", dict(settings))
            if faults:
                box.admin("POST", "faults", list(faults))
            portal = Portal(box, trace)
            portal.start_counting()
            yield portal

    @contextmanager
    def _served(self, serving: Serving) -> Iterator[Running]:
        command = [sys.executable, "-m", "benchmarks.door.served", msgspec.json.encode(serving).decode()]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout
        try:
            assert process.stdout.readline() == "ready\n", "the sandbox did not start"
            yield Running(self.webhook.partition("/rest/")[0], self.port, self.webhook, process.terminate)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.stdout.close()

    def keep(self, folder: Path) -> Path:
        """Keep what the last portal holds, to open it again; the portal must have ended."""
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(self.folder / "live", folder))

    def _pair(self) -> tuple[str, str]:
        return str(self.folder / "chain.pem"), str(self.folder / "key.pem")


def built(folder: Path) -> Site:
    """A new site. The certificate is for 127.0.0.1 and signed by an authority that only this site has."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    pair = authority.issue_cert("127.0.0.1", "localhost")
    (folder / "chain.pem").write_bytes(b"".join(blob.bytes() for blob in pair.cert_chain_pems))
    pair.private_key_pem.write_to_path(str(folder / "key.pem"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return Site(folder, port)


def dumped(path: Path, value: Any) -> Path:
    """A value as a JSON file."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path
