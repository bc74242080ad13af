from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.model import CrmField, Plain, StageRef, Status
from dentsync.transform.diff import operations_of
from dentsync.transform.plain import same
from tests.builders import desired, synced


def test_what_is_not_in_the_crm_is_created_with_all_its_fields() -> None:
    [operation], held = operations_of(desired("deal"), None, {})
    assert (operation.action, operation.stage, held) == ("create", StageRef("Записан"), [])
    assert {change.field: change.new for change in operation.changes} == {"title": "Приём"}


def test_what_no_longer_wants_a_new_item_creates_none() -> None:
    assert operations_of(desired("deal", creates=False), None, {}) == ([], [])


def test_an_item_that_is_as_desired_needs_nothing() -> None:
    for kind in ("contact", "deal"):
        assert operations_of(desired(kind), synced(desired(kind)), {}) == ([], [])


def test_only_the_fields_that_differ_are_sent_each_with_old_and_new() -> None:
    wanted = desired(fields={"last_name": "Белова", "phones": ("+79165550101",)})
    [operation], _held = operations_of(wanted, synced(desired()), {})
    assert [(c.field, c.old, c.new, c.known) for c in operation.changes] == [
        ("last_name", "Соколова", "Белова", True)
    ]  # fmt: skip


def test_an_absent_column_changes_nothing_and_an_empty_cell_clears() -> None:
    before = synced(desired(fields={"patient_status": "VIP", "next_visit_at": "2026-10-06T09:00:00+03:00"}))
    assert operations_of(desired(fields={"patient_status": "VIP"}), before, {}) == ([], [])
    [operation], _held = operations_of(desired(fields={"patient_status": "VIP", "next_visit_at": None}), before, {})
    assert [(c.field, c.new) for c in operation.changes] == [("next_visit_at", None)]


@pytest.mark.parametrize(
    ("policy", "new", "sent"),
    [("mis_wins", None, True), ("never_clear", None, False), ("never_clear", "Ян", True), ("crm_wins", "Ян", False)],
)
def test_policies_say_whose_word_counts(policy: str, new: str | None, sent: bool) -> None:
    fields = {"first_name": CrmField("", policy)}  # type: ignore[arg-type]
    operations, _held = operations_of(
        desired(fields={"first_name": new}), synced(desired(fields={"first_name": "Анна"})), fields
    )
    assert bool(operations) is sent


def test_zero_and_false_are_values() -> None:
    before = synced(desired(fields={"sms_opt_out": None, "completed_visits": None}))
    [operation], _held = operations_of(desired(fields={"sms_opt_out": False, "completed_visits": 0}), before, {})
    assert {c.field: c.new for c in operation.changes} == {"sms_opt_out": False, "completed_visits": 0}


def test_a_status_that_did_not_change_is_no_news_even_if_the_configured_stage_did() -> None:
    wanted = desired("deal", stage=StageRef("Новая стадия"))
    assert operations_of(wanted, synced(desired("deal")), {}) == ([], [])


def test_a_changed_status_moves_the_deal_and_names_where_we_left_it() -> None:
    wanted = desired("deal", stage=StageRef("Запись подтверждена"), status=Status.CONFIRMED)
    [operation], _held = operations_of(wanted, synced(desired("deal")), {})
    assert (operation.action, operation.from_stage, operation.crm_id) == ("move", "Записан", 7)


def test_fields_and_stage_are_separate_operations_fields_first() -> None:
    wanted = desired("deal", fields={"title": "Другой"}, stage=StageRef("Пришёл"), status=Status.COMPLETED)
    operations, _held = operations_of(wanted, synced(desired("deal")), {})
    assert [operation.action for operation in operations] == ["update", "move"]


def test_an_end_that_is_taken_back_is_held_but_fields_still_go_out() -> None:
    before = synced(desired("deal"), stage="Пришёл", status=Status.COMPLETED)
    operations, [held] = operations_of(desired("deal", fields={"title": "Другой"}), before, {})
    assert [operation.action for operation in operations] == ["update"]
    approval = held.reason.rpartition(" ")[2]
    assert held.reason.endswith(f"--approve {approval}")
    operations, held_still = operations_of(desired("deal"), before, {}, approved=[approval])
    assert ([operation.action for operation in operations], held_still) == (["move"], [])


def test_what_may_have_happened_is_sent_again_and_nothing_else() -> None:
    before = synced(desired(), unsure=("last_name",))
    [operation], _held = operations_of(desired(), before, {})
    assert [change.field for change in operation.changes] == ["last_name"]
    before = synced(desired("deal"), unsure=("title", "stage"))
    operations, _held = operations_of(desired("deal"), before, {})
    assert [operation.action for operation in operations] == ["update", "move"]


def test_a_deal_without_its_contact_gets_it() -> None:
    [operation], _held = operations_of(desired("deal"), synced(desired("deal"), contact=None), {})
    assert [(c.field, c.new) for c in operation.changes] == [("contact", "patient/main/101")]


def test_the_same_moment_in_two_zones_is_no_difference() -> None:
    assert same("2026-10-06T09:00:00+03:00", "2026-10-06T06:00:00+00:00")
    assert not same("2026-10-06T09:00:00+03:00", "2026-10-06T09:00:00+00:00")


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.tuples(st.text(max_size=3)))
facts = st.dictionaries(st.sampled_from(["last_name", "phones", "sms_opt_out", "patient_status"]), values)


@given(before=facts, after=facts)
def test_applying_a_diff_leaves_nothing_to_do(before: dict[str, object], after: dict[str, object]) -> None:
    wanted = desired(fields=after)
    item = synced(desired(fields=before))
    operations, _held = operations_of(wanted, item, {})
    for operation in operations:
        item = replace(item, fields={**item.fields, **{c.field: c.new for c in operation.changes}})
    assert operations_of(wanted, item, {}) == ([], [])


QUIET = {"age": CrmField("UF_CRM_AGE", quiet=True)}


def aged(before: dict[str, Plain], after: dict[str, Plain], **given: Any) -> list[str]:
    operations, _held = operations_of(desired(fields=after), synced(desired(fields=before), **given), QUIET)
    return [change.field for operation in operations for change in operation.changes]


def test_a_field_that_drifts_travels_along_and_is_never_the_reason() -> None:
    assert aged({"age": 41}, {"age": 42}) == []
    assert aged({"age": 41, "sex": "Ж"}, {"age": 42, "sex": "М"}) == ["age", "sex"]


def test_a_quiet_field_is_filled_where_it_was_never_written_or_nobody_knows() -> None:
    assert aged({}, {"age": 42}) == ["age"]
    assert aged({"age": 41}, {"age": 42}, unsure=("age",)) == ["age"]
