"""dentsync as one of the clients: what it is given, how it is run, what it knows afterwards."""

import json
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import data, state
from benchmarks.door.attempt import Attempt, attempted
from benchmarks.door.site import Settings, Site
from benchmarks.door.work import Work, planned, work_of
from benchmarks.measure import WEBHOOK

TRUSTING = Path(__file__).parent / "clients" / "trusting.py"
FEW = 10
DRAINED = 26.0
"""Seconds after which the bucket that preparing has filled is empty: 50 requests, two a second."""


@dataclass(frozen=True)
class Clinic:
    """A clinic whose exports lie in its inbox. ``portal`` is what its CRM holds; None is an empty one."""

    config: Path
    plan: Path
    portal: Path | None
    ready_at: float = 0.0

    @property
    def work(self) -> Work:
        """The same work for the other clients."""
        return work_of(self.plan)

    def copied(self, folder: Path) -> "Clinic":
        """The same clinic once more, so that it can be run once more."""
        config = state.copied(self.config.parent, folder)
        return Clinic(config, config.with_name("plan.json"), self.portal, self.ready_at)


def new_patients(site: Site, folder: Path, count: int, speed: float = 1.0, without_patronymic: int = 0) -> Clinic:
    """So many patients, none of whom is known, ask for an appointment: a contact and a deal for each."""
    config = _founded(folder, speed)
    rows = [data.request(number) for number in range(1, count + 1)]
    if without_patronymic:
        name, _, rest = rows[without_patronymic - 1].partition(";")
        rows[without_patronymic - 1] = f"{name.rpartition(' ')[0]};{rest}"
    data.write(folder / "inbox" / "primary_1.csv", rows, data.REQUESTS)
    return Clinic(config, planned(config, site.webhook), None)


def changed_patients(site: Site, folder: Path, count: int, speed: float, settings: Settings) -> Clinic:
    """So many patients and their deals are known; of each a field has changed.

    A few have changed before, as on any day but the first: dentsync knows how long a change takes on this portal.
    """
    config = _founded(folder, speed)
    with site.open(settings, speed=speed):
        for changed in (0, FEW):
            _drop(folder, count, changed, version=2, operator="Зайцева")
            attempt = run(site, Clinic(config, config, None), ("sync",), cap=600)
            assert attempt.code == 0, attempt.said
    portal = site.keep(folder.with_name(f"{folder.name}-portal"))
    _drop(folder, count, count, version=1, operator="Орлова")
    return Clinic(config, planned(config, site.webhook), portal, time.monotonic() + DRAINED)


def _founded(folder: Path, speed: float) -> Path:
    faster = ('target = "bitrix24"', f'target = "bitrix24"\nspeed = {speed}')
    return state.founded(folder, *[faster] * (speed != 1))


def _drop(folder: Path, count: int, changed: int, version: int, operator: str) -> None:
    """Exports of ``count`` patients, of whom the first ``changed`` are in another version."""
    cards = (data.patient(number, version if number <= changed else 0) for number in range(1, count + 1))
    data.write(folder / "inbox" / "patients_1.csv", cards)
    calls = (
        data.request(number, operator=operator if number <= changed else "Белова") for number in range(1, count + 1)
    )
    data.write(folder / "inbox" / "primary_1.csv", calls, data.REQUESTS)


def run(site: Site, clinic: Clinic, argv: Sequence[str], cap: float, *, warm: bool = False) -> Attempt:
    """Run dentsync in the clinic's folder, its bucket empty. ``warm``: on a fast clock, see ``clients/trusting.py``."""
    time.sleep(max(0.0, clinic.ready_at - time.monotonic()))
    command = [sys.executable, str(TRUSTING), str(site.authority), "--lang", "en", *argv, "--json"]
    command += ["-c", str(clinic.config), "--now", data.NOW]
    environment = {"SSL_CERT_FILE": str(site.authority), "LC_ALL": "C.UTF-8", WEBHOOK: site.webhook}
    return attempted(command, environment | ({"WARM": "1"} if warm else {}), clinic.config.parent, cap)


def ids(clinic: Clinic) -> Mapping[str, dict[str, int]]:
    """CRM ids that the state store knows, by kind and key."""
    found: dict[str, dict[str, int]] = {"contact": {}, "deal": {}}
    with closing(sqlite3.connect(clinic.config.parent / "state" / "dentsync.db")) as db:
        for kind, key, number in db.execute("SELECT kind, key, crm_id FROM items"):
            found[kind][key] = number
    return found


def applied(attempt: Attempt) -> int:
    """Operations that the summary says were applied."""
    try:
        return int(json.loads(attempt.out)["outcomes"].get("applied", 0))
    except ValueError:
        return 0
