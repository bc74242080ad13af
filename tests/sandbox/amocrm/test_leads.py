"""Leads: statuses, reasons, links, the call that makes lead and contact at once, «Неразобранное»."""

import pytest

from tests.sandbox.amocrm.conftest import LOST, WON, Desk, Json, found_by, phone, text

REPEAT = "Повторные приемы"
CONTACT = "_embedded.contacts.0"


def place(desk: Desk, number: int) -> tuple[int, int]:
    lead = desk.get(f"leads/{number}")
    return lead["pipeline_id"], lead["status_id"]


# statuses


def test_lead_begins_in_the_first_ordinary_status_of_the_main_pipeline(desk: Desk) -> None:
    number = desk.add("leads")
    assert place(desk, number) == (desk.pipeline()["id"], desk.status("Новый лид"))
    lead = desk.get(f"leads/{number}")
    assert (lead["name"], lead["price"], lead["closed_at"]) == (f"Сделка #{number}", 0, None)


def test_ordinary_status_implies_its_pipeline_and_a_pipeline_its_first_status(desk: Desk) -> None:
    booked = desk.status("Записан на прием", REPEAT)
    number = desk.add("leads", status_id=booked)
    assert place(desk, number) == (desk.pipeline(REPEAT)["id"], booked)
    desk.change("leads", number, pipeline_id=desk.pipeline()["id"])
    assert place(desk, number) == (desk.pipeline()["id"], desk.status("Новый лид"))


def test_won_and_lost_are_in_every_pipeline_and_stay_in_the_present_one(desk: Desk) -> None:
    ids = [{one["id"] for one in item["_embedded"]["statuses"]} for item in desk.list("leads/pipelines")]
    assert all({WON, LOST} <= one for one in ids)
    number = desk.add("leads", status_id=desk.status("Новый лид", REPEAT))
    desk.change("leads", number, status_id=WON)
    assert place(desk, number) == (desk.pipeline(REPEAT)["id"], WON)


def test_status_of_another_pipeline_is_refused(desk: Desk) -> None:
    number = desk.add("leads")
    sent = {"pipeline_id": desk.pipeline()["id"], "status_id": desk.status("Посетил", REPEAT)}
    fault = {("0", "NotSupportedChoice", "status_id")}
    assert desk.faults("PATCH", "leads", [{"id": number, **sent}]) == fault
    assert desk.faults("POST", "leads", [sent]) == fault


def test_unsorted_status_cannot_be_set(desk: Desk) -> None:
    number, unsorted = desk.add("leads"), desk.status("Неразобранное")
    fault = {("0", "NotSupportedChoice", "status_id")}
    assert desk.faults("PATCH", "leads", [{"id": number, "status_id": unsorted}]) == fault
    assert desk.faults("POST", "leads", [{"status_id": unsorted}]) == fault


def test_closing_stamps_the_time_and_reopening_takes_it_away(desk: Desk) -> None:
    number = desk.add("leads")
    desk.change("leads", number, status_id=WON)
    assert desk.get(f"leads/{number}")["closed_at"] == int(desk.admin("GET", "settings")["now"])
    desk.change("leads", number, status_id=desk.status("Новый лид"))
    assert desk.get(f"leads/{number}")["closed_at"] is None
    desk.change("leads", number, status_id=WON, closed_at=1_600_000_000)
    assert desk.get(f"leads/{number}")["closed_at"] == 1_600_000_000


def test_reason_belongs_to_a_lost_lead_only(desk: Desk) -> None:
    number, reason = desk.add("leads"), desk.list("leads/loss_reasons")[1]
    only = {str(number): "Loss reason can be specified only for lost lead"}
    for sent in ({"loss_reason_id": reason["id"]}, {"loss_reason_id": reason["id"], "status_id": WON}):
        assert desk.refused("PATCH", "leads", [{"id": number, **sent}])[1]["errors"] == only
    desk.change("leads", number, status_id=LOST, loss_reason_id=reason["id"])
    lead = desk.get(f"leads/{number}?with=loss_reason")
    assert (lead["loss_reason_id"], lead["_embedded"]["loss_reason"][0]["name"]) == (reason["id"], "Перенос")
    desk.change("leads", number, status_id=WON)
    assert desk.get(f"leads/{number}")["loss_reason_id"] is None


