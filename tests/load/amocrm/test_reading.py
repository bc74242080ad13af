"""What is read, in how many requests, and that nothing is believed which only looks like what was asked for."""

import pytest

from dentsync.errors import TargetError, Unavailable
from dentsync.load.amocrm.reading import texts_of
from dentsync.load.spelling import phone_key, spellings
from dentsync.sandbox.server import Running
from tests.load.amocrm.kit import AmoDesk, person, update, visit
from tests.load.portal_kit import changes, phone

LATER = 60
SPELLINGS = ["8 (916) 555-00-01", "+7 916 555 00 01", "89165550001", "+7(916)555-0001", "8-916-555-00-01"]


def indexed(desk: AmoDesk) -> None:
    """Wait until the account's search shows what was written."""
    desk.set(advance=LATER)


def people(count: int) -> list[object]:
    return [person(f"p{number}") for number in range(1, count + 1)]


@pytest.mark.parametrize("account", ["smile", "smilekids"])
def test_items_are_found_by_our_key_with_the_paid_filter_and_without_it(
    request: pytest.FixtureRequest, account: str
) -> None:
    desk: AmoDesk = request.getfixturevalue("desk" if account == "smile" else "kids")
    desk.apply(*people(12), visit("d1", "p1"), visit("d12", "p12"))
    indexed(desk)
    reading = desk.read(contact_keys=["p1", "p2", "nobody"], deal_keys=["d1"])
    assert {one.key: one.crm_id for one in reading.contacts.values()} == {
        key: desk.ids[f"contact:{key}"] for key in ("p1", "p2")
    }
    assert [(one.key, one.contacts) for one in reading.deals.values()] == [("d1", (desk.ids["contact:p1"],))]


def test_the_paid_filter_takes_twenty_keys_a_request(desk: AmoDesk, kids: AmoDesk) -> None:
    keys = [f"p{number}" for number in range(8)]
    before = desk.target.requests, kids.target.requests
    desk.read(contact_keys=keys)
    kids.read(contact_keys=keys)
    assert (desk.target.requests - before[0], kids.target.requests - before[1]) == (1, 8)


@pytest.mark.parametrize("mode", ["refused", "ignored"])
def test_a_filter_that_stops_working_is_noticed_and_the_key_is_searched(desk: AmoDesk, mode: str) -> None:
    desk.apply(*people(510))
    indexed(desk)
    desk.set(field_filter=mode)
    before = desk.target.requests
    assert [one.key for one in desk.read(contact_keys=["p2"]).contacts.values()] == ["p2"]
    assert desk.target.requests - before == 2
    assert desk.read(contact_keys=["nobody"]).contacts == {}


def test_a_card_whose_comment_has_the_digits_is_not_taken_for_its_owner(kids: AmoDesk) -> None:
    kids.apply(person("p1"), person("p2"))
    other = kids.ids["contact:p2"]
    kids.act("edit", contact=other, fields={"Комментарий": f"муж, {phone('p1')}, dentsync:p9#"})
    indexed(kids)
    reading = kids.read(contact_keys=["p9"], phones=[phone("p1")])
    assert reading.by_phone == {phone("p1"): (kids.ids["contact:p1"],)}
    assert other not in reading.contacts


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_person_is_found_by_phone_in_every_spelling(kids: AmoDesk, spelling: str) -> None:
    number = kids.act("create_contact", name="Соколова Анна Викторовна")
    kids.act("add_phone", contact=number, phone=spelling)
    indexed(kids)
    reading = kids.read(phones=["+79165550001"])
    assert reading.by_phone == {"+79165550001": (number,)}
    assert (reading.contacts[number].key, reading.contacts[number].fields["last_name"]) == (None, "Соколова")


