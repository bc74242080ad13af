"""batch: settings/how-to-call-rest-api/batch.md."""

import pytest

from tests.sandbox.conftest import CONTACT, DEAL, Portal, command


def test_empty_maps_are_lists(portal: Portal) -> None:
    assert portal.batch({}) == {
        "result": [], "result_error": [], "result_total": [], "result_next": [], "result_time": [],
    }  # fmt: skip


def test_batch_answers_200_and_judges_each_command(portal: Portal) -> None:
    answer = portal.batch(
        {
            "good": command("crm.item.add", entityTypeId=CONTACT, fields={"name": "A"}),
            "bad": command("crm.item.get", entityTypeId=CONTACT, id=99),
            "list": command("crm.item.list", entityTypeId=CONTACT, select=["id"]),
        }
    )
    assert answer["result"]["list"] == {"items": [{"id": 1}]}
    assert answer["result_error"]["bad"]["error"] == "NOT_FOUND"
    assert answer["result_total"] == {"list": 1}
    assert set(answer["result_time"]) == {"good", "list"}


def test_numeric_keys_come_back_as_lists(portal: Portal) -> None:
    answer = portal.batch(["profile", "profile"])
    assert [user["ID"] for user in answer["result"]] == ["1", "1"]
    assert isinstance(answer["result_time"], list)
    mixed = portal.batch(["profile", "crm.nothing", "profile"])
    assert set(mixed["result"]) == {"0", "2"}
    assert set(mixed["result_error"]) == {"1"}


def test_commands_use_results_of_earlier_commands(portal: Portal) -> None:
    answer = portal.batch(
        {
            "c": command("crm.item.add", entityTypeId=CONTACT, fields={"name": "A", "originId": "P-1"}),
            "l": command("crm.item.list", entityTypeId=CONTACT, filter={"originId": "P-1"}, select=["id"]),
            "d": "crm.item.add?entityTypeId=2&fields[contactIds][0]=$result[l][items][0][id]"
            "&fields[title]=№$result[c][item][id]",
        }
    )
    deal = answer["result"]["d"]["item"]
    assert (deal["contactIds"], deal["title"]) == ([1], "№1")


def test_text_typed_by_a_person_is_replaced_too(portal: Portal) -> None:
    cmd = {"c": command("crm.item.add", entityTypeId=CONTACT, fields={"name": "A", "comments": "цена $result[x] руб"})}
    assert portal.batch(cmd)["result"]["c"]["item"]["comments"] == "цена  руб"
    portal.settings(unresolved_reference="literal")
    assert portal.batch(cmd)["result"]["c"]["item"]["comments"] == "цена $result[x] руб"


def test_unresolved_contact_leaves_a_deal_alone(portal: Portal) -> None:
    answer = portal.batch(
        {
            "c": command("crm.item.get", entityTypeId=CONTACT, id=5),
            "d": "crm.item.add?entityTypeId=2&fields[title]=T&fields[contactIds][0]=$result[c][item][id]",
        }
    )
    assert answer["result"]["d"]["item"]["contactIds"] == []


def test_halt_leaves_the_rest_in_neither_map(portal: Portal) -> None:
    cmd = {"a": "profile", "b": "crm.nothing", "c": "profile"}
    assert set(portal.batch(cmd)["result"]) == {"a", "c"}
    halted = portal.batch(cmd, halt=1)
    assert (set(halted["result"]), set(halted["result_error"])) == ({"a"}, {"b"})


def test_nested_batch_is_refused(portal: Portal) -> None:
    answer = portal.batch({"n": "batch?cmd[a]=profile", "a": "profile"})
    assert answer["result_error"]["n"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert set(answer["result"]) == {"a"}


def test_51st_command_fails_the_request_or_only_itself(portal: Portal) -> None:
    cmd = {f"k{number}": "profile" for number in range(51)}
    assert portal.refused("batch", cmd=cmd) == (400, "ERROR_BATCH_LENGTH_EXCEEDED")
    portal.settings(batch_excess="command")
    answer = portal.batch(cmd)
    assert len(answer["result"]) == 50
    assert answer["result_error"]["k50"]["error"] == "ERROR_BATCH_LENGTH_EXCEEDED"


@pytest.mark.parametrize("text", ["a&b=c", "1+1", "50%", "[x]", "«Ёж»", "\"'", "раз\nдва", "None", "?#;"])
def test_values_survive_the_query_string_of_a_command(portal: Portal, text: str) -> None:
    cmd = {"c": command("crm.item.add", entityTypeId=DEAL, fields={"title": text})}
    assert portal.batch(cmd)["result"]["c"]["item"]["title"] == text


def test_batch_in_a_url_is_encoded_twice(portal: Portal) -> None:
    answer = portal.session.get(
        portal.webhook + "batch",
        params={"cmd[c]": command("crm.item.add", entityTypeId=CONTACT, fields={"name": "Анна & Ко"})},
    )
    assert answer.json()["result"]["result"]["c"]["item"]["name"] == "Анна & Ко"