@pytest.mark.parametrize(("mode", "status"), [("accepted", 200), ("refused", 400)])
def test_lead_that_is_lost_from_the_start(desk: Desk, mode: str, status: int) -> None:
    desk.settings(create_lost=mode)
    reason = desk.list("leads/loss_reasons")[0]["id"]
    assert desk.send("POST", "leads", [{"status_id": LOST, "loss_reason_id": reason}]).status_code == status


def test_robot_may_touch_a_lead_right_after_us(desk: Desk) -> None:
    desk.settings(robot_touches=True)
    number = desk.add("leads")
    lead = desk.get(f"leads/{number}")
    assert (lead["updated_by"], lead["updated_at"]) == (0, lead["created_at"] + 1)


def test_contacts_of_a_lead_are_not_changed_by_patch(desk: Desk) -> None:
    lead, contact = desk.add("leads"), desk.add("contacts")
    sent = {"id": lead, "_embedded": {"contacts": [{"id": contact}]}}
    assert desk.faults("PATCH", "leads", [sent]) == {("0", "FieldNotExpected", "_embedded.contacts")}


# links


def test_contacts_are_linked_once_and_one_of_them_is_the_main_one(desk: Desk) -> None:
    lead, mother, child = desk.add("leads"), desk.add("contacts", name="M"), desk.add("contacts", name="C")
    link: Json = {"to_entity_id": mother, "to_entity_type": "contacts", "metadata": {"is_main": False}}
    for _ in range(2):
        reply = desk.post(f"leads/{lead}/link", link)
        assert reply["_embedded"]["links"] == [
            {
                "entity_id": lead, "entity_type": "leads", "to_entity_id": mother, "to_entity_type": "contacts",
                "metadata": {"main_contact": True},
            }
        ]  # fmt: skip
    desk.post(f"leads/{lead}/link", link | {"to_entity_id": child, "metadata": {"is_main": True}})
    links = {item["to_entity_id"]: item["metadata"]["main_contact"] for item in desk.list(f"leads/{lead}/links")}
    assert links == {mother: False, child: True}
    answer = desk.send("POST", f"leads/{lead}/unlink", [{"to_entity_id": child, "to_entity_type": "contacts"}])
    assert (answer.status_code, answer.content) == (204, b"")
    contacts = desk.get(f"leads/{lead}?with=contacts")["_embedded"]["contacts"]
    assert [(item["id"], item["is_main"]) for item in contacts] == [(mother, True)]


def test_links_of_many_and_filters_that_work_only_as_a_pair(desk: Desk) -> None:
    contact = desk.add("contacts")
    leads = [desk.add("leads", _embedded={"contacts": [{"id": contact}]}) for _ in range(2)]
    path = f"leads/links?filter[entity_id][]={leads[0]}&filter[entity_id][]={leads[1]}"
    assert [item["entity_id"] for item in desk.list(path)] == leads
    assert len(desk.list(f"{path}&filter[to_entity_type]=companies")) == 2
    assert desk.list(f"{path}&filter[to_entity_type]=companies&filter[to_entity_id]={contact}") == []


def test_many_leads_are_linked_in_one_call(desk: Desk) -> None:
    contact, leads = desk.add("contacts"), [desk.add("leads"), desk.add("leads")]
    desk.post("leads/link", *({"entity_id": n, "to_entity_id": contact, "to_entity_type": "contacts"} for n in leads))
    assert [item["id"] for item in desk.get(f"contacts/{contact}?with=leads")["_embedded"]["leads"]] == leads


def test_link_to_nothing_is_refused(desk: Desk) -> None:
    lead = desk.add("leads")
    sent = [{"to_entity_id": 5, "to_entity_type": "contacts"}]
    assert desk.faults("POST", f"leads/{lead}/link", sent) == {("0", "NotSupportedChoice", "to_entity_id")}
    assert desk.refused("POST", "leads/5/link", sent)[0] == 404


def test_company_of_a_lead(desk: Desk) -> None:
    company, lead = desk.add("companies", name="Школа"), desk.add("leads")
    desk.post(f"leads/{lead}/link", {"to_entity_id": company, "to_entity_type": "companies"})
    assert desk.get(f"leads/{lead}")["_embedded"]["companies"][0]["id"] == company
    assert desk.list(f"leads/{lead}/links")[0]["to_entity_type"] == "companies"


