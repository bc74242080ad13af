"""Faults on demand: what a naive client does not expect."""

import json
import time

import pytest
import requests

from tests.sandbox.conftest import CONTACT, Portal, command

ADD = {"entityTypeId": CONTACT, "fields": {"name": "A", "originId": "P-1", "originatorId": "c"}}


def created(portal: Portal) -> int:
    number: int = portal.counters()["created_contact"]
    return number


@pytest.mark.parametrize(("what", "stored"), [("drop_before", 0), ("drop_after", 1)])
def test_connection_is_reset_before_or_after_the_work(portal: Portal, what: str, stored: int) -> None:
    portal.fault(what)
    with pytest.raises(requests.ConnectionError):
        portal.post("crm.item.add", ADD)
    assert created(portal) == stored
    assert portal.post("crm.item.add", ADD).status_code == 200


def test_late_work_is_done_after_the_connection_is_gone(portal: Portal) -> None:
    portal.settings(speed=100)
    portal.fault("drop_late:20")
    with pytest.raises(requests.ConnectionError):
        portal.post("crm.item.add", ADD)
    assert created(portal) == 0
    time.sleep(0.4)
    assert created(portal) == 1


def test_half_of_a_batch_is_stored(portal: Portal) -> None:
    portal.fault("half_batch:23", match="batch")
    cmd = {
        f"k{n}": command("crm.item.add", entityTypeId=CONTACT, fields={"name": "A", "originId": f"P-{n}"})
        for n in range(50)
    }
    with pytest.raises(requests.ConnectionError):
        portal.post("batch", {"cmd": cmd})
    assert [contact["fields"]["originId"] for contact in portal.state()["contacts"]] == [f"P-{n}" for n in range(23)]


@pytest.mark.parametrize(
    ("what", "status", "code", "stored"),
    [
        ("http_500", 500, "INTERNAL_SERVER_ERROR", 0),
        ("http_500_after", 500, "INTERNAL_SERVER_ERROR", 1),
        ("query_limit", 503, "QUERY_LIMIT_EXCEEDED", 0),
        ("overload", 503, "OVERLOAD_LIMIT", 0),
        ("portal_deleted", 500, "PORTAL_DELETED", 0),
        ("access_denied_plan", 403, "ACCESS_DENIED", 0),
        ("expired_token", 401, "expired_token", 0),
        ("error_key_200", 200, "", 0),
        ("error:CRM_FIELD_ERROR_REQUIRED", 400, "CRM_FIELD_ERROR_REQUIRED", 0),
        ("error_after:INTERNAL_SERVER_ERROR", 500, "INTERNAL_SERVER_ERROR", 1),
    ],
)
def test_refusals_in_json(portal: Portal, what: str, status: int, code: str, stored: int) -> None:
    portal.fault(what)
    assert portal.refused("crm.item.add", **ADD) == (status, code)
    assert created(portal) == stored


@pytest.mark.parametrize(
    ("what", "status", "stored"),
    [("http_502_html", 502, 0), ("http_504_html_after", 504, 1), ("html_200", 200, 0), ("portal_off_html_404", 404, 0)],
)
def test_pages_instead_of_json(portal: Portal, what: str, status: int, stored: int) -> None:
    portal.fault(what)
    answer = portal.post("crm.item.add", ADD)
    assert answer.status_code == status
    assert answer.text.startswith("<!DOCTYPE html>")
    assert created(portal) == stored


@pytest.mark.parametrize(("what", "stored"), [("empty_200", 0), ("empty_200_after", 1), ("truncated_json", 1)])
def test_200_that_is_no_json(portal: Portal, what: str, stored: int) -> None:
    portal.fault(what)
    answer = portal.post("crm.item.add", ADD)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)
    assert created(portal) == stored


def test_renamed_portal_redirects_and_the_new_host_answers(portal: Portal) -> None:
    portal.fault("redirect_302", times=1)
    answer = portal.post("crm.item.add", ADD)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"http://localhost:{portal.server.port}/rest/1/")
    assert created(portal) == 0
    assert portal.session.post(answer.headers["location"], json=ADD).json()["result"]["item"]["id"] == 1
    portal.fault("redirect_302:clinic.example")
    assert f"//clinic.example:{portal.server.port}/" in portal.post("profile").headers["location"]


def test_slow_answer_comes_after_the_work(portal: Portal) -> None:
    portal.fault("slow:0.4")
    with pytest.raises(requests.ReadTimeout):
        portal.session.post(portal.webhook + "crm.item.add", json=ADD, timeout=0.1)
    assert created(portal) == 1


def test_rules_count_their_own_matches(portal: Portal) -> None:
    portal.fault("query_limit", match="crm.item.add", nth=2, times=2)
    statuses = [portal.post("profile").status_code] + [portal.post("crm.item.add", ADD).status_code for _ in range(4)]
    assert statuses == [200, 200, 503, 503, 200]


def test_rule_for_a_method_strikes_the_batch_that_has_it(portal: Portal) -> None:
    portal.fault("http_500", match="crm.item.add", times=0)
    assert portal.post("batch", {"cmd": {"p": "profile"}}).status_code == 200
    assert portal.post("batch", {"cmd": {"a": command("crm.item.add", **ADD)}}).status_code == 500
    portal.server.admin("DELETE", "faults")
    assert portal.post("batch", {"cmd": {"a": command("crm.item.add", **ADD)}}).status_code == 200


def test_rule_for_a_command_strikes_only_that_command(portal: Portal) -> None:
    portal.fault("error:-", match="crm.item.add", nth=2)
    answer = portal.batch({f"k{n}": command("crm.item.add", **ADD) for n in range(3)})
    assert answer["result_error"]["k1"]["error"] == "-"
    assert set(answer["result"]) == {"k0", "k2"}
