"""The pace of an account: calls that set off late are made up for, and no second has more than it allows."""

import random
from bisect import bisect_left

import pytest

from dentsync.load.amocrm.account import Account
from dentsync.load.target import TargetSettings
from tests.load.test_bucket import FakeClock


def sent(clock: FakeClock, late: float, rate: str = "7") -> list[float]:
    """Moments of 1,000 calls, each up to ``late`` seconds behind the moment at which it might have gone."""
    access = {"rate": rate}
    bucket = Account("https://a.b", TargetSettings("t", "dentsync", "UTC", {}, (), access), clock).bucket
    moments, dice = [], random.Random(7)
    for _call in range(1000):
        while delay := bucket.delay(clock):
            clock.sleep(delay)
        clock.sleep(dice.uniform(0, late))
        bucket.take(clock)
        moments.append(clock.time())
    return moments


@pytest.mark.parametrize(("late", "rate"), [(0.0, 7), (0.02, 7), (0.3, 7), (0.1, 2), (0.005, 30), (0.02, 50)])
def test_no_second_has_more_calls_than_are_allowed(late: float, rate: int) -> None:
    moments = sent(FakeClock(), late, str(rate))
    assert max(bisect_left(moments, at + 1) - place for place, at in enumerate(moments)) <= rate


def test_calls_that_set_off_a_little_late_cost_no_time() -> None:
    even, late = (moments[-1] - moments[0] for moments in (sent(FakeClock(), 0.0), sent(FakeClock(), 0.025)))
    assert late == pytest.approx(even, rel=0.001)
    assert even <= 999 / 7 * 1.035
