"""Random days of a small clinic: files, faults, kills and people; after quiet runs the CRM is what was promised.

``tests/machine/oracle.py`` knows what that is. ``DENTSYNC_MACHINE=500`` sets how many examples the slow test tries.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from dentsync.sandbox.server import Running
from tests.builders import ZONE
from tests.clinic import Clinic
from tests.machine.board import Board
from tests.machine.crms import AmoCrm, Bitrix24, Crm
from tests.machine.deeds import Deed, deeds, done_by_people
from tests.machine.facts import FEEDS, MAX_AGE
from tests.machine.hands import Ran, Screen, is_done, run_here, run_killed
from tests.machine.mis import PHONES, Export, Mis, News, news
from tests.machine.oracle import Oracle
from tests.machine.promises import demand

OPENING = datetime(2026, 10, 5, 14, 0, tzinfo=ZONE)
QUIET_RUNS = 4
Fault = tuple[int, int, int, int]
"""What and of which method (counted in those of the CRM), of which matching request on, how many times."""

_number = st.integers(0, 999)
faults = st.lists(
    st.tuples(_number, _number, st.sampled_from([1, 1, 1, 2, 3]), st.sampled_from([1, 2, 9])), min_size=1, max_size=2
)
exported = st.sampled_from([FEEDS, FEEDS, FEEDS, ("reminders",), ("patients",), ()])
asked_for = st.sampled_from([FEEDS, FEEDS, FEEDS, ("patients",), ("reminders",)])
spellings = st.integers(0, 11)


class Days(RuleBasedStateMachine):
    """One clinic, from an empty CRM on."""

    box: Running
    crm: Crm

    def __init__(self) -> None:
        super().__init__()
        self.screen = Screen()
        self.folder = Path(tempfile.mkdtemp(prefix="dentsync-machine-"))
        with self.screen.watched():
            self.clinic: Clinic = self.crm.founded(self.folder / "clinic", self.box, self.screen.read)
        self.mis = Mis(OPENING)
        self.oracle = Oracle()
        self.inbox: list[Export] = []
        self.late: list[Export] = []  # written by the MIS, not delivered yet
        self.delivered: list[Export] = []
        self.refused: list[Export] = []
        self.shaky = False  # the last run left something open
        self.torn = False  # a killed run may or may not have read what is in the inbox

    # ── half an hour ──

    @initialize(phones=st.lists(st.integers(0, 4), min_size=1, max_size=3), days=st.integers(1, 3))
    def opens(self, phones: list[int], days: int) -> None:
        for phone in phones:
            self.mis.book(self.mis.admit(PHONES[phone], carded=True), days)

    @rule(news=st.lists(news, max_size=3), deeds=deeds, exported=exported, spelling=spellings, feeds=asked_for)
    def sync(
        self, news: list[News], deeds: list[Deed], exported: tuple[str, ...], spelling: int, feeds: tuple[str, ...]
    ) -> None:
        self.live(news, deeds, exported, spelling)
        self.run("sync", *(feeds if feeds != FEEDS else ()), feeds=feeds)

    @rule(news=st.lists(news, max_size=3), deeds=deeds, exported=exported, spelling=spellings, faults=faults)
    def sync_goes_wrong(
        self, news: list[News], deeds: list[Deed], exported: tuple[str, ...], spelling: int, faults: list[Fault]
    ) -> None:
        self.live(news, deeds, exported, spelling)
        self.set_faults(faults)
        self.run("sync", faulty=True)
        self.box.admin("DELETE", "faults")

    @rule(
        news=st.lists(news, max_size=3), deeds=deeds, exported=exported, spelling=spellings,
        faults=faults | st.just([]), at=st.integers(1, 30),
    )  # fmt: skip
    def sync_is_killed(
        self,
        news: list[News],
        deeds: list[Deed],
        exported: tuple[str, ...],
        spelling: int,
        faults: list[Fault],
        at: int,
    ) -> None:
        self.live(news, deeds, exported, spelling)
        self.set_faults(faults)
        now, before = self.begin(FEEDS)
        ran, sent = run_killed(self.clinic, self.screen, now, "sync", "--json", at=at)
        if ran.code is None and not sent:
            # Whether it had decided who is who cannot be seen from outside: the next run decides the same.
            ran, sent = run_killed(self.clinic, self.screen, now, "sync", "--json", at=0)
        self.end(before, ran, FEEDS, faulty=True)
        self.box.admin("DELETE", "faults")

    def live(self, news: list[News], deeds: list[Deed], exported: tuple[str, ...], spelling: int) -> None:
        """What the MIS was told, what people did in the CRM, and the files that came."""
        for one in news:
            self.mis.hear(one)
        for deed in deeds:
            self.do(deed)
        self.export(exported, spelling)

    def do(self, deed: Deed) -> None:
        before = self.board()
        act = done_by_people(deed, before, self.mis)
        if act:
            self.crm.act(self.clinic, act)
            self.oracle.people_did(before, self.board())

    def set_faults(self, faults: list[Fault]) -> None:
        whats, methods = self.crm.faults, self.crm.methods
        for what, match, nth, times in faults:
            self.clinic.fault(whats[what % len(whats)], methods[match % len(methods)], nth=nth, times=times)

    # ── files and the clock ──

    @rule(feeds=exported, spelling=spellings)
    def file_is_late(self, feeds: tuple[str, ...], spelling: int) -> None:
        self.late += self.exports(feeds, spelling)

    @rule()
    @precondition(lambda self: self.late)
    def late_file_arrives(self) -> None:
        self.deliver(self.late.pop(0))

    @rule(which=st.integers(0, 4))
    @precondition(lambda self: self.delivered)
    def file_is_dropped_again(self, which: int) -> None:
        """A copy that kept its time."""
        export = self.delivered[-1 - which % len(self.delivered)]
        if export not in self.inbox:
            self.deliver(export)

    @rule(minutes=st.sampled_from([1, 60, 300, 720, 1440]))
    def time_passes(self, minutes: int) -> None:
        later = self.mis.now + timedelta(minutes=minutes)
        # Whether a killed run has read a file that has grown too old since cannot be seen from outside.
        if not (self.torn and any(later - export.written > MAX_AGE[export.feed] for export in self.inbox)):
            self.mis.now = later

    def export(self, feeds: tuple[str, ...], spelling: int) -> None:
        for export in self.exports(feeds, spelling):
            self.deliver(export)

    def exports(self, feeds: tuple[str, ...], spelling: int) -> list[Export]:
        exports = [self.mis.export(feed, spelling) for feed in feeds]
        return [export for export in exports if export]

    def deliver(self, export: Export) -> None:
        path = self.clinic.folder / "inbox" / export.file
        path.write_bytes(export.content)
        os.utime(path, (export.written.timestamp(),) * 2)
        self.inbox.append(export)
        self.delivered.append(export)

    # ── runs ──

    @rule()
    def dry_run(self) -> None:
        before = self.board()
        ran = run_here(self.clinic, self.screen, self.mis.now.isoformat(), "diff", "--json")
        demand(ran.code in (0, 4, 5), "a dry run says what would be", ran)
        demand(before == self.board(), "a dry run changes nothing")

    def run(self, *argv: str, feeds: tuple[str, ...] = FEEDS, faulty: bool = False) -> Ran:
        now, before = self.begin(feeds)
        ran = run_here(self.clinic, self.screen, now, argv[0], "--json", *argv[1:])
        self.end(before, ran, feeds, faulty=faulty)
        return ran

    def begin(self, feeds: tuple[str, ...]) -> tuple[str, Board]:
        self.inbox = self.oracle.facts.read(self.inbox, self.mis.now, feeds)
        self.refused = [export for export in self.inbox if export.feed in feeds]
        self.oracle.facts.identify(feeds)
        return self.mis.now.isoformat(), self.board()

    def end(self, before: Board, ran: Ran, feeds: tuple[str, ...], *, faulty: bool) -> None:
        done = feeds == FEEDS and is_done(ran)
        self.oracle.judge(before, self.board(), self.mis.now, done=done, feeds=feeds)
        demand(not any(self.clinic.counters()["duplicates"].values()), "nothing is there twice")
        self.torn = ran.code is None
        if ran.code is not None:
            expected = {5} if self.refused else {0, 1, 4} if faulty or self.shaky else {0, 4}
            demand(ran.code in expected, "exit codes are as documented", ran, expected)
        self.shaky = (self.shaky or faulty) and not done

    def board(self) -> Board:
        return self.crm.board(self.clinic)

    # ── the end ──

    def teardown(self) -> None:
        try:
            self.box.admin("DELETE", "faults")
            if sys.exc_info()[0] is None:  # a promise that is broken already is the one to tell of
                self.quiet()
        finally:
            shutil.rmtree(self.folder)

    def quiet(self) -> None:
        """Undisturbed, a few runs bring everything in place, and the next makes no request."""
        for _attempt in range(QUIET_RUNS):
            ran = self.run("sync", faulty=self.shaky)
            if ran.requests == 0 and is_done(ran):
                break
        if not self.oracle.waits(self.board(), self.mis.now):  # what waits for people is asked for again
            demand(ran.requests == 0, "after a few runs there is quiet", ran)
            demand(is_done(ran), "what is quiet is done", ran)


@pytest.fixture(scope="module", params=[Bitrix24(), AmoCrm()], ids=["bitrix24", "amocrm"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Crm, Running]]:
    """A server of its own, with a fast clock."""
    crm: Crm = request.param
    with crm.serve() as box:
        yield crm, box


def check(served: tuple[Crm, Running], monkeypatch: pytest.MonkeyPatch, **given: Any) -> None:
    crm, box = served
    for variable, secret in crm.secrets(box).items():
        monkeypatch.setenv(variable, secret)
    usual: dict[str, Any] = {"deadline": None, "suppress_health_check": [*HealthCheck], "database": None}
    machine = type("Days", (Days,), {"box": box, "crm": crm})
    run_state_machine_as_test(machine, settings=settings(**usual | {"report_multiple_bugs": False} | given))


def test_random_days_end_as_promised(served: tuple[Crm, Running], monkeypatch: pytest.MonkeyPatch) -> None:
    check(served, monkeypatch, max_examples=served[0].few, stateful_step_count=15, derandomize=True)


@pytest.mark.slow
def test_many_random_days_end_as_promised(served: tuple[Crm, Running], monkeypatch: pytest.MonkeyPatch) -> None:
    count = int(os.environ.get("DENTSYNC_MACHINE", "300"))
    check(served, monkeypatch, max_examples=count, stateful_step_count=20, print_blob=True)
