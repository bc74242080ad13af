"""Killed at any moment, the next runs end where an undisturbed one ends."""

import json
import random
import subprocess
import sys

import pytest

from dentsync.demo_stories import HELIX, drop_time
from tests.clinic import Clinic
from tests.runs.test_failures import pass_the_search_lag
from tests.runs.test_three_days import DROPS, GOLDEN, board


def killed_after(clinic: Clinic, now: str, seconds: float) -> None:
    """One run as a process of its own, killed unless it was quicker."""
    command = [sys.executable, "-m", "dentsync.cli", "sync", "-c", str(clinic.folder / "config.toml"), "--now", now]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        running.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_runs_killed_at_random_moments_end_at_the_golden_board(clinic: Clinic, seed: int) -> None:
    chance = random.Random(seed)
    clinic.say("status")  # the store is there
    for drop in DROPS:
        list(HELIX.people_act(clinic.box, drop))
        HELIX.put_files(drop, clinic.folder / "inbox")
        now = drop_time(drop).isoformat()
        for _attempt in range(4):
            killed_after(clinic, now, chance.uniform(0.15, 0.9))
            pass_the_search_lag(clinic)
        for _attempt in range(3):
            if clinic.sync(now=now)["operations"] == 0:
                break
            pass_the_search_lag(clinic)
        assert clinic.sync(now=now)["requests"] == 0
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}
    golden = json.loads((GOLDEN / f"{DROPS[-1]}.json").read_text(encoding="utf-8"))
    found = json.loads(json.dumps(board(clinic), sort_keys=True))
    assert found["contacts"] == golden["contacts"]
    assert found["pipelines"] == golden["pipelines"]
