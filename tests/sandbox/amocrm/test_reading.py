"""Lists: pages, filters, orders, ``with``, the trash."""

from urllib.parse import unquote

import pytest

from tests.sandbox.amocrm.conftest import Desk, found_by, phone, text


@pytest.mark.parametrize(
    "path",
    ["contacts", "leads", "companies", "tasks", "events", "leads/unsorted", "contacts/tags", "contacts/7", "leads/7",
     "contacts?page=9", "leads/notes", "leads/notes/5", "events/01hz8x3k5m7n9p1r3t5v7w9y1a"],
)  # fmt: skip
def test_nothing_is_204_without_a_body(desk: Desk, path: str) -> None:
    answer = desk.send("GET", path)
    assert (answer.status_code, answer.content) == (204, b"")


def test_unknown_route_is_404_in_json(desk: Desk) -> None:
    status, problem = desk.refused("GET", "xyz")
    assert status == 404
    assert problem["detail"].startswith("Cannot GET http")


def test_page_has_next_only_when_there_is_more(desk: Desk) -> None:
    numbers = [desk.add("contacts", name=f"N{n}") for n in range(5)]
    first = desk.get("contacts?limit=2&order[id]=asc&page=1")
    assert first["_page"] == 1
    assert [item["id"] for item in first["_embedded"]["contacts"]] == numbers[:2]
    assert unquote(first["_links"]["next"]["href"]).endswith("/api/v4/contacts?limit=2&order[id]=asc&page=2")
    last = desk.get("contacts?limit=2&order[id]=asc&page=3")
    assert [item["id"] for item in last["_embedded"]["contacts"]] == numbers[4:]
    assert "next" not in last["_links"]
    assert "_total_items" not in last


def test_page_is_50_by_default_and_a_limit_above_250_is_cut_without_a_word(desk: Desk) -> None:
    desk.post("contacts", *[{"name": "A"}] * 250)
    desk.post("contacts", *[{"name": "A"}] * 10)
    assert len(desk.list("contacts")) == 50
    page = desk.get("contacts?limit=500")
    assert len(page["_embedded"]["contacts"]) == 250
    assert "next" in page["_links"]


def test_every_entity_repeats_the_query_in_its_link(desk: Desk) -> None:
    number = desk.add("contacts", name="A")
    item = desk.list(f"contacts?filter[id][]={number}&limit=5")[0]
    assert unquote(item["_links"]["self"]["href"]).endswith(f"/contacts/{number}?filter[id][]={number}&limit=5")


def test_order_is_oldest_change_first_unless_a_working_one_is_asked_for(desk: Desk) -> None:
    made = []
    for name in ("B", "C", "A"):
        made.append(desk.add("contacts", name=name))
        desk.wait(1)
    desk.change("contacts", made[0], name="B")
    b, c, a = made
    assert desk.ids("contacts") == [c, a, b]
    assert desk.ids("contacts?order[id]=desc") == [a, c, b]
    assert desk.ids("contacts?order[name]=asc") == [a, b, c]
    for ignored in ("order[created_at]=desc", "order[price]=asc", "order[id]=sideways"):
        assert desk.ids(f"contacts?{ignored}") == [c, a, b], ignored


def test_what_sorts_leads_and_tasks(desk: Desk) -> None:
    leads = [desk.add("leads", name=name, created_at=at, updated_at=at) for name, at in (("B", 300), ("A", 100))]
    assert desk.ids("leads?order[created_at]=asc") == leads[::-1]
    assert desk.ids("leads?order[name]=desc") == leads[::-1]  # ignored: the oldest change first
    tasks = [desk.add("tasks", text="t", complete_till=till) for till in (300, 100, 200)]
    assert desk.ids("tasks?order[complete_till]=asc") == [tasks[1], tasks[2], tasks[0]]


def test_unknown_filter_returns_everything(desk: Desk) -> None:
    first, second = desk.add("leads", name="A"), desk.add("leads", name="B", status_id=142)
    for query in ("filter[status_id]=142", "filter[tags][]=1", "filter[contacts]=1", "filter[idd][]=5", "foo=bar"):
        assert desk.ids(f"leads?{query}") == [first, second], query


