"""What every target promises, on every target: the docstrings of ``dentsync.load.target``, one test each.

A target is met here with a board of its own: the sandbox of its CRM, and words for a pipeline and its stages there.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dentsync.errors import Forbidden
from dentsync.load.target import GONE, Ended, Patience, Sending
from dentsync.load.targets import SEARCH_LAG, TARGETS
from dentsync.model import Change, Operation, Outcome, Present, Result, StageRef
from dentsync.sandbox.server import Running, running
from tests.builders import ORIGIN
from tests.load import portal_kit
from tests.load.amocrm import kit as amo_kit
from tests.load.portal_kit import Desk, changes, phone, results

NAME = "Соколова"


@dataclass(frozen=True)
class Counter:
    """A desk of one CRM: ``stages`` are booked, another open one, lost; ``creations`` how its sandbox calls them."""

    crm: str
    open: Callable[..., Desk]
    pipeline: str
    stages: tuple[StageRef, StageRef, StageRef]
    creations: str
    bad: dict[str, str]
    task: str = ""  # a type of its tasks, where the target carries them
    task_creations: str = ""


def _amo(account: str) -> Callable[..., Desk]:
    def opened(box: Running, **settings: Any) -> Desk:
        desk = amo_kit.AmoDesk(box, account, **settings)
        if "secret" not in settings:
            desk.target.setup()
        return desk

    return opened


AMO = Counter(
    "amocrm", _amo("smile"), amo_kit.PIPELINE, (amo_kit.BOOKED, amo_kit.VISITED, amo_kit.CANCELLED),
    "POST contacts", {"branch": "Филиал, которого нет"}, "Профосмотр", "POST tasks",
)  # fmt: skip
COUNTERS = {
    "bitrix24": Counter(
        "bitrix24", portal_kit.Desk, portal_kit.PIPELINE,
        (portal_kit.BOOKED, portal_kit.CONFIRMED, portal_kit.CANCELLED),
        "crm.item.add", {"branch": "Филиал, которого нет"}, "Профосмотр", "crm.activity.todo.add",
    ),
    "amocrm": AMO,
    "amocrm without the filter": replace(AMO, open=_amo("smilekids")),
}  # fmt: skip
with_tasks = pytest.mark.parametrize("counter", [name for name, one in COUNTERS.items() if one.task], indirect=True)


@pytest.fixture(scope="module")
def boxes() -> Iterator[dict[str, Running]]:
    """A sandbox of each CRM."""
    with running() as portal, running(crm="amocrm") as accounts:
        yield {"bitrix24": portal, "amocrm": accounts}


@pytest.fixture(params=COUNTERS)
def counter(request: pytest.FixtureRequest) -> Counter:
    return COUNTERS[request.param]


@pytest.fixture
def box(counter: Counter, boxes: dict[str, Running]) -> Running:
    """The CRM as it was on the first day."""
    boxes[counter.crm].admin("POST", "reset", {})
    return boxes[counter.crm]


@pytest.fixture
def desk(counter: Counter, box: Running) -> Iterator[Desk]:
    desk = counter.open(box)
    assert desk.target.check().problems == ()
    yield desk
    desk.admin("DELETE", "faults")


def person(key: str = "p1", **fields: Any) -> Operation:
    return portal_kit.person(key, **fields)


def visit(counter: Counter, key: str = "d1", contact: str | None = "p1", **fields: Any) -> Operation:
    """A deal at the first stage."""
    return replace(portal_kit.visit(key, contact, **fields), pipeline=counter.pipeline, stage=counter.stages[0])


def move(counter: Counter, key: str, number: int, stage: int) -> Operation:
    return portal_kit.move(key, number, counter.stages[stage], counter.pipeline)


def update(kind: Any, key: str, number: int, *changed: Change, **more: Any) -> Operation:
    return portal_kit.update(kind, key, number, *changed, **more)


def settle(counter: Counter, desk: Desk) -> None:
    """Let the CRM's search lag pass."""
    desk.set(advance=SEARCH_LAG[counter.crm].total_seconds())


def there(desk: Desk, kind: str, key: str) -> Present:
    found = desk.read(**{f"{kind}_ids": [desk.ids[f"{kind}:{key}"]]})
    return next(iter((found.contacts if kind == "contact" else found.deals).values()))


