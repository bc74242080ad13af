"""The machine and the people around a run: others at the same time, signals, clocks, disks, rights."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.clinic import ANNA, IVAN, Clinic, Said
from tests.faults.day import MANY, NOON, Day, long_list
from tests.faults.effects import HOUR
from tests.faults.sweep import STORIES, Story, Sweep

STEP = 450_000
"""Bytes between one size of the disk and the next."""


def process(clinic: Clinic, before: Callable[[], object] | None = None) -> "subprocess.Popen[str]":
    """``dentsync sync`` as a process of its own, from the first instruction of its interpreter."""
    command = [sys.executable, "-m", "dentsync.cli", "--lang", "en", "sync"]
    command += ["-c", str(clinic.folder / "config.toml"), "--now", NOON]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, preexec_fn=before)


def finished(running: "subprocess.Popen[str]") -> Said:
    out, err = running.communicate(timeout=60)
    return Said(running.returncode, out, err)


def one_line(said: Said) -> str:
    assert said.err.strip().count("\n") == 0, said.err
    assert "Traceback" not in said.err
    return said.err


# ── two at once ──


def test_of_two_runs_started_together_one_works_and_the_other_leaves_five_times_in_a_row(day: Day) -> None:
    clinic = day.clinic
    clinic.fault("slow:0.15", times=0)
    met = 0
    for number in range(5):
        row = ANNA.replace("101", f"10{number}").replace("555-01-01", f"555-01-0{number}")
        clinic.patients(*[ANNA, IVAN, row][: number + 1], name=f"patients_{number}.csv")
        said = [finished(running) for running in [process(clinic), process(clinic)]]
        codes = sorted(one.code for one in said)
        assert codes in ([0, 0], [0, 6]), [one.err for one in said]
        met += codes == [0, 6]
        assert all("another run" in one_line(one) for one in said if one.code == 6)
    assert met
    clinic.box.admin("DELETE", "faults")
    assert day.settle() == []
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}
    assert len(clinic.contacts()) == len({contact["originId"] for contact in clinic.contacts()}) == 5


# ── signals ──


def stopped_in_the_middle(sweep: Sweep, number: signal.Signals) -> Said:
    """A long push gets a signal when a part of it is on its way and the rest is not sent yet."""
    clinic = sweep.day.clinic
    sweep.day.back()
    before = clinic.counters()["commands"]["crm.item.add"]
    clinic.fault("slow:1.5", "crm.item.add", times=0)
    running = process(clinic)
    while clinic.counters()["commands"]["crm.item.add"] == before:
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(number)
    said = finished(running)
    clinic.box.admin("DELETE", "faults")
    return said


@pytest.mark.parametrize(
    ("number", "code"), [pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow), (signal.SIGTERM, 143)]
)
def test_a_long_push_that_is_stopped_says_so_and_is_continued(day: Day, number: signal.Signals, code: int) -> None:
    sweep = Sweep(day, Story(long_list))
    said = stopped_in_the_middle(sweep, number)
    assert len(day.clinic.deals()) < MANY
    assert sweep.end() == []
    assert said.code == code
    waits, ends = said.err.split("\n", 1)
    assert "finishing the requests in flight" in waits
    assert "interrupted" in one_line(Said(code, "", ends))


@pytest.mark.slow
def test_the_end_is_the_same_however_a_long_push_was_stopped(day: Day) -> None:
    sweep = Sweep(day, Story(long_list))
    for number in (signal.SIGTERM, signal.SIGKILL):
        stopped_in_the_middle(sweep, number)
        assert sweep.end() == []


# ── clocks ──


@pytest.fixture
def killed(day: Day) -> Sweep:
    """A run was killed when the portal had made new deals and it did not know yet."""
    sweep = Sweep(day, STORIES["half hour"])
    day.back()
    assert day.run(5, "kill", only="after a request is answered").struck
    return sweep


def test_a_clock_set_back_an_hour_after_a_run_was_killed_doubles_nothing(killed: Sweep) -> None:
    killed.day.settle(late=HOUR, turns=2)
    assert killed.end() == []


def test_a_clock_set_back_an_hour_makes_nothing_wait_for_an_hour(killed: Sweep) -> None:
    assert killed.day.settle(late=HOUR, turns=3) == []


# ── disks and rights ──


def test_a_disk_that_fills_up_anywhere_in_a_long_push_is_a_line_and_loses_nothing(day: Day) -> None:
    sweep = Sweep(day, Story(long_list))
    ends = []
    for room in range(50_000, 3_000_000, STEP):
        day.back()
        ending = day.run(room=room)
        ends.append(ending.code)
        if ending.code == 0:
            break
        assert ending.code == 1, ending.err
        assert "free space" in one_line(Said(ending.code, ending.out, ending.err))
        assert sweep.end() == [], room
    assert ends.count(1) > 3, ends


def bound_by_permissions() -> None:
    """In a child of root: permission bits bind it as they bind everybody."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH; gone at the next exec
            if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                raise OSError(ctypes.get_errno(), "prctl")


def test_a_state_directory_that_cannot_be_written_is_a_line_and_nothing_is_sent(day: Day) -> None:
    sweep = Sweep(day, STORIES["half hour"])
    day.back()
    state, requests = day.clinic.folder / "state", day.clinic.counters()["requests"]
    state.chmod(0o500)
    said = finished(process(day.clinic, bound_by_permissions))
    state.chmod(0o700)
    assert said.code == 1
    assert "state" in one_line(said)
    assert day.clinic.counters()["requests"] == requests
    assert sweep.end() == []


def test_a_state_that_cannot_be_made_is_a_line(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    clinic.folder.chmod(0o500)
    said = finished(process(clinic, bound_by_permissions))
    clinic.folder.chmod(0o700)
    assert said.code == 1
    assert "state" in one_line(said)
    assert clinic.contacts() == []


def test_an_archive_that_cannot_be_written_keeps_the_file_and_the_work_goes_on(day: Day) -> None:
    sweep = Sweep(day, STORIES["half hour"])
    day.back()
    archive = day.clinic.folder / "archive"
    folders = [archive, *(path for path in archive.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    said = finished(process(day.clinic, bound_by_permissions))
    for folder in folders:
        folder.chmod(0o700)
    assert said.code == 1
    assert said.out.count("cannot be moved to the archive") == 4
    assert list((day.clinic.folder / "inbox").iterdir())
    assert sweep.board.differences(day.board()) == []
    assert sweep.end() == []
