"""Phones of a contact: never twice, never somebody else's taken away; and the imports that may drop them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dentsync.load.bitrix24.multifields import (
    Multifield,
    added,
    changed,
)
from dentsync.load.spelling import phone_key, phone_shown, spellings
from dentsync.model import Result
from tests.load.portal_kit import Desk, changes, person, phone, results, update, visit

A, B, C = "+79165550101", "+79165550102", "+74735550103"


def phones(desk: Desk, number: int = 0) -> list[str]:
    return list(desk.contacts[number]["phones"])


def change_to(desk: Desk, *new: str, old: tuple[str, ...] | None = None) -> Result:
    given = changes({"phones": old} if old is not None else None, phones=new)
    return desk.apply(update("contact", "p1", desk.ids["contact:p1"], *given))["update:contact:p1"].result


# ── on the portal ──


def test_mobile_and_other_numbers_are_told_apart(desk: Desk) -> None:
    desk.apply(person(phones=(A, C)))
    item = desk.call("crm.item.get", entityTypeId=3, id=desk.ids["contact:p1"])["item"]
    assert [(one["value"], one["valueType"]) for one in item["fm"]] == [(A, "MOBILE"), (C, "WORK")]


def test_repeated_updates_never_double_a_phone(desk: Desk) -> None:
    desk.apply(person(phones=(A,)))
    for _ in range(3):
        assert change_to(desk, A, B, old=(A,)) is Result.APPLIED
    assert phones(desk) == [A, B]


def test_next_run_does_not_double_a_phone_either(desk: Desk) -> None:
    desk.apply(person(phones=(A,)))
    second = Desk(desk.box)
    second.ids = desk.ids
    assert change_to(second, A, B) is Result.APPLIED
    assert phones(desk) == [A, B]


def test_phones_are_read_once_for_many_updates(desk: Desk) -> None:
    people = [person(f"p{n}") for n in range(100)]
    desk.apply(*people)
    second = Desk(desk.box, directory=desk.target.check().directory)
    second.ids = desk.ids
    number = desk.ids
    updates = [
        update("contact", f"p{n}", number[f"contact:p{n}"], *changes(phones=(phone(f"p{n}"), B))) for n in range(100)
    ]
    assert second.requests_of(*updates) == 1 + 2


def test_phone_that_is_gone_from_the_mis_is_deleted_and_the_new_one_added(desk: Desk) -> None:
    desk.apply(person(phones=(A, B)))
    assert change_to(desk, C, B, old=(A, B)) is Result.APPLIED
    assert phones(desk) == [C, B]  # the first place is that of messages


def test_phone_that_a_person_added_stays(desk: Desk) -> None:
    desk.apply(person(phones=(A,)))
    desk.act("add_phone", contact="p1", phone="8 (916) 555-01-77")
    second = Desk(desk.box)
    second.ids = desk.ids
    assert change_to(second, B, old=(A,)) is Result.APPLIED
    assert phones(desk) == [B, "8 (916) 555-01-77"]


@pytest.mark.parametrize("spelled", ["8 (916) 555-01-02", "79165550102", "9165550102", "+7 916 555 01 02, доб. 3"])
def test_phone_that_a_person_typed_otherwise_is_not_added_again(desk: Desk, spelled: str) -> None:
    desk.apply(person(phones=(A,)))
    desk.act("add_phone", contact="p1", phone=spelled)
    second = Desk(desk.box)
    second.ids = desk.ids
    assert change_to(second, A, B, old=(A,)) is Result.APPLIED
    assert phones(desk) == [A, spelled]


def test_phone_that_a_person_deleted_is_put_back_only_when_the_mis_changes_it(desk: Desk) -> None:
    desk.apply(person(phones=(A, B)))
    desk.act("delete_phone", contact="p1", phone=A)
    second = Desk(desk.box)
    second.ids = desk.ids
    assert change_to(second, C, B, old=(A, B)) is Result.APPLIED
    assert phones(desk) == [C, B]


def test_lost_update_of_phones_may_be_repeated(desk: Desk) -> None:
    desk.apply(person(phones=(A,)))
    desk.fault("drop_after")
    assert change_to(desk, B, old=(A,)) is Result.UNKNOWN
    assert change_to(desk, B, old=(A,)) is Result.APPLIED
    assert phones(desk) == [B]


def test_unknown_past_adds_and_deletes_nothing(desk: Desk) -> None:
    desk.apply(person(phones=(A,)))
    assert change_to(desk, B) is Result.APPLIED
    assert phones(desk) == [A, B]


def test_address_is_kept_beside_the_phones(desk: Desk) -> None:
    desk.apply(person(phones=(A,), email="anna@example.org"))
    number = desk.ids["contact:p1"]
    both = changes({"email": "anna@example.org", "phones": (A,)}, email="new@example.org", phones=(B,))
    present = desk.apply(update("contact", "p1", number, *both))["update:contact:p1"].present
    assert present is not None
    assert (present.fields["phones"], present.fields["email"]) == ((B,), "new@example.org")


# ── imports ──


@pytest.mark.parametrize(("takes", "known"), [("fm", "fm"), ("PHONE", "PHONE"), ("both", "fm")])
def test_imported_contacts_have_each_phone_once_whichever_form_the_portal_takes(
    desk: Desk, takes: str, known: str
) -> None:
    desk.set(import_multifields=takes)
    people = [person(f"p{n}", silent=True, phones=(phone(f"p{n}"), B)) for n in range(45)]
    assert results(desk.apply(*people)) == {Result.APPLIED}
    assert [phones(desk, n) for n in range(45)] == [[phone(f"p{n}"), B] for n in range(45)]
    assert desk.target.pace()["multifields"] == known
    assert desk.counters["imported_contact"] == 45


@pytest.mark.parametrize("takes", ["fm", "PHONE"])
def test_import_fires_no_automation_and_sends_no_message(desk: Desk, takes: str) -> None:
    desk.set(import_multifields=takes)
    people = [person(f"p{n}", silent=True) for n in range(30)]
    visits = [visit(f"d{n}", f"p{n}", silent=True) for n in range(30)]
    assert results(desk.apply(*people, *visits)) == {Result.APPLIED}
    assert (desk.counters["automations"], desk.counters["messages"]) == (0, 0)
    assert [deal["contacts"] for deal in desk.deals] == [[desk.ids[f"contact:p{n}"]] for n in range(30)]


def test_form_learned_by_one_run_is_used_by_the_next(desk: Desk) -> None:
    desk.set(import_multifields="PHONE")
    desk.apply(person(silent=True))
    second = Desk(desk.box, pace=desk.target.pace(), directory=desk.target.check().directory)
    people = [person(f"p{n}", silent=True) for n in range(2, 22)]
    assert second.requests_of(*people) == 1
    assert phones(desk, 20) == [phone("p21")]


def test_imports_go_twenty_to_a_command_and_many_to_a_request(desk: Desk) -> None:
    desk.apply(person(silent=True))
    before = desk.counters["commands"]["crm.item.batchImport"]
    assert desk.requests_of(*(person(f"p{n}", silent=True) for n in range(2, 122))) <= 2
    assert desk.counters["commands"]["crm.item.batchImport"] == before + 6


def test_row_that_an_import_refuses_does_not_shift_the_others(desk: Desk) -> None:
    people = [person(f"p{n}", silent=True) for n in range(20)]
    people[7] = person("p7", silent=True, last_name=None, first_name=None)
    found = desk.apply(*people)
    assert found["create:contact:p7"].result is Result.FAILED
    assert found["create:contact:p7"].reason.startswith("CRM_FIELD_ERROR_REQUIRED")
    keys = desk.read(contact_ids={outcome.crm_id for outcome in found.values() if outcome.crm_id}).contacts
    assert {f"create:contact:{item.key}": number for number, item in keys.items()} == {
        name: outcome.crm_id for name, outcome in found.items() if outcome.crm_id
    }


def test_lost_import_is_unknown_and_not_sent_again(desk: Desk) -> None:
    desk.apply(person(silent=True))
    desk.fault("drop_after")
    before = desk.target.requests
    found = desk.apply(*(person(f"p{n}", silent=True) for n in range(2, 30)))
    assert results(found) == {Result.UNKNOWN}
    assert desk.target.requests == before + 1
    assert len(desk.contacts) == 29


def test_contact_whose_phones_could_not_be_read_back_is_unknown(desk: Desk) -> None:
    desk.fault("drop_before", "crm.item.get", times=0)
    assert desk.apply(person(silent=True))["create:contact:p1"].result is Result.UNKNOWN
    assert len(desk.contacts) == 1


# ── the rules ──


@pytest.mark.parametrize(
    "spelled", ["+79165550102", "89165550102", "8 (916) 555-01-02", "9165550102", "7 916 555-01-02;12"]
)
def test_spellings_of_a_number_are_the_same(spelled: str) -> None:
    assert phone_key(spelled) == "79165550102"
    assert phone_shown(spelled) == B


@pytest.mark.parametrize("text", ["", "нет", "555-01-02", "123"])
def test_what_is_no_whole_number_is_shown_as_it_stands(text: str) -> None:
    assert phone_shown(text) == text


def test_look_up_asks_for_no_more_spellings_than_it_may() -> None:
    assert len(set(spellings(B))) == len(spellings(B)) <= 20
    assert {phone_key(one) for one in spellings(B)} == {"79165550102"}
    assert spellings("+4930123456") == ["+4930123456", "4930123456"]


NUMBERS = st.sampled_from([f"+7916555{n:04}" for n in range(8)])
SPELLED = NUMBERS | NUMBERS.map(lambda one: f"8 ({one[2:5]}) {one[5:8]}-{one[8:]}")
LISTS = st.lists(NUMBERS, max_size=5).map(tuple)


def applied(change: dict[str, dict[str, str]], records: list[Multifield]) -> list[Multifield]:
    """What the documentation says a portal makes of an update of ``fm``."""
    there = [(one, change.get(str(one.id), {"value": one.value})["value"]) for one in records]
    kept = [Multifield(one.id, one.type, one.value_type, value) for one, value in there if value]
    fresh = [entry for key, entry in change.items() if key.startswith("n")]
    assert all(entry["typeId"] for entry in change.values())
    return [*kept, *(Multifield(1000 + n, one["typeId"], "", one["value"]) for n, one in enumerate(fresh))]


@settings(deadline=None)
@given(LISTS, LISTS, st.lists(SPELLED, max_size=5))
def test_update_leaves_what_is_wanted_and_what_is_not_ours(old: Any, new: Any, there: list[str]) -> None:
    records = [Multifield(n, "PHONE", "WORK", value) for n, value in enumerate(there)]
    after = applied(changed("PHONE", old, new, records), records)
    keys = [phone_key(one.value) for one in after]
    wanted, gone = set(map(phone_key, new)), set(map(phone_key, old)) - set(map(phone_key, new))
    assert set(keys) == wanted | (set(map(phone_key, there)) - gone)
    assert all(keys.count(one) <= max(1, list(map(phone_key, there)).count(one)) for one in keys)
    assert changed("PHONE", old, new, after) == {}
    if there and new and phone_key(there[0]) in set(map(phone_key, old)):
        assert keys[0] == phone_key(new[0])  # the place of messages, and it was ours
    elif there and keys and phone_key(there[0]) not in gone:
        assert keys[0] == phone_key(there[0])


@settings(deadline=None)
@given(st.lists(SPELLED, max_size=6))
def test_creation_names_each_number_once_in_order(values: list[str]) -> None:
    keys = [phone_key(one["value"]) for one in added("PHONE", values)]
    assert keys == list(dict.fromkeys(map(phone_key, values)))