def test_every_target_stands_here() -> None:
    assert {counter.crm for counter in COUNTERS.values()} == set(TARGETS) == set(SEARCH_LAG)


# ── creations ─────────────────────────────────────────────────────────────────────────────────


def test_contacts_and_deals_are_made_linked_and_shown_as_foretold(counter: Counter, desk: Desk) -> None:
    contact, deal = person(card_number="00101"), visit(counter, doctor="Петров", amount="12500")
    found = desk.apply(contact, deal)
    assert results(found) == {Result.APPLIED}
    assert all(outcome.linked for outcome in found.values())
    for operation in (contact, deal):
        present = there(desk, operation.kind, operation.key)
        wanted = {change.field: change.new for change in operation.changes}
        shown = desk.target.as_read(operation.kind, wanted)
        assert present.key == operation.key
        assert {name: present.fields[name] for name in shown} == shown
    present = there(desk, "deal", "d1")
    assert (present.pipeline, present.stage, present.ends) == (counter.pipeline, counter.stages[0].name, None)
    assert present.contacts == (desk.ids["contact:p1"],)


def test_what_was_made_is_found_by_its_key_and_by_its_phone(counter: Counter, desk: Desk) -> None:
    desk.apply(*(person(f"p{number}") for number in range(1, 13)), visit(counter))
    settle(counter, desk)
    reading = desk.read(contact_keys=["p1", "nobody"], deal_keys=["d1", "nothing"], phones=[phone("p2"), phone("p99")])
    ids = {key: desk.ids[key] for key in ("contact:p1", "contact:p2", "deal:d1")}
    assert set(reading.contacts) == {ids["contact:p1"], ids["contact:p2"]}
    assert set(reading.deals) == {ids["deal:d1"]}
    assert reading.by_phone == {phone("p2"): (ids["contact:p2"],)}


def test_one_bad_row_never_hides_the_others(counter: Counter, desk: Desk) -> None:
    bad = person("p7", **counter.bad)
    found = desk.apply(*(person(f"p{number}") for number in range(1, 7)), bad, visit(counter, "d7", "p7"))
    assert found[bad.id].result is Result.FAILED
    assert found["create:deal:d7"].result is Result.HELD
    assert len(desk.contacts) == 6


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_creation_whose_answer_was_lost_is_unknown_and_never_repeated(
    counter: Counter, desk: Desk, fault: str
) -> None:
    desk.fault(fault, counter.creations)
    found = desk.apply(*(person(f"p{number}") for number in range(1, 4)))
    assert results(found) == {Result.UNKNOWN}
    made = 3 if fault == "drop_after" else 0
    assert len(desk.contacts) == made
    settle(counter, desk)
    assert len(desk.read(contact_keys=["p1", "p2", "p3"]).contacts) == made


def test_an_item_of_people_gets_our_key_with_its_first_change(counter: Counter, desk: Desk) -> None:
    desk.apply(person("p1"))
    number = desk.ids["contact:p1"]
    claimed = replace(update("contact", "p2", number, *changes(card_number="00102")), claims=True)
    assert results(desk.apply(claimed)) == {Result.APPLIED}
    settle(counter, desk)
    reading = desk.read(contact_keys=["p1", "p2"])
    assert {one.crm_id: one.key for one in reading.contacts.values()} == {number: "p2"}


def test_a_lost_change_is_unknown_too(counter: Counter, desk: Desk) -> None:
    desk.apply(person())
    desk.fault("drop_after", "*")
    found = desk.apply(update("contact", "p1", desk.ids["contact:p1"], *changes(last_name="Орлова")))
    assert results(found) == {Result.UNKNOWN}


# ── changes ───────────────────────────────────────────────────────────────────────────────────


def test_a_change_touches_nothing_else_and_numbers_of_people_stay(counter: Counter, desk: Desk) -> None:
    desk.apply(person(card_number="00101"))
    number = desk.ids["contact:p1"]
    desk.act("add_phone", contact=number, phone="8 (495) 111-22-33")
    renamed = changes(last_name="Орлова")
    desk.apply(update("contact", "p1", number, Change("phones", (phone("p1"),), (phone("p2"),)), *renamed))
    present = there(desk, "contact", "p1")
    assert present.fields["phones"] == (phone("p2"), "+74951112233")
    assert (present.fields["last_name"], present.fields["card_number"]) == ("Орлова", "00101")


