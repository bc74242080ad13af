"""What people did is found, each by its name, and nothing else is."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dentsync.model import CrmField, Drift, Plain, Present, Synced
from dentsync.transform.drift import Traces, doubted_by, drift_of, has_left, namesakes, place_of, relinked
from tests.builders import ANNA, creation, desired, move, synced

CONTACT = synced(desired(fields={name: ANNA[name] for name in ("last_name", "first_name", "phones")}))
DEAL = synced(desired("deal", fields={"title": "Приём", "doctor": "Петров"}), crm_id=9)
MINE, OTHER, THIRD = "+79165550101", "+79005550199", "+74732550102"


def there(item: Synced, **given: Any) -> Present:
    """The item in the CRM, as we left it."""
    usual: dict[str, Any] = {
        "kind": item.kind,
        "crm_id": item.crm_id,
        "key": item.key,
        "fields": dict(item.fields),
        "pipeline": item.pipeline,
        "stage": item.stage,
    }
    return Present(**usual | given)


def found(item: Synced, present: Present, **fields: CrmField) -> list[tuple[str, str, Plain, Plain]]:
    """What ``drift_of`` finds, where the CRM shows values as we have them."""
    return [plain(one) for one in drift_of(item, present, lambda _kind, values: values, fields)]


def plain(drift: Drift) -> tuple[str, str, Plain, Plain]:
    return drift.what, drift.field, drift.ours, drift.theirs


# ── what it holds ──


def test_a_field_that_people_edited_is_told_with_both_values() -> None:
    assert found(CONTACT, there(CONTACT, fields={**CONTACT.fields, "first_name": "Аня"})) == [
        ("edited", "first_name", "Анна", "Аня")
    ]


def test_a_field_that_people_emptied_is_told() -> None:
    assert found(DEAL, there(DEAL, fields={**DEAL.fields, "doctor": None})) == [("edited", "doctor", "Петров", None)]


def test_a_field_that_the_crm_does_not_show_is_not_judged() -> None:
    assert found(DEAL, there(DEAL, fields={})) == []


def test_a_field_that_we_never_wrote_is_not_ours() -> None:
    assert found(CONTACT, there(CONTACT, fields={**CONTACT.fields, "comment": "звонить вечером"})) == []


def test_a_field_that_is_the_crms_own_is_not_drift() -> None:
    edited = there(CONTACT, fields={**CONTACT.fields, "first_name": "Аня"})
    assert found(CONTACT, edited, first_name=CrmField("name", "crm_wins")) == []
    assert found(CONTACT, edited, first_name=CrmField("name", "fill_if_empty"))


@pytest.mark.parametrize(
    ("phones", "what"),
    [
        ((MINE,), None),
        ((MINE, OTHER), "added"),
        ((OTHER, MINE, THIRD), "added"),
        ((), "edited"),
        ((OTHER,), "edited"),
    ],
)
def test_phones_that_people_added_are_their_right_and_ours_that_they_removed_are_told(
    phones: tuple[str, ...], what: str | None
) -> None:
    expected = [(what, "phones", (MINE,), phones)] if what else []
    assert found(CONTACT, there(CONTACT, fields={**CONTACT.fields, "phones": phones})) == expected


def test_phones_in_another_order_are_the_same() -> None:
    two = replace(CONTACT, fields={"phones": (MINE, OTHER)})
    assert found(two, there(two, fields={"phones": (OTHER, MINE)})) == []


def test_the_first_phone_of_a_contact_without_one_is_added() -> None:
    none = replace(CONTACT, fields={"phones": ()})
    assert found(none, there(none, fields={"phones": (OTHER,)})) == [("added", "phones", (), (OTHER,))]


def test_a_value_that_the_crm_shows_otherwise_is_compared_as_it_shows_it() -> None:
    """The CRM keeps only the day."""
    item = replace(CONTACT, fields={"last_visit_at": "2026-10-02T15:30:00+03:00"})
    cut = lambda _kind, values: {name: str(value)[:10] for name, value in values.items()}  # noqa: E731
    assert list(drift_of(item, there(item, fields={"last_visit_at": "2026-10-02"}), cut, {})) == []
    [drift] = drift_of(item, there(item, fields={"last_visit_at": "2026-10-03"}), cut, {})
    assert plain(drift) == ("edited", "last_visit_at", "2026-10-02", "2026-10-03")


def test_a_deal_that_people_moved_is_told_by_its_stages() -> None:
    assert found(DEAL, there(DEAL, stage="Уточнить")) == [("moved", "stage", "Записан", "Уточнить")]


def test_a_deal_in_another_pipeline_is_told_with_both_pipelines() -> None:
    assert found(DEAL, there(DEAL, pipeline="Лист ожидания", stage="Ожидает")) == [
        ("moved", "stage", "Оповещение о визите: Записан", "Лист ожидания: Ожидает")
    ]


def test_a_stage_of_the_same_name_in_another_pipeline_is_another_one() -> None:
    assert found(DEAL, there(DEAL, pipeline="Лист ожидания")) == [
        ("moved", "stage", "Оповещение о визите: Записан", "Лист ожидания: Записан")
    ]


def test_a_deal_in_a_stage_that_is_not_known_has_been_moved() -> None:
    assert found(DEAL, there(DEAL, stage=None)) == [("moved", "stage", "Записан", "?")]


def test_a_stage_that_the_crm_spells_otherwise_is_the_same() -> None:
    item = replace(DEAL, stage="Записан на приём")
    assert found(item, there(item, stage="ЗАПИСАН на прием", pipeline="оповещение о визите")) == []


def test_a_deal_whose_stage_we_never_set_has_not_been_moved() -> None:
    assert found(replace(DEAL, stage=None), there(DEAL, stage="Уточнить")) == []


@pytest.mark.parametrize("unsure", ["first_name", "phones"])
def test_a_field_whose_end_is_not_sure_is_not_judged(unsure: str) -> None:
    edited = there(CONTACT, fields={**CONTACT.fields, "first_name": "Аня", "phones": (OTHER,)})
    assert unsure not in [name for _what, name, *_ in found(replace(CONTACT, unsure=(unsure,)), edited)]


def test_a_stage_whose_end_is_not_sure_is_not_judged() -> None:
    assert found(replace(DEAL, unsure=("stage",)), there(DEAL, stage="Уточнить")) == []


def test_what_an_operation_on_its_way_touches_is_not_judged() -> None:
    moving = doubted_by(DEAL, [move()])
    assert found(moving, there(DEAL, stage="Запись подтверждена")) == []
    changing = doubted_by(CONTACT, [creation()])
    assert found(changing, there(CONTACT, fields={"first_name": "Аня", "phones": ()})) == []


# ── where it is ──


def place(item: Synced, **traces: Any) -> tuple[tuple[str, str, Plain, Plain] | None, int | None]:
    """What became of the item, and the CRM id of what it is now."""
    result = place_of(item, Traces(**traces))
    return plain(result.drift) if result.drift else None, result.present.crm_id if result.present else None


def test_an_item_under_its_id_and_key_is_where_we_left_it() -> None:
    assert place(CONTACT, by_key=(there(CONTACT),)) == (None, 7)


def test_an_item_whose_id_and_key_are_gone_was_deleted() -> None:
    assert place(CONTACT) == (("deleted", "id", 7, None), None)


def test_an_item_whose_key_lives_under_another_id_was_merged_and_is_followed() -> None:
    assert place(CONTACT, by_key=(there(CONTACT, crm_id=21),)) == (("merged", "id", 7, 21), 21)


def test_an_id_that_died_is_not_replaced_where_two_have_its_key() -> None:
    two = (there(CONTACT, crm_id=21), there(CONTACT, crm_id=22))
    assert place(CONTACT, by_key=two) == (("duplicate", "key", 7, ("21", "22")), None)


def test_a_second_item_with_our_key_is_told_and_not_followed() -> None:
    assert place(CONTACT, by_key=(there(CONTACT), there(CONTACT, crm_id=21))) == (("duplicate", "key", 7, ("21",)), 7)
    ours = there(CONTACT, key=None)
    assert place(CONTACT, by_id=ours, by_key=(there(CONTACT, crm_id=21),)) == (("duplicate", "key", 7, ("21",)), 7)


@pytest.mark.parametrize("key", [None, "patient/main/999"])
def test_an_item_that_lost_our_key_is_told(key: str | None) -> None:
    assert place(CONTACT, by_id=there(CONTACT, key=key)) == (("unkeyed", "key", CONTACT.key, key), 7)


def test_a_contact_with_its_name_and_phone_is_told_and_not_followed() -> None:
    assert place(CONTACT, alike=(there(CONTACT, crm_id=21, key=None),)) == (("merged", "id", 7, 21), None)


def test_of_two_namesakes_on_its_phone_none_is_taken_for_a_dead_contact() -> None:
    two = (there(CONTACT, crm_id=21, key=None), there(CONTACT, crm_id=22, key=None))
    assert place(CONTACT, alike=two) == (("deleted", "id", 7, None), None)


def test_a_relative_on_the_same_phone_is_no_namesake() -> None:
    husband = there(CONTACT, crm_id=21, fields={"last_name": "Соколов", "first_name": "Пётр", "phones": (MINE,)})
    wife = there(CONTACT, crm_id=22, fields={"last_name": "СОКОЛОВА", "first_name": "анна", "phones": (MINE,)})
    assert namesakes(CONTACT, [husband, wife]) == (wife,)


# ── whose it is ──


@pytest.mark.parametrize(
    ("contacts", "left"), [((7,), False), ((3, 7), False), ((3,), True), ((), True), (None, False)]
)
def test_a_deal_has_left_a_contact_that_is_not_among_its_contacts(contacts: Any, left: bool) -> None:
    assert has_left(DEAL, there(DEAL, contacts=contacts), 7) is left


def test_a_deal_whose_contact_is_not_known_or_not_sure_has_left_nobody() -> None:
    assert not has_left(DEAL, there(DEAL, contacts=(3,)), None)
    assert not has_left(replace(DEAL, unsure=("contact",)), there(DEAL, contacts=(3,)), 7)


@pytest.mark.parametrize(
    ("contacts", "successors", "told"),
    [
        ((40,), None, True),  # its contact is alive: somebody chose another one
        ((), None, True),
        ((), (), False),  # its contact was deleted
        ((40,), (), True),  # … and it has another one
        ((40,), (40,), False),  # its contact was merged, and the deal went with it
        ((), (40,), False),  # its contact died, perhaps into one that did not take the deal over
        ((41,), (40,), True),
        ((40,), (39, 40), False),
    ],
)
def test_what_follows_from_a_contacts_end_is_no_news_of_its_deals(
    contacts: tuple[int, ...], successors: tuple[int, ...] | None, told: bool
) -> None:
    drift = relinked(DEAL, there(DEAL, contacts=contacts), 7, successors)
    expected = ("relinked", "contact", 7, tuple(map(str, contacts)))
    assert (plain(drift) if drift else None) == (expected if told else None)


# ── laws ──

texts = st.text(min_size=1, max_size=5)
numbers = st.lists(st.integers(0, 9).map("+7916555000{}".format), max_size=3, unique=True).map(tuple)
values = st.fixed_dictionaries(
    {}, optional={"last_name": texts, "first_name": texts, "phones": numbers, "sms_opt_out": st.booleans()}
)
items = st.builds(
    lambda fields, stage: replace(DEAL, fields=fields, stage=stage), values, st.none() | st.sampled_from("АБВ")
)
acts = st.fixed_dictionaries(
    {},
    optional={
        "last_name": texts | st.none(),
        "first_name": texts | st.none(),
        "phones": numbers,
        "sms_opt_out": st.booleans(),
    },
)


@given(items)
def test_what_is_as_we_left_it_has_not_drifted(item: Synced) -> None:
    assert found(item, there(item)) == []
    assert place_of(item, Traces(by_key=(there(item),))).drift is None


@given(items, acts)
def test_exactly_the_fields_that_people_changed_are_told(item: Synced, act: dict[str, Plain]) -> None:
    after = {**item.fields, **act}
    changed = {
        name
        for name, ours in item.fields.items()
        if (set(ours) != set(after[name]) if isinstance(ours, tuple) else ours != after[name])  # type: ignore[arg-type]
    }
    told = found(item, there(item, fields=after))
    assert {name for _what, name, _ours, _theirs in told} == changed
    assert len(told) == len(changed)


@given(items, acts)
def test_taking_what_was_told_for_ours_leaves_nothing_to_tell(item: Synced, act: dict[str, Plain]) -> None:
    present = there(item, fields={**item.fields, **act})
    told = {name: theirs for _what, name, _ours, theirs in found(item, present)}
    agreed = replace(item, fields={**item.fields, **told})
    assert found(agreed, present) == []


@given(items, acts, st.sets(st.sampled_from(["last_name", "first_name", "phones", "sms_opt_out"])))
def test_doubt_about_a_field_takes_away_what_is_told_of_it_and_no_more(
    item: Synced, act: dict[str, Plain], unsure: set[str]
) -> None:
    present = there(item, fields={**item.fields, **act})
    sure = [one for one in found(item, present) if one[1] not in unsure]
    assert found(replace(item, unsure=tuple(sorted(unsure))), present) == sure


@given(st.booleans(), st.lists(st.integers(1, 9), max_size=3, unique=True), st.lists(st.integers(1, 9), max_size=3))
def test_an_item_is_followed_only_to_itself_or_to_the_only_one_with_its_key(
    alive: bool, keyed: list[int], namesake: list[int]
) -> None:
    traces = Traces(
        there(CONTACT) if alive else None,
        tuple(there(CONTACT, crm_id=number) for number in keyed),
        tuple(there(CONTACT, crm_id=number, key=None) for number in namesake),
    )
    present = place_of(CONTACT, traces).present
    followed = present.crm_id if present else None
    if alive or CONTACT.crm_id in keyed:
        assert followed == CONTACT.crm_id
    else:
        assert followed == (keyed[0] if len(keyed) == 1 else None)
