"""Pipelines, stages, dictionaries, user fields, comments."""

import pytest

from tests.sandbox.conftest import CONTACT, DEAL, Portal


def test_default_pipeline_has_id_zero(portal: Portal) -> None:
    found = portal.body("crm.category.list", entityTypeId=DEAL)
    categories = found["result"]["categories"]
    assert found["total"] == 7
    assert (categories[0]["id"], categories[0]["name"], categories[0]["isDefault"]) == (0, "Общая", "Y")
    assert categories[1]["name"] == "Оповещение о визите"
    assert portal.refused("crm.category.list", entityTypeId=1) == (400, "ENTITY_TYPE_NOT_SUPPORTED")


def test_stages_are_strings_with_a_prefix_outside_the_default_pipeline(portal: Portal) -> None:
    rows = portal.ok("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE_5"}, order={"SORT": "ASC"})
    assert [row["STATUS_ID"] for row in rows] == ["C5:NEW", "C5:UC_9D1YGF", "C5:WON", "C5:LOSE", "C5:APOLOGY"]
    assert [row["SEMANTICS"] for row in rows] == [None, None, "S", "F", "F"]
    assert [row["EXTRA"]["SEMANTICS"] for row in rows] == ["process", "process", "success", "failure", "apology"]
    assert all(isinstance(rows[0][key], str) for key in ("ID", "SORT", "CATEGORY_ID"))
    default = portal.ok("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE"})
    assert [row["STATUS_ID"] for row in default] == ["NEW", "WON", "LOSE"]


def test_dictionaries_are_statuses_and_a_bad_filter_is_a_sentence(portal: Portal) -> None:
    sources = portal.ok("crm.status.list", filter={"ENTITY_ID": "SOURCE"})
    assert "CALL" in [row["STATUS_ID"] for row in sources]
    assert portal.refused("crm.status.list", filter={"nope": 1}) == (400, "Invalid parameters.")


def test_new_pipeline_gets_stages_and_new_stages_a_prefix(portal: Portal) -> None:
    category = portal.ok("crm.category.add", entityTypeId=DEAL, fields={"name": "Новая"})["category"]
    entity = f"DEAL_STAGE_{category['id']}"
    number = portal.ok(
        "crm.status.add",
        fields={"ENTITY_ID": entity, "STATUS_ID": "WAIT", "NAME": "Ждём", "SORT": 25, "COLOR": "#abcdef"},
    )
    rows = portal.ok("crm.status.list", filter={"ENTITY_ID": entity})
    assert f"C{category['id']}:WAIT" in [row["STATUS_ID"] for row in rows]
    deal = portal.add(DEAL, title="T", categoryId=category["id"], stageId=f"C{category['id']}:WAIT")
    assert deal["stageSemanticId"] == "P"
    assert portal.ok("crm.status.update", id=number, fields={"NAME": "Ожидает"}) is True
    row = next(row for row in portal.ok("crm.status.list", filter={"ENTITY_ID": entity}) if row["ID"] == str(number))
    assert row["NAME"] == "Ожидает"
    assert portal.ok("crm.status.delete", id=number) is True
    won = next(row for row in rows if row["SEMANTICS"] == "S")
    assert portal.refused("crm.status.delete", id=won["ID"]) == (400, "ERROR_CORE")


def test_new_user_field_is_at_once_a_field_of_items(portal: Portal) -> None:
    sent = {"FIELD_NAME": "mis_id", "USER_TYPE_ID": "string", "EDIT_FORM_LABEL": {"ru": "ID в МИС"}}
    number = portal.ok("crm.deal.userfield.add", fields=sent)
    row = portal.ok("crm.deal.userfield.list", filter={"FIELD_NAME": "UF_CRM_MIS_ID"})[0]
    assert (row["ID"], row["USER_TYPE_ID"], row["MULTIPLE"]) == (str(number), "string", "N")
    assert portal.add(DEAL, title="T", UF_CRM_MIS_ID="P-1")["UF_CRM_MIS_ID"] == "P-1"
    assert portal.refused("crm.deal.userfield.add", fields=sent) == (400, "ERROR_CORE")


@pytest.mark.parametrize(
    "fields",
    [
        {"FIELD_NAME": "X" * 44, "USER_TYPE_ID": "string"},
        {"FIELD_NAME": "ПОЛЕ", "USER_TYPE_ID": "string"},
        {"FIELD_NAME": "A", "USER_TYPE_ID": "nonsense"},
        {"FIELD_NAME": "A", "USER_TYPE_ID": "boolean", "MULTIPLE": "Y"},
    ],
)
def test_impossible_user_fields_are_refused(portal: Portal, fields: dict[str, str]) -> None:
    assert portal.refused("crm.contact.userfield.add", fields=fields) == (400, "ERROR_CORE")


def test_enumeration_items_are_listed_with_string_ids(portal: Portal) -> None:
    row = portal.ok("crm.contact.userfield.list", filter={"FIELD_NAME": "UF_CRM_BRANCH"})[0]
    assert [item["VALUE"] for item in row["LIST"]] == ["Центральный", "Северный", "Левый берег"]
    assert isinstance(row["LIST"][0]["ID"], str)


def test_structure_needs_an_administrator(portal: Portal) -> None:
    portal.webhook = f"{portal.server.url}/rest/7/l1m1tedsandboxhook/"
    field = {"FIELD_NAME": "A", "USER_TYPE_ID": "string"}
    assert portal.post("crm.deal.userfield.add", {"fields": field}).status_code == 403
    assert portal.refused("crm.category.add", entityTypeId=DEAL, fields={"name": "X"})[1] == "ACCESS_DENIED"


def test_comment_hangs_nowhere_without_an_error(portal: Portal) -> None:
    fields = {"ENTITY_ID": 999, "ENTITY_TYPE": "deal", "COMMENT": "x"}
    assert portal.ok("crm.timeline.comment.add", fields=fields) == 1
    assert portal.refused("crm.timeline.comment.add", fields=fields | {"ENTITY_TYPE": "x"})[1] == "OWNER_NOT_FOUND"
    assert portal.refused("crm.timeline.comment.add", fields=fields | {"COMMENT": " "})[1] == "INVALID_ARG_VALUE"
    assert portal.refused("crm.timeline.comment.add", FIELDS=fields)[1] == 100


def test_contacts_have_no_pipelines(portal: Portal) -> None:
    assert portal.ok("crm.category.list", entityTypeId=CONTACT) == {"categories": []}