def test_a_number_given_twice_is_there_once(counter: Counter, desk: Desk) -> None:
    desk.apply(person())
    number = desk.ids["contact:p1"]
    for _time in range(2):
        desk.apply(update("contact", "p1", number, Change("phones", (), (phone("p1"), phone("p2")))))
    assert there(desk, "contact", "p1").fields["phones"] == (phone("p1"), phone("p2"))


@pytest.mark.parametrize("stage", [1, 2])
def test_a_deal_stands_where_it_was_moved(counter: Counter, desk: Desk, stage: int) -> None:
    desk.apply(person(), visit(counter))
    assert results(desk.apply(move(counter, "d1", desk.ids["deal:d1"], stage))) == {Result.APPLIED}
    present = there(desk, "deal", "d1")
    wanted = counter.stages[stage]
    assert (present.pipeline, present.stage, present.ends) == (counter.pipeline, wanted.name, wanted.ends)


def test_operations_of_an_item_keep_their_order_and_a_deals_come_after_its_contacts(
    counter: Counter, desk: Desk
) -> None:
    desk.apply(person(), visit(counter))
    deal, contact = desk.ids["deal:d1"], desk.ids["contact:p1"]
    operations = [
        update("contact", "p1", contact, *changes(last_name="Орлова")),
        update("deal", "d1", deal, *changes(doctor="Петров"), contact="p1"),
        replace(move(counter, "d1", deal, 1), contact="p1"),
    ]
    ended: list[str] = []
    for outcomes in desk.sent(operations):
        ended += [outcome.operation.id for outcome in outcomes]
    assert ended == [operation.id for operation in operations]
    assert there(desk, "deal", "d1").stage == counter.stages[1].name


def test_a_deal_is_given_another_contact_and_one_that_people_added_stays(counter: Counter, desk: Desk) -> None:
    desk.apply(*(person(key) for key in ("p1", "p2", "p3")), visit(counter))
    number = desk.ids["deal:d1"]
    desk.apply(update("deal", "d1", number, Change("contact", None, "p3", known=False), contact="p3"))
    desk.apply(update("deal", "d1", number, Change("contact", "p1", "p2"), contact="p2"))
    present = there(desk, "deal", "d1")
    assert present.contacts is not None
    assert present.contacts[0] == desk.ids["contact:p2"]
    assert set(present.contacts) == {desk.ids["contact:p2"], desk.ids["contact:p3"]}


def test_an_id_that_died_is_gone_and_the_others_are_done(counter: Counter, desk: Desk) -> None:
    desk.apply(*(person(f"p{number}") for number in (1, 2)), visit(counter, "d1"), visit(counter, "d2"))
    numbers = {key: desk.ids[key] for key in ("contact:p1", "contact:p2", "deal:d1", "deal:d2")}
    desk.act("delete", **{amo_or("deal", counter): numbers["deal:d1"]})
    desk.act("delete", contact=numbers["contact:p1"])
    found = desk.apply(
        *(update("contact", key, numbers[f"contact:{key}"], *changes(last_name="Орлова")) for key in ("p1", "p2")),
        *(update("deal", key, numbers[f"deal:{key}"], *changes(doctor="Петров")) for key in ("d1", "d2")),
        Operation("update", "contact", "p9", ORIGIN, "contact", (Change("phones", (), (phone("p9"),)),), crm_id=99_999),
    )
    assert {name.partition(":")[2] for name, outcome in found.items() if outcome.reason == GONE} == {
        "contact:p1", "deal:d1", "contact:p9"}  # fmt: skip
    assert there(desk, "contact", "p2").fields["last_name"] == "Орлова"
    reading = desk.read(contact_ids=[numbers["contact:p1"]], deal_ids=[numbers["deal:d1"]])
    assert (reading.contacts, reading.deals) == ({}, {})


def amo_or(kind: str, counter: Counter) -> str:
    """How a sandbox calls a deal."""
    return "lead" if counter.crm == "amocrm" and kind == "deal" else kind


