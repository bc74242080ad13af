"""crm.item.list: filter, order, select, pages."""

from typing import Any

import pytest

from tests.sandbox.conftest import CONTACT, DEAL, Portal, command


@pytest.fixture
def people(portal: Portal) -> Portal:
    rows: list[dict[str, Any]] = [
        {"name": "Анна", "lastName": "Котова", "originId": "P-1", "UF_CRM_BRANCH": 1, "UF_CRM_SMS_OPT_OUT": "Y"},
        {"name": "Мария", "lastName": "Белова", "originId": "P-2", "UF_CRM_BRANCH": 2, "UF_CRM_SMS_OPT_OUT": "N"},
        {"name": "Олег", "lastName": "Котов", "originId": "P-3", "UF_CRM_LAST_VISIT": "2026-03-02"},
        {"name": "100%", "UF_CRM_LAST_VISIT": "2026-01-02"},
    ]
    for row in rows:
        portal.add(CONTACT, **row)
    return portal


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"=originId": "P-2"}, [2]),
        ({"originId": ["P-1", "P-3"]}, [1, 3]),
        ({"@originId": ["P-1", "P-3", "P-9"]}, [1, 3]),
        ({"@originId": []}, []),
        ({"!@originId": ["P-1", "P-3"]}, [2, 4]),
        ({"!originId": "P-1"}, [2, 3, 4]),
        ({"!=originId": ""}, [1, 2, 3]),
        ({"originId": ""}, [4]),
        ({">id": 2}, [3, 4]),
        ({">=id": "2", "<id": 4}, [2, 3]),
        ({"ID": 2}, [2]),
        ({"%lastName": "кото"}, [1, 3]),
        ({"%name": "%"}, [4]),
        ({"=%lastName": "Кот%а"}, [1]),
        ({"!%lastName": "кото"}, [2, 4]),
        ({"UF_CRM_BRANCH": 2}, [2]),
        ({"UF_CRM_SMS_OPT_OUT": 1}, [1]),
        ({"UF_CRM_SMS_OPT_OUT": 0}, [2, 3, 4]),
        ({"UF_CRM_SMS_OPT_OUT": "Y"}, []),
        ({">=UF_CRM_LAST_VISIT": "2026-02-01"}, [3]),
        ({"UF_CRM_LAST_VISIT": "02.03.2026"}, [3]),
        ({"0": {"logic": "OR", "0": {"originId": "P-1"}, "1": {"originId": "P-2", "name": "Мария"}}}, [1, 2]),
        ([{"logic": "OR", "0": {"name": "Анна"}, "1": {"name": "Олег"}}], [1, 3]),
        ({"lastName": "Котова", "0": {"logic": "OR", "0": {"id": 1}, "1": {"id": 2}}}, [1]),
    ],
)
def test_filter_finds(people: Portal, wanted: Any, found: list[int]) -> None:
    assert people.ids(CONTACT, filter=wanted) == found
    listed = people.batch({"l": command("crm.item.list", entityTypeId=3, useOriginalUfNames="Y", filter=wanted)})
    if wanted != {"@originId": []}:  # an empty array has no spelling in a query string
        assert [item["id"] for item in listed["result"]["l"]["items"]] == found


@pytest.mark.parametrize("params", [{"filter": {"nope": 1}}, {"order": {"nope": "ASC"}}, {"order": {"id": "UP"}},
                                    {"filter": {"fm": "+7"}}, {"filter": {"ufCrmBranch": 1}}])  # fmt: skip
def test_unknown_names_are_refused(people: Portal, params: dict[str, Any]) -> None:
    refused = people.refused("crm.item.list", entityTypeId=CONTACT, useOriginalUfNames="Y", **params)
    assert refused == (400, "INVALID_ARG_VALUE")


def test_upper_case_id_is_a_switch(people: Portal) -> None:
    people.settings(upper_case_id=False)
    assert people.refused("crm.item.list", entityTypeId=CONTACT, order={"ID": "ASC"})[1] == "INVALID_ARG_VALUE"


def test_order_and_select(people: Portal) -> None:
    items = people.ok("crm.item.list", entityTypeId=CONTACT, order={"id": "DESC"}, select=["id", "name", "zz"])["items"]
    assert items[0] == {"id": 4, "name": "100%"}


def test_phones_are_listed_only_with_a_star(portal: Portal) -> None:
    portal.add(CONTACT, name="A", fm=[{"typeId": "PHONE", "value": "+7916"}])
    listed = [
        portal.ok("crm.item.list", entityTypeId=CONTACT, **params)["items"][0]
        for params in ({}, {"select": ["id", "fm"]}, {"select": ["*"]})
    ]
    assert ["fm" in item for item in listed] == [False, False, True]


def test_deals_are_found_by_contact_pipeline_and_time(portal: Portal) -> None:
    contact = portal.add(CONTACT, name="A")["id"]
    first = portal.add(DEAL, title="1", contactIds=[contact])
    portal.settings(advance=60)
    second = portal.add(DEAL, title="2", categoryId=1, UF_CRM_VISIT_AT="2026-03-02T09:00:00+03:00")
    assert portal.ids(DEAL, filter={"contactId": contact}) == [1]
    assert portal.ids(DEAL, filter={"@contactIds": [contact]}) == [1]
    assert portal.ids(DEAL, filter={"categoryId": 1, "stageId": "C1:NEW"}) == [2]
    assert portal.ids(DEAL, filter={"categoryId": None}) == [1]
    assert portal.ids(DEAL, filter={">updatedTime": first["updatedTime"]}) == [2]
    assert portal.ids(DEAL, filter={">=updatedTime": second["updatedTime"]}) == [2]
    assert portal.ids(DEAL, filter={"UF_CRM_VISIT_AT": "2026-03-02T06:00:00Z"}) == [2]


def test_pages_of_fifty_with_and_without_a_count(portal: Portal) -> None:
    for _ in range(6):
        portal.ok("crm.item.batchImport", entityTypeId=CONTACT, data=[{"name": "A"}] * 20)
    first = portal.body("crm.item.list", entityTypeId=CONTACT)
    assert (len(first["result"]["items"]), first["total"], first["next"]) == (50, 120, 50)
    last = portal.body("crm.item.list", entityTypeId=CONTACT, start=100)
    assert (len(last["result"]["items"]), last["total"], "next" in last) == (20, 120, False)
    beyond = portal.body("crm.item.list", entityTypeId=CONTACT, start=500)
    assert (beyond["result"], beyond["total"]) == ({"items": []}, 120)
    scan = portal.body("crm.item.list", entityTypeId=CONTACT, start=-1, order={"id": "ASC"}, filter={">id": 50})
    assert (scan["result"]["items"][0]["id"], scan["total"], "next" in scan) == (51, 0, False)
    nexts = portal.batch({"l": command("crm.item.list", entityTypeId=CONTACT, start=50)})
    assert (nexts["result_next"], nexts["result_total"]) == ({"l": 100}, {"l": 120})
