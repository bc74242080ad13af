"""Field types: api-reference/data-types.md."""

from typing import Any

import pytest

from tests.sandbox.conftest import CONTACT, DEAL, Portal


def stored(portal: Portal, entity: int, field: str, value: Any) -> Any:
    return portal.add(entity, name="A", title="T", **{field: value})[field]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-03-02", "2026-03-02T03:00:00+03:00"),
        ("02.03.2026", "2026-03-02T03:00:00+03:00"),
        ("2026-03-01T23:30:00Z", "2026-03-02T03:00:00+03:00"),
        ("31.02.2026", None),
        ("2 марта", None),
    ],
)
def test_date_is_read_back_shifted_and_a_bad_one_is_dropped(portal: Portal, sent: str, read: str | None) -> None:
    assert stored(portal, CONTACT, "UF_CRM_LAST_VISIT", sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-03-02T09:00:00+03:00", "2026-03-02T09:00:00+03:00"),
        ("2026-03-02T09:00:00+00:00", "2026-03-02T12:00:00+03:00"),
        ("2026-03-02T09:00:00", "2026-03-02T09:00:00+03:00"),
        ("02.03.2026 09:00", "2026-03-02T09:00:00+03:00"),
        ("2026-03-02T09:00:00 03:00", None),
    ],
)
def test_datetime_comes_back_in_the_zone_of_the_server(portal: Portal, sent: str, read: str | None) -> None:
    assert stored(portal, CONTACT, "UF_CRM_NEXT_VISIT", sent) == read


def test_bad_date_leaves_the_old_one(portal: Portal) -> None:
    contact = portal.add(CONTACT, name="A", UF_CRM_LAST_VISIT="2026-03-02")
    assert portal.update(CONTACT, contact["id"], UF_CRM_LAST_VISIT="nonsense")["UF_CRM_LAST_VISIT"][:10] == "2026-03-02"
    assert portal.update(CONTACT, contact["id"], UF_CRM_LAST_VISIT="")["UF_CRM_LAST_VISIT"] is None


@pytest.mark.parametrize(("sent", "read"), [("Y", "Y"), (1, "Y"), ("1", "Y"), (True, "Y"), ("N", "N"), (0, "N")])
def test_booleans_are_y_and_n(portal: Portal, sent: Any, read: str) -> None:
    assert stored(portal, CONTACT, "UF_CRM_SMS_OPT_OUT", sent) == read


def test_enumeration_takes_ids_and_drops_or_refuses_labels(portal: Portal) -> None:
    assert stored(portal, CONTACT, "UF_CRM_BRANCH", "2") == 2
    assert stored(portal, CONTACT, "UF_CRM_BRANCH", "Северный") is None
    assert stored(portal, CONTACT, "UF_CRM_BRANCH", 77) is None
    portal.settings(enumeration_text="refused")
    refused = portal.refused(
        "crm.item.add", entityTypeId=CONTACT, useOriginalUfNames="Y", fields={"UF_CRM_BRANCH": "Северный"}
    )
    assert refused == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID")


def test_multiple_enumeration_is_not_cleared_by_an_empty_list(portal: Portal) -> None:
    options = [{"VALUE": "А"}, {"VALUE": "Б"}]
    field = {"FIELD_NAME": "TAGS", "USER_TYPE_ID": "enumeration", "MULTIPLE": "Y", "LIST": options}
    portal.ok("crm.contact.userfield.add", fields=field)
    described = portal.ok("crm.item.fields", entityTypeId=CONTACT, useOriginalUfNames="Y")["fields"]["UF_CRM_TAGS"]
    ids = [int(item["ID"]) for item in described["items"]]
    contact = portal.add(CONTACT, name="A", UF_CRM_TAGS=ids)
    portal.update(CONTACT, contact["id"], UF_CRM_TAGS=[])
    assert portal.get(CONTACT, contact["id"])["UF_CRM_TAGS"] == ids
    refused = portal.refused(
        "crm.item.update", entityTypeId=CONTACT, id=contact["id"], useOriginalUfNames="Y", fields={"UF_CRM_TAGS": "1"}
    )
    assert refused == (400, 100)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("12500.50|RUB", "12500.50|RUB"),
        ("12500.50", "12500.50|RUB"),
        (12500, "12500|RUB"),
        ("12 500,50", "12|RUB"),
        ("100|USD", "100|USD"),
        ("", None),
        ("|RUB", None),
    ],
)
def test_money_is_kept_as_text_and_read_as_php_reads_numbers(portal: Portal, sent: Any, read: str | None) -> None:
    assert stored(portal, DEAL, "UF_CRM_AMOUNT", sent) == read


def test_double_is_rounded_to_the_precision_of_its_field(portal: Portal) -> None:
    field = {"FIELD_NAME": "RATE", "USER_TYPE_ID": "double", "SETTINGS": {"PRECISION": 1}}
    portal.ok("crm.deal.userfield.add", fields=field)
    assert stored(portal, DEAL, "UF_CRM_RATE", "1,25") == 1.3
    assert stored(portal, DEAL, "opportunity", 10.005) == 10.01


def test_card_numbers_keep_their_zeros(portal: Portal) -> None:
    assert stored(portal, CONTACT, "UF_CRM_CARD_NUMBER", "00412") == "00412"
