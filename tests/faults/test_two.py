"""One store and two CRMs: a run for one of them is killed at any point, and it is the other one's turn.

In the end both are as after undisturbed runs, and neither is asked for anything twice.
"""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Served
from tests.faults.day import Day, half_hour
from tests.faults.forks import Forks
from tests.faults.sides import AmoCrm, Bitrix24, Side
from tests.faults.test_sweep import FEWEST

STRIDE = 131
"""Every so-many-th point in the quick sweep."""


@pytest.fixture
def days(
    served: Callable[[Side], Served],
    forks: Forks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, Day]:
    """The same half hour in both, at the same moment."""
    days = {}
    for crm, side in {"bitrix24": Bitrix24(), "amocrm": AmoCrm(config="amocrm.toml")}.items():
        box, data = served(side)
        for variable, secret in side.secrets(box).items():
            monkeypatch.setenv(variable, secret)
        clinic = side.founded(tmp_path / "clinic", box, capsys.readouterr)
        days[crm] = Day(side, clinic, forks, data, tmp_path / f"kept {crm}")
    half_hour(*days.values())
    for day in days.values():
        day.keep()
    return days


def settled(days: list[Day]) -> list[str]:
    """What is wrong when each has had its turn until it has nothing left to do, and the first once more."""
    return [wrong for day in (*days, days[0]) for wrong in day.settle()]


def swept(days: dict[str, Day], killed: str, *, first: int = 1, stride: int = 1) -> int:
    """A run for one is killed at every point; how many they were."""
    it, other = days[killed], next(day for crm, day in days.items() if crm != killed)
    assert settled([it, other]) == []
    boards, files, wrong = [day.board() for day in (it, other)], it.files(), []
    for struck, point in enumerate(itertools.count(first, stride)):
        it.back()
        other.back()
        ending = it.run(point)
        if not ending.struck:
            break
        found = settled([other, it] if struck % 2 else [it, other])
        for board, day in zip(boards, (it, other), strict=True):
            found += board.differences(day.board())
        if it.files() != files or it.open_ends():
            found.append("the archive differs, or open ends")
        wrong += [f"{point}, {ending.struck}: {one}" for one in found]
    print(f"two CRMs, {killed} killed: {struck} points")
    assert wrong == [], "\n".join(wrong)
    return struck


@pytest.mark.parametrize("killed", ["bitrix24", "amocrm"])
def test_one_is_killed_at_some_points_and_the_other_goes_first(days: dict[str, Day], killed: str) -> None:
    assert swept(days, killed, first=7, stride=STRIDE) > FEWEST // STRIDE


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["bitrix24", "amocrm"])
def test_one_is_killed_at_any_point_and_the_other_goes_first(days: dict[str, Day], killed: str) -> None:
    assert swept(days, killed) > FEWEST