def test_mother_and_child_on_one_phone_are_both_found_whatever_the_spelling(kids: AmoDesk) -> None:
    numbers = []
    for name, spelling in (("Мила", "8 (916) 555-00-01"), ("Анна", "+79165550001")):
        numbers.append(kids.act("create_contact", name=name))
        kids.act("add_phone", contact=numbers[-1], phone=spelling)
    indexed(kids)
    assert kids.read(phones=["+79165550001"]).by_phone == {"+79165550001": tuple(numbers)}


@pytest.mark.parametrize("spelling", [one for one in spellings("+79165550001") if "-" in one or " " not in one])
def test_every_spelling_holds_one_of_the_texts_that_are_searched(spelling: str) -> None:
    assert any(text in spelling for text in texts_of(phone_key("+79165550001")))


def test_an_empty_number_is_never_searched_for() -> None:
    assert texts_of("") == ()


def test_ids_are_read_fifty_to_a_request_and_dead_ones_are_absent(desk: AmoDesk) -> None:
    desk.apply(*people(60), visit("d1", "p1"))
    numbers = [desk.ids[f"contact:p{number}"] for number in range(1, 61)]
    desk.act("delete", contact=numbers[7])
    before = desk.asked("GET contacts")
    reading = desk.read(contact_ids=numbers, deal_ids=[desk.ids["deal:d1"], 999])
    assert desk.asked("GET contacts") == before + 2
    assert set(reading.contacts) == set(numbers) - {numbers[7]}
    assert list(reading.deals) == [desk.ids["deal:d1"]]


def test_many_look_ups_become_one_reading_of_all_where_that_is_less(kids: AmoDesk) -> None:
    kids.apply(*people(300))
    kids.act("edit", contact=kids.ids["contact:p7"], fields={"Комментарий": "звонить вечером"})
    before = kids.asked("GET contacts")
    reading = kids.read(contact_keys=[f"p{n}" for n in range(1, 101)], phones=[phone("p200"), phone("p999")])
    assert kids.asked("GET contacts") - before <= 8
    found = {one.key for one in reading.contacts.values()}
    assert found == {f"p{n}" for n in range(1, 101)} | {"p200"}
    assert reading.by_phone == {phone("p200"): (kids.ids["contact:p200"],)}


def test_in_an_empty_account_nothing_is_looked_up(kids: AmoDesk) -> None:
    before = kids.target.requests
    reading = kids.read(contact_keys=[f"p{n}" for n in range(500)], deal_keys=[f"d{n}" for n in range(500)])
    assert (reading.contacts, reading.deals) == ({}, {})
    assert kids.target.requests - before == 2


def test_a_page_is_the_last_when_it_says_so_and_not_when_it_is_short(desk: AmoDesk) -> None:
    desk.apply(*people(260))
    desk.set(rate=0.0)
    same = [{"field_id": desk.key_field, "values": [{"value": "dentsync:same#"}]}]
    numbers = [desk.ids[f"contact:p{number}"] for number in range(1, 256)]
    for part in (numbers[:250], numbers[250:]):
        desk.call("PATCH", "contacts", [{"id": number, "custom_fields_values": same} for number in part])
    indexed(desk)
    assert len(desk.read(contact_keys=["same", "p258"]).contacts) == 256


def test_what_was_just_made_is_not_found_before_the_search_lag_and_read_by_id_at_once(desk: AmoDesk) -> None:
    desk.apply(person())
    number = desk.ids["contact:p1"]
    assert desk.read(contact_keys=["p1"]).contacts == {}
    assert list(desk.read(contact_ids=[number]).contacts) == [number]
    indexed(desk)
    assert list(desk.read(contact_keys=["p1"]).contacts) == [number]


def test_nothing_filled_in_is_no_error(desk: AmoDesk) -> None:
    number = desk.act("create_contact", name="")
    present = desk.read(contact_ids=[number]).contacts[number]
    assert (present.key, present.fields["phones"], present.fields["card_number"]) == (None, (), None)


