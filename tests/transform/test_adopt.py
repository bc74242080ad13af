import pytest

from dentsync.model import Change, Present
from dentsync.transform.adopt import Choice, adopted, choose, with_whole_name
from tests.builders import contact_present, creation


def chosen(
    ours: list[Present] | None = None, with_phone: list[Present] | None = None, *, taken: int = 0, alone: bool = True,
    in_crowd: tuple[Present, ...] = (),
):  # type: ignore[no-untyped-def]  # fmt: skip
    return choose(
        creation(), ours, with_phone or [], lambda crm_id: crm_id == taken, alone=alone, in_crowd=in_crowd
    )  # fmt: skip


def test_our_key_in_the_crm_decides() -> None:
    ours = contact_present(5, "patient/main/101", last_name="Другая")
    assert chosen(ours, [contact_present(6)]).found is ours


def test_a_contact_with_this_phone_and_name_is_adopted() -> None:
    there = contact_present()
    assert chosen(with_phone=[there]).found is there


def test_a_contact_whose_surname_was_typed_first_is_adopted_whatever_the_crm_made_of_it() -> None:
    there = contact_present(last_name="Анна", first_name="Соколова", patronymic="")
    assert chosen(with_phone=[there]).found is there


def test_two_contacts_with_this_phone_and_name_are_held() -> None:
    choice = chosen(with_phone=[contact_present(5), contact_present(6)])
    assert choice.found is None
    assert "№ 5, 6" in choice.hold


def test_a_relative_on_the_same_phone_is_not_adopted() -> None:
    assert chosen(with_phone=[contact_present(first_name="Ольга", patronymic="")]) == Choice()


@pytest.mark.parametrize(
    "name",
    [
        ("", "+79165550101", ""),
        ("+79165550101", "Звонок", ""),
        ("", "Анна", ""),
        ("Викторовна", "Анна", ""),
        ("", "А.", ""),
    ],
)
def test_a_contact_without_a_whole_name_is_adopted_only_by_the_one_patient_with_that_phone(
    name: tuple[str, str, str],
) -> None:
    call = contact_present(last_name=name[0], first_name=name[1], patronymic=name[2])
    assert chosen(with_phone=[call]).found is call
    assert "№ 5 " in chosen(with_phone=[call], alone=False).hold
    assert "№ 5 " in chosen(with_phone=[call, contact_present(6, first_name="Ольга")]).hold


def test_a_part_of_another_name_is_somebody_else() -> None:
    assert chosen(with_phone=[contact_present(last_name="", first_name="Мама", patronymic="")]) == Choice()


def test_a_contact_that_is_somebody_elses_is_not_adopted() -> None:
    assert chosen(with_phone=[contact_present(5)], taken=5) == Choice()
    assert chosen(with_phone=[contact_present(5, "patient/main/202")]) == Choice()


def test_an_adoption_sends_only_what_differs_and_sets_our_key() -> None:
    wanted = creation(card_number="101")
    operation = adopted(wanted, contact_present(5), {change.field: change.new for change in wanted.changes})
    assert (operation.action, operation.crm_id, operation.claims) == ("update", 5, True)
    assert [(c.field, c.new) for c in operation.changes] == [("card_number", "101")]


def test_a_contact_under_a_key_that_a_restored_store_has_forgotten_is_adopted_again() -> None:
    there = contact_present(5, "patient/main/~earlier")
    for taken, found in ((0, there), (5, None)):
        choice = choose(
            creation(), None, [there], lambda crm_id, taken=taken: crm_id == taken, alone=True,  # type: ignore[misc]
            orphan=lambda key: key == "patient/main/~earlier",
        )  # fmt: skip
        assert choice.found is found


def test_nobody_is_adopted_by_a_number_of_many_people() -> None:
    namesake, nameless = contact_present(5), contact_present(6, last_name="", first_name="", patronymic="")
    choice = chosen(in_crowd=(namesake, nameless))
    assert choice.found is None
    assert "№ 5 " in choice.hold
    assert chosen(in_crowd=(nameless,)) == Choice()
    assert chosen(in_crowd=(namesake,), taken=5) == Choice()
    assert chosen(in_crowd=(contact_present(5, "patient/main/7"),)) == Choice()


def test_a_number_of_her_own_still_finds_her_beside_one_of_many_people() -> None:
    there = contact_present(7)
    assert chosen(with_phone=[there], in_crowd=(contact_present(5),)).found is there


def test_a_part_of_a_name_goes_with_the_parts_that_are_there() -> None:
    """«Анна» in amoCRM is one text: the surname alone would take its place."""
    anna = contact_present(last_name="", first_name="Анна", patronymic="")
    surname, card = Change("last_name", None, "Соколова"), Change("card_number", None, "101")
    sent = with_whole_name((surname, card), anna)
    assert {one.field: one.new for one in sent} == {"last_name": "Соколова", "card_number": "101", "first_name": "Анна"}
    assert with_whole_name((card,), anna) == (card,)
