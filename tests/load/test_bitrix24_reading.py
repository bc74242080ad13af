"""Reading before writing: complete, in few requests, and in our words."""

import pytest

from dentsync.errors import TargetError, Unavailable
from dentsync.load.target import Reading
from dentsync.model import Result
from tests.load.portal_kit import FIELDS, PIPELINE, Desk, changes, person, phone, results, update, visit

A = "+79165550101"


def filled(desk: Desk, count: int) -> Desk:
    """Contacts p0, p1… with a phone each."""
    desk.set(operating_limit=0)
    assert results(desk.apply(*(person(f"p{n}", silent=True) for n in range(count)))) == {Result.APPLIED}
    return desk


def test_nothing_is_read_when_nothing_is_needed(desk: Desk) -> None:
    before = desk.target.requests
    assert desk.read() == Reading()
    assert desk.target.requests == before


def test_everything_of_a_usual_day_is_read_in_one_request(desk: Desk) -> None:
    desk.apply(person("p1"), visit("d1", "p1"), person("p2"))
    before = desk.target.requests
    found = desk.read(
        contact_keys={"p1", "p9"},
        contact_ids={desk.ids["contact:p2"], 999},
        deal_keys={"d1"},
        deal_ids={desk.ids["deal:d1"]},
        phones={phone("p1"), phone("p8")},
    )
    assert desk.target.requests == before + 1
    assert {item.key for item in found.contacts.values()} == {"p1", "p2"}
    assert found.by_phone == {phone("p1"): (desk.ids["contact:p1"],)}
    (deal,) = found.deals.values()
    assert (deal.key, deal.pipeline, deal.stage, deal.ends) == ("d1", PIPELINE, "Записан", None)
    assert deal.fields["title"] == "Приём"


def test_key_of_another_program_is_not_ours(desk: Desk) -> None:
    desk.call("crm.item.add", entityTypeId=3, fields={"name": "А", "originatorId": "other", "originId": "p1"})
    assert desk.read(contact_keys={"p1"}).contacts == {}
    (contact,) = desk.read(contact_ids={1}).contacts.values()
    assert contact.key is None


def test_deal_that_people_moved_to_another_pipeline_is_shown_there(desk: Desk) -> None:
    desk.apply(person(), visit())
    desk.act("move", deal="d1", stage="Визит состоялся", pipeline="Лист ожидания")
    (deal,) = desk.read(deal_keys={"d1"}).deals.values()
    assert (deal.pipeline, deal.stage, deal.ends) == ("Лист ожидания", "Визит состоялся", "won")


@pytest.mark.parametrize("mode", ["normalised", "strict"])
@pytest.mark.parametrize("spelled", [A, "8 (916) 555-01-01", "89165550101", "8(916)555-01-01", "+7 916 555-01-01"])
def test_phone_is_found_in_any_usual_spelling(desk: Desk, spelled: str, mode: str) -> None:
    desk.set(findbycomm=mode)
    number = desk.act("create_contact", fields={"name": "Анна"}, phones=[spelled])
    found = desk.read(phones={A})
    assert found.by_phone == {A: (number,)}
    assert found.contacts[number].fields["phones"] == (A,)


def test_all_holders_of_a_family_phone_are_found(desk: Desk) -> None:
    numbers = [desk.act("create_contact", fields={"name": name}, phones=[A]) for name in ("Анна", "Пётр", "Мария")]
    assert desk.read(phones={A}).by_phone == {A: tuple(numbers)}


def test_few_phones_take_a_look_up_and_a_list(desk: Desk) -> None:
    filled(desk, 3)
    before = desk.target.requests
    assert len(desk.read(phones={phone(f"p{n}") for n in range(40)}).by_phone) == 3
    assert desk.target.requests == before + 2


def test_many_phones_in_an_empty_crm_take_one_request(desk: Desk) -> None:
    before = desk.target.requests
    assert desk.read(phones={phone(f"p{n}") for n in range(1000)}).by_phone == {}
    assert desk.target.requests == before + 1


def test_many_phones_take_a_list_of_all_contacts_where_that_is_shorter(desk: Desk) -> None:
    filled(desk, 260)
    before = desk.counters["commands"]
    requests = desk.target.requests
    found = desk.read(phones={phone(f"p{n}") for n in range(200, 400)})
    after = desk.counters["commands"]
    assert desk.target.requests == requests + 2
    assert after.get("crm.duplicate.findbycomm") == before.get("crm.duplicate.findbycomm")
    assert set(found.by_phone) == {phone(f"p{n}") for n in range(200, 260)}
    assert set(found.contacts) == {one for ids in found.by_phone.values() for one in ids}


