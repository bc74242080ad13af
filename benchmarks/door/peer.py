"""The clients of others: a script each, in an environment of their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers
from benchmarks.door.attempt import Attempt, attempted
from benchmarks.door.site import Site, dumped
from benchmarks.door.work import Work

SCRIPTS = Path(__file__).parent / "clients"
PEERS = {"fast_bitrix24": "fast.py", "b24pysdk": "official.py", "one call per record": "loop.py"}
PAUSE = 0.5
"""Seconds between two calls of the loop: two a second is what a portal takes for ever."""


@dataclass(frozen=True)
class Known:
    """What a client has handed over to its caller: ids by kind and key, updates, errors."""

    ids: Mapping[str, dict[str, int]]
    updated: int
    errors: int


def run(site: Site, name: str, work: Work, speed: float, cap: float) -> tuple[Attempt, Known]:
    """Run a client on this work."""
    folder = site.folder / "peer"
    folder.mkdir(exist_ok=True)
    given, known = dumped(folder / "work.json", work), folder / "known.json"
    python = peers.environment(site.folder.parent, "clients", peers.CLIENTS) / "python"
    trust = {"SSL_CERT_FILE": str(site.authority), "REQUESTS_CA_BUNDLE": str(site.authority), "LC_ALL": "C.UTF-8"}
    environment = {**trust, "WEBHOOK": site.webhook, "PAUSE": str(PAUSE / speed)}
    attempt = attempted([str(python), str(SCRIPTS / PEERS[name]), str(given), str(known)], environment, folder, cap)
    return attempt, Known(**json.loads(known.read_text("utf-8")))
