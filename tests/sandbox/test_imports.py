"""crm.item.import and crm.item.batchImport."""

from typing import Any

import pytest

from tests.sandbox.conftest import CONTACT, DEAL, Portal, command


def imported(portal: Portal, entity: int, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    answer = portal.ok("crm.item.batchImport", entityTypeId=entity, useOriginalUfNames="Y", data=list(rows))
    items: list[dict[str, Any]] = answer["items"]
    return items


def test_refusals_stand_in_the_place_of_their_row(portal: Portal) -> None:
    answer = imported(portal, CONTACT, {"name": "A"}, {"name": ""}, {"lastName": "C"})
    assert answer[0] == {"item": {"id": 1}}
    assert answer[1]["error"] == "CRM_FIELD_ERROR_REQUIRED"
    assert answer[2] == {"item": {"id": 2}}
    stages = imported(portal, DEAL, {"title": "1", "stageId": "NEW"}, {"title": "2", "stageId": "NOPE"})
    assert stages[1]["error"] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"


def test_more_than_twenty_are_refused_as_a_whole(portal: Portal) -> None:
    refused = portal.refused("crm.item.batchImport", entityTypeId=CONTACT, data=[{"name": "A"}] * 21)
    assert refused == (400, "MAX_IMPORT_BATCH_SIZE_EXCEEDED")
    assert portal.state()["contacts"] == []


def test_import_fires_no_automation(portal: Portal) -> None:
    imported(portal, DEAL, {"title": "T", "categoryId": 1})
    assert portal.ok("crm.item.import", entityTypeId=DEAL, fields={"title": "U"}) == {"item": {"id": 2}}
    counters = portal.counters()
    assert (counters["imported_deal"], counters["automations"], counters["messages"]) == (2, 0, 0)


def test_administrator_sets_history(portal: Portal) -> None:
    moment = "2026-01-02T09:10:00+03:00"
    history = {"createdTime": moment, "updatedTime": moment, "movedTime": moment, "createdBy": 7}
    imported(portal, DEAL, {"title": "T", **history})
    deal = portal.get(DEAL, 1)
    assert {name: deal[name] for name in history} == history


@pytest.mark.parametrize(
    "times",
    [
        {"createdTime": "2099-01-01T00:00:00+03:00"},
        {"createdTime": "2026-01-02T00:00:00+03:00", "updatedTime": "2026-01-01T00:00:00+03:00"},
        {"createdTime": "2026-01-02T00:00:00+03:00", "movedTime": "2026-01-01T00:00:00+03:00"},
    ],
)
def test_history_has_to_make_sense(portal: Portal, times: dict[str, str]) -> None:
    assert imported(portal, DEAL, {"title": "T", **times})[0]["error"] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"


def test_others_may_not_set_history_and_need_the_import_right(portal: Portal) -> None:
    hook = {"secret": "other", "user": 7, "admin": False}
    portal.settings(webhooks=[hook])
    portal.webhook = f"{portal.server.url}/rest/7/other/"
    row = {"name": "A", "createdTime": "2026-01-02T00:00:00+03:00"}
    assert imported(portal, CONTACT, row)[0]["error"] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    assert imported(portal, CONTACT, {"name": "A"})[0] == {"item": {"id": 1}}
    portal.settings(webhooks=[{**hook, "imports": False}])
    assert portal.refused("crm.item.batchImport", entityTypeId=CONTACT, data=[]) == (400, "ACCESS_DENIED")


@pytest.mark.parametrize(("accepted", "kept"), [("fm", ["1"]), ("PHONE", ["2"]), ("both", ["1", "2"])])
def test_phones_of_the_other_form_are_ignored(portal: Portal, accepted: str, kept: list[str]) -> None:
    portal.settings(import_multifields=accepted)
    imported(
        portal,
        CONTACT,
        {
            "name": "A",
            "fm": [{"typeId": "PHONE", "value": "1"}],
            "PHONE": [{"VALUE": "2", "VALUE_TYPE": "WORK"}],
        },
    )
    assert [entry["value"] for entry in portal.get(CONTACT, 1)["fm"]] == kept


def test_thousand_items_take_well_under_two_seconds(portal: Portal) -> None:
    portal.settings(cut_seconds=0)
    rows = [
        {"name": f"N{n}", "originId": f"P{n}", "fm": [{"typeId": "PHONE", "value": f"+7916{n:07}"}]}
        for n in range(1000)
    ]
    cmd = {
        f"k{n}": command("crm.item.batchImport", entityTypeId=CONTACT, data=rows[n * 20 : n * 20 + 20])
        for n in range(50)
    }
    answer = portal.post("batch", {"cmd": cmd})
    assert answer.json()["result"]["result_error"] == []
    assert portal.counters()["imported_contact"] == 1000
    assert answer.elapsed.total_seconds() < 1.5
