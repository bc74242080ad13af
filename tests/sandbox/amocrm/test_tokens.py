"""Bearer tokens and OAuth."""

import base64
import json
from typing import Any

import pytest
import requests

from tests.sandbox.amocrm.conftest import Desk

DAY = 86_400
API_401 = "https://httpstatus.es/401"
OAUTH_PROBLEM = "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def exchange(desk: Desk, **sent: str) -> requests.Response:
    keys = {name: desk.keys[name] for name in ("client_id", "client_secret", "redirect_uri")}
    return desk.session.post(f"{desk.box.url}/oauth2/access_token", json=keys | sent, timeout=5)


def signed_in(desk: Desk) -> dict[str, Any]:
    code = desk.admin("POST", "code")["code"]
    answer = exchange(desk, grant_type="authorization_code", code=code)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def refreshed(desk: Desk, token: str) -> requests.Response:
    return exchange(desk, grant_type="refresh_token", refresh_token=token)


def test_request_without_a_living_token_is_refused_in_json(desk: Desk) -> None:
    desk.token = "eyJ.nothing.here"
    status, problem = desk.refused("GET", "account")
    assert (status, problem["type"], problem["title"]) == (401, API_401, "Unauthorized")


def test_every_reply_has_a_request_id_and_its_own_content_type(desk: Desk) -> None:
    good, bad = desk.send("GET", "account"), desk.send("GET", "nowhere")
    assert (good.headers["content-type"], bad.headers["content-type"]) == (
        "application/hal+json", "application/problem+json",
    )  # fmt: skip
    ids = {answer.headers["x-request-id"] for answer in (good, bad)}
    assert len(ids) == 2
    assert all(len(one) == 32 for one in ids)


def test_long_lived_token_is_a_jwt_that_says_when_it_ends_and_dies_then(desk: Desk) -> None:
    said = claims(desk.token)
    assert said["account_id"] == 30000001
    assert said["aud"] == desk.keys["client_id"]
    desk.token = desk.admin("POST", "token", {"seconds": DAY})["token"]
    assert desk.get("account")["id"] == 30000001
    desk.wait(DAY + 1)
    assert desk.refused("GET", "account")[0] == 401


def test_integration_that_was_switched_off_kills_all_tokens(desk: Desk) -> None:
    pair = signed_in(desk)
    desk.act("revoke")
    assert desk.refused("GET", "account")[0] == 401
    assert refreshed(desk, pair["refresh_token"]).status_code == 401


def test_code_becomes_a_pair_once_and_within_twenty_minutes(desk: Desk) -> None:
    code = desk.admin("POST", "code")["code"]
    pair = exchange(desk, grant_type="authorization_code", code=code).json()
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", DAY)
    assert claims(pair["access_token"])["exp"] == pair["server_time"] + DAY
    assert exchange(desk, grant_type="authorization_code", code=code).status_code == 401
    late = desk.admin("POST", "code")["code"]
    desk.wait(20 * 60 + 1)
    assert "expired" in exchange(desk, grant_type="authorization_code", code=late).json()["hint"]


def test_access_token_expires_after_a_day_and_a_refresh_brings_a_new_one(desk: Desk) -> None:
    pair = signed_in(desk)
    desk.token = pair["access_token"]
    assert desk.send("GET", "account").status_code == 200
    desk.wait(DAY + 1)
    assert desk.refused("GET", "account")[0] == 401
    desk.token = refreshed(desk, pair["refresh_token"]).json()["access_token"]
    assert desk.send("GET", "account").status_code == 200


def test_old_refresh_token_is_dead_at_once(desk: Desk) -> None:
    first = signed_in(desk)["refresh_token"]
    second = refreshed(desk, first).json()["refresh_token"]
    again = refreshed(desk, first)
    assert (again.status_code, again.json()["hint"]) == (401, "Token has been revoked")
    assert again.json()["type"] == OAUTH_PROBLEM
    assert refreshed(desk, second).status_code == 200