@pytest.mark.parametrize("count", [1, 49, 50, 51, 100, 150])
def test_list_of_all_contacts_is_complete_to_the_last_page(desk: Desk, count: int) -> None:
    filled(desk, count)
    wanted = {phone(f"p{n}") for n in range(count)} | {phone(f"p{n}") for n in range(500, 600)}
    assert len(desk.read(phones=wanted).by_phone) == count


def test_many_phones_are_looked_up_where_there_are_many_more_contacts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a request carried 2 commands: then 60 contacts are many."""
    filled(desk, 60)
    monkeypatch.setattr("dentsync.load.bitrix24.reading.PAGE", 5)
    monkeypatch.setattr("dentsync.load.bitrix24.reading.MAX_COMMANDS", 3)
    before = desk.counters["commands"].get("crm.duplicate.findbycomm", 0)
    found = desk.read(phones={phone(f"p{n}") for n in range(56, 62)})
    assert desk.counters["commands"]["crm.duplicate.findbycomm"] == before + 6
    assert len(found.by_phone) == 4


def test_list_of_all_contacts_goes_on_after_a_lost_answer(desk: Desk) -> None:
    filled(desk, 120)
    desk.fault("drop_before", "batch", nth=2, times=2)
    assert len(desk.read(phones={phone(f"p{n}") for n in range(300)}).by_phone) == 120


def test_many_keys_and_ids_are_read_without_loss(desk: Desk) -> None:
    filled(desk, 130)
    found = desk.read(contact_keys={f"p{n}" for n in range(130)})
    assert {item.key for item in found.contacts.values()} == {f"p{n}" for n in range(130)}
    assert len(desk.read(contact_ids=set(found.contacts)).contacts) == 130


def test_namesakes_of_a_key_do_not_push_another_key_off_the_page(desk: Desk) -> None:
    desk.set(rate_threshold=0)
    for _ in range(55):
        desk.call("crm.item.add", entityTypeId=3, fields={"name": "А", "originatorId": "dentsync", "originId": "p1"})
    desk.apply(person("p2"))
    found = desk.read(contact_keys={"p1", "p2"})
    assert {item.key for item in found.contacts.values()} == {"p1", "p2"}


def test_second_item_of_a_key_is_found_behind_a_full_page(desk: Desk) -> None:
    """It is the newest: all other keys of the list come before it."""
    filled(desk, 50)
    desk.call("crm.item.add", entityTypeId=3, fields={"name": "А", "originatorId": "dentsync", "originId": "p1"})
    found = desk.read(contact_keys={f"p{n}" for n in range(50)})
    assert [item.key for item in found.contacts.values()].count("p1") == 2


@pytest.mark.parametrize(("count", "more"), [(49, 1), (2450, 1), (2451, 2), (4900, 2)])
def test_many_items_are_found_by_key_in_full_requests(desk: Desk, count: int, more: int) -> None:
    before = desk.target.requests
    desk.read(contact_keys={f"p{n}" for n in range(count)})
    assert desk.target.requests == before + more


def test_full_list_of_keys_does_not_ask_what_comes_after_it(desk: Desk) -> None:
    filled(desk, 100)
    before = desk.target.requests
    assert len(desk.read(contact_keys={f"p{n}" for n in range(100)}).contacts) == 100
    assert desk.target.requests == before + 1


def test_contacts_of_a_deal_are_shown(desk: Desk) -> None:
    desk.apply(person("p1"), visit("d1", "p1"))
    (deal,) = desk.read(deal_keys={"d1"}).deals.values()
    assert deal.contacts == (desk.ids["contact:p1"],)


def test_key_that_looks_like_a_reference_is_found(desk: Desk) -> None:
    key = "$result[x]"
    desk.call("crm.item.add", entityTypeId=3, fields={"name": "А", "originatorId": "dentsync", "originId": key})
    assert [item.key for item in desk.read(contact_keys={key}, deal_keys={"d1"}).contacts.values()] == [key]


@pytest.mark.parametrize(
    "what", ["drop_before", "http_502_html", "html_200", "empty_200", "truncated_json", "http_500"]
)
def test_lost_answer_is_asked_for_again(desk: Desk, what: str) -> None:
    desk.apply(person())
    desk.fault(what, times=2)
    assert len(desk.read(contact_keys={"p1"}).contacts) == 1


def test_portal_that_gives_no_answer_is_reported(desk: Desk) -> None:
    desk.fault("html_200", times=0)
    with pytest.raises(Unavailable):
        desk.read(contact_keys={"p1"})


@pytest.mark.parametrize("method", ["crm.item.list", "crm.duplicate.findbycomm"])
def test_refused_command_stops_reading(desk: Desk, method: str) -> None:
    """A row that is missed becomes a duplicate."""
    desk.apply(person())
    desk.fault("error:ACCESS_DENIED", method)
    with pytest.raises(TargetError, match="ACCESS_DENIED"):
        desk.read(contact_keys={"p1"}, phones={A})


def test_cursor_that_does_not_move_stops_reading(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal that does not know the cursor gives the first page for ever: as if we had sent it in the wrong case."""
    filled(desk, 120)
    original = desk.target._ready().reader._list
    lost = lambda kind, where, after=None: original(kind, where)  # noqa: E731
    monkeypatch.setattr(desk.target._ready().reader, "_list", lost)
    with pytest.raises(TargetError, match="same page"):
        desk.read(phones={phone(f"p{n}") for n in range(300)})


