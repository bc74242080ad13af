"""Limits of plans: exact at the boundary, blind to order, and silent where nothing can be lost."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.model import Change, Kind, Limit, Operation, Origin, SafetyRules, StageRef
from dentsync.transform.safety import plan_refusals
from tests.builders import NOW, ORIGIN, days, move


@dataclass
class Ours:
    """What is ours in the CRM: so many contacts and deals, values in fields, deals at stages."""

    contact: int = 0
    deal: int = 0
    values: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, int] = field(default_factory=dict)

    def items(self, kind: Kind) -> int:
        return self.contact if kind == "contact" else self.deal

    def holding(self, kind: Kind, field: str, most: int | None) -> int:
        held = self.values.get(field, self.items(kind))
        return held if most is None else min(held, most)

    def standing(self, pipeline: str, leaving: Collection[str]) -> Mapping[str, int]:
        return {stage: count for stage, count in self.stages.items() if stage not in leaving}


def refusals(operations: Collection[Operation], ours: Ours, **rules: Any) -> tuple[str, ...]:
    return plan_refusals(operations, ours, SafetyRules(**rules), NOW)


def updates(count: int, *changes: Change, kind: Kind = "contact") -> list[Operation]:
    changes = changes or (Change("patient_status", None, "VIP"),)
    return [
        Operation("update", kind, f"patient/main/{n}", Origin("file.csv", "0" * 12, n + 2), "contact", changes)
        for n in range(count)
    ]


def moves(count: int, stage: str = "Пришёл", ends: Any = "won", first: int = 0) -> list[Operation]:
    numbers = range(first, first + count)
    return [move(key=f"reminder:{n}", stage=StageRef(stage, ends), from_stage="Записан") for n in numbers]


WIDE: dict[str, Any] = {"updates": Limit(), "moves": Limit(), "lost": Limit()}
"""Rules in which only the limit that a test is about speaks."""

# ── shares ──


def test_a_share_is_compared_exactly() -> None:
    assert refusals(updates(300), Ours(contact=1000), free=0) == ()
    assert len(refusals(updates(301), Ours(contact=1000), free=0)) == 1


def test_a_small_clinic_is_not_refused_for_its_share() -> None:
    assert refusals(updates(50), Ours(contact=50)) == ()
    assert refusals(updates(51), Ours(contact=51))


def test_a_guard_that_has_nothing_to_compare_with_trips() -> None:
    assert "51 contact updates of 0" in refusals(updates(51), Ours())[0]


def test_lost_deals_have_a_limit_of_their_own() -> None:
    lost = moves(100, "Запись отменена", "lost")
    [refusal] = refusals(lost, Ours(deal=400, stages={"Запись отменена": 90, "Пришёл": 10}))
    assert "safety.lost" in refusal


def test_new_contacts_and_silent_imports_are_not_limited_but_new_deals_are() -> None:
    rules = {"creates": Limit(count=10)}
    contacts = [Operation("create", "contact", str(n), ORIGIN, "") for n in range(1000)]
    silent = [Operation("create", "deal", f"s{n}", ORIGIN, "", silent=True) for n in range(1000)]
    deals = [Operation("create", "deal", str(n), ORIGIN, "") for n in range(11)]
    assert refusals(contacts + silent + deals[:10], Ours(), **rules) == ()
    assert refusals(deals, Ours(), **rules)


def test_a_share_of_new_deals_is_a_limit_too() -> None:
    deals = [Operation("create", "deal", str(n), ORIGIN, "") for n in range(60)]
    assert refusals(deals, Ours(deal=100), creates=Limit(percent=60)) == ()
    assert refusals(deals, Ours(deal=99), creates=Limit(percent=60))


def test_the_first_three_places_are_named_and_no_value() -> None:
    slip = updates(60, Change("doctor", "Петров", "Їхтрю"))
    [refusal, _updates] = refusals(slip, Ours(contact=60))
    assert "(for example file.csv:2, file.csv:3, file.csv:4)" in refusal
    assert "Петров" not in refusal


# ── one field ──


def test_one_field_that_is_replaced_nearly_everywhere_is_refused_though_few_items_have_it() -> None:
    """An encoding slip in the doctors of 60 deals, where thousands of old deals have none."""
    slip = updates(60, Change("doctor", "Петров", "Їхтрю"), kind="deal")
    [refusal] = refusals(slip, Ours(deal=5000, values={"doctor": 180}))
    assert "60 values of doctor replaced in deals of 180" in refusal
    assert refusals(slip, Ours(deal=5000, values={"doctor": 200})) == ()


def test_a_field_that_was_never_written_is_no_broken_export() -> None:
    new_column = updates(1000, Change("birth_date", None, "1980-01-01", known=False))
    assert refusals(new_column, Ours(contact=1000)) == ()


def test_empty_places_may_be_filled() -> None:
    filled = updates(60, Change("doctor", None, "Петров"))
    assert refusals(filled, Ours(contact=1000, values={"doctor": 10})) == ()


def test_values_that_become_empty_have_a_stricter_limit() -> None:
    emptied = updates(60, Change("doctor", "Петров", None), Change("branch", "Северный", "Южный"))
    [refusal] = refusals(emptied, Ours(contact=599))
    assert "safety.cleared" in refusal
    assert refusals(emptied, Ours(contact=600)) == ()


def test_a_visit_that_has_passed_is_cleared_by_the_clock_and_not_by_an_export() -> None:
    passed = updates(60, Change("next_visit_at", days(-1).isoformat(), None))
    ahead = updates(60, Change("next_visit_at", days(1).isoformat(), None))
    ours = Ours(contact=1000, values={"next_visit_at": 100})
    assert refusals(passed, Ours()) == ()
    assert len(refusals(ahead, ours)) == 2


def test_a_field_may_have_a_limit_of_its_own() -> None:
    recount = updates(900, Change("balance", "100", "200"))
    assert refusals(recount, Ours(contact=1000), updates=Limit(percent=95), fields={"balance": Limit(percent=90)}) == ()
    [refusal] = refusals(recount, Ours(contact=999), **WIDE, fields={"balance": Limit(percent=90)})
    assert "safety.fields.balance" in refusal


# ── one stage ──

USUAL = {"Пришёл": 900, "Запись отменена": 100, "Записан": 5000}


def test_a_status_word_that_changed_its_meaning_is_refused() -> None:
    turned = moves(70, "Запись отменена", "lost") + moves(30, first=70)
    [refusal] = refusals(turned, Ours(deal=9000, stages=USUAL))
    assert "70 moves to the stage «Запись отменена» of «Оповещение о визите» of 100" in refusal


def test_the_stage_where_most_deals_end_may_take_most_of_them() -> None:
    assert refusals(moves(100), Ours(deal=9000, stages=USUAL)) == ()


def test_half_of_the_moves_may_end_anywhere() -> None:
    assert refusals(moves(60, "Запись отменена", "lost") + moves(60, first=60), Ours(deal=9000, stages=USUAL)) == ()


def test_without_anything_usual_one_direction_is_refused() -> None:
    assert refusals(moves(51), Ours(deal=9000, stages={"Записан": 5000}))
    assert refusals(moves(50), Ours(deal=9000, stages={"Записан": 5000})) == ()


# ── laws ──

CHANGES = (
    Change("doctor", "Петров", "Сидоров"),
    Change("doctor", "Петров", None),
    Change("phones", ("+79165550101",), ("+79165550102",)),
    Change("branch", None, "Северный", known=False),
    Change("next_visit_at", days(-1).isoformat(), days(3).isoformat()),
)


@st.composite
def operations(draw: st.DrawFn) -> list[Operation]:
    """A plan of up to a hundred operations of all kinds."""

    def one(number: int) -> Operation:
        origin = Origin(draw(st.sampled_from(["a.csv", "b.csv"])), "0" * 12, number)
        what = draw(st.sampled_from(["contact", "deal", "create", "won", "lost"]))
        match what:
            case "contact" | "deal":
                changes = draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=2, unique_by=lambda c: c.field))
                return Operation("update", what, str(number), origin, "", tuple(changes))  # type: ignore[arg-type]
            case "create":
                return Operation("create", "deal", str(number), origin, "")
            case _:
                return move(key=str(number), origin=origin, stage=StageRef(what, what), from_stage="Записан")

    return [one(number) for number in range(draw(st.integers(0, 40)))]


RULES = SafetyRules(free=3, creates=Limit(percent=20, count=10), cleared=Limit(percent=0))


@settings(deadline=None, max_examples=60)
@given(operations(), st.randoms(use_true_random=False), st.integers(0, 100), st.integers(0, 100))
def test_a_refusal_never_depends_on_the_order_of_the_plan(
    plan: list[Operation], chance: Any, items: int, standing: int
) -> None:
    ours = Ours(contact=items, deal=items, stages={"won": standing, "lost": items})
    shuffled = list(plan)
    chance.shuffle(shuffled)
    assert plan_refusals(plan, ours, RULES, NOW) == plan_refusals(shuffled, ours, RULES, NOW)


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(0, 100), st.integers(0, 3000))
def test_a_share_trips_exactly_above_its_limit(count: int, percent: int, base: int) -> None:
    slip = updates(count, Change("doctor", "Петров", "Їхтрю"))
    rules = WIDE | {"free": 0, "field": Limit(percent=percent)}
    assert bool(refusals(slip, Ours(contact=base), **rules)) is (count * 100 > percent * base)


@settings(deadline=None, max_examples=60)
@given(operations(), st.integers(0, 100))
def test_more_that_is_ours_never_makes_a_refusal(plan: list[Operation], items: int) -> None:
    stages = {"won": 10, "lost": 10}
    fewer = plan_refusals(plan, Ours(contact=items, deal=items, stages=stages), RULES, NOW)
    more = plan_refusals(plan, Ours(contact=items + 50, deal=items + 50, stages=stages), RULES, NOW)
    assert len(more) <= len(fewer)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_what_is_free_is_never_refused_for_its_share(count: int) -> None:
    plan = updates(count, CHANGES[1]) + moves(count, "Запись отменена", "lost")
    assert refusals(plan, Ours(), free=3, updates=Limit(percent=0)) == ()
