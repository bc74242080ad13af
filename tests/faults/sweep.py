"""One story from its beginning again for every point, and the judge of how it ended."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults.day import Day, first_load, half_hour, mis_takes_back, people_between
from tests.faults.effects import HOUR, Fault
from tests.faults.forks import Ending

CODES: dict[Fault, set[int]] = {
    "exception": {3},
    "refusal": {0, 1, 4},
    "interrupt": {130},
    "terminate": {143},
    "clock": {0, 4},  # 4: something waits for a person
}
LINES: dict[Fault, int] = {"refusal": 1, "interrupt": 2, "terminate": 2, "clock": 0}
CANARIES = ("Соколова", "Анна", "Котов", "555-01", "5550101")


def nobody(day: Day) -> None:
    """No person does anything."""


@dataclass(frozen=True)
class Story:
    """What was there before the run that is swept, and who does what before the next one."""

    before: Callable[[Day], None]
    between: Callable[[Day], None] = nobody
    drives: bool = False  # the archive is on another drive


STORIES = {
    "first load": Story(first_load),
    "half hour": Story(half_hour),
    "half hour, people before the next run": Story(half_hour, people_between),
    "half hour, the MIS takes it back": Story(half_hour, mis_takes_back),
    "half hour, the archive on another drive": Story(half_hour, drives=True),
}


class Sweep:
    """One story, from its beginning again for every point."""

    def __init__(self, day: Day, story: Story) -> None:
        self.day, self.story = day, story
        day.drives = story.drives
        story.before(day)
        day.keep()
        assert day.run().code in (0, 4)  # 4: something waits for a person
        story.between(day)
        assert day.settle() == []
        self.board, self.files = day.board(), day.files()

    def strike(self, point: int, fault: Fault, only: str) -> tuple[str, list[str]]:
        """What was struck (nothing: the run passed untouched), and all that is wrong in the end."""
        self.day.back()
        ending = self.day.run(point, fault, only=only)
        wrong = [*self.said(ending, fault), *self.end(HOUR if fault == "clock" else 0.0)]
        return ending.struck, [f"{point}, {ending.struck}, {fault}: {one}" for one in wrong]

    def said(self, ending: Ending, fault: Fault) -> Iterator[str]:
        """A fault that was to be expected is one line with its code; no fault shows personal data."""
        if ending.struck and ending.code not in CODES.get(fault, {ending.code}):
            yield f"ended with {ending.code}: {ending.err}"
        lines = [line for line in ending.err.splitlines() if line]
        if len(lines) > LINES.get(fault, len(lines)):
            yield f"too many lines: {ending.err}"
        if ending.code >= 0 and json.loads(ending.out or "{}").get("exit_code") != ending.code:
            yield f"no JSON of its end: {ending.out}"
        yield from self.shown(ending)

    def shown(self, ending: Ending) -> Iterator[str]:
        """What must not be seen in what a run printed."""
        secrets = [secret.rstrip("/").rpartition("/")[2] for secret in self.day.secrets.values()]
        if any(canary in ending.out + ending.err for canary in (*CANARIES, *secrets)):
            yield "personal data or a secret was shown"

    def end(self, late: float = 0.0) -> list[str]:
        """What is wrong once people and clean runs have done their part; ``late`` as for ``Day.settle``."""
        self.story.between(self.day)
        return self.day.settle(late) or list(self._differences())

    def _differences(self) -> Iterator[str]:
        yield from self.board.differences(self.day.board())
        if self.day.files() != self.files:
            yield "the archive differs"
        if self.day.open_ends():
            yield "open ends"


def swept(day: Day, story: str, fault: Fault, *, first: int = 1, stride: int = 1, only: str = "") -> int:
    """Sweep until a run passes untouched; how many points were struck."""
    sweep = Sweep(day, STORIES[story])
    wrong: list[str] = []
    for struck, point in enumerate(itertools.count(first, stride)):  # noqa: B007
        name, found = sweep.strike(point, fault, only)
        wrong += found
        if not name:
            break
    print(f"{story}, {fault}{only and f', {only}'}: {struck} points")
    assert wrong == [], "\n".join([f"{len(wrong)} wrong of {struck} points:", *wrong])
    return struck