def test_filters_that_work_everywhere(desk: Desk, kids: Desk) -> None:
    one = kids.add("leads", name="A", created_at=100, updated_at=100)
    two = kids.add("leads", name="B", created_at=200, updated_at=200, status_id=142)
    main, status = kids.pipeline()["id"], kids.status("Новый лид")
    for query, expected in (
        (f"filter[id]={two}", [two]),
        (f"filter[id][0]={one}&filter[id][1]={two}", [one, two]),
        (f"filter%5Bid%5D%5B%5D={one}", [one]),
        ("filter[created_at][from]=150", [two]),
        ("filter[updated_at][from]=50&filter[updated_at][to]=150", [one]),
        (f"filter[pipeline_id][]={main}", [one, two]),
        ("filter[pipeline_id][]=1", []),
        (f"filter[statuses][0][pipeline_id]={main}&filter[statuses][0][status_id]=142", [two]),
        (f"filter[statuses][0][pipeline_id]={main}&filter[statuses][0][status_id]={status}", [one]),
        ("filter[responsible_user_id]=1", []),
    ):
        assert kids.ids(f"leads?{query}") == expected, query


def test_field_filter_is_paid(desk: Desk, kids: Desk) -> None:
    for account in (desk, kids):
        field = account.key_field()
        account.add("contacts", name="A", custom_fields_values=[text(field, "P-1")])
        account.add("contacts", name="B", custom_fields_values=[text(field, "P-2")])
        flags = account.get("account?with=is_api_filter_enabled")
        assert flags["is_api_filter_enabled"] is (account is desk)
    desk.wait(31)
    path = f"contacts?filter[custom_fields_values][{field}][]=P-2"
    assert kids.refused("GET", path)[1] == {
        "title": "Bad Request", "type": "https://httpstatus.es/400", "status": 400,
        "detail": "Invalid filter for current account",
    }  # fmt: skip
    field = desk.field("MIS_ID")["id"]
    assert [item["name"] for item in desk.list(f"contacts?filter[custom_fields_values][{field}][]=P-2")] == ["B"]
    desk.settings(field_filter="ignored")
    assert len(desk.list(f"contacts?filter[custom_fields_values][{field}][]=P-2")) == 2


def test_field_filter_knows_ranges_enums_and_flags(desk: Desk) -> None:
    born, sex, refuses = (desk.field(name) for name in ("Дата рождения", "Пол", "Отказ об смс оповещении"))
    woman = next(enum["id"] for enum in sex["enums"] if enum["value"] == "Женский")
    values = [text(born["id"], 643_000_000), text(sex["id"], "Женский"), text(refuses["id"], True)]
    number = desk.add("contacts", name="A", custom_fields_values=values)
    desk.add("contacts", name="B", custom_fields_values=[text(sex["id"], "Мужской")])
    desk.wait(31)
    for name, condition in (
        (born, "[from]=640000000&filter[custom_fields_values][{}][to]=650000000"),
        (sex, f"[]={woman}"),
        (refuses, "[]=1"),
    ):
        path = f"contacts?filter[custom_fields_values][{name['id']}]" + condition.format(name["id"])
        assert desk.ids(path) == [number], name["name"]


def test_field_filter_trails_the_writes(desk: Desk) -> None:
    field = desk.key_field()
    number = desk.add("contacts", name="A", custom_fields_values=[text(field, "P-1")])
    path = f"contacts?filter[custom_fields_values][{field}][]="
    assert desk.ids(f"{path}P-1") == []
    assert desk.get(f"contacts/{number}")["id"] == number
    desk.wait(31)
    assert desk.ids(f"{path}P-1") == [number]
    desk.change("contacts", number, custom_fields_values=[text(field, "P-2")])
    assert (desk.ids(f"{path}P-1"), desk.ids(f"{path}P-2")) == ([number], [])
    desk.wait(31)
    assert (desk.ids(f"{path}P-1"), desk.ids(f"{path}P-2")) == ([], [number])


