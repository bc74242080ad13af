"""Faults on demand: what a naive client does not expect."""

import json
import time

import pytest
import requests

from tests.sandbox.amocrm.conftest import Desk, Json

ITEMS: list[Json] = [{"name": f"N{n}"} for n in range(4)]


def stored(desk: Desk) -> int:
    return len(desk.admin("GET", "state")["contacts"])


@pytest.mark.parametrize(("what", "count"), [("drop_before", 0), ("drop_half", 2), ("drop_after", 4)])
def test_connection_is_reset_before_in_the_middle_or_after_the_work(desk: Desk, what: str, count: int) -> None:
    desk.fault(what, match="POST contacts")
    with pytest.raises(requests.ConnectionError):
        desk.send("POST", "contacts", ITEMS)
    assert stored(desk) == count
    assert desk.send("POST", "contacts", ITEMS).status_code == 200


def test_late_work_is_done_after_the_connection_is_gone(desk: Desk) -> None:
    desk.settings(speed=100)
    desk.fault("drop_late:20")
    with pytest.raises(requests.ConnectionError):
        desk.send("POST", "contacts", ITEMS)
    assert stored(desk) == 0
    time.sleep(0.4)
    assert stored(desk) == 4


@pytest.mark.parametrize(
    ("what", "status", "count"),
    [
        ("http_500_html", 500, 0), ("html_502", 502, 0), ("html_503", 503, 0), ("html_504", 504, 0),
        ("html_504_half", 504, 2), ("html_504_after", 504, 4), ("html_404", 404, 0), ("html_200", 200, 0),
        ("too_many_html", 429, 0), ("blocked", 403, 0),
    ],
)  # fmt: skip
def test_pages_instead_of_json(desk: Desk, what: str, status: int, count: int) -> None:
    desk.fault(what)
    answer = desk.send("POST", "contacts", ITEMS)
    assert (answer.status_code, answer.text[:15]) == (status, "<!DOCTYPE html>")
    assert stored(desk) == count


@pytest.mark.parametrize(
    ("what", "status", "count"),
    [
        ("http_500", 500, 0), ("http_500_after", 500, 4), ("system_error", 400, 0), ("system_error_after", 400, 4),
        ("unpaid:60", 402, 0), ("too_many_json", 429, 0), ("ip_denied", 403, 0), ("no_right", 403, 0),
        ("expired_token", 401, 0),
    ],
)  # fmt: skip
def test_refusals_in_json(desk: Desk, what: str, status: int, count: int) -> None:
    desk.fault(what)
    code, problem = desk.refused("POST", "contacts", ITEMS)
    assert (code, problem["status"]) == (status, status)
    assert "validation-errors" not in problem
    assert stored(desk) == count


@pytest.mark.parametrize(("what", "count"), [("empty_200", 0), ("empty_200_after", 4), ("truncated_json", 4)])
def test_200_that_is_no_json(desk: Desk, what: str, count: int) -> None:
    desk.fault(what)
    answer = desk.send("POST", "contacts", ITEMS)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)
    assert stored(desk) == count


def test_slow_answer_comes_after_the_work(desk: Desk) -> None:
    desk.fault("slow:0.4")
    with pytest.raises(requests.ReadTimeout):
        desk.session.post(
            f"{desk.box.url}/api/v4/contacts",
            json=ITEMS,
            headers={"Authorization": f"Bearer {desk.token}"},
            timeout=0.1,
        )
    assert stored(desk) == 4


def test_block_by_fault_stays(desk: Desk) -> None:
    desk.fault("blocked")
    assert [desk.send("GET", "account").status_code for _ in range(3)] == [403] * 3


@pytest.mark.parametrize("match", ["*", "GET", "leads/{id}", "GET leads/{id}"])
def test_rule_names_a_verb_a_route_or_both(desk: Desk, match: str) -> None:
    lead = desk.add("leads")
    desk.fault("html_404", match=match, times=0)
    assert desk.send("GET", f"leads/{lead}").status_code == 404
    assert desk.send("POST", "contacts", ITEMS).status_code == (404 if match == "*" else 200)


def test_rules_count_their_own_matches(desk: Desk) -> None:
    desk.fault("html_502", match="POST contacts", nth=2, times=2)
    statuses = [desk.send("GET", "account").status_code]
    statuses += [desk.send("POST", "contacts", ITEMS).status_code for _ in range(4)]
    assert statuses == [200, 200, 502, 502, 200]


def test_faults_of_one_account_do_not_strike_the_other(desk: Desk, kids: Desk) -> None:
    desk.fault("html_502", times=0)
    assert (desk.send("GET", "account").status_code, kids.send("GET", "account").status_code) == (502, 200)