def test_refresh_token_that_nobody_used_for_three_months_is_dead(desk: Desk) -> None:
    token = signed_in(desk)["refresh_token"]
    desk.wait(93 * DAY)
    assert refreshed(desk, token).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"client_secret": "no"}, 401),
        ({"client_id": "no"}, 401),
        ({"redirect_uri": "https://etl.example/other"}, 400),
        ({"grant_type": "password"}, 400),
        ({"refresh_token": ""}, 400),
        ({"refresh_token": "def502unknown"}, 401),
    ],
)
def test_exchange_that_is_wrong_is_refused(desk: Desk, wrong: dict[str, str], status: int) -> None:
    right = {"grant_type": "refresh_token", "refresh_token": signed_in(desk)["refresh_token"]}
    answer = exchange(desk, **(right | wrong))
    assert answer.status_code == status
    assert answer.json()["type"] == OAUTH_PROBLEM
    assert refreshed(desk, right["refresh_token"]).status_code == 200


def test_exchange_takes_a_form_too(desk: Desk) -> None:
    sent = {name: desk.keys[name] for name in ("client_id", "client_secret", "redirect_uri")}
    sent |= {"grant_type": "authorization_code", "code": desk.admin("POST", "code")["code"]}
    assert desk.session.post(f"{desk.box.url}/oauth2/access_token", data=sent, timeout=5).status_code == 200


def test_refresh_token_tells_the_subdomain(desk: Desk) -> None:
    url = f"{desk.box.url}/oauth2/account/current/subdomain"
    headers = {"X-Refresh-Token": signed_in(desk)["refresh_token"]}
    found = desk.session.get(url, headers=headers, timeout=5).json()
    assert found == {"id": 30000001, "subdomain": "smile", "domain": "smile.amocrm.ru", "top_level_domain": "ru"}
    assert desk.session.get(url, headers={"X-Refresh-Token": "x"}, timeout=5).status_code == 401


def test_lost_reply_to_a_refresh_costs_the_pair(desk: Desk) -> None:
    token = signed_in(desk)["refresh_token"]
    desk.fault("drop_after", match="POST oauth2/access_token")
    with pytest.raises(requests.ConnectionError):
        refreshed(desk, token)
    assert refreshed(desk, token).json()["hint"] == "Token has been revoked"


def test_token_belongs_to_one_account(desk: Desk, kids: Desk) -> None:
    assert (desk.get("account")["subdomain"], kids.get("account")["subdomain"]) == ("smile", "smilekids")
    stranger = desk.send("GET", "account", headers={"Host": "smilekids.localhost"})
    assert stranger.status_code == 401
    assert kids.send("GET", "account", headers={"Host": "smilekids.localhost"}).status_code == 200


def test_subdomain_that_nobody_has_is_no_account(desk: Desk) -> None:
    answer = desk.send("GET", "account", headers={"Host": "nobody.localhost"})
    assert (answer.status_code, answer.json()["code"]) == (401, 101)
    assert desk.send("GET", "account", headers={"Host": "localhost"}).status_code == 200


def test_token_without_rights_sees_less_without_a_word(desk: Desk) -> None:
    mine = desk.add("contacts", name="A", responsible_user_id=8100002)
    other = desk.add("contacts", name="B")
    desk.token = desk.keys["staff_token"]
    assert desk.ids("contacts") == [mine]
    assert desk.get(f"contacts/{other}") is None
    assert desk.refused("GET", "users") == (
        403, {"title": "Forbidden", "type": "https://httpstatus.es/403", "status": 403, "detail": "Admin access only"},
    )  # fmt: skip
    assert desk.refused("POST", "contacts/custom_fields", [{"name": "X", "type": "text"}])[0] == 403
    assert [event["entity_id"] for event in desk.list("events")] == [mine]


def test_header_narrows_a_request_to_another_user(desk: Desk) -> None:
    desk.add("contacts", name="B")
    narrowed = desk.send("GET", "contacts", headers={"X-Context-User-ID": "8100002"})
    assert narrowed.status_code == 204
