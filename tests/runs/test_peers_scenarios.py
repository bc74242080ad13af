"""What other clients of Bitrix24 fail at (`make bench-peers`), in small: none twice, none lost, no limit overrun."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

import pytest

from benchmarks import data
from benchmarks.door.leaks import leaks
from benchmarks.door.served import traced
from benchmarks.door.trace import Trace, read
from dentsync.sandbox.bitrix24 import front
from tests.clinic import SPEED, Clinic, Said

ADD, UPDATE = "crm.item.add", "crm.item.update"
BURST, LEAK = 50, 2.0
"""Requests at once and per second (limits.md of bitrix24/b24restdocs)."""

HICCUP = 0.2
"""Real seconds by which a busy machine may be late."""

Answer = Any


@dataclass
class Door:
    """A clinic, and a trace of what comes to its portal."""

    clinic: Clinic
    answer: Answer
    file: TextIO
    patch: pytest.MonkeyPatch
    skip: int = 0

    def run_at(self, speed: float) -> None:
        """From the next request on the portal's clock runs so fast, as dentsync's does from its start."""
        self.clinic.configure(f"speed = {self.clinic_speed}", f"speed = {speed}")
        self.serve(speed=1, now=datetime.now(UTC).isoformat())
        self.patch.setattr(front, "answer", traced(self.answer, speed, self.file))
        self.start_counting()

    @property
    def clinic_speed(self) -> float:
        text = (self.clinic.folder / "config.toml").read_text("utf-8")
        return float(text.partition("speed = ")[2].partition("\n")[0])

    def serve(self, **settings: Any) -> None:
        self.clinic.box.admin("POST", "settings", settings)

    def start_counting(self) -> None:
        self.skip = len(Path(self.file.name).read_text("utf-8").splitlines())

    def trace(self) -> Trace:
        return read(Path(self.file.name).read_text("utf-8").splitlines()[self.skip :])

    # ── the MIS ──

    def ask(self, numbers: range, *rows: str, operator: str = "Белова") -> None:
        """These patients ask for an appointment: a contact and a deal for each who is not known."""
        lines = [*(data.request(number, operator=operator) for number in numbers), *rows]
        self.clinic.drop("primary_1.csv", *lines, header=data.REQUESTS)

    def change(self, numbers: range) -> None:
        """A field of these patients and of their deals is another one."""
        rows = (data.patient(number, 1) for number in numbers)
        self.clinic.drop("patients_1.csv", *rows, header=data.PATIENTS)
        self.ask(numbers, operator="Орлова")

    def know(self, numbers: range) -> None:
        """These patients and their deals are in the CRM."""
        self.clinic.configure('"30%"', '"100%"')
        self.clinic.configure('archive = "archive"', 'archive = ""')
        self.clinic.drop("patients_1.csv", *map(data.patient, numbers), header=data.PATIENTS)
        self.ask(numbers)
        assert self.clinic.sync()["exit_code"] == 0
        self.start_counting()

    # ── what came of it ──

    def tells_nothing(self, said: Said) -> bool:
        """Whether neither the secret nor a patient was printed."""
        secret = self.clinic.box.webhook.rstrip("/").rpartition("/")[2]
        return leaks(said.all, secret, self.clinic.state()["contacts"]) == "–"


@pytest.fixture
def door(clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with (tmp_path / "trace").open("w", encoding="utf-8") as file:
        door = Door(clinic, front.answer, file, monkeypatch)
        door.run_at(SPEED)
        yield door


def without_patronymic(row: str) -> str:
    name, _, rest = row.partition(";")
    return f"{name.rpartition(' ')[0]};{rest}"


# ── S1: changes ──


def test_fifty_changes_take_a_request_and_requests_travel_side_by_side(door: Door) -> None:
    numbers = range(1, 151)
    door.know(numbers)
    door.serve(delay=True, costs={UPDATE: 0.2})
    door.change(numbers)
    said = door.clinic.say("sync")
    assert (said.code, door.tells_nothing(said)) == (0, True)
    requests = door.trace().requests
    assert [one.methods for one in requests] == [{UPDATE: 50}] * 6
    assert any(after.came < before.left for before, after in pairwise(requests))


# ── S3: one invalid row ──


def test_a_row_that_the_portal_refuses_costs_no_other_row_and_is_done_once_it_is_repaired(door: Door) -> None:
    door.serve(required={"contact": {"*": ["secondName"]}})
    numbers, last = range(1, 60), data.request(60)
    door.ask(numbers, without_patronymic(last))
    said = door.clinic.say("sync")
    assert (said.code, door.tells_nothing(said)) == (4, True)
    assert len(door.clinic.contacts()) == 59
    door.start_counting()
    door.clinic.sync()
    assert sum(one.methods.get(ADD, 0) for one in door.trace().requests) == 1

    door.ask(numbers, last)
    assert door.clinic.sync()["exit_code"] == 0
    assert sorted(len(contact["deals"]) for contact in door.clinic.contacts()) == [1] * 60
    assert len(door.clinic.deals()) == 60


# ── S4: replies are lost ──


def test_lost_replies_make_nobody_twice_and_cost_four_requests_at_most(door: Door) -> None:
    """Four are a tenth of what 1,000 contacts and 1,000 deals take."""
    door.clinic.configure('"30%"', '"100%"')
    door.ask(range(1001, 1151))
    assert door.clinic.sync()["exit_code"] == 0
    undisturbed = len(door.trace().requests) - 2  # which looked at the portal itself

    for nth in (3, 6):
        door.clinic.fault("drop_after", ADD, nth=nth)
    door.start_counting()
    door.ask(range(1, 151))
    said = door.clinic.say("sync")
    assert (said.code, door.tells_nothing(said)) == (0, True)
    assert len(door.trace().requests) <= undisturbed + 4
    counters = door.clinic.counters()
    assert counters["faults"] == 2
    assert (counters["created_contact"], counters["created_deal"]) == (300, 300)


def test_whoever_was_created_without_a_reply_is_known_afterwards(door: Door) -> None:
    door.clinic.configure('"30%"', '"100%"')
    door.clinic.fault("drop_after", ADD, nth=2)
    numbers = range(1, 61)
    door.ask(numbers)
    assert door.clinic.sync()["exit_code"] == 0
    assert door.clinic.sync()["requests"] == 0
    door.start_counting()
    door.ask(numbers, operator="Орлова")
    assert door.clinic.sync()["outcomes"]["applied"] == 60
    assert door.clinic.counters()["created_deal"] == 60
    assert sorted(one.methods[UPDATE] for one in door.trace().requests) == [10, 50]


# ── S5: the working time is used up ──


def test_work_that_does_not_fit_goes_on_within_two_seconds_of_the_reset(door: Door) -> None:
    numbers = range(1, 31)
    door.know(numbers)
    door.run_at(10)
    used_up(door, UPDATE, 470, free_in=15)
    door.serve(costs={UPDATE: 0.5})
    door.change(numbers)
    said = door.clinic.say("sync")
    assert (said.code, door.tells_nothing(said)) == (0, True)
    counters = door.clinic.counters()
    assert (counters["updated_contact"], counters["updated_deal"]) == (30, 30)
    waits = door.trace().waits(UPDATE)
    assert len(waits) == 1
    assert 0 <= waits[0] <= 2


def used_up(door: Door, method: str, seconds: float, free_in: float) -> None:
    """Another program has worked so long; it is free again soon."""
    now = datetime.now(UTC)
    door.serve(now=(now - timedelta(seconds=600 - free_in)).isoformat())
    door.serve(operating={method: seconds})
    door.serve(now=now.isoformat())


# ── S6: more requests than the burst ──


def test_more_requests_than_the_burst_take_the_time_of_the_rate_and_none_is_refused(door: Door) -> None:
    numbers = range(1, 161)
    door.know(numbers)
    speed = 10.0
    door.run_at(speed)
    # A command takes so long that two fill a request. What it takes is measured by the first change.
    door.serve(costs={UPDATE: 10.0}, cut_seconds=0, operating_limit=0, operating_shown=False)
    door.change(range(1, 2))
    door.clinic.sync()
    door.serve(advance=60)
    door.start_counting()
    door.change(numbers)
    said = door.clinic.say("sync")
    assert (said.code, door.tells_nothing(said)) == (0, True)
    trace = door.trace()
    least = (len(trace.requests) - BURST) / LEAK
    assert len(trace.requests) >= 159
    assert set(trace.statuses()) == {200}
    assert trace.sending <= 1.05 * least + HICCUP * speed