# leads/complex


def test_complex_answers_with_a_bare_array_and_lists_of_request_ids(desk: Desk) -> None:
    there = desk.add("contacts", name="A")
    sent = [
        {"name": "L1", "request_id": "one", "_embedded": {"contacts": [{"id": there}]}},
        {
            "name": "L2", "request_id": "two",
            "_embedded": {"contacts": [{"first_name": "Анна"}], "companies": [{"name": "Школа"}]},
        },
    ]  # fmt: skip
    rows = {row["request_id"][0]: row for row in desk.post("leads/complex", *sent)}
    assert rows["one"] == {
        "id": rows["one"]["id"], "contact_id": there, "company_id": None, "request_id": ["one"], "merged": False,
    }  # fmt: skip
    person = desk.get(f"contacts/{rows['two']['contact_id']}?with=leads")
    assert person["_embedded"]["companies"][0]["id"] == rows["two"]["company_id"]
    assert person["_embedded"]["leads"][0]["id"] == rows["two"]["id"]


@pytest.mark.parametrize(
    ("embedded", "path"),
    [
        ({"contacts": [{"id": 5}]}, f"{CONTACT}.id"),
        ({"contacts": [{"name": "A"}, {"name": "B"}]}, "_embedded.contacts.1"),
        ({"catalog_elements": []}, "_embedded.catalog_elements"),
        ({"contacts": [{"custom_fields_values": [text(5, "x")]}]}, f"{CONTACT}.custom_fields_values.0.field_id"),
        ({"metadata": {"category": "chats"}}, "_embedded.metadata.category"),
    ],
)  # fmt: skip
def test_complex_that_is_wrong_anywhere_stores_nothing(desk: Desk, embedded: Json, path: str) -> None:
    sent = [{"name": "A"}, {"name": "B", "_embedded": embedded}]
    assert {fault[2] for fault in desk.faults("POST", "leads/complex", sent)} == {path}
    assert desk.list("leads") == desk.list("contacts") == []


def test_complex_takes_fifty_leads_with_forty_values(desk: Desk) -> None:
    assert desk.refused("POST", "leads/complex", [{"name": "A"}] * 51)[0] == 400
    fields = desk.post("leads/custom_fields", *({"name": f"F{n}", "type": "text"} for n in range(41)))
    values = [text(field["id"], "x") for field in fields["_embedded"]["custom_fields"]]
    fault = {("0", "TooMany", "custom_fields_values")}
    assert desk.faults("POST", "leads/complex", [{"custom_fields_values": values}]) == fault
    assert len(desk.post("leads/complex", *[{"custom_fields_values": values[:40]}] * 50)) == 50


def test_complex_finds_nobody_unless_duplicate_control_is_on(desk: Desk) -> None:
    def sent(number: str) -> Json:
        return {"name": "L", "_embedded": {"contacts": [{"name": "A", "custom_fields_values": [phone(number)]}]}}

    first = desk.post("leads/complex", sent("+79161234567"))[0]
    assert desk.post("leads/complex", sent("+79161234567"))[0]["merged"] is False
    desk.settings(duplicate_control=True)
    again = desk.post("leads/complex", sent("8 (916) 123-45-67"))[0]
    assert (again["id"], again["merged"], again["contact_id"]) == (first["id"], True, first["contact_id"])
    two = desk.post("leads/complex", sent("+79161234567") | {"request_id": "a"}, sent("+79161234567"))
    assert (len(two), sorted(two[0]["request_id"])) == (1, ["1", "a"])
    new = desk.post("leads/complex", *[sent("+79990000000")] * 4)
    assert [row["merged"] for row in new] == [False] * 4  # not among the items of one request
    assert desk.post("leads/complex", sent("+79990000000"))[0]["merged"] is False  # too many to choose from


# «Неразобранное»


