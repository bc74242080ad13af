"""The pace of calls: never more than the other side takes, whoever else calls from this machine."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.load.bucket import Bucket


class FakeClock:
    """Time that passes only by sleeping, or by hand."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.slept = 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds
        self.slept += seconds


def test_first_calls_do_not_wait_and_then_the_pace_is_that_of_the_leak() -> None:
    clock, bucket = FakeClock(), Bucket(50, 2, spare=2)
    for _ in range(48):
        bucket.wait(clock)
    assert clock.slept == 0
    for _ in range(10):
        bucket.wait(clock)
    assert clock.slept == pytest.approx(5)


@settings(deadline=None)
@given(st.lists(st.floats(0, 40), min_size=60, max_size=200), st.floats(0, 50))
def test_other_side_with_the_same_limit_never_has_to_refuse(gaps: list[float], start: float) -> None:
    clock, bucket = FakeClock(), Bucket(50, 2)
    for _ in range(int(start)):
        bucket.take(clock)
    theirs, at = float(int(start)), clock.now
    for gap in gaps:
        clock.now += gap * gap / 1600
        bucket.wait(clock)
        theirs, at = max(0.0, theirs - (clock.now - at) * 2) + 1, clock.now
        assert theirs <= 50


def test_what_another_run_has_used_counts(tmp_path: Path) -> None:
    clock = FakeClock()
    first, second = (Bucket(50, 2, spare=2, file=tmp_path / "pace.json") for _ in range(2))
    for _ in range(48):
        first.wait(clock)
    clock.now += 5
    for _ in range(11):
        second.wait(clock)
    assert clock.slept == pytest.approx(0.5)


def test_level_that_cannot_be_read_or_written_does_not_stop_the_calls(tmp_path: Path) -> None:
    clock = FakeClock()
    (tmp_path / "pace.json").write_bytes(b"\0torn")
    Bucket(50, 2, spare=2, file=tmp_path / "pace.json").wait(clock)
    nowhere = Bucket(50, 2, spare=2, file=tmp_path / "no" / "pace.json")
    for _ in range(58):
        nowhere.wait(clock)
    assert clock.slept == pytest.approx(5), "a process alone keeps its own pace"


def test_a_clock_that_was_set_back_freezes_no_pace_that_another_run_has_left(tmp_path: Path) -> None:
    Bucket(2, 7, spare=1, file=tmp_path / "pace.json").take(FakeClock(now=4600.0))
    clock = FakeClock(now=1000.0)
    Bucket(2, 7, spare=1, file=tmp_path / "pace.json").wait(clock)
    assert clock.slept < 1


_CALLER = """
import sys, time
from pathlib import Path
from dentsync.load.bucket import Bucket
from dentsync.load.target import WallClock
bucket, clock = Bucket(22, 20, file=Path(sys.argv[1])), WallClock()
for _ in range(20):
    bucket.wait(clock)
    print(time.time(), flush=True)
"""


def test_processes_at_the_same_time_share_one_pace(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CALLER, str(tmp_path / "pace.json")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    calls = sorted(float(line) for one in running for line in one.communicate(timeout=60)[0].splitlines())
    assert len(calls) == 60
    theirs, at = 0.0, calls[0]
    for call in calls:
        theirs, at = max(0.0, theirs - (call - at) * 20) + 1, call
        assert theirs <= 22.5


def test_refusal_empties_what_we_thought_was_free() -> None:
    clock, bucket = FakeClock(), Bucket(50, 2, spare=2)
    bucket.overflowed(clock)
    bucket.wait(clock)
    assert clock.slept == pytest.approx(1.5)


def test_clock_set_back_does_not_stop_the_calls() -> None:
    clock, bucket = FakeClock(), Bucket(50, 2, spare=2)
    bucket.overflowed(clock)
    clock.now -= 3600
    bucket.wait(clock)
    bucket.wait(clock)
    assert clock.slept < 5
