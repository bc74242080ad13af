"""Operations on the rehearsal portal: what is done, in how many requests, and what is said of it."""

from dataclasses import replace

import pytest

from dentsync.errors import Forbidden, Unavailable
from dentsync.load.target import GONE
from dentsync.model import Change, Result, StageRef
from tests.load.portal_kit import (
    CANCELLED,
    PIPELINE,
    Desk,
    changes,
    move,
    person,
    phone,
    results,
    update,
    visit,
)


def test_contact_and_its_deal_are_made_in_one_request_and_linked(desk: Desk) -> None:
    before = desk.target.requests
    found = desk.apply(person(), visit())
    assert desk.target.requests == before + 1
    assert results(found) == {Result.APPLIED}
    assert all(outcome.linked for outcome in found.values())
    assert desk.deals[0]["contacts"] == [desk.contacts[0]["id"]]
    assert (desk.deals[0]["pipeline"], desk.deals[0]["stage"]) == (PIPELINE, "Записан")


def test_outcome_shows_the_item_as_the_portal_has_it_now(desk: Desk) -> None:
    found = desk.apply(person(birth_date="1990-02-03"), visit(amount="12500.5"))
    contact, deal = found["create:contact:p1"].present, found["create:deal:d1"].present
    assert contact is not None
    assert deal is not None
    assert (contact.key, contact.crm_id) == ("p1", desk.ids["contact:p1"])
    assert contact.fields["birth_date"] == "1990-02-03"
    assert (deal.pipeline, deal.stage, deal.ends) == (PIPELINE, "Записан", None)
    assert deal.fields["amount"] == "12500.5"
    assert deal.fields["start_at"] == "2026-10-06T09:00:00+03:00"


def test_update_sends_only_what_changed(desk: Desk) -> None:
    desk.apply(person())
    desk.act("edit", contact="p1", fields={"lastName": "Орлова"})
    found = desk.apply(update("contact", "p1", desk.ids["contact:p1"], *changes(first_name="Анна Мария")))
    assert found["update:contact:p1"].result is Result.APPLIED
    present = found["update:contact:p1"].present
    assert present is not None
    assert (present.fields["first_name"], present.fields["last_name"]) == ("Анна Мария", "Орлова")


def test_move_goes_to_another_pipeline_and_stage(desk: Desk) -> None:
    desk.apply(person(), visit())
    found = desk.apply(move("d1", desk.ids["deal:d1"], StageRef("Записан"), "Лист ожидания"))
    present = found["move:deal:d1"].present
    assert (desk.deals[0]["pipeline"], desk.deals[0]["stage"]) == ("Лист ожидания", "Записан")
    assert present is not None
    assert (present.pipeline, present.stage) == ("Лист ожидания", "Записан")


def test_moved_to_a_lost_stage_says_so(desk: Desk) -> None:
    desk.apply(person(), visit())
    present = desk.apply(move("d1", desk.ids["deal:d1"], CANCELLED))["move:deal:d1"].present
    assert present is not None
    assert (present.stage, present.ends) == ("Запись отменена", "lost")


def test_ten_contacts_and_ten_deals_take_one_request(desk: Desk) -> None:
    desk.apply(*(person(f"p{n}") for n in range(10)), *(visit(f"d{n}", f"p{n}") for n in range(10)))
    contacts = [update("contact", f"p{n}", desk.ids[f"contact:p{n}"], *changes(last_name="Орлова")) for n in range(10)]
    deals = [update("deal", f"d{n}", desk.ids[f"deal:d{n}"], *changes(doctor="Петров")) for n in range(10)]
    assert desk.requests_of(*contacts, *deals) == 1


def test_update_that_succeeds_does_not_hide_a_move_that_fails(desk: Desk) -> None:
    desk.apply(person(), visit())
    desk.set(required={"deal": {"C1:UC_7K2QWA": ["UF_CRM_DOCTOR"]}})
    number = desk.ids["deal:d1"]
    found = desk.apply(update("deal", "d1", number, *changes(title="Новый")), move("d1", number))
    assert found["update:deal:d1"].result is Result.APPLIED
    assert found["move:deal:d1"].result is Result.FAILED
    assert found["move:deal:d1"].reason.startswith("CRM_FIELD_ERROR_REQUIRED")
    assert "Врач" in found["move:deal:d1"].reason
    assert desk.deals[0]["title"] == "Новый"


