"""A webhook that sees only what its owner is responsible for."""

import pytest

from tests.sandbox.conftest import CONTACT, DEAL, Portal, command


@pytest.fixture
def limited(portal: Portal) -> Portal:
    """Contact 1 is somebody else's, contact 2 is the owner's; both have the same phone."""
    phone = [{"typeId": "PHONE", "value": "+79161234567"}]
    portal.add(CONTACT, name="A", originId="P-1", fm=phone)
    portal.add(CONTACT, name="B", originId="P-2", fm=phone, assignedById=7)
    portal.webhook = f"{portal.server.url}/rest/7/l1m1tedsandboxhook/"
    return portal


def test_lists_silently_leave_out_what_is_not_seen(limited: Portal) -> None:
    assert limited.ids(CONTACT) == [2]
    assert limited.body("crm.item.list", entityTypeId=CONTACT)["total"] == 1
    assert limited.ids(CONTACT, filter={"originId": "P-1"}) == []
    assert [row["ID"] for row in limited.ok("crm.contact.list")] == ["2"]


def test_look_up_by_phone_leaves_out_what_is_not_seen(limited: Portal) -> None:
    found = limited.ok("crm.duplicate.findbycomm", type="PHONE", values=["+79161234567"], entity_type="CONTACT")
    assert found == {"CONTACT": [2]}


def test_single_items_are_denied(limited: Portal) -> None:
    for method in ("get", "update", "delete"):
        refused = limited.refused(f"crm.item.{method}", entityTypeId=CONTACT, id=1, fields={"name": "X"})
        assert refused == (400, "ACCESS_DENIED")
    error = limited.batch({"a": command("crm.item.get", entityTypeId=CONTACT, id=1)})["result_error"]["a"]
    assert error["error"] == "ACCESS_DENIED"


def test_own_items_are_open(limited: Portal) -> None:
    assert limited.update(CONTACT, 2, name="C")["updatedBy"] == 7
    assert limited.add(DEAL, title="T")["assignedById"] == 7
