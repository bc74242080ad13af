"""What the facts leave open. A question blocks the closing of a month until somebody decides, or the facts are mended.

What is paid meanwhile is the rule's careful default; it is never a guess that stays.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from dentsync.transform.pay.facts import Answer, Decision


class Kind(StrEnum):
    """What is open."""

    UNCLOSED_DAY = "unclosed_day"
    UNCLOSED_EXTRA = "unclosed_extra"
    NO_CLOCK = "no_clock"
    UNSCHEDULED_WORK = "unscheduled_work"
    WORK_IN_ABSENCE = "work_in_absence"
    OVERLAP = "overlap"
    NO_RATE = "no_rate"
    NO_OVERTIME_RATE = "no_overtime_rate"
    UNKNOWN_EMPLOYEE = "unknown_employee"
    NAMED_TWO_WAYS = "named_two_ways"
    UNCLEAR_JOB = "unclear_job"
    EARLIER_OVERTIME = "earlier_overtime"
    OPEN_VISIT = "open_visit"
    NO_AUTHOR = "no_author"
    NOT_KNOWN = "not_known"
    PLAN_NOT_KNOWN = "plan_not_known"
    ODD_RECORD = "odd_record"
    UNAPPROVED = "unapproved"


_TIMES: tuple[Answer, ...] = ("as_planned", "nothing", "times")
_EXTRA: tuple[Answer, ...] = ("as_shift", "as_overtime", "nothing")

ANSWERS: Mapping[Kind, tuple[Answer, ...]] = {
    Kind.UNCLOSED_DAY: _TIMES,
    Kind.UNCLOSED_EXTRA: ("times", "nothing"),
    Kind.NO_CLOCK: _TIMES,
    Kind.UNSCHEDULED_WORK: _EXTRA,
    Kind.WORK_IN_ABSENCE: _EXTRA,
    Kind.OVERLAP: ("accept",),
    Kind.EARLIER_OVERTIME: ("accept",),
    Kind.UNKNOWN_EMPLOYEE: ("same", "ignore"),
    Kind.NAMED_TWO_WAYS: ("same", "ignore"),
    Kind.OPEN_VISIT: ("accept",),
    Kind.NO_AUTHOR: ("same", "accept"),
    Kind.NOT_KNOWN: ("as_planned", "nothing"),
    Kind.PLAN_NOT_KNOWN: ("accept",),
    Kind.ODD_RECORD: ("accept",),
    Kind.UNAPPROVED: ("accept",),
    # answered by the directory or the plan, never beside it
    Kind.NO_RATE: (),
    Kind.NO_OVERTIME_RATE: (),
    Kind.UNCLEAR_JOB: (),
}


ABOUT_NAMES = frozenset({Kind.UNKNOWN_EMPLOYEE, Kind.NAMED_TWO_WAYS})
"""Who is meant by a name does not depend on how often it stands somewhere: the answer holds in later months, too."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is open. ``id`` changes with its evidence, so that an old decision never answers a new question.

    ``minutes`` hang on it, or ``cards`` of patients; ``candidates`` are employees who may be meant; ``places`` are the
    facts that it came from.
    """

    kind: Kind
    employee: str
    on: date | None
    detail: str
    minutes: int = 0
    candidates: tuple[str, ...] = ()
    cards: tuple[str, ...] = field(default=(), repr=False)
    places: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Unique in a month."""
        return ":".join(filter(None, (self.kind.value, self.employee, str(self.on or ""), self.detail)))

    @property
    def evidence(self) -> str:
        """A fingerprint of what hangs on it: other minutes or patients are another question under the same id."""
        cards = () if self.kind in ABOUT_NAMES else self.cards
        parts = (str(self.minutes), *self.candidates, "", *cards)
        return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Remark:
    """What is worth a look and changes nothing: lateness, overtime below the threshold, a change of rate."""

    what: str
    employee: str
    on: date | None = None
    detail: str = ""

    @property
    def text(self) -> str:
        return ":".join(filter(None, (self.what, str(self.on or ""), self.detail)))


@dataclass(slots=True)
class Asking:
    """Questions as they come up, and the decisions that answer some of them."""

    decisions: tuple[Decision, ...]
    open: dict[str, Question] = field(default_factory=dict)
    answered: dict[str, Question] = field(default_factory=dict)
    remarks: set[Remark] = field(default_factory=set)

    def ask(self, question: Question, fits: Callable[[Decision], bool] = lambda _decision: True) -> Decision | None:
        """The decision, or None and the question stays open: there is none, it does not fit, or two contradict."""
        found = {
            decision
            for decision in self.decisions
            if decision.question == question.id and decision.evidence in ("", question.evidence)
        }
        decision = found.pop() if len(found) == 1 else None
        if decision is not None and _answers(decision, question) and fits(decision):
            self.answered[question.id] = question
            return decision
        self.open[question.id] = question
        return None

    def remark(self, what: str, employee: str, on: date | None = None, detail: str = "") -> None:
        """Note what changes nothing."""
        self.remarks.add(Remark(what, employee, on, detail))

    @property
    def unused(self) -> tuple[Decision, ...]:
        """Decisions that answered nothing: their facts have changed, they were mistyped, or contradict each other."""
        left = {decision for decision in self.decisions if decision.question not in self.answered}
        return tuple(sorted(left, key=lambda one: (one.question, one.answer, one.employee, one.by)))


def _answers(decision: Decision, question: Question) -> bool:
    if decision.answer not in ANSWERS[question.kind]:
        return False
    if decision.answer != "times":
        return True
    start, end = decision.start, decision.end
    if start is None or end is None or question.on is None:
        return False
    is_near = abs(start.date() - question.on) <= timedelta(days=1)
    return is_near and timedelta(0) < end - start <= timedelta(days=1)