def test_thousand_contacts_and_thousand_deals_are_updated_in_forty_requests(desk: Desk) -> None:
    people = [person(f"p{n}", silent=True) for n in range(1000)]
    desk.set(operating_limit=0)
    assert results(desk.apply(*people, *(visit(f"d{n}", f"p{n}", silent=True) for n in range(1000)))) == {
        Result.APPLIED
    }
    operations = [
        one
        for n in range(1000)
        for one in (
            update("contact", f"p{n}", desk.ids[f"contact:p{n}"], *changes(last_name="Орлова")),
            update("deal", f"d{n}", desk.ids[f"deal:d{n}"], *changes(doctor="Петров")),
        )
    ]
    before = desk.counters
    assert desk.requests_of(*operations) == 40
    after = desk.counters
    assert after["updated_contact"] - before["updated_contact"] == 1000
    assert after["updated_deal"] - before["updated_deal"] == 1000


# ── contacts of deals ──


def test_deal_whose_contact_is_known_is_linked_to_it(desk: Desk) -> None:
    desk.apply(person())
    assert desk.apply(visit())["create:deal:d1"].linked
    assert desk.deals[0]["contacts"] == [desk.ids["contact:p1"]]


def test_deal_whose_contact_is_nowhere_is_left_out(desk: Desk) -> None:
    assert desk.apply(visit(contact="p9"))["create:deal:d1"].result is Result.HELD
    assert desk.deals == []


def test_deal_without_a_contact_is_made_without(desk: Desk) -> None:
    assert desk.apply(visit(contact=None))["create:deal:d1"].result is Result.APPLIED


@pytest.mark.parametrize("unresolved", ["empty", "literal"])
def test_deal_whose_contact_was_refused_in_the_same_request_is_not_called_linked(desk: Desk, unresolved: str) -> None:
    desk.set(unresolved_reference=unresolved)
    desk.fault("error:CRM_FIELD_ERROR_VALUE_NOT_VALID", "crm.item.add")
    found = desk.apply(person(), visit())
    assert found["create:contact:p1"].result is Result.FAILED
    assert found["create:deal:d1"].result is Result.APPLIED
    assert not found["create:deal:d1"].linked
    assert desk.deals[0]["contacts"] == []


def test_deal_gets_another_contact_and_keeps_those_people_added(desk: Desk) -> None:
    desk.apply(person("p1"), person("p2"), person("p3"), visit("d1", "p1"))
    number, (ours, new, added) = desk.ids["deal:d1"], (desk.ids[f"contact:p{n}"] for n in (1, 2, 3))
    desk.call("crm.item.update", entityTypeId=2, id=number, fields={"contactIds": [ours, added]})
    relink = update("deal", "d1", number, Change("contact", "p1", "p2"), contact="p2")
    assert desk.apply(relink)["update:deal:d1"].linked
    assert desk.deals[0]["contacts"] == [new, added]


def test_update_never_takes_a_contact_away_because_the_new_one_was_refused(desk: Desk) -> None:
    desk.apply(person("p1"), visit("d1", "p1"))
    desk.fault("error:CRM_FIELD_ERROR_VALUE_NOT_VALID", "crm.item.add")
    relink = update("deal", "d1", desk.ids["deal:d1"], Change("contact", "p1", "p2"), contact="p2")
    found = desk.apply(person("p2"), relink)
    assert found["create:contact:p2"].result is Result.FAILED
    assert found["update:deal:d1"].result is Result.HELD
    assert desk.deals[0]["contacts"] == [desk.ids["contact:p1"]]


def test_contact_made_in_the_same_plan_is_linked_to_a_deal_that_was_there(desk: Desk) -> None:
    desk.apply(visit("d1", None))
    relink = update("deal", "d1", desk.ids["deal:d1"], Change("contact", None, "p1"), contact="p1")
    found = desk.apply(person("p1"), relink)
    assert results(found) == {Result.APPLIED}
    assert desk.deals[0]["contacts"] == [desk.ids["contact:p1"]]


def test_found_item_gets_our_key(desk: Desk) -> None:
    number = desk.act("create_contact", fields={"name": "Анна"}, phones=[phone("p1")])
    assert desk.apply(update("contact", "p1", number, claims=True))["update:contact:p1"].result is Result.APPLIED
    assert list(desk.read(contact_keys={"p1"}).contacts) == [number]


# ── what may have happened ──