def test_the_id_of_a_contact_that_was_merged_into_another_is_not_there_any_more(desk: AmoDesk) -> None:
    desk.apply(person("p1"))
    old = desk.ids["contact:p1"]
    kept = desk.act("create_contact", name="Соколова Анна")
    desk.act("merge", contacts=[kept, old])
    indexed(desk)
    reading = desk.read(contact_ids=[old], contact_keys=["p1"])
    assert old not in reading.contacts


@pytest.mark.parametrize(
    ("fault", "times"),
    [("html_502", 1), ("drop_before", 2), ("html_404", 1), ("search_failed", 2), ("system_error", 1)],
)
def test_a_question_that_goes_wrong_is_asked_again(kids: AmoDesk, fault: str, times: int) -> None:
    kids.apply(person())
    indexed(kids)
    kids.fault(fault, "GET contacts", times=times)
    assert [one.key for one in kids.read(contact_keys=["p1"]).contacts.values()] == ["p1"]


def test_a_reading_that_is_not_whole_is_no_reading(kids: AmoDesk) -> None:
    kids.fault("html_502", "GET contacts", times=0)
    with pytest.raises(Unavailable):
        kids.read(contact_keys=["p1"])


def test_a_reading_changes_nothing(box: Running, desk: AmoDesk) -> None:
    desk.apply(person(), visit())
    before = {key: count for key, count in desk.counters["commands"].items() if not key.startswith("GET")}
    desk.target.check()
    desk.read(contact_keys=["p1"], deal_keys=["d1"], phones=[phone("p1")])
    assert {key: count for key, count in desk.counters["commands"].items() if not key.startswith("GET")} == before


def test_what_was_written_reads_as_was_foretold(desk: AmoDesk) -> None:
    contact = {"last_name": "Соколова", "first_name": "Анна", "birth_date": "1990-05-17", "sms_opt_out": True,
               "branch": "детская", "next_visit_at": "2026-10-06T09:00:00+03:00", "balance": "45000.5",
               "first_visit_at": "2020-01-31T10:00:00+03:00", "sanation": ("Терапия", "Хирургия"),
               "phones": ("+79165550001",), "card_number": "00101"}  # fmt: skip
    deal = {"title": "Приём", "amount": "12500.5", "start_at": "2026-10-06T09:00:00+03:00", "doctor": "Петров"}
    desk.apply(person(**contact), visit(**deal))  # type: ignore[arg-type]
    reading = desk.read(contact_ids=[desk.ids["contact:p1"]], deal_ids=[desk.ids["deal:d1"]])
    for kind, wanted, found in (("contact", contact, reading.contacts), ("deal", deal, reading.deals)):
        shown = next(iter(found.values())).fields
        foretold = desk.target.as_read(kind, wanted)  # type: ignore[arg-type]
        assert foretold == {name: shown[name] for name in wanted}
        assert foretold.keys() == wanted.keys()


@pytest.mark.parametrize("zone", ["Asia/Vladivostok", "UTC", "Europe/Moscow"])
def test_a_birthday_comes_back_as_the_same_day_in_any_zone_of_the_account(box: Running, zone: str) -> None:
    box.admin("POST", "settings?account=smile", {"timezone": zone})
    desk = AmoDesk(box)
    desk.target.setup()
    desk.target.check()
    desk.apply(person(birth_date="1990-05-17", next_visit_at="2026-10-06T23:30:00+03:00"))
    number = desk.ids["contact:p1"]
    fields = desk.read(contact_ids=[number]).contacts[number].fields
    assert (fields["birth_date"], fields["next_visit_at"]) == ("1990-05-17", "2026-10-06T23:30:00+03:00")
    desk.apply(update("contact", "p1", number, *changes(birth_date="1941-02-28")))
    assert desk.read(contact_ids=[number]).contacts[number].fields["birth_date"] == "1941-02-28"


def test_a_shape_that_is_not_known_is_said_and_not_taken_for_nothing(desk: AmoDesk) -> None:
    desk.fault("empty_200", "GET contacts", times=0)
    with pytest.raises(TargetError):
        desk.read(contact_keys=["p1"])
