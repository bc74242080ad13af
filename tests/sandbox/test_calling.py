"""URLs, bodies, envelopes and refusals: local-webhooks.md, data-encoding.md, general-principles.md."""

import pytest

from tests.sandbox.conftest import CONTACT, Portal, brackets

PARAMS = {"entityTypeId": CONTACT, "fields": {"name": "Анна & К+°=%", "fm": [{"typeId": "PHONE", "value": "+7916"}]}}


def test_method_may_carry_a_json_suffix_and_any_case(portal: Portal) -> None:
    assert portal.ok("profile.json")["ID"] == "1"
    assert portal.ok("crm.item.BATCHIMPORT", entityTypeId=CONTACT, data=[]) == {"items": []}


def test_json_form_multipart_and_query_string_say_the_same(portal: Portal) -> None:
    url = portal.webhook + "crm.item.add"
    answers = [
        portal.session.post(url, json=PARAMS),
        portal.session.post(url, data=brackets(PARAMS), headers={"Content-Type": "application/x-www-form-urlencoded"}),
        portal.session.post(
            url,
            files={
                "entityTypeId": (None, "3"),
                "fields[name]": (None, "Анна & К+°=%"),
                "fields[fm][0][typeId]": (None, "PHONE"),
                "fields[fm][0][value]": (None, "+7916"),
            },
        ),
        portal.session.get(f"{url}?{brackets(PARAMS)}"),
    ]
    items = [answer.json()["result"]["item"] for answer in answers]
    assert [item["name"] for item in items] == ["Анна & К+°=%"] * 4
    assert [item["fm"][0]["value"] for item in items] == ["+7916"] * 4


def test_json_body_of_a_get_is_not_read(portal: Portal) -> None:
    answer = portal.session.get(
        portal.webhook + "crm.duplicate.findbycomm", json={"type": "PHONE", "values": ["+79161234567"]}
    )
    assert answer.status_code == 400
    assert answer.json() == {"error": "", "error_description": "Communication type is not defined."}


def test_answer_tells_the_time_and_the_cpu_budget(portal: Portal) -> None:
    time = portal.body("crm.item.list", entityTypeId=CONTACT)["time"]
    assert set(time) == {
        "start", "finish", "duration", "processing", "date_start", "date_finish", "operating", "operating_reset_at",
    }  # fmt: skip
    assert time["operating"] == 0.02
    assert time["operating_reset_at"] == int(time["start"] + 600)
    assert time["date_start"].endswith("+03:00")


def test_budget_is_not_told_where_the_portal_is_old(portal: Portal) -> None:
    portal.settings(operating_shown=False)
    assert "operating" not in portal.body("profile")["time"]


@pytest.mark.parametrize("code", ["INVALID_CREDENTIALS", "NO_AUTH_FOUND"])
def test_wrong_secret_is_refused(portal: Portal, code: str) -> None:
    portal.settings(auth_code=code)
    portal.webhook = f"{portal.server.url}/rest/1/wrong/"
    assert portal.refused("profile") == (401, code)
    portal.webhook = f"{portal.server.url}/rest/2/h3l1xsandboxhook/"
    assert portal.refused("profile") == (401, code)


def test_unknown_methods_and_those_of_another_version_are_not_found(portal: Portal) -> None:
    assert portal.refused("crm.nothing.here") == (404, "ERROR_METHOD_NOT_FOUND")
    assert portal.refused("timeman.record.list") == (404, "ERROR_METHOD_NOT_FOUND")
    portal.webhook = portal.webhook.replace("/rest/", "/rest/api/")
    assert portal.refused("crm.item.list") == (404, "ERROR_METHOD_NOT_FOUND")


def test_plain_http_is_refused_when_asked(portal: Portal) -> None:
    portal.settings(https_required=True)
    assert portal.refused("profile") == (400, "INVALID_REQUEST")


def test_missing_scope_is_403_and_empty_inside_a_batch(portal: Portal) -> None:
    portal.settings(webhooks=[{"secret": "h3l1xsandboxhook", "scopes": ["crm"]}])
    assert portal.refused("user.current") == (403, "insufficient_scope")
    assert portal.ok("scope") == ["crm"]
    error = portal.batch({"a": "user.current"})["result_error"]["a"]
    assert error == {"error": "insufficient_scope", "error_description": ""}


@pytest.mark.parametrize("code", ["", 0, "0", 100, "Sentence instead of a code."])
def test_refusals_can_carry_falsy_codes(portal: Portal, code: str | int) -> None:
    portal.settings(error_code=code)
    assert portal.refused("crm.item.get", entityTypeId=CONTACT, id=1) == (400, code)


def test_missing_parameters_and_bad_json_are_error_100(portal: Portal) -> None:
    assert portal.refused("crm.item.add", entityTypeId=CONTACT) == (400, 100)
    answer = portal.session.post(portal.webhook + "profile", data=b"{", headers={"Content-Type": "application/json"})
    assert answer.json()["error"] == 100


def test_profile_and_user_say_whose_webhook_it_is(portal: Portal) -> None:
    assert portal.ok("profile")["ADMIN"] is True
    assert portal.ok("user.current")["ID"] == "1"
    portal.webhook = f"{portal.server.url}/rest/7/l1m1tedsandboxhook/"
    assert portal.ok("profile")["ADMIN"] is False


def test_php_drops_variables_beyond_its_cap(portal: Portal) -> None:
    portal.settings(max_input_vars=3)
    query = brackets({"entityTypeId": 3, "fields": {"name": "A", "lastName": "B", "post": "C"}})
    item = portal.session.get(f"{portal.webhook}crm.item.add?{query}").json()["result"]["item"]
    assert (item["lastName"], item["post"]) == ("B", None)