@pytest.mark.parametrize(
    "what",
    [
        "drop_after",
        "http_500_after",
        "http_504_html_after",
        "empty_200_after",
        "truncated_json",
        "drop_before",
        "http_500",
        "http_502_html",
        "html_200",
        "portal_off_html_404",
    ],
)
def test_lost_reply_is_unknown_and_nothing_is_sent_again(desk: Desk, what: str) -> None:
    desk.fault(what)
    before = desk.target.requests
    found = desk.apply(person(), visit(), person("p2"))
    assert results(found) == {Result.UNKNOWN}
    assert desk.target.requests == before + 1
    stored = what.endswith("after") or what == "truncated_json"
    assert (len(desk.contacts), len(desk.deals)) == ((2, 1) if stored else (0, 0))


def test_what_a_lost_request_made_is_found_by_its_key(desk: Desk) -> None:
    desk.fault("drop_after")
    desk.apply(person(), visit())
    found = desk.read(contact_keys={"p1", "p2"}, deal_keys={"d1"})
    assert [item.key for item in found.contacts.values()] == ["p1"]
    assert [item.key for item in found.deals.values()] == ["d1"]


def test_half_a_request_is_found_by_key_too(desk: Desk) -> None:
    people = [person(f"p{n}") for n in range(20)]
    desk.fault("half_batch:13")
    assert results(desk.apply(*people)) == {Result.UNKNOWN}
    found = desk.read(contact_keys={one.key for one in people})
    assert {item.key for item in found.contacts.values()} == {f"p{n}" for n in range(13)}


def test_command_of_which_the_portal_says_it_does_not_know_is_unknown(desk: Desk) -> None:
    desk.fault("error_after:INTERNAL_SERVER_ERROR", "crm.item.add")
    found = desk.apply(person("p1"), person("p2"))
    assert found["create:contact:p1"].result is Result.UNKNOWN
    assert found["create:contact:p2"].result is Result.APPLIED
    assert len(desk.contacts) == 2


def test_lost_update_and_move_are_unknown(desk: Desk) -> None:
    desk.apply(person(), visit())
    desk.fault("drop_after")
    number = desk.ids["deal:d1"]
    assert results(desk.apply(update("deal", "d1", number, *changes(title="Х")), move("d1", number))) == {
        Result.UNKNOWN
    }


def test_request_after_a_lost_one_goes_on(desk: Desk) -> None:
    desk.fault("drop_after", nth=2)
    people = [person(f"p{n}") for n in range(60)]
    requests = list(desk.sent(people))
    assert [{outcome.result for outcome in one} for one in requests] == [{Result.APPLIED}, {Result.UNKNOWN}]
    assert len(desk.contacts) == 60


# ── what was refused ──


@pytest.mark.parametrize("what", ["overload", "portal_deleted", "access_denied_plan", "expired_token"])
def test_refusal_of_the_webhook_stops_at_once(desk: Desk, what: str) -> None:
    desk.fault(what, times=0)
    before = desk.target.requests
    with pytest.raises(Forbidden):
        desk.apply(person())
    assert desk.target.requests == before + 1
    assert desk.contacts == []


def test_scope_that_was_taken_away_stops_at_once(desk: Desk) -> None:
    desk.fault("error:insufficient_scope", "crm.item.add", times=0)
    with pytest.raises(Forbidden, match="insufficient_scope"):
        desk.apply(person("p1"), person("p2"))


def test_one_bad_row_does_not_hide_the_others(desk: Desk) -> None:
    people = [person(f"p{n}", branch="Луна" if n == 7 else "северный") for n in range(20)]
    found = desk.apply(*people)
    failed = {key for key, outcome in found.items() if outcome.result is not Result.APPLIED}
    assert failed == {"create:contact:p7"}
    assert len(desk.contacts) == 19
    assert {contact["fields"]["UF_CRM_BRANCH"] for contact in desk.contacts} == {"Северный"}


def test_reason_of_an_unknown_label_names_the_field_and_not_the_value(desk: Desk) -> None:
    outcome = desk.apply(person(branch="Луна"))["create:contact:p1"]
    assert "branch" in outcome.reason
    assert "UF_CRM_BRANCH" in outcome.reason
    assert "Луна" not in outcome.reason


def test_refusal_never_shows_what_was_sent(desk: Desk) -> None:
    desk.set(required={"contact": {"*": ["comments"]}}, error_code="Соколова Анна уже есть")
    outcome = desk.apply(person())["create:contact:p1"]
    assert outcome.result is Result.FAILED
    assert "Соколова" not in outcome.reason