def test_open_deals_of_a_contact_are_those_that_have_not_ended(counter: Counter, desk: Desk) -> None:
    deals = [visit(counter, f"d{number}", "p1") for number in (1, 2, 3)]
    desk.apply(person("p1"), person("p2"), *deals, visit(counter, "d4", "p2"))
    desk.apply(move(counter, "d2", desk.ids["deal:d2"], 2))
    found = desk.read(open_deals_of=[desk.ids["contact:p1"]]).deals
    assert {one.key for one in found.values()} == {"d1", "d3"}
    assert {one.stage for one in found.values()} == {counter.stages[0].name}
    assert all(one.contacts == (desk.ids["contact:p1"],) for one in found.values())


def test_deals_that_anybody_changed_are_told_once_they_were(counter: Counter, desk: Desk) -> None:
    desk.apply(person(), visit(counter, "d1"), visit(counter, "d2"))
    since = desk.target.changed_deals([counter.pipeline], None).until
    desk.clock.sleep(5)
    desk.apply(move(counter, "d1", desk.ids["deal:d1"], 1))
    seen = desk.target.changed_deals([counter.pipeline], since)
    assert ("d1", counter.stages[1].name) in {(one.key, one.stage) for one in seen.deals}
    assert seen.until >= since
    assert desk.target.changed_deals([counter.pipeline], desk.clock.time() + 10_000).deals == ()
    assert desk.target.changed_deals([], since).deals == ()


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────


def task(counter: Counter, key: str = "d1", **fields: Any) -> Operation:
    """The creation of a deal's task."""
    values = {"type": counter.task, "deadline": "2027-02-01T00:00:00+03:00", "text": "после имплантации", "done": False}
    given = changes(**values | fields)
    return Operation("create", "task", key, ORIGIN, "routes.primary.task", given, label=counter.task)


def the_task(desk: Desk, key: str = "d1") -> Present:
    """The task that carries the key, found at its deal."""
    found = desk.read(tasks_of=[(key, desk.ids[f"deal:{key}"])]).tasks
    [one] = [one for one in found.values() if one.key == key]
    return one


def test_a_target_says_whether_it_carries_tasks(counter: Counter, desk: Desk) -> None:
    assert desk.target.carries_tasks is bool(counter.task)


@with_tasks
def test_a_task_is_made_at_its_deal_and_shown_as_foretold(counter: Counter, desk: Desk) -> None:
    made = [task(counter), task(counter, "d2", text=None, deadline="2027-02-01T09:30:00+03:00")]
    found = desk.apply(*made, person(), visit(counter), visit(counter, "d2"))  # whatever their order
    assert results(found) == {Result.APPLIED}
    for operation in made:
        number = desk.ids[f"task:{operation.key}"]
        wanted = {change.field: change.new for change in operation.changes}
        shown = desk.target.as_read("task", wanted)
        assert desk.read(task_ids=[number]).tasks[number].fields == shown
        assert (shown["deadline"], shown["text"] or None) == (wanted["deadline"], wanted["text"])
        assert the_task(desk, operation.key).crm_id == number


@with_tasks
def test_a_task_whose_deal_was_not_made_is_held(counter: Counter, desk: Desk) -> None:
    bad = person("p7", **counter.bad)
    found = desk.apply(bad, visit(counter, "d7", "p7"), task(counter, "d7"))
    assert [found[f"create:{one}:d7"].result for one in ("deal", "task")] == [Result.HELD, Result.HELD]


@with_tasks
@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_task_whose_answer_was_lost_is_unknown_and_found_at_its_deal(
    counter: Counter, desk: Desk, fault: str
) -> None:
    desk.apply(person(), visit(counter))
    desk.fault(fault, counter.task_creations)
    assert results(desk.apply(task(counter))) == {Result.UNKNOWN}
    settle(counter, desk)
    found = desk.read(tasks_of=[("d1", desk.ids["deal:d1"])]).tasks
    assert [one.key for one in found.values()] == (["d1"] if fault == "drop_after" else [])


@with_tasks
def test_a_task_is_changed_and_completed_once_and_never_opened(counter: Counter, desk: Desk) -> None:
    desk.apply(person(), visit(counter), task(counter))
    number, later = desk.ids["task:d1"], "2027-03-01T00:00:00+03:00"
    assert results(desk.apply(update("task", "d1", number, Change("deadline", None, later)))) == {Result.APPLIED}
    assert the_task(desk).fields["deadline"] == later
    assert the_task(desk).fields["text"] == "после имплантации"
    for done in (True, False):  # a task that is done is found, too
        assert results(desk.apply(update("task", "d1", number, Change("done", not done, done)))) == {Result.APPLIED}
        assert the_task(desk).fields["done"] is True


