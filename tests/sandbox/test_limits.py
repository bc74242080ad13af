"""Rate, CPU budget, sixty seconds: limits.md."""

import time

import pytest
import requests

from tests.sandbox.conftest import CONTACT, Portal, command

ADD = {"entityTypeId": CONTACT, "fields": {"name": "A"}}


def test_51st_quick_request_is_refused_and_not_executed(portal: Portal) -> None:
    portal.settings(rate_threshold=50)
    answers = [portal.post("crm.item.add", ADD) for _ in range(51)]
    assert [answer.status_code for answer in answers] == [200] * 50 + [503]
    assert answers[-1].json()["error"] == "QUERY_LIMIT_EXCEEDED"
    assert portal.counters()["created_contact"] == 50
    assert portal.counters()["refused_503"] == 1
    portal.settings(advance=0.5)
    assert portal.post("crm.item.add", ADD).status_code == 200
    assert portal.post("crm.item.add", ADD).status_code == 503


def test_batch_costs_one_request(portal: Portal) -> None:
    portal.settings(rate_threshold=2)
    portal.batch({f"k{number}": "profile" for number in range(50)})
    portal.ok("profile")
    assert portal.refused("profile")[0] == 503


def test_call_that_passes_the_budget_succeeds_and_the_next_is_refused(portal: Portal) -> None:
    portal.settings(operating={"crm.item.add": 479.95})
    seen = portal.body("crm.item.add", **ADD)["time"]
    assert seen["operating"] == pytest.approx(480.05)
    assert portal.refused("crm.item.add", **ADD) == (429, "OPERATION_TIME_LIMIT")
    assert portal.ok("crm.item.list", entityTypeId=CONTACT)["items"]
    portal.settings(advance=599)
    assert portal.refused("crm.item.add", **ADD)[0] == 429
    portal.settings(advance=1)
    assert portal.body("crm.item.add", **ADD)["time"]["operating"] == pytest.approx(0.1)


def test_spent_budget_inside_a_batch_is_an_error_of_that_command(portal: Portal) -> None:
    portal.settings(operating={"crm.item.add": 480})
    answer = portal.batch({"a": command("crm.item.add", **ADD), "p": "profile"})
    assert answer["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    assert set(answer["result"]) == {"p"}
    assert portal.counters()["created_contact"] == 0


def test_each_minute_is_a_basket_of_its_own(portal: Portal) -> None:
    portal.settings(now="2026-03-01T10:00:00+03:00")
    portal.ok("profile")
    portal.settings(advance=300)
    portal.ok("profile")
    portal.settings(advance=301)
    time_block = portal.body("profile")["time"]
    assert time_block["operating"] == pytest.approx(0.04)


def test_batch_bills_each_method_or_itself(portal: Portal) -> None:
    cmd = {"a": command("crm.item.add", **ADD), "b": command("crm.item.add", **ADD), "p": "profile"}
    nested = portal.ok("batch", cmd=cmd)["result_time"]
    assert [nested[key]["operating"] for key in cmd] == pytest.approx([0.1, 0.2, 0.02])
    assert "operating" not in portal.body("batch", cmd=cmd)["time"]
    portal.settings(operating_billing="batch")
    body = portal.body("batch", cmd=cmd)
    assert body["time"]["operating"] == pytest.approx(0.2)
    assert [block["operating"] for block in body["result"]["result_time"].values()] == pytest.approx([0.1, 0.2, 0.2])
    portal.settings(operating={"batch": 480})
    assert portal.refused("batch", cmd=cmd) == (429, "OPERATION_TIME_LIMIT")


@pytest.mark.parametrize("how", ["drop", "html_504"])
def test_request_is_cut_at_60_seconds_and_what_was_done_stays(portal: Portal, how: str) -> None:
    portal.settings(cut_how=how, costs={"crm.item.add": 7.0})
    cmd = {f"k{number}": command("crm.item.add", **ADD) for number in range(20)}
    if how == "drop":
        with pytest.raises(requests.ConnectionError):
            portal.post("batch", {"cmd": cmd})
    else:
        answer = portal.post("batch", {"cmd": cmd})
        assert answer.status_code == 504
        assert answer.headers["content-type"].startswith("text/html")
    assert portal.counters()["created_contact"] == 8


def test_import_is_cut_between_two_items(portal: Portal) -> None:
    portal.settings(costs={"crm.item.batchImport": 10})
    with pytest.raises(requests.ConnectionError):
        portal.post("crm.item.batchImport", {"entityTypeId": CONTACT, "data": [{"name": "A"}] * 20})
    assert portal.counters()["imported_contact"] == 6


def test_answers_wait_in_accelerated_time_when_asked(portal: Portal) -> None:
    portal.settings(delay=True, speed=20, costs={"profile": 2}, rtt_ms=20)
    started = time.perf_counter()
    portal.ok("profile")
    assert 0.12 <= time.perf_counter() - started < 2


def test_virtual_time_runs_at_the_chosen_speed(portal: Portal) -> None:
    portal.settings(speed=1000)
    first = portal.body("profile")["time"]["start"]
    time.sleep(0.05)
    assert portal.body("profile")["time"]["start"] - first > 40
