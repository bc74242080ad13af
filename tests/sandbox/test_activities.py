"""Universal activities of the portal."""

from typing import Any

import pytest

from tests.sandbox.conftest import CONTACT, DEAL, Portal

DUE = "2027-02-01T23:59:00+03:00"


def add(portal: Portal, owner: int, **more: Any) -> int:
    sent = {"ownerTypeId": DEAL, "ownerId": owner, "deadline": DUE, "title": "Профосмотр", "description": "a"}
    number: int = portal.ok("crm.activity.todo.add", **sent | more)["id"]
    return number


def listed(portal: Portal, **where: Any) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = portal.ok("crm.activity.list", filter=where, order={"ID": "ASC"})
    return rows


def test_an_activity_is_added_listed_as_text_changed_and_completed(portal: Portal) -> None:
    deal, other = (portal.add(DEAL, title="Приём")["id"] for _time in range(2))
    number = add(portal, deal)
    add(portal, other)
    [row] = listed(portal, OWNER_TYPE_ID=DEAL, **{"@OWNER_ID": [deal]}, PROVIDER_ID="CRM_TODO")
    assert (row["ID"], row["OWNER_ID"], row["SUBJECT"], row["COMPLETED"]) == (str(number), str(deal), "Профосмотр", "N")
    owner = {"ownerTypeId": DEAL, "ownerId": deal}
    later = "2027-03-01T09:00:00+03:00"
    assert portal.ok("crm.activity.todo.update", id=number, **owner, deadline=later) == {"id": number}
    [row] = listed(portal, **{"@ID": [number]})
    assert (row["DEADLINE"], row["DESCRIPTION"]) == (later, "a")
    assert portal.ok("crm.activity.update", id=number, fields={"COMPLETED": "Y"}) is True
    assert [one["ID"] for one in listed(portal, COMPLETED="Y")] == [str(number)]
    refused = portal.refused("crm.activity.todo.update", id=number, **owner, deadline=later)
    assert refused == (400, "CAN_NOT_UPDATE_COMPLETED_TODO")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"ownerId": 1, "deadline": DUE}, 100),
        ({"ownerTypeId": DEAL, "ownerId": 1}, 100),
        ({"ownerTypeId": DEAL, "ownerId": 99, "deadline": DUE}, "NOT_FOUND"),
        ({"ownerTypeId": 77, "ownerId": 1, "deadline": DUE}, "OWNER_NOT_FOUND"),
        ({"ownerTypeId": DEAL, "ownerId": 1, "deadline": "завтра"}, "WRONG_DATETIME_FORMAT"),
    ],
)
def test_an_activity_that_is_wrong_is_refused(portal: Portal, sent: dict[str, Any], code: Any) -> None:
    portal.add(DEAL, title="Приём")
    assert portal.refused("crm.activity.todo.add", **sent) == (400, code)


def test_an_activity_of_another_owner_is_not_found(portal: Portal) -> None:
    deal, contact = portal.add(DEAL, title="Приём")["id"], portal.add(CONTACT, name="Анна")["id"]
    number = add(portal, deal)
    elsewhere = {"ownerTypeId": CONTACT, "ownerId": contact, "deadline": DUE}
    assert portal.refused("crm.activity.todo.update", id=number, **elsewhere) == (400, "NOT_FOUND")
    assert portal.refused("crm.activity.update", id=99, fields={"COMPLETED": "Y"})[0] == 400


def test_a_list_has_pages_and_nothing_keeps_a_second_one_away(portal: Portal) -> None:
    deal = portal.add(DEAL, title="Приём")["id"]
    numbers = [add(portal, deal) for _time in range(51)]
    body = portal.body("crm.activity.list", filter={"OWNER_ID": deal}, order={"ID": "ASC"})
    assert (len(body["result"]), body["total"], body["next"]) == (50, 51, 50)
    rest = portal.ok("crm.activity.list", filter={">ID": numbers[49]}, start=-1, select=["ID"])
    assert rest == [{"ID": str(numbers[50])}]


def test_people_change_complete_and_delete_a_task(portal: Portal) -> None:
    number = add(portal, portal.add(DEAL, title="Приём")["id"])
    portal.act("edit_task", task=number, text="позвонить")
    portal.act("complete_task", task=number)
    [task] = portal.state()["tasks"]
    assert (task["text"], task["completed"], task["type"]) == ("позвонить", True, "Профосмотр")
    portal.act("delete_task", task=number)
    assert portal.state()["tasks"] == []