@with_tasks
def test_a_task_that_died_is_gone_and_the_others_are_changed(counter: Counter, desk: Desk) -> None:
    desk.apply(person(), visit(counter), task(counter))
    text = Change("text", None, "позвонить")
    found = desk.apply(update("task", "d1", desk.ids["task:d1"], text), update("task", "d9", 99_999, text))
    assert (found["update:task:d1"].result, found["update:task:d9"].reason) == (Result.APPLIED, GONE)
    assert desk.read(task_ids=[99_999]).tasks == {}


# ── limits, ends, silence ─────────────────────────────────────────────────────────────────────


def test_limits_are_kept_before_they_bite(counter: Counter, desk: Desk) -> None:
    people = [person(f"p{number}") for number in range(1, 401)]
    desk.apply(*people)
    settle(counter, desk)
    desk.read(contact_keys=[f"p{number}" for number in range(1, 8)])
    desk.apply(*(update("contact", one.key, desk.ids[f"contact:{one.key}"], *changes(last_name="О")) for one in people))
    assert len(desk.contacts) == 400
    assert {name: count for name, count in desk.counters.items() if name.startswith("refused")} == {
        name: 0 for name in desk.counters if name.startswith("refused")
    }


def test_each_operation_is_intended_before_it_goes_and_ends_once(counter: Counter, desk: Desk) -> None:
    operations = [*(person(f"p{number}") for number in range(1, 61)), visit(counter, "d1", "p60")]
    intended: list[str] = []
    ended: list[str] = []
    for step in desk.target.carry_out(operations, desk.ids, Patience(desk.clock)):
        match step:
            case Sending(fresh):
                intended += [one.id for one in fresh]
            case Ended(outcomes):
                assert {one.operation.id for one in outcomes} <= set(intended)
                ended += [one.operation.id for one in outcomes]
                desk.ids |= {f"{o.operation.kind}:{o.operation.key}": o.crm_id for o in outcomes if o.crm_id}
    assert sorted(intended) == sorted(ended) == sorted(one.id for one in operations)


def test_what_was_not_sent_when_the_run_had_to_end_does_not_end(counter: Counter, desk: Desk) -> None:
    patience = Patience(desk.clock)
    patience.asked = True
    assert list(desk.sent([person()], patience)) == []
    assert desk.contacts == []


def test_wrong_credentials_stop_everything_and_are_not_shown(counter: Counter, box: Running) -> None:
    wrong = box.webhook.replace(box.webhook.rstrip("/").rsplit("/", 1)[-1], "wr0ngs3cret")
    desk = counter.open(box, secret=wrong if counter.crm == "bitrix24" else "wr0ngs3cret")
    with pytest.raises(Forbidden) as caught:
        desk.target.check()
    assert "wr0ngs3cret" not in str(caught.value)


def test_what_a_run_learned_is_json_and_serves_the_next(counter: Counter, box: Running, desk: Desk) -> None:
    learned = json.loads(json.dumps({"directory": desk.target.check().directory, "pace": desk.target.pace()}))
    later = counter.open(box, **learned) if counter.crm == "bitrix24" else type(desk)(box, desk.account, **learned)  # type: ignore[attr-defined, call-arg]
    assert later.target.as_read("contact", {"last_name": NAME}) == {"last_name": NAME}
    assert later.target.requests == 0
    assert results(later.apply(person(), visit(counter))) == {Result.APPLIED}


def test_reasons_name_no_person(counter: Counter, desk: Desk) -> None:
    said: list[Outcome] = []
    said += desk.apply(person(**counter.bad), visit(counter, "d2", "p2")).values()
    desk.fault("drop_after", counter.creations)
    said += desk.apply(person("p3")).values()
    said += desk.apply(update("contact", "p9", 99_999, *changes(last_name=NAME))).values()
    assert len({outcome.result for outcome in said}) == 3
    text = " ".join(outcome.reason for outcome in said) + repr(said)
    assert not any(word in text for word in (NAME, "Анна", "9165550", *counter.bad.values()))


def test_setting_up_twice_makes_nothing_twice(desk: Desk) -> None:
    desk.target.setup()
    assert desk.target.setup() == ()
    assert desk.target.check().problems == ()