def test_query_finds_a_piece_of_any_field_after_a_while(desk: Desk) -> None:
    comment = desk.field("Комментарий")["id"]
    owner = desk.add("contacts", name="Анна Котова", custom_fields_values=[phone("+79161234567")])
    other = desk.add("contacts", name="Пётр", custom_fields_values=[text(comment, "мама: 9161234567")])
    assert desk.list(found_by("9161234567")) == []
    desk.wait(31)
    assert desk.ids(found_by("9161234567")) == [owner, other]
    assert desk.ids(found_by("котов")) == [owner]
    assert desk.list(found_by("нет такого")) == []
    assert desk.ids("contacts?query=") == [owner, other]


def test_query_sees_phones_as_they_are_spelled(desk: Desk) -> None:
    plain = desk.add("contacts", name="A", custom_fields_values=[phone("+79161234567")])
    spelled = desk.add("contacts", name="B", custom_fields_values=[phone("8 (916) 123-45-67")])
    desk.wait(31)
    assert desk.ids(found_by("9161234567")) == [plain]
    assert desk.ids(found_by("8 (916) 123-45-67")) == [spelled]
    desk.settings(query_digits=True)
    assert desk.ids(found_by("9161234567")) == [plain, spelled]


def test_lag_of_the_search_can_be_set(desk: Desk) -> None:
    desk.settings(search_lag=[0, 0])
    number = desk.add("contacts", name="Анна")
    assert desk.ids(found_by("Анна")) == [number]


def test_leads_are_found_by_their_name(desk: Desk) -> None:
    number = desk.add("leads", name="Приём APPT-90210")
    desk.wait(31)
    assert desk.ids("leads?query=APPT-90210") == [number]


def test_empty_fields_are_null_and_links_come_only_when_asked_for(desk: Desk) -> None:
    contact = desk.add("contacts", name="A")
    lead = desk.add("leads", _embedded={"contacts": [{"id": contact}]})
    assert desk.get(f"contacts/{contact}")["custom_fields_values"] is None
    assert "leads" not in desk.get(f"contacts/{contact}")["_embedded"]
    assert [item["id"] for item in desk.get(f"contacts/{contact}?with=leads")["_embedded"]["leads"]] == [lead]
    assert "contacts" not in desk.get(f"leads/{lead}")["_embedded"]
    linked = desk.get(f"leads/{lead}?with=contacts,loss_reason")["_embedded"]
    assert [(item["id"], item["is_main"]) for item in linked["contacts"]] == [(contact, True)]
    assert linked["loss_reason"] == []


def test_trash_is_seen_only_with_only_deleted(desk: Desk) -> None:
    contact, lead = desk.add("contacts", name="A"), desk.add("leads", name="L", price=5)
    desk.act("delete", contact=contact)
    desk.act("delete", lead=lead)
    for path in ("contacts", "leads", f"contacts/{contact}", f"leads/{lead}"):
        assert desk.get(path) is None, path
    thrown = desk.list("leads?with=only_deleted")[0]
    assert (thrown["id"], thrown["is_deleted"], thrown["name"], thrown["price"]) == (lead, True, None, None)
    person = desk.list("contacts?with=only_deleted")[0]
    assert (person["id"], person["is_deleted"]) == (contact, False)
    linked = desk.add("leads", _embedded={"contacts": [{"id": desk.add("contacts", name="B")}]})
    desk.act("delete", contact="B")
    assert desk.get(f"leads/{linked}?with=contacts")["_embedded"]["contacts"] == []
    desk.act("restore", lead=lead)
    assert desk.get(f"leads/{lead}")["name"] == "L"


def test_search_may_fail_for_a_moment(desk: Desk) -> None:
    desk.fault("search_failed", match="GET contacts")
    assert desk.refused("GET", found_by("A"))[1]["code"] == 219
    assert desk.get(found_by("A")) is None
