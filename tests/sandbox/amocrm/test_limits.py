"""Requests per second, the block after them, subscriptions, batches that are too heavy."""

import pytest

from tests.sandbox.amocrm.conftest import Desk


def test_eighth_request_of_a_second_is_refused_in_json_and_in_html_by_turns(desk: Desk) -> None:
    desk.settings(rate=7)
    answers = [desk.send("GET", "account") for _ in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 7 + [429] * 2
    problem, page = answers[7:]
    assert problem.json()["retry_after"] == 300
    assert page.headers["content-type"].startswith("text/html")
    assert "retry-after" not in page.headers
    desk.wait(1)
    assert desk.send("GET", "account").status_code == 200


def test_account_has_a_limit_over_all_integrations(desk: Desk) -> None:
    desk.settings(account_rate=3)
    assert [desk.send("GET", "account").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_refused_request_was_not_carried_out(desk: Desk) -> None:
    desk.settings(rate=1)
    desk.add("contacts", name="A")
    assert desk.send("POST", "contacts", [{"name": "B"}]).status_code == 429
    desk.settings(rate=0)
    assert [item["name"] for item in desk.list("contacts")] == ["A"]


def test_who_goes_on_after_429_gets_the_whole_account_blocked(desk: Desk, kids: Desk) -> None:
    desk.settings(rate=1, block_after=3)
    statuses = [desk.send("GET", "account").status_code for _ in range(6)]
    assert statuses == [200, 429, 429, 429, 403, 403]
    desk.wait(3600)
    blocked = desk.send("GET", "account")
    assert blocked.status_code == 403
    assert blocked.text.startswith("<!DOCTYPE html>")
    assert desk.session.post(f"{desk.box.url}/oauth2/access_token", json=dict(desk.keys), timeout=5).status_code == 403
    assert kids.send("GET", "account").status_code == 200
    desk.settings(blocked=False)
    assert desk.send("GET", "account").status_code == 200


def test_breaches_far_apart_block_nobody(desk: Desk) -> None:
    desk.settings(rate=1, block_after=3)
    for _ in range(6):
        desk.send("GET", "account")
        assert desk.send("GET", "account").status_code == 429
        desk.wait(61)
    assert desk.send("GET", "account").status_code == 200


@pytest.mark.parametrize(("subscription", "reading"), [("over", 204), ("closed", 402)])
def test_unpaid_account_refuses_writes_and_later_reads(desk: Desk, subscription: str, reading: int) -> None:
    desk.settings(subscription=subscription)
    assert desk.refused("POST", "contacts", [{"name": "A"}])[0] == 402
    assert desk.send("GET", "contacts").status_code == reading


def test_unpaid_for_nine_minutes_in_the_night(desk: Desk) -> None:
    desk.fault("unpaid:540")
    assert desk.refused("GET", "contacts")[1]["detail"] == "Payment required"
    desk.wait(530)
    assert desk.send("GET", "contacts").status_code == 402
    desk.wait(20)
    assert desk.send("GET", "contacts").status_code == 204


@pytest.mark.parametrize(("stores", "stored"), [("all", 20), ("half", 10), ("none", 0)])
def test_heavy_batch_ends_in_a_gateway_page(desk: Desk, stores: str, stored: int) -> None:
    field = desk.field("Комментарий")["id"]
    desk.settings(heavy_values=30, heavy_stores=stores)
    values = [{"field_id": field, "values": [{"value": "x"}]}]
    answer = desk.send("POST", "contacts", [{"name": "A", "custom_fields_values": values}] * 20)
    assert (answer.status_code, answer.headers["content-type"]) == (504, "text/html; charset=utf-8")
    assert len(desk.list("contacts")) == stored


def test_batch_of_more_than_250_is_refused(desk: Desk) -> None:
    assert desk.refused("POST", "contacts", [{"name": "A"}] * 251) == (
        422, {
            "title": "Unprocessable Entity", "type": "https://httpstatus.es/422", "status": 422,
            "detail": "Limit 250 per page",
        },
    )  # fmt: skip
    assert len(desk.post("contacts", *[{"name": "A"}] * 250)["_embedded"]["contacts"]) == 250


def test_more_links_than_allowed_have_a_code(desk: Desk) -> None:
    desk.settings(links_limit=1)
    one, two = desk.add("contacts", name="A"), desk.add("contacts", name="B")
    lead = desk.add("leads", _embedded={"contacts": [{"id": one}]})
    link = [{"to_entity_id": two, "to_entity_type": "contacts"}]
    assert desk.refused("POST", f"leads/{lead}/link", link)[1]["code"] == 330
