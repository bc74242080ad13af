"""Requests in flight side by side: order, width, stopping, and what is left when it stops."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.errors import Forbidden, Unavailable
from dentsync.load.bitrix24.directory import Directory
from dentsync.load.bitrix24.fields import Vocabulary
from dentsync.load.bitrix24.items import Portrait
from dentsync.load.bitrix24.packing import Packer
from dentsync.load.bitrix24.portal import Pace, Portal
from dentsync.load.bitrix24.tasks import TaskWords
from dentsync.load.bitrix24.webhook import parse_webhook
from dentsync.load.flow import FIRST_OF_CHANGES, FIRST_WINDOW, WIDEST_WINDOW, Flow, Landing
from dentsync.load.target import Chunk, Ended, Patience, Sending, Step, TargetSettings, WallClock
from dentsync.model import Action, Change, Operation, Outcome, Result
from tests.builders import ORIGIN, ZONE


class Ferry:
    """The side of a CRM that takes ``size`` operations a request and answers as it is told, request by request."""

    def __init__(self, size: int = 1, answers: Sequence[Any] = (), seconds: float = 0.0) -> None:
        self.size, self.seconds = size, seconds
        self.answers = list(answers)
        self.packed: list[tuple[str, ...]] = []
        self.widest = 0
        self._at_sea = 0
        self._guard = threading.Lock()

    def pack(self, pending: Mapping[str, Operation], flying: frozenset[str]) -> Chunk | None:
        free = [one for one in pending.values() if f"{one.kind}:{one.key}" not in flying][: self.size]
        if not free:
            return None
        self.packed.append(tuple(one.key for one in free))
        return Chunk(tuple(free), self.answers.pop(0) if self.answers else Result.APPLIED)

    def free_at(self) -> float | None:
        return None

    def transmit(self, chunk: Chunk) -> Any:
        with self._guard:
            self._at_sea += 1
            self.widest = max(self.widest, self._at_sea)
        time.sleep(self.seconds)
        with self._guard:
            self._at_sea -= 1
        return chunk.request

    def landed(self, chunk: Chunk, answer: Any) -> Landing:
        if isinstance(answer, Exception):
            raise answer
        if answer == "again":
            return Landing((), chunk.operations)
        return Landing([Outcome(one, answer) for one in chunk.operations])


def updates(count: int) -> list[Operation]:
    return [Operation("update", "contact", f"c{n}", ORIGIN, "contact", crm_id=n) for n in range(count)]


def steps(ferry: Ferry, operations: Sequence[Operation], patience: Patience | None = None) -> Iterator[Step]:
    return Flow(ferry, operations, patience or Patience(WallClock())).steps()


def ends(found: Sequence[Step]) -> dict[str, Result]:
    return {one.operation.key: one.result for step in found if isinstance(step, Ended) for one in step.outcomes}


def test_requests_go_side_by_side_and_more_of_them_once_answers_come() -> None:
    ferry = Ferry(seconds=0.02)
    assert set(ends(list(steps(ferry, updates(100)))).values()) == {Result.APPLIED}
    assert FIRST_OF_CHANGES < ferry.widest <= WIDEST_WINDOW


def test_every_operation_is_announced_once_and_before_it_ends() -> None:
    announced: list[str] = []
    ended: list[str] = []
    for step in steps(Ferry(answers=["again", Result.FAILED, "again"]), updates(20)):
        match step:
            case Sending(operations):
                announced += [one.key for one in operations]
            case Ended(outcomes):
                assert {one.operation.key for one in outcomes} <= set(announced)
                ended += [one.operation.key for one in outcomes]
    assert sorted(announced) == sorted(ended) == sorted({*announced})


def test_operations_of_one_item_keep_their_order() -> None:
    moves = [replace(one, action="move") for one in updates(10)]
    ferry = Ferry(seconds=0.01)
    assert len(ends(list(steps(ferry, [*updates(10), *moves])))) == 10
    assert len(ferry.packed) == 20


def test_crm_that_refuses_everything_is_asked_no_more() -> None:
    ferry = Ferry(answers=[Result.APPLIED, Forbidden("no")])
    with pytest.raises(Forbidden):
        list(steps(ferry, updates(100)))
    assert len(ferry.packed) <= FIRST_OF_CHANGES + WIDEST_WINDOW


def test_what_was_not_done_when_the_crm_refused_is_known_not_to_be() -> None:
    flow = steps(Ferry(answers=[Forbidden("no")]), updates(1))
    assert ends([next(flow), next(flow)]) == {"c0": Result.HELD}
    with pytest.raises(Forbidden):
        next(flow)


@pytest.mark.parametrize(("action", "first"), [("update", FIRST_OF_CHANGES), ("create", FIRST_WINDOW)])
def test_crm_that_falls_silent_costs_the_first_window_and_two_more(action: Action, first: int) -> None:
    ferry = Ferry(answers=[Result.UNKNOWN] * 200, seconds=0.005)
    with pytest.raises(Unavailable):
        list(steps(ferry, [replace(one, action=action) for one in updates(200)]))
    assert len(ferry.packed) == first + 2


def test_single_lost_answers_do_not_stop_the_others() -> None:
    answers = [Result.UNKNOWN if number % 10 == 9 else Result.APPLIED for number in range(100)]
    found = ends(list(steps(Ferry(answers=answers, seconds=0.001), updates(100))))
    assert list(found.values()).count(Result.UNKNOWN) == 10


def test_who_is_asked_to_end_sends_nothing_more_and_waits_for_what_is_in_flight() -> None:
    patience, ferry, found = Patience(WallClock()), Ferry(seconds=0.05), []
    for step in steps(ferry, updates(100), patience):
        found.append(step)
        patience.asked = patience.asked or isinstance(step, Ended)
    sent = [one.key for step in found if isinstance(step, Sending) for one in step.operations]
    assert FIRST_OF_CHANGES <= len(sent) < 100
    assert ends(found).keys() == set(sent)


def test_deadline_ends_it_the_same_way() -> None:
    clock = WallClock()
    found = list(steps(Ferry(seconds=0.1), updates(1000), Patience(clock, clock.time() + 0.25)))
    assert FIRST_OF_CHANGES <= len(ends(found)) < 200


def test_wait_that_would_pass_the_deadline_is_not_begun() -> None:
    clock = WallClock()
    started = time.monotonic()
    assert not Patience(clock, clock.time() + 1).wait(clock.time() + 5)
    assert time.monotonic() - started < 0.5


# ── what Bitrix24's side packs ──


def packer() -> Packer:
    portal = Portal(parse_webhook("http://127.0.0.1:9/rest/1/secret/"), WallClock(), Pace(speeds=SPEEDS))
    portrait = Portrait(
        TargetSettings("", "dentsync", "Europe/Moscow", {}, ()),
        Directory(),
        Vocabulary("contact", ZONE, {}),
        Vocabulary("deal", ZONE, {}),
        TaskWords("dentsync", ZONE),
    )
    return Packer(portal, portrait, "fm")


SPEEDS = {f"{method} {kind}": 0.1 for method in ("crm.item.add", "crm.item.update") for kind in (2, 3)}

PEOPLE = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["create", "update"]), st.booleans(), st.booleans()),
    unique_by=lambda one: one[0],
    max_size=6,
)


@settings(deadline=None, max_examples=200)
@given(people=PEOPLE, flying=st.sets(st.integers(0, 5)))
def test_deal_never_goes_before_its_contact_and_never_beside_it_in_another_request(
    people: list[tuple[int, Any, bool, bool]], flying: set[int]
) -> None:
    operations: list[Operation] = []
    for number, action, with_deal, pending in people:
        crm_id = None if action == "create" else number + 1
        name = (Change("last_name", None, "Соколова"),)
        contact = Operation(action, "contact", f"p{number}", ORIGIN, "contact", name, crm_id=crm_id)
        title = (Change("title", None, "Приём"),)
        deal = Operation("create", "deal", f"d{number}", ORIGIN, "contact", title, contact=f"p{number}")
        operations += [contact] * (pending and number not in flying) + [deal] * with_deal
    ids = {f"contact:p{number}": number + 1 for number, action, *_ in people if action == "update"}
    ids |= {f"contact:p{number}": number + 1 for number in flying}
    found = packer().pack({one.id: one for one in operations}, ids, frozenset(f"contact:p{n}" for n in flying))
    sent = [f"{one.kind}:{one.key}" for one in (found.operations if found else ())]
    for number, _action, _deal, pending in people:
        deal_name, contact_name = f"deal:d{number}", f"contact:p{number}"
        if deal_name in sent:
            assert number not in flying
            if pending:
                assert contact_name in sent[: sent.index(deal_name)]
    if operations and not flying:
        assert sent, "with nothing in flight something goes"