# ── our words ──


def test_values_come_back_as_they_went(desk: Desk) -> None:
    sent = {
        "last_name": "Соколова",
        "birth_date": "1990-02-03",
        "card_number": "00017",
        "next_visit_at": "2026-10-06T09:00:00+03:00",
        "last_visit_at": "2026-06-01",
        "branch": "Северный",
        "sms_opt_out": True,
        "lead_source": "Сайт",
        "phones": (A,),
        "comment": "строка\nвторая",
    }
    desk.apply(person(**sent))
    (contact,) = desk.read(contact_keys={"p1"}).contacts.values()
    assert {name: contact.fields[name] for name in sent} == sent
    assert contact.fields["patronymic"] is None


def test_second_look_at_our_own_values_finds_nothing_changed(desk: Desk) -> None:
    """Dates come back shifted, times in the server's zone, labels with another case: none of it is news."""
    desk.set(now="2026-10-05T14:00:00+03:00")
    sent = {
        "birth_date": "1990-02-03",
        "next_visit_at": "2026-10-06T16:00:00+10:00",
        "last_visit_at": "2026-06-01T00:30:00+03:00",
        "branch": "СЕВЕРНЫЙ",
        "sms_opt_out": False,
        "lead_source": None,
    }
    present = desk.apply(person(**sent))["create:contact:p1"].present
    assert present is not None
    as_read = desk.target.as_read("contact", sent)
    assert as_read == {name: present.fields[name] for name in sent}
    assert (as_read["last_visit_at"], as_read["branch"], as_read["sms_opt_out"]) == ("2026-06-01", "Северный", False)


def test_money_of_a_deal_is_not_counted_anew_from_products(desk: Desk) -> None:
    desk.apply(visit(contact=None, amount="12500.5"))
    desk.act("products", deal="d1", sum=100)
    desk.apply(update("deal", "d1", desk.ids["deal:d1"], *changes(amount="13000.5")))
    (deal,) = desk.read(deal_keys={"d1"}).deals.values()
    assert deal.fields["amount"] == "13000.5"


def test_empty_value_clears_a_field(desk: Desk) -> None:
    fields = {"birth_date": "1990-02-03", "card_number": "17", "branch": "Северный", "comment": "х", "patronymic": "П"}
    desk.apply(person(**fields))
    found = desk.apply(update("contact", "p1", desk.ids["contact:p1"], *changes(**dict.fromkeys(fields))))
    present = found["update:contact:p1"].present
    assert present is not None
    assert {name: present.fields[name] for name in fields} == dict.fromkeys(fields)


def test_words_without_a_field_are_neither_sent_nor_read(desk: Desk) -> None:
    desk.apply(person(archive_reason="переезд"))
    (contact,) = desk.read(contact_keys={"p1"}).contacts.values()
    assert "archive_reason" not in contact.fields
    assert set(contact.fields) >= set(FIELDS["contact"])


def test_portal_in_another_zone_gives_times_of_the_clinic(desk: Desk) -> None:
    other = Desk(desk.box, timezone="Asia/Vladivostok")
    other.apply(visit(contact=None, start_at="2026-10-06T09:00:00+10:00"))
    (deal,) = other.read(deal_keys={"d1"}).deals.values()
    assert deal.fields["start_at"] == "2026-10-06T09:00:00+10:00"