def incoming(desk: Desk, **more: object) -> Json:
    """A lead of the telephony, with its contact."""
    sent = {
        "source_uid": "ats", "source_name": "АТС", "metadata": {"phone": "+79160000001", "duration": 10},
        "_embedded": {
            "leads": [{"name": "Звонок"}],
            "contacts": [{"name": "Неизвестный", "custom_fields_values": [phone("+79160000001")]}],
        },
    } | more  # fmt: skip
    found: Json = desk.post("leads/unsorted/sip", sent)["_embedded"]["unsorted"][0]
    return found


def test_contact_of_an_unsorted_lead_is_hidden_until_it_is_accepted(desk: Desk) -> None:
    entry = incoming(desk)
    lead, contact = (entry["_embedded"][kind][0]["id"] for kind in ("leads", "contacts"))
    desk.wait(31)
    assert desk.list("contacts") == desk.list(found_by("79160000001")) == []
    assert desk.get(f"leads/{lead}")["status_id"] == desk.status("Неразобранное")
    listed = desk.list("leads/unsorted")[0]
    assert (listed["uid"], listed["category"], listed["metadata"]["phone"]) == (entry["uid"], "sip", "+79160000001")
    taken = desk.ok("POST", f"leads/unsorted/{entry['uid']}/accept", {"status_id": desk.status("Взяли в работу")})
    assert taken["_embedded"]["leads"][0]["id"] == lead
    assert place(desk, lead)[1] == desk.status("Взяли в работу")
    assert desk.ids(found_by("79160000001")) == [contact]
    assert desk.list("leads/unsorted") == []


def test_declined_lead_goes_to_the_trash_with_its_contact(desk: Desk) -> None:
    entry = incoming(desk)
    desk.ok("DELETE", f"leads/unsorted/{entry['uid']}/decline")
    assert desk.admin("GET", "trash") == {
        "leads": [entry["_embedded"]["leads"][0]["id"]],
        "contacts": [entry["_embedded"]["contacts"][0]["id"]],
        "companies": [],
    }
    assert desk.refused("POST", f"leads/unsorted/{entry['uid']}/accept")[0] == 404
    summary = desk.get("leads/unsorted/summary")
    assert (summary["total"], summary["declined"], summary["categories"]["sip"]) == (0, 1, {"total": 0})


def test_same_source_twice_is_two_entries_newest_first(desk: Desk) -> None:
    uids = [incoming(desk)["uid"], incoming(desk)["uid"]]
    assert [entry["uid"] for entry in desk.list("leads/unsorted?order[created_at]=asc")] == uids[::-1]
    assert [entry["uid"] for entry in desk.list(f"leads/unsorted?filter[uid]={uids[0]}")] == uids[:1]
    assert desk.get(f"leads/unsorted/{uids[0]}")["uid"] == uids[0]


def test_unsorted_that_lacks_something_is_refused(desk: Desk) -> None:
    faults = desk.faults("POST", "leads/unsorted/forms", [{"source_uid": "a"}])
    assert {fault[2] for fault in faults} == {"_embedded", "metadata", "source_name"}
    fault = {("0", "NotSupportedChoice", "status_id")}
    path = f"leads/unsorted/{incoming(desk)['uid']}/accept"
    assert desk.faults("POST", path, {"status_id": desk.status("Неразобранное")}) == fault


def test_patch_of_an_unsorted_lead_is_refused_or_pulls_it_out(desk: Desk) -> None:
    lead = incoming(desk)["_embedded"]["leads"][0]["id"]
    sent = {"status_id": desk.status("Записан на прием")}
    assert str(lead) in desk.refused("PATCH", "leads", [{"id": lead, **sent}])[1]["errors"]
    desk.settings(unsorted_patch="accepts")
    desk.change("leads", lead, **sent)
    assert (desk.list("leads/unsorted"), len(desk.list("contacts"))) == ([], 1)


def test_complex_with_metadata_is_an_unsorted_lead(desk: Desk) -> None:
    metadata = {"category": "forms", "form_id": "7", "form_name": "Сайт"}
    sent = {"name": "F", "status_id": desk.status("Посетил"), "_embedded": {"metadata": metadata, "contacts": [{}]}}
    lead = desk.post("leads/complex", sent)[0]["id"]
    assert place(desk, lead)[1] == desk.status("Неразобранное")
    assert desk.list("leads/unsorted?filter[category][]=forms")[0]["metadata"]["form_name"] == "Сайт"
    assert desk.list("contacts") == []