def test_item_that_is_gone_fails_with_a_reason_of_its_own(desk: Desk) -> None:
    desk.apply(person(), person("p2"), visit())
    desk.act("delete", contact="p1")
    desk.act("delete", deal="d1")
    found = desk.apply(
        update("contact", "p1", desk.ids["contact:p1"], *changes(last_name="Орлова")), move("d1", desk.ids["deal:d1"])
    )
    assert {outcome.reason for outcome in found.values()} == {GONE}
    phones = update("contact", "p1", desk.ids["contact:p1"], *changes(phones=("+79165559999",)))
    assert desk.apply(phones)["update:contact:p1"].reason == GONE


def test_stage_that_the_portal_does_not_have_fails_without_a_request(desk: Desk) -> None:
    before = desk.target.requests
    outcome = desk.apply(move("d1", 1, StageRef("Нет такой")))["move:deal:d1"]
    assert outcome.result is Result.FAILED
    assert "Нет такой" in outcome.reason
    assert desk.target.requests == before


def test_update_that_changes_nothing_the_portal_has_makes_no_request(desk: Desk) -> None:
    before = desk.target.requests
    outcome = desk.apply(update("contact", "p1", 5, *changes(archive_reason="переезд")))["update:contact:p1"]
    assert (outcome.result, outcome.crm_id) == (Result.APPLIED, 5)
    assert desk.target.requests == before


def test_unreachable_portal_is_tried_a_few_times_and_then_reported(desk: Desk) -> None:
    secret = "https://127.0.0.1:1/rest/1/verysecret/"
    other = Desk(desk.box, secret=secret)
    with pytest.raises(Unavailable) as caught:
        other.target.check()
    assert other.target.requests == 4
    assert "verysecret" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


# ── text ──


@pytest.mark.parametrize("text", ["$result[c0][item][id]", "см. $result[x]"])
def test_text_that_looks_like_a_reference_arrives_as_it_is(desk: Desk, text: str) -> None:
    operations = [person("p1"), visit("d1", "p1", title=text), person("p2"), visit("d2", "p2")]
    found = desk.apply(*operations)
    assert results(found) == {Result.APPLIED}
    titles = {deal["title"]: deal["contacts"] for deal in desk.deals}
    assert titles[text] == [desk.ids["contact:p1"]]
    assert titles["Приём"] == [desk.ids["contact:p2"]]


def test_text_that_looks_like_a_reference_is_imported_as_it_is(desk: Desk) -> None:
    people = [person(f"p{n}", silent=True, comment="$result[x]" if n == 30 else "") for n in range(60)]
    assert results(desk.apply(*people)) == {Result.APPLIED}
    assert [one["fields"].get("comments") for one in desk.contacts if one["fields"].get("comments")] == ["$result[x]"]


def test_any_text_arrives(desk: Desk) -> None:
    text = "a&b=c + 100% [x] \"q\" 'w' \\ \n второй; 🦷 {y} <b>"
    desk.apply(visit("d1", None, title=text))
    assert desk.deals[0]["title"] == text


# ── the rest of the contract ──


def test_portal_that_moved_is_followed_with_the_body_and_remembered(desk: Desk) -> None:
    desk.fault("redirect_302")
    assert results(desk.apply(person())) == {Result.APPLIED}
    assert len(desk.contacts) == 1
    pace = desk.target.pace()
    assert pace["host"].startswith("localhost:")
    directory = Desk(desk.box, pace=pace).target.check().directory
    assert directory["host"] == pace["host"]
    assert Desk(desk.box, directory=directory).target.pace()["host"] == pace["host"]


def test_portal_that_moved_back_and_forth_is_not_followed_for_ever(desk: Desk) -> None:
    desk.fault("redirect_302", times=0)
    before = desk.target.requests
    with pytest.raises(Unavailable):
        desk.apply(person())
    assert desk.target.requests == before + 3


def test_send_keeps_the_order_of_operations(desk: Desk) -> None:
    operations = [person("p1"), visit("d1", "p1"), person("p2"), visit("d2", "p2"), visit("d3", None)]
    [outcomes] = desk.sent(operations)
    assert [one.operation for one in outcomes] == operations


def test_silent_and_loud_operations_may_be_mixed(desk: Desk) -> None:
    loud = replace(visit("d1", "p1"))
    quiet = visit("d2", "p2", silent=True)
    found = desk.apply(loud, person("p1", silent=True), quiet, person("p2"))
    assert results(found) == {Result.APPLIED}
    assert all(deal["contacts"] for deal in desk.deals)


def test_nothing_shows_the_secret(desk: Desk) -> None:
    secret = desk.box.webhook.split("/")[-2]
    desk.fault("portal_off_html_404")
    found = desk.apply(person())
    assert secret not in repr(found) + repr(desk.target.__dict__) + repr(desk.target.pace())
