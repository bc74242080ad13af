"""Two clients that we did not write work with the sandbox as they do with a portal."""

import asyncio
import ssl
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
import trustme
from b24pysdk import BitrixWebhook
from b24pysdk.errors import BitrixAPIError, BitrixRequestError
from fast_bitrix24 import BitrixAsync

from dentsync.sandbox.server import Running, running


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("tls")
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    chain, key = folder / "chain.pem", folder / "key.pem"
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(str(chain), append=True)
    certificate.private_key_pem.write_to_path(str(key))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    with running(folder / "data", tls=(chain, key)) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(folder / "ca.pem"))
        yield server


@pytest.fixture
def fresh(secure: Running) -> Running:
    secure.admin("POST", "reset")
    secure.admin("POST", "settings", {"cut_seconds": 0})
    return secure


def webhook(server: Running) -> BitrixWebhook:
    token = "/".join(server.webhook.rstrip("/").split("/")[-2:])
    return BitrixWebhook(domain=f"127.0.0.1:{server.port}", webhook_token=token)


def fill(token: BitrixWebhook, count: int) -> None:
    rows = [{"name": f"N{number}", "originId": f"P-{number}"} for number in range(count)]
    calls = [("crm.item.batchImport", {"entityTypeId": 3, "data": rows[at : at + 20]}) for at in range(0, count, 20)]
    answer = token.call_batch(calls)["result"]
    assert not answer["result_error"]


def test_official_sdk_creates_updates_and_lists(fresh: Running) -> None:
    token = webhook(fresh)
    client = token.get_client()
    item = client.crm.item.add(entity_type_id=3, fields={"name": "Анна", "originId": "P-1"}).result["item"]
    assert item["name"] == "Анна"
    client.crm.item.update(bitrix_id=item["id"], entity_type_id=3, fields={"name": "Мария & Ко"}).response  # noqa: B018
    assert client.crm.item.get(bitrix_id=item["id"], entity_type_id=3).result["item"]["name"] == "Мария & Ко"
    assert client.crm.contact.list(select=["NAME"]).result == [{"ID": "1", "NAME": "Мария & Ко"}]
    assert client.profile().result["ADMIN"] is True


def test_official_sdk_reads_all_pages_both_ways(fresh: Running) -> None:
    token = webhook(fresh)
    fill(token, 130)
    params: dict[str, Any] = {"entityTypeId": 3, "select": ["id"]}
    pages = token.call_list("crm.item.list", params)["result"]
    assert [item["id"] for item in pages] == list(range(1, 131))
    scanned = token.call_list_fast("crm.contact.list", {"select": ["ID"]})["result"]
    assert [int(item["ID"]) for item in scanned] == list(range(1, 131))


def test_official_sdk_knows_our_refusals(fresh: Running) -> None:
    token = webhook(fresh)
    with pytest.raises(BitrixAPIError):
        token.call_method("crm.item.get", {"entityTypeId": 3, "id": 5})
    answer = token.call_batch({"a": ("crm.item.get", {"entityTypeId": 3, "id": 5}), "p": ("profile", {})})["result"]
    assert answer["result_error"]["a"]["error"] == "NOT_FOUND"
    assert answer["result"]["p"]["ID"] == "1"


def test_official_sdk_notices_a_dropped_connection(fresh: Running) -> None:
    fresh.admin("POST", "faults", {"what": "drop_after"})
    with pytest.raises(BitrixRequestError):
        webhook(fresh).call_method("crm.item.add", {"entityTypeId": 3, "fields": {"name": "A"}})
    assert fresh.admin("GET", "counters")["created_contact"] == 1


async def use_fast_bitrix(server: Running, authority: trustme.CA) -> tuple[Any, ...]:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector, raise_for_status=True) as session:
        client = BitrixAsync(server.webhook, verbose=False, client=session)
        added = await client.call(
            "crm.item.add",
            [{"entityTypeId": 3, "fields": {"name": f"Анна {n}", "originId": f"P-{n}"}} for n in range(120)],
        )
        await client.call("crm.item.update", {"entityTypeId": 3, "id": 7, "fields": {"name": "100% & +"}})
        listed = await client.get_all("crm.item.list", {"entityTypeId": 3, "select": ["id", "name"]})
        classic = await client.get_all("crm.contact.list", {"select": ["ID"], "filter": {">ID": 60}})
        return added, listed, classic


def test_fast_bitrix24_creates_updates_and_lists(fresh: Running, authority: trustme.CA) -> None:
    added, listed, classic = asyncio.run(use_fast_bitrix(fresh, authority))
    assert len(added) == 120
    names = {item["id"]: item["name"] for item in listed}
    assert len(names) == 120
    assert names[7] == "100% & +"
    assert {int(row["ID"]) for row in classic} == set(range(61, 121))
    assert fresh.admin("GET", "counters")["duplicates"]["contact"] == 0
